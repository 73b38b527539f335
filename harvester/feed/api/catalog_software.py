# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``/v1/catalogs/{id}/software``: the entries of one catalog, and writing into it."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from harvester.feed.api import bodies, shapes, telling
from harvester.feed.api.access import Caller, writer
from harvester.feed.api.bodies import JSON
from harvester.feed.api.cataloguing import member_of
from harvester.feed.api.conditional import answered
from harvester.feed.api.context import Context
from harvester.feed.api.paging import Paging, paged
from harvester.feed.api.problems import Refusal, described
from harvester.feed.api.questions import LISTED
from harvester.feed.api.software import AsForm, known
from harvester.feed.api.telling import SoftwareBody
from harvester.ports.feed import SoftwareQuestion
from harvester.ports.paging import Place, Window
from harvester.ports.tokens import Scope
from harvester.ports.written import ROOT
from harvester.urls import url_key

_OF_ONE = described(HTTPStatus.NOT_FOUND)


def router(context: Context) -> APIRouter:
    """Give the routes."""
    made = APIRouter(tags=["catalogs"])
    as_writer = writer(context, Scope.SOFTWARE)

    @made.get(
        "/catalogs/{catalog_id}/software",
        operation_id="list-catalog-software",
        response_model=shapes.SoftwareList,
        responses=_OF_ONE,
    )
    def list_software(
        request: Request,
        catalog_id: str,
        page: Paging,
        show_all: Annotated[
            bool, Query(alias="all", description='Also what is not listed, with "active": false')
        ] = False,
        form: AsForm = shapes.Form.YAML,
    ) -> Response:
        """List the software of a catalog, in the order in which it was first seen."""
        window = page.window(context)

        def made_page(headers: dict[str, str]) -> bytes:
            catalog = member_of(context, catalog_id)
            question = SoftwareQuestion(
                states=None if show_all else LISTED, catalog=catalog or ROOT
            )
            listed = paged(
                request,
                window,
                context.feed.software(question, window, documents=form is not shapes.Form.NONE),
                place=lambda title: Place(title.created_at, title.id),
                shape=lambda title: _within(catalog, shapes.software(title, form)),
                total=context.feed.amount(question),
            )
            headers.update(listed.headers)
            return listed.body()

        return answered(request, context, made_page, written=True)

    @made.post(
        "/catalogs/{catalog_id}/software",
        operation_id="create-catalog-software",
        response_model=shapes.Software,
        responses=telling.WRITING | _OF_ONE,
        openapi_extra=bodies.described(SoftwareBody, JSON),
    )
    def create_software(
        catalog_id: str,
        caller: Annotated[Caller, as_writer],
        body: Annotated[SoftwareBody, bodies.body(SoftwareBody, JSON)],
    ) -> Response:
        """Tell of software that belongs to a catalog; see the operation create-software."""
        catalog = member_of(context, catalog_id)
        _refuse_of_another(context, catalog, body.url)
        told = telling.create(context, caller, body)
        if catalog is not None:
            context.desk.software_catalog(told["id"], catalog, context.now())
        return bodies.answer(_within(catalog, told))

    @made.patch(
        "/catalogs/{catalog_id}/software/{software_id}",
        operation_id="update-catalog-software",
        response_model=shapes.Software,
        responses=telling.WRITING | _OF_ONE,
        openapi_extra=telling.patch_described(),
    )
    def update_software(
        request: Request,
        catalog_id: str,
        software_id: str,
        caller: Annotated[Caller, as_writer],
        patch: Annotated[Any, bodies.reader(*telling.PATCHES)],
    ) -> Response:
        """Change what is told of software of a catalog; see the operation update-software."""
        catalog = member_of(context, catalog_id)
        if context.feed.catalog_of(known(context, software_id).id) != catalog:
            raise Refusal(HTTPStatus.NOT_FOUND, "there is no software with this id in this catalog")
        media = telling.media_of(request)
        return bodies.answer(
            _within(catalog, telling.change(context, caller, software_id, media, patch))
        )

    return made


def _within(catalog: str | None, shaped: dict[str, Any]) -> dict[str, Any]:
    """Say which catalog an entry belongs to, if not to the implicit one."""
    return shaped if catalog is None else {**shaped, "catalogId": catalog}


def _refuse_of_another(context: Context, catalog: str | None, url: str) -> None:
    """Let no catalog take from another what both tell of: they would take it by turns."""
    found = context.feed.software(
        SoftwareQuestion(url_key=url_key(url)), Window(size=1), documents=False
    )
    for title in found.rows:
        there = context.feed.catalog_of(title.id)
        if there not in (None, catalog):
            raise Refusal(
                HTTPStatus.CONFLICT,
                f"this software belongs to the catalog {there}; change it there, "
                f"/v1/catalogs/{there}/software/{title.id}",
            )
