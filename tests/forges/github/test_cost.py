# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The cost formula gives the figures of GitHub's own examples."""

import pytest
from graphql import parse

from tests.forges.github.cost import Cost, cost_of, refused_paging

NODES_EXAMPLE = """
query {
  viewer {
    repositories(first: 50) {
      edges { repository: node {
        pullRequests(first: 20) { edges { pullRequest: node {
          comments(first: 10) { edges { comment: node { bodyHTML } } }
        } } }
        issues(first: 20) { totalCount edges { issue: node {
          comments(first: 10) { edges { comment: node { bodyHTML } } }
        } } }
      } }
    }
    followers(first: 10) { edges { follower: node { login } } }
  }
}
"""
POINTS_EXAMPLE = """
query {
  viewer {
    login
    repositories(first: 100) {
      edges { node { id issues(first: 50) {
        edges { node { id labels(first: 60) { edges { node { id name } } } } }
      } } }
    }
  }
}
"""


def test_nodes_of_the_documented_example() -> None:
    assert cost_of(parse(NODES_EXAMPLE), {}).nodes == 22_060


def test_points_of_the_documented_example() -> None:
    cost = cost_of(parse(POINTS_EXAMPLE), {})
    assert (cost.requests, cost.points) == (5_101, 51)


def test_variables_and_their_defaults_count() -> None:
    query = parse("query($n: Int = 30, $m: Int) { a: x(first: $n) { y } b: x(last: $m) { y } }")
    assert cost_of(query, {"m": 5}) == Cost(requests=2, nodes=35)
    assert cost_of(query, {"m": 5, "n": 1}) == Cost(requests=2, nodes=6)


def test_nodes_by_id_multiply_what_is_below() -> None:
    query = parse(
        "query($ids: [ID!]!) { nodes(ids: $ids) { ...F } } fragment F on R { t(first: 9) { x } }"
    )
    assert cost_of(query, {"ids": ["a", "b"]}) == Cost(requests=2, nodes=18)


def test_a_connection_named_twice_counts_once() -> None:
    query = parse("{ r { t(first: 9) { x } ... on R { t(first: 9) { y } } } }")
    assert cost_of(query, {}).requests == 1


def test_no_query_is_free() -> None:
    assert cost_of(parse("{ rateLimit { limit } }"), {}).points == 1


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ("{ x(first: 101) { y } }", "EXCESSIVE_PAGINATION"),
        ("{ x(first: 0) { y } }", "EXCESSIVE_PAGINATION"),
        ("{ x { pageInfo { endCursor } } }", "MISSING_PAGINATION_BOUNDARIES"),
        ("{ x(first: 100) { pageInfo { endCursor } } y { totalCount } }", None),
    ],
)
def test_pages_need_bounds(query: str, refusal: str | None) -> None:
    refused = refused_paging(parse(query), {})
    assert (refused.type if refused else None) == refusal
