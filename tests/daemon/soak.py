# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Runs a daemon for a long time by a clock that leaps by hours, and tells the figures.

``python -m tests.daemon.soak FOLDER DAYS REPOSITORIES MARK…``: the settings are FOLDER's, the
figures are printed as JSON. MARKs are the days at whose end the process and the database are
measured. A process of its own, so that memory is the daemon's and not the tests'.
"""

import asyncio
import gc
import json
import os
import random
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from harvester.cli import catalogues, installed
from harvester.cli.invocation import LogFormat, LogLevel
from harvester.cli.logs import configure
from harvester.daemon.daemon import Daemon
from harvester.daemon.metrics import Metrics
from harvester.ports.catalogue import Catalogue
from harvester.settings import load
from harvester.worker import Worker
from storage.tables import metadata
from tests.crawl.build import Clock
from tests.daemon.towns import TOWNS, Fault, Town

SEED = 20260301
TICK_HOURS = 3
"""Between ticks: as of a machine that sleeps most of the time."""
SOURCES = ("altstadt", "neustadt", "vorstadt")
QUIET = 16
"""Days at the end on which nothing changes and nothing fails, so that all that happened is seen."""
HOUR = timedelta(hours=1)
ONCE_A_DAY = 1 / 24
FAULTS = ("dark", "cut", "budget")


def url_of(source: str) -> str:
    return f"https://{source}.example"


class Soak:
    """The towns, the times of darkness, and the daemon that lives through them."""

    def __init__(self, folder: Path, days: int, repositories: int, marks: set[int]) -> None:
        self.folder, self.days, self.marks = folder, days, marks
        self.clock = Clock()
        self.began = self.clock.now()
        self.chance = random.Random(SEED)
        self.dark = list(self._darkness())
        self.towns = [self._town(source, repositories) for source in SOURCES]
        self.ticks: list[datetime] = []
        self.measured: list[dict[str, Any]] = []
        self.lives = 0

    def _darkness(self) -> Iterator[tuple[int, int]]:
        """Give hours from and to which the daemon is down: hours, days, once for weeks."""
        for first in range(5, self.days - QUIET, 15):
            begins = first * 24 + self.chance.randrange(48)
            yield begins, begins + self.chance.choice([2, 7, 30, 75])
        if self.days > 200:
            yield 180 * 24, 201 * 24

    def _town(self, source: str, repositories: int) -> Town:
        town = Town(url_of(source), self.clock, random.Random(f"{SEED} {source}"))
        town.found(repositories)
        for number, first in enumerate(range(2, self.days - QUIET, 9)):
            begins = self.began + timedelta(days=first, hours=self.chance.randrange(96))
            hours = self.chance.choice([1, 5, 14, 40])
            kind = FAULTS[number % len(FAULTS)]
            town.faults.append(Fault(begins=begins, ends=begins + hours * HOUR, kind=kind))
        TOWNS[town.url] = town
        return town

    async def run(self) -> None:
        """Live through all of it."""
        hour, end = 0, self.days * 24
        while hour < end:
            with Worker("daemon") as worker, self._born() as (daemon, catalogue):
                while hour < end and not self._is_dark(hour):
                    if hour % TICK_HOURS == 0:
                        await self._tick(daemon, catalogue, worker)
                    hour = self._an_hour_on(hour)
                if self.lives % 2:  # every other time it is killed instead
                    await daemon.finish(catalogue, worker)
            while self._is_dark(hour):
                hour = self._an_hour_on(hour)

    @contextmanager
    def _born(self) -> Iterator[tuple[Daemon, Catalogue]]:
        self.lives += 1
        daemon = Daemon(
            lambda: load(self.folder / "harvester.toml", {}, installed.options()),
            clock=self.clock,
            holder=f"elsewhere pid {self.lives} start 1",
            metrics=Metrics(),
            stop=asyncio.Event(),
        )
        with catalogues.catalogue(daemon.configuration) as catalogue:
            yield daemon, catalogue

    async def _tick(self, daemon: Daemon, catalogue: Catalogue, worker: Worker) -> None:
        self.ticks.append(self.clock.now())
        await daemon.tick(catalogue, worker)
        while daemon.crawling:  # noqa: ASYNC110 - tasks end by themselves
            await asyncio.sleep(0.0005)
        if trouble := daemon.unready():
            raise RuntimeError(f"at {self.clock.now()}: {trouble}")

    def _is_dark(self, hour: int) -> bool:
        return any(begins <= hour < ends for begins, ends in self.dark)

    def _an_hour_on(self, hour: int) -> int:
        self.clock.advance(hours=1)
        hour += 1
        day = hour // 24
        for town in self.towns:
            if town.chance.random() < ONCE_A_DAY and day < self.days - QUIET:
                town.a_day()
        if hour % 24 == 0 and day in self.marks:
            self.measured.append({"day": day, **self._measure()})
        return hour

    def _measure(self) -> dict[str, Any]:
        gc.collect()
        with closing(sqlite3.connect(self.folder / "harvester.db")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            (free,) = connection.execute("PRAGMA freelist_count").fetchone()
            rows = {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
                for name in sorted(metadata.tables)
            }
        return {
            "rss": _resident(),
            "pages": pages - free,
            "rows": rows,
            **{
                key: sum(getattr(town, key) for town in self.towns)
                for key in ("built", "events", "renamed", "filed")
            },
        }

    def report(self) -> dict[str, Any]:
        """Give the figures; times as seconds since 1970."""
        return {
            "lives": self.lives,
            "ticks": [moment.timestamp() for moment in self.ticks],
            "runs": {
                source: [
                    (run.at.timestamp(), run.ok, run.sweep, run.resumed)
                    for run in TOWNS[url_of(source)].runs
                ]
                for source in SOURCES
            },
            "measured": self.measured,
            "truth": {
                f"{town.url}/{house.path}": house.name
                for town in self.towns
                for house in town.houses.values()
                if house.text is not None
            },
            "demolished": [f"{town.url}/{path}" for town in self.towns for path in town.demolished],
        }


def _resident() -> int:
    """Give the bytes of memory that this process has."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    folder, days, repositories, *marks = sys.argv[1:]
    configure(LogLevel.ERROR, LogFormat.JSON)
    began = time.process_time()
    soak = Soak(Path(folder), int(days), int(repositories), set(map(int, marks)))
    asyncio.run(soak.run())
    json.dump({**soak.report(), "seconds": time.process_time() - began}, sys.stdout)


if __name__ == "__main__":
    main()
