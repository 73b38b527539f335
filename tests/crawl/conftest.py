# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from harvester.crawl import CrawlTask, SourcePlan, SourceSummary, crawl
from harvester.model import Sighting
from harvester.ports.catalogue import Catalogue
from harvester.worker import Worker
from storage.catalogue import open_catalogue
from tests.crawl.build import Clock, Ears, Scripted, plan
from tests.databases import catalogue, database_url, postgres, postgres_url, sqlite_url

__all__ = ["catalogue", "database_url", "house", "postgres", "postgres_url", "sqlite_url"]


@dataclass
class House:
    """A catalogue in memory, a clock, and crawls of scripted sightings into it."""

    catalogue: Catalogue
    clock: Clock = field(default_factory=Clock)
    ears: Ears = field(default_factory=Ears)
    source: SourcePlan = field(default_factory=plan)
    connector: Scripted = field(default_factory=lambda: Scripted([]))
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def crawl(
        self, *sightings: Sighting, connector: Scripted | None = None, **task: Any
    ) -> SourceSummary:
        """Crawl a forge that has these repositories, and nothing else."""
        self.connector = connector or Scripted(list(sightings))
        self.ears = Ears()
        self.stop = asyncio.Event()  # an event serves one event loop

        async def run() -> SourceSummary:
            with Worker("test") as worker:
                return await crawl(
                    CrawlTask(source=self.source, **task),
                    connector=self.connector,
                    catalogue=self.catalogue,
                    worker=worker,
                    clock=self.clock,
                    listener=self.ears,
                    stop=self.stop,
                    holder=task.get("holder", "test"),
                )

        return asyncio.run(run())

    def entries(self) -> list[dict[str, Any]]:
        """Give all entries as they would be exported."""
        return [
            json.loads(entry.document) for entry in self.catalogue.entries(None, activity=False)
        ]

    def entry(self, url: str) -> dict[str, Any]:
        (found,) = [entry for entry in self.entries() if entry["url"] == url]
        return found

    def outcomes(self) -> dict[str, str]:
        """Give the outcome of every file, by the address of its repository."""
        return {
            f"{repository.facts.web_url}/{row.path}": row.outcome
            for row, repository in self.catalogue.files()
        }

    def changes(self) -> list[tuple[str, str]]:
        return [(row.change.type, row.change.reason) for row in self.catalogue.changes(0, 10_000)]


@pytest.fixture
def house() -> Iterator[House]:
    in_memory = open_catalogue("sqlite://")
    yield House(in_memory)
    in_memory.close()
