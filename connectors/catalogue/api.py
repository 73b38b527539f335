# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A Software Catalog API, version 1, as Developers Italia serves it: its pages, one after another.

``links.next`` is a query string there, a bare cursor in its description, and might be a whole
address elsewhere. Only its query is ever used: the address stays the operator's.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from connectors.transport import Chain
from harvester.model import JsonObject
from harvester.ports.errors import UnexpectedAnswerError

PAGE_SIZE = 100
MOST_PAGES = 5000
_CURSOR = "page[after]"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogPage:
    """One page of a list."""

    rows: tuple[JsonObject, ...]
    next: str | None
    """The query of the page that follows; None on the last."""


class SoftwareCatalog:
    """The lists of one API.

    Args:
        chain: open.
        base: address of the API, ``https://api.example/v1``.
        catalog: id of the one catalog that is meant; all if None.
    """

    def __init__(self, chain: Chain, base: str, catalog: str | None = None) -> None:
        self._chain = chain
        parts = urlsplit(base)
        self.base = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self._prefix = f"/catalogs/{quote(catalog, safe='')}" if catalog else ""

    async def pages(self, what: str, start: str | None = None) -> AsyncIterator[CatalogPage]:
        """Give the pages of ``software`` or ``publishers``, the oldest entries first.

        Args:
            what: the list.
            start: a :attr:`CatalogPage.next` to go on with.

        Raises:
            SourceError: one of them cannot be read, or leads back to one that was.
        """
        query: str | None = start or _first()
        seen: set[str] = set()
        while query is not None:
            if query in seen or len(seen) >= MOST_PAGES:
                raise UnexpectedAnswerError(
                    f"{self._where(what)}: its pages lead in a circle, or there are more than"
                    f" {MOST_PAGES}; report it to whoever runs the catalogue"
                )
            seen.add(query)
            page = await self._page(what, query)
            yield page
            query = page.next

    async def software(self, identity: str) -> JsonObject | None:
        """Give one entry by its id; None if there is none.

        Raises:
            SourceError: the API does not say.
        """
        response = await self._chain.get(f"{self.base}/software/{quote(identity, safe='')}")
        if response.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            return None
        told = self._chain.json(response)
        if not isinstance(told, dict):
            raise self._unexpected("software", "an entry is no object")
        return told

    async def _page(self, what: str, query: str) -> CatalogPage:
        response = await self._chain.get(
            f"{self.base}{self._prefix}/{what}", params=dict(parse_qsl(query)), conditional=True
        )
        told = self._chain.json(response)
        rows = told.get("data") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise self._unexpected(what, "there is no list named data in the answer")
        links = told.get("links")
        if not isinstance(links, Mapping) or "next" not in links:
            raise self._unexpected(what, "the answer does not say whether a page follows")
        return CatalogPage(
            rows=tuple(row for row in rows if isinstance(row, dict)),
            next=self._next(what, links["next"], query),
        )

    def _next(self, what: str, told: Any, query: str) -> str | None:
        if told is None or told == "":
            return None
        if not isinstance(told, str):
            raise self._unexpected(what, "links.next is no text")
        if "?" in told:
            return told.partition("?")[2]
        kept = [(name, value) for name, value in parse_qsl(query) if name != _CURSOR]
        return _query([*kept, (_CURSOR, told)])

    def _unexpected(self, what: str, why: str) -> UnexpectedAnswerError:
        return UnexpectedAnswerError(
            f"{self._where(what)}: {why}; is this a Software Catalog API? Another JSON wants"
            " json_path"
        )

    def _where(self, what: str) -> str:
        return f"source {self._chain.source}: {self.base}{self._prefix}/{what}"


def _first() -> str:
    return _query([("page[size]", str(PAGE_SIZE))])


def _query(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{quote(name, safe='[]')}={quote(value, safe='')}" for name, value in pairs)
