# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The subset that the stand-in answers with is part of GitHub's real schema."""

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_required_argument,
    is_required_input_field,
    is_specified_scalar_type,
)

from tests.forges.github.graphql import SCHEMA_FILE, schema
from tests.forges.github.real import octokit_schema, reference_schema
from tests.reference import needs_reference

WITH_FIELDS = (GraphQLObjectType, GraphQLInterfaceType)


def differences(subset: GraphQLSchema, real: GraphQLSchema) -> Iterator[str]:
    for name, ours in subset.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(ours):
            continue
        theirs = real.type_map.get(name)
        if theirs is None or type(theirs) is not type(ours):
            yield f"{name}: no such {type(ours).__name__}"
        elif isinstance(ours, WITH_FIELDS) and isinstance(theirs, WITH_FIELDS):
            yield from _fields(ours, theirs)
        elif isinstance(ours, GraphQLEnumType) and isinstance(theirs, GraphQLEnumType):
            yield from (f"{name}: no value {v}" for v in ours.values.keys() - theirs.values.keys())
        elif isinstance(ours, GraphQLInputObjectType) and isinstance(
            theirs, GraphQLInputObjectType
        ):
            yield from _inputs(ours, theirs)


def _inputs(ours: GraphQLInputObjectType, theirs: GraphQLInputObjectType) -> Iterator[str]:
    for key, field in ours.fields.items():
        if key not in theirs.fields:
            yield f"{ours.name}.{key}: no such field"
        elif str(theirs.fields[key].type) != str(field.type):
            yield f"{ours.name}.{key}: {theirs.fields[key].type}"
    for key, field in theirs.fields.items():
        if is_required_input_field(field) and key not in ours.fields:
            yield f"{ours.name}.{key} is required"


def _fields(
    ours: GraphQLObjectType | GraphQLInterfaceType,
    theirs: GraphQLObjectType | GraphQLInterfaceType,
) -> Iterator[str]:
    lacking = {i.name for i in ours.interfaces} - {i.name for i in theirs.interfaces}
    yield from (f"{ours.name} does not implement {name}" for name in lacking)
    for key, field in ours.fields.items():
        real = theirs.fields.get(key)
        if real is None:
            yield f"{ours.name}.{key}: no such field"
            continue
        if str(real.type) != str(field.type):
            yield f"{ours.name}.{key}: {real.type}, not {field.type}"
        for name, argument in field.args.items():
            if name not in real.args:
                yield f"{ours.name}.{key}({name}): no such argument"
            elif str(real.args[name].type) != str(argument.type):
                yield f"{ours.name}.{key}({name}): {real.args[name].type}"
        for name, argument in real.args.items():
            if is_required_argument(argument) and name not in field.args:
                yield f"{ours.name}.{key}({name}) is required"


@needs_reference
def test_is_part_of_the_real_schema() -> None:
    assert list(differences(schema(), reference_schema())) == []


@pytest.mark.integration
def test_is_part_of_the_schema_that_octokit_publishes() -> None:
    assert list(differences(schema(), octokit_schema())) == []


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (("isArchived: Boolean!", "isArchived: Boolean"), "Repository.isArchived"),
        (("stargazerCount: Int!", "stargazers: Int!"), "Repository.stargazers"),
        (("nodes(ids: [ID!]!)", "nodes(ids: [ID!]!, x: Int)"), "Query.nodes(x)"),
        (("repositoryOwner(login: String!)", "repositoryOwner"), "Query.repositoryOwner(login)"),
        (("  SIZE", "  WEIGHT"), "LanguageOrderField: no value WEIGHT"),
        (("scalar URI", "scalar URI\nscalar Url"), "Url: no such"),
        (("  field: RepositoryOrderField!", "  field: Int"), "RepositoryOrder.field"),
        (("  field: RepositoryOrderField!", "  x: Int"), "RepositoryOrder.field is required"),
        (("type License implements Node", "type License implements Node & Owned"), "License does"),
    ],
)
def test_differences_are_found(change: tuple[str, str], difference: str) -> None:
    text = SCHEMA_FILE.read_text(encoding="utf-8")
    assert change[0] in text
    owned = "\n\ninterface Owned { id: ID! }\n" if "Owned" in change[1] else ""
    changed = build_schema(text.replace(*change) + owned)
    assert [line for line in differences(changed, schema()) if line.startswith(difference)]


def test_a_part_may_lack_what_the_whole_has() -> None:
    text = SCHEMA_FILE.read_text(encoding="utf-8")
    part = build_schema(text.replace("type Topic implements Node", "type Topic"))
    assert list(differences(part, schema())) == []
