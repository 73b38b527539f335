# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``/v1/publishers``: the public bodies that entries are of, and those that were written."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from harvester.feed.api import bodies, entering, shapes
from harvester.feed.api.access import REFUSED, Caller, writer
from harvester.feed.api.bodies import JSON, MERGE_PATCH
from harvester.feed.api.conditional import answered
from harvester.feed.api.context import Context
from harvester.feed.api.entering import PublisherBody
from harvester.feed.api.paging import PageQuery, Paging, paged, to_json
from harvester.feed.api.parameters import Time
from harvester.feed.api.problems import Refusal, described
from harvester.ports.feed import PublisherQuestion, PublisherTitle
from harvester.ports.paging import Place
from harvester.ports.tokens import Scope

ShowAll = Annotated[
    bool, Query(alias="all", description="Also those that are not active: nothing is listed")
]
_WRITING = REFUSED | bodies.REFUSED | described(HTTPStatus.CONFLICT)
_OF_ONE = described(HTTPStatus.NOT_FOUND)


def router(context: Context) -> APIRouter:
    """Give the routes."""
    made = APIRouter(tags=["publishers"])
    as_writer = writer(context, Scope.PUBLISHERS)

    @made.get("/publishers", operation_id="list-publishers", response_model=shapes.PublisherList)
    def list_publishers(
        request: Request,
        page: Paging,
        show_all: ShowAll = False,
        created_from: Annotated[
            Time | None,
            Query(alias="from", description="Only those first seen at or after this"),
        ] = None,
        created_to: Annotated[
            Time | None, Query(alias="to", description="Only those first seen at or before this")
        ] = None,
    ) -> Response:
        """List all public bodies, in the order in which they were first seen."""
        question = PublisherQuestion(
            active=None if show_all else True, created_from=created_from, created_to=created_to
        )
        return listed(request, context, question, page)

    @made.post(
        "/publishers",
        operation_id="create-publisher",
        response_model=shapes.Publisher,
        responses=_WRITING,
        openapi_extra=bodies.described(PublisherBody, JSON),
    )
    def create_publisher(
        caller: Annotated[Caller, as_writer],
        body: Annotated[PublisherBody, bodies.body(PublisherBody, JSON)],
    ) -> Response:
        """Enter a public body."""
        return bodies.answer(entering.create(context, caller, body, catalog_id=None))

    @made.get(
        "/publishers/{publisher_id}",
        operation_id="show-publisher",
        response_model=shapes.Publisher,
        responses=_OF_ONE,
    )
    def show_publisher(request: Request, publisher_id: str) -> Response:
        """Show one public body, by its id or its alternative id."""

        def made_publisher(headers: dict[str, str]) -> bytes:
            title = known(context, publisher_id)
            headers["content-location"] = f"/v1/publishers/{shapes.publisher_uuid(title.key)}"
            return to_json(shape(context, title))

        return answered(request, context, made_publisher, written=True)

    @made.patch(
        "/publishers/{publisher_id}",
        operation_id="update-publisher",
        response_model=shapes.Publisher,
        responses=_WRITING | _OF_ONE,
        openapi_extra=bodies.described_by(bodies.patched(PublisherBody), MERGE_PATCH, JSON),
    )
    def update_publisher(
        publisher_id: str,
        caller: Annotated[Caller, as_writer],
        patch: Annotated[dict[str, Any], bodies.patch(MERGE_PATCH, JSON)],
    ) -> Response:
        """Change a public body that was written."""
        title = written(context, publisher_id)
        return bodies.answer(entering.change(context, caller, title.key, patch))

    @made.delete(
        "/publishers/{publisher_id}",
        operation_id="delete-publisher",
        status_code=HTTPStatus.NO_CONTENT,
        responses=REFUSED | _OF_ONE | described(HTTPStatus.CONFLICT),
    )
    def delete_publisher(publisher_id: str, caller: Annotated[Caller, as_writer]) -> Response:
        """Delete a public body that was written."""
        key = written(context, publisher_id).key
        if not context.desk.delete_publisher(key, context.now()):
            raise _unknown()
        caller.wrote("deleted", f"/publishers/{shapes.publisher_uuid(key)}")
        return bodies.nothing()

    return made


def listed(
    request: Request, context: Context, question: PublisherQuestion, page: PageQuery
) -> Response:
    """Answer with a page of public bodies."""
    window = page.window(context)

    def made_page(headers: dict[str, str]) -> bytes:
        found = paged(
            request,
            window,
            context.feed.publishers(question, window),
            place=lambda title: Place(title.created_at, title.key),
            shape=lambda title: shape(context, title),
            total=context.feed.publisher_amount(question),
        )
        headers.update(found.headers)
        return found.body()

    return answered(request, context, made_page, written=True)


def shape(context: Context, title: PublisherTitle) -> dict[str, Any]:
    """Give a public body's shape, without personal data where it is not to be shown."""
    return shapes.publisher(title if context.options.contacts else replace(title, email=None))


def written(context: Context, publisher_id: str) -> PublisherTitle:
    """Give a public body that was written.

    Raises:
        Refusal: there is none (404), or only that of entries (409).
    """
    title = known(context, publisher_id)
    if not title.written:
        raise Refusal(
            HTTPStatus.CONFLICT,
            "this publisher follows from the software that is listed, and cannot be written; POST "
            "one with the same alternativeId, and that one stands in for it",
        )
    return title


def known(context: Context, publisher_id: str) -> PublisherTitle:
    """Give a public body by its id or alternative id, or the one that stands in for it.

    Raises:
        Refusal: there is none.
    """
    prefix = shapes.key_prefix(publisher_id)
    if prefix is not None:
        wanted = publisher_id.lower()
        found = [
            title
            for title in context.feed.publisher(prefix=prefix)
            if shapes.publisher_uuid(title.key) == wanted
        ]
    else:
        # One body may stand in several lists, with another name or level.
        found = sorted(
            context.feed.publisher(uri=publisher_id),
            key=lambda title: (
                not title.written,
                not title.active,
                title.created_at,
                title.key,
            ),
        )
    if not found:
        raise _unknown()
    if found[0].stands_in is not None:
        found = list(context.feed.publisher(prefix=found[0].stands_in)) or found
    return found[0]


def _unknown() -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, "there is no publisher with this id")
