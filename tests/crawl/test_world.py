# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Whatever happens on the forges, and in whatever order pages tell it, the catalogue is the same.

Two worlds live through the same events and are crawled in other orders and other pages. After each
crawl the catalogue is looked at as a whole: it must be at rest, and the feed must tell what moved.
"""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harvester.crawl import SourcePlan
from harvester.crawl.entries import Catalog, settle
from harvester.model import (
    FileVersion,
    Forge,
    ItemStatus,
    Outcome,
    Sighting,
    repository_id,
    software_id,
)
from harvester.ports.listing import Found, Scope, ScopeKind
from harvester.ports.rows import Keys
from harvester.urls import url_key
from storage import closure
from storage.catalogue import SqlCatalogue, open_catalogue
from tests.crawl.build import BROKEN, FORGE, GOOD, Clock, OneCity, Scripted, file, plan, sighting
from tests.crawl.conftest import House

OTHER = Forge(url="https://other.example", kind="scripted")
SOURCES = (
    plan(name="whole"),
    plan(name="other", forge=OTHER),
    plan(name="city", scope=Scope(ScopeKind.OWNERS, ("city",))),
)
PATHS = ("city/one", "town/two")
TARGETS = (
    *(f"{forge.url}/{path}" for forge in (FORGE, OTHER) for path in PATHS),
    "https://nowhere.example/x",
)

EVENTS = st.one_of(
    st.tuples(
        st.just("write"),
        st.integers(0, 7),
        st.sampled_from(["publiccode.yml", "publiccode.yml", "publiccode.yaml"]),
        st.integers(0, len(TARGETS)),
        st.sampled_from([True, True, False]),
    ),
    st.tuples(st.just("remove"), st.integers(0, 7)),
    st.tuples(st.just("rename"), st.integers(0, 7), st.integers(0, 7)),
    st.tuples(st.just("swap"), st.integers(0, 7), st.integers(0, 7)),
    st.tuples(st.just("delete"), st.integers(0, 7)),
    st.tuples(st.just("create"), st.integers(0, 7)),
    st.tuples(st.just("fork"), st.integers(0, 7)),
    st.tuples(st.just("wait"), st.sampled_from([1, 4, 31])),
    st.tuples(st.just("crawl"), st.integers(0, 2)),
    st.tuples(st.just("crawl"), st.integers(0, 2)),
)


@dataclass
class Repo:
    """A repository of the made-up world."""

    number: int
    forge: Forge
    path: str
    files: dict[str, str] = field(default_factory=dict)
    """Text by path."""
    targets: dict[str, str | None] = field(default_factory=dict)
    fork: bool = False

    def seen(self) -> Sighting:
        versions: list[FileVersion] = [
            file(self.files[name], name)
            for name in ("publiccode.yml", "publiccode.yaml")
            if name in self.files
        ]
        made = sighting(self.number, self.path, *versions, fork=self.fork)
        url = f"{self.forge.url}/{self.path}"
        return replace(
            made, repository=replace(made.repository, web_url=url, raw_base=f"{url}/-/raw/main/")
        )


class World:
    """Two forges, and a catalogue that three sources fill."""

    def __init__(self, catalogue: SqlCatalogue, order: random.Random) -> None:
        self.house = House(catalogue, clock=Clock())
        self.catalogue = catalogue
        self.order = order
        self.repos = [
            Repo(number, forge, path)
            for number, (forge, path) in enumerate((f, p) for f in (FORGE, OTHER) for p in PATHS)
        ]
        self.gone: list[Repo] = []
        self.next = len(self.repos)
        self.versions = 0

    def happen(self, event: tuple[Any, ...]) -> None:
        kind, *details = event
        if kind == "wait":
            self.house.clock.advance(days=details[0])
        elif kind == "crawl":
            self.crawl(SOURCES[details[0]])
        elif kind == "create":
            self._create(details[0])
        elif self.repos:
            repo = self.repos[details[0] % len(self.repos)]
            getattr(self, f"_{kind}")(repo, *details[1:])

    def _write(self, repo: Repo, path: str, target: int, good: bool) -> None:
        own = f"{repo.forge.url}/{repo.path}"
        url = TARGETS[target] if target < len(TARGETS) else own
        text = (GOOD if good else BROKEN).format(name=f"{repo.number} {self.versions % 3}", url=url)
        self.versions += 1
        repo.files[path], repo.targets[path] = text, url

    def _remove(self, repo: Repo) -> None:
        if repo.files:
            repo.files.pop(max(repo.files))

    def _free(self, forge: Forge) -> list[str]:
        taken = {repo.path for repo in self.repos if repo.forge == forge}
        return [path for path in (*PATHS, "town/three", "city/four") if path not in taken]

    def _rename(self, repo: Repo, choice: int) -> None:
        free = self._free(repo.forge)
        if free:
            repo.path = free[choice % len(free)]

    def _swap(self, repo: Repo, choice: int) -> None:
        other = self.repos[choice % len(self.repos)]
        if other.forge == repo.forge:
            repo.path, other.path = other.path, repo.path

    def _delete(self, repo: Repo) -> None:
        self.repos.remove(repo)
        self.gone.append(repo)

    def _create(self, choice: int) -> None:
        forge = (FORGE, OTHER)[choice % 2]
        free = self._free(forge)
        if not free:
            return
        if self.gone and choice > 5 and self.gone[-1].forge == forge:
            back = self.gone.pop()
            back.path = free[choice % len(free)]
            self.repos.append(back)
            return
        self.repos.append(Repo(self.next, forge, free[choice % len(free)]))
        self.next += 1

    def _fork(self, repo: Repo) -> None:
        repo.fork = not repo.fork

    def crawl(self, source: SourcePlan) -> None:
        there = [repo for repo in self.repos if repo.forge == source.forge]
        listed = [
            repo.seen()
            for repo in there
            if source.scope.kind is ScopeKind.INSTANCE or repo.path.startswith("city/")
        ]
        self.order.shuffle(listed)
        connector = Scripted(
            listed,
            page_size=self.order.randint(1, 4),
            read_batch=self.order.randint(1, 3),
            look_ups={str(repo.number): Found(sighting=repo.seen()) for repo in there},
        )
        self.house.source = source
        self.house.clock.advance(minutes=10)
        before, head = self.lines(), self.catalogue.head()
        summary = self.house.crawl(connector=connector, full=True)
        assert summary.error is None
        self.check_feed(before, head)
        self.check_rest()
        self.check_files(there if source is SOURCES[0] else [])
        self.check_again(connector)

    def check_again(self, connector: Scripted) -> None:
        """The same pages again, apart from the conclusion, write nothing."""
        before, head = self.state(), self.catalogue.head()
        summary = self.house.crawl(connector=connector, limit=1000)
        assert (self.state(), self.catalogue.head()) == (before, head)
        assert summary.items[ItemStatus.UNCHANGED] == len(connector.sightings)

    def lines(self) -> dict[str, dict[str, Any]]:
        return {
            entry.id: {
                **json.loads(entry.document),
                "updated_at": entry.updated_at.isoformat(),
            }
            for entry in self.catalogue.entries(None, activity=False)
        }

    def check_feed(self, before: dict[str, dict[str, Any]], head: int) -> None:
        """Change rows tell just the entries that differ, and of what kind the difference is."""
        after = self.lines()
        told: dict[str, list[str]] = {}
        for row in self.catalogue.changes(head, 1000):
            told.setdefault(row.change.software_id, []).append(row.change.type)
        hidden = {"gone", "withdrawn", "blocked"}
        for key in before.keys() | after.keys():
            was, now = before.get(key), after.get(key)
            differs = was != now
            # Within one crawl, an entry may move there and back again.
            assert not differs or key in told, ("untold", was, now)
            if was is None and now is not None:
                assert told[key][0] == "created", (told[key], now)
            elif was is not None and now is None:
                assert told[key][-1] == "deleted", (told[key], was)
            elif was is not None and now is not None and differs:
                if was["state"] in hidden and now["state"] not in hidden:
                    assert "restored" in told[key], (told[key], was, now)
                if was["state"] not in hidden and now["state"] in hidden:
                    assert told[key][-1] == "deleted", (told[key], was, now)
                assert "created" not in told[key]

    def check_rest(self) -> None:
        """Nothing is left to do: the whole catalogue at once says the same as its parts did."""
        store = self.catalogue.store
        pairs = list(self.catalogue.files())
        with store.reading() as connection:
            ids = connection.exec_driver_sql("SELECT id FROM repository").scalars().all()
            urls = connection.exec_driver_sql("SELECT url FROM software").scalars().all()
            whole = closure.load(
                connection,
                store.dialect,
                Keys(repository_ids=frozenset(ids), urls=frozenset(urls)),
            )
        assert len(whole.files) == len(pairs)
        settled = settle(
            Catalog(
                repositories=whole.repositories,
                files={(row.repository_id, row.path): row for row in whole.files},
                before=whole.files,
                software=whole.software,
                aliases=whole.aliases,
            ),
            frozenset(whole.software),
            OneCity(),
            self.house.clock.now(),
        )
        olds = {(row.repository_id, row.path): row for row in whole.files}
        moved = [(olds[row.repository_id, row.path], row) for row in settled.files]
        assert not settled.merges, settled.merges
        assert not moved, moved
        texts = [
            (whole.software[row.id].document if row.id in whole.software else None, row.document)
            for row in settled.software
            if row.id not in whole.software or row.document != whole.software[row.id].document
        ]
        assert not texts, texts
        assert not settled.changes
        assert not settled.software, settled.software
        provenances = Counter(
            (entry["id"], p["web_url"], p["path"])
            for entry in self.lines().values()
            for p in entry["provenances"]
        )
        assert provenances == Counter(
            (row.software_id, repository.facts.web_url, row.path)
            for row, repository in pairs
            if row.software_id is not None
        )
        for row, _ in pairs:
            assert (row.outcome is Outcome.SUPERSEDED) == (row.software_id is None), row

    def check_files(self, there: Sequence[Repo]) -> None:
        """Every present file has the outcome and the entry that the forge makes plain."""
        stored = {(row.repository_id, row.path): row for row, _ in self.catalogue.files()}
        at = {url_key(f"{repo.forge.url}/{repo.path}"): repo for repo in there}
        lines = self.lines()
        for repo in there:
            key = repository_id(repo.forge.url, str(repo.number))
            names = sorted(repo.files, key=lambda name: name.endswith(".yaml"))
            for rank, name in enumerate(names):
                row = stored[key, name]
                if rank > 0:
                    assert row.outcome is Outcome.SUPERSEDED, row
                    continue
                assert row.outcome is not Outcome.SUPERSEDED, row
                assert row.state in ("valid", "invalid")
                assert row.software_id in lines
                target = at.get(url_key(repo.targets[name] or ""))
                if target is not None:
                    assert row.software_id == software_id(target.forge.url, str(target.number))
                    assert (row.outcome is Outcome.OTHER_PLACE) == (target is not repo)
                own = row.outcome is Outcome.LISTED
                assert not own or lines[row.software_id]["state"] == "listed"

    def state(self) -> tuple[Any, ...]:
        files = sorted(
            (
                repository.forge.url,
                repository.facts.web_url,
                repository.id,
                row.path,
                row.state,
                row.outcome,
                row.reason,
                row.software_id or "",
                str(row.bad_since),
                row.absent_sweeps,
            )
            for row, repository in self.catalogue.files()
        )
        return self.lines(), files


@settings(max_examples=10, deadline=None)
@given(st.lists(EVENTS, min_size=5, max_size=15), st.integers(0, 10))
def test_two_orders_of_the_same_life_make_the_same_catalogue(
    life: list[tuple[Any, ...]], seed: int
) -> None:
    catalogues = [open_catalogue("sqlite://") for _ in range(2)]
    worlds = [
        World(catalogue, random.Random(seed * 2 + number))
        for number, catalogue in enumerate(catalogues)
    ]
    try:
        for event in [*life, *(("crawl", n) for n in (0, 1, 2, 0))]:
            for world in worlds:
                world.happen(event)
            if event[0] == "crawl":
                assert worlds[0].state() == worlds[1].state()
    finally:
        for catalogue in catalogues:
            catalogue.close()
