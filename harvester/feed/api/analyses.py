# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Analyses: what scanners and people find out about entries and catalogs, each under its name.

A namespace is written whole. Its ``t`` is given here, when what it says differs from before.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from harvester.feed.api import bodies, shapes
from harvester.feed.api.access import REFUSED, Caller, writer
from harvester.feed.api.bodies import JSON, MERGE_PATCH
from harvester.feed.api.conditional import answered_by_content
from harvester.feed.api.context import Context
from harvester.feed.api.paging import to_json
from harvester.feed.api.problems import Refusal, ValidationError, described
from harvester.feed.api.software import addresses, known
from harvester.model import JsonObject
from harvester.ports.tokens import Scope

_MOST = 100
"""Namespaces of one entry."""
_LONGEST_NAME = 64
_NEWEST = 999
"""Greatest version of a namespace's shape."""


DESCRIBED = bodies.described_by(
    {
        "title": "AnalysisPatch",
        "type": "object",
        "additionalProperties": {
            "anyOf": [
                {
                    "type": "object",
                    "required": ["v"],
                    "properties": {"v": {"type": "integer", "minimum": 1, "maximum": _NEWEST}},
                    "additionalProperties": True,
                },
                {"type": "null"},
            ],
        },
    },
    MERGE_PATCH,
    JSON,
)
"""A merge patch of analyses, for the OpenAPI document."""


def router(context: Context) -> APIRouter:
    """Give the routes of entries' analyses; those of catalogs stand with the catalogs."""
    made = APIRouter(tags=["software"])

    @made.get(
        "/software/{software_id}/analysis",
        operation_id="show-software-analysis",
        response_model=dict[str, shapes.Analysis],
        responses=described(HTTPStatus.NOT_FOUND),
    )
    def show_analysis(request: Request, software_id: str) -> Response:
        """Show whether an entry is worked on, and what others found out about it, by namespace.

        `harvester` is the catalogue's own: stars, commits, releases, a label, others' badges.
        """
        found = _of_software(context, known(context, software_id).id)
        return answered_by_content(request, context, to_json(found))

    @made.patch(
        "/software/{software_id}/analysis",
        operation_id="update-software-analysis",
        response_model=dict[str, shapes.Analysis],
        responses=REFUSED | bodies.REFUSED | described(HTTPStatus.NOT_FOUND),
        openapi_extra=DESCRIBED,
    )
    def update_analysis(
        software_id: str,
        caller: Annotated[Caller, writer(context, Scope.ANALYSIS)],
        patch: Annotated[dict[str, Any], bodies.patch(MERGE_PATCH, JSON)],
    ) -> Response:
        """Write what was found out about an entry, in namespaces; null takes one away."""
        key = known(context, software_id).id
        change(context, caller, addresses(context, key), patch)
        return bodies.answer(_of_software(context, key))

    return made


def _of_software(context: Context, software_id: str) -> dict[str, JsonObject]:
    entry = context.feed.entry(software_id)
    own = {} if entry is None else shapes.analysis(entry)
    return {**context.feed.analyses(addresses(context, software_id)), **own}


def change(
    context: Context, caller: Caller, entities: Sequence[str], patch: Mapping[str, Any]
) -> dict[str, JsonObject]:
    """Write what was found out about an entity, and give all that was.

    Args:
        context: what handlers have at hand.
        caller: whoever writes.
        entities: addresses of the entity, today's last.
        patch: by namespace; None takes one away.

    Raises:
        Refusal: a namespace is not as it should be, or is the catalogue's own.
    """
    asked = {name: _checked(name, value) for name, value in patch.items()}
    now = context.now()
    at = shapes.timestamp(now)

    def edit(there: Mapping[str, JsonObject]) -> Mapping[str, JsonObject]:
        found = dict(there)
        for name, document in asked.items():
            if document is None:
                found.pop(name, None)
            elif _without_time(found.get(name)) != document:
                found[name] = {**document, "t": at}
        if len(found) > _MOST:
            raise _refused("", "max", f"there are more than {_MOST} namespaces")
        return found

    found, differs = context.desk.change_analyses(entities, edit, now, caller.name)
    if differs:
        caller.wrote("updated", f"{entities[-1]}/analysis")
    return dict(found)


def _checked(name: str, value: Any) -> JsonObject | None:
    if not 0 < len(name) <= _LONGEST_NAME:
        raise _refused(name, "name", f"its name has to have 1 to {_LONGEST_NAME} characters")
    if name.casefold().startswith(shapes.NAMESPACE):
        raise _refused(name, "reserved", "the catalogue writes it itself; take a name of your own")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _refused(name, "object", "it has to be an object with a version v")
    version = value.get("v")
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= _NEWEST:
        raise _refused(f"{name}.v", "version", "v has to be a whole number from 1 to 999")
    return {key: item for key, item in value.items() if key != "t"}


def _without_time(document: JsonObject | None) -> JsonObject | None:
    return document and {key: item for key, item in document.items() if key != "t"}


def _refused(field: str, rule: str, why: str) -> Refusal:
    return Refusal(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        f"invalid format: {field[:64] or 'body'}: {why}",
        errors=[ValidationError(field=field[:64], rule=rule, value="")],
    )
