# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Connects harvester to one Gitea or Forgejo; README.md says what it asks and when."""

from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict

from connectors.gitea.api import Api
from connectors.gitea.estimate import estimate
from connectors.gitea.files import Files
from connectors.gitea.forge import Forge
from connectors.kit import OneByOne, each, only, walk
from connectors.transport import Chain, credential, open_chain
from connectors.transport.answers import is_about_the_way
from connectors.transport.credential import HeaderForm
from connectors.transport.statistics import Statistics
from harvester.model import Origin, Sighting
from harvester.ports.connector import ForgeAccess
from harvester.ports.errors import (
    ForbiddenError,
    NotFoundError,
    ServerError,
    UnauthorisedError,
    UnexpectedAnswerError,
)
from harvester.ports.listing import (
    Estimate,
    Found,
    Listing,
    LookUp,
    Missing,
    Page,
    Private,
    Resolution,
    Scope,
    ScopeKind,
    Size,
    Spent,
)

TOKEN = HeaderForm("authorization", "token ")
"""How the forge wants its tokens."""
_HEADERS = {"accept": "application/json"}


class GiteaOptions(BaseModel):
    """Gitea has no keys of its own in a ``[[sources]]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GiteaConnector:
    """Fulfils :class:`harvester.ports.connector.Connector`.

    Args:
        access: how the forge is reached.
    """

    kind: ClassVar[str] = "gitea"
    profile: ClassVar[str] = "standard"
    origin: ClassVar[Origin] = Origin.CRAWL
    host_aliases: ClassVar[Mapping[str, str]] = {}
    Options: ClassVar[type[BaseModel]] = GiteaOptions

    read_batch = 20

    def __init__(self, access: ForgeAccess) -> None:
        self._access = access
        self._api_url = api_url(access)
        self._opened: Chain | None = None
        self._forge_opened: Forge | None = None
        self._reader: OneByOne | None = None
        self._nobody: Chain | None = None
        """With a token: the way to the forge without it, until it was found to be open to all."""

    async def __aenter__(self) -> Self:
        access = self._access
        who = credential(access.source, [self._api_url], tokens=access.tokens, form=TOKEN)
        chain = self._opened = open_chain(access, who, headers=_HEADERS)
        if access.tokens:
            nobody = credential(access.source, [self._api_url])
            self._nobody = open_chain(access, nobody, headers=_HEADERS)
        api = Api(chain, self._api_url)
        files = Files(chain, api)
        self._forge_opened = Forge(
            url=access.url,
            source=access.source,
            api=api,
            files=files,
            clock=access.clock,
        )
        self._reader = OneByOne(access.source, files.read)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for chain in (self._opened, self._nobody):
            if chain is not None:
                await chain.aclose()

    # --- the port ---------------------------------------------------------------------------

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """List public repositories page by page, their files ``Unread``; see the port."""
        forge = await self._open_to_all()
        async for page in walk(forge, listing):
            if self._reader is not None and self._reader.exhausted is not None:
                raise self._reader.exhausted
            yield page

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Bring files and details, repository by repository; see the port."""
        if self._reader is None:
            raise _not_open()
        return await self._reader.read(wanted)

    async def look_up(self, forge_ids: Sequence[str]) -> Mapping[str, LookUp]:
        """Look repositories up by their numbers, one a request; see the port."""
        return await each(self._access.source, forge_ids, self._looked_up, raises=is_about_the_way)

    async def resolve(self, paths: Sequence[str]) -> Mapping[str, Resolution]:
        """Find repositories by path, one a request, two where it moved; see the port."""
        return await each(self._access.source, paths, self._resolved)

    def asks_for_each(self, scope: Scope) -> bool:
        """Say whether repositories are looked up by name, one a request."""
        return scope.kind is ScopeKind.REPOSITORIES

    def estimate(self, scope: Scope, size: Size) -> Estimate:
        """Predict what the next crawl will cost; asks nobody. See :mod:`.estimate`."""
        return estimate(scope, size, with_token=bool(self._access.tokens))

    async def check(self) -> str:
        """Ask which software answers; with a token also whether everybody may ask; see the port."""
        forge = await self._open_to_all()
        version = await forge.api.version()
        # Forgejo tells the Gitea that it is compatible with: 11.0.3+gitea-1.22.0
        own, _, like = version.partition("+gitea-")
        return f"{'Forgejo' if like else 'Gitea'} {own} answers"

    def spent(self) -> Spent:
        """Say what was spent since this connector was opened; see the port."""
        return self._chain.spent()

    @staticmethod
    async def recognise(access: ForgeAccess) -> bool:
        """Say whether a Gitea lives at ``access.url``: only they tell such settings of their API.

        Raises:
            UnreachableError: nobody answers there.
        """
        url = api_url(access)
        async with open_chain(access, credential(access.source, [url]), headers=_HEADERS) as chain:
            try:
                await Api(chain, url).settings()
            except ForbiddenError as error:
                return "signed in" in str(error)  # it lets nobody else ask
            except (UnauthorisedError, ServerError, UnexpectedAnswerError, NotFoundError):
                return False
            return True

    # --- inside -----------------------------------------------------------------------------

    @property
    def _chain(self) -> Chain:
        if self._opened is None:
            raise _not_open()
        return self._opened

    @property
    def _forge(self) -> Forge:
        if self._forge_opened is None:
            raise _not_open()
        return self._forge_opened

    async def _open_to_all(self) -> Forge:
        """Give the forge, once it is sure that what a token sees everybody could see.

        A forge can be closed to all but those who sign in; its repositories are "public" all the
        same. So with a token one request of the forge is made without it.

        Raises:
            ForbiddenError: it is closed.
        """
        forge, nobody = self._forge, self._nobody
        if nobody is not None:
            try:
                await Api(nobody, self._api_url).settings()
            except (ForbiddenError, UnauthorisedError) as error:
                raise ForbiddenError(
                    f"source {self._access.source}: {self._access.url} answers nobody without a"
                    f" token, so that nothing there is public, whatever the token sees: {error}"
                ) from error
            finally:
                _count_in(self._chain.statistics, nobody.statistics)
                nobody.statistics = Statistics()
            await nobody.aclose()
            self._nobody = None
        return forge

    async def _looked_up(self, forge_id: str) -> LookUp:
        forge = await self._open_to_all()
        row = await forge.api.by_id(forge_id)
        if row is None:
            return Missing()
        sighting = only(await forge.told([row]))
        return Private() if sighting is None else Found(sighting=sighting)

    async def _resolved(self, path: str) -> Resolution:
        if path.count("/") != 1:
            return None  # no repository has such a path
        forge = await self._open_to_all()
        row = await forge.api.by_path(path)
        sighting = None if row is None else only(await forge.told([row]))
        return None if sighting is None else sighting.repository.forge_id


def _not_open() -> RuntimeError:
    return RuntimeError("this connector is not open; use it in an async with statement")


def api_url(access: ForgeAccess) -> str:
    """Derive the base of the REST API; what the operator wrote wins."""
    return (access.api_url or f"{access.url}/api/v1").rstrip("/")


def _count_in(mine: Statistics, other: Statistics) -> None:
    """Add what another chain counted."""
    for kind, number in other.requests.items():
        mine.requests[kind] += number
    mine.bytes += other.bytes
    mine.retries += other.retries
    mine.waited_seconds += other.waited_seconds
    for status, number in other.answers.items():
        mine.answers[status] = mine.answers.get(status, 0) + number
