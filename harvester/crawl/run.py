# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The run of one crawl: list, read, store, conclude.

The listing runs ahead by a few pages while a worker thread parses and stores; nothing heavy happens
on the event loop. Pages are gathered until a second query for texts pays, and what was gathered is
one transaction: kill the process anywhere, and the next run goes on after the last of them.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from harvester.crawl.ahead import StoppedError, ahead, unless_stopped
from harvester.crawl.batch import Batch, ask, leaves_doubt, store, wanted
from harvester.crawl.conclude import conclude, left_out
from harvester.crawl.doubts import ANEW, emptiness, is_stuck, unanswered, unread
from harvester.crawl.enrich import enrich
from harvester.crawl.foresee import OVERLAP, sweeps
from harvester.crawl.forwardings import Forwardings
from harvester.crawl.reread import reread
from harvester.crawl.review import review
from harvester.crawl.revisit import Revisits, asks_for_each, remembered
from harvester.crawl.scope import covers
from harvester.crawl.task import CrawlTask, Listener, SourceSummary
from harvester.crawl.topics import changed
from harvester.model import (
    Found,
    ItemStatus,
    Listing,
    LookUp,
    Outcome,
    Page,
    Resolution,
    Scope,
    ScopeKind,
    Sighting,
)
from harvester.ports.catalogue import (
    Catalogue,
    CrawlEnd,
    CrawlRequest,
    OpenCrawl,
    SourceState,
    Unseen,
)
from harvester.ports.connector import Connector
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
from harvester.ports.rows import Item, Keys
from harvester.worker import Worker

AHEAD = 3
"""Pages that the listing may be ahead of the store."""
GATHER = 5
"""Pages of a listing that one transaction holds at most."""
_FAILED = ("failed", "given-up")
LOOK_UPS = 1000
"""Repositories that one conclusion looks up by id at most; it says nothing of the others."""


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
    run = _Run(task, connector, catalogue, worker, clock, listener, stop)
    return await run.whole(holder)


@dataclass(slots=True)
class _Run:
    task: CrawlTask
    connector: Connector
    catalogue: Catalogue
    worker: Worker
    clock: Clock
    listener: Listener
    stop: asyncio.Event
    items: Counter[ItemStatus] = field(default_factory=Counter)
    repositories: int = 0
    cursor: str | None = None
    listed: bool = False
    clean: bool = True
    faultless: bool = True
    """Of the listing; one that is not may be clean: what the settings name is not there."""
    failed_before: bool = False
    """The run before failed; this one goes on there."""
    heard: bool = False
    """The forge gave a page."""
    total: int | None = None
    """What the forge said that the whole listing has."""
    found: int = 0
    """Repositories that a look-up found though the listing did not give them."""
    answered: bool = True
    limited: bool = False
    waiting: int = 0
    revisits: Revisits | None = None
    """Where each repository costs a request."""
    resting: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    """What this run skipped, by reason."""

    @property
    def _name(self) -> str:
        return self.task.source.name

    @property
    def _partial(self) -> bool:
        return self.task.addresses is not None or self.task.limit is not None

    # --- from begin to end ------------------------------------------------------------------

    async def whole(self, holder: str) -> SourceSummary:
        """Crawl, and say how it ended."""
        began = self.clock.now()
        state = (await self.worker(self.catalogue.sources)).get(self._name)
        request = self._request(state, began)
        try:
            opened = await self.worker(self.catalogue.begin, request, holder, began)
        except SourceBusyError as error:
            return self._summary(began, files={}, error=str(error), busy=True, resumed_from=None)
        self.failed_before = state is not None and state.last_status in _FAILED
        self.items.update(opened.items)
        self.faultless = not opened.items.get(ItemStatus.ERRORED)
        self.repositories = sum(opened.items.values())
        self.cursor, self.listed, self.clean = opened.cursor, opened.listed, opened.clean
        end = await self._guarded(opened, state)
        swept = opened.sweep and not opened.first and end.status in ("complete", "flawed")
        if swept and not self._partial:
            await enrich(
                self._name,
                connector=self.connector,
                catalogue=self.catalogue,
                worker=self.worker,
                clock=self.clock,
                stop=self.stop,
            )
        return self._summary(
            began,
            files=await self.worker(self.catalogue.outcomes, self._name),
            resumed_from=opened.cursor if opened.resumed else None,
            error=end.error,
            complete=end.status == "complete" and not self._partial and self.faultless,
            stopped=end.status == "stopped",
            not_before=end.not_before,
        )

    async def _guarded(self, opened: OpenCrawl, state: SourceState | None) -> CrawlEnd:
        """List and conclude; whatever happens, the source is given back."""
        resumed_from = opened.cursor if opened.resumed else None
        try:
            self.listener.started(self._name, sweep=opened.sweep, resumed_from=resumed_from)
            await self._review(opened)
            await self._reread(opened)
            self.revisits = await self._remembered()
            if not opened.listed:
                await self._list(opened, self._listing(opened, state))
            return await self._conclude(opened, state)
        except StoppedError:
            end = self._end("stopped")
        except BudgetExhaustedError as error:
            end = self._end("incomplete", str(error), error.not_before)
        except SourceError as error:
            self.answered = self.heard or not isinstance(error, UnreachableError)
            end = self._failed(opened, error)
        except LeaseLostError as error:
            return self._end("failed", str(error))
        except CatalogueError:
            # It may not take the end either; this process, if it lives on, may begin again.
            self.catalogue.abandon(opened)
            raise
        except BaseException as error:
            # A defect, or the task was cancelled: a process that lives on must not hold the source.
            end = self._end("failed", f"it ended with {type(error).__name__}")
            with suppress(HarvesterError):
                await self.worker(self.catalogue.end, opened, end, self.clock.now())
            raise
        try:
            await self.worker(self.catalogue.end, opened, end, self.clock.now())
        except LeaseLostError as error:
            return self._end("failed", str(error))
        return end

    def _failed(self, opened: OpenCrawl, error: SourceError) -> CrawlEnd:
        """End a crawl that the next run goes on with, unless it has failed there twice."""
        if not self._is_stuck(opened, error):
            return self._end("failed", str(error))
        self.cursor = None
        return self._end("given-up", f"{error}{ANEW}")

    def _is_stuck(self, opened: OpenCrawl, error: SourceError) -> bool:
        moved = (self.cursor, self.listed) != (opened.cursor, opened.listed)
        return is_stuck(error, failed_before=self.failed_before, moved=moved)

    def _end(
        self, status: str, error: str | None = None, not_before: datetime | None = None
    ) -> CrawlEnd:
        return CrawlEnd(
            status=status, error=error, not_before=not_before, spent=self.connector.spent()
        )

    def _count(self, item: Item) -> None:
        self.items[item.status] += 1
        if item.status is ItemStatus.SKIPPED and item.reason is not None:
            self.left_out[item.reason] += 1

    # --- what to ask for --------------------------------------------------------------------

    def _request(self, state: SourceState | None, now: datetime) -> CrawlRequest:
        plan = self.task.source
        return CrawlRequest(
            source=plan.name,
            kind=plan.kind,
            forge=plan.forge,
            scope=self._scope().kind,
            fingerprint=plan.fingerprint,
            sweep=sweeps(plan, state, full=self.task.full or self._partial, now=now),
            partial=self._partial,
        )

    def _scope(self) -> Scope:
        if self.task.addresses is None:
            return self.task.source.scope
        return Scope(ScopeKind.ADDRESSES, self.task.addresses)

    def _listing(self, opened: OpenCrawl, state: SourceState | None) -> Listing:
        since = None
        if not opened.sweep and state is not None and state.covered_since is not None:
            since = state.covered_since - OVERLAP
        return Listing(
            scope=self._scope(),
            cursor=opened.cursor,
            since=since,
            contents=opened.first,
            recent_owners=opened.recent_owners,
            resting=frozenset() if since is None else self._resting(opened),
        )

    async def _remembered(self) -> Revisits | None:
        """Give when repositories were last looked at, where each costs a request."""
        plan = self.task.source
        if plan.revisit_every is None or not asks_for_each(self.connector, self._scope()):
            return None
        return await self.worker(remembered, self.catalogue, plan.name, plan.revisit_every)

    def _resting(self, opened: OpenCrawl) -> frozenset[str]:
        if self.revisits is None:
            return frozenset()
        plan = self.task.source
        at_rest = self.revisits.resting(plan.forge.url, plan.scope.paths, opened.started_at)
        self.resting = len(at_rest)
        return at_rest

    # --- before anybody is asked ------------------------------------------------------------

    async def _review(self, opened: OpenCrawl) -> None:
        """Bring the catalogue into line with the block list, whatever the forge says today."""
        items = await self.worker(
            review, self.catalogue, opened, self.task.source, self.clock.now()
        )
        for item in items:
            self._count(item)
            self.listener.item(self._name, item)

    async def _reread(self, opened: OpenCrawl) -> None:
        """Read what older rules read, from the stored bytes."""
        source, at = self.task.source, ""
        while following := await self.worker(
            reread, self.catalogue, opened, source, at, self.clock.now()
        ):
            at = following
            if self.stop.is_set():
                raise StoppedError

    # --- the listing ------------------------------------------------------------------------

    async def _list(self, opened: OpenCrawl, listing: Listing) -> None:
        batch, finished = Batch(), False
        async with aclosing(ahead(self.connector.pages(listing), AHEAD, self.stop)) as pages:
            while True:
                try:
                    page = await anext(pages)
                except StopAsyncIteration:
                    break
                except SourceError:
                    await self._save(opened, batch)
                    raise
                self.heard = True
                self.total = page.total if page.total is not None else self.total
                room = self.task.limit - self.repositories if self.task.limit is not None else None
                fresh = batch.add(page, self.task.source, room)
                known = await self.worker(ask, self.catalogue, fresh)
                batch.wanted |= wanted(known, fresh)
                self.limited = room is not None and len(batch.sightings) >= room
                if self.limited or self._is_full(batch):
                    await self._store(opened, batch, page)
                    batch, finished = Batch(), batch.complete
                if self.limited:
                    return
        if not finished:
            batch.cursor = None
            await self._store(opened, batch, None)

    async def _save(self, opened: OpenCrawl, batch: Batch) -> None:
        """Store the pages that came before the listing failed, if their texts can be read."""
        if batch.pages:
            with suppress(SourceError):
                await self._store(opened, batch, None)

    def _is_full(self, batch: Batch) -> bool:
        """Say whether to store: there is nothing to wait for, or enough to ask for together."""
        ripe = not batch.wanted or len(batch.wanted) >= self.connector.read_batch
        return ripe or batch.complete or batch.pages >= GATHER

    async def _store(self, opened: OpenCrawl, batch: Batch, page: Page | None) -> None:
        keys = [key for key in batch.sightings if key in batch.wanted]
        if keys:
            asked = [batch.sightings[key] for key in keys]
            read = await self._read(opened, asked)
            batch.sightings.update(zip(keys, read, strict=True))
        items = await self.worker(
            partial(store, revisits=self.revisits),
            self.catalogue,
            opened,
            self.task.source,
            batch,
            self.clock.now(),
        )
        self.cursor, self.listed = batch.cursor, batch.cursor is None
        self.repositories += len(batch.sightings)
        for item in items:
            self._count(item)
        self.items[ItemStatus.SKIPPED] += batch.skipped
        self.clean &= not any(leaves_doubt(item) for item in items)
        self.faultless &= all(item.status is not ItemStatus.ERRORED for item in items)
        for item in items:
            self.listener.item(self._name, item)
        self.listener.page(
            self._name,
            self.repositories,
            page.total if page else None,
            page.owners_left if page else None,
            self.connector.spent(),
        )

    async def _read(self, opened: OpenCrawl, asked: Sequence[Sighting]) -> Sequence[Sighting]:
        """Read the texts; where that failed in the run before too, get past them."""
        try:
            return await unless_stopped(self.connector.read(asked), self.stop)
        except SourceError as error:
            if not self._is_stuck(opened, error):
                raise
            return [unread(one, error) for one in asked]

    # --- declared addresses -----------------------------------------------------------------

    async def _follow_forwardings(self, opened: OpenCrawl) -> None:
        """Ask the forge once where addresses lead that files declare and nobody known has."""
        forge_url = self.task.source.forge.url
        forwardings = Forwardings(
            self.task.source, await self.worker(self.catalogue.unclaimed, forge_url)
        )
        urls = forwardings.open(LOOK_UPS)
        told: Mapping[str, Resolution] = {}
        if urls:
            told = await unless_stopped(self.connector.resolve(list(urls)), self.stop)
        answers = {urls[path]: answer for path, answer in told.items()}
        await self.worker(self._commit_forwardings, opened, forwardings, answers)

    def _commit_forwardings(
        self, opened: OpenCrawl, forwardings: Forwardings, answers: Mapping[str, Resolution]
    ) -> None:
        now = self.clock.now()
        fresh = forwardings.answered(answers, now)
        leading = forwardings.leading(fresh)
        if not leading and not fresh:
            return
        keys = Keys(
            repository_ids=frozenset(target for target, _ in leading),
            urls=frozenset(one.url for _, one in leading),
        )
        with self.catalogue.page(opened, now) as page:
            page.write(forwardings.follow(fresh, page.load(keys), now), now)

    # --- opt-outs that are no activity ------------------------------------------------------

    async def _follow_topics(self, opened: OpenCrawl) -> None:
        """Look at those whose publisher set or took away the topic by which they opt out."""
        asking = changed(self.task.source, self.connector, self.catalogue, self.worker)
        rows = (await unless_stopped(asking, self.stop))[:LOOK_UPS]
        if rows:
            ids = {row.facts.forge_id: row.id for row in rows}
            found = await unless_stopped(self.connector.look_up(sorted(ids)), self.stop)
            await self._store_found(opened, {ids[key]: answer for key, answer in found.items()})

    # --- the conclusion ---------------------------------------------------------------------

    async def _conclude(self, opened: OpenCrawl, state: SourceState | None) -> CrawlEnd:
        if self.task.limit is None:
            await self._follow_forwardings(opened)
        if self._partial:
            end = self._end("complete" if self.clean else "flawed")
            await self.worker(self.catalogue.end, opened, end, self.clock.now())
            return end
        answers: Mapping[str, LookUp] = {}
        seen = self.repositories
        if not opened.sweep:
            await self._follow_topics(opened)
        if opened.sweep and self.clean:
            unseen = await self.worker(self.catalogue.unseen, opened)
            answers = await self._look_up(opened, unseen)
        empty = emptiness(
            state.repositories if state is not None else 0,
            seen=seen,
            total=self.total,
            sweep=opened.sweep,
            there=self.found,
        )
        end, items = await self.worker(self._commit_conclusion, opened, answers, empty)
        for item in items:
            self._count(item)
            self.listener.item(self._name, item)
        return end

    async def _look_up(self, opened: OpenCrawl, unseen: Unseen) -> Mapping[str, LookUp]:
        """Ask for what the sweep did not see; what is there after all is stored as seen."""
        out = left_out(self.task.source, unseen.repositories, unseen.marked.aliases)
        doubtful = [row for row in unseen.repositories if row.id not in out]
        rows = {row.facts.forge_id: row for row in doubtful[:LOOK_UPS]}
        if not rows:
            return {}
        found = await unless_stopped(self.connector.look_up(sorted(rows)), self.stop)
        answers = {rows[forge_id].id: answer for forge_id, answer in found.items()}
        there = await self._store_found(opened, answers)
        self.found = len(there)
        return {key: answer for key, answer in answers.items() if key not in there}

    async def _store_found(
        self, opened: OpenCrawl, answers: Mapping[str, LookUp]
    ) -> Mapping[str, Sighting]:
        """Store what look-ups, by repository id, found within the scope; give that."""
        there = {
            key: answer.sighting
            for key, answer in answers.items()
            if isinstance(answer, Found)
            and covers(self.task.source, answer.sighting.repository.path)
        }
        if there:
            batch = Batch(sightings=there, complete=True)
            batch.wanted = wanted(await self.worker(ask, self.catalogue, there), there)
            await self._store(opened, batch, None)
        return there

    def _commit_conclusion(
        self, opened: OpenCrawl, answers: Mapping[str, LookUp], empty: str | None
    ) -> tuple[CrawlEnd, tuple[Item, ...]]:
        """Decide on the state that the transaction itself sees, and end the crawl with it."""
        now = self.clock.now()
        sweep = opened.sweep and self.clean and empty is None
        with self.catalogue.page(opened, now) as page:
            unseen = self.catalogue.unseen(opened)
            if not sweep:
                unseen = replace(unseen, repositories=())
            conclusion = conclude(self.task.source, unseen, answers, sweep=sweep, now=now)
            doubts = unanswered(unseen.repositories, answers)
            items = conclusion.writes.items + doubts
            page.write(replace(conclusion.writes, items=items), now)
            self.waiting = conclusion.waiting
            why = empty or conclusion.brake
            end = self._end("complete" if self.clean and why is None else "flawed", why)
            doubtful = tuple(item.repository_id for item in doubts if item.repository_id)
            self.catalogue.end(opened, replace(end, doubtful=doubtful), now)
        return end, items

    # --- the summary ------------------------------------------------------------------------

    def _waits_said(self) -> str | None:
        if not self.waiting:
            return None
        return (
            f"{self.waiting} listed entries would be lost, more than [keep] gate lets through at"
            " once; they stay listed until somebody says"
            f" harvester approve {self._name} (--dry-run shows them)"
        )

    def _summary(
        self,
        began: datetime,
        *,
        files: Mapping[Outcome, int],
        resumed_from: str | None,
        error: str | None,
        complete: bool = False,
        busy: bool = False,
        stopped: bool = False,
        not_before: datetime | None = None,
    ) -> SourceSummary:
        return SourceSummary(
            name=self._name,
            complete=complete,
            resumed_from=resumed_from,
            items={status: self.items[status] for status in ItemStatus},
            files={outcome: files.get(outcome, 0) for outcome in Outcome},
            spent=self.connector.spent(),
            seconds=(self.clock.now() - began).total_seconds(),
            cursor=self.cursor,
            error=error or self._waits_said(),
            waiting=self.waiting,
            resting=self.resting,
            limited=self.limited,
            left_out=dict(sorted(self.left_out.items())),
            busy=busy,
            stopped=stopped,
            answered=self.answered,
            not_before=not_before,
        )
