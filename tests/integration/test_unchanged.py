# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a crawl costs where nothing moved since the last one: requests, counted by the forge."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from harvester.crawl import CrawlTask, SourcePlan, SourceSummary, crawl
from harvester.model import Forge, ItemStatus, State
from harvester.ports.connector import Connector
from harvester.ports.http import Clock
from harvester.ports.listing import Scope, ScopeKind
from harvester.worker import Worker
from storage.catalogue import SqlCatalogue, open_catalogue
from tests.connectors.github.conftest import anyio_backend, github
from tests.connectors.github.support import GitHub, fill
from tests.connectors.gitlab.support import URL, Visit, filled
from tests.crawl.build import Ears, plan
from tests.forges.gitlab import GitLabForge
from tests.forges.world import World

__all__ = ["anyio_backend", "github"]

pytestmark = pytest.mark.anyio


@pytest.fixture
def memory() -> Iterator[SqlCatalogue]:
    with closing(open_catalogue("sqlite://")) as catalogue:
        yield catalogue


async def crawled(
    catalogue: SqlCatalogue, source: SourcePlan, connector: Connector, clock: Clock
) -> SourceSummary:
    with Worker("test") as worker:
        return await crawl(
            CrawlTask(source=source),
            connector=connector,
            catalogue=catalogue,
            worker=worker,
            clock=clock,
            listener=Ears(),
            stop=asyncio.Event(),
            holder="test",
        )


async def unchanged_gitlab(
    catalogue: SqlCatalogue,
    world: World,
    scope: Scope,
    meanwhile: Callable[[], None] = lambda: None,
) -> int:
    """Crawl twice, a day apart; give the requests of the second time."""
    source = plan(
        kind="gitlab",
        forge=Forge(url=URL, kind="gitlab"),
        scope=scope,
        opt_out_topics=("publiccode-ignore",),
    )
    with GitLabForge(world) as forge:
        visit = Visit(forge=forge)
        async with visit.open() as connector:
            first = await crawled(catalogue, source, connector, forge.clock)
        assert first.complete
        assert first.items[ItemStatus.ADDED] == len(world.repositories)
        world.clock.advance(days=1)
        meanwhile()
        before = forge.requests()
        async with visit.open() as connector:
            second = await crawled(catalogue, source, connector, forge.clock)
        assert (second.complete, second.items[ItemStatus.ADDED]) == (True, 0)
        assert catalogue.head() > 0
        return forge.requests() - before


async def test_2000_gitlab_projects_in_two_requests(memory: SqlCatalogue) -> None:
    world = World()
    world.group("bund")
    filled(world, "bund", 2000, every=20)
    world.clock.advance(days=1)
    assert await unchanged_gitlab(memory, world, Scope(ScopeKind.INSTANCE)) <= 2


async def test_60_gitlab_groups_in_six_requests(memory: SqlCatalogue) -> None:
    world = World()
    names = [f"g{n:02}" for n in range(60)]
    for name in names:
        world.group(name)
        filled(world, name, 2)
    world.clock.advance(days=1)
    assert await unchanged_gitlab(memory, world, Scope(ScopeKind.OWNERS, tuple(names))) <= 6


async def test_a_topic_is_found_among_quiet_projects_in_two_requests_more(
    memory: SqlCatalogue,
) -> None:
    world = World()
    for name in ("bund", "land", "stadt"):
        world.group(name)
        filled(world, name, 120, every=20)
    chosen = world.find("stadt/p0")
    assert chosen is not None
    world.clock.advance(days=1)

    def opt_out() -> None:
        active = chosen.activity_at
        world.change(chosen, topics=("publiccode-ignore",))
        assert chosen.activity_at == active

    scope = Scope(ScopeKind.OWNERS, ("bund", "land", "stadt"))
    # the groups together, who has the topic, the one that has it now
    assert await unchanged_gitlab(memory, world, scope, opt_out) == 3
    assert memory.totals()[State.WITHDRAWN] == 1


async def test_100_github_organisations_in_four_requests(
    memory: SqlCatalogue, github: GitHub
) -> None:
    names = tuple(f"o{n:03}" for n in range(100))
    for name in names:
        github.world.organization(name)
        fill(github.world, name, 2)
    github.world.clock.advance(days=1)
    source = replace(
        plan(opt_out_topics=("publiccode-ignore",)),
        kind="github",
        forge=Forge(url="https://github.com", kind="github"),
        scope=Scope(ScopeKind.OWNERS, names),
    )
    async with github.opened() as connector:
        assert (await crawled(memory, source, connector, github.world.clock)).complete
    github.world.clock.advance(days=1)
    before = github.api.requests()
    async with github.opened() as connector:
        second = await crawled(memory, source, connector, github.world.clock)
    assert (second.complete, second.items[ItemStatus.ADDED]) == (True, 0)
    assert github.api.requests() - before <= 4
