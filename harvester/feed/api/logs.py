# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``/v1/logs``: verdicts on the newest files, in the words that bots parse, and what was written.

An entry has one log of its own, of its newest file: ``[PATH] GOOD publiccode.yml``, or ``[PATH] BAD
publiccode.yml: `` and one line a finding, ``publiccode.yml:LINE:COLUMN: error: …``. It is dated by
the entry's last change, so that whoever asks with ``from`` reads each verdict that is new. What
others wrote stands among them, in the order of time.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from harvester.feed.api import bodies, shapes
from harvester.feed.api.access import REFUSED, Caller, writer
from harvester.feed.api.bodies import JSON, Body
from harvester.feed.api.conditional import answered
from harvester.feed.api.context import Context
from harvester.feed.api.paging import Paging, paged
from harvester.feed.api.parameters import Time
from harvester.feed.api.problems import described
from harvester.feed.api.software import addresses, known
from harvester.model import FileState, State
from harvester.ports.feed import SoftwareQuestion, Title
from harvester.ports.paging import Place, Slice, Window
from harvester.ports.tokens import Scope
from harvester.ports.written import LogQuestion, WrittenLog
from harvester.urls import path_of

LONGEST = 2048
"""Characters of a message, as the API allows."""
_JUDGED = frozenset({FileState.VALID, FileState.INVALID})
_SHOWN = frozenset({State.LISTED, State.INVALID})
"""Of what has left, nothing is told but that it has."""
_SEVERITIES = ("error", "warning")
"""Those that bots know."""
_AT_ONCE = 200
"""Entries that a search in messages reads at once."""

_WRITING = REFUSED | bodies.REFUSED
Row = Title | WrittenLog

From = Annotated[Time | None, Query(alias="from", description="Only logs at or after this time")]
To = Annotated[Time | None, Query(alias="to", description="Only logs at or before this time")]


class LogBody(Body):
    """What is written of a log."""

    message: str = Field(min_length=1, max_length=LONGEST)

    given: ClassVar[frozenset[str]] = frozenset({"entity"})


def message(title: Title) -> str:
    """Say the verdict on an entry's newest file."""
    document = json.loads(title.document or "{}")
    path = (document.get("repository") or {}).get("path") or path_of(title.url)
    if title.file_state is FileState.VALID:
        return f"[{path}] GOOD publiccode.yml"
    lines = [
        f"publiccode.yml:{max(1, finding['line'])}:{max(1, finding['column'])}: "
        f"{finding['severity']}: {finding['key']}: {finding['message']}"
        for finding in document.get("findings", ())
        if finding["severity"] in _SEVERITIES
    ]
    return _whole_lines(f"[{path[:255]}] BAD publiccode.yml: ", lines)


def _whole_lines(beginning: str, lines: list[str]) -> str:
    """Put as many lines behind a beginning as a message holds."""
    text = beginning
    for number, line in enumerate(lines):
        end = "" if number == len(lines) - 1 else f"\n({len(lines) - number} more)"
        longer = text + ("\n" if number else "") + line.replace("\n", " ")
        if len(longer) + len(end) > LONGEST:
            return (text + f"\n({len(lines) - number} more)")[:LONGEST]
        text = longer
    return text


def shape(row: Row) -> dict[str, Any]:
    """Give a log's shape."""
    if isinstance(row, WrittenLog):
        at = shapes.timestamp(row.created_at)
        about = {} if row.entity is None else {"entity": row.entity}
        return {"id": row.id, "message": row.message, **about, "createdAt": at, "updatedAt": at}
    at = shapes.timestamp(row.updated_at)
    derived = hashlib.sha256(f"harvester:log:{row.id}:{row.updated_at.isoformat()}".encode())
    return {
        "id": str(uuid.UUID(bytes=derived.digest()[:16], version=4)),
        "message": message(row),
        "entity": f"/software/{row.id}",
        "createdAt": at,
        "updatedAt": at,
    }


def write(context: Context, caller: Caller, body: LogBody, entity: str | None) -> dict[str, Any]:
    """Write a log of an entity, or of none; give its shape."""
    log = WrittenLog(
        id=str(uuid.uuid4()),
        entity=entity,
        message=body.message,
        created_at=context.now(),
        written_by=caller.name,
    )
    context.desk.write_log(log)
    caller.wrote("created", f"/logs/{log.id}")
    return shape(log)


def router(context: Context) -> APIRouter:
    """Give the routes."""
    made = APIRouter(tags=["logs"])
    as_writer = writer(context, Scope.LOGS)

    @made.get("/logs", operation_id="list-logs", response_model=shapes.LogList)
    def list_logs(
        request: Request,
        page: Paging,
        least: From = None,
        most: To = None,
        search: Annotated[
            str | None, Query(description="Only logs whose message has this text")
        ] = None,
    ) -> Response:
        """List all logs, the newest first."""
        question = SoftwareQuestion(
            states=_SHOWN, file_states=_JUDGED, updated_from=least, updated_to=most
        )
        beside = LogQuestion(created_from=least, created_to=most, containing=search)
        window = page.window(context)

        def made_page(headers: dict[str, str]) -> bytes:
            if search:
                verdicts = _searched(context, question, window, lambda text: search in text)
                total = None
            else:
                verdicts = context.feed.latest(question, window)
                total = context.feed.amount(question) + context.feed.written_log_amount(beside)
            found = _together(window, verdicts, context.feed.written_logs(beside, window))
            return _page(request, window, found, total, headers)

        return answered(request, context, made_page, written=True)

    @made.post(
        "/logs",
        operation_id="create-log",
        response_model=shapes.Log,
        responses=_WRITING,
        openapi_extra=bodies.described(LogBody, JSON),
    )
    def create_log(
        caller: Annotated[Caller, as_writer],
        body: Annotated[LogBody, bodies.body(LogBody, JSON)],
    ) -> Response:
        """Write a log that is about nothing that has an address."""
        return bodies.answer(write(context, caller, body, None))

    @made.get(
        "/software/{software_id}/logs",
        operation_id="list-software-logs",
        response_model=shapes.LogList,
        responses=described(HTTPStatus.NOT_FOUND),
    )
    def list_software_logs(
        request: Request,
        software_id: str,
        page: Paging,
        least: From = None,
        most: To = None,
    ) -> Response:
        """List the logs of one entry, the newest first."""
        window = page.window(context)

        def made_page(headers: dict[str, str]) -> bytes:
            title = known(context, software_id)
            beside = LogQuestion(
                entities=addresses(context, title.id), created_from=least, created_to=most
            )
            verdict = (title,) if _is_asked_for(title, window, least, most) else ()
            total = _has_verdict(title, least, most) + context.feed.written_log_amount(beside)
            found = _together(
                window,
                Slice(rows=verdict, more=False),
                context.feed.written_logs(beside, window),
            )
            return _page(request, window, found, total, headers)

        return answered(request, context, made_page, written=True)

    @made.post(
        "/software/{software_id}/logs",
        operation_id="create-software-log",
        status_code=HTTPStatus.NO_CONTENT,
        responses=_WRITING | described(HTTPStatus.NOT_FOUND),
        openapi_extra=bodies.described(LogBody, JSON),
    )
    def create_software_log(
        software_id: str,
        caller: Annotated[Caller, as_writer],
        body: Annotated[LogBody, bodies.body(LogBody, JSON)],
    ) -> Response:
        """Write a log of one entry."""
        write(context, caller, body, f"/software/{known(context, software_id).id}")
        return bodies.nothing()

    return made


def _page(
    request: Request,
    window: Window,
    found: Slice[Row],
    total: int | None,
    headers: dict[str, str],
) -> bytes:
    listed = paged(request, window, found, place=_place, shape=shape, total=total)
    headers.update(listed.headers)
    return listed.body()


def _place(row: Row) -> Place:
    return Place(row.created_at if isinstance(row, WrittenLog) else row.updated_at, row.id)


def _together(window: Window, verdicts: Slice[Title], written: Slice[WrittenLog]) -> Slice[Row]:
    """Make one part of a list of the same parts of two."""
    backward = window.after is None and window.before is not None
    rows: list[Row] = sorted(
        (*verdicts.rows, *written.rows),
        key=lambda row: (_place(row).at, row.id),
        reverse=not backward,
    )
    kept = rows[: window.size]
    return Slice(
        rows=tuple(kept[::-1] if backward else kept),
        more=len(rows) > len(kept) or verdicts.more or written.more,
    )


def _has_verdict(title: Title, least: Any, most: Any) -> bool:
    return (
        title.file_state in _JUDGED
        and title.state in _SHOWN
        and (least is None or title.updated_at >= least)
        and (most is None or title.updated_at <= most)
    )


def _is_asked_for(title: Title, window: Window, least: Any, most: Any) -> bool:
    here = (title.updated_at, title.id)
    after, before = window.after, window.before
    return (
        _has_verdict(title, least, most)
        and (after is None or here < (after.at, after.id))
        and (after is not None or before is None or here > (before.at, before.id))
    )


def _searched(
    context: Context, question: SoftwareQuestion, window: Window, wanted: Callable[[str], bool]
) -> Slice[Title]:
    """Read on until a window is full of logs whose messages are wanted.

    Messages are made from findings and stand in no column, so this reads the catalogue once at
    most.
    """
    backward = window.after is None and window.before is not None
    found: list[Title] = []
    step = replace(window, size=_AT_ONCE)
    while True:
        part = context.feed.latest(question, step)
        rows = part.rows[::-1] if backward else part.rows
        found += [title for title in rows if wanted(message(title))]
        if not part.more or len(found) > window.size:
            break
        place = Place(rows[-1].updated_at, rows[-1].id)
        step = replace(step, before=place) if backward else replace(step, after=place)
    kept = found[: window.size]
    return Slice(rows=tuple(kept[::-1] if backward else kept), more=len(found) > window.size)
