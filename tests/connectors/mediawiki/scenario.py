# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Ten pages of a wiki and what becomes of them: played on the stand-in, and on a real MediaWiki."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from connectors.mediawiki import MediaWikiConnector
from connectors.mediawiki.options import MediaWikiOptions
from harvester.crawl import CrawlTask, KeepPolicy, SourcePlan, SourceSummary, crawl
from harvester.model import Forge, ItemStatus
from harvester.ports.catalogue import Catalogue
from harvester.ports.connector import ForgeAccess, HttpOptions
from harvester.ports.listing import Resolution, Scope, ScopeKind
from harvester.publishers import PublisherDirectory
from harvester.worker import Worker
from storage.catalogue import open_catalogue
from tests.connectors.transport.support import MemoryBudgets, MemoryValidators
from tests.crawl.build import Ears
from tests.forges.clock import ManualClock

WITH_CODE = """\
{{{{Software
| Name = {name}
| Repository = https://forge.example/stadt/{number}
| Kurzbeschreibung = Hilft der [[Verwaltung]].
| Kommune = Stadt Beispiel
}}}}
[[Kategorie:Software]]
"""
WITHOUT_CODE = "{{{{Software|Name={name}|Kommune=Gemeinde {number}}}}} [[Kategorie:Software]]"


class Writer(Protocol):
    """Whoever writes the wiki."""

    url: str

    def edit(self, title: str, text: str) -> None: ...

    def move(self, old: str, new: str) -> None: ...

    def delete(self, title: str) -> None: ...

    def restore(self, title: str) -> None: ...


@dataclass
class Reader:
    """Crawls a wiki into a catalogue in memory."""

    url: str
    now: datetime
    catalogue: Catalogue = field(default_factory=lambda: open_catalogue("sqlite://"))
    clock: ManualClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = ManualClock(self.now)

    def crawl(self, *, full: bool = False) -> SourceSummary:
        """Crawl once; all has to go well."""
        summary = self.attempt(full=full)
        assert summary.error is None
        assert summary.complete
        return summary

    def attempt(self, *, full: bool = False) -> SourceSummary:
        """Crawl once, however it ends."""
        plan = SourcePlan(
            name="wiki",
            kind="mediawiki",
            forge=Forge(url=self.url, kind="mediawiki", origin=MediaWikiConnector.origin),
            scope=Scope(ScopeKind.INSTANCE),
            profile=MediaWikiConnector.profile,
            publishers=PublisherDirectory(()),
            keep=KeepPolicy(),
            fingerprint="wiki",
        )

        async def run() -> SourceSummary:
            async with MediaWikiConnector(self.access()) as connector:
                with Worker("wiki") as worker:
                    return await crawl(
                        CrawlTask(source=plan, full=full),
                        connector=connector,
                        catalogue=self.catalogue,
                        worker=worker,
                        clock=self.clock,
                        listener=Ears(),
                        stop=asyncio.Event(),
                        holder="test",
                    )

        summary = asyncio.run(run())
        self.clock.advance(minutes=1)
        return summary

    def access(self) -> ForgeAccess:
        """Say how the wiki is reached."""
        return ForgeAccess(
            source="wiki",
            url=self.url,
            options=MediaWikiOptions(category="Software", template="Software"),
            http=HttpOptions(user_agent="harvester/test (+https://example.org)"),
            clock=self.clock,
            budgets=MemoryBudgets(),
            validators=MemoryValidators(),
        )

    def resolve(self, *paths: str) -> list[Resolution]:
        """Say which pages paths lead to."""

        async def run() -> list[Resolution]:
            async with MediaWikiConnector(self.access()) as connector:
                return list((await connector.resolve(paths)).values())

        return asyncio.run(run())

    def entries(self) -> dict[str, dict[str, Any]]:
        """Give all entries by their names."""
        rows = (json.loads(row.document) for row in self.catalogue.entries(None, activity=False))
        return {row["name"]: row for row in rows}


def counts(summary: SourceSummary) -> dict[str, int]:
    """Give the items that there were."""
    return {str(status): number for status, number in summary.items.items() if number}


def play(wiki: Writer, now: datetime) -> None:
    """Write ten pages by hand, edit, move, delete and restore them, and see it followed."""
    for number in range(10):
        text = WITH_CODE if number % 2 else WITHOUT_CODE
        wiki.edit(f"Programm {number}", text.format(name=f"Name {number}", number=number))
    wiki.edit("Übersicht", "Alle Programme: [[Programm 1]]")
    reader = Reader(wiki.url, now)

    summary = reader.crawl()
    assert counts(summary) == {"added": 10}
    assert summary.spent.rest == 1
    entries = reader.entries()
    assert sorted(entries) == [f"Name {number}" for number in range(10)]
    assert {entry["state"] for entry in entries.values()} == {"listed"}
    assert {entry["origin"] for entry in entries.values()} == {"hand"}
    assert {entry["repository"] for entry in entries.values()} == {None}
    assert entries["Name 1"]["url"] == "https://forge.example/stadt/1"
    assert entries["Name 1"]["publisher"]["name"] == "Stadt Beispiel"
    assert entries["Name 1"]["publiccode"]["description"] == {
        "de": {"shortDescription": "Hilft der Verwaltung."}
    }
    assert entries["Name 2"]["url"] == f"{wiki.url}/index.php/Programm_2"
    assert entries["Name 2"]["publisher"]["name"] == "Gemeinde 2"

    head = reader.catalogue.head()
    summary = reader.crawl(full=True)
    assert (counts(summary), summary.spent.rest) == ({"unchanged": 10}, 1)
    assert summary.spent.text_bytes == 0
    assert reader.catalogue.head() == head

    wiki.edit("Programm 3", WITH_CODE.format(name="Name 3", number="drei"))
    wiki.edit("Programm 6", WITHOUT_CODE.format(name="Anders", number=6))
    wiki.move("Programm 4", "Programm vier")
    wiki.edit("Programm 10", WITHOUT_CODE.format(name="Name 10", number=10))
    before = entries
    summary = reader.crawl()
    assert summary.items[ItemStatus.ADDED] == 1
    assert summary.items[ItemStatus.UPDATED] == 3
    assert summary.spent.rest == 2
    entries = reader.entries()
    assert len(entries) == 11
    assert entries["Name 3"]["url"] == "https://forge.example/stadt/drei"
    assert entries["Anders"]["id"] == before["Name 6"]["id"]
    assert entries["Name 4"]["id"] == before["Name 4"]["id"]
    assert entries["Name 4"]["url"] == f"{wiki.url}/index.php/Programm_vier"
    assert entries["Name 4"]["aliases"] == [f"{wiki.url}/index.php/Programm_4"]

    old, new, small, none = reader.resolve(
        "index.php/Programm_4", "Programm_vier", "programm 7", "Nirgends"
    )
    assert old == new
    assert isinstance(old, str)
    assert isinstance(small, str)
    assert none is None

    wiki.delete("Programm 5")
    wiki.edit(
        "Programm 8", WITHOUT_CODE.format(name="Name 8", number=8).replace("Software]]", "X]]")
    )
    for _ in range(2):
        reader.crawl(full=True)
        assert {entry["state"] for entry in reader.entries().values()} == {"listed"}
        reader.clock.advance(days=2)
    assert counts(reader.crawl(full=True))["gone"] == 2
    states = {name: (row["state"], row["state_reason"]) for name, row in reader.entries().items()}
    assert states.pop("Name 5") == ("gone", "deleted")
    assert states.pop("Name 8") == ("gone", "deleted")
    assert set(states.values()) == {("listed", "valid")}

    wiki.restore("Programm 5")
    reader.crawl(full=True)
    entry = reader.entries()["Name 5"]
    assert (entry["id"], entry["state"]) == (before["Name 5"]["id"], "listed")
    assert len(reader.entries()) == 11
    reader.catalogue.close()
