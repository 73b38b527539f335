# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Says what is wrong with a query in the words that GitLab's server uses."""

from collections.abc import Sequence
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FieldsOnCorrectTypeRule,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    KnownArgumentNamesRule,
    OperationDefinitionNode,
    ValidationRule,
    assert_object_type,
    specified_rules,
    validate,
)

MOST_ERRORS = 100


def problems(schema: GraphQLSchema, document: DocumentNode) -> list[dict[str, Any]]:
    """Validate a query against the schema; an empty list says that it is good."""
    replaced = {FieldsOnCorrectTypeRule: _KnownFields, KnownArgumentNamesRule: _KnownArguments}
    rules = [replaced.get(rule, rule) for rule in specified_rules]
    return [_shown(error) for error in validate(schema, document, rules, max_errors=MOST_ERRORS)]


def _shown(error: GraphQLError) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "message": error.message,
        "locations": [{"line": p.line, "column": p.column} for p in error.locations or ()],
    }
    if error.extensions:
        shown["path"] = error.extensions["path"]
        shown["extensions"] = {k: v for k, v in error.extensions.items() if k != "path"}
    return shown


class _KnownFields(ValidationRule):
    """Field 'x' doesn't exist on type 'T'."""

    def enter_field(self, node: FieldNode, *rest: Any) -> None:
        parent = self.context.get_parent_type()
        if parent is None or self.context.get_field_def() is not None:
            return
        name = node.name.value
        extensions = {
            "code": "undefinedField",
            "typeName": parent.name,
            "fieldName": name,
            "path": [*_way(rest[-1]), name],
        }
        message = f"Field '{name}' doesn't exist on type '{parent.name}'"
        self.report_error(GraphQLError(message, node, extensions=extensions))


class _KnownArguments(ValidationRule):
    """Field 'x' doesn't accept argument 'y'."""

    def enter_field(self, node: FieldNode, *rest: Any) -> None:
        definition = self.context.get_field_def()
        if definition is None:
            return
        name = node.name.value
        for argument in node.arguments or ():
            known = argument.name.value
            if known in definition.args:
                continue
            extensions = {
                "code": "argumentNotAccepted",
                "name": name,
                "typeName": "Field",
                "argumentName": known,
                "path": [*_way(rest[-1]), name, known],
            }
            message = f"Field '{name}' doesn't accept argument '{known}'"
            self.report_error(GraphQLError(message, argument, extensions=extensions))


def _way(ancestors: Sequence[Any]) -> list[str]:
    """Name the operation or fragment and the fields that lead to a node."""
    way = []
    for node in ancestors:
        if isinstance(node, OperationDefinitionNode):
            name = f" {node.name.value}" if node.name else ""
            way.append(f"{node.operation.value}{name}")
        elif isinstance(node, FragmentDefinitionNode):
            way.append(f"fragment {node.name.value}")
        elif isinstance(node, FieldNode):
            way.append(node.alias.value if node.alias else node.name.value)
    return way


def take_away(schema: GraphQLSchema, names: Sequence[str]) -> None:
    """Make an older GitLab: remove fields (``Type.field``) and arguments (``Type.field.arg``)."""
    for name in names:
        kind, field, *argument = name.split(".")
        fields = assert_object_type(schema.type_map[kind]).fields
        if argument:
            del fields[field].args[argument[0]]
        else:
            del fields[field]
