# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Answers that say what is wrong (RFC 9457), in the Software Catalog API's shape."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from harvester.ports.errors import CatalogueError

MEDIA_TYPE = "application/problem+json"
_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("harvester.api")
_MOST = 10
"""Wrong values that one answer names."""
_LONGEST = 255
"""Characters of a wrong value that are given back."""
_LONGEST_NAME = 64
"""Characters of a field's or a rule's name."""
_LONGEST_DETAIL = 2048
"""Characters of an explanation."""
_RULES = {
    "missing": "required",
    "extra_forbidden": "unknown",
    "string_too_short": "min",
    "too_short": "min",
    "greater_than_equal": "min",
    "string_too_long": "max",
    "too_long": "max",
    "less_than_equal": "max",
}
"""The API's words for some rules; others have pydantic's."""
_PATIENCE = 10
"""Seconds after which a client may ask a database again that did not answer."""


class ValidationError(BaseModel):
    """One wrong value."""

    field: str
    rule: str
    value: str


class Problem(BaseModel):
    """What is wrong."""

    title: str
    detail: str
    status: int
    validationErrors: list[ValidationError] | None = Field(  # noqa: N815 - the API's
        default=None, description="Which values are wrong, of a 422."
    )


class Refusal(Exception):  # noqa: N818 - an answer, not a failure
    """A request that is answered with a problem."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        errors: Sequence[ValidationError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors
        self.headers = dict(headers or {})


def wrong(field: str, rule: str, value: str, detail: str) -> Refusal:
    """Refuse a value of a parameter."""
    return Refusal(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        detail,
        errors=[ValidationError(field=field, rule=rule, value=value[:_LONGEST])],
    )


def invalid(found: Sequence[Mapping[str, Any]]) -> Refusal:
    """Refuse values, as pydantic found them."""
    errors = [
        ValidationError(
            field=_within(".".join(map(str, one["loc"])) or "body", _LONGEST_NAME),
            rule=_RULES.get(one["type"], one["type"])[:_LONGEST_NAME],
            value=_within(str(one.get("input")), _LONGEST),
        )
        for one in found[:_MOST]
    ]
    said = "; ".join(
        f"{error.field}: {one['msg']}" for error, one in zip(errors, found, strict=False)
    )
    return Refusal(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _within(f"invalid format: {said}", _LONGEST_DETAIL),
        errors=errors,
    )


def _within(text: str, most: int) -> str:
    """Cut a text that somebody else wrote, and keep of it what can be written as UTF-8."""
    return text[:most].encode(errors="replace").decode()


def described(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Describe problems for the OpenAPI document."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        int(status): {"description": status.phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def answer(refusal: Refusal) -> Response:
    """Write a refusal out."""
    problem = Problem(
        title=refusal.status.phrase,
        detail=refusal.detail,
        status=int(refusal.status),
        validationErrors=list(refusal.errors) or None,
    )
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        status_code=refusal.status,
        headers={"cache-control": "no-store", **refusal.headers},
        media_type=MEDIA_TYPE,
    )


def defect() -> Response:
    """Say that harvester has a defect."""
    return answer(
        Refusal(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "a defect of harvester; its log tells more, under this answer's request id",
        )
    )


def install(app: FastAPI) -> None:
    """Have every failure of an application answered with a problem, but for defects."""

    def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)  # noqa: S101 - registered for it
        return answer(error)

    def not_valid(_request: Request, error: Exception) -> Response:
        found = error.errors() if isinstance(error, RequestValidationError) else []
        return answer(invalid([{**one, "loc": one["loc"][1:] or one["loc"]} for one in found]))

    def of_http(_request: Request, error: Exception) -> Response:
        status = HTTPStatus(getattr(error, "status_code", HTTPStatus.INTERNAL_SERVER_ERROR))
        detail = {
            HTTPStatus.NOT_FOUND: "there is nothing at this address; see /v1/openapi.json",
            HTTPStatus.METHOD_NOT_ALLOWED: "this address takes other methods; see the header Allow",
        }.get(status, str(getattr(error, "detail", status.phrase)))
        return answer(Refusal(status, detail, headers=getattr(error, "headers", None)))

    def unusable(_request: Request, error: Exception) -> Response:
        _LOG.error("the catalogue cannot be read", said=str(error))
        return answer(
            Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "the catalogue cannot be read at the moment; try again later",
                headers={"retry-after": str(_PATIENCE)},
            )
        )

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(RequestValidationError, not_valid)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(CatalogueError, unusable)
