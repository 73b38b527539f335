# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Without a token: REST, conditional requests, the host of raw files, sixty requests an hour."""

from datetime import timedelta

import pytest

from harvester.model import IGNORE_FILE, Unknown, Unread
from harvester.ports.errors import BudgetExhaustedError, ServerError, UnexpectedAnswerError
from harvester.ports.listing import FailureCode, Found, ScopeKind, Tagged
from tests.connectors.github.support import (
    FILE,
    GitHub,
    fill,
    listing,
    only_file,
    owners,
)
from tests.forges.clock import START
from tests.forges.faults import Answer, html
from tests.forges.limits import Limit
from tests.forges.world import Visibility, blob_id

pytestmark = pytest.mark.anyio


async def test_a_first_crawl_and_an_unchanged_one(github: GitHub) -> None:
    world = github.world
    world.organization("stadt")
    world.user("erika")
    fill(world, "stadt", 130, every=1)
    world.create("erika/r", {"publiccode.yaml": FILE}, topics=("a",), license="MIT")
    world.create("erika/zu", {"publiccode.yml": FILE}, visibility=Visibility.PRIVATE)
    world.clock.advance(hours=1)
    scope = owners("stadt", "erika")
    first = await github.crawl(scope, token=None)
    assert len(first.sightings) == 131
    assert len(first.texts()) == 131
    assert github.api.kinds == {"rest": 3}
    # the names that are tried, and whether those with a file opt out
    assert github.raw.requests() == 130 + 2 + 131
    sighting = first.sightings["erika/r"]
    assert only_file(sighting).path == "publiccode.yaml"
    assert only_file(sighting).blob_id == blob_id(FILE.encode())
    assert sighting.repository.license == "MIT"
    assert sighting.repository.owner.kind == "user"
    assert sighting.repository.details is not None
    assert sighting.repository.details.topics == ("a",)
    assert first.owners_read == ["stadt", "erika"]

    github.api.forget()
    github.raw.forget()
    again = await github.crawl(scope, token=None, known=first.known)
    assert len(again.sightings) == 131
    assert all(isinstance(s.files, Unread) for s in again.sightings.values())
    assert [e.status for e in github.api.log] == [304, 304, 304]
    assert sum(e.sent for e in github.api.log) == 0
    assert github.raw.requests() == 0


async def test_files_are_read_where_something_was_pushed(github: GitHub) -> None:
    world = github.world
    world.organization("stadt")
    fill(world, "stadt", 3, every=1)
    world.clock.advance(hours=1)
    scope = owners("stadt")
    first = await github.crawl(scope, token=None)
    github.raw.forget()
    world.clock.advance(hours=1)
    pushed, starred = world.find("stadt/r001"), world.find("stadt/r002")
    assert pushed is not None
    assert starred is not None
    world.push(pushed, {"publiccode.yml": None})
    world.change(starred, stars=99)
    again = await github.crawl(scope, token=None, known=first.known)
    assert again.wanted == 1
    assert again.sightings["stadt/r001"].files == ()
    assert [e.request.path for e in github.raw.log] == [
        "/stadt/r001/HEAD/publiccode.yml",
        "/stadt/r001/HEAD/publiccode.yaml",
    ]


@pytest.mark.parametrize(("fault", "told"), [(None, True), (Answer(status=403), None)])
async def test_who_opts_out_by_a_file(
    github: GitHub, fault: Answer | None, told: bool | None
) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/out", {"publiccode.yml": FILE, IGNORE_FILE: b""})
    github.world.create("stadt/in", {"publiccode.yml": FILE})
    github.world.create("stadt/none", {IGNORE_FILE: b""})
    if fault is not None:
        github.raw.faults.plan(fault, when=lambda r: r.path.endswith(f"out/HEAD/{IGNORE_FILE}"))
    crawled = await github.crawl(owners("stadt"), token=None)
    wishes = {path: seen.ignore_file for path, seen in crawled.sightings.items()}
    assert wishes == {"stadt/out": told, "stadt/in": False, "stadt/none": None}
    assert len(crawled.texts()) == 2


async def test_the_raw_host_may_show_what_was_before_a_young_push(github: GitHub) -> None:
    world = github.world
    world.organization("stadt")
    world.create("stadt/r", {"publiccode.yml": FILE})
    first = await github.crawl(owners("stadt"), token=None)
    world.clock.advance(minutes=10)
    again = await github.crawl(owners("stadt"), token=None, known=first.known)
    world.clock.advance(minutes=10)
    third = await github.crawl(owners("stadt"), token=None, known=again.known)
    assert [crawled.wanted for crawled in (first, again, third)] == [1, 1, 0]


async def test_a_blocked_repository_has_no_absent_file(github: GitHub) -> None:
    github.world.organization("stadt")
    r = github.world.create("stadt/r", {"publiccode.yml": FILE}, disabled=True)
    crawled = await github.crawl(owners("stadt"), token=None)
    assert isinstance(crawled.sightings["stadt/r"].files, Unknown)
    async with github.opened(token=None) as connector:
        found = (await connector.look_up([str(r.id)]))[str(r.id)]
    assert isinstance(found, Found)
    assert isinstance(found.sighting.files, Unknown)
    assert github.raw.requests() == 0


async def test_only_the_newest_page_of_a_known_owner(github: GitHub) -> None:
    world = github.world
    world.organization("stadt")
    world.organization("neu")
    for name in ("stadt", "neu"):
        for n in range(150):
            world.create(f"{name}/r{n:03}", {"a": b""}, at=START + timedelta(minutes=n))
    world.clock.advance(days=9)
    async with github.opened(token=None) as connector:
        pages = [
            page
            async for page in connector.pages(
                owners("stadt", "neu", since=world.clock.now(), recent_owners={"stadt": START})
            )
        ]
    assert [len(page.sightings) for page in pages] == [100, 50, 100]
    assert [page.owners_read for page in pages] == [(), ("neu",), ("stadt",)]
    assert pages[2].sightings[0].repository.path == "stadt/r149"


async def test_unknown_owners_and_repositories_by_name(github: GitHub) -> None:
    world = github.world
    world.organization("stadt")
    r = world.create("stadt/alt", {"publiccode.yml": FILE})
    world.create("stadt/zu", {"a": b""}, visibility=Visibility.PRIVATE)
    world.rename(r, "neu")
    crawled = await github.crawl(
        listing(ScopeKind.ADDRESSES, ["nobody", "stadt/alt", "stadt/nichts", "stadt/zu"]),
        token=None,
    )
    assert crawled.texts() == {"stadt/neu": FILE.encode()}
    assert [(f.code, f.subject) for f in crawled.failures] == [
        (FailureCode.NOT_FOUND, "https://github.com/stadt/nichts"),
        (FailureCode.NOT_FOUND, "https://github.com/stadt/zu"),
        (FailureCode.NOT_FOUND, "https://github.com/nobody"),
    ]


async def test_the_budget_ends_and_the_next_crawl_goes_on(github: GitHub) -> None:
    world = github.world
    names = ["a", "b", "c", "d"]
    for name in names:
        world.organization(name)
        fill(world, name, 2)
    github.api.anonymous_limit = 2
    seen: list[str] = []
    cursor: str | None = None
    async with github.opened(token=None) as connector:
        pages = aiter(connector.pages(owners(*names)))
        for _ in range(2):
            page = await anext(pages)
            seen += page.owners_read
            cursor = page.cursor
        with pytest.raises(BudgetExhaustedError) as caught:
            await anext(pages)
    assert seen == ["a", "b"]
    assert "owners left: 2" in str(caught.value)
    assert "with a token GitHub allows 5,000 points" in str(caught.value)
    world.clock.advance(hours=1)
    resumed = await github.crawl(owners(*names, cursor=cursor), token=None)
    assert resumed.owners_read == ["c", "d"]
    world.clock.advance(hours=1)
    recent = {"a": START, "b": START, "c": START + timedelta(hours=1)}
    async with github.opened(token=None) as connector:
        page = await anext(aiter(connector.pages(owners(*names, recent_owners=recent))))
    assert page.owners_read == ("d",)


async def test_the_raw_host_has_a_budget_of_its_own(github: GitHub) -> None:
    world = github.world
    for name in ("a", "b"):
        world.organization(name)
        fill(world, name, 30, every=1)
    github.raw.limit = Limit(7, timedelta(hours=1), "raw")
    async with github.opened(token=None) as connector:
        pages = aiter(connector.pages(owners("a", "b")))
        page = await anext(pages)
        read = await connector.read(page.sightings)
        unknown = [s for s in read if isinstance(s.files, Unknown)]
        assert (len(read), len(unknown)) == (30, 27)
        assert {s.repository.revision for s in unknown} == {""}
        with pytest.raises(BudgetExhaustedError, match="owners left: 1"):
            await anext(pages)
        with pytest.raises(BudgetExhaustedError):
            await connector.read(page.sightings)
    assert github.raw.requests() == 8


@pytest.mark.parametrize("status", [403, 500, 503])
async def test_trouble_at_the_raw_host_is_unknown_never_absent(github: GitHub, status: int) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/r", {"publiccode.yaml": FILE})
    github.raw.faults.plan(Answer(status=status, body=b"no"), times=9)
    crawled = await github.crawl(owners("stadt"), token=None)
    assert isinstance(crawled.sightings["stadt/r"].files, Unknown)
    github.raw.faults.clear()
    again = await github.crawl(owners("stadt"), token=None, known=crawled.known)
    assert again.texts() == {"stadt/r": FILE.encode()}


async def test_a_budget_that_ends_among_repositories_by_name_keeps_what_came(
    github: GitHub,
) -> None:
    github.world.organization("stadt")
    fill(github.world, "stadt", 5)
    github.api.anonymous_limit = 3
    scope = listing(ScopeKind.REPOSITORIES, [f"stadt/r00{n}" for n in range(5)])
    async with github.opened(token=None) as connector:
        pages = aiter(connector.pages(scope))
        page = await anext(pages)
        assert [s.repository.name for s in page.sightings] == ["r000", "r001", "r002"]
        with pytest.raises(BudgetExhaustedError, match=r"; repositories left: 2; with a token"):
            await anext(pages)
    github.world.clock.advance(hours=1)
    rest = await github.crawl(
        listing(ScopeKind.REPOSITORIES, scope.scope.paths, cursor=page.cursor), token=None
    )
    assert [s.repository.name for s in rest.sightings.values()] == ["r003", "r004"]
    assert rest.pages[-1].cursor is None


@pytest.mark.parametrize("status", [200, 404])
async def test_a_web_page_is_no_file_and_no_absence(github: GitHub, status: int) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/r", {"publiccode.yml": FILE})
    github.raw.faults.plan(html(status))
    crawled = await github.crawl(owners("stadt"), token=None)
    assert isinstance(crawled.sightings["stadt/r"].files, Unknown)


async def test_an_answer_of_another_shape_is_not_a_listing(github: GitHub) -> None:
    github.world.organization("stadt")
    github.api.faults.plan(
        Answer(status=200, headers={"content-type": "application/json"}, body=b"{}")
    )
    crawled = await github.crawl(owners("stadt"), token=None)
    [failure] = crawled.failures
    assert failure.code is FailureCode.UNREADABLE
    assert "not a list" in failure.message


async def test_three_owners_in_a_row_that_fail_are_the_forge_s_failure(github: GitHub) -> None:
    names = ("amt", "bund", "land", "stadt")
    for name in names:
        github.world.organization(name)
    github.api.faults.plan(Answer(status=500, body=b"{}"), times=2)
    crawled = await github.crawl(owners(*names), token=None)
    assert [f.subject for f in crawled.failures] == ["https://github.com/amt"]
    assert crawled.owners_read == ["bund", "land", "stadt"]
    github.api.faults.plan(Answer(status=500, body=b"{}"), times=99)
    with pytest.raises(ServerError):
        await github.crawl(owners(*names), token=None)


async def test_a_blocked_owner_is_a_failure(github: GitHub) -> None:
    github.world.organization("stadt")
    github.api.faults.plan(Answer(status=451, body=b"{}"))
    crawled = await github.crawl(owners("stadt"), token=None)
    assert [f.code for f in crawled.failures] == [FailureCode.FORBIDDEN]


async def test_who_has_a_topic_is_searched_for(github: GitHub) -> None:
    world = github.world
    world.organization("stadt")
    fill(world, "stadt", 120)
    out = [world.create(f"stadt/out{n}", {}, topics=("raus", "web")) for n in range(101)]
    other = world.create("stadt/other", {}, topics=("weg",))
    fork = world.fork(out[0], "stadt/fork", topics=("raus",))
    world.change(out[1], visibility=Visibility.PRIVATE)
    async with github.opened(token=None) as connector:
        found = await connector.with_topics(["raus", "weg", "nie"])
    assert found is not None
    assert found.forge_ids == {str(r.id) for r in (*out, other, fork)} - {str(out[1].id)}
    assert found.whole
    assert [e.request.path for e in github.api.log] == ["/search/repositories"] * 4
    async with github.opened() as connector:
        assert await connector.with_topics(["raus"]) is None


async def test_a_search_that_finds_more_than_it_gives_says_so(github: GitHub) -> None:
    body = b'{"total_count": 1001, "items": [{"id": 7}]}'
    github.api.faults.plan(Answer(status=200, body=body))
    async with github.opened(token=None) as connector:
        found = await connector.with_topics(["raus"])
    assert found == Tagged(forge_ids=frozenset({"7"}), whole=False)


async def test_a_search_of_another_shape_is_no_answer(github: GitHub) -> None:
    github.api.faults.plan(Answer(status=200, body=b'{"items": [7]}'))
    async with github.opened(token=None) as connector:
        with pytest.raises(UnexpectedAnswerError):
            await connector.with_topics(["raus"])
