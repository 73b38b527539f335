# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``/v1/dump.jsonl`` and its like: the catalogue of one moment, in every form that there is.

A form of :mod:`harvester.feed.forms` is served under its file name. What is streamed is read in one
snapshot, the number of whose newest change is in a header: that is where followers go on.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from http import HTTPStatus
from itertools import chain
from threading import BoundedSemaphore
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from harvester.feed.api.conditional import headers_of, is_known, unread
from harvester.feed.api.context import Context
from harvester.feed.api.manners import SEQUENCE
from harvester.feed.api.packing import HEAD
from harvester.feed.api.paging import AFTER, SIZE
from harvester.feed.api.problems import Refusal, wrong
from harvester.feed.api.shapes import is_id
from harvester.feed.forms import FORMS, Form
from harvester.feed.heading import Page, Setting
from harvester.model import State
from harvester.ports.feed import Dump, Part

_ALL = "all"
_AT_ONCE = 4
"""Dumps: each holds a connection and a snapshot, as long as its reader takes."""
_PAUSE = 30
"""Seconds after which somebody who found no room may try again."""
_CHUNK = 64 * 1024
"""Characters that are handed to the client at once, at least."""
_SCHEMAS: dict[str, dict[str, Any]] = {
    "application/json": {"schema": {"type": ["array", "object"]}},
    "application/ld+json": {"schema": {"type": "object"}},
}

_STATES = (*(state.value for state in State), _ALL)
States = Annotated[
    list[Annotated[str, Field(json_schema_extra={"enum": list(_STATES)})]] | None,
    Query(description=f"Only entries in these states, or {_ALL}; listed if not there"),
]


def router(context: Context) -> APIRouter:
    """Give the routes: one for each form."""
    made = APIRouter(tags=["dumps"])
    room = BoundedSemaphore(_AT_ONCE)
    for form in FORMS.values():
        media = form.media_type.partition(";")[0]
        made.add_api_route(
            f"/{form.file_name}",
            _dump(context, form, room),
            methods=["GET"],
            operation_id=f"dump-{form.name}",
            summary=form.file_name,
            description=form.about,
            response_class=StreamingResponse,
            responses={
                200: {
                    "description": "The catalogue, of one moment",
                    "content": {media: _SCHEMAS.get(media, {})},
                    "headers": {
                        SEQUENCE: {
                            "description": "Number of that moment's newest change",
                            "required": True,
                            "schema": {"type": "integer", "minimum": 0},
                        }
                    },
                }
            },
        )
    return made


def _dump(context: Context, form: Form, room: BoundedSemaphore) -> Callable[..., Response]:
    """Make what answers for a form."""
    asked = _part(context) if form.pages else _whole

    def dump(
        request: Request, part: Annotated[Part | None, Depends(asked)], state: States = None
    ) -> Response:
        states = _states(state or [State.LISTED.value])
        mark = context.feed.mark()
        headers = headers_of(request, context, mark)
        if is_known(request, context, mark, headers["etag"]):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        with ExitStack() as stack:
            if not room.acquire(blocking=False):
                raise Refusal(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    f"{_AT_ONCE} dumps are being read already; try again later",
                    headers={"retry-after": str(_PAUSE)},
                )
            stack.callback(room.release)
            opened = stack.enter_context(context.feed.dump(states, part))
            headers = headers_of(request, context, opened.mark)
            headers[SEQUENCE] = str(opened.mark.seq)
            if HEAD in request.scope:
                return unread(headers, form.media_type)
            address = _Address(f"{request.base_url}v1/{form.file_name}", state or [])
            setting = Setting(
                heading=context.options.heading,
                address=address.of(),
                page=None if part is None else _page(address, part, opened),
            )
            chunks = streamed(form.write(opened.entries, setting), stack.pop_all())
            # It lets go of the catalogue only once it has begun, even if nobody ever reads on.
            begun = chain((next(chunks),), chunks)
            return StreamingResponse(begun, headers=headers, media_type=form.media_type)

    return dump


def streamed(parts: Iterator[str], opened: ExitStack) -> Iterator[str]:
    """Give text in chunks, and let go of the catalogue in the end, however it comes."""
    with opened:
        chunk: list[str] = []
        size = 0
        for part in parts:
            chunk.append(part)
            size += len(part)
            if size >= _CHUNK:
                yield "".join(chunk)
                chunk, size = [], 0
        yield "".join(chunk)


def _states(names: list[str]) -> frozenset[State] | None:
    for name in names:
        if name not in _STATES:
            raise wrong("state", "enum", name, f"state is one of {', '.join(_STATES)}")
    return None if _ALL in names else frozenset(State(name) for name in names)


# --- pages, of the forms that know them -------------------------------------------------------


async def _whole() -> None:
    """Ask for all of it: most forms are no page of anything."""


def _part(context: Context) -> Callable[..., Awaitable[Part | None]]:
    """Make what reads which page is asked for; all of it, if no page is."""

    async def part(
        size: Annotated[
            int | None,
            Query(
                alias=SIZE,
                description="Give pages of so many entries, linked in the words of Hydra; all in "
                "one, if neither this nor a cursor is there",
            ),
        ] = None,
        after: Annotated[
            str | None,
            Query(alias=AFTER, description="Only entries with a greater id; from hydra:next"),
        ] = None,
    ) -> Part | None:
        if size is None and after is None:
            return None
        if after is not None and not is_id(after):
            raise wrong(AFTER, "cursor", after, f"{AFTER} is no id; follow hydra:next, as it is")
        wanted = context.options.page_size if size is None else size
        return Part(size=max(1, min(wanted, context.options.max_page_size)), after=after)

    return part


class _Address:
    """Where a form is served, in the words of who asks."""

    def __init__(self, base: str, states: list[str]) -> None:
        self._base = base
        self._states = [("state", name) for name in states]

    def of(self, **page: object) -> str:
        """Give the address; ``page`` has parameters of it that are not None."""
        told = [(f"page[{name}]", str(it)) for name, it in page.items() if it is not None]
        query = urlencode(self._states + told)
        return f"{self._base}?{query}" if query else self._base


def _page(address: _Address, part: Part, opened: Dump) -> Page:
    following = opened.last
    return Page(
        url=address.of(size=part.size, after=part.after),
        first=address.of(size=part.size),
        next=None if following is None else address.of(size=part.size, after=following),
        size=part.size,
        total=opened.total or 0,
    )
