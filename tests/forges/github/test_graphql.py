# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The stand-in's GraphQL: limits, errors and oddities as GitHub documents them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.forges.clock import START
from tests.forges.github import GitHubForge
from tests.forges.github.forge import secondary_limit, timeout_in_200
from tests.forges.github.ids import node_id
from tests.forges.world import Visibility, World, blob_id, insider

TOKEN = "good"
FILE = "publiccodeYmlVersion: '0.4'\n"
PAGE = """
query($login: String!, $first: Int!, $after: String, $order: RepositoryOrder) {
  rateLimit { cost limit remaining used resetAt nodeCount }
  repositoryOwner(login: $login) {
    __typename
    repositories(first: $first, after: $after, privacy: PUBLIC, orderBy: $order) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { databaseId nameWithOwner }
    }
  }
}
"""
FILES = """
query($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
    nameWithOwner isEmpty isDisabled
    defaultBranchRef { name target { oid } }
    object(expression: "HEAD:publiccode.yml") {
      __typename oid ... on Blob { byteSize isBinary isTruncated text }
    }
  }
}
"""


@pytest.fixture
def forge() -> Iterator[GitHubForge]:
    world = World()
    world.organization("stadt", "Stadt Musterhausen")
    world.user("erika")
    with GitHubForge(world, public_url="https://github.com") as running:
        running.tokens["good"] = insider()
        yield running


def ask(forge: GitHubForge, query: str, token: str | None = TOKEN, **variables: Any) -> Any:
    return httpx.post(
        f"{forge.url}/graphql",
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {token}"} if token else {},
    )


def fill(forge: GitHubForge, owner: str, number: int) -> None:
    for n in range(number):
        forge.world.create(f"{owner}/r{n}", {"a": b""}, at=START + timedelta(minutes=n))


def test_pages_of_an_owner_and_the_budget(forge: GitHubForge) -> None:
    fill(forge, "stadt", 5)
    first = ask(forge, PAGE, login="Stadt", first=3)
    data = first.json()["data"]
    listed = data["repositoryOwner"]["repositories"]
    assert data["repositoryOwner"]["__typename"] == "Organization"
    assert listed["totalCount"] == 5
    assert [n["nameWithOwner"] for n in listed["nodes"]] == ["stadt/r0", "stadt/r1", "stadt/r2"]
    assert data["rateLimit"] == {
        "cost": 1, "limit": 5000, "remaining": 4999, "used": 1,
        "resetAt": "2026-03-02T09:00:00Z", "nodeCount": 3,
    }  # fmt: skip
    assert first.headers["x-ratelimit-resource"] == "graphql"
    assert first.headers["x-ratelimit-remaining"] == "4999"
    rest = ask(forge, PAGE, login="stadt", first=3, after=listed["pageInfo"]["endCursor"])
    page = rest.json()["data"]["repositoryOwner"]["repositories"]
    assert [n["nameWithOwner"] for n in page["nodes"]] == ["stadt/r3", "stadt/r4"]
    assert page["pageInfo"]["hasNextPage"] is False
    assert forge.points == 2


def test_a_sweep_by_creation_does_not_slip_when_something_is_deleted(forge: GitHubForge) -> None:
    fill(forge, "stadt", 4)
    order = {"field": "CREATED_AT", "direction": "ASC"}
    page = ask(forge, PAGE, login="stadt", first=2, order=order).json()["data"]
    cursor = page["repositoryOwner"]["repositories"]["pageInfo"]["endCursor"]
    gone = forge.world.find("stadt/r0")
    assert gone is not None
    forge.world.delete(gone)
    page = ask(forge, PAGE, login="stadt", first=2, order=order, after=cursor).json()["data"]
    names = [n["nameWithOwner"] for n in page["repositoryOwner"]["repositories"]["nodes"]]
    assert names == ["stadt/r2", "stadt/r3"]


def test_only_public_ones_where_the_query_asks_so(forge: GitHubForge) -> None:
    forge.world.create("stadt/open", {"a": b""})
    forge.world.create("stadt/closed", {"a": b""}, visibility=Visibility.PRIVATE)
    listed = ask(forge, PAGE, login="stadt", first=9).json()["data"]["repositoryOwner"]
    assert listed["repositories"]["totalCount"] == 1
    everything = ask(forge, PAGE.replace(", privacy: PUBLIC", ""), login="stadt", first=9)
    assert everything.json()["data"]["repositoryOwner"]["repositories"]["totalCount"] == 2
    seen = ask(forge, FILES, owner="stadt", name="closed").json()
    assert seen["data"]["repository"]["nameWithOwner"] == "stadt/closed"


def test_unknown_owner_is_null_and_unknown_repository_an_error(forge: GitHubForge) -> None:
    assert ask(forge, PAGE, login="nobody", first=9).json()["data"]["repositoryOwner"] is None
    answer = ask(forge, '{ a7: repository(owner: "stadt", name: "none") { id } }').json()
    assert answer["data"] == {"a7": None}
    assert answer["errors"][0]["type"] == "NOT_FOUND"
    assert answer["errors"][0]["path"] == ["a7"]


def test_renames_are_followed(forge: GitHubForge) -> None:
    old = forge.world.create("stadt/alt", {"a": b""})
    pushed = old.pushed_at
    forge.clock.advance(hours=1)
    forge.world.rename(old, "neu")
    query = '{ repository(owner: "stadt", name: "alt", followRenames: %s) { pushedAt updatedAt } }'
    found = ask(forge, query % "true").json()["data"]["repository"]
    assert found == {"pushedAt": "2026-03-02T08:00:00Z", "updatedAt": "2026-03-02T09:00:00Z"}
    assert old.pushed_at == pushed
    assert ask(forge, query % "false").json()["errors"][0]["type"] == "NOT_FOUND"


def test_nodes_by_id_of_which_one_is_gone(forge: GitHubForge) -> None:
    there = forge.world.create("stadt/da", {"a": b""})
    ids = [node_id("R", there.id), node_id("R", 999), "nonsense"]
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Repository { name } } }"
    answer = ask(forge, query, ids=ids).json()
    assert answer["data"]["nodes"] == [{"__typename": "Repository", "name": "da"}, None, None]
    assert [e["path"] for e in answer["errors"]] == [["nodes", 1], ["nodes", 2]]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (FILE.encode(), {"isBinary": False, "isTruncated": False, "text": FILE}),
        (b"a\0b", {"isBinary": True, "isTruncated": False, "text": None}),
        (b"x" * 600_000, {"isBinary": False, "isTruncated": True, "text": "x" * 512_000}),
        ("Müller".encode("latin-1"), {"isBinary": False, "isTruncated": False, "text": "Müller"}),
    ],
)
def test_blobs(forge: GitHubForge, content: bytes, expected: dict[str, object]) -> None:
    forge.world.create("stadt/r", {"publiccode.yml": content}, branch="trunk")
    found = ask(forge, FILES, owner="stadt", name="r").json()["data"]["repository"]
    assert found["defaultBranchRef"]["name"] == "trunk"
    assert found["object"] == {
        "__typename": "Blob", "oid": blob_id(content), "byteSize": len(content), **expected
    }  # fmt: skip


def test_empty_and_disabled_repositories(forge: GitHubForge) -> None:
    forge.world.create("stadt/leer")
    empty = ask(forge, FILES, owner="stadt", name="leer").json()["data"]["repository"]
    assert (empty["object"], empty["defaultBranchRef"], empty["isEmpty"]) == (None, None, True)
    forge.world.create("stadt/zu", {"publiccode.yml": FILE}, disabled=True)
    answer = ask(forge, FILES, owner="stadt", name="zu").json()
    assert answer["data"]["repository"]["object"] is None
    assert answer["errors"][0]["path"] == ["repository", "object"]


def test_only_text_that_is_asked_for_is_counted(forge: GitHubForge) -> None:
    forge.world.create("stadt/r", {"publiccode.yml": FILE})
    ask(forge, FILES.replace(" text ", " "), owner="stadt", name="r")
    assert forge.text_bytes == 0
    ask(forge, FILES, owner="stadt", name="r")
    assert forge.text_bytes == len(FILE)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("{ nonsense }", "Cannot query field 'nonsense'"),
        ("{", "Syntax Error"),
        ("{ repositoryOwner(login: 1) { repositories(first: 1) { totalCount } } }", "String"),
        ('{ repositoryOwner(login: "x") { repositories(first: 101) { totalCount } } }', "exceeds"),
        ('{ repositoryOwner(login: "x") { repositories { pageInfo { endCursor } } } }', "`first`"),
    ],
)  # fmt: skip
def test_refused_queries_cost_nothing(forge: GitHubForge, query: str, words: str) -> None:
    answer = ask(forge, query)
    assert answer.status_code == 200
    assert words in answer.json()["errors"][0]["message"]
    assert forge.points == 0


def test_credentials(forge: GitHubForge) -> None:
    wrong = ask(forge, "{ rateLimit { cost } }", token="bad")
    assert (wrong.status_code, wrong.json()["message"]) == (401, "Bad credentials")
    assert ask(forge, "{ rateLimit { cost } }", token=None).status_code == 401


def test_points_run_out_in_an_answer_that_says_200(forge: GitHubForge) -> None:
    forge.points_limit = 1
    assert "errors" not in ask(forge, "{ rateLimit { cost } }").json()
    answer = ask(forge, "{ rateLimit { cost } }")
    assert answer.status_code == 200
    assert answer.json()["errors"][0]["type"] == "RATE_LIMITED"
    assert answer.headers["x-ratelimit-remaining"] == "0"
    forge.clock.advance(hours=1)
    assert "errors" not in ask(forge, "{ rateLimit { cost } }").json()


def test_queries_that_take_too_long(forge: GitHubForge) -> None:
    bad = forge.world.create("stadt/r", {"publiccode.yml": FILE})
    forge.poisonous.add(bad.id)
    answer = ask(forge, FILES, owner="stadt", name="r")
    assert (answer.status_code, answer.headers["content-type"][:9]) == (502, "text/html")
    assert forge.points == 1
    forge.poisonous.clear()
    forge.most_objects = 0
    answer = ask(forge, FILES, owner="stadt", name="r").json()
    assert answer["errors"][0]["type"] == "RESOURCE_LIMITS_EXCEEDED"
    assert answer["data"]["repository"]["nameWithOwner"] == "stadt/r"
    forge.faults.plan(timeout_in_200())
    assert "timeout" in ask(forge, "{ rateLimit { cost } }").json()["errors"][0]["message"]
    forge.faults.plan(secondary_limit(30))
    assert ask(forge, "{ rateLimit { cost } }").headers["retry-after"] == "30"
