# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Writing ``/v1/software``: what is asked of a request, and how it is told to the catalogue."""

import json
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import AfterValidator, Field, ValidationError
from starlette.responses import Response

from harvester.feed.api import analyses, bodies, json_patch, problems, shapes
from harvester.feed.api.access import REFUSED, Caller, writer
from harvester.feed.api.bodies import JSON, MERGE_PATCH, Body
from harvester.feed.api.context import Context
from harvester.feed.api.json_patch import JsonPatch, NotAppliedError
from harvester.feed.api.problems import Refusal, described, wrong
from harvester.feed.api.shapes import Form
from harvester.feed.api.software import addresses
from harvester.feed.documents import document as yaml_document
from harvester.feed.lines import parsed
from harvester.feed.software import table
from harvester.model import State
from harvester.ports.errors import RefusedRowError
from harvester.ports.rows import SoftwareRow
from harvester.ports.telling import ConflictError, Statement, UnknownSoftwareError
from harvester.ports.tokens import Scope
from harvester.urls import repository_url

WRITING = REFUSED | bodies.REFUSED | described(HTTPStatus.CONFLICT)
_OF_ONE = described(HTTPStatus.NOT_FOUND)
VITALITY = "vitality"
"""Namespace of an entry's analysis that keeps what the API calls so."""

RepositoryUrl = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(repository_url)]
"""The address of a repository, in its canonical form."""


class SoftwareBody(Body):
    """What is written of software."""

    url: RepositoryUrl = Field(description="Of its repository.")
    publiccodeYml: str = Field(  # noqa: N815 - the API's names
        min_length=1,
        description="The text of its publiccode.yml. A broken one is kept with what is found in "
        "it, and the entry is not active until a good one comes.",
    )
    aliases: list[RepositoryUrl] | None = Field(
        default=None,
        max_length=255,
        description="Addresses that it had; one that it once had stays one of them.",
    )
    active: bool | None = Field(
        default=None,
        description="false: it is not to be listed. Taken back by a PATCH with true, or, if it was "
        "written so, by a POST too, where its absence means true. In a PATCH that says nothing.",
    )
    vitality: str | None = Field(
        default=None,
        min_length=1,
        max_length=99_999,
        description="Opaque; kept in the analysis, under the name vitality.",
    )


def router(context: Context) -> APIRouter:
    """Give the routes."""
    made = APIRouter(tags=["software"])
    as_writer = writer(context, Scope.SOFTWARE)

    @made.post(
        "/software",
        operation_id="create-software",
        response_model=shapes.Software,
        responses=WRITING,
        openapi_extra=bodies.described(SoftwareBody, JSON),
    )
    def create_software(
        caller: Annotated[Caller, as_writer],
        body: Annotated[SoftwareBody, bodies.body(SoftwareBody, JSON)],
    ) -> Response:
        """Tell of software; if it is known, its text is told anew.

        What a repository of the catalogue says goes before what is written of it.
        """
        return bodies.answer(create(context, caller, body))

    @made.patch(
        "/software/{software_id}",
        operation_id="update-software",
        response_model=shapes.Software,
        responses=WRITING | _OF_ONE,
        openapi_extra=patch_described(),
    )
    def update_software(
        request: Request,
        software_id: str,
        caller: Annotated[Caller, as_writer],
        patch: Annotated[Any, bodies.reader(*PATCHES)],
    ) -> Response:
        """Change what is told of software; of what a repository says, only whether it is shown."""
        return bodies.answer(change(context, caller, software_id, media_of(request), patch))

    @made.delete(
        "/software/{software_id}",
        operation_id="remove-software",
        status_code=HTTPStatus.NO_CONTENT,
        responses=REFUSED | _OF_ONE | described(HTTPStatus.CONFLICT),
    )
    def delete_software(software_id: str, caller: Annotated[Caller, as_writer]) -> Response:
        """Delete software that was written; what a repository has cannot be deleted."""
        title = context.feed.title(software_id.lower())
        try:
            context.teller.delete(software_id.lower(), context.now())
        except (UnknownSoftwareError, ConflictError) as error:
            raise _refusal(error) from None
        caller.wrote("deleted", f"/software/{title.id if title else software_id.lower()}")
        return bodies.nothing()

    return made


# --- what operations of other paths do too --------------------------------------------------

PATCHES = (MERGE_PATCH, json_patch.MEDIA, JSON)
"""Types of a patch; JSON of no special kind is a merge patch, as the API's own server has it."""


def patch_described() -> dict[str, Any]:
    """Describe the body of a patch for the OpenAPI document."""
    merge = bodies.described_by(bodies.patched(SoftwareBody), MERGE_PATCH, JSON)
    steps = bodies.described(JsonPatch, json_patch.MEDIA)
    merge["requestBody"]["content"] |= steps["requestBody"]["content"]
    return merge


def media_of(request: Request) -> str:
    """Give the type of a request's body."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def create(context: Context, caller: Caller, body: SoftwareBody) -> dict[str, Any]:
    """Tell of software, and give its shape.

    Raises:
        Refusal: it cannot be told.
    """
    said = Statement(
        url=body.url,
        aliases=tuple(body.aliases or ()),
        text=body.publiccodeYml.encode(),
        active=body.active is not False,
    )
    try:
        told = context.teller.post(said, context.now())
    except (ConflictError, RefusedRowError) as error:
        raise _refusal(error) from None
    if told.changed:
        caller.wrote("created", f"/software/{told.id}")
    return _shape(context, caller, told.id, body.vitality)


def change(
    context: Context, caller: Caller, software_id: str, media: str, patch: Any
) -> dict[str, Any]:
    """Change what is told of software, and give its shape.

    Raises:
        Refusal: there is none, or it cannot be so.
    """
    steps = _steps(patch) if media == json_patch.MEDIA else None
    if steps is None and not isinstance(patch, dict):
        raise wrong("body", "object", str(patch), "invalid format: a merge patch is an object")
    made: dict[str, SoftwareBody] = {}

    def amend(entry: SoftwareRow) -> Statement:
        there = _writable(entry)
        if steps is None:
            changed, named = bodies.merged(there, patch), frozenset(patch)
        else:
            try:
                changed, named = json_patch.applied(there, steps.root), json_patch.named(steps.root)
            except NotAppliedError as error:
                raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None
        body = made["body"] = bodies.validated(SoftwareBody, changed)
        return Statement(
            url=body.url if "url" in named else None,
            aliases=tuple(body.aliases or ()) if "aliases" in named else (),
            text=body.publiccodeYml.encode() if "publiccodeYml" in named else None,
            active=body.active if "active" in named else None,
        )

    try:
        told = context.teller.patch(software_id.lower(), amend, context.now())
    except (UnknownSoftwareError, ConflictError, RefusedRowError) as error:
        raise _refusal(error) from None
    if told.changed:
        caller.wrote("updated", f"/software/{told.id}")
    return _shape(context, caller, told.id, made["body"].vitality)


def _shape(context: Context, caller: Caller, identity: str, vitality: str | None) -> dict[str, Any]:
    """Keep the vitality, and give the entry as it is now."""
    title = context.feed.title(identity)
    if title is None:  # somebody has deleted it since
        raise Refusal(HTTPStatus.NOT_FOUND, "there is no software with this id")
    if vitality is not None:  # what is volatile is never a change of the catalogue
        kept = {VITALITY: {"v": 1, "text": vitality}}
        analyses.change(context, caller, addresses(context, title.id), kept)
    return shapes.software(title, Form.YAML)


def _writable(entry: SoftwareRow) -> dict[str, Any]:
    """Give what a patch is applied to: the entry as it is shown."""
    document = json.loads(entry.document)
    return {
        "url": entry.url,
        "publiccodeYml": yaml_document(table(parsed(entry.document)["publiccode"])),
        "aliases": document["aliases"],
        "active": entry.state is State.LISTED,
        "vitality": None,
    }


def _steps(patch: Any) -> JsonPatch:
    try:
        return JsonPatch.model_validate(patch)
    except ValidationError as error:
        raise problems.invalid([dict(one) for one in error.errors(include_url=False)]) from None


def _refusal(error: UnknownSoftwareError | ConflictError | RefusedRowError) -> Refusal:
    if isinstance(error, UnknownSoftwareError):
        return Refusal(HTTPStatus.NOT_FOUND, str(error))
    if isinstance(error, ConflictError):
        return Refusal(HTTPStatus.CONFLICT, str(error))
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
