# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``/v1/logs``: the verdicts on the newest files, in the words that bots of the API parse.

An entry has one log, of its newest file: ``[PATH] GOOD publiccode.yml``, or ``[PATH] BAD
publiccode.yml: `` and one line a finding, ``publiccode.yml:LINE:COLUMN: error: …``. It is dated by
the entry's last change, so that whoever asks with ``from`` reads each verdict that is new.
"""

import hashlib
import json
import uuid
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from harvester.feed.api import shapes
from harvester.feed.api.conditional import answered
from harvester.feed.api.context import Context
from harvester.feed.api.entries import AT_ONCE
from harvester.feed.api.paging import Paging, paged
from harvester.feed.api.parameters import Time
from harvester.feed.api.problems import described
from harvester.feed.api.software import known
from harvester.feed.api.turns import Later
from harvester.model import FileState, State
from harvester.ports.feed import Place, Slice, SoftwareQuestion, Title, Window
from harvester.urls import path_of

LONGEST = 2048
"""Characters of a message, as the API allows."""
_JUDGED = frozenset({FileState.VALID, FileState.INVALID})
_SHOWN = frozenset({State.LISTED, State.INVALID})
"""Of what has left, nothing is told but that it has."""
_SEVERITIES = ("error", "warning")
"""Those that bots know."""

From = Annotated[Time | None, Query(alias="from", description="Only logs at or after this time")]
To = Annotated[Time | None, Query(alias="to", description="Only logs at or before this time")]


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


def shape(title: Title) -> dict[str, Any]:
    """Give a log's shape."""
    at = shapes.timestamp(title.updated_at)
    derived = hashlib.sha256(f"harvester:log:{title.id}:{title.updated_at.isoformat()}".encode())
    return {
        "id": str(uuid.UUID(bytes=derived.digest()[:16], version=4)),
        "message": message(title),
        "entity": f"/software/{title.id}",
        "createdAt": at,
        "updatedAt": at,
    }


@dataclass(frozen=True, slots=True)
class _Log:
    """A log, and its place in the list."""

    place: Place
    shape: dict[str, Any]


def router(context: Context) -> APIRouter:
    """Give the routes."""
    made = APIRouter(tags=["logs"])

    @made.get("/logs", operation_id="list-logs", response_model=shapes.LogList)
    def list_logs(
        request: Request,
        page: Paging,
        updated_from: From = None,
        updated_to: To = None,
        search: Annotated[
            str | None, Query(description="Only logs whose message has this text")
        ] = None,
    ) -> Response:
        """List all logs, the newest first."""
        question = SoftwareQuestion(
            states=_SHOWN, file_states=_JUDGED, updated_from=updated_from, updated_to=updated_to
        )
        window = page.window(context)

        def made_page(headers: dict[str, str]) -> bytes:
            found = _read(context, question, window, search or "")
            total = None if search else context.feed.amount(question)
            return _page(request, window, found, total, headers)

        def answer() -> Response:
            return answered(request, context, made_page)

        return answer() if window.size <= AT_ONCE and not search else Later(answer)

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
        updated_from: From = None,
        updated_to: To = None,
    ) -> Response:
        """List the logs of one entry."""
        window = page.window(context)

        def made_page(headers: dict[str, str]) -> bytes:
            title = known(context, software_id)
            wanted = _is_asked_for(title, window, updated_from, updated_to)
            rows = (_Log(_place(title), shape(title)),) if wanted else ()
            return _page(request, window, Slice(rows=rows, more=False), len(rows), headers)

        return answered(request, context, made_page)

    return made


def _page(
    request: Request,
    window: Window,
    found: Slice[_Log],
    total: int | None,
    headers: dict[str, str],
) -> bytes:
    listed = paged(
        request,
        window,
        found,
        place=lambda log: log.place,
        shape=lambda log: log.shape,
        total=total,
    )
    headers.update(listed.headers)
    return listed.body()


def _is_asked_for(title: Title, window: Window, least: Any, most: Any) -> bool:
    here = (title.updated_at, title.id)
    after, before = window.after, window.before
    return (
        title.file_state in _JUDGED
        and title.state in _SHOWN
        and (least is None or title.updated_at >= least)
        and (most is None or title.updated_at <= most)
        and (after is None or here < (after.at, after.id))
        and (after is not None or before is None or here > (before.at, before.id))
    )


def _read(context: Context, question: SoftwareQuestion, window: Window, text: str) -> Slice[_Log]:
    """Read on until a window is full of logs whose messages have a text in them.

    Messages are made from findings and stand in no column, so this reads the catalogue once at
    most; of what was read, only the logs are kept.
    """
    backward = window.after is None and window.before is not None
    found: list[_Log] = []
    step = replace(window, size=AT_ONCE if text else min(window.size + 1, AT_ONCE))
    while True:
        part = context.feed.latest(question, step)
        rows = part.rows[::-1] if backward else part.rows
        logs = (_Log(_place(title), shape(title)) for title in rows)
        found += [log for log in logs if text in log.shape["message"]]
        if not part.more or len(found) > window.size:
            break
        place = _place(rows[-1])
        step = replace(step, before=place) if backward else replace(step, after=place)
    kept = found[: window.size]
    return Slice(rows=tuple(kept[::-1] if backward else kept), more=len(found) > window.size)


def _place(title: Title) -> Place:
    return Place(title.updated_at, title.id)
