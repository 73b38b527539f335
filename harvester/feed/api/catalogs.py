# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``/v1/catalogs``: catalogs within the catalogue, and what belongs to them; ``/v1/status``.

What names no catalog belongs to the implicit one, which answers to ``∅`` whether or not somebody
wrote down its name.
"""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from harvester.feed.api import analyses, bodies, cataloguing, entering, logs, publishers, shapes
from harvester.feed.api.access import REFUSED, Caller, writer
from harvester.feed.api.bodies import JSON, MERGE_PATCH
from harvester.feed.api.cataloguing import CatalogBody, known
from harvester.feed.api.conditional import answered
from harvester.feed.api.context import Context
from harvester.feed.api.entering import PublisherBody
from harvester.feed.api.logs import LogBody
from harvester.feed.api.paging import Paging, paged, to_json
from harvester.feed.api.problems import Refusal, described
from harvester.ports.feed import PublisherQuestion
from harvester.ports.paging import Place
from harvester.ports.tokens import Scope
from harvester.ports.written import ROOT, CatalogQuestion, StillHeldError

_WRITING = REFUSED | bodies.REFUSED
_CONFLICT = described(HTTPStatus.CONFLICT)
_OF_ONE = described(HTTPStatus.NOT_FOUND)


def router(context: Context) -> APIRouter:
    """Give the routes."""
    made = APIRouter()
    _themselves(made, context)
    _publishers(made, context)
    _remarks(made, context)

    @made.get("/status", operation_id="get-status", status_code=204, tags=["status"])
    def status() -> Response:
        """Say that the API answers, and that the catalogue can be read."""
        context.feed.mark()
        return bodies.nothing()

    return made


def _themselves(made: APIRouter, context: Context) -> None:
    as_writer = writer(context, Scope.CATALOGS)

    @made.get(
        "/catalogs",
        operation_id="list-catalogs",
        response_model=shapes.CatalogList,
        tags=["catalogs"],
    )
    def list_catalogs(
        request: Request,
        page: Paging,
        show_all: Annotated[bool, Query(alias="all", description="Also inactive ones")] = False,
    ) -> Response:
        """List the catalogs within this catalogue, in the order in which they were written."""
        window = page.window(context)
        question = CatalogQuestion(active=None if show_all else True)

        def made_page(headers: dict[str, str]) -> bytes:
            listed = paged(
                request,
                window,
                context.feed.catalogs(question, window),
                place=lambda catalog: Place(catalog.created_at, catalog.id),
                shape=shapes.catalog,
                total=context.feed.catalog_amount(question),
            )
            headers.update(listed.headers)
            return listed.body()

        return answered(request, context, made_page, written=True)

    @made.post(
        "/catalogs",
        operation_id="create-catalog",
        response_model=shapes.Catalog,
        responses=_WRITING | _CONFLICT,
        openapi_extra=bodies.described(CatalogBody, JSON),
        tags=["catalogs"],
    )
    def create_catalog(
        caller: Annotated[Caller, as_writer],
        body: Annotated[CatalogBody, bodies.body(CatalogBody, JSON)],
    ) -> Response:
        """Enter a catalog."""
        return bodies.answer(cataloguing.create(context, caller, body))

    @made.get(
        "/catalogs/{catalog_id}",
        operation_id="show-catalog",
        response_model=shapes.Catalog,
        responses=_OF_ONE,
        tags=["catalogs"],
    )
    def show_catalog(request: Request, catalog_id: str) -> Response:
        """Show a catalog, by its id or its alternative id."""

        def made_catalog(_headers: dict[str, str]) -> bytes:
            return to_json(shapes.catalog(known(context, catalog_id)))

        return answered(request, context, made_catalog, written=True)

    @made.patch(
        "/catalogs/{catalog_id}",
        operation_id="update-catalog",
        response_model=shapes.Catalog,
        responses=_WRITING | _CONFLICT | _OF_ONE,
        openapi_extra=bodies.described_by(bodies.patched(CatalogBody), MERGE_PATCH, JSON),
        tags=["catalogs"],
    )
    def update_catalog(
        catalog_id: str,
        caller: Annotated[Caller, as_writer],
        patch: Annotated[dict[str, Any], bodies.patch(MERGE_PATCH, JSON)],
    ) -> Response:
        """Change a catalog."""
        key = known(context, catalog_id).id
        return bodies.answer(cataloguing.change(context, caller, key, patch))

    @made.delete(
        "/catalogs/{catalog_id}",
        operation_id="delete-catalog",
        status_code=HTTPStatus.NO_CONTENT,
        responses=REFUSED | _OF_ONE | _CONFLICT,
        tags=["catalogs"],
    )
    def delete_catalog(catalog_id: str, caller: Annotated[Caller, as_writer]) -> Response:
        """Delete a catalog that has neither software nor publishers."""
        key = known(context, catalog_id).id
        try:
            there = context.desk.delete_catalog(key, context.now())
        except StillHeldError:
            raise Refusal(
                HTTPStatus.CONFLICT,
                "this catalog still has software or publishers; move or delete them first",
            ) from None
        if not there:
            raise cataloguing.unknown()
        caller.wrote("deleted", f"/catalogs/{key}")
        return bodies.nothing()


def _publishers(made: APIRouter, context: Context) -> None:
    as_writer = writer(context, Scope.PUBLISHERS)

    @made.get(
        "/catalogs/{catalog_id}/publishers",
        operation_id="list-catalog-publishers",
        response_model=shapes.PublisherList,
        responses=_OF_ONE,
        tags=["catalogs"],
    )
    def list_publishers(
        request: Request,
        catalog_id: str,
        page: Paging,
        show_all: publishers.ShowAll = False,
    ) -> Response:
        """List the public bodies of a catalog."""
        question = PublisherQuestion(
            active=None if show_all else True,
            catalog=cataloguing.member_of(context, catalog_id) or ROOT,
        )
        return publishers.listed(request, context, question, page)

    @made.post(
        "/catalogs/{catalog_id}/publishers",
        operation_id="create-catalog-publisher",
        response_model=shapes.Publisher,
        responses=_WRITING | _CONFLICT | _OF_ONE,
        openapi_extra=bodies.described(PublisherBody, JSON),
        tags=["catalogs"],
    )
    def create_publisher(
        catalog_id: str,
        caller: Annotated[Caller, as_writer],
        body: Annotated[PublisherBody, bodies.body(PublisherBody, JSON)],
    ) -> Response:
        """Enter a public body into a catalog."""
        member_of = cataloguing.member_of(context, catalog_id)
        return bodies.answer(entering.create(context, caller, body, member_of))

    @made.patch(
        "/catalogs/{catalog_id}/publishers/{publisher_id}",
        operation_id="update-catalog-publisher",
        response_model=shapes.Publisher,
        responses=_WRITING | _CONFLICT | _OF_ONE,
        openapi_extra=bodies.described_by(bodies.patched(PublisherBody), MERGE_PATCH, JSON),
        tags=["catalogs"],
    )
    def update_publisher(
        catalog_id: str,
        publisher_id: str,
        caller: Annotated[Caller, as_writer],
        patch: Annotated[dict[str, Any], bodies.patch(MERGE_PATCH, JSON)],
    ) -> Response:
        """Change a public body that belongs to a catalog."""
        member_of = cataloguing.member_of(context, catalog_id)
        title = publishers.written(context, publisher_id)
        if title.catalog_id != member_of:
            raise Refusal(HTTPStatus.NOT_FOUND, "this catalog has no publisher with this id")
        return bodies.answer(entering.change(context, caller, title.key, patch))


def _remarks(made: APIRouter, context: Context) -> None:
    """Make the routes of logs and analyses."""

    @made.post(
        "/catalogs/{catalog_id}/logs",
        operation_id="create-catalog-log",
        response_model=shapes.Log,
        responses=_WRITING | _OF_ONE,
        openapi_extra=bodies.described(LogBody, JSON),
        tags=["catalogs", "logs"],
    )
    def create_log(
        catalog_id: str,
        caller: Annotated[Caller, writer(context, Scope.LOGS)],
        body: Annotated[LogBody, bodies.body(LogBody, JSON)],
    ) -> Response:
        """Write a log of a catalog."""
        return bodies.answer(logs.write(context, caller, body, _entity(catalog_id)))

    @made.get(
        "/catalogs/{catalog_id}/analysis",
        operation_id="show-catalog-analysis",
        response_model=dict[str, shapes.Analysis],
        responses=_OF_ONE,
        tags=["catalogs"],
    )
    def show_analysis(request: Request, catalog_id: str) -> Response:
        """Show what somebody found out about a catalog, by namespace."""

        def made_analysis(_headers: dict[str, str]) -> bytes:
            return to_json(context.feed.analyses([_entity(catalog_id)]))

        return answered(request, context, made_analysis, written=True)

    @made.patch(
        "/catalogs/{catalog_id}/analysis",
        operation_id="update-catalog-analysis",
        response_model=dict[str, shapes.Analysis],
        responses=_WRITING | _OF_ONE,
        openapi_extra=analyses.DESCRIBED,
        tags=["catalogs"],
    )
    def update_analysis(
        catalog_id: str,
        caller: Annotated[Caller, writer(context, Scope.ANALYSIS)],
        patch: Annotated[dict[str, Any], bodies.patch(MERGE_PATCH, JSON)],
    ) -> Response:
        """Write what was found out about a catalog, in namespaces; null takes one away."""
        return bodies.answer(analyses.change(context, caller, [_entity(catalog_id)], patch))

    def _entity(catalog_id: str) -> str:
        return f"/catalogs/{known(context, catalog_id).id}"
