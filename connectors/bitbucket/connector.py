# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Connects harvester to Bitbucket Cloud; README.md says what it asks and when."""

from collections.abc import AsyncIterator, Mapping, Sequence
from math import ceil
from types import TracebackType
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict

from connectors.bitbucket.forge import Forge
from connectors.kit import OneByOne, counts, each, walk
from connectors.transport import BEARER, Chain, credential, open_chain
from connectors.transport.answers import is_about_the_way
from harvester.model import Origin, Sighting
from harvester.ports.connector import ForgeAccess
from harvester.ports.listing import (
    Estimate,
    Found,
    Listing,
    LookUp,
    Missing,
    Page,
    Resolution,
    Scope,
    ScopeKind,
    Size,
    Spent,
)

_API = "https://api.bitbucket.org/2.0"
_HOST = "https://bitbucket.org"
_PAGE = 100


class BitbucketOptions(BaseModel):
    """Bitbucket has no keys of its own in a ``[[sources]]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BitbucketConnector:
    """Fulfils :class:`harvester.ports.connector.Connector`.

    Args:
        access: how the forge is reached.
    """

    kind: ClassVar[str] = "bitbucket"
    profile: ClassVar[str] = "standard"
    origin: ClassVar[Origin] = Origin.CRAWL
    host_aliases: ClassVar[Mapping[str, str]] = {}
    Options: ClassVar[type[BaseModel]] = BitbucketOptions

    read_batch = 20

    def __init__(self, access: ForgeAccess) -> None:
        api_url = (access.api_url or _API).rstrip("/")
        who = credential(access.source, [api_url], tokens=access.tokens, form=BEARER)
        self._access = access
        self._chain: Chain = open_chain(access, who, headers={"accept": "application/json"})
        self._forge = Forge(self._chain, access.url, api_url)
        self._reader = OneByOne(access.source, self._forge.read)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._chain.aclose()

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """List public repositories page by page, their files ``Unread``; see the port."""
        async for page in walk(self._forge, listing):
            if self._reader.exhausted is not None:
                raise self._reader.exhausted
            yield page

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Bring the files, two requests a repository, or three; see the port."""
        return await self._reader.read(wanted)

    async def look_up(self, forge_ids: Sequence[str]) -> Mapping[str, LookUp]:
        """Look repositories up by id, one a request; see the port."""
        return await each(self._access.source, forge_ids, self._looked_up, raises=is_about_the_way)

    async def resolve(self, paths: Sequence[str]) -> Mapping[str, Resolution]:
        """Find repositories by path, one a request; see the port."""
        return await each(self._access.source, paths, self._resolved)

    def asks_for_each(self, scope: Scope) -> bool:
        """Say whether repositories are looked up by name, one a request."""
        return scope.kind is ScopeKind.REPOSITORIES

    def estimate(self, scope: Scope, size: Size) -> Estimate:
        """Predict what the next crawl will cost; asks nobody."""
        listed = len(scope.paths) - size.resting
        if scope.kind is not ScopeKind.REPOSITORIES:
            known = counts(scope, size.by_owner if size.moved is None else size.moved)
            # each page but the first repeats the last repository of the one before
            listed = sum(max(1, ceil((count - 1) / (_PAGE - 1))) for count in known.values())
        # the second name where the first is none, else whether it opts out
        raw = 2 * (size.repositories if size.first else size.changed)
        remark = "without a token: 60 requests an hour; files are read where something moved"
        return Estimate(rest=listed, raw=raw, exact=not size.first and not raw, remark=remark)

    async def check(self) -> str:
        """Try the forge with one cheap request; see the port."""
        await self._forge.check()
        return f"{self._access.url} answers"

    def spent(self) -> Spent:
        """Say what was spent since this connector was opened; see the port."""
        return self._chain.spent()

    @staticmethod
    async def recognise(access: ForgeAccess) -> bool:
        """Say whether this is Bitbucket: there is one only, so that nobody has to be asked."""
        return access.url == _HOST

    async def _looked_up(self, forge_id: str) -> LookUp:
        # The forge takes an id in braces for a name, and then needs no workspace.
        sighting = await self._forge.known(f"{{}}/{{{forge_id}}}")
        return Missing() if sighting is None else Found(sighting=sighting)

    async def _resolved(self, path: str) -> Resolution:
        if path.count("/") != 1:
            return None  # no repository has such a path
        sighting = await self._forge.known(path)
        return None if sighting is None else sighting.repository.forge_id
