# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A sweep with a token: what it brings, what it costs, and what moves under it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from harvester.model import IGNORE_FILE, FileVersion, Unknown
from harvester.ports.listing import FailureCode, Page, ScopeKind
from tests.connectors.github.support import FILE, TOKEN, GitHub, fill, listing, only_file, owners
from tests.forges.clock import START
from tests.forges.faults import Call, html
from tests.forges.world import Visibility, blob_id

pytestmark = pytest.mark.anyio


async def test_facts_of_a_repository(github: GitHub) -> None:
    world = github.world
    world.organization("stadt", "Stadt Musterhausen")
    parent = world.create("stadt/grund", {"a": b""})
    world.clock.advance(hours=1)
    world.fork(
        parent,
        "stadt/werk",
        description="Ein Werk",
        topics=("verwaltung", "publiccode"),
        languages=(("Go", 10), ("Python", 90)),
        license="EUPL-1.2",
        stars=3,
        mirror_of="https://example.org/werk.git",
        archived=True,
    )
    werk = world.find("stadt/werk")
    assert werk is not None
    world.push(werk, {"publiccode.yml": FILE})
    crawled = await github.crawl(owners("stadt"))
    sighting = crawled.sightings["stadt/werk"]
    repository = sighting.repository
    assert repository.forge_id == str(werk.id)
    assert repository.web_url == "https://github.com/stadt/werk"
    assert (repository.owner.path, repository.owner.name) == ("stadt", "Stadt Musterhausen")
    assert repository.owner.kind == "organization"
    assert (repository.archived, repository.fork, repository.mirror) == (True, True, True)
    assert repository.parent_url == "https://github.com/stadt/grund"
    assert (repository.license, repository.default_branch) == ("EUPL-1.2", "main")
    assert repository.raw_base == "https://raw.githubusercontent.com/stadt/werk/HEAD/"
    assert repository.details is not None
    assert repository.details.topics == ("verwaltung", "publiccode")
    assert repository.details.languages == ("Python", "Go")
    assert repository.activity.stars == 3
    assert repository.activity.pushed_at == START + timedelta(hours=1)
    assert only_file(sighting) == FileVersion(
        path="publiccode.yml",
        blob_id=blob_id(FILE.encode()),
        size=len(FILE),
        content=FILE.encode(),
    )
    assert crawled.sightings["stadt/grund"].files == ()
    assert crawled.owners_read == ["stadt"]
    assert crawled.pages[-1].cursor is None
    assert crawled.pages[0].total == 2


async def test_the_first_crawl_of_many_owners_stays_within_its_requests(github: GitHub) -> None:
    """2,000 repositories in 60 organisations of 1 to 900 and 5 users, files included."""
    sizes = [900, 300, 150, 101, 100, *([13] * 5), *([7] * 30), *([4] * 16), 1, 60, 25]
    sizes += [2000 - sum(sizes) - 5 * 3]
    names = [f"org{n}" for n in range(len(sizes))]
    for name, size in zip(names, sizes, strict=True):
        github.world.organization(name)
        fill(github.world, name, size)
    for n in range(5):
        github.world.user(f"user{n}")
        fill(github.world, f"user{n}", 3)
    scope = owners(*names, *(f"user{n}" for n in range(5)))
    assert (len(sizes), min(sizes), max(sizes)) == (60, 1, 900)
    crawled = await github.crawl(scope)
    with_file = sum(1 for r in github.world.repositories if "publiccode.yml" in r.files)
    assert len(crawled.sightings) == 2000
    assert len(crawled.texts()) == with_file == crawled.wanted
    assert all(content is not None for content in crawled.texts().values())
    assert sorted(crawled.owners_read) == sorted(scope.scope.paths)
    assert github.api.requests() <= 45 + with_file / 20
    assert github.api.requests() == github.api.points
    assert github.api.requests("rest") == github.raw.requests() == 0

    github.api.forget()
    again = await github.crawl(scope, known=crawled.known)
    assert again.wanted == 0
    assert github.api.text_bytes == 0
    assert github.api.requests() <= 25
    assert again.sightings.keys() == crawled.sightings.keys()


async def test_only_public_repositories(github: GitHub) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/offen", {"publiccode.yml": FILE})
    github.world.create("stadt/zu", {"publiccode.yml": FILE}, visibility=Visibility.PRIVATE)
    github.world.create("stadt/intern", {"a": b""}, visibility=Visibility.INTERNAL)
    crawled = await github.crawl(owners("stadt"))
    assert set(crawled.sightings) == {"stadt/offen"}
    by_name = await github.crawl(
        listing(ScopeKind.REPOSITORIES, ["stadt/zu", "stadt/intern", "stadt/offen"])
    )
    assert set(by_name.sightings) == {"stadt/offen"}
    assert by_name.skipped == 2


async def test_empty_disabled_and_two_files(github: GitHub) -> None:
    world = github.world
    world.organization("stadt")
    world.create("stadt/leer")
    world.create("stadt/gesperrt", {"publiccode.yml": FILE}, disabled=True)
    world.create("stadt/beide", {"publiccode.yaml": "a: 1\n", "publiccode.yml": FILE})
    world.create("stadt/ordner", {"publiccode.yml/x": b""})
    crawled = await github.crawl(owners("stadt"))
    assert crawled.sightings["stadt/leer"].files == ()
    assert crawled.sightings["stadt/leer"].repository.default_branch is None
    assert isinstance(crawled.sightings["stadt/gesperrt"].files, Unknown)
    both = crawled.sightings["stadt/beide"].files
    assert isinstance(both, tuple)
    assert [f.path for f in both] == ["publiccode.yml", "publiccode.yaml"]
    assert [f.content for f in both] == [FILE.encode(), b"a: 1\n"]
    assert crawled.sightings["stadt/ordner"].files == ()


@pytest.mark.parametrize(
    "content",
    [b"name: a\0b\n", "name: Müller\n".encode("latin-1"), b"# " + b"x" * 600_000 + b"\n"],
)
async def test_a_text_that_is_not_the_bytes_is_read_once_more_as_it_is(
    github: GitHub, content: bytes
) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/r", {"publiccode.yml": content})
    github.world.create("stadt/s", {"publiccode.yml": FILE})
    crawled = await github.crawl(owners("stadt"))
    assert crawled.texts() == {"stadt/r": content, "stadt/s": FILE.encode()}
    assert github.api.requests("rest") == 1
    assert github.raw.requests() == 0


async def test_a_file_that_nobody_would_read_is_not_asked_for(github: GitHub) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/r", {"publiccode.yml": b"x" * 1_100_000})
    crawled = await github.crawl(owners("stadt"))
    file = only_file(crawled.sightings["stadt/r"])
    assert (file.content, file.size, file.unread) == (None, 1_100_000, None)
    assert github.api.requests("rest") == 0


async def test_a_file_that_cannot_be_had_is_unread(github: GitHub) -> None:
    github.world.organization("stadt")
    r = github.world.create("stadt/r", {"publiccode.yml": b"a\0b"})
    github.api.faults.plan(
        Call(lambda: github.world.change(r, disabled=True)), when=lambda q: q.kind == "rest"
    )
    crawled = await github.crawl(owners("stadt"))
    file = only_file(crawled.sightings["stadt/r"])
    assert file.content is None
    assert file.unread is not None
    assert "403" in file.unread


async def test_a_web_page_in_place_of_a_file_is_unread(github: GitHub) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/r", {"publiccode.yml": b"a\0b"})
    github.api.faults.plan(html(), when=lambda q: q.kind == "rest")
    crawled = await github.crawl(owners("stadt"))
    file = only_file(crawled.sightings["stadt/r"])
    assert (file.content, file.unread is None) == (None, False)


async def test_an_unknown_owner_is_a_failure_and_the_others_are_read(github: GitHub) -> None:
    github.world.organization("stadt")
    fill(github.world, "stadt", 3)
    crawled = await github.crawl(owners("nobody", "stadt", "STADT"))
    assert len(crawled.sightings) == 3
    (failure,) = crawled.failures
    assert (failure.code, failure.subject) == (FailureCode.NOT_FOUND, "https://github.com/nobody")
    assert "renamed or deleted" in failure.message
    assert crawled.owners_read == ["stadt"]


async def test_no_owners_make_an_empty_last_page(github: GitHub) -> None:
    crawled = await github.crawl(owners())
    assert [(p.sightings, p.cursor) for p in crawled.pages] == [((), None)]
    assert github.api.requests() == 0


def between_pages(github: GitHub, action: Callable[[], object]) -> Callable[[Page], None]:
    done: list[object] = []

    def act(page: Page) -> None:
        if not done:
            done.append(action())

    return act


async def test_what_happens_between_two_pages(github: GitHub) -> None:
    world = github.world
    world.organization("stadt")
    for n in range(250):
        world.create(f"stadt/r{n:03}", {"a": b""}, at=START + timedelta(minutes=n))
    world.clock.advance(days=1)

    def act() -> None:
        for name in ("stadt/r001", "stadt/r150"):
            gone = world.find(name)
            assert gone is not None
            world.delete(gone)
        pushed = world.find("stadt/r005")
        later = world.find("stadt/r200")
        assert pushed is not None
        assert later is not None
        world.push(pushed, {"publiccode.yml": FILE})
        world.push(later, {"publiccode.yml": FILE})
        world.create("stadt/neu", {"publiccode.yml": FILE})

    crawled = await github.crawl(owners("stadt"), each=between_pages(github, act))
    expected = {f"stadt/r{n:03}" for n in range(250)} - {"stadt/r150"} | {"stadt/neu"}
    assert set(crawled.sightings) == expected
    listed = [seen.repository.forge_id for page in crawled.pages for seen in page.sightings]
    assert len(listed) == len(set(listed)), "nothing comes twice"
    assert set(crawled.texts()) == {"stadt/r200", "stadt/neu"}


async def test_an_owner_that_is_renamed_between_two_pages(github: GitHub) -> None:
    world = github.world
    owner = world.organization("stadt")
    fill(world, "stadt", 150)
    crawled = await github.crawl(
        owners("stadt"),
        each=between_pages(github, lambda: world.rename_owner(owner, "kommune")),
    )
    assert len({s.repository.forge_id for s in crawled.sightings.values()}) == 100
    assert "kommune/r010" in crawled.sightings  # read by its id, under its new name
    (failure,) = crawled.failures
    assert failure.code is FailureCode.NOT_FOUND
    assert crawled.owners_read == []


async def test_a_repository_is_renamed_or_changed_between_listing_and_reading(
    github: GitHub,
) -> None:
    world = github.world
    world.organization("stadt")
    world.organization("land")
    r = world.create("stadt/r", {"publiccode.yml": FILE})
    async with github.opened() as connector:
        (page,) = [p async for p in connector.pages(owners("stadt"))]
        land = world.owner("land")
        assert land is not None
        world.transfer(r, land, "s")
        world.push(r, {"publiccode.yml": "name: new\n"})
        (read,) = await connector.read(page.sightings)
        assert read.repository.path == "land/s"
        assert only_file(read).blob_id == blob_id(b"name: new\n")
        world.delete(r)
        (read,) = await connector.read(page.sightings)
        assert only_file(read).unread is not None
        assert only_file(read).content is None


@pytest.mark.parametrize("stop_after", range(1, 6))
async def test_a_resumed_sweep_gives_the_same_union(github: GitHub, stop_after: int) -> None:
    world = github.world
    sizes = {"a": 120, "b": 3, "c": 90, "d": 0, "e": 210, "f": 1}
    for name, size in sizes.items():
        world.organization(name)
        fill(world, name, size)
    names = tuple(sizes)
    seen: set[str] = set()
    read: list[str] = []
    async with github.opened() as connector:
        pages = connector.pages(owners(*names))
        cursor = None
        for _ in range(stop_after):
            page = await anext(pages, None)
            if page is None:
                break
            cursor = page.cursor
            seen |= {s.repository.path for s in page.sightings}
            read += page.owners_read
        await pages.aclose()  # type: ignore[attr-defined]
    if cursor is not None:
        # the order of visits and the scope changed meanwhile, and an owner grew
        world.organization("g")
        fill(world, "g", 2)
        world.create("e/late", {"a": b""}, at=world.clock.advance(days=1))
        recent = dict.fromkeys(read, world.clock.now())
        rest = await github.crawl(
            owners("g", *reversed(names), cursor=cursor, recent_owners=recent)
        )
        seen |= set(rest.sightings)
        read += rest.owners_read
        assert {"g/r000", "e/late"} <= seen
    expected = {r.path for r in world.repositories}
    assert seen == expected
    assert sorted(read) == sorted({path.partition("/")[0] for path in expected} | {"d"})


async def test_the_least_recently_visited_owner_comes_first(github: GitHub) -> None:
    for name in ("a", "b", "c"):
        github.world.organization(name)
        fill(github.world, name, 80)
    recent = {"A": START, "c": START - timedelta(days=1)}
    crawled = await github.crawl(owners("a", "b", "c", recent_owners=recent))
    assert crawled.owners_read == ["b", "c", "a"]


async def test_the_token_goes_to_the_api_alone(github: GitHub) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/r", {"publiccode.yml": b"a\0b"})
    await github.crawl(owners("stadt"))
    await github.crawl(owners("stadt"), token=None)
    assert github.api.tokens_seen == {TOKEN}
    assert github.raw.requests() == 2
    assert github.raw.tokens_seen == set()
    assert {
        e.request.headers.get("x-github-api-version") for e in github.api.log
    } == {"2022-11-28"}  # fmt: skip


async def test_a_cursor_of_another_kind_of_crawl_is_not_followed(github: GitHub) -> None:
    github.world.organization("stadt")
    fill(github.world, "stadt", 150)
    async with github.opened() as connector:
        page = await anext(aiter(connector.pages(owners("stadt"))))
    assert page.cursor is not None
    for cursor in (page.cursor.replace('"since":null', '"since":"2026-01-01T00:00:00+00:00"'), "x"):
        crawled = await github.crawl(owners("stadt", cursor=cursor))
        assert len(crawled.sightings) == 150


async def test_the_file_by_which_a_repository_opts_out_costs_nothing(github: GitHub) -> None:
    github.world.organization("stadt")
    github.world.create("stadt/in", {"publiccode.yml": FILE})
    github.world.create("stadt/out", {"publiccode.yml": FILE, IGNORE_FILE: b""})
    crawled = await github.crawl(owners("stadt"))
    told = {path: seen.ignore_file for path, seen in crawled.sightings.items()}
    assert told == {"stadt/in": False, "stadt/out": True}
    assert github.api.requests("raw") == 0
