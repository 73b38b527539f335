# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""GitLab's GraphQL endpoint: limits first, then validation, complexity and execution."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    parse,
)
from graphql.execution.values import VariableValues, get_variable_values

from tests.forges.gitlab.complexity import Meter
from tests.forges.gitlab.paging import ID_DESC, ORDERS
from tests.forges.gitlab.shapes import Shapes
from tests.forges.gitlab.validation import problems, take_away
from tests.forges.world import OwnerKind, Repository, sees_owner, visible

Info = GraphQLResolveInfo[Any]
MOST_CHARACTERS = 10_000
MOST_IDS = 1000
MOST_FULL_PATHS = 50
_SDL = Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8")


class RefusedError(Exception):
    """The query is not run; its argument is the body of the answer."""


class Endpoint:
    """Runs queries.

    Args:
        lacks: fields (``Type.field``) and arguments (``Type.field.argument``) of which this GitLab
            is too old to know.
        dear_blobs: as :class:`.complexity.Meter` says.
    """

    def __init__(self, *, lacks: Sequence[str] = (), dear_blobs: bool = False) -> None:
        self.schema: GraphQLSchema = build_schema(_SDL)
        self._dear_blobs = dear_blobs
        self._known: dict[str, tuple[DocumentNode, OperationDefinitionNode]] = {}
        """Documents that were found good; clients send the same ones again and again."""
        take_away(self.schema, lacks)
        query = self.schema.query_type
        if query is None:
            raise ValueError("the stand-in's schema has no queries")
        for name, resolver in _RESOLVERS.items():
            if name in query.fields:
                query.fields[name].resolve = resolver

    def run(self, body: Any, shapes: Shapes, limit: int) -> tuple[dict[str, Any], int]:
        """Answer a request's JSON; gives the answer and the complexity that was scored."""
        try:
            document, operation, variables = self._checked(body)
            fragments = {
                node.name.value: node
                for node in document.definitions
                if isinstance(node, FragmentDefinitionNode)
            }
        except RefusedError as refused:
            return refused.args[0], 0
        meter = Meter(self.schema, fragments, variables, dear_blobs=self._dear_blobs)
        score = meter.score(operation)
        if score > limit:
            message = f"Query has complexity of {score}, which exceeds max complexity of {limit}"
            return {"errors": [{"message": message}]}, score
        context = {"shapes": shapes, "score": score, "limit": limit}
        result = execute_sync(
            self.schema,
            document,
            context_value=context,
            variable_values=body.get("variables"),
            operation_name=body.get("operationName"),
        )
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [dict(error.formatted) for error in result.errors]
        return answer, score

    def _checked(self, body: Any) -> tuple[DocumentNode, OperationDefinitionNode, VariableValues]:
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            raise RefusedError({"errors": [{"message": "Unexpected end of document"}]})
        if len(body["query"]) > MOST_CHARACTERS:
            raise RefusedError({"errors": [{"message": "Query too large"}]})
        document, operation = self._good(body["query"])
        values = get_variable_values(
            self.schema, operation.variable_definitions or (), body.get("variables") or {}
        )
        if isinstance(values, list):
            raise RefusedError({"errors": [dict(error.formatted) for error in values]})
        return document, operation, values

    def _good(self, text: str) -> tuple[DocumentNode, OperationDefinitionNode]:
        if text not in self._known:
            try:
                document = parse(text)
            except GraphQLError as error:
                raise RefusedError({"errors": [dict(error.formatted)]}) from error
            found = problems(self.schema, document)
            if found:
                raise RefusedError({"errors": found})
            nodes = document.definitions
            operation = next(node for node in nodes if isinstance(node, OperationDefinitionNode))
            self._known[text] = (document, operation)
        return self._known[text]


def _complexity(_: Any, info: Info) -> dict[str, int]:
    return {"limit": info.context["limit"], "score": info.context["score"]}


def _metadata(_: Any, info: Info) -> dict[str, Any] | None:
    if _shapes(info).viewer.name == "anonymous":
        return None
    return {"version": "18.6.1", "revision": "0123456789a", "enterprise": True}


def _group(_: Any, info: Info, fullPath: str) -> dict[str, Any] | None:  # noqa: N803
    return _owner(info, fullPath)


def _namespace(_: Any, info: Info, fullPath: str) -> dict[str, Any] | None:  # noqa: N803
    """Show a group, but of a user nothing: GitLab tells it to that user alone."""
    return _owner(info, fullPath)


def _owner(info: Info, path: str) -> dict[str, Any] | None:
    shapes = _shapes(info)
    owner = shapes.world.owner(path)
    if owner is None or not sees_owner(shapes.viewer, owner):
        return None
    if owner.kind is not OwnerKind.GROUP:
        return None
    return shapes.group(owner)


def _project(_: Any, info: Info, fullPath: str) -> dict[str, Any] | None:  # noqa: N803
    shapes = _shapes(info)
    repository = shapes.world.find(fullPath)
    if repository is None or not visible(shapes.viewer, repository):
        return None
    return shapes.project(repository)


def _projects(_: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    shapes = _shapes(info)
    found = [r for r in shapes.world.repositories if visible(shapes.viewer, r)]
    for keep in (_by_ids, _by_paths, _by_facts):
        found = keep(found, arguments)
    sort = arguments.get("sort")
    if sort is not None and sort not in ORDERS:
        raise GraphQLError(f"this stand-in does not sort by {sort!r}")
    return shapes.connection(found, ORDERS[sort] if sort else ID_DESC, arguments)


def _by_ids(found: list[Repository], arguments: dict[str, Any]) -> list[Repository]:
    ids = arguments.get("ids")
    if ids is None:
        return found
    if len(ids) > MOST_IDS:
        raise GraphQLError(
            f"Resolvers::ProjectsResolver#ids cannot accept more than {MOST_IDS} items"
        )
    for given in ids:
        if not given.startswith("gid://gitlab/Project/"):
            raise GraphQLError(f'"{given}" does not represent an instance of Project')
    wanted = {int(given.rsplit("/", 1)[-1]) for given in ids}
    return [r for r in found if r.id in wanted]


def _by_paths(found: list[Repository], arguments: dict[str, Any]) -> list[Repository]:
    paths = arguments.get("fullPaths")
    if paths is None:
        return found
    if len(paths) > MOST_FULL_PATHS:
        raise GraphQLError(f"You cannot provide more than {MOST_FULL_PATHS} full_paths")
    wanted = {path.casefold() for path in paths}
    return [r for r in found if r.path.casefold() in wanted]


def _by_facts(found: list[Repository], arguments: dict[str, Any]) -> list[Repository]:
    level, archived = arguments.get("visibilityLevel"), arguments.get("archived")
    if level is not None:
        found = [r for r in found if r.visibility.value == level]
    if archived in ("ONLY", "EXCLUDE"):
        found = [r for r in found if r.archived is (archived == "ONLY")]
    return found


def _shapes(info: Info) -> Shapes:
    shapes: Shapes = info.context["shapes"]
    return shapes


_RESOLVERS = {
    "queryComplexity": _complexity,
    "metadata": _metadata,
    "group": _group,
    "namespace": _namespace,
    "project": _project,
    "projects": _projects,
}
