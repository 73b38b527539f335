# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The connector that harvester opens for a source of kind ``shelf``."""

from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import ClassVar, Self
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from connectors.kit import OneByOne, counts, each, walk
from connectors.transport import BEARER, credential, open_chain
from harvester.model import Origin, Sighting
from harvester.ports.connector import ForgeAccess
from harvester.ports.errors import SourceError, UnreachableError
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
from harvester_shelf.forge import Forge

_PAGE = 50


class ShelfOptions(BaseModel):
    """Keys that a ``[[sources]]`` table of this kind may have beside those of all; none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ShelfConnector:
    """Fulfils :class:`harvester.ports.connector.Connector`.

    Args:
        access: how the forge is reached.
    """

    kind: ClassVar[str] = "shelf"
    profile: ClassVar[str] = "standard"
    origin: ClassVar[Origin] = Origin.CRAWL
    host_aliases: ClassVar[Mapping[str, str]] = {}
    Options: ClassVar[type[BaseModel]] = ShelfOptions

    read_batch = 20

    def __init__(self, access: ForgeAccess) -> None:
        api_url = access.api_url or f"{access.url}/api"
        who = credential(access.source, [api_url], tokens=access.tokens, form=BEARER)
        self._source = access.source
        self._chain = open_chain(access, who, headers={"accept": "application/json"})
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
        """List public repositories page by page, with the blob ids of their files."""
        async for page in walk(self._forge, listing):
            if self._reader.exhausted is not None:
                raise self._reader.exhausted
            yield page

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Bring the bytes of files, one request each."""
        return await self._reader.read(wanted)

    async def look_up(self, forge_ids: Sequence[str]) -> Mapping[str, LookUp]:
        """Look repositories up by id, one a request."""
        return await each(self._source, forge_ids, self._looked_up)

    async def resolve(self, paths: Sequence[str]) -> Mapping[str, Resolution]:
        """Find repositories by path, one a request."""
        return await each(self._source, paths, self._resolved)

    def estimate(self, scope: Scope, size: Size) -> Estimate:
        """Predict what the next crawl will cost, a sweep or only what moved; asks nobody."""
        told = size.by_owner if size.moved is None else size.moved
        listed = len(scope.paths)
        if scope.kind is ScopeKind.INSTANCE:
            listed = _pages(size.repositories if size.moved is None else sum(told.values()))
        elif scope.kind is not ScopeKind.REPOSITORIES:
            listed = sum(_pages(count) for count in counts(scope, told).values())
        raw = size.files if size.first else size.changed
        return Estimate(rest=listed, raw=raw, exact=not size.first and not raw)

    async def check(self) -> str:
        """Try the forge with one request."""
        return await self._forge.check()

    def spent(self) -> Spent:
        """Say what was spent since this connector was opened."""
        return self._chain.spent()

    @classmethod
    async def recognise(cls, access: ForgeAccess) -> bool:
        """Say, with one anonymous request, whether a Shelf lives at ``access.url``."""
        async with cls(access) as connector:
            try:
                return await connector._forge.is_one()
            except UnreachableError:
                raise
            except SourceError:
                return False

    async def _looked_up(self, forge_id: str) -> LookUp:
        sighting = await self._forge.known(f"/repositories/{quote(forge_id, safe='')}")
        return Missing() if sighting is None else Found(sighting=sighting)

    async def _resolved(self, path: str) -> Resolution:
        sighting = await self._forge.known(f"/named/{quote(path)}")
        return None if sighting is None else sighting.repository.forge_id


def _pages(repositories: int) -> int:
    """Count the pages of a listing; an empty one takes a request too."""
    return max(1, -(-repositories // _PAGE))
