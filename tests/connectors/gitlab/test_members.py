# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A token that is shown code for members only: none of it comes out."""

import pytest

from harvester.model import Unknown
from harvester.ports.listing import Found, Listing, Private
from tests.connectors.gitlab.support import (
    EVERYWHERE,
    Visit,
    addresses,
    filled,
    owners,
    paths,
    repositories,
    sightings,
)
from tests.forges.faults import Answer, html
from tests.forges.world import Repository, Visibility, World

pytestmark = pytest.mark.anyio

TEXT = "name: x\n"


@pytest.fixture
def hidden(world: World) -> Repository:
    filled(world, "mona", 3)
    return world.create("mona/members", {"publiccode.yml": TEXT}, code=Visibility.PRIVATE)


@pytest.mark.parametrize("token", [None, "good", "stranger"])
@pytest.mark.parametrize("contents", [True, False])
async def test_no_scope_gives_it(
    hidden: Repository, visit: Visit, token: str | None, contents: bool
) -> None:
    for scope in (EVERYWHERE, owners("mona"), addresses("mona")):
        pages = await visit.pages(scope, token=token, contents=contents)
        assert sorted(paths(pages)) == ["mona/p0", "mona/p1", "mona/p2"]
        assert [forge_id for page in pages for forge_id in page.hidden] == [str(hidden.id)]
        assert sum(page.skipped for page in pages) == 1
    for scope in (repositories("mona/members"), addresses("mona/members")):
        assert paths(await visit.pages(scope, token=token, contents=contents)) == []


@pytest.mark.parametrize("token", [None, "good", "stranger"])
async def test_no_look_up_gives_it(
    hidden: Repository, visit: Visit, world: World, token: str | None
) -> None:
    seen = world.find("mona/p0")
    assert seen is not None
    async with visit.open(token=token) as connector:
        answers = await connector.look_up([str(hidden.id), str(seen.id)])
    assert answers[str(hidden.id)] == Private()
    assert isinstance(answers[str(seen.id)], Found)


async def test_it_is_not_read_over_rest_either(
    hidden: Repository, visit: Visit, world: World
) -> None:
    visit.forge.refuse_graphql(html())
    listed = sightings(await visit.pages(token="good"))
    async with visit.open(token="good") as connector:
        read = {s.repository.path: s.files for s in await connector.read(listed)}
    assert "mona/members" not in read
    assert isinstance(read["mona/p0"], tuple)


async def test_what_it_costs(hidden: Repository, visit: Visit, world: World) -> None:
    filled(world, "bund", 150)
    await visit.pages(token="stranger")
    assert visit.forge.kinds == {"graphql": 2, "rest": 1}
    visit.forge.forget()
    await visit.pages(token="good")
    assert visit.forge.kinds == {"graphql": 4, "rest": 2}
    assert {e.request.token for e in visit.forge.log} == {"good", None}


async def test_an_anonymous_visitor_who_is_not_answered_leaves_it_unknown(
    hidden: Repository, visit: Visit
) -> None:
    visit.forge.faults.plan(Answer(status=500), when=lambda request: request.token is None, times=9)
    files = [sighting.files for sighting in sightings(await visit.pages(token="good"))]
    assert len(files) == 4
    assert all(isinstance(told, Unknown) for told in files)


async def test_a_member_of_many_projects(hidden: Repository, visit: Visit, world: World) -> None:
    filled(world, "bund", 150, every=50)
    pages = await visit.pages(token="good")
    assert len(paths(pages)) == 153
    assert visit.forge.kinds == {"graphql": 4, "rest": 2}


async def test_a_stranger_reads_over_rest_with_the_token(hidden: Repository, visit: Visit) -> None:
    visit.forge.refuse_graphql(html())
    async with visit.open(token="stranger") as connector:
        listing = Listing(scope=owners("mona"))
        listed = [s async for page in connector.pages(listing) for s in page.sightings]
        read = {s.repository.path: s.files for s in await connector.read(listed)}
    assert isinstance(read["mona/p0"], tuple)
    assert "mona/members" not in read
    assert {e.request.token for e in visit.forge.log} == {"stranger"}
