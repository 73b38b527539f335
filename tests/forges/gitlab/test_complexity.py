# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The stand-in scores as GitLab does: numbers that were published for real queries."""

import pytest

from tests.forges.gitlab.graphql import Endpoint
from tests.forges.gitlab.shapes import Shapes, text_of
from tests.forges.world import ANONYMOUS, World

BLOBS = """query($paths: [String!]!) { queryComplexity { limit score }
  project(fullPath: "a/b") { repository {
    blobs(paths: $paths) { nodes { oid rawTextBlob } } } } }"""

FIELDS = """id name nameWithNamespace path fullPath description webUrl visibility archived
  createdAt lastActivityAt topics starCount forksCount isForked namespace { fullPath }
  languages { name share } repository { rootRef
    blobs(paths: ["publiccode.yml", "publiccode.yaml"], first: 2) { nodes { path oid } } }"""


def score(query: str, limit: int = 1000, *, dear_blobs: bool = False, **variables: object) -> int:
    shapes = Shapes(World(), ANONYMOUS, "http://x", text=text_of, sent=lambda _: None)
    endpoint = Endpoint(dear_blobs=dear_blobs)
    answer, scored = endpoint.run({"query": query, "variables": variables}, shapes, limit)
    assert "errors" not in answer or "complexity" in answer["errors"][0]["message"], answer
    return scored


@pytest.mark.parametrize(("number", "expected"), [(13, 41), (50, 115)])
def test_blobs_by_number_of_paths(number: int, expected: int) -> None:
    assert score(BLOBS, paths=["x"] * number) == expected


def test_a_group_is_dearer_than_an_instance() -> None:
    files = 'repository { rootRef blobs(paths: ["a", "b"], first: 2) { nodes { path oid } } }'
    nodes = f"nodes {{ id fullPath archived lastActivityAt {files} }}"
    listed = f"{{ pageInfo {{ hasNextPage endCursor }} {nodes} }}"
    group = f'group(fullPath: "a") {{ projects(includeSubgroups: true, first: 100) {listed} }}'
    assert score(f"{{ queryComplexity {{ limit score }} {group} }}") == 62
    assert score(f"{{ projects(first: 100) {listed} }}") == 38


def test_a_smaller_page_is_cheaper() -> None:
    scores = {
        size: score(f"{{ projects(first: {size}) {{ nodes {{ {FIELDS} }} }} }}")
        for size in (1, 50, 100, 500)
    }
    assert scores[1] < scores[50] < scores[100] == scores[500] <= 2 * scores[1]


def test_what_is_not_included_costs_nothing() -> None:
    query = "query($w: Boolean!) { projects(first: 1) { nodes { id name @include(if: $w) } } }"
    assert score(query, w=True) == score(query, w=False) + 1
    skipping = query.replace("@include", "@skip")
    assert score(skipping, w=True) == score(query, w=False)


def test_fragments_count_as_what_they_hold() -> None:
    plain = "{ projects(first: 100) { nodes { id name } } }"
    named = "{ projects(first: 100) { nodes { ...F } } } fragment F on Project { id name }"
    inline = "{ projects(first: 100) { nodes { ... on Project { id name } } } }"
    assert score(plain) == score(named) == score(inline)


def test_the_releases_that_made_a_second_path_unaffordable() -> None:
    assert score(BLOBS, dear_blobs=True, paths=["a"]) < 200
    assert score(BLOBS, dear_blobs=True, paths=["a", "b"]) > 250


def test_the_error_is_in_gitlabs_words() -> None:
    shapes = Shapes(World(), ANONYMOUS, "http://x", text=text_of, sent=lambda _: None)
    answer, _ = Endpoint().run({"query": BLOBS, "variables": {"paths": ["x"] * 50}}, shapes, 100)
    message = "Query has complexity of 115, which exceeds max complexity of 100"
    assert answer == {"errors": [{"message": message}]}
