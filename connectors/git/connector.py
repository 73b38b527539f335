# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The connector: single repositories, by their addresses. README.md tells it for people."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict

from connectors.git.lines import Head
from connectors.git.remote import Habits, Remote
from connectors.kit import OneByOne, each
from connectors.transport import Chain, credential, open_chain
from harvester.model import Details, Origin, Owner, Repository, Sighting, Unread
from harvester.ports.connector import ForgeAccess
from harvester.ports.errors import (
    BudgetExhaustedError,
    ForbiddenError,
    NotFoundError,
    SourceError,
    UnauthorisedError,
    UnreachableError,
)
from harvester.ports.listing import (
    Estimate,
    Failure,
    FailureCode,
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
from harvester.urls import canonical_url, host_of, path_of

PAGE = 20
"""Repositories of a page: each is a request."""
_EMPTY = "empty"
"""The revision of a repository without a commit."""


class GitOptions(BaseModel):
    """Git has no keys of its own in a ``[[sources]]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GitConnector:
    """Fulfils :class:`harvester.ports.connector.Connector` for hosts without an API.

    Args:
        access: how the host is reached. A token is not used: git does not tell whether everybody
            sees what it shows to one.
    """

    kind: ClassVar[str] = "git"
    profile: ClassVar[str] = "standard"
    origin: ClassVar[Origin] = Origin.CRAWL
    host_aliases: ClassVar[Mapping[str, str]] = {}
    Options: ClassVar[type[BaseModel]] = GitOptions

    read_batch = 1

    def __init__(self, access: ForgeAccess) -> None:
        self._access = access
        self._chain: Chain | None = None
        self._habits = Habits()
        self._one_by_one = OneByOne(access.source, self._read)
        self._remotes: dict[str, tuple[Remote, Head]] = {}
        """Of the repositories that were listed and not read yet, by id."""

    async def __aenter__(self) -> Self:
        self._chain = open_chain(self._access, credential(self._access.source, [self._access.url]))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._open.aclose()

    # --- the port ---------------------------------------------------------------------------

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """List the repositories that the scope names, a request each; see the port.

        Raises:
            SourceError: the scope names none: without an API nobody can list a host.
        """
        scope = listing.scope
        if scope.kind not in (ScopeKind.REPOSITORIES, ScopeKind.ADDRESSES):
            raise SourceError(
                f"source {self._access.source}: git alone cannot list a host; name repositories"
            )
        for start in range(_place(listing.cursor), len(scope.paths), PAGE):
            sightings, failures = [], []
            asked = (p for p in scope.paths[start : start + PAGE] if p not in listing.resting)
            for path in asked:
                try:
                    sightings.append(await self._sighting(path))
                except (BudgetExhaustedError, UnreachableError):
                    raise
                except SourceError as error:
                    failures.append(self._failure(path, error))
            following = start + PAGE
            yield Page(
                sightings=tuple(sightings),
                failures=tuple(failures),
                cursor=json.dumps(following) if following < len(scope.paths) else None,
                total=len(scope.paths),
            )

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Read the files, two requests a repository; see the port."""
        return await self._one_by_one.read(wanted)

    async def look_up(self, forge_ids: Sequence[str]) -> Mapping[str, LookUp]:
        """Ask for each address; see the port."""
        return await each(self._access.source, forge_ids, self._looked_up)

    async def resolve(self, paths: Sequence[str]) -> Mapping[str, Resolution]:
        """Ask for each path; see the port. Git has no ids: what is there has its address."""
        return await each(self._access.source, paths, self._resolved)

    def asks_for_each(self, scope: Scope) -> bool:  # noqa: ARG002 - the port's
        """Say yes: git has no listing."""
        return True

    def estimate(self, scope: Scope, size: Size) -> Estimate:
        """Predict what the next crawl will cost; asks nobody."""
        asked = (len(scope.paths) - size.resting) * (2 if size.first else 1)
        remark = "a request a repository; of those that moved, one or two more"
        return Estimate(rest=asked, exact=not size.first, remark=remark)

    async def check(self) -> str:
        """Say whether the host answers; see the port."""
        response = await self._open.get(self._access.url)
        return f"{host_of(self._access.url)} answers ({response.status_code})"

    def spent(self) -> Spent:
        """Say what was spent since this connector was opened; see the port."""
        return self._open.spent()

    @classmethod
    async def recognise(cls, access: ForgeAccess) -> bool:  # noqa: ARG003 - the port's
        """Say no: from its address alone, nobody knows whether a host has repositories."""
        return False

    # --- one repository ---------------------------------------------------------------------

    async def _sighting(self, path: str) -> Sighting:
        remote = Remote(self._open, f"{self._access.url}/{path.strip('/')}", self._habits)
        head = await remote.head()
        address = canonical_url(f"{self._access.url}/{path}")
        if head is not None:
            self._remotes[address] = (remote, head)
        place = path_of(address)
        owner, _, name = place.rpartition("/")
        return Sighting(
            repository=Repository(
                forge_id=address,
                path=place,
                web_url=address,
                name=name,
                description=None,
                owner=Owner(path=owner or host_of(address), name=None, kind="group"),
                default_branch=head.branch if head is not None else None,
                archived=False,
                fork=False,
                mirror=False,
                details=Details(topics=(), languages=()),
                revision=head.oid if head is not None else _EMPTY,
            ),
            files=() if head is None else Unread(),
        )

    async def _read(self, seen: Sighting) -> Sighting:
        address = seen.repository.forge_id
        if address not in self._remotes:
            seen = await self._sighting(path_of(address))
        if address not in self._remotes:
            return seen  # it is empty
        remote, head = self._remotes.pop(address)
        files, ignored = await remote.files(head)
        return replace(seen, files=files, ignore_file=ignored)

    async def _looked_up(self, address: str) -> LookUp:
        try:
            return Found(sighting=await self._sighting(path_of(address)))
        except NotFoundError:
            return Missing()

    async def _resolved(self, path: str) -> Resolution:
        try:
            return (await self._sighting(path)).repository.forge_id
        except NotFoundError:
            return None

    def _failure(self, path: str, error: SourceError) -> Failure:
        address = canonical_url(f"{self._access.url}/{path}")
        code = FailureCode.UNREADABLE
        if isinstance(error, NotFoundError):
            code = FailureCode.NOT_FOUND
        elif isinstance(error, ForbiddenError | UnauthorisedError):
            code = FailureCode.FORBIDDEN
        # What is not found has no id: a failure with one would count as seen.
        known = None if code is FailureCode.NOT_FOUND else address
        return Failure(subject=address, code=code, message=str(error), forge_id=known)

    @property
    def _open(self) -> Chain:
        if self._chain is None:
            raise RuntimeError("this connector is not open; use it in an async with statement")
        return self._chain


def _place(cursor: str | None) -> int:
    """Read a cursor; one that is not ours begins anew."""
    try:
        place = json.loads(cursor or "0")
    except ValueError:
        return 0
    return place if isinstance(place, int) else 0
