# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Catalogs that somebody writes: what is asked of them, and how they are entered and found."""

import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from harvester.feed.api import bodies
from harvester.feed.api.access import Caller
from harvester.feed.api.bodies import Body
from harvester.feed.api.context import Context
from harvester.feed.api.entering import OtherId, taken
from harvester.feed.api.problems import Refusal, wrong
from harvester.feed.api.shapes import catalog as shape
from harvester.ports.written import ROOT, Catalog, CatalogSource, TakenError
from harvester.urls import canonical_url

_LONGEST_URL = 2048
Namespace = Annotated[str, Field(min_length=1, max_length=255)]


def _is_web(text: str) -> str:
    canonical_url(text)
    return text


class CatalogSourceBody(Body):
    """Where a catalog takes its entries from; harvester's own sources stand in its settings."""

    url: Annotated[str, Field(min_length=1, max_length=_LONGEST_URL), AfterValidator(_is_web)]
    driver: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    args: (
        Annotated[
            list[Annotated[str, Field(min_length=1, max_length=2048)]],
            Field(min_length=1, max_length=20),
        ]
        | None
    ) = None


class CatalogBody(Body):
    """What is written of a catalog."""

    name: str = Field(min_length=1, max_length=255)
    alternativeId: OtherId | None = Field(  # noqa: N815 - the API's names
        default=None,
        description=f"By which it can be called too. {ROOT} is the implicit catalog: given once, "
        "it stays, and it has no sources.",
    )
    active: bool = True
    publishersNamespace: Namespace | None = None  # noqa: N815
    scopes: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(
        default_factory=list, max_length=20, description="Places that it covers."
    )
    sources: list[CatalogSourceBody] = Field(
        default_factory=list, max_length=100, description=f"At least one, but of {ROOT} none."
    )


def known(context: Context, catalog_id: str) -> Catalog:
    """Give a catalog by its id or alternative id.

    Raises:
        Refusal: there is none.
    """
    found = context.feed.catalog(catalog_id)
    if found is None:
        raise unknown()
    return found


def member_of(context: Context, catalog_id: str) -> str | None:
    """Give the id by which members name a catalog; None for the implicit one, written or not.

    Raises:
        Refusal: there is none.
    """
    if catalog_id == ROOT:
        return None
    found = known(context, catalog_id)
    return None if found.alternative_id == ROOT else found.id


def unknown() -> Refusal:
    """Say that there is no such catalog."""
    return Refusal(HTTPStatus.NOT_FOUND, "there is no catalog with this id")


def create(context: Context, caller: Caller, body: CatalogBody) -> dict[str, Any]:
    """Enter a catalog, and give its shape.

    Raises:
        Refusal: its alternative id is another one's.
    """
    now = context.now()
    made = Catalog(
        id=str(uuid.uuid4()),
        **_values(body),
        created_at=now,
        updated_at=now,
        written_by=caller.name,
    )
    try:
        context.desk.create_catalog(made)
    except TakenError as error:
        raise taken("catalog", error) from None
    caller.wrote("created", f"/catalogs/{made.id}")
    return shape(made)


def change(context: Context, caller: Caller, key: str, patch: Mapping[str, Any]) -> dict[str, Any]:
    """Change a catalog, and give its shape.

    Raises:
        Refusal: it is not there, what it became is not as it should be, or its alternative id is
            another one's.
    """
    now = context.now()

    def edit(there: Catalog) -> Catalog:
        body = bodies.validated(CatalogBody, bodies.merged(_writable(there), dict(patch)))
        if (body.alternativeId == ROOT) != (there.alternative_id == ROOT):
            raise wrong(
                "alternativeId",
                "fixed",
                str(body.alternativeId),
                f"{ROOT} is given when a catalog is entered, and stays",
            )
        return Catalog(
            id=there.id,
            **_values(body),
            created_at=there.created_at,
            updated_at=now,
            written_by=caller.name,
        )

    try:
        changed = context.desk.change_catalog(key, edit)
    except TakenError as error:
        raise taken("catalog", error) from None
    if changed is None:
        raise unknown()
    catalog, differs = changed
    if differs:
        caller.wrote("updated", f"/catalogs/{key}")
    return shape(catalog)


def _values(body: CatalogBody) -> dict[str, Any]:
    if body.alternativeId == ROOT and body.sources:
        raise wrong("sources", "max", "", f"the implicit catalog {ROOT} has no sources")
    if body.alternativeId != ROOT and not body.sources:
        raise wrong("sources", "required", "", "a catalog has at least one source")
    return {
        "name": body.name,
        "alternative_id": body.alternativeId,
        "active": body.active,
        "publishers_namespace": body.publishersNamespace,
        "scopes": tuple(body.scopes),
        "sources": tuple(
            CatalogSource(url=one.url, driver=one.driver, args=tuple(one.args or ()))
            for one in body.sources
        ),
    }


def _writable(there: Catalog) -> dict[str, Any]:
    """Give what a patch is applied to."""
    return {
        "name": there.name,
        "alternativeId": there.alternative_id,
        "active": there.active,
        "publishersNamespace": there.publishers_namespace,
        "scopes": list(there.scopes),
        "sources": [
            {"url": one.url, "driver": one.driver, "args": list(one.args) or None}
            for one in there.sources
        ],
    }
