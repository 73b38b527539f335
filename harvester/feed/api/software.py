# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``/v1/software``: the catalogue's entries."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from harvester.feed.api import shapes
from harvester.feed.api.conditional import answered, answered_by_content
from harvester.feed.api.context import Context
from harvester.feed.api.paging import Paging, paged, to_json
from harvester.feed.api.problems import Refusal, described
from harvester.feed.api.questions import Question
from harvester.feed.api.search import Searching, related_to, searched
from harvester.feed.api.shapes import Form
from harvester.ports.feed import Title
from harvester.ports.paging import Place

AsForm = Annotated[
    Form,
    Query(
        alias="publiccode",
        description="The record as YAML text in publiccodeYml, as JSON in publiccode, or not at "
        "all, nor the aliases, which is the cheapest",
    ),
]


def router(context: Context) -> APIRouter:
    """Give the routes."""
    made = APIRouter(tags=["software"])

    @made.get("/software", operation_id="list-software", response_model=shapes.SoftwareList)
    def list_software(
        request: Request,
        question: Question,
        search: Searching,
        page: Paging,
        form: AsForm = Form.YAML,
    ) -> Response:
        """List all software, in the order in which it was first seen; or search it.

        With any of q, sort, facets, active_since and the names of facets, it is a search: in the
        order of sort, forward only.
        """
        if search is not None:
            return searched(request, context, search, listed=question, page=page, form=form)
        window = page.window(context)

        def made_page(headers: dict[str, str]) -> bytes:
            found = context.feed.software(question, window, documents=form is not Form.NONE)
            listed = paged(
                request,
                window,
                found,
                place=lambda title: Place(title.created_at, title.id),
                shape=lambda title: shapes.software(title, form),
                total=context.feed.amount(question),
            )
            headers.update(listed.headers)
            return listed.body()

        return answered(request, context, made_page)

    @made.get(
        "/software/{software_id}",
        operation_id="show-software",
        response_model=shapes.Software,
        responses=described(HTTPStatus.NOT_FOUND),
    )
    def show_software(request: Request, software_id: str, form: AsForm = Form.YAML) -> Response:
        """Show one entry, whatever its state, by its id or an id that it had before."""

        def made_entry(headers: dict[str, str]) -> bytes:
            title = known(context, software_id)
            headers["content-location"] = f"/v1/software/{title.id}"
            return to_json(shapes.software(title, form))

        return answered(request, context, made_entry)

    @made.get(
        "/software/{software_id}/related",
        operation_id="list-related-software",
        response_model=shapes.RelatedSoftware,
        responses=described(HTTPStatus.NOT_FOUND),
    )
    def list_related(request: Request, software_id: str, form: AsForm = Form.NONE) -> Response:
        """List listed entries that are variants, dependencies, dependents, of the same publisher.

        At most 100 of each, by name.
        """
        found = related_to(context, known(context, software_id).id, form)
        return answered_by_content(request, context, to_json(found))

    return made


def _unknown() -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, "there is no software with this id")


def known(context: Context, software_id: str) -> Title:
    """Give an entry.

    Raises:
        Refusal: there is none.
    """
    title = context.feed.title(software_id.lower())
    if title is None:
        raise _unknown()
    return title


def addresses(context: Context, software_id: str) -> tuple[str, ...]:
    """Give the addresses under which others speak of an entry: also those that it had before."""
    return tuple(f"/software/{key}" for key in (*context.feed.former_ids(software_id), software_id))
