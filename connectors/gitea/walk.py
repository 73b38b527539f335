# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Walks through a listing: repositories by name first, then owner by owner, or the whole forge."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from connectors.gitea import facts
from connectors.gitea.api import Api, Rows
from connectors.gitea.files import Reader
from connectors.gitea.overlap import MOST, EndlessError, Mark, Window, connects, following
from connectors.gitea.position import Named, Position, key, named, position
from harvester.model import (
    Failure,
    FailureCode,
    JsonObject,
    Listing,
    Page,
    Repository,
    ScopeKind,
    Sighting,
    Unread,
)
from harvester.ports.errors import (
    ForbiddenError,
    NotFoundError,
    SourceError,
    UnexpectedAnswerError,
)
from harvester.ports.http import Clock

_TOGETHER = 20
"""Repositories by name that make a page."""
_OWN_FAILURES = (NotFoundError, ForbiddenError, UnexpectedAnswerError)
"""What is wrong with one owner or repository; others can still be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What rows of the forge came to."""

    sightings: tuple[Sighting, ...] = ()
    failures: tuple[Failure, ...] = ()
    skipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Forge:
    """One forge, and how what it says is read."""

    url: str
    """Canonical web address."""
    source: str
    """The configured name, for messages."""
    api: Api
    reader: Reader
    clock: Clock

    async def told(self, rows: Sequence[JsonObject]) -> Told:
        """Read rows; one that cannot be read is a failure of its own."""
        sightings, failures, skipped = [], [], 0
        for row in rows:
            try:
                if facts.is_public(row):
                    sightings.append(await self._sighting(row))
                else:
                    skipped += 1
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                failures.append(self._unreadable(row, error))
        return Told(sightings=tuple(sightings), failures=tuple(failures), skipped=skipped)

    def failure(self, path: str, error: SourceError) -> Failure:
        """Say of an owner or a repository that it could not be read."""
        code = FailureCode.UNREADABLE
        if isinstance(error, NotFoundError):
            code = FailureCode.NOT_FOUND
        elif isinstance(error, ForbiddenError):
            code = FailureCode.FORBIDDEN
        return Failure(subject=f"{self.url}/{path}", code=code, message=str(error))

    async def _sighting(self, row: JsonObject) -> Sighting:
        kind = await self.api.kind_of(str(row["owner"]["login"]))
        seen: Repository = facts.repository(row, kind, self.url, self.clock.now())
        self.reader.note(seen.forge_id, facts.topics(row), facts.language(row))
        return Sighting(repository=seen, files=Unread())

    def _unreadable(self, row: JsonObject, error: Exception) -> Failure:
        number = row.get("id")
        return Failure(
            subject=f"{self.url}/{row.get('full_name') or ''}",
            code=FailureCode.UNREADABLE,
            message=(
                f"source {self.source}: the forge describes repository {number} in an unknown way"
                f" ({type(error).__name__}: {error}); the next crawl tries again"
            ),
            forge_id=str(number) if isinstance(number, int) else None,
        )


async def walk(forge: Forge, listing: Listing) -> AsyncIterator[Page]:
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


@dataclass(slots=True)
class _Walker:
    """Where a walk stands."""

    forge: Forge
    listing: Listing
    at: Position

    async def instance(self) -> AsyncIterator[Page]:
        """List the whole forge."""
        await self.forge.api.learn_organizations()
        begun = self.at.mark if self.at.owner is None else None
        async for rows, mark in self._listed({}, begun):
            told = await self.forge.told(rows.rows)
            yield Page(
                sightings=told.sightings,
                cursor=None if mark is None else replace(self.at, mark=mark).text(),
                failures=told.failures,
                skipped=told.skipped,
                total=rows.total if self.at.since is None else None,
            )

    # --- repositories by name ---------------------------------------------------------------

    async def repositories(self, names: Named) -> AsyncIterator[Page]:
        """Look repositories up by name, also by one that they had."""
        left = [p for p in names.repositories if self.at.named is None or key(p) > self.at.named]
        owners = len(self._owners_left(names))
        for start in range(0, len(left), _TOGETHER):
            batch = left[start : start + _TOGETHER]
            rows: list[JsonObject] = []
            failures: list[Failure] = []
            for path in batch:
                try:
                    rows.append(await self.forge.api.repository(path))
                except _OWN_FAILURES as error:
                    failures.append(self.forge.failure(path, error))
            told = await self.forge.told(rows)
            self.at = replace(self.at, named=key(batch[-1]))
            is_last = start + _TOGETHER >= len(left) and not owners
            yield Page(
                sightings=told.sightings,
                cursor=None if is_last else self.at.text(),
                failures=(*failures, *told.failures),
                skipped=told.skipped,
                owners_left=owners or None,
            )

    # --- owners -----------------------------------------------------------------------------

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
        begun = self.at.mark if self.at.owner == key(name) else None
        done = replace(self.at, done=(*self.at.done, key(name)), owner=None, mark=None)
        last = done.text() if left else None
        try:
            account = await self.forge.api.account(name)
            # Without "exclusive" come those too that the account works on.
            query: dict[str, str | int] = {"uid": account.id, "exclusive": "true"}
            async for rows, mark in self._listed(query, begun):
                told = await self.forge.told(rows.rows)
                on = replace(self.at, owner=key(name), mark=mark)
                yield Page(
                    sightings=told.sightings,
                    cursor=last if mark is None else on.text(),
                    owners_read=(name,) if mark is None else (),
                    failures=told.failures,
                    skipped=told.skipped,
                    owners_left=left if mark is None else left + 1,
                )
        except _OWN_FAILURES as error:
            failure = self.forge.failure(name, error)
            yield Page(sightings=(), cursor=last, failures=(failure,), owners_left=left)
        self.at = done

    # --- pages ------------------------------------------------------------------------------

    async def _listed(
        self, query: dict[str, str | int], begun: Mark | None
    ) -> AsyncIterator[tuple[Rows, Mark | None]]:
        """Give the pages of one listing, each with where the next one begins."""
        mark: Mark | None = begun or Mark()
        while mark is not None:
            if self.at.since is None:
                rows, mark = await self._by_id(query, mark)
            else:
                rows, mark = await self._by_activity(query, mark)
            if rows is not None:
                yield rows, mark

    async def _by_id(
        self, query: dict[str, str | int], mark: Mark
    ) -> tuple[Rows | None, Mark | None]:
        """Read a page of a sweep; no rows come of one that does not follow what was read."""
        window = mark.window
        rows = await self.forge.api.search(
            **query, sort="id", order="asc", page=window.page, limit=window.limit
        )
        ids = [int(row.get("id", 0)) for row in rows.rows]
        most = await self.forge.api.most() if rows.more else MOST
        try:
            after = following(mark, ids, more=rows.more, most=most)
        except EndlessError as error:
            raise UnexpectedAnswerError(
                f"source {self.forge.source}: {self.forge.url} cannot be listed by id: {error};"
                " is the forge of a version that sorts by id?"
            ) from error
        if not connects(mark, ids):
            return None, after
        fresh = tuple(row for row in rows.rows if int(row.get("id", 0)) > mark.last)
        return replace(rows, rows=fresh), after

    async def _by_activity(
        self, query: dict[str, str | int], mark: Mark
    ) -> tuple[Rows, Mark | None]:
        """Read a page of what moved, newest first, and stop behind what is older."""
        page = mark.window.page
        rows = await self.forge.api.search(
            **query, sort="updated", order="desc", page=page, limit=MOST
        )
        moments = [facts.moment(row.get("updated_at")) for row in rows.rows]
        oldest = moments[-1] if moments else None
        old = oldest is None or (self.at.since is not None and oldest < self.at.since)
        more = rows.more and not old
        return rows, Mark(Window(page + 1, MOST)) if more else None
