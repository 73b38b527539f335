# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Answers GraphQL: the query is parsed, validated, priced and executed as GitHub does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from tests.forges.github.cost import MOST_NODES, Cost, cost_of, refused_paging
from tests.forges.github.nodes import Query, QueryTimeoutError, resolve_root

SCHEMA_FILE = Path(__file__).with_name("schema.graphql")

TIMEOUT = (
    "Something went wrong while executing your query. This may be the result of a timeout, or it"
    " could be a GitHub bug. Please include `4A9B:716A:296B9` when reporting this issue."
)


@cache
def schema() -> GraphQLSchema:
    """Build the subset of GitHub's schema, once."""
    return build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Refused:
    """A query that is not executed; it costs nothing."""

    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A query that will be executed."""

    document: DocumentNode
    variables: Mapping[str, Any]
    cost: Cost


def accept(body: object) -> Accepted | Refused:
    """Parse, validate and price a query."""
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return Refused({"errors": [{"message": "A query attribute must be specified"}]})
    variables = body.get("variables") or {}
    document = _good(body["query"])
    if isinstance(document, Refused):
        return document
    if paging := refused_paging(document, variables):
        shown = {"type": paging.type, "path": list(paging.path), "message": paging.message}
        return Refused({"data": None, "errors": [shown]})
    cost = cost_of(document, variables)
    if cost.nodes > MOST_NODES:
        message = (
            f"This query requests up to {cost.nodes:,} possible nodes which exceeds the maximum"
            f" limit of {MOST_NODES:,}."
        )
        return Refused(
            {"data": None, "errors": [{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": message}]}
        )
    return Accepted(document, variables, cost)


@lru_cache(maxsize=256)
def _good(text: str) -> DocumentNode | Refused:
    """Parse and validate a document; clients send the same ones again and again."""
    try:
        document = parse(text)
    except GraphQLError as error:
        return Refused({"errors": [_shown(error)]})
    if errors := validate(schema(), document):
        return Refused({"errors": [_shown(error) for error in errors]})
    return document


def execute(accepted: Accepted, query: Query) -> dict[str, Any]:
    """Execute a query.

    Raises:
        QueryTimeoutError: it took too long, so that nothing of it is answered.
    """
    query.index()
    result = execute_sync(
        schema(),
        accepted.document,
        root_value=resolve_root(query),
        variable_values=dict(accepted.variables),
    )
    if not isinstance(result, ExecutionResult):
        raise TypeError("the stand-in answers at once, not by and by")
    if any(isinstance(e.original_error, QueryTimeoutError) for e in result.errors or ()):
        raise QueryTimeoutError
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [_shown(error) for error in result.errors]
    return answer


def _shown(error: GraphQLError) -> dict[str, Any]:
    """Write an error as GitHub does: its type beside the message, not in ``extensions``."""
    original = error.original_error
    if original is not None and not isinstance(original, GraphQLError):
        raise original  # a defect of the stand-in, which must not pass for an answer
    extensions = dict(error.extensions or {})
    shown: dict[str, Any] = {}
    if kind := extensions.pop("type", None):
        shown["type"] = kind
    if error.path:
        shown["path"] = list(error.path)
    if extensions:
        shown["extensions"] = extensions
    shown["locations"] = [
        {"line": place.line, "column": place.column} for place in error.locations or ()
    ]
    shown["message"] = error.message
    return shown
