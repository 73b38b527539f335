# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The reading of a list: its lease, what it says, what becomes of that, and what is kept of it.

A list that cannot be read, or that suddenly says next to nothing, is *unknown*: what it said when
it was last read well stands, and the crawl says so.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from harvester.crawl.ahead import StoppedError, unless_stopped
from harvester.crawl.expansion import (
    Expansion,
    KnownForge,
    Verdict,
    by_forge,
    expand,
    leaving,
    lost_too_much,
    still_meant,
)
from harvester.crawl.task import LeadCounts, Listener, SourceSummary
from harvester.leads import Lead, Leads
from harvester.model import Forge, ItemStatus, Outcome
from harvester.ports.catalogue import Catalogue
from harvester.ports.crawls import CrawlEnd, CrawlRequest, OpenCrawl, PageMark
from harvester.ports.directory import Directory, KeptLeads, LeadStore
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
from harvester.ports.listing import ScopeKind
from harvester.ports.rows import Item, Writes
from harvester.worker import Worker

MOST_ITEMS = 1000
"""Things left out that are kept by name with a crawl; all are counted."""


class Hosts(Protocol):
    """Finds out what runs on hosts."""

    async def verdicts(self, groups: Mapping[str, Sequence[Lead]]) -> Mapping[str, Verdict]:
        """Say of every forge, given with its leads, what runs there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyTask:
    """One reading of one list."""

    name: str
    forge: Forge
    """The list as the catalogue knows it."""
    max_shrink: float
    """Share of the leads that may leave at once."""
    grace: timedelta
    """How long a lead that left is still crawled."""
    known: Sequence[KnownForge]
    aliases: Mapping[str, str]
    own_entries: bool = False
    """It carries publiccode of its own, which speaks where no connector reads a repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a reading gave."""

    summary: SourceSummary
    expansion: Expansion | None
    """What is to be crawled, from what the list says or said; None where nothing is to be."""


async def survey(
    task: SurveyTask,
    *,
    directory: Directory,
    store: LeadStore,
    hosts: Hosts,
    catalogue: Catalogue,
    worker: Worker,
    clock: Clock,
    listener: Listener,
    stop: asyncio.Event,
    holder: str,
) -> Survey:
    """Read a list once and say what is to be crawled.

    What goes wrong with the list is told in the summary. The catalogue and the store are used only
    in the worker's thread.

    Raises:
        CatalogueError: the database cannot be used.
    """
    run = _Run(task, directory, store, hosts, catalogue, worker, clock, listener, stop)
    return await run.whole(holder)


@dataclass(slots=True)
class _Run:
    task: SurveyTask
    directory: Directory
    store: LeadStore
    hosts: Hosts
    catalogue: Catalogue
    worker: Worker
    clock: Clock
    listener: Listener
    stop: asyncio.Event
    answered: bool = True
    expansion: Expansion | None = field(default=None)

    async def whole(self, holder: str) -> Survey:
        """Take the lease, read, give the lease back."""
        began = self.clock.now()
        try:
            opened = await self.worker(self.catalogue.begin, self._request(), holder, began)
        except SourceBusyError as error:
            return Survey(summary=self._summary(began, error=str(error), busy=True), expansion=None)
        try:
            end = await self._guarded(opened)
        except CatalogueError:
            # It would not take the end either.
            self.catalogue.abandon(opened)
            raise
        except BaseException as error:
            end = self._end("failed", f"it ended with {type(error).__name__}")
            with suppress(HarvesterError):
                await self.worker(self.catalogue.end, opened, end, self.clock.now())
            raise
        try:
            await self.worker(self._commit, opened, end)
        except LeaseLostError as error:
            self.expansion, end = None, self._end("failed", str(error))
        except CatalogueError:
            self.catalogue.abandon(opened)
            raise
        stopped = end.status == "stopped"
        return Survey(
            summary=self._summary(
                began,
                error=end.error,
                complete=end.status == "complete",
                stopped=stopped,
                not_before=end.not_before,
            ),
            expansion=None if stopped else self.expansion,
        )

    def _request(self) -> CrawlRequest:
        return CrawlRequest(
            source=self.task.name,
            kind=self.task.forge.kind,
            forge=self.task.forge,
            scope=ScopeKind.ADDRESSES,
            fingerprint="leads",
            sweep=True,
        )

    async def _guarded(self, opened: OpenCrawl) -> CrawlEnd:
        self.listener.started(self.task.name, sweep=opened.sweep, resumed_from=None)
        before = (await self.worker(self.store.kept)).get(self.task.name)
        try:
            kept, end = await self._read(before)
            if kept is not None:
                self.expansion = await self._expand(still_meant(kept))
                names = tuple(one.name for one in self.expansion.derived)
                await self.worker(self.store.keep, replace(kept, sources=names))
        except StoppedError:
            return self._end("stopped")
        return end

    async def _read(self, before: KeptLeads | None) -> tuple[KeptLeads | None, CrawlEnd]:
        """Read the list; gives what is to be believed, and how the reading ended."""
        try:
            now = await unless_stopped(self.directory.leads(), self.stop)
        except BudgetExhaustedError as error:
            return before, self._end("failed", _stands(str(error), before), error.not_before)
        except SourceError as error:
            self.answered = not isinstance(error, UnreachableError)
            return before, self._end("failed", _stands(str(error), before))
        at, task = self.clock.now(), self.task
        doubt = lost_too_much(before.leads, now, task.max_shrink) if before is not None else None
        if doubt is not None:
            return before, self._end("flawed", f"source {task.name}: {doubt}")
        gone = leaving(before, now, at, task.grace)
        read = KeptLeads(source=task.name, read_at=at, leads=now, leaving=gone)
        return read, self._end("complete")

    async def _expand(self, leads: Leads) -> Expansion:
        groups = by_forge(leads.leads, self.task.known, self.task.aliases)
        verdicts = await unless_stopped(self.hosts.verdicts(groups), self.stop)
        return expand(
            source=self.task.name,
            leads=leads,
            groups=groups,
            verdicts=verdicts,
            known=self.task.known,
            carrier=self.task.forge if self.task.own_entries else None,
        )

    def _commit(self, opened: OpenCrawl, end: CrawlEnd) -> None:
        """Keep what was left out, by name, and end, in one transaction."""
        now = self.clock.now()
        items = self._items()
        with self.catalogue.page(opened, now) as page:
            if items:
                page.write(Writes(items=items[:MOST_ITEMS]), now)
            page.mark(PageMark(seen=(), cursor=None, skipped=len(items[MOST_ITEMS:])))
            self.catalogue.end(opened, end, now)
        for item in items[:MOST_ITEMS]:
            self.listener.item(self.task.name, item)

    def _items(self) -> tuple[Item, ...]:
        left_out = self.expansion.left_out if self.expansion is not None else ()
        return tuple(
            Item(subject=one.subject, status=ItemStatus.SKIPPED, reason=one.reason)
            for one in left_out
        )

    def _end(
        self, status: str, error: str | None = None, not_before: datetime | None = None
    ) -> CrawlEnd:
        return CrawlEnd(
            status=status, error=error, not_before=not_before, spent=self.directory.spent()
        )

    def _summary(
        self,
        began: datetime,
        *,
        error: str | None,
        complete: bool = False,
        busy: bool = False,
        stopped: bool = False,
        not_before: datetime | None = None,
    ) -> SourceSummary:
        items = dict.fromkeys(ItemStatus, 0)
        items[ItemStatus.SKIPPED] = len(self._items())
        return SourceSummary(
            name=self.task.name,
            complete=complete,
            resumed_from=None,
            items=items,
            files=dict.fromkeys(Outcome, 0),
            spent=self.directory.spent(),
            seconds=(self.clock.now() - began).total_seconds(),
            cursor=None,
            error=error,
            busy=busy,
            stopped=stopped,
            answered=self.answered,
            not_before=not_before,
            leads=_counts(self.expansion),
        )


def _stands(error: str, kept: KeptLeads | None) -> str:
    if kept is None:
        return error
    when = kept.read_at.strftime("%Y-%m-%d %H:%M")
    return f"{error}; what it said on {when} UTC stands"


def _counts(expansion: Expansion | None) -> LeadCounts | None:
    if expansion is None:
        return None
    return LeadCounts(
        named=expansion.named,
        sources=tuple(one.name for one in expansion.derived),
        covered=expansion.covered,
        left_out=expansion.reasons,
    )
