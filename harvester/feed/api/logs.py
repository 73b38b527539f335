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
from dataclasses import dataclass, replace
from datetime import datetime
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
from harvester.feed.api.entries import AT_ONCE
from harvester.feed.api.paging import Paging, paged
from harvester.feed.api.parameters import Time
from harvester.feed.api.problems import described
from harvester.feed.api.software import addresses, known
from harvester.feed.api.turns import Later
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

_WRITING = REFUSED | bodies.REFUSED

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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of an entry's newest file; of the entry, no more is held."""

    entry_id: str
    at: datetime
    message: str


Row = Verdict | WrittenLog


def shape(row: Row) -> dict[str, Any]:
    """Give a log's shape."""
    if isinstance(row, WrittenLog):
        at = shapes.timestamp(row.created_at)
        about = {} if row.entity is None else {"entity": row.entity}
        return {"id": row.id, "message": row.message, **about, "createdAt": at, "updatedAt": at}
    at = shapes.timestamp(row.at)
    derived = hashlib.sha256(f"harvester:log:{row.entry_id}:{row.at.isoformat()}".encode())
    return {
        "id": str(uuid.UUID(bytes=derived.digest()[:16], version=4)),
        "message": row.message,
        "entity": f"/software/{row.entry_id}",
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
            verdicts = _verdicts(context, question, window, search or "")
            logs = context.feed.written_logs(beside, window)
            total = None
            if not search:
                total = context.feed.amount(question) + _amount(context, beside, window, logs)
            found = _together(window, verdicts, logs)
            return _page(request, window, found, total, headers)

        def answer() -> Response:
            return answered(request, context, made_page, written=True)

        return answer() if window.size <= AT_ONCE and not search else Later(answer)

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
            verdict = (_verdict(title),) if _is_asked_for(title, window, least, most) else ()
            logs = context.feed.written_logs(beside, window)
            total = _has_verdict(title, least, most) + _amount(context, beside, window, logs)
            found = _together(window, Slice(rows=verdict, more=False), logs)
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
    if isinstance(row, WrittenLog):
        return Place(row.created_at, row.id)
    return Place(row.at, row.entry_id)


def _together(window: Window, verdicts: Slice[Verdict], written: Slice[WrittenLog]) -> Slice[Row]:
    """Make one part of a list of the same parts of two."""
    backward = window.after is None and window.before is not None
    rows: list[Row] = sorted(
        (*verdicts.rows, *written.rows),
        key=lambda row: (_place(row).at, _place(row).id),
        reverse=not backward,
    )
    kept = rows[: window.size]
    return Slice(
        rows=tuple(kept[::-1] if backward else kept),
        more=len(rows) > len(kept) or verdicts.more or written.more,
    )


def _amount(
    context: Context, question: LogQuestion, window: Window, found: Slice[WrittenLog]
) -> int:
    """Count the logs that were written; where all of them were found, they are not asked for."""
    if window.after is None and window.before is None and not found.more:
        return len(found.rows)
    return context.feed.written_log_amount(question)


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


def _verdict(title: Title) -> Verdict:
    return Verdict(title.id, title.updated_at, message(title))


def _verdicts(
    context: Context, question: SoftwareQuestion, window: Window, text: str
) -> Slice[Verdict]:
    """Read on until a window is full of verdicts that have a text in them.

    They are made from findings and stand in no column, so this reads the catalogue once at most; of
    what was read, only the verdicts are kept.
    """
    backward = window.after is None and window.before is not None
    found: list[Verdict] = []
    step = replace(window, size=AT_ONCE if text else min(window.size + 1, AT_ONCE))
    while True:
        part = context.feed.latest(question, step)
        rows = part.rows[::-1] if backward else part.rows
        found += [verdict for title in rows if text in (verdict := _verdict(title)).message]
        if not part.more or len(found) > window.size:
            break
        place = Place(rows[-1].updated_at, rows[-1].id)
        step = replace(step, before=place) if backward else replace(step, after=place)
    kept = found[: window.size]
    return Slice(rows=tuple(kept[::-1] if backward else kept), more=len(found) > window.size)
