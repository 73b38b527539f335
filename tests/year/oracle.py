# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a catalogue that keeps its promises must show; written from the promises, not the code.

- What a crawl sees good is listed by that crawl, under its name and address of that day.
- What is deleted stays for the grace time and two complete sweeps, and is then gone.
- A file that went, likewise. One that broke leaves the last good record for ``invalid_after``.
- Whom the forge says to be private, and who opts out, leaves with the crawl that sees it.
- Nothing is concluded from a day on which the forge is down.
"""

from dataclasses import dataclass, field

from harvester.model import IGNORE_FILE, State, software_id
from tests.forges.world import Repository, Visibility
from tests.year.life import FILE, FORGE, TOPIC, Life

GONE_AFTER, INVALID_AFTER = 3, 30
"""Days."""


Expected = dict[str, tuple[State, str | None, str]]
"""State, name and address of entries, by their ids."""


@dataclass(slots=True)
class Known:
    """What whoever crawls by the rules knows of one repository."""

    path: str
    name: str | None = None
    """That the newest good file gave."""
    file: str | None = None
    """``good``, ``broken`` or ``absent``; None as long as nobody saw any."""
    shown: State = State.INVALID
    """What the entry would be if it were not opted out."""
    bad_since: int = 0
    absent_sweeps: int = 0
    missed_since: int | None = None
    missed: int = 0
    ways: set[str] = field(default_factory=set)
    left: bool = False
    """The catalogue takes the repository for gone, not only its file."""


class Oracle:
    """Follows the forge day by day.

    Args:
        life: of the forge.
        told_private: whether look-ups tell private repositories from deleted ones.
    """

    def __init__(self, life: Life, *, told_private: bool) -> None:
        self._life = life
        self._told_private = told_private
        self.known: dict[int, Known] = {}

    def crawled(self, day: int, *, sweep: bool, read: set[int]) -> None:
        """Take note of a crawl that ended complete.

        Args:
            day: of the year.
            sweep: whether it read everything, not only what was active.
            read: ids of the repositories that it reads where it is no sweep.
        """
        there = {r.id: r for r in self._life.world.repositories}
        public = {i: r for i, r in there.items() if r.visibility is Visibility.PUBLIC}
        for repository in public.values():
            if sweep or repository.id in read or self._has_new_topic(repository):
                self._see(repository, day)
        for identity, known in self.known.items():
            if sweep and identity in public:
                known.absent_sweeps += known.file == "absent"
            elif sweep:
                private = self._told_private and identity in there
                self._miss(known, day, at_once=private)
            self._age(known, day)

    def expected(self) -> Expected:
        """Give every entry as it must be."""
        return {
            software_id(FORGE, str(identity)): (
                State.WITHDRAWN if known.ways else known.shown,
                known.name,
                f"{FORGE}/{known.path}",
            )
            for identity, known in self.known.items()
            if known.file is not None
        }

    def _has_new_topic(self, repository: Repository) -> bool:
        """Say whether a repository that is there for the catalogue got or lost the topic."""
        known = self.known.get(repository.id)
        if known is None or known.left:
            return False
        return (TOPIC in repository.topics) != ("topic" in known.ways)

    def _see(self, repository: Repository, day: int) -> None:
        if repository.id in self._life.copies:
            return
        known = self.known.setdefault(repository.id, Known(repository.path))
        known.path, known.missed, known.missed_since = repository.path, 0, None
        known.left = False
        opted_out, told = bool(known.ways), self._life.texts.get(repository.id)
        has_file = FILE in repository.files
        key = told is not None and told.key if has_file else "key" in known.ways
        wishes = {"topic": TOPIC in repository.topics, "key": key}
        wishes["file"] = IGNORE_FILE in repository.files
        known.ways = {way for way, wished in wishes.items() if wished}
        if known.ways and known.file is None:
            return  # nobody is told of who never was there
        if has_file and told is not None and told.good:
            known.name, known.file, known.shown = told.name, "good", State.LISTED
            return
        state = "broken" if has_file else "absent"
        if state == "absent" and known.file is None:
            return
        if known.file != state:
            known.bad_since, known.absent_sweeps = day, 0
        known.file = state
        if opted_out and not known.ways:  # let in again
            listed = State.LISTED if known.name is not None else State.INVALID
            known.shown = State.GONE if state == "absent" else listed
        elif known.shown is State.GONE and state == "broken":
            known.shown = State.INVALID

    def _miss(self, known: Known, day: int, *, at_once: bool) -> None:
        known.missed += 1
        known.missed_since = day if known.missed_since is None else known.missed_since
        over = known.missed >= 2 and day - known.missed_since >= GONE_AFTER
        if over or at_once:
            known.shown, known.left = State.GONE, True

    def _age(self, known: Known, day: int) -> None:
        if known.ways or known.shown is State.GONE:
            return
        age = day - known.bad_since
        if known.file == "absent" and known.absent_sweeps >= 2 and age >= GONE_AFTER:
            known.shown = State.GONE
        elif known.file == "broken" and age >= INVALID_AFTER:
            known.shown = State.INVALID
