# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A GitLab on loopback, and a connector that visits it."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.gitlab import GitLabConnector
from harvester.model import FileVersion, Repository, Sighting
from harvester.ports.connector import ForgeAccess, HttpOptions
from harvester.ports.listing import Failure, Listing, Page, Scope, ScopeKind
from tests.connectors.transport.support import MemoryBudgets, MemoryValidators
from tests.forges.gitlab import GitLabForge
from tests.forges.world import World

URL = "https://gitlab.example.org"
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

    forge: GitLabForge
    connector_type: type[GitLabConnector] = GitLabConnector
    url: str = URL
    budgets: MemoryBudgets = field(default_factory=MemoryBudgets)
    validators: MemoryValidators = field(default_factory=MemoryValidators)

    def access(self, *, token: str | None = None, **options: Any) -> ForgeAccess:
        http = HttpOptions(**{"user_agent": "harvester/test", "timeout": 5.0, **options})
        return ForgeAccess(
            source="here",
            url=self.url,
            api_url=f"{self.forge.url}/api/v4",
            graphql_url=f"{self.forge.url}/api/graphql",
            token=token,
            http=http,
            clock=self.forge.clock,
            budgets=self.budgets,
            validators=self.validators,
        )

    @asynccontextmanager
    async def open(self, **options: Any) -> AsyncIterator[GitLabConnector]:
        async with self.connector_type(self.access(**options)) as connector:
            yield connector

    async def pages(
        self,
        scope: Scope = EVERYWHERE,
        *,
        token: str | None = None,
        contents: bool = True,
        cursor: str | None = None,
        since: datetime | None = None,
        recent: Mapping[str, datetime] | None = None,
        **options: Any,
    ) -> list[Page]:
        """Crawl to the end."""
        listing = Listing(
            scope=scope,
            contents=contents,
            cursor=cursor,
            since=since,
            recent_owners=recent or {},
        )
        async with self.open(token=token, **options) as connector:
            return [page async for page in connector.pages(listing)]


def sightings(pages: Iterable[Page]) -> list[Sighting]:
    return [sighting for page in pages for sighting in page.sightings]


def failures(pages: Iterable[Page]) -> list[Failure]:
    return [failure for page in pages for failure in page.failures]


def paths(pages: Iterable[Page]) -> list[str]:
    return [sighting.repository.path for sighting in sightings(pages)]


def files_of(pages: Iterable[Page]) -> list[FileVersion]:
    found = [sighting.files for sighting in sightings(pages)]
    return [file for files in found if isinstance(files, tuple) for file in files]


def one(pages: Iterable[Page]) -> Sighting:
    found = sightings(pages)
    assert len(found) == 1, found
    return found[0]


def facts(pages: Iterable[Page]) -> Repository:
    return one(pages).repository


def winner(sighting: Sighting) -> FileVersion:
    assert isinstance(sighting.files, tuple), sighting.files
    assert sighting.files
    return sighting.files[0]


def filled(world: World, owner: str, count: int, every: int = 1, **facts: Any) -> None:
    """Make so many projects, each so-manieth with a publiccode file."""
    for number in range(count):
        files: dict[str, bytes | str] = {"README.md": "x"}
        if number % every == 0:
            files["publiccode.yml"] = GOOD.format(f"{owner}-{number}")
        world.create(f"{owner}/p{number}", files, **facts)


Make = Callable[..., Visit]
"""Starts a forge with the options given and makes a visit to it."""
