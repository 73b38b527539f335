# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which projects a scope gives, in which order, at which cost, and how a listing goes on."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from harvester.ports.listing import Listing, Scope
from tests.connectors.gitlab.support import (
    EVERYWHERE,
    URL,
    Make,
    Visit,
    addresses,
    failures,
    files_of,
    filled,
    owners,
    paths,
    repositories,
    sightings,
)
from tests.forges.faults import Call, html
from tests.forges.gitlab import GitLabForge
from tests.forges.world import Visibility, World

pytestmark = pytest.mark.anyio


@pytest.fixture
def peopled(world: World) -> World:
    """250 projects of a group in two levels, 3 of a user."""
    filled(world, "bund", 150, every=10)
    filled(world, "bund/amt", 100, every=10)
    filled(world, "mona", 3)
    return world


# --- scopes ---------------------------------------------------------------------------------


async def test_an_instance_by_id(peopled: World, visit: Visit) -> None:
    pages = await visit.pages()
    assert paths(pages) == [r.path for r in peopled.repositories]
    assert [len(page.sightings) for page in pages] == [100, 100, 53]
    assert [page.cursor is None for page in pages] == [False, False, True]
    assert pages[0].total == 253
    assert visit.forge.kinds == {"graphql": 3}


async def test_a_group_with_its_subgroups(peopled: World, visit: Visit) -> None:
    pages = await visit.pages(owners("bund"))
    assert len(paths(pages)) == len(set(paths(pages))) == 250
    assert [page.owners_read for page in pages] == [(), (), ("bund",)]
    assert [page.owners_left for page in pages] == [1, 1, 0]
    assert visit.forge.kinds == {"graphql": 3}


async def test_groups_and_users_alike(peopled: World, visit: Visit) -> None:
    pages = await visit.pages(owners("mona", "/bund/amt/", "bund"))
    assert [page.owners_read for page in pages] == [("mona",), (), (), ("bund",)]
    assert len(set(paths(pages))) == 253


async def test_a_user_whom_graphql_shows_to_nobody(world: World, visit: Visit) -> None:
    filled(world, "mona", 120, every=60)
    world.create("mona/old", {}, archived=True)
    world.create("mona/intern", {}, visibility=Visibility.INTERNAL)
    pages = await visit.pages(owners("mona"), token="good")
    assert [len(page.sightings) for page in pages] == [100, 21]
    assert pages[-1].owners_read == ("mona",)
    assert sum(page.skipped for page in pages) == 1
    assert len(files_of(pages)) == 2
    # REST names the projects and the account's memberships, GraphQL reads them a hundred at a time,
    # and one more request asks whether a stranger sees the files too.
    assert visit.forge.kinds == {"graphql": 4, "rest": 4}
    rest = await visit.pages(owners("mona"), token="good", cursor=pages[0].cursor)
    assert paths(rest) == paths(pages[1:])


async def test_a_project_of_a_user_that_breaks_its_page(world: World, visit: Visit) -> None:
    filled(world, "mona", 3)
    bad = world.find("mona/p1")
    assert bad is not None
    visit.forge.break_project(bad)
    pages = await visit.pages(owners("mona"))
    assert sorted(paths(pages)) == ["mona/p0", "mona/p2"]
    assert [failure.subject for failure in failures(pages)] == [f"{URL}/mona/p1"]


async def test_single_projects(peopled: World, visit: Visit) -> None:
    wanted = [f"bund/p{n}" for n in range(60)]
    pages = await visit.pages(repositories(*wanted, "Mona/P1"))
    assert sorted(paths(pages)) == sorted([*wanted, "mona/p1"])
    assert visit.forge.kinds == {"graphql": 2}
    assert [page.cursor is None for page in pages] == [False, True]


async def test_a_single_project_under_its_old_name(peopled: World, visit: Visit) -> None:
    moved = peopled.find("mona/p1")
    assert moved is not None
    peopled.rename(moved, "neu")
    pages = await visit.pages(repositories("mona/p1", "mona/p2"))
    assert sorted(paths(pages)) == ["mona/neu", "mona/p2"]
    assert failures(pages) == []


async def test_addresses_of_which_nobody_knows_what_they_are(peopled: World, visit: Visit) -> None:
    peopled.group("land")
    moved = peopled.create("land/alt", {})
    peopled.rename(moved, "neu")
    pages = await visit.pages(addresses("bund/p7", "bund/amt", "mona", "land/alt", "no/where"))
    assert len(pages) == 5
    assert paths(pages[:1]) == ["bund/p7"]
    assert paths(pages[1:2])[0] == "bund/amt/p99"
    assert paths(pages[2:]) == ["mona/p2", "mona/p1", "mona/p0", "land/neu"]
    assert [failure.subject for failure in failures(pages)] == [f"{visit.url}/no/where"]
    assert pages[-1].cursor is None


async def test_an_address_of_digits_is_not_the_number_of_a_project(
    world: World, visit: Visit
) -> None:
    project = world.create("mona/x", {})
    pages = await visit.pages(addresses(str(project.id)))
    assert paths(pages) == []
    assert [failure.subject for failure in failures(pages)] == [f"{URL}/{project.id}"]


async def test_addresses_that_are_all_projects(peopled: World, visit: Visit) -> None:
    pages = await visit.pages(addresses("mona/p0", "mona/p1"))
    assert sorted(paths(pages)) == ["mona/p0", "mona/p1"]
    assert [page.cursor for page in pages] == [None]
    assert visit.forge.requests() == 1


async def test_a_project_that_only_the_token_sees(peopled: World, visit: Visit) -> None:
    peopled.create("mona/secret", {}, visibility=Visibility.PRIVATE)
    for scope in (repositories("mona/secret"), addresses("mona/secret")):
        pages = await visit.pages(scope, token="good")
        assert paths(pages) == []
        assert [failure.code for failure in failures(pages)] == ["not-found"]


async def test_the_least_recently_visited_owner_first(peopled: World, visit: Visit) -> None:
    now = peopled.clock.now()
    peopled.group("land")
    recent = {"bund": now - timedelta(days=1), "mona": now - timedelta(days=3)}
    pages = await visit.pages(owners("bund", "mona", "land"), recent=recent)
    read = [path for page in pages for path in page.owners_read]
    assert read == ["land", "mona", "bund"]


# --- contents -------------------------------------------------------------------------------


async def test_a_probe_brings_blob_ids_and_read_the_texts(peopled: World, visit: Visit) -> None:
    pages = await visit.pages(contents=False)
    assert visit.forge.text_bytes == 0
    wanted = [s for s in sightings(pages) if s.files]
    assert len(wanted) == 28
    assert all(file.content is None for file in files_of(pages))
    visit.forge.forget()
    async with visit.open() as connector:
        read = await connector.read(wanted)
    assert visit.forge.kinds == {"graphql": 1}
    assert read == [s for s in sightings(await visit.pages()) if s.files]


async def test_a_file_that_changed_before_it_was_read(peopled: World, visit: Visit) -> None:
    project = peopled.find("mona/p0")
    assert project is not None
    [probe] = [s for s in sightings(await visit.pages(contents=False)) if "mona/p0" in str(s)]
    peopled.push(project, {"publiccode.yml": "name: neu\n"})
    async with visit.open() as connector:
        [read] = await connector.read([probe])
    assert isinstance(read.files, tuple)
    assert read.files[0].content == b"name: neu\n"


async def test_what_vanished_before_it_was_read(peopled: World, visit: Visit) -> None:
    probes = sightings(await visit.pages(owners("mona"), contents=False))
    gone, hidden = peopled.find("mona/p2"), peopled.find("mona/p1")
    assert gone is not None
    assert hidden is not None
    peopled.delete(gone)
    peopled.show_to(hidden, Visibility.PRIVATE)
    async with visit.open(token="good") as connector:
        read = await connector.read(probes)
    files = [s.files[0] for s in read if isinstance(s.files, tuple)]
    assert [file.unread is None for file in files] == [False, False, True]


# --- cost -----------------------------------------------------------------------------------


async def test_an_instance_of_2000_projects_in_25_requests() -> None:
    world = World()
    world.group("bund")
    filled(world, "bund", 2000, every=20)
    await costs(world, EVERYWHERE, 25)


async def test_twenty_groups_five_deep_in_45_requests() -> None:
    world = World()
    names = [f"g{n}" for n in range(20)]
    for number, name in enumerate(names):
        deep = f"{name}/a/b/c/d"
        world.group(deep)
        for level in range(1, 6):
            path = "/".join(deep.split("/")[:level])
            filled(world, path, 10 + (number if level > 1 else 0) * 2, every=10)
    assert len(world.repositories) > 2000
    await costs(world, owners(*names), 45)


async def costs(world: World, scope: Scope, most: int) -> None:
    with GitLabForge(world) as forge:
        pages = await Visit(forge=forge).pages(scope)
        assert len(set(paths(pages))) == len(world.repositories)
        files = files_of(pages)
        assert len(files) >= 100
        assert all(file.content for file in files)
        assert forge.requests() <= most
        assert forge.kinds.keys() == {"graphql"}
        assert max(exchange.points for exchange in forge.log) <= 120


# --- activity -------------------------------------------------------------------------------


async def test_an_incremental_listing_stops_where_nothing_moved(
    peopled: World, visit: Visit
) -> None:
    peopled.clock.advance(days=10)
    since = peopled.clock.now() - timedelta(hours=2)
    project = peopled.find("bund/amt/p7")
    assert project is not None
    peopled.push(project, {"x": "y"})
    for scope, requests in ((EVERYWHERE, 2), (owners("bund", "mona"), 4)):
        visit.forge.forget()
        pages = await visit.pages(scope, since=since, contents=False)
        assert "bund/amt/p7" in paths(pages)[:1]
        assert visit.forge.requests() == requests
        assert pages[-1].cursor is None


async def test_a_group_in_which_nothing_moved_costs_one_request(
    peopled: World, visit: Visit
) -> None:
    peopled.clock.advance(days=10)
    pages = await visit.pages(owners("bund"), since=peopled.clock.now())
    assert visit.forge.requests() == 1
    assert pages[-1].owners_read == ("bund",)


# --- changes between two pages --------------------------------------------------------------


def pushed(world: World) -> None:
    for path in ("bund/p1", "bund/amt/p99"):
        project = world.find(path)
        assert project is not None
        world.push(project, {"x": "new"})


def created(world: World) -> None:
    world.create("mona/p9")
    world.create("bund/p999")


def deleted(world: World) -> None:
    for path in ("bund/p0", "bund/p1", "mona/p1"):
        project = world.find(path)
        assert project is not None
        world.delete(project)


@pytest.mark.parametrize("scope", [EVERYWHERE, owners("bund", "mona")])
@pytest.mark.parametrize("graphql", [True, False])
@pytest.mark.parametrize("happens", [pushed, created, deleted])
async def test_a_sweep_misses_nothing_that_was_there_all_the_time(
    peopled: World,
    visit: Visit,
    scope: Scope,
    graphql: bool,
    happens: Callable[[World], None],
) -> None:
    if not graphql:
        refuse(visit)
    before = {r.path for r in peopled.repositories}
    listing = {"graphql": "/api/graphql", "rest": "/projects"}["graphql" if graphql else "rest"]
    visit.forge.faults.plan(
        Call(lambda: happens(peopled)),
        when=lambda request: request.path.endswith(listing),
        skip=1,
    )
    pages = await visit.pages(scope)
    after = {r.path for r in peopled.repositories}
    assert before & after <= set(paths(pages))
    # Only pages that are counted, which REST has of groups, are gone back to where some vanished.
    if graphql or scope is EVERYWHERE or happens is not deleted:
        assert len(paths(pages)) == len(set(paths(pages)))


# --- going on -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "graphql"),
    [
        (EVERYWHERE, True),
        (EVERYWHERE, False),
        (owners("mona", "bund/amt", "nobody", "bund"), True),
        (owners("mona", "bund/amt", "nobody", "bund"), False),
        (repositories(*(f"bund/p{n}" for n in range(120))), True),
        (addresses("bund/p7", "mona", "bund/amt", "nobody", "bund/p8"), True),
        (addresses("bund/p7", "mona", "nobody"), False),
    ],
)
async def test_resumed_at_every_page_a_listing_is_the_same(
    peopled: World, visit: Visit, scope: Scope, graphql: bool
) -> None:
    if not graphql:
        refuse(visit)
    whole = await visit.pages(scope)
    assert len(whole) > 1
    for cut, page in enumerate(whole[:-1]):
        assert page.cursor is not None
        recent = {
            path: peopled.clock.now() for done in whole[: cut + 1] for path in done.owners_read
        }
        rest = await visit.pages(scope, cursor=page.cursor, recent=recent)
        assert sightings([*whole[: cut + 1], *rest]) == sightings(whole)
        assert failures([*whole[: cut + 1], *rest]) == failures(whole)
        assert rest[-1].cursor is None


async def test_the_owner_that_was_begun_is_ended_first(peopled: World, visit: Visit) -> None:
    scope = owners("bund", "mona")
    async with visit.open() as connector:
        first = await anext(aiter(connector.pages(Listing(scope=scope, contents=True))))
    recent = {"bund": peopled.clock.now()}
    rest = await visit.pages(scope, cursor=first.cursor, recent=recent)
    assert [path for page in rest for path in page.owners_read] == ["bund", "mona"]
    assert len(set(paths([first, *rest]))) == 253


@pytest.mark.parametrize(
    "cursor", ["", "null", "[]", "not json", '{"after":5,"kind":"x"}', '{"done":7}']
)
async def test_a_cursor_that_is_none_is_the_beginning(
    peopled: World, visit: Visit, cursor: str
) -> None:
    assert len(paths(await visit.pages(cursor=cursor))) == 253


async def test_a_cursor_that_the_forge_does_not_understand_any_more(
    peopled: World, visit: Visit
) -> None:
    cursor = '{"api":"graphql","after":"stale"}'
    assert len(paths(await visit.pages(cursor=cursor))) == 253


async def test_a_cursor_of_the_other_api_begins_the_place_anew(peopled: World, make: Make) -> None:
    visit = make()
    pages = await visit.pages(owners("mona", "bund"))
    refuse(visit)
    rest = await visit.pages(owners("mona", "bund"), cursor=pages[1].cursor)
    assert len(set(paths(rest))) == 250
    assert rest[-1].owners_read == ("bund",)


def refuse(visit: Visit) -> None:
    visit.forge.refuse_graphql(html())
