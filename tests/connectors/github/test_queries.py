# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Every query, as it is sent, is one that GitHub's schema allows and that costs what is said."""

from collections.abc import Iterator
from importlib import resources

import pytest
from graphql import GraphQLSchema, parse, validate

from connectors.github.aliases import QUERIES, document, numbered, repeated
from connectors.transport import Document
from tests.forges.github.cost import cost_of
from tests.forges.github.graphql import schema
from tests.forges.github.real import octokit_schema, reference_schema
from tests.reference import needs_reference

FRAGMENTS = {"seen.graphql"}
NEED_SEEN = {"listed.graphql", "named.graphql", "details.graphql"}
REPEATED = ("totals.graphql", "news.graphql", "listed.graphql", "named.graphql")


def files() -> set[str]:
    return {f.name for f in resources.files(QUERIES).iterdir() if f.name.endswith(".graphql")}


def documents() -> Iterator[Document]:
    """Each file as it stands, and each that is repeated as it is sent."""
    for name in sorted(files() - FRAGMENTS):
        seen = ("seen.graphql",) if name in NEED_SEEN else ()
        yield document(name, *seen)
        if name in REPEATED:
            yield from (repeated(times, name, *seen) for times in (1, 2, 50))


def refusals(real: GraphQLSchema) -> list[str]:
    return [
        f"{found.name}: {error.message}"
        for found in documents()
        for error in validate(real, parse(found.without(frozenset())))
    ]


def test_are_valid_for_the_stand_in() -> None:
    assert refusals(schema()) == []


@needs_reference
def test_are_valid_for_the_real_schema() -> None:
    assert refusals(reference_schema()) == []


@pytest.mark.integration
def test_are_valid_for_the_schema_that_octokit_publishes() -> None:
    assert refusals(octokit_schema()) == []


def test_an_old_server_may_not_know_the_visibility() -> None:
    listed = repeated(3, "listed.graphql", "seen.graphql")
    (line,) = [n for n, text in enumerate(listed.lines()) if "# optional" in text]
    assert "visibility" not in listed.without(frozenset({line}))
    # however often the query is repeated, the optional line is where it was
    assert repeated(9, "listed.graphql", "seen.graphql").lines()[line] == listed.lines()[line]


def test_nobody_is_asked_for_stargazers() -> None:
    assert all("stargazers" not in found.text for found in documents())


@pytest.mark.parametrize(
    ("name", "times", "points"),
    [
        ("totals.graphql", 50, 1),
        ("news.graphql", 50, 1),
        ("listed.graphql", 50, 1),
        ("named.graphql", 100, 1),
    ],
)
def test_a_query_costs_a_point(name: str, times: int, points: int) -> None:
    found = repeated(times, name, *(("seen.graphql",) if name in NEED_SEEN else ()))
    variables = numbered([{"first": 2}] * times)
    assert cost_of(parse(found.without(frozenset())), variables).points == points


def test_details_of_twenty_cost_a_point() -> None:
    found = document("details.graphql", "seen.graphql")
    cost = cost_of(parse(found.text), {"ids": ["x"] * 20})
    assert (cost.points, cost.requests, cost.nodes) == (1, 40, 800)


def test_repeats_what_stands_between_the_marks() -> None:
    text = repeated(2, "totals.graphql").without(frozenset())
    assert "$login_0: String!" in text
    assert "owner_1: repositoryOwner(login: $login_1) {" in text
    assert "$login:" not in text
    assert numbered([{"a": 1}, {"a": 2}]) == {"a_0": 1, "a_1": 2}
