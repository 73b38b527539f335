# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The application: its routes, its manners, and its OpenAPI document."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from harvester import __version__
from harvester.feed.api import (
    analyses,
    catalog_software,
    catalogs,
    changes,
    dumps,
    logs,
    problems,
    publishers,
    repositories,
    software,
    telling,
    webhooks,
)
from harvester.feed.api.conditional import answered
from harvester.feed.api.context import Context
from harvester.feed.api.limiting import LIMIT, POLICY, Limiting
from harvester.feed.api.manners import REQUEST_ID, SEQUENCE, Manners
from harvester.feed.api.packing import Packing
from harvester.feed.api.paging import to_json
from harvester.feed.api.parameters import Strict

EXPOSED = (
    *("ETag", "Last-Modified", "Link", "X-Total-Count", SEQUENCE, REQUEST_ID),
    *("Retry-After", LIMIT, POLICY),
)
"""Headers that scripts of other origins may read."""
_HEADERS: dict[str, Any] = {
    REQUEST_ID: {
        "description": "Under which the log has it",
        "required": True,
        "schema": {"type": "string"},
    }
}
_OF_LIMITS: dict[str, Any] = {
    POLICY: {
        "description": "How many requests an address may make (q) in so many seconds (w), "
        "where that is limited",
        "schema": {"type": "string"},
    },
    LIMIT: {
        "description": "How many requests are left (r), and in how many seconds all will be (t), "
        "where that is limited",
        "schema": {"type": "string"},
    },
}
_OF_REFUSALS: dict[str, Any] = {
    "retry-after": {
        "description": "Seconds after which to ask again",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    }
}
_REFUSALS = {str(int(HTTPStatus.TOO_MANY_REQUESTS)), str(int(HTTPStatus.SERVICE_UNAVAILABLE))}
_OF_CONTENT: dict[str, Any] = {
    "etag": {
        "description": "For If-None-Match; of each way of packing another",
        "required": True,
        "schema": {"type": "string", "pattern": '^"[0-9a-f]{32}(-(gzip|zstd))?"$'},
    }
}
_SAID = """\
The catalogue that harvester keeps. `/v1` is the Software Catalog API: front-ends built for it run
unchanged. Every GET has an ETag and answers `If-None-Match` with 304; HEAD works wherever GET does.
Ids are UUIDs; times are RFC 3339 in UTC.
"""


def application(context: Context) -> FastAPI:
    """Make the application."""
    app = FastAPI(
        title="harvester",
        version=__version__,
        description=_SAID,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    v1 = APIRouter(
        prefix="/v1",
        dependencies=[Strict],
        responses=problems.described(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.TOO_MANY_REQUESTS,
            HTTPStatus.SERVICE_UNAVAILABLE,
        )
        | {304: {"description": "What the client has is still so."}},
    )
    for part in (
        webhooks,
        software,
        telling,
        analyses,
        publishers,
        logs,
        catalogs,
        catalog_software,
        changes,
        dumps,
        repositories,
    ):
        v1.include_router(part.router(context))
    app.include_router(v1)

    @app.get("/v1/openapi.json", include_in_schema=False)
    def openapi(request: Request) -> Response:
        """Describe this API."""
        return answered(request, context, lambda _headers: to_json(app.openapi()))

    problems.install(app)
    app.add_middleware(Packing)
    if context.options.rate_limit is not None:
        app.add_middleware(Limiting, rate=context.options.rate_limit, now=context.now)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(context.options.cors_origins),
        allow_methods=["GET", "HEAD"],
        allow_headers=["If-None-Match", "If-Modified-Since", REQUEST_ID],
        expose_headers=list(EXPOSED),
    )
    app.add_middleware(Manners)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """Give the OpenAPI document, with the problems and headers that answers have."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            license_info=app.license_info,
            routes=app.routes,
        )
        template = "#/components/schemas/{model}"
        problem = problems.Problem.model_json_schema(ref_template=template)
        schemas = document["components"]["schemas"]
        for path in document["paths"].values():
            for method, operation in path.items():
                if method != "get":
                    operation["responses"].pop("304", None)
                for status, described in operation["responses"].items():
                    told = _HEADERS | _OF_LIMITS
                    told |= _OF_CONTENT if (method, status) == ("get", "200") else {}
                    told |= _OF_REFUSALS if status in _REFUSALS else {}
                    described["headers"] = described.get("headers", {}) | told
                for content in operation.get("requestBody", {}).get("content", {}).values():
                    schemas |= content["schema"].pop("$defs", {})
        schemas |= problem.pop("$defs", {}) | {"Problem": problem}
        app.openapi_schema = document
    return app.openapi_schema
