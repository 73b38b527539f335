# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A daemon that nobody looks at: for a month, and for a year with ``make test-long``.

Three towns of 2,000 repositories each (500 in the month); forges that fail, a daemon that is
down for hours, days and once for weeks, every other time killed. What it did is held against the
arithmetic of the schedule, which this file does by itself. The figures are logged: `-o log_cli=1
--log-cli-level=info`.
"""

import itertools
import json
import logging
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import harvester
from harvester.model import State
from storage.catalogue import open_catalogue
from storage.tables import metadata
from tests.daemon.soak import SOURCES, url_of
from tests.daemon.towns import PAUSE

ROOT = Path(harvester.__file__).parent.parent
DAY = 86400.0
JITTER = 2 * 3600.0
EVERY = {"altstadt": DAY / 2, "vorstadt": 1.5 * DAY}
SCHEDULES = {
    "altstadt": 'every = "12h"',
    "neustadt": 'cron = "17 3 * * *"\ntimezone = "Europe/Berlin"',
    "vorstadt": 'every = "36h"\njitter = "2h"\nsweep_every = "14d"',
}
CRAWLS_KEPT = 13 * 7
"""Days."""
ITEMS_KEPT = 30
"""Crawls of a source that keep their items."""
ROW = 1024
"""Bytes that one more row takes at most, with its part of the indexes."""


@dataclass
class Soaked:
    """What came of it."""

    folder: Path
    repositories: int
    told: dict[str, Any]

    @property
    def first(self) -> dict[str, Any]:
        mark: dict[str, Any] = self.told["measured"][0]
        return mark

    @property
    def last(self) -> dict[str, Any]:
        mark: dict[str, Any] = self.told["measured"][-1]
        return mark


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((30, 10, 500), id="month"),
        pytest.param((365, 30, 2000), id="year", marks=pytest.mark.long),
    ],
)
def soaked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Soaked:
    """Run the daemon for some days; it is measured after the first part of them and at the end."""
    days, first, repositories = request.param
    folder = tmp_path_factory.mktemp("soak")
    metadata_of_package = folder / "site" / "towns-1.dist-info"
    metadata_of_package.mkdir(parents=True)
    (metadata_of_package / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: towns\nVersion: 1\n", encoding="utf-8"
    )
    (metadata_of_package / "entry_points.txt").write_text(
        "[harvester.connectors]\ntown = tests.daemon.towns:TownConnector\n", encoding="utf-8"
    )
    (folder / "harvester.toml").write_text(settings(), encoding="utf-8")
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("HARVESTER_")}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.daemon.soak"),
            *(str(folder), str(days), str(repositories), str(first), str(days)),
        ],
        env={**surroundings, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder / 'site'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    soaked = Soaked(folder, repositories, json.loads(done.stdout))
    logging.getLogger("soak").info("%s", figures(soaked))
    return soaked


def settings() -> str:
    lines = ['database_url = "sqlite:///harvester.db"', "[daemon]", "parallel = 3"]
    for source in SOURCES:
        lines += ["[[sources]]", f'name = "{source}"', 'kind = "town"', 'scope = "instance"']
        lines += [f'url = "{url_of(source)}"', SCHEDULES[source]]
    return "\n".join(lines) + "\n"


def figures(soaked: Soaked) -> str:
    runs = {source: len(listed) for source, listed in soaked.told["runs"].items()}
    marks = [
        f"day {mark['day']}: {mark['rss'] / 2**20:.1f} MiB, {mark['pages']} pages, {mark['rows']}"
        for mark in soaked.told["measured"]
    ]
    lives, ticks = soaked.told["lives"], len(soaked.told["ticks"])
    head = f"{soaked.told['seconds']:.0f} s of processor time, {lives} lives, {ticks} ticks, {runs}"
    return "\n".join([head, *marks])


# --- the schedule ---------------------------------------------------------------------------


def due_after(source: str, last: float) -> float:
    """Do the schedule's arithmetic once more: when is a source due that was crawled then?"""
    if source in EVERY:
        return last + EVERY[source]
    berlin = datetime.fromtimestamp(last, UTC).astimezone(ZoneInfo("Europe/Berlin"))
    due = berlin.replace(hour=3, minute=17, second=0, microsecond=0)
    if due <= berlin:
        due += timedelta(days=1)  # of the clock on the wall
    return due.timestamp()


@pytest.mark.parametrize("source", SOURCES)
def test_every_run_happened_once_or_was_caught_up(soaked: Soaked, source: str) -> None:
    """A success is followed by the first tick at or after its due time, however late that is."""
    ticks: list[float] = soaked.told["ticks"]
    runs: list[tuple[float, bool]] = [(at, ok) for at, ok, *_ in soaked.told["runs"][source]]
    play = JITTER if source == "vorstadt" else 0.0
    first = ticks[0] if source in EVERY else due_after(source, ticks[0])
    assert runs[0][0] == first_from(ticks, first)
    for (at, ok), (following, _) in itertools.pairwise(runs):
        regular = due_after(source, at)
        # Who is asked to pause may be held up beyond its time.
        latest = first_from(ticks, max(regular + play, at if ok else at + PAUSE.total_seconds()))
        assert at < following <= latest
        if ok:
            assert following >= regular
    assert first_from(ticks, due_after(source, runs[-1][0]) + play) == inf
    moments = [at for at, _ in runs]
    assert len(set(moments)) == len(moments), "two crawls of one source at once"


@pytest.mark.parametrize("source", SOURCES)
def test_what_failed_was_tried_again_at_growing_distances(soaked: Soaked, source: str) -> None:
    runs = soaked.told["runs"][source]
    assert runs[-1][1], "the last days were without a fault"
    for failures, part in itertools.groupby(runs, key=lambda run: not run[1]):
        if failures:
            moments = [at for at, *_ in part]
            gaps = [later - sooner for sooner, later in itertools.pairwise(moments)]
            # The ticks are hours apart, and the daemon may have been down: never ever shorter.
            assert all(gap >= 3 * 3600.0 for gap in gaps)
            assert len(moments) <= 8


def test_all_that_was_to_happen_did(soaked: Soaked) -> None:
    runs = [run for listed in soaked.told["runs"].values() for run in listed]
    assert any(not ok for _, ok, *_ in runs)
    assert any(resumed for *_, resumed in runs)
    assert soaked.told["lives"] > 1
    assert soaked.told["demolished"]
    assert soaked.last["renamed"]


@pytest.mark.parametrize("source", SOURCES)
def test_sweeps_come_as_often_as_they_should(soaked: Soaked, source: str) -> None:
    sweep_every = (14 if source == "vorstadt" else 7) * DAY
    sweeps = [at for at, ok, sweep, _ in soaked.told["runs"][source] if ok and sweep]
    successes = [at for at, ok, *_ in soaked.told["runs"][source] if ok]
    for sooner, later in itertools.pairwise(sweeps):
        assert later - sooner >= sweep_every
        assert later == first_from(successes, sooner + sweep_every)


def first_from(moments: list[float], earliest: float) -> float:
    """Give the first that is not too early; infinity if none is."""
    return next((moment for moment in moments if moment >= earliest), inf)


# --- what is left ---------------------------------------------------------------------------


def test_memory_stays_flat(soaked: Soaked) -> None:
    assert soaked.last["rss"] < soaked.first["rss"] * 1.1, figures(soaked)


def test_the_database_grows_by_what_changed_only(soaked: Soaked) -> None:
    for mark in (soaked.first, soaked.last):
        most = may_have(soaked, mark)
        assert set(most) == set(metadata.tables), "every table is explained"
        over = {
            name: (rows, most[name]) for name, rows in mark["rows"].items() if rows > most[name]
        }
        assert not over, figures(soaked)
    # Table by table: what one lost may have been smaller than what another gained.
    before, after = soaked.first["rows"], soaked.last["rows"]
    more = sum(max(0, after[name] - before[name]) for name in after)
    page = 4096
    grown = (soaked.last["pages"] - soaked.first["pages"]) * page
    assert grown <= more * ROW + 64 * page, figures(soaked)


def may_have(soaked: Soaked, mark: dict[str, Any]) -> dict[str, int]:
    """Say how many rows a table has at most, by what happened in the towns."""
    built, events, filed = mark["built"], mark["events"], mark["filed"]
    until = soaked.told["ticks"][0] + mark["day"] * DAY
    since = until - (CRAWLS_KEPT + 1) * DAY
    runs = [at for listed in soaked.told["runs"].values() for at, *_ in listed if at <= until]
    beginning = soaked.repositories * len(SOURCES)
    owners = 25 * len(SOURCES)
    lately = events_of_days(mark, 1)
    return {
        "forge": len(SOURCES),
        "source": len(SOURCES),
        "lease": len(SOURCES),
        "guard": 1,
        "feed_head": 1,
        "owner": owners,
        "publisher": owners,
        "owner_visit": 0,
        "validator": 0,
        "budget": 0,
        # No town counts commits, each lists by activity, none is a list, and no loss is large
        # enough to wait.
        "vitality": 0,
        "revisit": 0,
        "lead_list": 0,
        "host": 0,
        "wait": 0,
        # Nobody writes over the API, and nobody asks to be told.
        "token": 0,
        "catalog": 0,
        "software_catalog": 0,
        "written_publisher": 0,
        "code_hosting": 0,
        "written_log": 0,
        "analysis": 0,
        "webhook": 0,
        "webhook_delivery": 0,
        "webhook_publisher": 0,
        "webhook_lease": 0,
        "wish": 0,
        # Of a crawl that is under way.
        "software_rest": 0,
        # Of repositories that were renamed before they were seen first.
        "forwarding": mark["renamed"],
        "software_alias": mark["renamed"],
        # What was ever there: a repository that vanished is remembered.
        "repository": built,
        "repository_source": built,
        "alias": mark["renamed"],
        "file": filed,
        "record": filed,
        "software": filed,
        # What the entries are searched by.
        "search_rules": 1,
        "search_entry": filed,
        "search_value": filed * 30,
        "search_word": filed * 100,
        # Of a broken file seven, as it stands now.
        "finding": filed * 8,
        # The newest of each file and the last good one, and what the daily tidying has not met.
        "blob": filed * 2 + lately,
        # Each entry once, and each event at most twice: it broke, and was listed no more.
        "change": filed + 2 * events,
        "crawl": sum(at >= since for at in runs) + 3 * len(SOURCES),
        # The first crawl has everything, until it is old enough.
        "crawl_item": beginning + events,
        # A row for every five pages of the crawls since the last that was read to its end.
        "seen": 2 * len(SOURCES) * soaked.repositories // 100,
    }


def events_of_days(mark: dict[str, Any], days: int) -> int:
    """Give the events of some days, generously."""
    a_day = int(mark["events"]) // int(mark["day"])
    return max(40, 3 * days * a_day)


def test_the_catalogue_is_what_the_towns_are(soaked: Soaked) -> None:
    with closing(open_catalogue(f"sqlite:///{soaked.folder / 'harvester.db'}")) as catalogue:
        documents = [json.loads(one.document) for one in catalogue.entries(None, activity=False)]
        changes = [change.seq for change in catalogue.changes(0, 1_000_000)]
        head = catalogue.head()
    entries = {document["url"]: document for document in documents}
    truth = soaked.told["truth"]
    listed = {url for url, entry in entries.items() if entry["state"] == State.LISTED.value}
    assert {url for url, name in truth.items() if name} <= listed
    assert all(entries[url]["name"] == name for url, name in truth.items() if name)
    # What is listed beside it has a last good record, for a while.
    assert listed <= set(truth)
    assert listed.isdisjoint(soaked.told["demolished"])
    assert changes == list(range(changes[0], head + 1)), "change numbers without a hole"
