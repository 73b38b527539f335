# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which repositories a scope gives, in which order, at which cost, and how a listing goes on."""

from datetime import timedelta

import pytest

from harvester.model import Unread
from harvester.ports.errors import SourceError, UnexpectedAnswerError
from harvester.ports.listing import FailureCode, Listing, Scope
from tests.connectors.gitea.support import (
    EVERYWHERE,
    URL,
    Make,
    Visit,
    addresses,
    failures,
    filled,
    owners,
    paths,
    repositories,
    sightings,
)
from tests.forges.faults import Answer, Call, html
from tests.forges.world import Visibility, World

pytestmark = pytest.mark.anyio


@pytest.fixture
def peopled(world: World) -> World:
    """130 repositories of an organisation, 3 of a user."""
    filled(world, "stadt", 130, every=10)
    filled(world, "mona", 3)
    return world


# --- scopes ---------------------------------------------------------------------------------


async def test_an_instance_by_id(peopled: World, visit: Visit) -> None:
    pages = await visit.pages()
    assert paths(pages) == [r.path for r in peopled.repositories]
    assert [len(page.sightings) for page in pages] == [50, 48, 35]
    assert [page.cursor is None for page in pages] == [False, False, True]
    assert {page.total for page in pages} == {133}
    assert all(isinstance(seen.files, Unread) for seen in sightings(pages))
    # the list of organisations and the size of pages, once each
    assert visit.forge.kinds == {"rest": 5}


async def test_organisations_and_users(peopled: World, visit: Visit) -> None:
    pages = await visit.pages(owners("mona", "Stadt"))
    assert len(set(paths(pages))) == 133
    assert [page.owners_read for page in pages] == [("mona",), (), (), ("Stadt",)]
    assert [page.owners_left for page in pages] == [1, 1, 1, 0]
    kinds = {seen.repository.owner.path: seen.repository.owner.kind for seen in sightings(pages)}
    assert kinds == {"mona": "user", "stadt": "organization"}
    assert visit.forge.kinds == {"rest": 2 + 1 + 1 + 4}


async def test_the_least_recently_visited_owner_comes_first(peopled: World, visit: Visit) -> None:
    now = visit.forge.clock.now()
    recent = {"mona": now, "STADT": now - timedelta(days=1)}
    peopled.organization("neu")
    pages = await visit.pages(owners("mona", "stadt", "neu"), recent=recent)
    read = [owner for page in pages for owner in page.owners_read]
    assert read == ["neu", "stadt", "mona"]


async def test_single_repositories_also_under_old_names(peopled: World, visit: Visit) -> None:
    moved = peopled.find("mona/r1")
    assert moved is not None
    peopled.rename(moved, "neu")
    pages = await visit.pages(repositories("mona/r1", "Mona/R2", "mona/r2", "no/where"))
    assert sorted(paths(pages)) == ["mona/neu", "mona/r2"]
    [failure] = failures(pages)
    assert (failure.subject, failure.code) == (f"{URL}/no/where", FailureCode.NOT_FOUND)
    # one was asked for twice, by its old name and by its new one, and their owner once
    assert visit.forge.kinds == {"rest": 3 + 1 + 1}


async def test_many_single_repositories_are_several_pages(peopled: World, visit: Visit) -> None:
    wanted = [f"stadt/r{number}" for number in range(25)]
    pages = await visit.pages(repositories(*wanted))
    assert [len(page.sightings) for page in pages] == [20, 5]
    rest = await visit.pages(repositories(*wanted), cursor=pages[0].cursor)
    assert paths(rest) == paths(pages[1:])


async def test_addresses_of_either_kind(peopled: World, visit: Visit) -> None:
    pages = await visit.pages(addresses("mona", "stadt/r7", "stadt/r8/issues"))
    assert paths(pages) == ["stadt/r7", "stadt/r8", "mona/r0", "mona/r1", "mona/r2"]
    assert [page.cursor is None for page in pages] == [False, True]
    rest = await visit.pages(addresses("mona", "stadt/r7"), cursor=pages[0].cursor)
    assert paths(rest) == paths(pages[1:])


async def test_nothing_at_all(world: World, visit: Visit) -> None:
    for scope in (EVERYWHERE, owners("mona")):
        [page] = await visit.pages(scope)
        assert (page.sightings, page.cursor, page.failures) == ((), None, ())


@pytest.mark.parametrize("scope", [owners("a/b"), repositories("a")])
async def test_a_path_of_the_other_kind_is_refused(visit: Visit, scope: Scope) -> None:
    with pytest.raises(SourceError, match=r"source berg: 'a.*' is not"):
        await visit.pages(scope)


# --- only public ----------------------------------------------------------------------------


@pytest.mark.parametrize("token", [None, "good", "stranger"])
async def test_only_what_everybody_sees(world: World, visit: Visit, token: str | None) -> None:
    world.create("mona/offen", {})
    world.create("mona/zu", {}, visibility=Visibility.PRIVATE)
    world.organization("verein", visibility=Visibility.INTERNAL)
    world.create("verein/nur-angemeldet", {})
    world.organization("bund", visibility=Visibility.PRIVATE)
    world.create("bund/nur-mitglieder", {})
    pages = await visit.pages(token=token)
    assert paths(pages) == ["mona/offen"]
    assert sum(page.skipped for page in pages) == {None: 0, "stranger": 1, "good": 2}[token]
    pages = await visit.pages(owners("verein", "bund", "mona"), token=token)
    assert (paths(pages), len(failures(pages))) == (["mona/offen"], 2)
    pages = await visit.pages(repositories("mona/zu", "verein/nur-angemeldet"), token=token)
    assert paths(pages) == []


async def test_a_forge_behind_a_sign_in_has_nothing_public(world: World, make: Make) -> None:
    world.create("mona/x", {})
    visit = make(closed=True)
    for token in (None, "good"):
        with pytest.raises(SourceError, match="signed in"):
            await visit.pages(token=token)
    with pytest.raises(SourceError, match="whatever the token sees"):
        await visit.pages(owners("mona"), token="good")


# --- while the forge moves ------------------------------------------------------------------


@pytest.mark.parametrize("scope", [EVERYWHERE, owners("stadt")])
async def test_a_sweep_misses_nothing_that_stays(world: World, visit: Visit, scope: Scope) -> None:
    filled(world, "stadt", 160)
    was = {r.path: r for r in world.repositories}
    gone = [f"stadt/r{n}" for n in (0, 1, 2, 49, 60)]

    def live() -> None:
        for path in gone:
            world.delete(was[path])
        world.push(was["stadt/r5"], {"x": "y"})
        world.create("stadt/neu", {})

    visit.forge.faults.plan(Call(live), when=lambda r: r.path.endswith("/search"), skip=1, times=1)
    seen = paths(await visit.pages(scope))
    assert len(seen) == len(set(seen))
    assert set(was) - set(gone) <= set(seen)


async def test_as_many_come_as_go(world: World, visit: Visit) -> None:
    filled(world, "stadt", 120)
    was = {r.path: r for r in world.repositories}

    def swap() -> None:
        for number in range(7):
            world.delete(was[f"stadt/r{number}"])
            world.create(f"stadt/n{number}", {})

    visit.forge.faults.plan(Call(swap), when=lambda r: r.path.endswith("/search"), skip=1)
    seen = paths(await visit.pages())
    assert {f"stadt/r{number}" for number in range(7, 120)} <= set(seen)


async def test_nearly_everything_vanishes(world: World, visit: Visit) -> None:
    filled(world, "stadt", 200)
    was = list(world.repositories)

    def raze() -> None:
        for repository in was[:170]:
            world.delete(repository)

    visit.forge.faults.plan(Call(raze), when=lambda r: r.path.endswith("/search"), skip=2)
    assert set(paths(await visit.pages())) >= {r.path for r in was[170:]}


async def test_a_forge_that_does_not_sort_is_not_believed(world: World, visit: Visit) -> None:
    filled(world, "mona", 3)
    body = b'{"ok":true,"data":[{"id":3},{"id":2}]}'
    visit.forge.faults.plan(
        Answer(status=200, body=body), when=lambda r: r.path.endswith("/search")
    )
    with pytest.raises(UnexpectedAnswerError, match="not in the order of their ids"):
        await visit.pages()


# --- going on -------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", [EVERYWHERE, owners("mona", "stadt", "leer")])
async def test_it_goes_on_behind_every_page(peopled: World, visit: Visit, scope: Scope) -> None:
    peopled.organization("leer")
    pages = await visit.pages(scope)
    for index, page in enumerate(pages[:-1]):
        rest = await visit.pages(scope, cursor=page.cursor)
        assert paths(rest) == paths(pages[index + 1 :])


@pytest.mark.parametrize(
    "cursor", ["", "{", "[]", '{"after":"1"}', '{"after":5}', '{"since":"2026-01-01"}']
)
async def test_a_cursor_that_is_none_is_the_beginning(
    peopled: World, visit: Visit, cursor: str
) -> None:
    assert len(paths(await visit.pages(cursor=cursor))) == 133


async def test_a_cursor_of_an_owner_does_not_move_the_whole_forge(
    peopled: World, visit: Visit
) -> None:
    pages = await visit.pages(owners("stadt"))
    assert len(paths(await visit.pages(cursor=pages[0].cursor))) == 133


# --- what moved -----------------------------------------------------------------------------


@pytest.mark.parametrize("scope", [EVERYWHERE, owners("stadt")])
async def test_an_incremental_listing_stops_behind_what_is_older(
    peopled: World, visit: Visit, scope: Scope
) -> None:
    peopled.clock.advance(days=3)
    for number in (7, 99):
        moved = peopled.find(f"stadt/r{number}")
        assert moved is not None
        peopled.push(moved, {"x": "y"})
        peopled.clock.advance(minutes=1)
    since = peopled.clock.now() - timedelta(days=1)
    [page] = await visit.pages(scope, since=since)
    assert paths([page])[:2] == ["stadt/r99", "stadt/r7"]
    assert page.total is None
    assert visit.forge.kinds == {"rest": 2}


async def test_an_incremental_listing_goes_on_and_looks_as_far_back(
    peopled: World, visit: Visit
) -> None:
    since = peopled.clock.now() - timedelta(hours=1)
    pages = await visit.pages(since=since)
    assert [len(page.sightings) for page in pages] == [50, 50, 33]
    later = peopled.clock.now() + timedelta(hours=1)
    rest = await visit.pages(since=later, cursor=pages[0].cursor)
    assert paths(rest) == paths(pages[1:])
    assert len(await visit.pages(cursor=pages[0].cursor)) == 3  # a sweep begins anew


# --- cost -----------------------------------------------------------------------------------


async def test_a_thousand_repositories(world: World, visit: Visit) -> None:
    filled(world, "stadt", 1000, every=10)
    world.clock.advance(days=1)
    async with visit.open() as connector:
        listed = [page async for page in connector.pages(Listing(scope=EVERYWHERE))]
        assert visit.forge.requests() == 26
        await connector.read(sightings(listed)[:60])
        # a tree each; of six with a file also that file and the languages
        assert visit.forge.requests() == 26 + 60 + 2 * 6
    visit.forge.forget()
    again = await visit.pages()
    known = {seen.repository.forge_id: seen.repository.revision for seen in sightings(listed)}
    assert {s.repository.forge_id: s.repository.revision for s in sightings(again)} == known
    assert visit.forge.requests() == 26
    visit.forge.forget()
    await visit.pages(owners("stadt"))
    assert visit.forge.requests() == 26
    visit.forge.forget()
    await visit.pages(since=world.clock.now() - timedelta(hours=2))
    assert visit.forge.requests() == 2


@pytest.mark.parametrize("largest", [7, 20, 30])
async def test_a_forge_with_smaller_pages(peopled: World, make: Make, largest: int) -> None:
    pages = await make(largest_page=largest).pages()
    assert len(paths(pages)) == len(set(paths(pages))) == 133


async def test_a_forge_that_does_not_tell_the_size_of_its_pages(peopled: World, make: Make) -> None:
    pages = await make(lacks=["settings"], largest_page=30).pages()
    assert len(set(paths(pages))) == 133


# --- failures -------------------------------------------------------------------------------


async def test_one_bad_owner_does_not_end_the_others(peopled: World, visit: Visit) -> None:
    visit.forge.faults.plan(html(), when=lambda r: r.path.endswith("/orgs/stadt"))
    pages = await visit.pages(owners("stadt", "nobody", "mona"))
    assert len(paths(pages)) == 3
    assert [(f.subject, f.code) for f in failures(pages)] == [
        (f"{URL}/stadt", FailureCode.UNREADABLE),
        (f"{URL}/nobody", FailureCode.NOT_FOUND),
    ]
    assert pages[-1].cursor is None


async def test_one_bad_row_does_not_end_the_others(world: World, visit: Visit) -> None:
    world.create("mona/a", {})
    body = (
        b'{"ok":true,"data":[{"id":1,"full_name":"mona/kaputt","owner":null},'
        b'{"id":2,"name":"b","full_name":"mona/b","private":false,"owner":{"login":"mona"}}]}'
    )
    visit.forge.faults.plan(
        Answer(status=200, body=body), when=lambda r: r.path.endswith("/search")
    )
    pages = await visit.pages()
    assert paths(pages) == ["mona/b"]
    [failure] = failures(pages)
    assert (failure.subject, failure.forge_id) == (f"{URL}/mona/kaputt", "1")
    assert failure.code is FailureCode.UNREADABLE


@pytest.mark.parametrize("answer", [html(), Answer(status=200, body=b"[1]"), Answer(status=500)])
async def test_a_listing_that_cannot_be_read_ends(
    peopled: World, visit: Visit, answer: Answer
) -> None:
    visit.forge.faults.plan(answer, when=lambda r: r.path.endswith("/search"), times=9)
    with pytest.raises(SourceError):
        await visit.pages()
