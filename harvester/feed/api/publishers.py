# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``/v1/publishers``: the public bodies that entries are of."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from harvester.feed.api import shapes
from harvester.feed.api.conditional import answered
from harvester.feed.api.context import Context
from harvester.feed.api.paging import Paging, paged, to_json
from harvester.feed.api.parameters import Time
from harvester.feed.api.problems import Refusal, described
from harvester.model import publisher_uuid
from harvester.ports.feed import Place, PublisherQuestion, PublisherTitle


def router(context: Context) -> APIRouter:
    """Give the routes."""
    made = APIRouter(tags=["publishers"])

    @made.get("/publishers", operation_id="list-publishers", response_model=shapes.PublisherList)
    def list_publishers(
        request: Request,
        page: Paging,
        show_all: Annotated[
            bool, Query(alias="all", description="Also those of which nothing is listed")
        ] = False,
        created_from: Annotated[
            Time | None,
            Query(alias="from", description="Only those first seen at or after this"),
        ] = None,
        created_to: Annotated[
            Time | None, Query(alias="to", description="Only those first seen at or before this")
        ] = None,
    ) -> Response:
        """List all public bodies, in the order in which they were first seen."""
        window = page.window(context)
        question = PublisherQuestion(
            listed=None if show_all else True, created_from=created_from, created_to=created_to
        )

        def made_page(headers: dict[str, str]) -> bytes:
            listed = paged(
                request,
                window,
                context.feed.publishers(question, window),
                place=lambda title: Place(title.created_at, title.key),
                shape=shapes.publisher,
                total=context.feed.publisher_amount(question),
            )
            headers.update(listed.headers)
            return listed.body()

        return answered(request, context, made_page)

    @made.get(
        "/publishers/{publisher_id}",
        operation_id="show-publisher",
        response_model=shapes.Publisher,
        responses=described(HTTPStatus.NOT_FOUND),
    )
    def show_publisher(request: Request, publisher_id: str) -> Response:
        """Show one public body, by its id or its alternative id."""

        def made_publisher(_headers: dict[str, str]) -> bytes:
            return to_json(shapes.publisher(known(context, publisher_id)))

        return answered(request, context, made_publisher)

    return made


def known(context: Context, publisher_id: str) -> PublisherTitle:
    """Give a public body by its id or alternative id.

    Raises:
        Refusal: there is none.
    """
    prefix = shapes.key_prefix(publisher_id)
    if prefix is not None:
        wanted = publisher_id.lower()
        found = [
            title
            for title in context.feed.publisher(prefix=prefix)
            if publisher_uuid(title.key) == wanted
        ]
    else:
        # One body may stand in several lists, with another name or level.
        found = sorted(
            context.feed.publisher(uri=publisher_id),
            key=lambda title: (not title.listed, title.created_at, title.key),
        )
    if not found:
        raise Refusal(HTTPStatus.NOT_FOUND, "there is no publisher with this id")
    return found[0]
