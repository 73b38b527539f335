# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Walks through a listing: repositories by name first, then owner by owner, or the whole forge.

The forge gives slices; the order of owners, the cursor and what becomes of failures are told here.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from connectors.kit.position import Named, Position, key, named, position
from connectors.kit.shapes import MISSHAPEN, misshapen
from harvester.model import Sighting
from harvester.ports.errors import (
    ForbiddenError,
    NotFoundError,
    ServerError,
    SourceError,
    UnexpectedAnswerError,
)
from harvester.ports.listing import Failure, FailureCode, Listing, Page, ScopeKind

TOGETHER = 20
"""Repositories by name that make a page."""
_REFUSED = (NotFoundError, ForbiddenError)
_FAILED = (ServerError, UnexpectedAnswerError)
"""What is wrong with one owner or repository; others can still be read."""
_FAILED_IN_A_ROW = 3
"""So many that fail in a row are not bad owners but a bad forge, or way to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of a listing."""

    sightings: tuple[Sighting, ...] = ()
    failures: tuple[Failure, ...] = ()
    skipped: int = 0
    """Entries left out because they are not public."""
    hidden: tuple[str, ...] = ()
    """Their ids, as far as they were told."""
    after: str | None = None
    """Where the next slice begins, in the forge's own words; None: this was the last."""
    total: int | None = None


class Listed(Protocol):
    """What a forge has to be able to tell."""

    @property
    def url(self) -> str:
        """Its canonical web address."""
        ...

    @property
    def source(self) -> str:
        """The configured name, for messages."""
        ...

    def slices(
        self, owner: str | None, after: str | None, since: datetime | None
    ) -> AsyncIterator[Slice]:
        """List the public repositories of an owner, or of the whole forge.

        Args:
            owner: its name; None: the whole forge.
            after: a :attr:`Slice.after` of the same listing, to go on behind it.
            since: None: everything, in an order that does not move while it is read. Else newest
                first, ending behind what is older.

        Raises:
            NotFoundError: there is no such owner that everybody may see.
            SourceError: it cannot be listed.
        """
        ...

    async def named(self, path: str) -> Slice:
        """Give the one repository that has, or had, a path; an empty slice if it is not public.

        Raises:
            NotFoundError: there is none.
        """
        ...


async def walk(forge: Listed, listing: Listing) -> AsyncIterator[Page]:
    """Give the pages of a listing; the last one has no cursor."""
    walker = _Walker(forge, listing, position(listing.cursor, listing.since))
    if listing.scope.kind is ScopeKind.INSTANCE:
        async for page in walker.instance():
            yield page
        return
    names = named(listing.scope, listing.recent_owners, forge.source)
    async for page in walker.repositories(names):
        yield page
    async for page in walker.owners(names):
        yield page


def failure(forge: Listed, path: str, error: SourceError) -> Failure:
    """Say of an owner or a repository that it could not be read."""
    code = FailureCode.UNREADABLE
    if isinstance(error, NotFoundError):
        code = FailureCode.NOT_FOUND
    elif isinstance(error, ForbiddenError):
        code = FailureCode.FORBIDDEN
    return Failure(subject=f"{forge.url}/{path}", code=code, message=str(error))


@dataclass(slots=True)
class _Walker:
    """Where a walk stands."""

    forge: Listed
    listing: Listing
    at: Position
    failed: int = 0
    """Owners or repositories in a row that could not be read, though nobody refused them."""

    async def instance(self) -> AsyncIterator[Page]:
        """List the whole forge."""
        begun = self.at.after if self.at.owner is None else None
        async for cut in self._slices(None, begun):
            yield Page(
                sightings=cut.sightings,
                cursor=None if cut.after is None else replace(self.at, after=cut.after).text(),
                failures=cut.failures,
                skipped=cut.skipped,
                hidden=cut.hidden,
                total=cut.total,
            )

    async def _slices(self, owner: str | None, begun: str | None) -> AsyncIterator[Slice]:
        try:
            async for cut in self.forge.slices(owner, begun, self.at.since):
                yield cut
        except MISSHAPEN as error:
            raise misshapen(self.forge.source, owner or self.forge.url, error) from error

    async def repositories(self, names: Named) -> AsyncIterator[Page]:
        """Look repositories up by name, also by one that they had."""
        left = [p for p in names.repositories if self.at.named is None or key(p) > self.at.named]
        resting = {key(path.strip("/")) for path in self.listing.resting}
        left = [path for path in left if key(path) not in resting]
        owners = len(self._owners_left(names))
        for start in range(0, len(left), TOGETHER):
            batch = left[start : start + TOGETHER]
            cuts = [await self._named(path) for path in batch]
            self.at = replace(self.at, named=key(batch[-1]))
            is_last = start + TOGETHER >= len(left) and not owners
            yield Page(
                sightings=tuple(one for cut in cuts for one in cut.sightings),
                cursor=None if is_last else self.at.text(),
                failures=tuple(one for cut in cuts for one in cut.failures),
                skipped=sum(cut.skipped for cut in cuts),
                hidden=tuple(one for cut in cuts for one in cut.hidden),
                owners_left=owners or None,
            )

    async def _named(self, path: str) -> Slice:
        try:
            cut = await self.forge.named(path)
        except MISSHAPEN as error:
            lost = misshapen(self.forge.source, path, error)
            return Slice(failures=(failure(self.forge, path, lost),))
        except (*_REFUSED, *_FAILED) as error:
            return Slice(failures=(self._own(path, error),))
        self.failed = 0
        return cut

    def _own(self, path: str, error: SourceError) -> Failure:
        """Take an error for the failure of one owner or repository.

        Raises:
            SourceError: it is not theirs: several in a row failed so.
        """
        self.failed += isinstance(error, _FAILED)
        if self.failed == _FAILED_IN_A_ROW:
            raise error
        return failure(self.forge, path, error)

    async def owners(self, names: Named) -> AsyncIterator[Page]:
        """List owner by owner, the one that was begun first."""
        order = self._owners_left(names)
        for index, name in enumerate(order):
            async for page in self._owner(name, left=len(order) - index - 1):
                yield page

    def _owners_left(self, names: Named) -> list[str]:
        left = [name for name in names.owners if key(name) not in self.at.done]
        return sorted(left, key=lambda name: key(name) != self.at.owner)

    async def _owner(self, name: str, *, left: int) -> AsyncIterator[Page]:
        begun = self.at.after if self.at.owner == key(name) else None
        done = replace(self.at, done=(*self.at.done, key(name)), owner=None, after=None)
        last = done.text() if left else None
        try:
            async for cut in self._slices(name, begun):
                ended = cut.after is None
                on = replace(self.at, owner=key(name), after=cut.after)
                yield Page(
                    sightings=cut.sightings,
                    cursor=last if ended else on.text(),
                    owners_read=(name,) if ended else (),
                    failures=cut.failures,
                    skipped=cut.skipped,
                    hidden=cut.hidden,
                    owners_left=left if ended else left + 1,
                )
            self.failed = 0
        except (*_REFUSED, *_FAILED) as error:
            failed = (self._own(name, error),)
            yield Page(sightings=(), cursor=last, failures=failed, owners_left=left)
        self.at = done
