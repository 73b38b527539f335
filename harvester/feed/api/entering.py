# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Public bodies that somebody writes: what is asked of them, and how they are entered."""

import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, EmailStr, Field

from harvester.feed.api import bodies, shapes
from harvester.feed.api.access import Caller
from harvester.feed.api.bodies import Body
from harvester.feed.api.context import Context
from harvester.feed.api.problems import Refusal
from harvester.model import Level, Publisher
from harvester.ports.feed import PublisherTitle
from harvester.ports.written import Hosting, TakenError, WrittenPublisher
from harvester.urls import canonical_url, url_key

_PATHS = frozenset({"webhooks"})
"""What stands where an alternative id would, in addresses of the API."""


def _other_id(text: str) -> str:
    if shapes.key_prefix(text) is not None:
        raise ValueError("it looks like an id; ids are given here")
    if text in _PATHS:
        raise ValueError(f"{text} is an address of the API itself")
    return text


def _each_once(hosting: list["CodeHostingBody"]) -> list["CodeHostingBody"]:
    if len({url_key(one.url) for one in hosting}) < len(hosting):
        raise ValueError("an address is there twice")
    return hosting


WebUrl = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(canonical_url)]
"""An http or https address, in its canonical form."""
OtherId = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_other_id)]
"""An id of somebody else's, by which something can be called here too."""


class CodeHostingBody(Body):
    """Where a public body keeps its code."""

    url: WebUrl = Field(description="Of an account, or of a repository.")
    group: bool = Field(default=True, description="Whether it holds repositories, or is one.")


class PublisherBody(Body):
    """What is written of a public body."""

    description: str = Field(min_length=1, max_length=255, description="Its name.")
    codeHosting: Annotated[  # noqa: N815 - the API's names
        list[CodeHostingBody], Field(min_length=1, max_length=255), AfterValidator(_each_once)
    ]
    email: Annotated[EmailStr, Field(max_length=255)] | None = Field(
        default=None, description="Personal data: kept and shown only where contacts are."
    )
    active: bool = True
    given: ClassVar[frozenset[str]] = frozenset({"level"})
    alternativeId: OtherId | None = Field(  # noqa: N815
        default=None, description="By which it can be called too: its URI, of most use."
    )


def create(
    context: Context, caller: Caller, body: PublisherBody, catalog_id: str | None
) -> dict[str, Any]:
    """Enter a public body, and give its shape.

    Raises:
        Refusal: its alternative id or one of its addresses is another one's.
    """
    made = _publisher(context, caller, body, None, catalog_id)
    try:
        context.desk.create_publisher(made)
    except TakenError as error:
        raise taken("publisher", error) from None
    caller.wrote("created", _address(made.key))
    return _shape(made)


def change(context: Context, caller: Caller, key: str, patch: Mapping[str, Any]) -> dict[str, Any]:
    """Change a written public body, and give its shape.

    Raises:
        Refusal: it is not there, what it became is not as it should be, or another one has its
            alternative id or one of its addresses.
    """

    def edit(there: WrittenPublisher) -> WrittenPublisher:
        asked = bodies.validated(PublisherBody, bodies.merged(_writable(there), dict(patch)))
        return _publisher(context, caller, asked, there, there.catalog_id)

    try:
        changed = context.desk.change_publisher(key, edit)
    except TakenError as error:
        raise taken("publisher", error) from None
    if changed is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "there is no publisher with this id")
    body, differs = changed
    if differs:
        caller.wrote("updated", _address(key))
    return _shape(body)


def taken(what: str, error: TakenError) -> Refusal:
    """Refuse what something else is known by."""
    return Refusal(
        HTTPStatus.CONFLICT, f"there is a {what} with the {error.field} {error.value} already"
    )


def _address(key: str) -> str:
    return f"/publishers/{shapes.publisher_uuid(key)}"


def _publisher(
    context: Context,
    caller: Caller,
    body: PublisherBody,
    before: WrittenPublisher | None,
    catalog_id: str | None,
) -> WrittenPublisher:
    """Put what is asked for in the place of what there was; addresses that stay keep their time."""
    now = context.now()
    known = {(one.url, one.group): one for one in before.hosting} if before else {}
    return WrittenPublisher(
        key=before.key if before else uuid.uuid4().hex,
        catalog_id=catalog_id,
        name=body.description,
        email=body.email if context.options.contacts else None,
        alternative_id=body.alternativeId,
        active=body.active,
        hosting=tuple(
            known.get((one.url, one.group))
            or Hosting(url=one.url, group=one.group, created_at=now, updated_at=now)
            for one in body.codeHosting
        ),
        created_at=before.created_at if before else now,
        updated_at=now,
        written_by=caller.name,
    )


def _writable(there: WrittenPublisher) -> dict[str, Any]:
    """Give what a patch is applied to."""
    return {
        "description": there.name,
        "codeHosting": [{"url": one.url, "group": one.group} for one in there.hosting],
        "email": there.email,
        "active": there.active,
        "alternativeId": there.alternative_id,
    }


def _shape(made: WrittenPublisher) -> dict[str, Any]:
    return shapes.publisher(
        PublisherTitle(
            key=made.key,
            publisher=Publisher(name=made.name, uri=made.alternative_id, level=Level.UNKNOWN),
            hosting=made.hosting,
            active=made.active,
            created_at=made.created_at,
            updated_at=made.updated_at,
            written=True,
            email=made.email,
            catalog_id=made.catalog_id,
        )
    )
