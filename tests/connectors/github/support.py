# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A GitHub on loopback that plays github.com, and a crawl as the core does it."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel

from connectors.github import GitHubConnector
from harvester.model import FileVersion, Sighting, Unread
from harvester.ports.connector import ForgeAccess, HttpOptions
from harvester.ports.listing import Failure, Listing, Page, Scope, ScopeKind
from tests.connectors.transport.support import MemoryBudgets, MemoryValidators
from tests.forges.github import GitHubForge, RawForge
from tests.forges.world import World, insider

TOKEN = "token-that-sees-all"
FILE = "publiccodeYmlVersion: '0.4'\nname: Example\n"


@dataclass(slots=True)
class Crawled:
    """What a crawl brought."""

    pages: list[Page] = field(default_factory=list)
    sightings: dict[str, Sighting] = field(default_factory=dict)
    """By path."""
    known: dict[str, str] = field(default_factory=dict)
    """Revisions by forge id, as a catalogue keeps them."""
    reads: int = 0
    wanted: int = 0

    @property
    def failures(self) -> list[Failure]:
        return [failure for page in self.pages for failure in page.failures]

    @property
    def owners_read(self) -> list[str]:
        return [owner for page in self.pages for owner in page.owners_read]

    @property
    def skipped(self) -> int:
        return sum(page.skipped for page in self.pages)

    def texts(self) -> dict[str, bytes | None]:
        """The winning file's bytes by path of the repository."""
        return {
            path: sighting.files[0].content
            for path, sighting in self.sightings.items()
            if isinstance(sighting.files, tuple) and sighting.files
        }


@dataclass(slots=True)
class GitHub:
    """The stand-ins, and what a process that crawls them remembers."""

    world: World
    api: GitHubForge
    raw: RawForge
    budgets: MemoryBudgets = field(default_factory=MemoryBudgets)
    validators: MemoryValidators = field(default_factory=MemoryValidators)
    blobs: set[str] = field(default_factory=set)
    """Blob ids whose texts were read."""

    def access(
        self,
        *,
        token: str | None = TOKEN,
        options: BaseModel | None = None,
        max_wait: float = 900.0,
        attempts: int = 3,
    ) -> ForgeAccess:
        return ForgeAccess(
            source="github-de",
            url="https://github.com",
            api_url=self.api.url,
            raw_url=self.raw.url,
            token=token,
            options=options,
            http=HttpOptions(
                user_agent="harvester/test", max_wait=max_wait, timeout=5, attempts=attempts
            ),
            clock=self.world.clock,
            budgets=self.budgets,
            validators=self.validators,
        )

    @asynccontextmanager
    async def opened(
        self,
        *,
        token: str | None = TOKEN,
        options: BaseModel | None = None,
        max_wait: float = 900.0,
    ) -> AsyncIterator[GitHubConnector]:
        access = self.access(token=token, options=options, max_wait=max_wait)
        async with GitHubConnector(access) as connector:
            yield connector

    async def crawl(
        self,
        listing: Listing,
        *,
        token: str | None = TOKEN,
        known: dict[str, str] | None = None,
        each: Callable[[Page], object] = lambda _: None,
    ) -> Crawled:
        """List and read: up to five pages are gathered, or as many as make a read worth while."""
        crawled = Crawled(known=dict(known or {}))
        async with self.opened(token=token) as connector:
            gathered: list[Sighting] = []
            pages = 0
            async for page in connector.pages(listing):
                crawled.pages.append(page)
                each(page)
                pages += 1
                for sighting in page.sightings:
                    crawled.sightings[sighting.repository.path] = sighting
                    if self._wanted(sighting, crawled.known):
                        gathered.append(sighting)
                    else:
                        crawled.known[sighting.repository.forge_id] = sighting.repository.revision
                if len(gathered) >= connector.read_batch or pages >= 5 or page.cursor is None:
                    await self._read(connector, gathered, crawled)
                    gathered, pages = [], 0
        return crawled

    def _wanted(self, sighting: Sighting, known: dict[str, str]) -> bool:
        moved = known.get(sighting.repository.forge_id) != sighting.repository.revision
        if isinstance(sighting.files, Unread):
            return moved
        if not isinstance(sighting.files, tuple) or not sighting.files:
            return False
        return moved or sighting.files[0].blob_id not in self.blobs

    async def _read(
        self, connector: GitHubConnector, gathered: Sequence[Sighting], crawled: Crawled
    ) -> None:
        if not gathered:
            return
        crawled.reads += 1
        crawled.wanted += len(gathered)
        for sighting in await connector.read(gathered):
            crawled.sightings[sighting.repository.path] = sighting
            crawled.known[sighting.repository.forge_id] = sighting.repository.revision
            if isinstance(sighting.files, tuple):
                self.blobs |= {f.blob_id for f in sighting.files if f.content is not None}


def owners(*paths: str, **more: object) -> Listing:
    """Ask for owners."""
    return listing(ScopeKind.OWNERS, paths, **more)


def listing(kind: ScopeKind, paths: Iterable[str], **more: object) -> Listing:
    """Ask for a scope."""
    return Listing(scope=Scope(kind, tuple(paths)), **more)  # type: ignore[arg-type]


def only_file(sighting: Sighting) -> FileVersion:
    """Give the file of a sighting that has exactly one."""
    assert isinstance(sighting.files, tuple)
    (file,) = sighting.files
    return file


def fill(
    world: World, owner: str, number: int, *, every: int = 10, at: datetime | None = None
) -> None:
    """Give an owner repositories, every tenth of them with a publiccode.yml."""
    for n in range(number):
        name = f"{owner}/r{n:03}"
        files = {"README.md": b"x"}
        if n % every == 0:
            files["publiccode.yml"] = f"{FILE}url: https://github.com/{name}\n".encode()
        world.create(name, files, at=at)


def new_world() -> World:
    """An empty world."""
    return World()


def played(world: World) -> tuple[GitHubForge, RawForge]:
    """Stand-ins that play the hosts of github.com."""
    api = GitHubForge(world, public_url="https://github.com")
    api.tokens[TOKEN] = insider()
    return api, RawForge(world, public_url="https://raw.githubusercontent.com")
