# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Walks through a listing: projects by path first, then place by place, one cursor for all."""

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from connectors.gitlab.forge import Forge, GraphQLRefusedError
from connectors.gitlab.graph import FEWEST_GROUPS, MOST_GROUPS
from connectors.gitlab.places import (
    Api,
    Place,
    PlaceKind,
    Position,
    Slice,
    in_turn,
    outermost,
    position,
)
from connectors.gitlab.told import Hidden, LostPlaceError, ids_of_hidden
from harvester.model import Sighting
from harvester.ports.errors import (
    ForbiddenError,
    NotFoundError,
    ServerError,
    UnexpectedAnswerError,
)
from harvester.ports.listing import Failure, Listing, Page, ScopeKind

logger = logging.getLogger(__name__)

_EVERYWHERE = Place(PlaceKind.INSTANCE)
_REFUSED = (NotFoundError, ForbiddenError)
_FAILED = (ServerError, UnexpectedAnswerError)
"""What is wrong with one owner; other owners can still be read."""
_FAILED_IN_A_ROW = 3
"""So many owners that fail in a row are not bad owners but a bad forge, or way to it."""


async def walk(forge: Forge, listing: Listing) -> AsyncIterator[Page]:
    """Give the pages of a listing; the last one has no cursor."""
    walker = _Walker(forge, listing, position(listing.cursor))
    kind = listing.scope.kind
    if kind is ScopeKind.INSTANCE:
        async for page in walker.instance():
            yield page
        return
    if kind is not ScopeKind.OWNERS:
        async for page in walker.projects():
            yield page
    if kind is not ScopeKind.REPOSITORIES:
        async for page in walker.owners():
            yield page


@dataclass(slots=True)
class _Walker:
    """Where a walk stands."""

    forge: Forge
    listing: Listing
    at: Position
    failed: int = 0
    """Owners in a row that could not be read, though the forge did not refuse them."""

    async def instance(self) -> AsyncIterator[Page]:
        """List the whole instance."""
        async for api, cut in self._slices(_EVERYWHERE):
            following = Position(api=api, after=cut.after)
            yield Page(
                sightings=cut.sightings,
                cursor=None if cut.after is None else following.text(),
                failures=cut.failures,
                skipped=cut.skipped,
                hidden=cut.hidden,
                total=cut.total,
            )

    # --- projects by path -------------------------------------------------------------------

    async def projects(self) -> AsyncIterator[Page]:
        """Look the paths up as projects; those that are none are left to be read as owners."""
        paths = self._paths()
        is_last = self.listing.scope.kind is ScopeKind.REPOSITORIES
        done = list(self.at.done)
        for start in range(self.at.looked_up, len(paths), self.forge.most_paths):
            batch = paths[start : start + self.forge.most_paths]
            page = await self._batch(batch, done, final=is_last)
            self.at = Position(looked_up=start + len(batch), done=tuple(done))
            if self.at.looked_up < len(paths) or (not is_last and self._owners_left()):
                cursor = self.at.text()
            else:
                cursor = None
            yield Page(
                sightings=page.sightings,
                cursor=cursor,
                failures=page.failures,
                skipped=page.skipped,
                hidden=page.hidden,
            )

    async def _batch(self, batch: Sequence[str], done: list[str], *, final: bool) -> Slice:
        """Look up one batch; notes in ``done`` which paths were projects."""
        texts = self.listing.contents
        told = await self.forge.by_paths(batch, texts=texts)
        sightings = [one for one in told if isinstance(one, Sighting)]
        failures = [one for one in told if isinstance(one, Failure)]
        known = {one.repository.path.casefold() for one in sightings}
        known |= {one.subject.removeprefix(f"{self.forge.url}/").casefold() for one in failures}
        for path in batch:
            if path.casefold() in known:
                done.append(path)
            elif final:
                moved = await self.forge.moved(path, texts=texts)
                if isinstance(moved, Sighting):
                    sightings.append(moved)
                else:
                    missing = NotFoundError(_no_such("project", path))
                    failures.append(moved or self.forge.failure(path, missing))
        return Slice(
            sightings=tuple(sightings),
            failures=tuple(failures),
            skipped=sum(1 for one in told if isinstance(one, Hidden)),
            hidden=ids_of_hidden(told),
        )

    # --- owners -----------------------------------------------------------------------------

    async def owners(self) -> AsyncIterator[Page]:
        """List owner by owner, the one that was begun first, then the least recently visited."""
        async for page in self._quiet_owners():
            yield page
        order = self._owners_left()
        while order:
            path, *order = order
            async for page in self._owner(path, left=len(order)):
                yield page

    async def _quiet_owners(self) -> AsyncIterator[Page]:
        """Ask about many owners together, where only what moved is wanted; they are done then."""
        since = self.listing.since
        asked = [path for path in self._owners_left() if path != self.at.owner]
        if since is None or len(asked) < FEWEST_GROUPS:
            return
        for start in range(0, len(asked), MOST_GROUPS):
            quiet = await self.forge.quiet(asked[start : start + MOST_GROUPS], since)
            if not quiet:
                continue
            self.at = replace(self.at, done=(*self.at.done, *quiet))
            left = len(self._owners_left())
            yield Page(
                sightings=(),
                cursor=self.at.text() if left else None,
                owners_read=quiet,
                owners_left=left,
            )

    def _owners_left(self) -> list[str]:
        done = {path.casefold() for path in self.at.done}
        left = outermost(path for path in self._paths() if path.casefold() not in done)
        begun = self.at.owner
        turn = in_turn(left, self.listing.recent_owners)
        return sorted(turn, key=lambda path: path != begun)

    async def _owner(self, path: str, *, left: int) -> AsyncIterator[Page]:
        done = Position(looked_up=self.at.looked_up, done=(*self.at.done, path))
        last = done.text() if left else None
        try:
            async for place, api, cut in self._owned(path):
                ended = cut.after is None
                on = Position(
                    looked_up=done.looked_up,
                    done=self.at.done,
                    owner=path,
                    kind=place.kind,
                    api=api,
                    after=cut.after,
                )
                yield Page(
                    sightings=cut.sightings,
                    cursor=last if ended else on.text(),
                    owners_read=(path,) if ended else (),
                    failures=cut.failures,
                    skipped=cut.skipped,
                    hidden=cut.hidden,
                    owners_left=left if ended else left + 1,
                )
            self.failed = 0
        except (*_REFUSED, *_FAILED) as error:
            self.failed += isinstance(error, _FAILED)
            if self.failed == _FAILED_IN_A_ROW:
                raise
            yield Page(
                sightings=(),
                cursor=last,
                failures=(self.forge.failure(path, error),),
                owners_left=left,
            )
        self.at = done

    async def _owned(self, path: str) -> AsyncIterator[tuple[Place, Api, Slice]]:
        """List an owner, whatever kind it turns out to be.

        Raises:
            NotFoundError: it is of none.
        """
        kinds: tuple[PlaceKind, ...] = (PlaceKind.GROUP, PlaceKind.USER)
        if self.at.owner == path and self.at.kind is not None:
            kinds = (self.at.kind,)
        for kind in kinds:
            place = Place(kind, path)
            try:
                async for api, cut in self._slices(place):
                    yield place, api, cut
            except NotFoundError:
                continue
            return
        if self.listing.scope.kind is ScopeKind.ADDRESSES:
            moved = await self.forge.moved(path, texts=self.listing.contents)
            if moved is not None:
                cut = Slice(
                    sightings=(moved,) if isinstance(moved, Sighting) else (),
                    failures=(moved,) if isinstance(moved, Failure) else (),
                )
                yield Place(PlaceKind.USER, path), self.forge.api, cut
                return
        raise NotFoundError(_no_such("group or user", path))

    # --- pages ------------------------------------------------------------------------------

    async def _slices(self, place: Place) -> AsyncIterator[tuple[Api, Slice]]:
        """Read a place to its end, going on where the cursor says if that is still understood."""
        begun = (self.at.owner or "") == place.path
        api, after = (self.at.api, self.at.after) if begun else (None, None)
        while True:
            asked = self.forge.api
            try:
                cut = await self.forge.slice(
                    place,
                    after if api is asked else None,
                    since=self.listing.since,
                    texts=self.listing.contents,
                )
            except GraphQLRefusedError:
                continue
            except LostPlaceError as error:
                logger.info("%s/%s: read anew: %s", self.forge.url, place.path, error)
                after = None
                continue
            api = asked
            yield api, cut
            if cut.after is None:
                return
            after = cut.after

    def _paths(self) -> list[str]:
        return list(dict.fromkeys(path.strip("/") for path in self.listing.scope.paths))


def _no_such(what: str, path: str) -> str:
    return (
        f"there is no {what} {path!r} that everybody may see; was it renamed or made private?"
        " Check the spelling in the configuration"
    )
