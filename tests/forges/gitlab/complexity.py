# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a query costs on GitLab.

The rules are those of GitLab's documentation and of its base field and base resolver: a field costs
1, 1 more if it asks Gitaly, and what is selected below it; arguments add to that; a connection is
dearer by a hundredth per item of the page. What is selected below a connection is not multiplied.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)
from graphql.execution.values import (
    VariableValues,
    get_argument_values,
    get_directive_values,
)

_ASKS_GITALY = frozenset(
    {
        "Project.forksCount",
        "Project.languages",
        "Repository.rootRef",
        "Repository.empty",
        "Repository.exists",
        "Repository.tree",
        "Repository.blobs",
    }
)
_CONSTANTS = {"Tree.lastCommit": 10}
_SURCHARGES = {"Group.projects": 10, "Namespace.projects": 10}
_LARGEST_PAGE = 100
_DEAR_MANY = 310
_DEAR_ONE = 25


class Meter:
    """Scores one operation.

    Args:
        dear_blobs: score as the releases of autumn 2025 (18.4.2 and its like) did, in which a
            second path made a query unaffordable.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: VariableValues,
        *,
        dear_blobs: bool = False,
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._dear_blobs = dear_blobs

    def score(self, operation: OperationDefinitionNode) -> int:
        """Give the complexity of an operation."""
        query = self._schema.query_type
        if query is None:
            raise ValueError("a schema without queries")
        return self._below(query, operation.selection_set)

    def _below(self, parent: GraphQLObjectType, selections: SelectionSetNode | None) -> int:
        return sum(self._field(parent, node) for node in self._fields(selections))

    def _fields(self, selections: SelectionSetNode | None) -> Iterator[FieldNode]:
        for node in selections.selections if selections else ():
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, FragmentSpreadNode):
                yield from self._fields(self._fragments[node.name.value].selection_set)
            elif isinstance(node, InlineFragmentNode):
                yield from self._fields(node.selection_set)

    def _included(self, node: Any) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        return not (skip and skip["if"]) and (include is None or bool(include["if"]))

    def _field(self, parent: GraphQLObjectType, node: FieldNode) -> int:
        name = f"{parent.name}.{node.name.value}"
        definition = parent.fields.get(node.name.value)
        if definition is None:  # __typename
            return 1
        kind = get_named_type(definition.type)
        below = self._below(kind, node.selection_set) if isinstance(kind, GraphQLObjectType) else 0
        arguments = get_argument_values(definition, node, self._variables)
        cost = below + _CONSTANTS.get(name, 1) + (name in _ASKS_GITALY)
        cost += _SURCHARGES.get(name, 0) + (1 if arguments.get("sort") else 0)
        paths = len(arguments.get("paths") or ())
        cost += paths
        if name == "Repository.blobs" and self._dear_blobs:
            cost += _DEAR_MANY if paths > 1 else _DEAR_ONE
        if kind.name.endswith("Connection"):
            size = arguments.get("first") or arguments.get("last") or _LARGEST_PAGE
            return int(cost * (1 + 0.01 * min(size, _LARGEST_PAGE)) + 1e-9)
        return int(cost)
