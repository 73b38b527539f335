# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A year in the life of a forge: after each day, the catalogue is what the promises say."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.opencode import OpenCodeConnector
from harvester.cli.adapters import MemoryBudgets, NoValidators
from harvester.crawl import CrawlTask, KeepPolicy, SourceSummary, crawl
from harvester.crawl.foresee import OVERLAP
from harvester.model import Forge, State
from harvester.ports.connector import ForgeAccess, HttpOptions
from harvester.worker import Worker
from storage.catalogue import SqlCatalogue, open_catalogue
from tests.crawl.build import Ears, plan
from tests.forges.clock import START
from tests.forges.faults import Request, html
from tests.forges.gitlab import GitLabForge
from tests.forges.world import Visibility, World, insider, newest_activity
from tests.year.life import FORGE, TOPIC, Life
from tests.year.oracle import Expected, Oracle

log = logging.getLogger(__name__)

HIDDEN = {State.GONE, State.WITHDRAWN, State.BLOCKED}
PAGE = 100
HALF_A_DAY = timedelta(hours=12)
"""Taken off the grace times, so that days can be counted whatever the hour of a crawl."""


class Year:
    """A forge, a catalogue that follows it, and an oracle."""

    def __init__(
        self, forge: GitLabForge, catalogue: SqlCatalogue, life: Life, *, token: str | None
    ) -> None:
        self.forge = forge
        self.catalogue = catalogue
        self.life = life
        self.token = token
        self.oracle = Oracle(life, told_private=token is not None)
        self.plan = plan(
            name="opencode",
            kind="opencode",
            forge=Forge(url=FORGE, kind="opencode"),
            opt_out_topics=(TOPIC,),
            sweep_every=timedelta(days=7) - HALF_A_DAY,
            keep=KeepPolicy(
                gone_after=timedelta(days=3) - HALF_A_DAY,
                invalid_after=timedelta(days=30) - HALF_A_DAY,
                gate=1.0,  # nobody is there to approve
            ),
        )
        self.day = 0
        self.seq = 0
        self.states: dict[str, State] = {}
        """As the change feed tells them."""
        self.lent: set[str] = set()
        """Entries for which only copies speak, or did before a good file of their own."""
        self.covered = START - timedelta(days=1)
        self.tallies: Counter[str] = Counter()

    # --- what happens -----------------------------------------------------------------------

    def live(self, days: int) -> None:
        """Let days pass: a night of events, and a crawl in the morning."""
        for self.day in range(days):
            morning = START + timedelta(days=self.day, hours=9)
            self.forge.clock.advance(seconds=(morning - self.forge.clock.now()).total_seconds() / 2)
            if self.day:
                self.life.night()
            self.forge.clock.advance(seconds=(morning - self.forge.clock.now()).total_seconds())
            self._morning(self.life.random.random())
            self.check()

    def _morning(self, chance: float) -> None:
        began = self.forge.clock.now()
        if chance < 0.05:
            self.forge.faults.plan(html(503), times=10_000)
            assert not self.crawl().complete
            self.forge.faults.clear()
            self.tallies["days of outage"] += 1
            return
        if chance < 0.2:
            # It breaks down while it is read, and comes back within the hour.
            pages = self.life.random.randint(0, 3)
            self.forge.faults.plan(html(502), when=is_listing, skip=pages, times=10)
            first = self.crawl()
            self.forge.faults.clear()
            self.tallies["crawls broken off"] += not first.complete
            if first.complete:
                self._concluded(began)
        self.forge.clock.advance(minutes=20)
        summary = self.crawl()
        assert summary.complete, summary
        self._concluded(began)

    def crawl(self) -> SourceSummary:
        """Crawl once, in this process."""
        forge = self.forge
        access = ForgeAccess(
            source="opencode",
            url=FORGE,
            api_url=f"{forge.url}/api/v4",
            graphql_url=f"{forge.url}/api/graphql",
            token=self.token,
            http=HttpOptions(user_agent="harvester", attempts=2),
            clock=forge.clock,
            budgets=MemoryBudgets(),
            validators=NoValidators(),
        )
        self.ears = Ears()

        async def run() -> SourceSummary:
            with Worker("year") as worker:
                async with OpenCodeConnector(access) as connector:
                    return await crawl(
                        CrawlTask(source=self.plan),
                        connector=connector,
                        catalogue=self.catalogue,
                        worker=worker,
                        clock=forge.clock,
                        listener=self.ears,
                        stop=asyncio.Event(),
                        holder="year",
                    )

        self.tallies["crawls"] += 1
        return asyncio.run(run())

    def _concluded(self, began: Any) -> None:
        self.tallies["sweeps"] += self.ears.sweep
        self.oracle.crawled(self.day, sweep=self.ears.sweep, read=self._read())
        self.covered = began
        world = self.life.world.repositories
        self.life.public_paths = frozenset(
            r.path for r in world if r.visibility is Visibility.PUBLIC
        )

    def _read(self) -> set[int]:
        """Give what an incremental crawl reads: pages, up to the first on which nothing moved."""
        world = self.life.world.repositories
        public = [r for r in world if r.visibility is Visibility.PUBLIC]
        newest = sorted(public, key=newest_activity, reverse=True)
        read: set[int] = set()
        for start in range(0, len(newest), PAGE):
            page = newest[start : start + PAGE]
            read |= {r.id for r in page}
            if all(r.activity_at < self.covered - OVERLAP for r in page):
                break
        return read

    # --- what must hold ---------------------------------------------------------------------

    def check(self) -> None:
        """Compare the catalogue with what is promised, and the feed with both."""
        expected = self.oracle.expected()
        entries = {
            entry.id: json.loads(entry.document)
            for entry in self.catalogue.entries(None, activity=False)
        }
        self._set_aside(entries, expected)
        compared = entries.keys() - self.lent
        assert compared == expected.keys() - self.lent, (
            self.day,
            [entries[key] for key in compared - expected.keys()],
            [expected[key] for key in expected.keys() - entries.keys()],
        )
        for key in compared:
            state, name, url = expected[key]
            entry = entries[key]
            assert entry["state"] == state, (self.day, state, entry)
            if state is State.LISTED:
                assert (entry["name"], entry["url"]) == (name, url), (self.day, entry)
        self._check_no_twins(entries)
        self._check_feed(entries)
        self.tallies["comparisons"] += len(compared)

    def _set_aside(self, entries: dict[str, Any], expected: Expected) -> None:
        """Leave out what the oracle does not know: what copies tell of who has no good file.

        A file that lies elsewhere speaks for the repository at the address that it declares, as
        long as that one says nothing itself; so it does for whoever comes to that address later.
        """
        good = {key for key, (_, name, _) in expected.items() if name is not None}
        copied = {
            row.software_id
            for row, repository in self.catalogue.files()
            if int(repository.facts.forge_id) in self.life.copies and row.software_id is not None
        }
        self.lent = (self.lent | copied) - good
        self.tallies["set aside"] += len(self.lent & entries.keys())

    def _check_no_twins(self, entries: dict[str, Any]) -> None:
        """No address is listed twice, but for one whose former repository is in its grace time."""
        there = {str(r.id) for r in self.life.world.repositories}
        listed = Counter(
            entry["url"]
            for entry in entries.values()
            if entry["state"] == State.LISTED and entry["repository"]["forge_id"] in there
        )
        assert not [url for url, count in listed.items() if count > 1]

    def _check_feed(self, entries: dict[str, Any]) -> None:
        """The feed has no gap, and whoever followed it knows who is shown."""
        rows = self.catalogue.changes(self.seq, 100_000)
        assert [row.seq for row in rows] == list(range(self.seq + 1, self.seq + 1 + len(rows)))
        self.seq += len(rows)
        for row in rows:
            key, kind = row.change.software_id, row.change.type
            hidden = self.states.get(key) in HIDDEN
            first = key not in self.states
            assert first if kind == "created" else not first or kind == "deleted", (self.day, row)
            assert not (kind == "deleted" and hidden), (self.day, row)
            assert (kind == "restored") <= hidden, (self.day, row)
            self.states[key] = (
                State.GONE if kind == "deleted" or (kind == "updated" and hidden) else State.LISTED
            )
            self.tallies[f"change: {kind}"] += 1
            if kind == "deleted":
                self.tallies[f"tombstone: {row.change.reason}"] += 1
        for key, entry in entries.items():
            assert (self.states[key] in HIDDEN) == (entry["state"] in HIDDEN), (self.day, entry)


def is_listing(request: Request) -> bool:
    """Say whether a page of the listing is asked for, not a look-up or a text."""
    return b"query Instance" in request.body


@contextmanager
def year(folder: Path, *, token: str | None, **life: Any) -> Iterator[Year]:
    world = World()
    made = Life(world, **life)
    with GitLabForge(world, public_url=FORGE) as forge:
        forge.tokens["good"] = insider()
        catalogue = open_catalogue(f"sqlite:///{folder / 'year.db'}")
        try:
            yield Year(forge, catalogue, made, token=token)
        finally:
            catalogue.close()


@pytest.mark.parametrize("token", [None, "good"])
def test_a_season_of_a_small_forge(tmp_path: Path, token: str | None) -> None:
    with year(tmp_path, token=token, seed=1, repositories=90, nightly=4) as lived:
        lived.live(60)
    assert lived.tallies["set aside"] * 50 < lived.tallies["comparisons"]
    reasons = {name for name in lived.tallies if name.startswith("tombstone")}
    assert ("tombstone: private" in reasons) == (token is not None)
    assert "tombstone: deleted" in reasons
    assert {f"tombstone: opt-out-{way}" for way in ("topic", "key", "file")} <= reasons
    assert {"owner opted out", "owner came back"} <= lived.life.events.keys()


@pytest.mark.long
@pytest.mark.parametrize(("token", "repositories"), [(None, 2000), ("good", 500)])
def test_a_year_of_a_large_forge(tmp_path: Path, token: str | None, repositories: int) -> None:
    with year(
        tmp_path, token=token, seed=2026, repositories=repositories, nightly=repositories / 100
    ) as lived:
        lived.live(365)
    hidden = [r for r in lived.life.world.repositories if r.visibility is Visibility.PRIVATE]
    assert hidden
    assert {"created", "updated", "deleted", "restored"} == {
        name.removeprefix("change: ") for name in lived.tallies if name.startswith("change")
    }
    assert lived.tallies["sweeps"] > 45
    assert lived.tallies["set aside"] * 50 < lived.tallies["comparisons"]
    assert {"owner opted out", "owner came back"} <= lived.life.events.keys()
    log.info("%s: %s, %s", token or "anonymous", dict(lived.life.events), dict(lived.tallies))
