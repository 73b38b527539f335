# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from connectors.mediawiki import MediaWikiConnector
from connectors.mediawiki.options import MediaWikiOptions
from harvester.model import Sighting
from harvester.ports.connector import ForgeAccess, HttpOptions
from harvester.ports.listing import Listing, Page, Scope, ScopeKind
from tests.connectors.transport.support import MemoryBudgets, MemoryValidators
from tests.forges.mediawiki import MediaWikiForge, Wiki

INSTANCE = Scope(ScopeKind.INSTANCE)
TEXT = "{{{{Software|Name={name}|Url={url}}}}} [[Kategorie:Software]]"


@dataclass
class Away:
    """A wiki on loopback, and the connector that reads it."""

    forge: MediaWikiForge
    options: MediaWikiOptions = field(default_factory=lambda: MediaWikiOptions(category="Software"))
    token: str | None = None

    @property
    def wiki(self) -> Wiki:
        return self.forge.wiki

    def fill(self, number: int) -> None:
        """Write pages that tell of software."""
        for n in range(1, number + 1):
            url = f"https://forge.example/stadt/programm-{n}"
            self.wiki.edit(f"Programm {n}", TEXT.format(name=f"Programm {n}", url=url))

    def access(self, *, max_wait: float = 900.0) -> ForgeAccess:
        return ForgeAccess(
            source="wiki",
            url=self.forge.url,
            token=self.token,
            options=self.options,
            http=HttpOptions(user_agent="harvester/test", timeout=5, attempts=3, max_wait=max_wait),
            clock=self.wiki.clock,
            budgets=MemoryBudgets(),
            validators=MemoryValidators(),
        )

    @asynccontextmanager
    async def opened(self, **more: float) -> AsyncIterator[MediaWikiConnector]:
        async with MediaWikiConnector(self.access(**more)) as connector:
            yield connector

    async def pages(self, listing: Listing, **more: float) -> list[Page]:
        async with self.opened(**more) as connector:
            return [page async for page in connector.pages(listing)]

    async def seen(self, listing: Listing) -> list[Sighting]:
        return [seen for page in await self.pages(listing) for seen in page.sightings]


@pytest.fixture
def away() -> Iterator[Away]:
    with MediaWikiForge() as forge:
        yield Away(forge)
