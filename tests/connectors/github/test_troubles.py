# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What GitHub does wrong, and that the crawl goes on with what is good."""

import pytest

from harvester.ports.errors import (
    BudgetExhaustedError,
    ServerError,
    SourceError,
    UnauthorisedError,
    UnexpectedAnswerError,
)
from harvester.ports.listing import FailureCode, ScopeKind
from tests.connectors.github.support import FILE, GitHub, fill, listing, only_file, owners
from tests.forges.faults import Answer, Drop, html
from tests.forges.github.forge import bad_gateway, secondary_limit, timeout_in_200

pytestmark = pytest.mark.anyio


def graphql(request: object) -> bool:
    return getattr(request, "kind", "") == "graphql"


async def test_pages_are_halved_while_queries_take_too_long(github: GitHub) -> None:
    github.world.organization("stadt")
    fill(github.world, "stadt", 130, every=8)
    github.api.slow_above = 75  # three objects a repository
    crawled = await github.crawl(owners("stadt"))
    assert len(crawled.sightings) == 130
    sizes = [len(page.sightings) for page in crawled.pages]
    assert max(sizes) == 25
    assert crawled.failures == []
    again = [e.status for e in github.api.log].count(502)
    assert again == 3  # 100 and 50 repositories, 16 with texts: once each, and never again


async def test_one_poisonous_repository_is_passed_over(github: GitHub) -> None:
    github.world.organization("stadt")
    fill(github.world, "stadt", 230)
    bad = github.world.find("stadt/r137")
    assert bad is not None
    github.api.poisonous.add(bad.id)
    crawled = await github.crawl(owners("stadt"))
    assert len(crawled.sightings) == 229
    (failure,) = crawled.failures
    assert failure.subject == "https://github.com/stadt/r137"
    assert (failure.code, failure.forge_id) == (FailureCode.UNREADABLE, str(bad.id))
    assert crawled.owners_read == ["stadt"]
    assert github.api.requests() < 40  # the pages behind it are large again


async def test_the_last_repository_is_the_poisonous_one(github: GitHub) -> None:
    github.world.organization("stadt")
    fill(github.world, "stadt", 3)
    bad = github.world.find("stadt/r002")
    assert bad is not None
    github.api.poisonous.add(bad.id)
    crawled = await github.crawl(owners("stadt"))
    assert len(crawled.sightings) == 2
    assert [f.forge_id for f in crawled.failures] == [str(bad.id)]
    assert crawled.pages[-1].cursor is None


async def test_a_poisonous_repository_that_is_asked_for_by_name(github: GitHub) -> None:
    github.world.organization("stadt")
    fill(github.world, "stadt", 5)
    bad = github.world.find("stadt/r002")
    assert bad is not None
    github.api.poisonous.add(bad.id)
    crawled = await github.crawl(
        listing(ScopeKind.REPOSITORIES, [f"stadt/r00{n}" for n in range(5)])
    )
    assert len(crawled.sightings) == 4
    assert [f.subject for f in crawled.failures] == ["https://github.com/stadt/r002"]


async def test_a_repository_whose_details_cannot_be_read_keeps_the_others(github: GitHub) -> None:
    github.world.organization("stadt")
    for n in range(4):
        github.world.create(f"stadt/r{n}", {"publiccode.yml": FILE})
    async with github.opened() as connector:
        (page,) = [p async for p in connector.pages(owners("stadt"))]
        bad = github.world.find("stadt/r1")
        assert bad is not None
        github.api.poisonous.add(bad.id)
        read = await connector.read(page.sightings)
    files = [only_file(sighting) for sighting in read]
    assert [f.content is None for f in files] == [False, True, False, False]
    assert files[1].unread is not None


async def test_when_every_query_fails_it_is_the_forge(github: GitHub) -> None:
    github.world.organization("stadt")
    fill(github.world, "stadt", 9)
    github.api.slow_above = 0
    with pytest.raises(ServerError, match="github-de"):
        await github.crawl(owners("stadt"))


@pytest.mark.parametrize("fault", [timeout_in_200(), bad_gateway(504), Drop()])
async def test_a_passing_trouble_leaves_nothing_out(github: GitHub, fault: Answer) -> None:
    github.world.organization("stadt")
    fill(github.world, "stadt", 30)
    github.api.faults.plan(fault, when=graphql, skip=1)
    crawled = await github.crawl(owners("stadt"))
    assert len(crawled.sightings) == 30
    assert crawled.failures == []


async def test_used_up_resources_make_smaller_pages(github: GitHub) -> None:
    github.world.organization("stadt")
    fill(github.world, "stadt", 60, every=1000)
    github.api.most_objects = 60
    crawled = await github.crawl(owners("stadt"))
    assert len(crawled.sightings) == 60
    assert all(sighting.files is not None for sighting in crawled.sightings.values())
    assert max(len(page.sightings) for page in crawled.pages) <= 30


async def test_a_secondary_limit_is_waited_for(github: GitHub) -> None:
    github.world.organization("stadt")
    fill(github.world, "stadt", 3)
    before = github.world.clock.now()
    github.api.faults.plan(secondary_limit(77), when=graphql)
    crawled = await github.crawl(owners("stadt"))
    assert len(crawled.sightings) == 3
    assert (github.world.clock.now() - before).total_seconds() >= 77


async def test_points_that_run_out_end_the_listing_and_say_how_many_owners_are_left(
    github: GitHub,
) -> None:
    names = [f"o{n}" for n in range(4)]
    for name in names:
        github.world.organization(name)
        fill(github.world, name, 100)
    github.api.points_limit = 3
    async with github.opened() as connector:
        listed = aiter(connector.pages(owners(*names)))
        pages = [await anext(listed), await anext(listed)]
        with pytest.raises(BudgetExhaustedError, match="owners left: 2") as caught:
            await anext(listed)
        assert connector.spent().points == 3
    assert "with a token" not in str(caught.value)
    assert caught.value.not_before > github.world.clock.now()
    sent = github.api.requests()
    async with github.opened() as connector:
        with pytest.raises(BudgetExhaustedError):
            await anext(aiter(connector.pages(owners(*names, cursor=pages[-1].cursor))))
    assert github.api.requests() == sent  # not before holds across runs, nothing was sent
    github.world.clock.advance(hours=2)
    rest = await github.crawl(owners(*names, cursor=pages[-1].cursor))
    assert len(rest.sightings) == 200


async def test_a_wrong_token_is_refused_with_the_remedy(github: GitHub) -> None:
    github.world.organization("stadt")
    with pytest.raises(UnauthorisedError, match=r"github-de.*refused the token"):
        await github.crawl(owners("stadt"), token="wrong")


async def test_a_page_of_html_is_not_an_answer(github: GitHub) -> None:
    github.api.faults.plan(html(), times=9)
    with pytest.raises(UnexpectedAnswerError, match="HTML"):
        await github.crawl(owners("stadt"))


async def test_a_whole_github_is_not_listed(github: GitHub) -> None:
    with pytest.raises(SourceError, match="owners, repositories"):
        await github.crawl(listing(ScopeKind.INSTANCE, []))
    with pytest.raises(SourceError, match="'a' is not owner/name"):
        await github.crawl(listing(ScopeKind.REPOSITORIES, ["a"]))
    with pytest.raises(SourceError, match="'a/b' is not an owner"):
        await github.crawl(owners("a/b"))
