# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the daemon does in a database connection of its own: crawls, and lets go of sources."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import structlog

from harvester.cli import catalogues, compose, installed, planning
from harvester.cli.given_up import let_go
from harvester.cli.hosts import Bodies
from harvester.cli.lists import ListCrawl, told
from harvester.cli.tapes import NoTape
from harvester.crawl import CrawlTask, Listener, SourcePlan, SourceSummary, crawl, foresee
from harvester.ports.connector import ForgeAccess, ToldCharge
from harvester.ports.errors import ConnectorError
from harvester.ports.http import Clock
from harvester.settings import Configuration, Source
from harvester.worker import Worker

_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("harvester.daemon")


async def crawl_source(
    configuration: Configuration,
    source: Source,
    *,
    addresses: tuple[str, ...] | None = None,
    clock: Clock,
    listener: Listener,
    stop: asyncio.Event,
    holder: str,
    database_took: Callable[[float], None],
    charged: ToldCharge,
) -> list[SourceSummary]:
    """Crawl a source once, or some addresses of its forge, in a database connection of its own.

    How many seconds the database took is told in the end, however it ends; what each request cost,
    at once.

    Returns:
        How it ended; of a list, also how each source ended that it was expanded to.

    Raises:
        HarvesterError: it could not be begun, or the database cannot be used.
    """

    async def of_forge(access: ForgeAccess, plan: SourcePlan) -> SourceSummary:
        task = CrawlTask(source=plan, addresses=addresses)
        connector_type = installed.connector_of(plan.kind)
        async with connector_type(replace(access, charged=charged)) as connector:
            predicted = None
            if addresses is None:
                size = await worker(
                    partial(
                        foresee, catalogue, plan, full=False, now=clock.now(), connector=connector
                    )
                )
                predicted = connector.estimate(plan.scope, size)
            ended = await crawl(
                task,
                connector=connector,
                catalogue=catalogue,
                worker=worker,
                clock=clock,
                listener=listener,
                stop=stop,
                holder=holder,
            )
            return replace(ended, predicted=predicted)

    async def part(
        name: str, access: ForgeAccess, plan: SourcePlan | ConnectorError
    ) -> SourceSummary:
        async def crawling() -> SourceSummary:
            if isinstance(plan, ConnectorError):
                raise plan
            return await of_forge(access, plan)

        return await told(name, clock, crawling)

    with Worker(source.name) as worker:
        opened = catalogues.catalogue(configuration)
        catalogue = await worker(opened.__enter__)
        try:
            budgets, validators = catalogues.stores(catalogue, worker)
            access = compose.access_of(
                configuration,
                source,
                clock=clock,
                budgets=budgets,
                validators=validators,
                waiting=partial(listener.waiting, source.name),
            )
            access = replace(access, charged=charged)
            bodies = Bodies(configuration, await worker(catalogues.lead_store(catalogue).kept))
            if source.directory is None:
                plan = planning.plan_of(configuration, source, bodies)
                return [await of_forge(access, plan)]
            lists = ListCrawl(
                configuration=configuration,
                catalogue=catalogue,
                worker=worker,
                tape=NoTape(clock),
                listener=listener,
                stop=stop,
                bodies=bodies,
                holder=holder,
                say=_LOG.debug,
            )
            return [ended async for ended in lists.whole(source, access, part)]
        finally:
            database_took(catalogue.seconds)
            await worker(opened.__exit__, None, None, None)


async def let_go_of_sources(
    configuration: Configuration,
    *,
    clock: Clock,
    listener: Listener,
    stop: asyncio.Event,
    holder: str,
) -> None:
    """Let go of the sources that are no longer configured, once their grace is over.

    Raises:
        HarvesterError: the database cannot be used, or a list of public bodies.
    """
    with Worker("given up") as worker:
        opened = catalogues.catalogue(configuration)
        catalogue = await worker(opened.__enter__)
        try:
            gone = let_go(
                configuration,
                catalogue=catalogue,
                worker=worker,
                clock=clock,
                listener=listener,
                stop=stop,
                holder=holder,
                say=_LOG.info,
            )
            async for _ in gone:
                pass  # its listener has told each repository
        finally:
            await worker(opened.__exit__, None, None, None)
