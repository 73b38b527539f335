# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The cells of the matrix, and the rows of the table in ``docs/outcomes.md`` that they are."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.forges.faults import Fault
from tests.outcomes.faults import ROWS, Concludes, Nameless, Row
from tests.outcomes.forges import FORGES
from tests.outcomes.places import ForgeUnderTest, Phase, Place, Strike

PHASES = {
    Place.LISTING: tuple(Phase),
    Place.OWNER: (Phase.FIRST, Phase.AGAIN),
    Place.TEXT: (Phase.FIRST, Phase.AGAIN),
    Place.LOOK_UP: (Phase.AGAIN,),
}
"""A first crawl has nobody to look up, and neither has an incremental one."""


@dataclass(frozen=True)
class Cell:
    """One fault, and where it strikes."""

    row: Row
    forge: type[ForgeUnderTest]
    phase: Phase
    place: Place

    def __str__(self) -> str:
        return f"{self.row.name}-{self.forge.name}-{self.phase}-{self.place}"

    @property
    def fault(self) -> Fault | Nameless | None:
        """What happens; None: nothing like that can."""
        return self.row.fault(self.forge, Strike(self.place, self.phase))

    @property
    def answered_well(self) -> int:
        """How many requests come before the fault: in a whole listing the first page."""
        whole = self.place is Place.LISTING and self.phase is not Phase.NEWS
        return 1 if whole and not self.row.from_the_start else 0

    @property
    def concludes(self) -> Concludes:
        """What the crawl concludes from it."""
        return self.row.concludes(self.forge.name, Strike(self.place, self.phase))


CELLS = tuple(
    cell
    for forge in FORGES
    for row in ROWS
    for place, phases in PHASES.items()
    for phase in phases
    if (cell := Cell(row, forge, phase, place)).fault is not None
)


def rows() -> Iterator[str]:
    """Write the rows of the table, in Markdown."""
    for row in ROWS:
        said = [_said([c for c in CELLS if c.row is row and c.place is place]) for place in Place]
        again = "yes" if row.again else "no"
        yield f"| {row.name} | {' | '.join(said)} | {again} |"


def _said(cells: list[Cell]) -> str:
    """Say what is concluded at a place: at most forges, and then at the others."""
    words = [cell.concludes for cell in cells]
    if not words:
        return "-"
    most = max(sorted(set(words)), key=words.count)
    others = []
    for phase in Phase:
        here = [cell for cell in cells if cell.phase is phase]
        [word, *more] = {cell.concludes for cell in here} or {most}
        if not more and word is not most and len(here) > 1:
            others.append(f"{phase}: {word}")
            cells = [cell for cell in cells if cell.phase is not phase]
    for forge in dict.fromkeys(cell.forge for cell in cells):
        here = [cell for cell in cells if cell.forge is forge]
        differing = [cell for cell in here if cell.concludes is not most]
        if differing and len({cell.concludes for cell in here}) == 1:
            others.append(f"{forge.name}: {differing[0].concludes}")
        else:
            others += [f"{forge.name}, {cell.phase}: {cell.concludes}" for cell in differing]
    return "; ".join([most, *others])
