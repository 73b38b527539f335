# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``/v1/changes``: what a copy of the catalogue follows.

A change tells its entry as it is now, as the export's line, or null if there is none any more. So a
follower puts or deletes what each change tells, in order, and has the very catalogue whenever it
has reached ``head``.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from harvester.feed.api.conditional import answered
from harvester.feed.api.context import Context
from harvester.feed.api.manners import SEQUENCE
from harvester.feed.api.paging import to_json
from harvester.feed.api.problems import Refusal, described
from harvester.feed.api.shapes import timestamp
from harvester.feed.lines import json_line
from harvester.model import ChangeType
from harvester.ports.feed import Tidings
from harvester.ports.rows import ChangeRow, Entry

_LIMIT, _MOST = 100, 1000
_HIGHEST = 2**63 - 1


class ChangeOf(BaseModel):
    """One change."""

    seq: int
    type: ChangeType
    id: str
    at: str
    reason: str
    changed: list[str] | None = Field(
        default=None, description="Of an update: the keys of the entry that differ."
    )
    software: dict[str, Any] | None = Field(
        description="The export's line of the entry as it is now; null if there is none any more."
    )


class Changes(BaseModel):
    """A part of the change feed."""

    data: list[ChangeOf]
    next: int = Field(description="What to ask for next, as `after`.")
    head: int = Field(description="Number of the newest change.")


def router(context: Context) -> APIRouter:
    """Give the routes."""
    made = APIRouter(tags=["changes"])

    @made.get(
        "/changes",
        operation_id="list-changes",
        response_model=Changes,
        responses=described(HTTPStatus.GONE),
    )
    def list_changes(
        request: Request,
        after: Annotated[
            int, Query(ge=0, le=_HIGHEST, description="Only changes with a greater number")
        ] = 0,
        limit: Annotated[
            int, Query(description=f"At most so many changes, {_MOST} at once")
        ] = _LIMIT,
    ) -> Response:
        """Tell what has changed, in order."""

        def made_changes(headers: dict[str, str]) -> bytes:
            tidings = context.feed.tidings(after, max(1, min(limit, _MOST)))
            _refuse_gap(tidings, after)
            headers[SEQUENCE] = str(tidings.head)
            return _written(tidings, after)

        return answered(request, context, made_changes)

    return made


def _refuse_gap(tidings: Tidings, after: int) -> None:
    """Refuse to tell changes of which the first are forgotten, or that have never been."""
    oldest = tidings.head + 1 if tidings.oldest is None else tidings.oldest
    if after + 1 < oldest or after > tidings.head:
        raise Refusal(
            HTTPStatus.GONE,
            f"the changes after {after} are not remembered any more"
            if after < oldest
            else f"there was no change {after}; the newest is {tidings.head}",
            headers={"link": '</v1/dump.jsonl>; rel="start"'},
        )


def _written(tidings: Tidings, after: int) -> bytes:
    rows = b",".join(
        _change(row, tidings.entries.get(row.change.software_id)) for row in tidings.rows
    )
    following = tidings.rows[-1].seq if tidings.rows else after
    return b'{"data":[%s],"next":%d,"head":%d}' % (rows, following, tidings.head)


def _change(row: ChangeRow, entry: Entry | None) -> bytes:
    change = row.change
    told: dict[str, Any] = {
        "seq": row.seq,
        "type": change.type,
        "id": change.software_id,
        "at": timestamp(row.at),
        "reason": change.reason,
    }
    if change.type is ChangeType.UPDATED:
        told["changed"] = [key for key in change.reason.split(",") if key]
    line = b"null" if entry is None else json_line(entry).encode()
    return to_json(told)[:-1] + b',"software":' + line + b"}"
