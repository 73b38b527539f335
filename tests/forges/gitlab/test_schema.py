# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a real GitLab refuses is refused here: subset and queries are held against its schema."""

from importlib import resources
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    parse,
    print_ast,
    validate,
)

from tests.forges.gitlab.graphql import MOST_CHARACTERS, Endpoint
from tests.reference import REFERENCE, needs_reference

QUERIES = resources.files("connectors.gitlab.queries")
NAMES = sorted(
    entry.name
    for entry in QUERIES.iterdir()
    if entry.name.endswith(".graphql") and entry.name != "project.graphql"
)


def text_of(name: str) -> str:
    texts = [QUERIES.joinpath(name).read_text(encoding="utf-8")]
    if "...Project" in texts[0]:
        texts.append(QUERIES.joinpath("project.graphql").read_text(encoding="utf-8"))
    return "\n".join(texts)


@pytest.fixture(scope="module")
def real() -> GraphQLSchema:
    sdl = Path(REFERENCE / "schemas" / "gitlab.graphql").read_text(encoding="utf-8")
    return build_schema(sdl, assume_valid=True)


@pytest.mark.parametrize("name", NAMES)
def test_queries_are_good_for_the_stand_in(name: str) -> None:
    assert validate(Endpoint().schema, parse(text_of(name))) == []


@pytest.mark.parametrize("name", NAMES)
def test_queries_are_short_enough(name: str) -> None:
    assert len(text_of(name)) < MOST_CHARACTERS / 2


@needs_reference
@pytest.mark.parametrize("name", NAMES)
def test_queries_are_good_for_a_real_gitlab(real: GraphQLSchema, name: str) -> None:
    assert validate(real, parse(text_of(name))) == []


@needs_reference
def test_the_stand_ins_schema_is_a_part_of_the_real_one(real: GraphQLSchema) -> None:
    for name, kind in Endpoint().schema.type_map.items():
        if name.startswith("__") or name not in real.type_map:
            assert name.startswith("__") or name in ("String", "Int", "ID", "Boolean", "Float")
            continue
        other = real.type_map[name]
        assert type(other) is type(kind), name
        if isinstance(kind, GraphQLEnumType) and isinstance(other, GraphQLEnumType):
            assert set(kind.values) <= set(other.values), name
        if not isinstance(kind, GraphQLObjectType) or not isinstance(other, GraphQLObjectType):
            continue
        for field_name, field in kind.fields.items():
            there = other.fields[field_name]
            assert str(field.type) == str(there.type), f"{name}.{field_name}"
            for argument_name, argument in field.args.items():
                told = there.args[argument_name]
                where = f"{name}.{field_name}.{argument_name}"
                assert str(argument.type) == str(told.type), where
                assert _default(argument) == _default(told), where


def _default(argument: object) -> str | None:
    node = getattr(argument, "ast_node", None)
    value = getattr(node, "default_value", None)
    return None if value is None else print_ast(value)
