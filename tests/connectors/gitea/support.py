# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A Gitea on loopback, and a connector that visits it as the core does."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.gitea import GiteaConnector
from harvester.model import Sighting
from harvester.ports.connector import ForgeAccess, HttpOptions
from harvester.ports.listing import Failure, Listing, Page, Scope, ScopeKind
from tests.connectors.transport.support import MemoryBudgets, MemoryValidators
from tests.forges.gitea import GiteaForge
from tests.forges.world import World

URL = "https://codeberg.org"
EVERYWHERE = Scope(ScopeKind.INSTANCE)
GOOD = "publiccodeYmlVersion: '0.4'\nname: {}\n"


def owners(*paths: str) -> Scope:
    return Scope(ScopeKind.OWNERS, paths)


def repositories(*paths: str) -> Scope:
    return Scope(ScopeKind.REPOSITORIES, paths)


def addresses(*paths: str) -> Scope:
    return Scope(ScopeKind.ADDRESSES, paths)


@dataclass(kw_only=True)
class Visit:
    """One way of visiting a forge; what it keeps outlives a crawl."""

    forge: GiteaForge
    budgets: MemoryBudgets = field(default_factory=MemoryBudgets)
    validators: MemoryValidators = field(default_factory=MemoryValidators)

    def access(self, *, token: str | None = None, **options: Any) -> ForgeAccess:
        http = {"user_agent": "harvester/test", "timeout": 5.0, "attempts": 2, **options}
        return ForgeAccess(
            source="berg",
            url=URL,
            api_url=f"{self.forge.url}/api/v1",
            token=token,
            http=HttpOptions(**http),
            clock=self.forge.clock,
            budgets=self.budgets,
            validators=self.validators,
        )

    @asynccontextmanager
    async def open(self, **options: Any) -> AsyncIterator[GiteaConnector]:
        async with GiteaConnector(self.access(**options)) as connector:
            yield connector

    async def pages(
        self,
        scope: Scope = EVERYWHERE,
        *,
        cursor: str | None = None,
        since: datetime | None = None,
        recent: Mapping[str, datetime] | None = None,
        **options: Any,
    ) -> list[Page]:
        """List to the end."""
        listing = Listing(scope=scope, cursor=cursor, since=since, recent_owners=recent or {})
        async with self.open(**options) as connector:
            return [page async for page in connector.pages(listing)]

    async def crawl(self, scope: Scope = EVERYWHERE, **options: Any) -> dict[str, Sighting]:
        """List and read everything; sightings by path."""
        async with self.open(**options) as connector:
            listed = [page async for page in connector.pages(Listing(scope=scope))]
            read = await connector.read(sightings(listed))
            return {sighting.repository.path: sighting for sighting in read}


def sightings(pages: Iterable[Page]) -> list[Sighting]:
    return [sighting for page in pages for sighting in page.sightings]


def failures(pages: Iterable[Page]) -> list[Failure]:
    return [failure for page in pages for failure in page.failures]


def paths(pages: Iterable[Page]) -> list[str]:
    return [sighting.repository.path for sighting in sightings(pages)]


def filled(world: World, owner: str, count: int, every: int = 1, **facts: Any) -> None:
    """Make so many repositories, each so-manieth with a publiccode file."""
    for number in range(count):
        files: dict[str, bytes | str] = {"README.md": "x"}
        if number % every == 0:
            files["publiccode.yml"] = GOOD.format(f"{owner}-{number}")
        world.create(f"{owner}/r{number}", files, **facts)


Make = Callable[..., Visit]
"""Starts a forge with the options given and makes a visit to it."""
