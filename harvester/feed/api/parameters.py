# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Query parameters: which there are, and how times are written.

What only reads parameters is a coroutine, here and in other parts, though it awaits nothing: a
plain function would be handed to another thread and back, which costs more than it does.
"""

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import AfterValidator, BeforeValidator

from harvester.feed.api.problems import Refusal, ValidationError

_MOST = 10
_ZONE_BLANK = re.compile(r" (?=\d\d:?\d\d$)")
"""A ``+`` that was not encoded, which servers read as a blank."""


def known_parameters(request: Request) -> frozenset[str]:
    """Name the query parameters of the route that answers a request, as the OpenAPI document."""
    named = request.scope["route"].operation_id
    return frozenset(
        parameter["name"]
        for path in request.app.openapi()["paths"].values()
        for operation in path.values()
        if operation["operationId"] == named
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
    )


async def _checked(
    request: Request,
    strict: Annotated[
        bool, Query(description="Refuse parameters that there are not, instead of ignoring them")
    ] = False,
) -> None:
    if not strict:
        return
    known = known_parameters(request)
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise Refusal(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"there is no parameter {', '.join(unknown)[:200]}; there are "
            f"{', '.join(sorted(known))}",
            errors=[
                ValidationError(
                    field=name[:64], rule="unknown", value=str(request.query_params[name])[:255]
                )
                for name in unknown[:_MOST]
            ],
        )


Strict = Depends(_checked)
"""Of every route: refuses unknown parameters under ``strict=1``."""


def _with_zone(value: Any) -> Any:
    return _ZONE_BLANK.sub("+", value) if isinstance(value, str) else value


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("this time is too far away") from None


Time = Annotated[datetime, BeforeValidator(_with_zone), AfterValidator(_in_utc)]
"""A time, RFC 3339; without a zone it is UTC's."""
