# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What happens on a forge, night by night: drawn from a seed, done to a stand-in's world."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from harvester.model import IGNORE_FILE
from tests.crawl.build import BROKEN, GOOD
from tests.forges.world import Owner, Repository, Visibility, World

FORGE = "https://gitlab.opencode.de"
FILE = "publiccode.yml"
TOPIC = "publiccode-ignore"
KEY = "x-publiccode-ignore: true\n"
GROUPS = ("bund", "land/amt", "land/polizei", "stadt", "kreis")


@dataclass(eq=False, slots=True)
class Told:
    """What a repository's file says, as its publishers wrote it."""

    good: bool
    name: str
    key: bool = False


class Life:
    """Makes a world and lets time pass in it.

    Args:
        world: empty.
        seed: of all that is drawn.
        repositories: how many there are at first.
        nightly: how many events a night has, on average.
    """

    def __init__(self, world: World, *, seed: int, repositories: int, nightly: float) -> None:
        self.world = world
        self.random = random.Random(seed)
        self.events: Counter[str] = Counter()
        self.texts: dict[int, Told] = {}
        """What the files say, by repository id; files of copies are not here."""
        self.copies: set[int] = set()
        self.public_paths: frozenset[str] = frozenset()
        """As whoever looked last could see them; only what is there is copied."""
        self.away: list[str] = []
        """Paths of the owners that opted out, the first at the head."""
        self._nightly = nightly
        self._written = 0
        self._last = 0
        self._kinds: list[tuple[Callable[[Repository], None], int]] = [
            (self._push, 12),
            (self._write, 12),
            (self._break, 4),
            (self._mend, 5),
            (self._remove_file, 3),
            (self._restore_file, 3),
            (self._rename, 3),
            (self._move, 3),
            (self._delete, 3),
            (self._recreate, 2),
            (self._hide, 2),
            (self._show, 2),
            (self._archive, 2),
            (self._create, 6),
            (self._copy, 1),
            (self._opt_out_by_file, 1),
            (self._opt_out_by_key, 1),
            (self._opt_out_by_topic, 1),
            (self._opt_in, 3),
            (self._leave, 1),
            (self._come_back, 1),
        ]
        for group in GROUPS:
            world.group(group)
        for _ in range(repositories):
            self._create_one(with_file=self.random.random() < 0.3)

    def night(self) -> None:
        """Let a night pass."""
        actions = [action for action, _ in self._kinds]
        weights = [weight for _, weight in self._kinds]
        count = self.random.randint(0, round(2 * self._nightly))
        for action in self.random.choices(actions, weights, k=count):
            action(self.random.choice(self.world.repositories))

    # --- files ------------------------------------------------------------------------------

    def _count(self, event: str) -> None:
        self.events[event] += 1

    def _text(self, repository: Repository, told: Told) -> str:
        form = GOOD if told.good else BROKEN
        text = form.format(name=told.name, url=f"{FORGE}/{repository.path}")
        return text + KEY if told.key else text

    def _put(self, repository: Repository, *, good: bool, key: bool = False) -> None:
        self._written += 1
        told = Told(good, f"Software {repository.id} Fassung {self._written}", key)
        self.world.push(repository, {FILE: self._text(repository, told)})
        self.texts[repository.id] = told

    def _has_file(self, repository: Repository) -> bool:
        return FILE in repository.files and repository.id not in self.copies

    def _push(self, repository: Repository) -> None:
        self._count("push")
        self.world.push(repository, {"README.md": str(self.random.random())})

    def _write(self, repository: Repository) -> None:
        if self._has_file(repository):
            self._count("file written")
            self._put(repository, good=True, key=self.texts[repository.id].key)

    def _some(self, wanted: Callable[[Repository], bool]) -> Repository | None:
        """Draw one of those that something can happen to."""
        found = [row for row in self.world.repositories if wanted(row)]
        return self.random.choice(found) if found else None

    def _break(self, _: Repository) -> None:
        repository = self._some(self._has_file)
        if repository is not None:
            self._count("file broken")
            self._put(repository, good=False, key=self.texts[repository.id].key)

    def _mend(self, _: Repository) -> None:
        repository = self._some(lambda row: self._has_file(row) and not self.texts[row.id].good)
        if repository is not None:
            self._count("file mended")
            self._put(repository, good=True, key=self.texts[repository.id].key)

    def _remove_file(self, _: Repository) -> None:
        repository = self._some(self._has_file)
        if repository is not None:
            self._count("file removed")
            self.world.push(repository, {FILE: None})

    def _restore_file(self, _: Repository) -> None:
        repository = self._some(lambda row: row.id in self.texts and FILE not in row.files)
        if repository is not None:
            self._count("file restored")
            told = self.texts[repository.id]
            self.world.push(repository, {FILE: self._text(repository, told)})

    # --- repositories -----------------------------------------------------------------------

    def _create(self, _: Repository) -> None:
        self._count("created")
        self._create_one(with_file=self.random.random() < 0.5)

    def _create_one(self, *, with_file: bool) -> None:
        self._last += 1
        repository = self.world.create(
            f"{self.random.choice(GROUPS)}/projekt-{self._last}", {"a": ""}
        )
        if with_file:
            self._put(repository, good=self.random.random() < 0.85)

    def _rename(self, repository: Repository) -> None:
        """Give it a name that nobody had; its file declares the old one until it is written."""
        self._count("renamed")
        self._last += 1
        self.world.rename(repository, f"umbenannt-{self._last}")

    def _move(self, repository: Repository) -> None:
        owner = self.world.owner(self.random.choice(GROUPS))
        assert owner is not None
        if owner is not repository.owner:
            self._count("moved")
            self._last += 1
            self.world.transfer(repository, owner, f"{repository.slug}-{self._last}")

    def _delete(self, repository: Repository) -> None:
        self._count("deleted")
        self.world.delete(repository)

    def _recreate(self, _: Repository) -> None:
        """Delete one and make another of the same name, which is another repository."""
        repository = self._some(self._has_file)
        if repository is not None:
            self._count("recreated")
            path = repository.path
            self.world.delete(repository)
            self._put(self.world.create(path, {"a": ""}), good=True)

    def _copy(self, _: Repository) -> None:
        """Fork one with its file, which goes on to declare the original."""
        original = self._some(
            lambda row: (
                self._has_file(row) and self.texts[row.id].good and row.path in self.public_paths
            )
        )
        if original is not None:
            self._count("copied")
            self._put(original, good=True, key=self.texts[original.id].key)
            self._last += 1
            copy = self.world.fork(original, f"kreis/kopie-{self._last}")
            self.copies.add(copy.id)

    def _hide(self, _: Repository) -> None:
        repository = self._some(
            lambda row: self._has_file(row) and row.visibility is Visibility.PUBLIC
        )
        if repository is not None:
            self._count("made private")
            self.world.show_to(repository, Visibility.PRIVATE)

    def _show(self, _: Repository) -> None:
        repository = self._some(lambda row: row.visibility is Visibility.PRIVATE)
        if repository is not None:
            self._count("made public again")
            self.world.show_to(repository, Visibility.PUBLIC)

    def _archive(self, repository: Repository) -> None:
        self._count("archived" if not repository.archived else "taken out of the archive")
        self.world.archive(repository, archived=not repository.archived)

    # --- opt-outs ---------------------------------------------------------------------------

    def _opt_out_by_file(self, _: Repository) -> None:
        repository = self._some(self._has_file)
        if repository is not None:
            self._count("opted out by a file")
            self.world.push(repository, {IGNORE_FILE: ""})

    def _opt_out_by_key(self, _: Repository) -> None:
        repository = self._some(self._has_file)
        if repository is not None:
            self._count("opted out by the key")
            self._put(repository, good=True, key=True)

    def _opt_out_by_topic(self, _: Repository) -> None:
        repository = self._some(self._has_file)
        if repository is not None:
            self._count("opted out by a topic")
            self.world.change(repository, topics=(TOPIC,))

    def _opt_in(self, _: Repository) -> None:
        repository = self._some(
            lambda row: (
                bool(row.topics)
                or IGNORE_FILE in row.files
                or (self._has_file(row) and self.texts[row.id].key)
            )
        )
        if repository is None:
            return
        self._count("opt-out taken back")
        if repository.topics:
            self.world.change(repository, topics=())
        elif IGNORE_FILE in repository.files:
            self.world.push(repository, {IGNORE_FILE: None})
        else:
            self._put(repository, good=True)

    # --- owners -----------------------------------------------------------------------------

    def _leave(self, repository: Repository) -> None:
        """Let an owner opt out with all that it has: nothing of it moves but the topics."""
        if repository.owner.path not in self.away:
            self._count("owner opted out")
            self.away.append(repository.owner.path)
            self._tag(repository.owner, (TOPIC,))

    def _come_back(self, _: Repository) -> None:
        if self.away:
            self._count("owner came back")
            owner = self.world.owner(self.away.pop(0))
            assert owner is not None
            self._tag(owner, ())

    def _tag(self, owner: Owner, topics: tuple[str, ...]) -> None:
        for repository in self.world.of(owner):
            self.world.change(repository, topics=topics)
