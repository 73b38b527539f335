# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The daemon in this process, by a clock that a test moves."""

import asyncio
import itertools
import logging
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import select

from harvester.cli import catalogues, installed, planning
from harvester.cli.invocation import LogFormat, LogLevel
from harvester.cli.logs import configure
from harvester.daemon.daemon import Daemon
from harvester.daemon.metrics import Metrics
from harvester.model import State
from harvester.ports.catalogue import Catalogue
from harvester.ports.errors import CatalogueError, SchemaAheadError
from harvester.settings import load
from harvester.worker import Worker
from storage.engine import Store
from storage.tables import crawl
from tests.crawl.build import Clock
from tests.forges.faults import Answer, Hang, html
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.sample import opencode_world
from tests.staging import Stage, gitlab_source
from tests.storage import made
from tests.storage.test_schema import set_version


@dataclass
class Kept:
    """A daemon, what it keeps, and the hands of its clock."""

    daemon: Daemon
    catalogue: Catalogue
    worker: Worker
    clock: Clock
    forge: GitLabForge

    async def tick(self, *, settle: bool = True, **span: float) -> None:
        """Let time pass, tick, and wait until what that began has ended."""
        self.clock.advance(**span)
        await self.daemon.tick(self.catalogue, self.worker)
        while settle and self.daemon.crawling:  # noqa: ASYNC110 - tasks end by themselves
            await asyncio.sleep(0.005)

    async def asked(self) -> None:
        """Wait until the forge has been asked for something."""
        while self.forge.requests() == 0:  # noqa: ASYNC110 - it runs in a thread of its own
            await asyncio.sleep(0.005)

    async def chores(self) -> None:
        """Wait until what is done once a day has been done."""
        while self.daemon.busy:  # noqa: ASYNC110 - it ends by itself
            await asyncio.sleep(0.005)

    def crawls(self) -> int:
        """Count the crawls that were begun."""
        with closing(Store(self.daemon.configuration.database_url())) as store:
            return len(list(crawls_of(store)))


def crawls_of(store: Store) -> Iterator[int]:
    with store.reading() as connection:
        yield from connection.execute(select(crawl.c.id)).scalars()


Script = Callable[[Kept], Coroutine[Any, Any, None]]


@pytest.fixture
def forge() -> Iterator[GitLabForge]:
    with GitLabForge(opencode_world(), public_url="https://gitlab.opencode.de") as made:
        yield made


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure(LogLevel.DEBUG, LogFormat.JSON)
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def kept(tmp_path: Path, forge: GitLabForge) -> Callable[[Script], None]:
    """Run a script with a daemon of one source that is due every six hours."""
    stage = Stage(tmp_path / "stage", [gitlab_source(forge, every="6h")])

    def run(script: Script) -> None:
        asyncio.run(run_script(script, stage, forge))

    return run


async def run_script(script: Script, stage: Stage, forge: GitLabForge) -> None:
    """Run a script with a daemon of a stage."""
    clock = Clock()
    with Worker("daemon") as worker:
        daemon = Daemon(
            lambda: load(stage.configuration, os.environ, installed.options()),
            clock=clock,
            holder=catalogues.holder(),
            metrics=Metrics(),
            stop=asyncio.Event(),
        )
        with catalogues.catalogue(daemon.configuration) as catalogue:
            await script(Kept(daemon, catalogue, worker, clock, forge))
            await daemon.finish(catalogue, worker)


Run = Callable[[Script], None]


def test_what_is_due_is_crawled_and_nothing_else(kept: Run) -> None:
    async def script(it: Kept) -> None:
        assert it.daemon.unready() == "it has just been started"
        await it.tick()
        assert it.daemon.unready() is None
        first = it.crawls()
        assert first > 0
        await it.tick(hours=5, minutes=59)
        assert it.crawls() == first
        await it.tick(minutes=2)
        assert it.crawls() == first + 1

    kept(script)


def test_the_log_has_the_prediction_beside_what_was_spent_and_figures_tell_whose_budget(
    kept: Run,
) -> None:
    async def script(it: Kept) -> None:
        with structlog.testing.capture_logs() as logged:
            await it.tick()
        (line,) = [line for line in logged if line["event"] == "crawl complete"]
        assert line["requests"] >= line["predicted_requests"] > 0
        assert line["predicted_points"] == 0
        figures = it.daemon.metrics.text().decode()
        counted = [one for one in figures.splitlines() if "_budget_requests_total{" in one]
        assert sum(float(one.rpartition(" ")[2]) for one in counted) == line["requests"]
        assert all(f'origin="{it.forge.url}"' in one for one in counted)

    kept(script)


def test_a_week_of_darkness_is_caught_up_once(kept: Run) -> None:
    async def script(it: Kept) -> None:
        await it.tick()
        first = it.crawls()
        await it.tick(days=6)
        await it.tick(minutes=1)
        assert it.crawls() == first + 1

    kept(script)


def test_a_clock_that_is_set_back_a_year_holds_nothing_up(kept: Run) -> None:
    async def script(it: Kept) -> None:
        await it.tick()
        first = it.crawls()
        await it.tick(days=-365)
        assert it.crawls() == first + 1
        await it.tick(minutes=5)
        assert it.crawls() == first + 1
        await it.tick(hours=6)
        assert it.crawls() == first + 2

    kept(script)


def test_a_crawl_that_makes_no_progress_is_ended_and_tried_again(
    kept: Run, caplog: pytest.LogCaptureFixture
) -> None:
    async def script(it: Kept) -> None:
        it.forge.faults.plan(Hang())
        await it.tick(settle=False)
        await it.asked()
        await it.tick(minutes=29, settle=False)
        assert it.daemon.crawling
        await it.tick(minutes=2)
        assert not it.daemon.crawling
        before = it.crawls()
        await it.tick(hours=1)
        assert it.crawls() > before
        assert it.catalogue.totals()

    kept(script)


def test_failures_are_tried_again_at_growing_distances(kept: Run) -> None:
    async def script(it: Kept) -> None:
        it.forge.faults.plan(html(503), times=10_000)
        tries = []
        for minute in range(300):
            before = it.forge.requests()
            await it.tick(minutes=1)
            if it.forge.requests() > before:
                tries.append(minute)
        gaps = [later - earlier for earlier, later in itertools.pairwise(tries)]
        assert 5 <= len(tries) <= 12
        assert gaps == sorted(gaps)
        it.forge.faults.clear()
        await it.tick(hours=6)
        assert it.catalogue.sources()["opencode"].last_status == "complete"

    kept(script)


def test_a_database_that_cannot_be_used_is_waited_for(
    kept: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(it: Kept) -> None:
        def refuse(*_arguments: object) -> None:
            raise CatalogueError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(it.catalogue, "guard", refuse)
            await it.tick()
            assert it.daemon.unready() == "the disk is full"
            assert it.daemon.dead() is None
        await it.tick(minutes=1)
        assert it.daemon.unready() is None
        assert it.crawls() > 0

    kept(script)


def test_a_defect_is_told_and_a_daemon_that_ticks_no_more_says_so(
    kept: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(it: Kept) -> None:
        await it.tick()
        with monkeypatch.context() as patch:
            patch.setattr(it.catalogue, "sources", lambda: 1 // 0)
            await it.tick(seconds=10)
            assert it.daemon.dead() is None
            await it.tick(minutes=2)
            assert it.daemon.dead() == "no tick for 130 s"
        await it.tick()
        assert it.daemon.dead() is None

    kept(script)


def test_a_defect_in_a_crawl_ends_that_crawl_only(
    kept: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(it: Kept) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(planning, "plan_of", lambda *_: 1 // 0)
            await it.tick()
            assert it.crawls() == 0
            await it.tick(seconds=30)
        assert it.daemon.unready() is None
        await it.tick(minutes=1)
        assert it.crawls() > 0

    kept(script)


def test_a_database_of_a_newer_harvester_is_left_alone(kept: Run) -> None:
    async def script(it: Kept) -> None:
        with closing(Store(it.daemon.configuration.database_url())) as store:
            set_version(store, "9999_something_newer")
        await it.tick()
        assert isinstance(it.daemon.fatal, SchemaAheadError)
        assert it.daemon.stop.is_set()
        assert it.crawls() == 0

    kept(script)


def test_no_tick_begins_what_another_process_crawls(kept: Run) -> None:
    async def script(it: Kept) -> None:
        it.catalogue.begin(
            made.request(source="opencode"), "elsewhere pid 1 start 1", it.clock.now()
        )
        await it.tick()
        assert it.forge.requests() == 0
        await it.tick(minutes=16)
        assert it.forge.requests() > 0

    kept(script)


def test_the_figures_of_a_source_that_is_configured_no_more_vanish(
    kept: Run, tmp_path: Path
) -> None:
    async def script(it: Kept) -> None:
        await it.tick()
        assert b'next_due_timestamp_seconds{source="opencode"}' in it.daemon.metrics.text()
        file = it.daemon.configuration.path
        file.write_text(file.read_text("utf-8").replace('"opencode"\nkind', '"other"\nkind'))
        it.daemon.reload()
        await it.tick(minutes=1)
        assert b'next_due_timestamp_seconds{source="opencode"}' not in it.daemon.metrics.text()
        assert b'next_due_timestamp_seconds{source="other"}' in it.daemon.metrics.text()

    kept(script)


def test_a_wait_is_logged_with_its_end_and_its_reason(
    kept: Run, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def script(it: Kept) -> None:
        it.forge.faults.plan(Answer(status=429, headers={"retry-after": "60"}))
        await it.tick()
        assert it.forge.requests("graphql") > 1, "it went on after the wait"

    kept(script)
    told = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    (wait,) = [one for one in told if one["event"] == "waiting"]
    assert wait["source"] == "opencode"
    assert wait["why"].startswith("the limit 'secondary' of http://127.0.0.1:")


def test_a_source_that_is_configured_no_more_is_let_go_of_after_its_grace(kept: Run) -> None:
    async def script(it: Kept) -> None:
        await it.tick()
        listed = it.catalogue.totals()[State.LISTED]
        assert listed
        file = it.daemon.configuration.path
        file.write_text(file.read_text("utf-8").partition("[[sources]]")[0])
        it.daemon.reload()
        await it.tick(days=1)
        await it.chores()
        assert it.catalogue.totals()[State.LISTED] == listed
        await it.tick(days=4)
        await it.chores()
        assert State.LISTED not in it.catalogue.totals()

    kept(script)
