# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The connector: which pages are asked for, and when. README.md tells it for people."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, ClassVar, Self

from pydantic import BaseModel

from connectors.mediawiki.api import Api, Batch
from connectors.mediawiki.options import MediaWikiOptions
from connectors.mediawiki.pages import is_entry, is_member, sighting, title_of
from connectors.transport import Chain, credential, open_chain
from harvester.model import Origin, Sighting, Unknown, Unread
from harvester.ports.connector import ForgeAccess
from harvester.ports.errors import NotFoundError, SourceError, UnreachableError
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

MOST_PAGES = 500
"""Pages that an anonymous visitor is told of in one answer."""
MOST_TEXTS = 50
"""Pages whose texts an anonymous visitor gets in one answer."""
MOST_TITLES = 10
"""Titles that one request asks for: each may be 255 bytes long, thrice that in an address."""
REMEMBERED = timedelta(days=25)
"""Wikis remember recent changes for 90 days unless told otherwise; some for 30."""
_INFO = {"prop": "info", "inprop": "url"}
_TEXTS = {
    "prop": "info|revisions",
    "inprop": "url",
    "rvprop": "ids|timestamp|content",
    "rvslots": "main",
}


class MediaWikiConnector:
    """Fulfils :class:`harvester.ports.connector.Connector` for the pages of a wiki.

    Args:
        access: how the wiki is reached. A token is not used: only what everybody reads is told.
    """

    kind: ClassVar[str] = "mediawiki"
    profile: ClassVar[str] = "hand"
    origin: ClassVar[Origin] = Origin.HAND
    host_aliases: ClassVar[Mapping[str, str]] = {}
    Options: ClassVar[type[BaseModel]] = MediaWikiOptions

    read_batch = MOST_TEXTS

    def __init__(self, access: ForgeAccess) -> None:
        self._access = access
        options = access.options
        self._options = options if isinstance(options, MediaWikiOptions) else MediaWikiOptions()
        self._api_url = access.api_url or f"{access.url}/api.php"
        self._chain: Chain | None = None

    async def __aenter__(self) -> Self:
        self._chain = open_chain(
            self._access,
            credential(self._access.source, [self._api_url]),
            headers={"accept": "application/json"},
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._open.aclose()

    # --- the port ---------------------------------------------------------------------------

    def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """List pages; see the port.

        Raises:
            NotFoundError: the category or template has no page at all.
            SourceError: the scope is not one that a wiki has.
        """
        position = _position(listing.cursor)
        scope = listing.scope
        if scope.kind in (ScopeKind.REPOSITORIES, ScopeKind.ADDRESSES):
            return self._named(scope.paths, position)
        if scope.kind is not ScopeKind.INSTANCE:
            raise self._wrong('a wiki has no owners; write scope = "instance" and category = "…"')
        if not (self._options.category or self._options.template):
            raise self._wrong(
                "nothing says which pages tell of software; name category or template"
            )
        recently = listing.since and self._access.clock.now() - listing.since < REMEMBERED
        if "changed" in position or (recently and not position):
            return self._changed(listing.since, position)
        return self._members(position, contents=listing.contents)

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Bring the fields of pages, fifty a request; see the port."""
        ids = [seen.repository.forge_id for seen in wanted if isinstance(seen.files, Unread)]
        found = {page["pageid"]: page async for page in self._by_id(ids) if is_entry(page)}
        read = {str(key): await self._sighting(page) for key, page in found.items()}
        gone = Unknown(reason="the page went away while the wiki was read")
        return [
            read.get(seen.repository.forge_id, replace(seen, files=gone))
            if isinstance(seen.files, Unread)
            else seen
            for seen in wanted
        ]

    async def look_up(self, forge_ids: Sequence[str]) -> Mapping[str, LookUp]:
        """Look pages up by id, fifty a request, whatever they are called now; see the port.

        A page that left the category, or became a pointer to another one, is no entry any more.
        """
        answers: dict[str, LookUp] = {}
        for start in range(0, len(forge_ids), MOST_TEXTS):
            part = forge_ids[start : start + MOST_TEXTS]
            try:
                answers |= await self._looked_up(part)
            except SourceError as error:
                answers |= dict.fromkeys(part, Unknown(reason=str(error)))
        return answers

    async def resolve(self, paths: Sequence[str]) -> Mapping[str, Resolution]:
        """Find pages by title, ten a request, also behind the pointer that a move left."""
        answers: dict[str, Resolution] = {}
        for start in range(0, len(paths), MOST_TITLES):
            part = paths[start : start + MOST_TITLES]
            try:
                answers |= await self._resolved(part)
            except SourceError as error:
                answers |= dict.fromkeys(part, Unknown(reason=str(error)))
        return answers

    def estimate(self, scope: Scope, size: Size) -> Estimate:
        """Predict what a sweep will cost; asks nobody."""
        if scope.kind is ScopeKind.REPOSITORIES:
            return Estimate(rest=_parts(len(scope.paths), MOST_TITLES), exact=True)
        pages = _parts(size.repositories, MOST_TEXTS if size.first else MOST_PAGES)
        remark = (
            "500 pages a request; the texts of those that were edited come on top, 50 a request"
        )
        return Estimate(rest=pages, exact=not size.first, remark=remark)

    async def check(self) -> str:
        """Try the wiki with one request; see the port."""
        asked: dict[str, str | int] = {"meta": "siteinfo", "siprop": "general"}
        if self._options.category:
            asked |= {"titles": f"Category:{self._options.category}", "prop": "categoryinfo"}
        told = (await self._api.query(asked)).get("query", {})
        about = told.get("general", {})
        said = f"{about.get('generator')}, “{about.get('sitename')}”"
        if not self._options.category:
            return said
        pages = [page.get("categoryinfo", {}).get("pages", 0) for page in told.get("pages", [])]
        return f"{said}: {sum(pages)} pages in the category {self._options.category}"

    def spent(self) -> Spent:
        """Say what was spent since this connector was opened; see the port."""
        return self._open.spent()

    @classmethod
    async def recognise(cls, access: ForgeAccess) -> bool:
        """Say whether a MediaWiki answers at ``access.url``.

        Raises:
            UnreachableError: nobody answers there.
        """
        async with cls(access) as wiki:
            try:
                return (await wiki.check()).startswith("MediaWiki ")
            except UnreachableError:
                raise
            except SourceError:
                return False

    # --- by id, and by title ----------------------------------------------------------------

    async def _looked_up(self, ids: Sequence[str]) -> dict[str, LookUp]:
        answers: dict[str, LookUp] = dict.fromkeys(ids, Missing())
        async for page in self._by_id(ids):
            if is_entry(page) and self._belongs(page):
                answers[str(page["pageid"])] = Found(sighting=await self._sighting(page))
        return answers

    async def _resolved(self, paths: Sequence[str]) -> dict[str, Resolution]:
        titles = {path: title_of(path) for path in paths}
        asked = {**self._membership(), "titles": "|".join(titles.values()), "redirects": 1}
        batch = await self._api.batch(asked)
        ids = {
            str(page["title"]): str(page["pageid"])
            for page in batch.pages
            if is_entry(page) and self._belongs(page)
        }
        answers: dict[str, Resolution] = {}
        for path, title in titles.items():
            meant = batch.names.get(title, title)
            answers[path] = ids.get(batch.names.get(meant, meant))
        return answers

    # --- listings ---------------------------------------------------------------------------

    async def _members(self, position: Mapping[str, Any], *, contents: bool) -> AsyncIterator[Page]:
        """List what is in the category, or has the template, in an order that edits do not move."""
        asked = {**(_TEXTS if contents else _INFO), **self._generator(contents=contents)}
        go_on: dict[str, str] | None = position.get("continue", {})
        found = bool(go_on)
        while go_on is not None:
            batch = await self._api.batch(asked, go_on)
            go_on = batch.go_on
            found = found or bool(batch.pages)
            if not found:
                raise NotFoundError(
                    f"source {self._access.source}: {self._access.url} has no page with "
                    f"{self._wanted}; correct it in the configuration. Nothing is concluded from it"
                )
            yield await self._page(batch, {"continue": go_on} if go_on else None)

    async def _changed(
        self, since: datetime | None, position: Mapping[str, Any]
    ) -> AsyncIterator[Page]:
        """List those of the members that were made, edited, moved or restored lately."""
        ids = position.get("changed")
        if ids is None:
            ids = await self._changed_ids(since)
        for start in range(0, len(ids), MOST_TEXTS) or (0,):
            pages = [page async for page in self._by_id(ids[start : start + MOST_TEXTS])]
            left = ids[start + MOST_TEXTS :]
            members = tuple(page for page in pages if self._belongs(page))
            yield await self._page(Batch(members, {}, None), {"changed": left} if left else None)

    async def _changed_ids(self, since: datetime | None) -> list[str]:
        asked: dict[str, str | int] = {
            "list": "recentchanges",
            "rcprop": "ids",
            "rctype": "edit|new|log",
            "rcnamespace": self._namespaces,
            "rclimit": MOST_PAGES,
        }
        if since is not None:
            asked["rcend"] = since.strftime("%Y-%m-%dT%H:%M:%SZ")
        ids: dict[str, None] = {}
        go_on: dict[str, str] | None = {}
        while go_on is not None:
            answer = await self._api.query({**asked, **go_on})
            for change in answer.get("query", {}).get("recentchanges", []):
                if change.get("pageid"):
                    ids[str(change["pageid"])] = None
            told = answer.get("continue")
            go_on = {name: str(value) for name, value in told.items()} if told else None
        return list(ids)

    async def _named(
        self, paths: Sequence[str], position: Mapping[str, Any]
    ) -> AsyncIterator[Page]:
        """Read single pages by their titles; what was moved is found behind its redirect."""
        for start in range(position.get("from", 0), len(paths), MOST_TITLES):
            part = paths[start : start + MOST_TITLES]
            titles = "|".join(title_of(path) for path in part)
            batch = await self._api.batch({**_TEXTS, "titles": titles, "redirects": 1})
            absent = [page for page in batch.pages if not is_entry(page)]
            following = start + MOST_TITLES
            page = await self._page(batch, {"from": following} if following < len(paths) else None)
            yield replace(page, failures=tuple(map(self._no_page, absent)))

    async def _page(self, batch: Batch, position: Mapping[str, Any] | None) -> Page:
        seen = [await self._sighting(page) for page in batch.pages if is_entry(page)]
        return Page(
            sightings=tuple(seen),
            cursor=None if position is None else json.dumps(position),
        )

    def _no_page(self, page: Mapping[str, Any]) -> Failure:
        title = str(page.get("title"))
        return Failure(
            subject=f"{self._access.url}: {title}",
            code=FailureCode.NOT_FOUND,
            message=f"the wiki has no page “{title}” that everybody can read; is it spelled so?",
        )

    # --- what is asked ----------------------------------------------------------------------

    async def _by_id(self, ids: Sequence[str]) -> AsyncIterator[dict[str, Any]]:
        """Give pages with text and membership."""
        for start in range(0, len(ids), MOST_TEXTS):
            part = "|".join(ids[start : start + MOST_TEXTS])
            batch = await self._api.batch({**self._membership(), "pageids": part})
            for page in batch.pages:
                yield page

    def _generator(self, *, contents: bool) -> dict[str, str | int]:
        limit = MOST_TEXTS if contents else MOST_PAGES
        if self._options.category:
            return {
                "generator": "categorymembers",
                "gcmtitle": f"Category:{self._options.category}",
                "gcmnamespace": self._namespaces,
                "gcmtype": "page",
                # By when they came in: no edit and no move changes that.
                "gcmsort": "timestamp",
                "gcmdir": "newer",
                "gcmlimit": limit,
            }
        return {
            "generator": "embeddedin",
            "geititle": f"Template:{self._options.template}",
            "geinamespace": self._namespaces,
            "geifilterredir": "nonredirects",
            "geilimit": limit,
        }

    def _membership(self) -> dict[str, str | int]:
        """Ask whether a page is in the category, or has the template, beside its text."""
        if self._options.category:
            return {
                **_TEXTS,
                "prop": f"{_TEXTS['prop']}|categories",
                "clcategories": f"Category:{self._options.category}",
                "cllimit": MOST_PAGES,
            }
        if self._options.template:
            return {
                **_TEXTS,
                "prop": f"{_TEXTS['prop']}|templates",
                "tltemplates": f"Template:{self._options.template}",
                "tllimit": MOST_PAGES,
            }
        return dict(_TEXTS)

    def _belongs(self, page: Mapping[str, Any]) -> bool:
        named = self._options.category or self._options.template
        return not named or is_member(page)

    async def _sighting(self, page: Mapping[str, Any]) -> Sighting:
        # A long page takes its time to parse.
        seen = await asyncio.to_thread(sighting, page, self._access.url, self._options)
        if isinstance(seen.files, tuple):
            self._open.statistics.text_bytes += sum(file.size or 0 for file in seen.files)
        return seen

    # --- small things -----------------------------------------------------------------------

    @property
    def _namespaces(self) -> str:
        return "|".join(str(number) for number in self._options.namespaces)

    @property
    def _wanted(self) -> str:
        if self._options.category:
            return f"the category {self._options.category}"
        return f"the template {self._options.template}"

    def _wrong(self, why: str) -> SourceError:
        return SourceError(f"source {self._access.source}: {why}")

    @property
    def _api(self) -> Api:
        http = self._access.http
        return Api(self._open, self._api_url, attempts=http.attempts, max_wait=http.max_wait)

    @property
    def _open(self) -> Chain:
        if self._chain is None:
            raise RuntimeError("this connector is not open; use it in an async with statement")
        return self._chain


def _position(cursor: str | None) -> dict[str, Any]:
    """Read a cursor; one that is not ours begins anew."""
    try:
        position = json.loads(cursor or "{}")
    except ValueError:
        return {}
    return position if isinstance(position, dict) else {}


def _parts(items: int, size: int) -> int:
    return max(1, -(-items // size))
