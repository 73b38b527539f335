# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Crawls a forge over a real chain into a real SQLite, on a clock that nobody waits by."""

import asyncio
import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from harvester.cli.catalogues import stores
from harvester.crawl import CrawlTask, KeepPolicy, SourcePlan, SourceSummary, crawl
from harvester.model import Forge
from harvester.ports.connector import ForgeAccess, HttpOptions
from harvester.worker import Worker
from storage.catalogue import open_catalogue
from tests.crawl.build import BROKEN, GOOD, Ears, OneCity
from tests.forges.clock import START
from tests.forges.limits import Meter
from tests.outcomes.faults import MAX_BODY
from tests.outcomes.places import ForgeUnderTest, Place

SOURCE = "here"
LOST = "land/weg"
"""Deleted, and missed by one sweep already: the next look-up decides."""
BEFORE, STRUCK, HEALED = START, START + timedelta(days=4), START + timedelta(days=6)


class Listener(Ears):
    """Remembers, and does not mind waiting."""

    def waiting(self, source: str, until: datetime, why: str) -> None:
        """The chain waits by the clock of the world."""


@dataclass
class Bench:
    """One forge, and catalogues of it."""

    forge: ForgeUnderTest
    folder: Path
    ears: Listener = field(default_factory=Listener)

    def __post_init__(self) -> None:
        self.path = self.folder / "catalogue.db"
        self.empty = self.folder / "empty.db"
        self.catalogue = open_catalogue(f"sqlite:///{self.path}")
        self.keep(self.empty)

    def close(self) -> None:
        """Let go of the catalogue."""
        self.catalogue.close()

    # --- the world --------------------------------------------------------------------------

    def fill(self) -> None:
        """Make what the first crawls see."""
        world = self.forge.world
        for path in ("bund/eins", "bund/zwei", "land/drei", LOST, "land/vier"):
            world.create(path, {"publiccode.yml": self._good(path)})
        world.create("bund/ohne", {"README.md": "x"})
        broken = BROKEN.format(name="Kaputt", url=f"{self.forge.url}/bund/kaputt")
        world.create("bund/kaputt", {"publiccode.yml": broken})
        latin = self._good("land/latin", "Straßenbuch").encode("latin-1")
        world.create("land/latin", {"publiccode.yml": latin})

    def go_on(self) -> None:
        """Let the world move on: something to read, something new, something to look up."""
        world = self.forge.world
        world.clock.set(BEFORE + timedelta(days=3))
        changed = world.find("bund/zwei")
        assert changed is not None
        world.push(changed, {"publiccode.yml": self._good("bund/zwei", "Neuer Name")})
        world.create("land/neu", {"publiccode.yml": self._good("land/neu")})

    def lose(self) -> None:
        """Delete what one sweep has missed when the matrix begins."""
        lost = self.forge.world.find(LOST)
        assert lost is not None
        self.forge.world.delete(lost)

    def _good(self, path: str, name: str = "Werkzeug") -> str:
        return GOOD.format(name=name, url=f"{self.forge.url}/{path}")

    # --- crawling ---------------------------------------------------------------------------

    def reset(self, kept: Path | None) -> None:
        """Let the catalogue be as another one was kept, or know nothing.

        It stays open meanwhile: what the engine has compiled costs more than the crawls.
        """
        _copy(kept or self.empty, self.path)

    def keep(self, path: Path) -> None:
        """Keep the catalogue as it is now."""
        _copy(self.path, path)

    def picture(self) -> "Picture":
        """Take a picture of the catalogue."""
        return picture(self.path)

    def listen_again(self, port: int) -> None:
        """Start the stand-in anew if it has stopped listening."""
        if not self.forge.forge.is_listening:
            self.forge.forge.stop()
            self.forge.forge.start(port)

    def crawl(
        self,
        place: Place,
        at: datetime,
        *,
        full: bool = True,
        timeout: float = 5.0,
        by_name: bool = False,
    ) -> SourceSummary:
        """Crawl once, at a time; the forge is reached by its address, or by a name."""
        stand_in = self.forge.forge
        stand_in.clock.set(at)
        stand_in.meter = Meter(stand_in.clock.now)
        self.ears = Listener()

        reached = self.forge.access(place)

        async def run() -> SourceSummary:
            with Worker("matrix") as worker:
                budgets, validators = stores(self.catalogue, worker)
                access = ForgeAccess(
                    source=SOURCE,
                    url=self.forge.url,
                    http=HttpOptions(
                        user_agent="harvester/test",
                        timeout=timeout,
                        max_body=MAX_BODY,
                        attempts=3,
                    ),
                    clock=stand_in.clock,
                    budgets=budgets,
                    validators=validators,
                    **(_named(reached) if by_name else reached),
                )
                async with self.forge.connector(access) as connector:
                    return await crawl(
                        CrawlTask(source=self._plan(place), full=full),
                        connector=connector,
                        catalogue=self.catalogue,
                        worker=worker,
                        clock=stand_in.clock,
                        listener=self.ears,
                        stop=asyncio.Event(),
                        holder="matrix",
                    )

        return asyncio.run(run())

    def _plan(self, place: Place) -> SourcePlan:
        return SourcePlan(
            name=SOURCE,
            kind=self.forge.kind,
            forge=Forge(url=self.forge.url, kind=self.forge.kind),
            scope=self.forge.scope(place),
            publishers=OneCity(),
            keep=KeepPolicy(gone_after=timedelta(0)),
            sweep_every=timedelta(days=90),
            fingerprint=place.value,
        )


Row = Mapping[str, Any]
Picture = Mapping[str, Mapping[tuple[Any, ...], Row]]
"""What a catalogue says, apart from when it learnt it: rows by table and key."""

_TABLES = (
    *("owner", "repository", "repository_source", "alias", "blob", "file", "record", "finding"),
    *("publisher", "software", "software_alias"),
)
_TIMES = ("_at", "since")


def picture(path: Path) -> Picture:
    """Take a picture of a catalogue; of the change feed without its numbers."""
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        told: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {
            table: _rows(database, table) for table in _TABLES
        }
        with_file = {repository for repository, _ in told["file"]}
        for (key,), row in told["repository"].items():
            if key not in with_file:
                # Nothing shows these details; they are read, or not, as it happens.
                row.update(dict.fromkeys(("topics", "languages", "revision")))
        changes = Counter(database.execute("SELECT type, software_id, reason FROM change"))
        told["change"] = {tuple(change): {"times": n} for change, n in changes.items()}
        return told


def _named(reached: Mapping[str, Any]) -> dict[str, Any]:
    """Let a forge be reached by the one name that a token may be shown without encryption."""
    return {
        key: value.replace("127.0.0.1", "localhost") if isinstance(value, str) else value
        for key, value in reached.items()
    }


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here)


def _rows(database: sqlite3.Connection, table: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    columns = list(database.execute(f"PRAGMA table_info({table})"))
    key = [column["name"] for column in columns if column["pk"]]
    found = database.execute(f"SELECT * FROM {table}")  # noqa: S608 - names of our own
    return {tuple(row[name] for name in key): _timeless(dict(row)) for row in found}


def _timeless(row: dict[str, Any]) -> dict[str, Any]:
    row |= {name: value is not None for name, value in row.items() if name.endswith(_TIMES)}
    if "findings" in (document := json.loads(row.get("document") or "{}")):
        for name in ("first_seen_at", "stale_since"):
            document[name] = document.get(name) is not None
        row["document"] = document
    return row
