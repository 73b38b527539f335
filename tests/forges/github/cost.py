# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a query costs, by GitHub's documented formula.

https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api

Every connection needs one request for each parent, all pages taken as full; a hundred requests are
a point, and no query costs less than one. The nodes that a query may bring are counted likewise.
Only a field with ``first`` or ``last`` counts as a connection, which leaves the answer out that
harvester's queries do not depend on: what a bare ``totalCount`` costs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

MOST_NODES = 500_000
LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a query may need at the most."""

    requests: int
    nodes: int

    @property
    def points(self) -> int:
        """What is charged."""
        return max(1, round(self.requests / 100))


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """A connection that is asked for in a way that GitHub refuses."""

    type: str
    message: str
    path: tuple[str, ...]


def cost_of(document: DocumentNode, variables: Mapping[str, object]) -> Cost:
    """Compute what the document's only operation costs with these variables."""
    requests = nodes = 0
    for _, parents, size, _ in _connections(document, variables):
        requests += parents
        nodes += parents * (size or 0)
    return Cost(requests=requests, nodes=nodes)


def refused_paging(document: DocumentNode, variables: Mapping[str, object]) -> Paging | None:
    """Find the first connection without bounds, or with bounds that are too wide."""
    for path, _, size, field in _connections(document, variables):
        name = field.name.value
        if size is None or size > LARGEST_PAGE or size < 1:
            return Paging(
                type="EXCESSIVE_PAGINATION",
                message=(
                    f"Requesting {size} records on the `{name}` connection exceeds the `first`"
                    f" limit of {LARGEST_PAGE} records."
                ),
                path=path,
            )
    for path, field in _fields(document):
        selected = {
            s.name.value
            for s in (field.selection_set.selections if field.selection_set else ())
            if isinstance(s, FieldNode)
        }
        bounds = {a.name.value for a in field.arguments or ()} & {"first", "last", "ids"}
        if "pageInfo" in selected and not bounds:
            return Paging(
                type="MISSING_PAGINATION_BOUNDARIES",
                message=(
                    "You must provide a `first` or `last` value to properly paginate the"
                    f" `{field.name.value}` connection."
                ),
                path=path,
            )
    return None


def _connections(
    document: DocumentNode, variables: Mapping[str, object]
) -> Iterator[tuple[tuple[str, ...], int, int | None, FieldNode]]:
    """Give each connection's path, how many parents it has, its page size and its field."""
    operation = _operation(document)
    known = _defaults(operation) | dict(variables)
    fragments = _fragments(document)
    seen: set[tuple[str, ...]] = set()

    def walk(
        selections: SelectionSetNode, path: tuple[str, ...], parents: int
    ) -> Iterator[tuple[tuple[str, ...], int, int | None, FieldNode]]:
        for field in _flat(selections, fragments):
            here = (*path, field.alias.value if field.alias else field.name.value)
            arguments = {a.name.value: _value(a.value, known) for a in field.arguments or ()}
            below = parents
            if isinstance(ids := arguments.get("ids"), Sequence):
                below = parents * len(ids)
            elif "first" in arguments or "last" in arguments:
                asked = arguments.get("first", arguments.get("last"))
                size = asked if isinstance(asked, int) else None
                if here not in seen:
                    seen.add(here)
                    yield here, parents, size, field
                below = parents * (size or 0)
            if field.selection_set:
                yield from walk(field.selection_set, here, below)

    yield from walk(operation.selection_set, (), 1)


def _fields(document: DocumentNode) -> Iterator[tuple[tuple[str, ...], FieldNode]]:
    fragments = _fragments(document)

    def walk(
        selections: SelectionSetNode, path: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], FieldNode]]:
        for field in _flat(selections, fragments):
            here = (*path, field.alias.value if field.alias else field.name.value)
            yield here, field
            if field.selection_set:
                yield from walk(field.selection_set, here)

    yield from walk(_operation(document).selection_set, ())


def _flat(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[FieldNode]:
    for selection in selections.selections:
        match selection:
            case FieldNode():
                yield selection
            case InlineFragmentNode():
                yield from _flat(selection.selection_set, fragments)
            case FragmentSpreadNode():
                yield from _flat(fragments[selection.name.value].selection_set, fragments)


def _operation(document: DocumentNode) -> OperationDefinitionNode:
    return next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}


def _defaults(operation: OperationDefinitionNode) -> dict[str, object]:
    return {
        v.variable.name.value: _value(v.default_value, {})
        for v in operation.variable_definitions or ()
        if v.default_value is not None
    }


def _value(node: ValueNode, variables: Mapping[str, object]) -> object:
    match node:
        case IntValueNode():
            return int(node.value)
        case VariableNode():
            return variables.get(node.name.value)
        case ListValueNode():
            return [_value(item, variables) for item in node.values]
        case _:
            return None
