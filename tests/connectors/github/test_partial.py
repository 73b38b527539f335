# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Answers of which a part is missing: what is good is kept, what is missing has a name."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from connectors.github.addresses import addresses
from connectors.github.nodes import sighting_of
from harvester.model import Sighting, Unknown
from harvester.ports.errors import BudgetExhaustedError
from harvester.ports.listing import FailureCode, ScopeKind
from tests.connectors.github.support import FILE, GitHub, fill, listing, only_file, owners
from tests.forges.faults import Answer, Call, Predicate
from tests.forges.github.forge import bad_gateway
from tests.forges.world import Visibility

pytestmark = pytest.mark.anyio


NODE: dict[str, Any] = {
    "__typename": "Repository",
    **dict.fromkeys(("yml", "yaml", "ymlText", "yamlText", "languages", "parent")),
    "id": "R_x", "databaseId": 1, "name": "r", "nameWithOwner": "stadt/r",
    "url": "https://github.com/stadt/r", "createdAt": None, "pushedAt": None,
    "updatedAt": "2026-03-02T08:00:00Z", "isArchived": False, "isDisabled": False,
    "isFork": False, "isMirror": False, "isPrivate": False, "visibility": "PUBLIC",
    "stargazerCount": 0, "forkCount": 0, "licenseInfo": None, "defaultBranchRef": None,
    "owner": {"__typename": "User", "login": "stadt", "name": None},
    "repositoryTopics": {"nodes": []},
}  # fmt: skip
"""An empty repository, as the query ``Details`` tells it."""


def asks(query: str, words: str = "") -> Predicate:
    """Accept requests with this query, and these words in their variables."""
    return lambda request: (
        f"query {query}".encode() in request.body and words.encode() in request.body
    )


def told(data: Any, *errors: tuple[str, Sequence[str | int]]) -> Answer:
    """An answer with errors of these types at these places."""
    body = {
        "data": data,
        "errors": [{"type": t, "path": list(path), "message": "why"} for t, path in errors],
    }
    return Answer(
        status=200, headers={"content-type": "application/json"}, body=json.dumps(body).encode()
    )


async def test_an_owner_that_nobody_may_be_told_of(github: GitHub) -> None:
    github.world.organization("stadt")
    github.api.faults.plan(told({"owner_0": None}, ("FORBIDDEN", ["owner_0"])), when=asks("Totals"))
    crawled = await github.crawl(owners("stadt"))
    assert [(f.code, f.subject) for f in crawled.failures] == [
        (FailureCode.FORBIDDEN, "https://github.com/stadt")
    ]
    assert crawled.owners_read == []


async def test_an_owner_whose_total_cannot_be_counted_in_time(github: GitHub) -> None:
    for name in ("good", "slow"):
        github.world.organization(name)
        fill(github.world, name, 2)
    github.api.faults.plan(bad_gateway(), when=asks("Totals", '"slow"'), times=99)
    crawled = await github.crawl(owners("slow", "good"))
    assert set(crawled.sightings) == {"good/r000", "good/r001"}
    assert [(f.code, f.subject) for f in crawled.failures] == [
        (FailureCode.UNREADABLE, "https://github.com/slow")
    ]


async def test_a_repository_that_is_null_among_others(github: GitHub) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/r", {"publiccode.yml": FILE})
    nodes = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": [None]}
    github.api.faults.plan(
        told(
            {"owner_0": {"repositories": nodes}},
            ("SERVICE_UNAVAILABLE", ["owner_0", "repositories", "nodes", 0]),
        ),
        when=asks("Listed"),
    )
    crawled = await github.crawl(owners("stadt"))
    assert crawled.sightings == {}
    assert [f.code for f in crawled.failures] == [FailureCode.UNREADABLE]


@pytest.mark.parametrize("cursor", [None, "again"])
async def test_a_listing_that_does_not_say_where_it_goes_on_is_given_up(
    github: GitHub, cursor: str | None
) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/r", {"publiccode.yml": FILE})
    nodes = {"pageInfo": {"hasNextPage": True, "endCursor": cursor}, "nodes": []}
    github.api.faults.plan(told({"owner_0": {"repositories": nodes}}), when=asks("Listed"), times=3)
    crawled = await github.crawl(owners("stadt"))
    assert [f.code for f in crawled.failures] == [FailureCode.UNREADABLE]
    assert crawled.owners_read == []
    assert github.api.requests("graphql") <= 3


async def test_an_owner_of_whom_one_of_two_orders_cannot_be_told(github: GitHub) -> None:
    github.world.organization("stadt")
    r = github.world.create("stadt/r", {"publiccode.yml": FILE})
    since = github.world.clock.now()
    github.world.push(r, {"publiccode.yml": FILE + "# new"})
    github.world.change(r, description="new")
    nodes = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": []}
    github.api.faults.plan(
        told({"owner_0": None, "owner_1": {"repositories": nodes}}, ("FORBIDDEN", ["owner_0"])),
        when=asks("Listed"),
    )
    crawled = await github.crawl(owners("stadt", since=since, recent_owners={"stadt": since}))
    assert [f.code for f in crawled.failures] == [FailureCode.FORBIDDEN]
    assert crawled.owners_read == []


async def test_a_private_repository_in_the_answer_is_left_out_all_the_same(
    github: GitHub,
) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/offen", {"publiccode.yml": FILE})
    github.world.create("stadt/zu", {"publiccode.yml": FILE}, visibility=Visibility.PRIVATE)
    github.api.leaks = True
    crawled = await github.crawl(owners("stadt"))
    assert set(crawled.sightings) == {"stadt/offen"}
    assert crawled.skipped == 1


async def test_a_repository_that_is_made_private_before_it_is_read(github: GitHub) -> None:
    world = github.world
    world.organization("stadt")
    r = world.create("stadt/r", {"publiccode.yml": FILE})
    github.api.faults.plan(Call(lambda: world.show_to(r, Visibility.PRIVATE)), when=asks("Details"))
    crawled = await github.crawl(owners("stadt"))
    file = only_file(crawled.sightings["stadt/r"])
    assert (file.content, file.unread) == (None, "the repository is no longer public")


async def test_a_repository_that_is_blocked_before_it_is_read(github: GitHub) -> None:
    world = github.world
    world.organization("stadt")
    r = world.create("stadt/r", {"publiccode.yml": FILE})
    github.api.faults.plan(Call(lambda: world.change(r, disabled=True)), when=asks("Details"))
    crawled = await github.crawl(owners("stadt"))
    assert isinstance(crawled.sightings["stadt/r"].files, Unknown)


async def test_a_blocked_repository_of_which_no_error_tells(github: GitHub) -> None:
    made = sighting_of(NODE | {"isDisabled": True}, (), addresses(github.access()))
    assert isinstance(made, Sighting)
    assert isinstance(made.files, Unknown)


async def test_details_that_came_with_an_error_are_not_empty_but_missing(github: GitHub) -> None:
    world = github.world
    world.organization("stadt")
    world.create("stadt/r", {"publiccode.yml": FILE})
    async with github.opened() as connector:
        (page,) = [p async for p in connector.pages(owners("stadt"))]
        whole = (await connector.read(page.sightings))[0]
        assert whole.repository.details is not None
        partial = told({"nodes": [NODE]}, ("SERVICE_UNAVAILABLE", ["nodes", 0, "languages"]))
        github.api.faults.plan(partial, when=asks("Details"))
        (read,) = await connector.read(page.sightings)
    assert read.repository.details is None
    assert read.files == ()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (bad_gateway(), FailureCode.UNREADABLE),
        (told({"owner": None}, ("FORBIDDEN", ["owner"])), FailureCode.FORBIDDEN),
    ],
)
async def test_where_not_even_the_name_of_a_repository_is_told_its_owner_is_given_up(
    github: GitHub, fault: Answer, code: FailureCode
) -> None:
    world = github.world
    for name in ("stadt", "land"):
        world.organization(name)
        fill(world, name, 3)
    bad = world.find("stadt/r000")
    assert bad is not None
    github.api.poisonous.add(bad.id)
    github.api.faults.plan(fault, when=asks("Passed"), times=99)
    crawled = await github.crawl(owners("stadt", "land"))
    assert len(crawled.sightings) == 3
    assert [(f.subject, f.code) for f in crawled.failures] == [("https://github.com/stadt", code)]
    assert crawled.owners_read == ["land"]


async def test_a_budget_that_ends_at_a_single_file_ends_the_reading(github: GitHub) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/r", {"publiccode.yml": b"a\0b"})
    github.api.token_limit = 0
    with pytest.raises(BudgetExhaustedError):
        await github.crawl(owners("stadt"))


async def test_a_look_up_that_finds_but_cannot_read(github: GitHub) -> None:
    github.world.organization("stadt")
    r = github.world.create("stadt/r", {"publiccode.yml": FILE})
    github.api.points_limit = 0
    async with github.opened() as connector:
        with pytest.raises(BudgetExhaustedError):
            await connector.look_up([str(r.id)])


async def test_a_server_without_limits(github: GitHub) -> None:
    github.api.faults.plan(told({"rateLimit": None}), when=asks("Budget"))
    async with github.opened() as connector:
        assert "sets no limits" in await connector.check()
        assert await connector.read(()) == ()


async def test_blocked_and_private_repositories_by_name_without_a_token(github: GitHub) -> None:
    github.world.organization("stadt")
    r = github.world.create("stadt/r", {"publiccode.yml": FILE})
    body = json.dumps({"id": 7, "private": True}).encode()
    json_type = {"content-type": "application/json"}
    github.api.faults.plan(Answer(status=451, body=b"{}"))
    github.api.faults.plan(Answer(status=200, headers=json_type, body=body), skip=1)
    scope = listing(ScopeKind.REPOSITORIES, [r.path, "stadt/s"])
    crawled = await github.crawl(scope, token=None)
    assert [f.code for f in crawled.failures] == [FailureCode.FORBIDDEN]
    assert (crawled.skipped, crawled.sightings) == (1, {})
