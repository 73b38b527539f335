# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Listing only what is new, and repositories by name."""

from datetime import timedelta

import pytest

from harvester.ports.listing import FailureCode, ScopeKind
from tests.connectors.github.support import FILE, GitHub, fill, listing, owners
from tests.forges.clock import START

pytestmark = pytest.mark.anyio

NAMES = tuple(f"o{n:02}" for n in range(60))


def quiet_world(github: GitHub) -> None:
    for name in NAMES:
        github.world.organization(name)
        fill(github.world, name, 3)
    github.world.clock.advance(days=1)


def visited(github: GitHub) -> dict[str, object]:
    return {"since": START + timedelta(hours=12), "recent_owners": dict.fromkeys(NAMES, START)}


async def test_sixty_quiet_owners_cost_two_requests(github: GitHub) -> None:
    quiet_world(github)
    crawled = await github.crawl(owners(*NAMES, **visited(github)))
    assert crawled.sightings == {}
    assert (github.api.requests(), github.api.points) == (2, 2)
    assert sorted(crawled.owners_read) == list(NAMES)
    assert crawled.pages[-1].cursor is None


async def test_only_what_moved_is_listed(github: GitHub) -> None:
    quiet_world(github)
    world = github.world
    found = {r.path: r for r in world.repositories}
    world.push(found["o07/r000"], {"publiccode.yml": "name: new\n"})
    world.archive(found["o08/r001"])
    world.rename(found["o09/r002"], "neu")
    world.change(found["o10/r000"], description="anders")
    world.create("o11/ganz-neu", {"publiccode.yml": FILE})
    crawled = await github.crawl(owners(*NAMES, **visited(github)))
    assert {"o07/r000", "o08/r001", "o09/neu", "o10/r000", "o11/ganz-neu"} <= set(crawled.sightings)
    assert {path.partition("/")[0] for path in crawled.sightings} == {
        "o07", "o08", "o09", "o10", "o11"
    }  # fmt: skip
    assert sorted(crawled.owners_read) == list(NAMES)
    assert github.api.requests() <= 4


async def test_a_large_owner_is_read_no_further_than_needed(github: GitHub) -> None:
    world = github.world
    world.organization("stadt")
    for n in range(300):
        world.create(f"stadt/r{n:03}", {"a": b""}, at=START + timedelta(minutes=n))
    world.clock.advance(days=30)
    for n in range(30):
        r = world.find(f"stadt/r{n:03}")
        assert r is not None
        world.push(r, {"publiccode.yml": f"name: r{n}\n"})
        world.clock.advance(minutes=1)
    crawled = await github.crawl(
        owners("stadt", since=START + timedelta(days=20), recent_owners={"Stadt": START})
    )
    assert {f"stadt/r{n:03}" for n in range(30)} <= set(crawled.sightings)
    assert len(crawled.sightings) <= 60
    assert len(crawled.texts()) == 30


async def test_an_owner_that_was_never_read_is_read_in_whole(github: GitHub) -> None:
    quiet_world(github)
    github.world.organization("neu")
    fill(github.world, "neu", 120, at=START - timedelta(days=900))
    since = visited(github)
    crawled = await github.crawl(owners("neu", *NAMES, **since))
    assert len(crawled.sightings) == 120


async def test_an_incremental_crawl_is_resumed(github: GitHub) -> None:
    quiet_world(github)
    for r in github.world.repositories:
        github.world.push(r, {"README.md": b"y"})
    what = visited(github)
    async with github.opened() as connector:
        first = await anext(aiter(connector.pages(owners(*NAMES, **what))))
    assert first.cursor is not None
    assert first.total is None
    github.world.clock.advance(hours=5)
    later = what | {"since": START + timedelta(days=2)}  # the cursor remembers the older one
    rest = await github.crawl(owners(*NAMES, **later, cursor=first.cursor))
    seen = {s.repository.path for s in first.sightings} | set(rest.sightings)
    assert seen == {r.path for r in github.world.repositories}


async def test_repositories_by_name(github: GitHub) -> None:
    world = github.world
    world.organization("stadt")
    world.user("erika")
    fill(world, "stadt", 130)
    old = world.create("erika/alt", {"publiccode.yml": FILE})
    world.rename(old, "neu")
    paths = [f"stadt/r{n:03}" for n in range(130)]
    crawled = await github.crawl(
        listing(ScopeKind.REPOSITORIES, [*paths, "erika/alt", "ERIKA/ALT", "erika/nichts"])
    )
    assert set(crawled.sightings) == {*paths, "erika/neu"}
    (failure,) = crawled.failures
    assert (failure.code, failure.subject) == (
        FailureCode.NOT_FOUND,
        "https://github.com/erika/nichts",
    )
    assert crawled.sightings["erika/neu"].repository.owner.kind == "user"
    assert github.api.requests() <= 2 + 1 + crawled.reads


async def test_addresses_are_owners_or_repositories_and_are_resumed(github: GitHub) -> None:
    world = github.world
    world.organization("stadt")
    world.organization("land")
    fill(world, "stadt", 4)
    fill(world, "land", 4)
    scope = listing(ScopeKind.ADDRESSES, ["stadt", "land/r002", "land/r001/"])
    expected = {f"stadt/r00{n}" for n in range(4)} | {"land/r001", "land/r002"}
    crawled = await github.crawl(scope)
    assert set(crawled.sightings) == expected
    assert len(crawled.pages) == 2
    rest = await github.crawl(
        listing(ScopeKind.ADDRESSES, scope.scope.paths, cursor=crawled.pages[0].cursor)
    )
    assert set(rest.sightings) == {f"stadt/r00{n}" for n in range(4)}
