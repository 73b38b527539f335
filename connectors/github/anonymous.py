# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Lists and reads without a token, which GraphQL demands: over REST and the host of raw files.

Sixty requests an hour are all there is, and an answer that did not change counts like any other. A
request therefore lists a hundred repositories, and a file is asked for only where something was
pushed since it was last read.
"""

from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from typing import TypeVar

from connectors.github.addresses import Addresses
from connectors.github.blobs import PATHS, blob_id
from connectors.github.cursor import Order, Position, Stream, key
from connectors.github.located import is_name
from connectors.github.nodes import NotPublic, misshapen_failure
from connectors.github.owners import unknown_owner
from connectors.github.rest import is_json, sighting_of_json
from connectors.github.streams import Agenda, Slot
from connectors.github.times import moment
from connectors.kit.shapes import MISSHAPEN, misshapen
from connectors.transport import Chain, Kind
from harvester.model import IGNORE_FILE, Files, FileVersion, JsonObject, Sighting, Unknown
from harvester.ports.errors import (
    BudgetExhaustedError,
    ForbiddenError,
    NotFoundError,
    ServerError,
    SourceError,
    UnexpectedAnswerError,
)
from harvester.ports.listing import Failure, FailureCode, Page, Resolution, Tagged

T = TypeVar("T")

_SIZE = 100
_SEARCHED = 10
"""Pages; no search of GitHub gives more."""
_CACHED = timedelta(minutes=5)
"""So long after a push the raw host may still show what was there before (its ``max-age``)."""
_FAILED_IN_A_ROW = 3
"""So many that fail in a row are not bad owners but a bad forge, or way to it."""
_TOGETHER = 20
"""Repositories by name that make a page."""
_SORTS = {
    Order.CREATED: {"sort": "created", "direction": "asc"},
    Order.PUSHED: {"sort": "pushed", "direction": "desc"},
}


@dataclass(slots=True)
class _Draft:
    """A page that is being made."""

    sightings: list[Sighting] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    """Ids of repositories that are not public."""

    def add(self, made: Sighting | NotPublic | Failure) -> None:
        if isinstance(made, Failure):
            self.failures.append(made)
        elif isinstance(made, NotPublic):
            self.hidden.append(made.forge_id)
        else:
            self.sightings.append(made)


class AnonymousReader:
    """Reads GitHub as anybody may.

    Args:
        chain: without a token.
        where: the forge's addresses.

    Attributes:
        exhausted: set when the host of raw files wants no more requests; then a listing has no
            purpose either, because nothing of what it brings could be read.
    """

    def __init__(self, chain: Chain, where: Addresses) -> None:
        self._chain = chain
        self._where = where
        self.exhausted: BudgetExhaustedError | None = None
        self._failed = 0
        """Owners and repositories in a row that were not told of, though not refused."""

    # --- listing ----------------------------------------------------------------------------

    async def owner_pages(self, agenda: Agenda, visited: frozenset[str]) -> AsyncIterator[Page]:
        """List owners, one after the other; the last page has no cursor."""
        while True:
            draft = _Draft()
            owners_read: list[str] = []
            if not agenda.streams and not agenda.is_over():
                self._begin(agenda, visited)
            for stream in agenda.streams[:1]:
                subject = f"{self._where.web}/{stream.login}"
                listed = await self._or_failure(subject, self._listed(stream))
                if isinstance(listed, Failure):
                    draft.add(listed)
                    agenda.closed(stream.login)
                    continue
                entries, more = listed
                for entry in entries:
                    draft.add(self._made(subject, entry))
                if more and not self._old(stream, entries, agenda.position):
                    agenda.went_on(Slot(stream, _SIZE), str(int(stream.after or 1) + 1))
                elif agenda.ended(stream):
                    owners_read.append(stream.login)
            yield Page(
                sightings=tuple(draft.sightings),
                cursor=None if agenda.is_over() else agenda.position.text(),
                owners_read=tuple(owners_read),
                failures=tuple(draft.failures),
                skipped=len(draft.hidden),
                hidden=tuple(draft.hidden),
                owners_left=agenda.owners_left,
            )
            if agenda.is_over():
                return

    async def named_pages(
        self, repositories: Sequence[str], position: Position, *, owners_left: int
    ) -> AsyncIterator[Page]:
        """List repositories by name; without owners to come, the last page has no cursor."""
        exhausted: BudgetExhaustedError | None = None
        while (wanted := position.after(repositories)) and exhausted is None:
            draft = _Draft()
            for path in wanted[:_TOGETHER]:
                subject = f"{self._where.web}/{path}"
                try:
                    told = await self._or_failure(subject, self._named(path))
                except BudgetExhaustedError as error:
                    exhausted = error
                    break
                position.named = key(path)
                draft.add(told if isinstance(told, Failure) else self._made(subject, told))
            if draft.sightings or draft.failures or draft.hidden:
                more = owners_left or position.after(repositories)
                yield Page(
                    sightings=tuple(draft.sightings),
                    cursor=position.text() if more else None,
                    failures=tuple(draft.failures),
                    skipped=len(draft.hidden),
                    hidden=tuple(draft.hidden),
                    owners_left=owners_left or None,
                )
        if exhausted is not None:
            raise exhausted

    async def located(self, paths: Sequence[str]) -> dict[str, Resolution]:
        """Say which repositories have, or had, these paths, until the forge wants no more."""
        answers: dict[str, Resolution] = {path: None for path in paths if not is_name(path)}
        wanted = [path for path in paths if path not in answers]
        for path in wanted:
            try:
                answers[path] = await self._located(path)
            except ForbiddenError as error:
                answers[path] = Unknown(reason=str(error))
            except SourceError as error:
                lost = Unknown(reason=str(error))
                return answers | {left: lost for left in wanted if left not in answers}
        return answers

    async def with_topics(self, topics: Sequence[str]) -> Tagged:
        """Search for public repositories with one of these topics, for each a thousand at most.

        The listing goes by pushes, and a new topic is none. Searches have a budget of their own.
        """
        ids: set[str] = set()
        whole = True
        for topic in topics:
            there, found = 0, set[str]()
            for page in range(1, _SEARCHED + 1):
                told, there, more = await self._search(f"topic:{topic} fork:true", page)
                found |= told
                if not more:
                    break
            ids |= found
            whole = whole and there <= len(found)
        return Tagged(forge_ids=frozenset(ids), whole=whole)

    # --- files ------------------------------------------------------------------------------

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Read the files of sightings, in their order.

        When the budget ends half way, what was not read comes as ``Unknown`` and with an empty
        revision, so that the next crawl asks again.

        Raises:
            BudgetExhaustedError: nothing at all could be read.
        """
        read: list[Sighting] = []
        for sighting in wanted:
            if isinstance(sighting.files, Unknown):
                read.append(sighting)
                continue
            if self.exhausted is None:
                try:
                    files = await self._files(sighting)
                    there = isinstance(files, tuple) and bool(files)
                    ignored = await self._is_ignored(sighting) if there else None
                    read.append(self._having(sighting, files, ignored))
                    continue
                except BudgetExhaustedError as error:
                    self.exhausted = error
            if not read:
                raise self.exhausted
            read.append(self._having(sighting, Unknown(reason=str(self.exhausted))))
        return read

    async def _files(self, sighting: Sighting) -> Files:
        for path in PATHS:
            content = await self._raw(sighting, path)
            if content is None:
                continue
            if isinstance(content, Unknown):
                return content
            self._chain.statistics.text_bytes += len(content)
            return (
                FileVersion(
                    path=path, blob_id=blob_id(content), size=len(content), content=content
                ),
            )
        return ()

    async def _is_ignored(self, sighting: Sighting) -> bool | None:
        """Say whether its publisher wishes it not to be listed; None where nobody says."""
        content = await self._raw(sighting, IGNORE_FILE)
        return None if isinstance(content, Unknown) else content is not None

    async def _raw(self, sighting: Sighting, path: str) -> bytes | Unknown | None:
        """Get a file of the default branch's root; None where there is none of this path."""
        address = f"{self._where.raw}/{sighting.repository.path}/HEAD/{path}"
        try:
            response = await self._chain.get(address, kind=Kind.RAW, conditional=True)
            if "html" in response.headers.get("content-type", ""):
                return Unknown(reason=f"{address}: a web page came instead of a file")
            return self._chain.checked(response).content
        except NotFoundError:
            return None
        except (ForbiddenError, ServerError, UnexpectedAnswerError) as error:
            return Unknown(reason=str(error))

    # --- inside -----------------------------------------------------------------------------

    def _begin(self, agenda: Agenda, visited: frozenset[str]) -> None:
        login = agenda.unasked()[0]
        known = agenda.position.since is not None and key(login) in visited
        agenda.asked(1)
        agenda.begin(login, Order.PUSHED if known else Order.CREATED)

    def _made(self, subject: str, told: JsonObject) -> Sighting | NotPublic | Failure:
        try:
            return sighting_of_json(told, self._where, lasting=True)
        except MISSHAPEN as error:
            return misshapen_failure(self._chain.source, subject, error)

    async def _or_failure(self, subject: str, answer: Awaitable[T | Failure]) -> T | Failure:
        """Give what was told of one owner or repository, or why it was not.

        Raises:
            SourceError: it is not theirs: several in a row failed so.
        """
        try:
            told = await answer
        except (ServerError, UnexpectedAnswerError) as error:
            self._failed += 1
            if self._failed == _FAILED_IN_A_ROW:
                raise
            return Failure(subject=subject, code=FailureCode.UNREADABLE, message=str(error))
        if not isinstance(told, Failure):
            self._failed = 0
        return told

    async def _listed(self, stream: Stream) -> tuple[list[JsonObject], bool] | Failure:
        """Give a page of an owner's repositories, and whether more follow."""
        subject = f"{self._where.web}/{stream.login}"
        params: dict[str, str | int] = {
            "type": "owner",
            **_SORTS[stream.order],
            "per_page": _SIZE,
            "page": int(stream.after or 1),
        }
        url = f"{self._where.api}/users/{stream.login}/repos"
        try:
            response = await self._chain.get(url, params=params, conditional=True)
            listed = self._chain.json(response)
        except NotFoundError:
            return unknown_owner(subject)
        except ForbiddenError as error:
            return Failure(subject=subject, code=FailureCode.FORBIDDEN, message=str(error))
        if not isinstance(listed, list):
            raise UnexpectedAnswerError(
                f"source {self._chain.source}: {url} answered with JSON that is not a list;"
                " is this the address of the API?"
            )
        return listed, "next" in response.links

    async def _search(self, query: str, page: int) -> tuple[set[str], int, bool]:
        """Give the ids on a page of a search, how many it finds in all, and whether more follow."""
        url = f"{self._where.api}/search/repositories"
        params: dict[str, str | int] = {"q": query, "per_page": _SIZE, "page": page}
        response = await self._chain.get(url, params=params, resource="search")
        told = self._chain.json(response)
        try:
            ids = {str(int(item["id"])) for item in told["items"]}
            return ids, int(told["total_count"]), "next" in response.links
        except MISSHAPEN as error:
            raise misshapen(self._chain.source, url, error) from error

    async def _named(self, path: str) -> JsonObject | Failure:
        subject = f"{self._where.web}/{path}"
        try:
            response = await self._chain.get(f"{self._where.api}/repos/{path}", conditional=True)
            told: JsonObject = self._chain.json(response)
        except NotFoundError as error:
            return Failure(subject=subject, code=FailureCode.NOT_FOUND, message=str(error))
        except ForbiddenError as error:
            return Failure(subject=subject, code=FailureCode.FORBIDDEN, message=str(error))
        return told

    async def _located(self, path: str) -> str | None:
        """Only GitHub's own 404 means that nobody may see such a repository."""
        response = await self._chain.get(f"{self._where.api}/repos/{path}")
        if response.status_code == HTTPStatus.NOT_FOUND and is_json(response):
            return None
        told = self._chain.json(response)
        made = sighting_of_json(told, self._where, lasting=True)
        return None if isinstance(made, NotPublic) else made.repository.forge_id

    def _old(self, stream: Stream, entries: Sequence[JsonObject], position: Position) -> bool:
        if stream.order is Order.CREATED or position.since is None or not entries:
            return False
        last = moment((entries[-1] or {}).get("pushed_at"))
        return last is None or last < position.since

    def _having(self, sighting: Sighting, files: Files, ignored: bool | None = None) -> Sighting:
        """Give a sighting its files; one that is to be read again loses its revision."""
        pushed_at = sighting.repository.activity.pushed_at
        young = pushed_at is not None and self._chain.clock.now() - pushed_at < _CACHED
        if not young and not isinstance(files, Unknown):
            return replace(sighting, files=files, ignore_file=ignored)
        again = replace(sighting.repository, revision="")
        return Sighting(repository=again, files=files, ignore_file=ignored)
