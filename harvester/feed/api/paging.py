# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Pages of lists: cursors, and links that clients paste behind the address of the list.

``links.next`` is a query string that starts with ``?``, as the servers of the Software Catalog API
really give it, whatever its description says: every client of it builds on that. Brackets stand in
it as they are, because clients split it at ``page[after]=``.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Depends, Query, Request

from harvester.feed.api.context import Context
from harvester.feed.api.parameters import known_parameters
from harvester.feed.api.problems import Refusal, wrong
from harvester.ports.paging import Place, Slice, Window

T = TypeVar("T")
SIZE, AFTER, BEFORE = "page[size]", "page[after]", "page[before]"
_LONGEST_ID = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """The paging that a request asks for."""

    size: int | None
    after: str | None
    before: str | None

    def window(self, context: Context) -> Window:
        """Give the window; a size beyond what is allowed is brought within it.

        Raises:
            Refusal: a cursor is none of ours.
        """
        wanted = context.options.page_size if self.size is None else self.size
        return Window(
            size=max(1, min(wanted, context.options.max_page_size)),
            after=decoded(AFTER, self.after) if self.after else None,
            before=decoded(BEFORE, self.before) if self.before else None,
        )


def _page_query(
    size: Annotated[
        int | None,
        Query(
            alias=SIZE,
            description="How many entries a page has; what is out of bounds is brought within them",
        ),
    ] = None,
    after: Annotated[
        str | None, Query(alias=AFTER, description="Only what comes after this cursor")
    ] = None,
    before: Annotated[
        str | None, Query(alias=BEFORE, description="Only what comes before this cursor")
    ] = None,
) -> PageQuery:
    return PageQuery(size=size, after=after, before=before)


Paging = Annotated[PageQuery, Depends(_page_query)]


def encoded(place: Place) -> str:
    """Write a cursor: letters, digits, ``-`` and ``_`` only."""
    text = json.dumps([place.at.astimezone(UTC).isoformat(), place.id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decoded(name: str, cursor: str) -> Place:
    """Read a cursor.

    Raises:
        Refusal: it is none of ours.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        at, key = json.loads(raw)
        moment = datetime.fromisoformat(at).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise _no_cursor(name, cursor) from None
    if not isinstance(key, str) or len(key) > _LONGEST_ID:
        raise _no_cursor(name, cursor)
    return Place(moment, key)


def _no_cursor(name: str, cursor: str) -> Refusal:
    return wrong(
        name, "cursor", cursor, f"{name} is no cursor of this list; take it from links, as it is"
    )


@dataclass(frozen=True, slots=True)
class Paged:
    """A page of a list, ready to be written."""

    data: list[Any]
    links: Mapping[str, str | None]
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """Write it."""
        return to_json({"data": self.data, "links": self.links})


def paged(
    request: Request,
    window: Window,
    found: Slice[T],
    *,
    place: Callable[[T], Place],
    shape: Callable[[T], Any],
    total: int | None,
) -> Paged:
    """Make a page of what was found, with links that keep what else was asked for."""
    rows = found.rows
    backward = window.after is None and window.before is not None
    follows = bool(rows) and (found.more or backward)
    precedes = bool(rows) and (window.after is not None if not backward else found.more)
    links = {
        "prev": link(request, BEFORE, encoded(place(rows[0]))) if precedes else None,
        "next": link(request, AFTER, encoded(place(rows[-1]))) if follows else None,
    }
    return Paged([shape(row) for row in rows], links, headers_of(request, links, total))


def headers_of(
    request: Request, links: Mapping[str, str | None], total: int | None
) -> dict[str, str]:
    """Give the headers that tell of a list what its links and its length are."""
    headers = {} if total is None else {"x-total-count": str(total)}
    related = [
        f'<{request.url.path}{_for_header(query)}>; rel="{relation}"'
        for relation, query in links.items()
        if query is not None
    ]
    if related:
        headers["link"] = ", ".join(related)
    return headers


def link(request: Request, name: str, cursor: str) -> str:
    """Give the query string of another page, which keeps what else was asked for."""
    known = known_parameters(request)
    kept = [
        (key, value)
        for key, value in request.query_params.multi_items()
        if key in known and key not in (AFTER, BEFORE)
    ]
    pairs = sorted([*kept, (name, cursor)], key=lambda pair: pair[0])
    return "?" + urlencode(pairs, safe="[]", quote_via=quote, errors="replace")


def _for_header(link: str) -> str:
    return link.replace("[", "%5B").replace("]", "%5D")


def to_json(value: object) -> bytes:
    """Write JSON, as UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode(errors="replace")
