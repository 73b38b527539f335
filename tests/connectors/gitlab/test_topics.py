# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A topic is no activity: who has one is asked for; REST reads again whose topics moved."""

import pytest

from connectors.gitlab import rest
from harvester.model import Sighting
from harvester.ports.listing import Found, Tagged
from tests.connectors.gitlab.support import Visit, filled, one
from tests.forges.faults import html
from tests.forges.world import Visibility, World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("token", [None, "good"])
async def test_who_has_one_of_some_topics(world: World, visit: Visit, token: str | None) -> None:
    filled(world, "bund", 30)
    out = world.create("mona/out", {}, topics=("web", "publiccode-ignore"))
    old = world.create("bund/amt/old", {}, topics=("nicht-listen",), archived=True)
    hidden = world.create("mona/hidden", {}, topics=("nicht-listen",))
    world.change(hidden, visibility=Visibility.PRIVATE)
    async with visit.open(token=token) as connector:
        found = await connector.with_topics(["publiccode-ignore", "nicht-listen"])
        assert found == Tagged(forge_ids=frozenset({str(out.id), str(old.id)}), whole=True)
        assert await connector.with_topics([]) == Tagged(forge_ids=frozenset(), whole=True)
    assert visit.forge.kinds == {"rest": 2}


async def test_of_very_many_not_all(
    world: World, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "MOST_TAGGED", 150)
    filled(world, "bund", 350, topics=("viele",))
    async with visit.open() as connector:
        found = await connector.with_topics(["viele"])
    assert (len(found.forge_ids), found.whole) == (200, False)
    assert visit.forge.kinds == {"rest": 2}


async def test_over_rest_a_new_topic_is_a_new_revision(world: World, visit: Visit) -> None:
    repository = world.create("mona/x", {})
    world.clock.advance(days=1)
    visit.forge.refuse_graphql(html(403))
    before = one(await visit.pages()).repository.revision
    assert one(await visit.pages()).repository.revision == before
    world.change(repository, topics=("b", "a"))
    assert one(await visit.pages()).repository.revision != before
    async with visit.open() as connector:
        answer = (await connector.look_up([str(repository.id)]))[str(repository.id)]
        assert isinstance(answer, Found)
        assert answer.sighting.repository.revision != before
        (read,) = await connector.read([answer.sighting])
    assert isinstance(read, Sighting)
    assert read.repository.details is not None
    assert read.repository.details.topics == ("b", "a")
