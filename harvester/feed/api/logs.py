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
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from harvester.feed.api import shapes
from harvester.feed.api.conditional import answered
from harvester.feed.api.context import Context
from harvester.feed.api.paging import Paging, paged
from harvester.feed.api.parameters import Time
from harvester.feed.api.problems import described
from harvester.feed.api.software import known
from harvester.model import FileState, State
from harvester.ports.feed import SoftwareQuestion, Title
from harvester.ports.paging import Place, Slice, Window
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
            if search:
                found = _searched(context, question, window, lambda text: search in text)
                total = None
            else:
                found = context.feed.latest(question, window)
                total = context.feed.amount(question)
            return _page(request, window, found, total, headers)

        return answered(request, context, made_page)

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
            rows = (title,) if _is_asked_for(title, window, updated_from, updated_to) else ()
            return _page(request, window, Slice(rows=rows, more=False), len(rows), headers)

        return answered(request, context, made_page)

    return made


def _page(
    request: Request,
    window: Window,
    found: Slice[Title],
    total: int | None,
    headers: dict[str, str],
) -> bytes:
    listed = paged(
        request,
        window,
        found,
        place=lambda title: Place(title.updated_at, title.id),
        shape=shape,
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
