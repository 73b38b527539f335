# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``/v1/catalogs`` and ``/v1/status``.

The API knows catalogs within a catalogue. Harvester has the implicit one only, to which everything
belongs that names none: so the list is empty, and no id is one of a catalog.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from harvester.feed.api import shapes
from harvester.feed.api.conditional import answered
from harvester.feed.api.context import Context
from harvester.feed.api.paging import Paging, to_json
from harvester.feed.api.problems import Refusal, described


def router(context: Context) -> APIRouter:
    """Give the routes."""
    made = APIRouter()

    @made.get("/status", operation_id="get-status", status_code=204, tags=["status"])
    def status() -> Response:
        """Say that the API answers, and that the catalogue can be read."""
        context.feed.mark()
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"cache-control": "no-store"})

    @made.get(
        "/catalogs", operation_id="list-catalogs", response_model=shapes.Nothing, tags=["catalogs"]
    )
    def list_catalogs(
        request: Request,
        page: Paging,
        _show_all: Annotated[bool, Query(alias="all", description="Also inactive ones")] = False,
    ) -> Response:
        """List the catalogs within this catalogue: there is none but the implicit one."""
        page.window(context)
        nothing = to_json({"data": [], "links": {"prev": None, "next": None}})
        return answered(request, context, lambda _headers: nothing)

    @made.get(
        "/catalogs/{catalog_id}",
        operation_id="show-catalog",
        status_code=HTTPStatus.NOT_FOUND,
        response_model=None,
        responses=described(HTTPStatus.NOT_FOUND),
        tags=["catalogs"],
    )
    def show_catalog(catalog_id: str) -> Response:  # noqa: ARG001 - of the path
        """Say that there is no such catalog."""
        raise Refusal(
            HTTPStatus.NOT_FOUND, "there is no such catalog: all belongs to the implicit one"
        )

    return made
