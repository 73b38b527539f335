# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The run of one crawl, from taking the source to giving it back."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from harvester.crawl.ahead import StoppedError
from harvester.crawl.closing import Closing
from harvester.crawl.doubts import ANEW
from harvester.crawl.enrich import enrich
from harvester.crawl.foresee import OVERLAP, sweeps
from harvester.crawl.means import Means
from harvester.crawl.reader import Reader
from harvester.crawl.reread import reread
from harvester.crawl.review import review
from harvester.crawl.revisit import Revisits, asks_for_each, remembered
from harvester.crawl.tally import Tally
from harvester.crawl.task import CrawlTask, Listener, SourceSummary
from harvester.ports.catalogue import Catalogue
from harvester.ports.connector import Connector
from harvester.ports.crawls import CrawlEnd, CrawlRequest, OpenCrawl, SourceState
from harvester.ports.errors import (
    BudgetExhaustedError,
    CatalogueError,
    HarvesterError,
    LeaseLostError,
    SourceBusyError,
    SourceError,
    UnreachableError,
)
from harvester.ports.http import Clock
from harvester.ports.listing import Listing
from harvester.worker import Worker


async def crawl(
    task: CrawlTask,
    *,
    connector: Connector,
    catalogue: Catalogue,
    worker: Worker,
    clock: Clock,
    listener: Listener,
    stop: asyncio.Event,
    holder: str,
) -> SourceSummary:
    """Crawl one source, once.

    What goes wrong with the source is told in the summary; nothing that was committed is lost.

    Args:
        task: what to crawl.
        connector: open.
        catalogue: used only in the worker's thread.
        worker: the thread for parsing and the database.
        clock: where the time comes from.
        listener: hears how it gets on.
        stop: set by a signal; the crawl ends after what it is committing.
        holder: who crawls, for the lease.

    Raises:
        CatalogueError: the database cannot be used.
    """
    means = Means(task, connector, catalogue, worker, clock, listener, stop)
    return await _Run(means, Tally(means.source, clock.now())).whole(holder)


@dataclass(slots=True)
class _Run:
    means: Means
    tally: Tally

    async def whole(self, holder: str) -> SourceSummary:
        """Crawl, and say how it ended."""
        means, tally = self.means, self.tally
        state = (await means.worker(means.catalogue.sources)).get(means.source)
        request = self._request(state)
        try:
            opened = await means.worker(means.catalogue.begin, request, holder, tally.began)
        except SourceBusyError as error:
            return tally.summary(
                means.clock.now(),
                files={},
                spent=means.connector.spent(),
                resumed_from=None,
                error=str(error),
                busy=True,
            )
        tally.opened(opened, state)
        end = await self._guarded(opened, state)
        swept = opened.sweep and not opened.first and end.status in ("complete", "flawed")
        if swept and not means.partial:
            await enrich(
                means.source,
                connector=means.connector,
                catalogue=means.catalogue,
                worker=means.worker,
                clock=means.clock,
                stop=means.stop,
            )
        return tally.summary(
            means.clock.now(),
            files=await means.worker(means.catalogue.outcomes, means.source),
            spent=means.connector.spent(),
            resumed_from=opened.cursor if opened.resumed else None,
            error=end.error,
            complete=end.status == "complete" and not means.partial and tally.faultless,
            stopped=end.status == "stopped",
            not_before=end.not_before,
        )

    async def _guarded(self, opened: OpenCrawl, state: SourceState | None) -> CrawlEnd:
        """Crawl what was opened; whatever happens, the source is given back."""
        means = self.means
        try:
            return await self._crawled(opened, state)
        except StoppedError:
            end = means.end("stopped")
        except BudgetExhaustedError as error:
            end = means.end("incomplete", str(error), error.not_before)
        except SourceError as error:
            self.tally.answered = self.tally.heard or not isinstance(error, UnreachableError)
            end = self._failed(opened, error)
        except LeaseLostError as error:
            return means.end("failed", str(error))
        except CatalogueError:
            # It may not take the end either; this process, if it lives on, may begin again.
            means.catalogue.abandon(opened)
            raise
        except BaseException as error:
            # A defect, or the task was cancelled: a process that lives on must not hold the source.
            end = means.end("failed", f"it ended with {type(error).__name__}")
            with suppress(HarvesterError):
                await means.worker(means.catalogue.end, opened, end, means.clock.now())
            raise
        try:
            await means.worker(means.catalogue.end, opened, end, means.clock.now())
        except LeaseLostError as error:
            return means.end("failed", str(error))
        return end

    def _failed(self, opened: OpenCrawl, error: SourceError) -> CrawlEnd:
        """End a crawl that the next run goes on with, unless it has failed there twice."""
        if not self.tally.is_stuck(opened, error):
            return self.means.end("failed", str(error))
        self.tally.cursor = None
        return self.means.end("given-up", f"{error}{ANEW}")

    async def _crawled(self, opened: OpenCrawl, state: SourceState | None) -> CrawlEnd:
        """Bring what is known up to date, list, and conclude."""
        means = self.means
        resumed_from = opened.cursor if opened.resumed else None
        means.listener.started(means.source, sweep=opened.sweep, resumed_from=resumed_from)
        await self._review(opened)
        await self._reread(opened)
        revisits = await self._remembered()
        reader = Reader(means, self.tally, opened, revisits)
        if not opened.listed:
            await reader.read(self._listing(opened, state, revisits))
        return await Closing(means, self.tally, opened, reader).close(state)

    # --- what to ask for --------------------------------------------------------------------

    def _request(self, state: SourceState | None) -> CrawlRequest:
        task, plan, partial = self.means.task, self.means.task.source, self.means.partial
        return CrawlRequest(
            source=plan.name,
            kind=plan.kind,
            forge=plan.forge,
            scope=self.means.scope.kind,
            fingerprint=plan.fingerprint,
            sweep=sweeps(plan, state, full=task.full or partial, now=self.tally.began),
            partial=partial,
        )

    def _listing(
        self, opened: OpenCrawl, state: SourceState | None, revisits: Revisits | None
    ) -> Listing:
        since = None
        if not opened.sweep and state is not None and state.covered_since is not None:
            since = state.covered_since - OVERLAP
        return Listing(
            scope=self.means.scope,
            cursor=opened.cursor,
            since=since,
            contents=opened.first,
            recent_owners=opened.recent_owners,
            resting=frozenset() if since is None else self._resting(opened, revisits),
        )

    async def _remembered(self) -> Revisits | None:
        """Give when repositories were last looked at, where each costs a request."""
        means, plan = self.means, self.means.task.source
        if plan.revisit_every is None or not asks_for_each(means.connector, means.scope):
            return None
        return await means.worker(remembered, means.catalogue, plan.name, plan.revisit_every)

    def _resting(self, opened: OpenCrawl, revisits: Revisits | None) -> frozenset[str]:
        if revisits is None:
            return frozenset()
        plan = self.means.task.source
        at_rest = revisits.resting(plan.forge.url, plan.scope.paths, opened.started_at)
        self.tally.resting = len(at_rest)
        return at_rest

    # --- before anybody is asked ------------------------------------------------------------

    async def _review(self, opened: OpenCrawl) -> None:
        """Bring the catalogue into line with the block list, whatever the forge says today."""
        means = self.means
        now = means.clock.now()
        items = await means.worker(review, means.catalogue, opened, means.task.source, now)
        means.tell(items, self.tally)

    async def _reread(self, opened: OpenCrawl) -> None:
        """Read what older rules read, from the stored bytes."""
        means, at = self.means, ""
        source = means.task.source
        while following := await means.worker(
            reread, means.catalogue, opened, source, at, means.clock.now()
        ):
            at = following
            if means.stop.is_set():
                raise StoppedError
