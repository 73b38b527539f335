# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Every fault, at every forge, in every crawl, wherever it strikes.

After each: nothing lost, nothing wrongly gone, the summary tells the truth, and a faultless crawl
ends at the catalogue that it would have made without the fault.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from connectors.transport.graphql.page_size import PageSize
from harvester.cli.exits import ExitCode
from harvester.cli.summary import exit_code
from harvester.crawl import SourceSummary
from harvester.model import ItemStatus
from tests.forges.faults import Request
from tests.forges.world import World
from tests.outcomes.bench import BEFORE, HEALED, LOST, STRUCK, Bench, Picture
from tests.outcomes.faults import SIGN_IN_PATH, Concludes, Nameless
from tests.outcomes.places import OWNERS, ForgeUnderTest, Phase, Place
from tests.outcomes.table import CELLS, PHASES, Cell, rows

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "outcomes.md"


@dataclass
class Ground:
    """A running forge, what a catalogue of it was before the fault, and what it should become."""

    bench: Bench
    templates: dict[Place, Path]
    expected: dict[tuple[Place, Phase], tuple[Picture, Picture]]
    """After the crawl that meets no fault, and after one more."""
    swept: dict[Place, Picture]
    """After incremental crawls without a fault, and a sweep."""

    def begin(self, place: Place, phase: Phase) -> None:
        """Let the catalogue be as it is before a crawl of this phase."""
        self.bench.reset(None if phase is Phase.FIRST else self.templates[place])


@pytest.fixture(scope="module", autouse=True)
def small_pages() -> Iterator[None]:
    """Let listings over GraphQL have several pages."""
    patch = pytest.MonkeyPatch()
    defaults = PageSize.__init__.__defaults__
    assert defaults is not None
    patch.setattr(PageSize.__init__, "__defaults__", (3, *defaults[1:]))
    yield
    patch.undo()


@pytest.fixture(scope="module")
def ground_of(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[type[ForgeUnderTest]], Ground]]:
    grounds: dict[type[ForgeUnderTest], Ground] = {}
    with ExitStack() as stack:

        def give(kind: type[ForgeUnderTest]) -> Ground:
            if kind not in grounds:
                grounds[kind] = _ground(kind, stack, tmp_path_factory.mktemp(kind.kind))
            return grounds[kind]

        yield give


def _ground(kind: type[ForgeUnderTest], stack: ExitStack, folder: Path) -> Ground:
    world = World()
    for owner in OWNERS:
        (world.organization if kind.kind == "github" else world.group)(owner)
    bench = Bench(kind(world, stack), folder)
    stack.callback(bench.close)
    bench.fill()
    templates = {place: folder / f"{place.name}.db" for place in Place}
    for place, path in templates.items():
        bench.reset(None)
        assert bench.crawl(place, BEFORE).complete
        bench.keep(path)
    bench.lose()
    for place, path in templates.items():
        bench.reset(path)
        assert bench.crawl(place, BEFORE.replace(hour=20)).complete
        bench.keep(path)
    bench.go_on()
    ground = Ground(bench, templates, {}, {})
    for place, phases in PHASES.items():
        for phase in phases:
            pictures = []
            ground.begin(place, phase)
            for at in (STRUCK, HEALED):
                done = bench.crawl(place, at, full=phase is not Phase.NEWS)
                assert done.complete, done
                pictures.append(bench.picture())
            ground.expected[place, phase] = (pictures[0], pictures[1])
            if phase is Phase.NEWS:
                assert bench.crawl(place, HEALED).complete
                ground.swept[place] = bench.picture()
    return ground


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_fault(cell: Cell, ground_of: Callable[[type[ForgeUnderTest]], Ground]) -> None:
    ground = ground_of(cell.forge)
    bench, place = ground.bench, cell.place
    fault = cell.fault
    assert fault is not None
    full = cell.phase is not Phase.NEWS
    later = cell.answered_well
    strikes = bench.forge.strikes(place)
    ground.begin(place, cell.phase)
    before = bench.picture()
    stand_in = bench.forge.forge
    stand_in.forget()
    if isinstance(fault, Nameless):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", nobody_knows)
            struck = bench.crawl(place, STRUCK, full=full, by_name=True)
        assert not stand_in.log
    else:
        stand_in.faults.plan(fault, when=strikes, skip=later, times=cell.row.times)
        stand_in.faults.plan(cell.row.beyond, when=is_sign_in, times=cell.row.times)
        port = stand_in.port
        try:
            struck = bench.crawl(place, STRUCK, full=full, timeout=cell.row.timeout)
        finally:
            stand_in.faults.clear()
            bench.listen_again(port)
        assert sum(strikes(exchange.request) for exchange in stand_in.log) > later, "it met nothing"
    after = bench.picture()
    expected, in_the_end = ground.expected[place, cell.phase]
    _tells_the_truth(cell, struck, bench)
    _loses_nothing(before, after, expected)
    if cell.concludes is Concludes.OVERCOME:
        assert not differences(after, expected)
    if cell.concludes is Concludes.UNKNOWN:
        lost = [row for row in after["repository"].values() if row["path"] == LOST]
        assert [row["gone_reason"] for row in lost] == [None]
    healed = bench.crawl(place, HEALED, full=full)
    assert healed.complete, healed.error
    if struck.cursor is not None:
        assert healed.resumed_from == struck.cursor
    if cell.concludes is Concludes.BELIEVED and cell.phase is Phase.NEWS:
        # What was passed over has not moved since: only a sweep comes by it again.
        assert bench.crawl(place, HEALED).complete
        in_the_end = ground.swept[place]
    assert not differences(bench.picture(), in_the_end)


def nobody_knows(host: str, *_: object, **__: object) -> NoReturn:
    raise socket.gaierror(socket.EAI_NONAME, f"Name or service not known: {host}")


def is_sign_in(request: Request) -> bool:
    return request.path == SIGN_IN_PATH


def _tells_the_truth(cell: Cell, summary: SourceSummary, bench: Bench) -> None:
    errored = [item for item in bench.ears.items if item.status is ItemStatus.ERRORED]
    assert summary.items[ItemStatus.ERRORED] == len(errored)
    code = exit_code([summary])
    told = (summary.complete, summary.error is not None, bool(errored), code)
    match cell.concludes:
        case Concludes.OVERCOME | Concludes.BELIEVED:
            assert told == (True, False, False, ExitCode.OK), summary
        case Concludes.ENDS | Concludes.DOUBTED:
            assert told[:2] == (False, True), (summary, errored)
            assert code == (ExitCode.FAILED if summary.answered else ExitCode.UNUSABLE)
            _helps(summary.error or "", cell)
        case Concludes.ITEM:
            assert told == (False, False, True, ExitCode.FAILED), (summary, errored)
        case Concludes.UNKNOWN:
            assert told == (True, False, True, ExitCode.OK), (summary, errored)
    for item in errored:
        assert item.subject.startswith(cell.forge.url), item
        _helps(item.message or "", cell)
    if cell.row.again:
        assert summary.spent.retries > 0 or summary.spent.waited_seconds > 0, summary


def _helps(message: str, cell: Cell) -> None:
    """A message names the thing, the place and the remedy."""
    assert ";" in message or "?" in message, message


def differences(now: Picture, then: Picture) -> list[object]:
    """Give the rows that are not the same in two pictures."""
    return [
        (table, key, now[table].get(key), then[table].get(key))
        for table in now
        for key in now[table].keys() | then[table].keys()
        if now[table].get(key) != then[table].get(key)
    ]


def _loses_nothing(before: Picture, after: Picture, expected: Picture) -> None:
    """Whatever is known now was known before, or is what a faultless crawl would have learnt."""
    for table, now in after.items():
        was, will = before[table], expected[table]
        assert was.keys() & will.keys() <= now.keys(), table
        for key, row in now.items():
            good = [_told(one[key]) for one in (was, will) if key in one]
            assert _told(row) in good, (table, key)


_TO_BE_READ = ("revision", "topics", "languages")


def _told(row: Mapping[str, object]) -> Mapping[str, object]:
    """Leave out what only says what is to be read again."""
    return {name: value for name, value in row.items() if name not in _TO_BE_READ}


def test_the_document_and_the_cells_say_the_same() -> None:
    _, _, after = DOCUMENT.read_text("utf-8").partition("<!-- the table -->")
    table, _, _ = after.partition("<!-- its end -->")
    lines = [line for line in table.splitlines() if line.startswith("|")]
    assert lines[2:] == list(rows())


def test_the_count_of_cells() -> None:
    said = f"{len(CELLS)} cells"
    assert said in DOCUMENT.read_text("utf-8"), said
