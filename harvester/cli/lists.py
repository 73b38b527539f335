# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The crawl of a list or another catalogue: it is read, expanded, and each part is crawled."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from harvester.cli import catalogues, expanded, installed
from harvester.cli.estimates import expected
from harvester.cli.hosts import Bodies, HostFinder
from harvester.cli.tapes import Tape
from harvester.crawl import Listener, SourcePlan, SourceSummary
from harvester.crawl.expansion import Derived, Expansion
from harvester.crawl.survey import Survey, survey
from harvester.model import ItemStatus, Outcome
from harvester.ports.catalogue import Catalogue
from harvester.ports.connector import ForgeAccess
from harvester.ports.directory import Directory
from harvester.ports.errors import ConnectorError, SourceError, UnreachableError
from harvester.ports.http import Clock
from harvester.ports.listing import Estimate, Spent
from harvester.settings import Configuration, Source
from harvester.worker import Worker

CrawlDerived = Callable[[str, ForgeAccess, SourcePlan | ConnectorError], Awaitable[SourceSummary]]
"""Crawls one source that a list was expanded to: its name, the way to it, and its plan, or why
there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCrawl:
    """What the crawl of a list works with."""

    configuration: Configuration
    catalogue: Catalogue
    worker: Worker
    tape: Tape
    """Chooses clocks and ways."""
    listener: Listener
    stop: asyncio.Event
    bodies: Bodies
    holder: str
    say: Callable[[str], None]
    """Says what is expected before anything is asked."""

    async def whole(
        self,
        source: Source,
        access: ForgeAccess,
        crawl: CrawlDerived,
        only: Sequence[str] | None = None,
    ) -> AsyncIterator[SourceSummary]:
        """Read a list and crawl what it names; gives the summary of each part when it ended.

        Args:
            source: the list.
            access: the way to it.
            crawl: crawls one part.
            only: names of the parts that are meant; all if None.

        Raises:
            ConnectorError: the package that reads this kind of list is broken.
        """
        read = await self._survey(source, access)
        yield read.summary
        self.bodies.learn(await self.worker(catalogues.lead_store(self.catalogue).kept))
        for derived in _chosen(read.expansion, only):
            if self.stop.is_set():
                return
            yield await self._part(source, derived, crawl)

    async def _survey(self, source: Source, access: ForgeAccess) -> Survey:
        reader = installed.directory_of(source.kind)
        store = catalogues.lead_store(self.catalogue)
        known = expanded.known_forges(self.configuration)
        clock = self.tape.clock(source.name)
        async with reader(expanded.directory_access(source, access)) as directory:
            predicted = await self._announced(source, directory)
            read = await survey(
                expanded.survey_task(self.configuration, source, known),
                directory=directory,
                store=store,
                hosts=HostFinder(
                    self.configuration,
                    known,
                    store=store,
                    worker=self.worker,
                    tape=self.tape,
                    clock=clock,
                ),
                catalogue=self.catalogue,
                worker=self.worker,
                clock=clock,
                listener=self.listener,
                stop=self.stop,
                holder=self.holder,
            )
        return replace(read, summary=replace(read.summary, predicted=predicted))

    async def _announced(self, source: Source, directory: Directory) -> Estimate:
        """Say what the reading of a list will cost."""
        kept = (await self.worker(catalogues.lead_store(self.catalogue).kept)).get(source.name)
        estimate = directory.estimate(len(kept.leads.leads) if kept is not None else 0)
        self.say(f"{source.name}: {expected(estimate)}")
        return estimate

    async def _part(self, source: Source, derived: Derived, crawl: CrawlDerived) -> SourceSummary:
        budgets, validators = catalogues.stores(self.catalogue, self.worker)
        access = expanded.derived_access(
            self.configuration,
            derived,
            tape=self.tape,
            budgets=budgets,
            validators=validators,
            waiting=partial(self.listener.waiting, derived.name),
        )
        try:
            plan = expanded.derived_plan(self.configuration, source, derived, self.bodies)
        except ConnectorError as error:
            return await crawl(derived.name, access, error)
        return await crawl(derived.name, access, plan)


def _chosen(expansion: Expansion | None, only: Sequence[str] | None) -> Sequence[Derived]:
    """Give the parts that are meant."""
    derived = expansion.derived if expansion is not None else ()
    return [one for one in derived if only is None or one.name in only]


async def told(
    name: str, clock: Clock, crawling: Callable[[], Awaitable[SourceSummary]]
) -> SourceSummary:
    """Crawl; what goes wrong with the source before it is begun is told in its summary."""
    began = clock.now()
    try:
        return await crawling()
    except SourceError as error:
        return failed(name, error, clock.now() - began)


def failed(name: str, error: SourceError, took: timedelta) -> SourceSummary:
    """Tell of a source that could not even be begun."""
    return SourceSummary(
        name=name,
        complete=False,
        resumed_from=None,
        items=dict.fromkeys(ItemStatus, 0),
        files=dict.fromkeys(Outcome, 0),
        spent=Spent(),
        seconds=took.total_seconds(),
        cursor=None,
        error=str(error),
        answered=not isinstance(error, UnreachableError),
    )
