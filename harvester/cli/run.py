# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""One call of ``harvester crawl``: every source that is meant, one after another."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from harvester.cli import (
    catalogues,
    compose,
    console,
    installed,
    planning,
    progress,
    summary,
    targets,
)
from harvester.cli.crawl import CrawlForm
from harvester.cli.estimates import expected
from harvester.cli.exits import ExitCode, UsageError
from harvester.cli.given_up import let_go
from harvester.cli.hosts import Bodies
from harvester.cli.invocation import Invocation
from harvester.cli.lists import ListCrawl, failed, told
from harvester.cli.output import write_json
from harvester.cli.signals import StopSignals
from harvester.cli.tapes import Asked, NoTape, RecordingTape, ReplayTape, Tape
from harvester.crawl import CrawlTask, SourcePlan, SourceSummary, crawl, foresee
from harvester.crawl.ahead import StoppedError, unless_stopped
from harvester.ports.catalogue import Catalogue
from harvester.ports.connector import Connector, ForgeAccess
from harvester.ports.errors import ConnectorError, SourceError
from harvester.ports.http import Clock
from harvester.settings import MANUAL_SOURCE, Configuration, SettingsError
from harvester.worker import Worker

RETIRED = "no longer configured"
"""What the clock of a tape calls the end of such sources; no source has this name."""
BUSY_WAIT = 5.0
"""Seconds between two looks at a busy source, with ``--wait``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The options of ``crawl``."""

    full: bool
    dry_run: bool
    limit: int | None
    kind: str | None
    wait: bool
    archive: Path | None = None
    replay: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A target with all that was resolved for it before anything is asked of a forge."""

    target: targets.Target
    access: ForgeAccess
    plan: SourcePlan | None
    """None: the kind of its forge has yet to be found out, or it is a list, which has many."""
    broken: ConnectorError | None = None
    """Why its connector cannot be loaded; that ends this job, not those of other sources."""

    @property
    def name(self) -> str:
        """What it is told as."""
        return self.target.source.name if self.target.source else MANUAL_SOURCE


class Run:
    """Crawls what the arguments mean, and tells how it ended."""

    def __init__(self, invocation: Invocation, wishes: Wishes, form: CrawlForm) -> None:
        self._invocation, self._wishes, self._form = invocation, wishes, form
        self._tape: Tape = NoTape()

    def crawl(self, arguments: Sequence[str]) -> ExitCode:
        """Crawl; gives the exit code.

        Raises:
            HarvesterError: nothing could be begun, or the database cannot be used.
        """
        configuration = compose.configuration(self._invocation)
        if self._wishes.archive is not None:
            self._tape = RecordingTape(self._wishes.archive)
        elif self._wishes.replay is not None:
            tape = ReplayTape(self._wishes.replay, dry_run=self._wishes.dry_run)
            self._tape, asked = tape, tape.asked
            arguments = asked.arguments
            self._wishes = replace(
                self._wishes, full=asked.full, limit=asked.limit, kind=asked.kind
            )
        targets.chosen_kind(self._wishes.kind)
        wanted = targets.targets(configuration, arguments)
        if not wanted:
            raise UsageError(
                f"{configuration.path}: no source is configured; add a [[sources]] table, or give "
                "the address of a repository, a group or an owner"
            )
        compose.warn_of_missing_contact(configuration)
        opened = (
            catalogues.passing_catalogue()
            if self._wishes.dry_run
            else catalogues.catalogue(configuration)
        )
        wishes = self._wishes
        asked = Asked(
            arguments=tuple(arguments), full=wishes.full, limit=wishes.limit, kind=wishes.kind
        )
        with opened as catalogue, closing(self._tape):
            return asyncio.run(self._all(configuration, catalogue, wanted, asked))

    async def _all(
        self,
        configuration: Configuration,
        catalogue: Catalogue,
        wanted: Sequence[targets.Target],
        asked: Asked,
    ) -> ExitCode:
        listener = progress.listener(catalogue.name, events=self._form is CrawlForm.NDJSON)
        summaries: list[SourceSummary] = []
        with StopSignals() as signals, Worker("catalogue") as worker, listener.shown():
            kept = await worker(catalogues.lead_store(catalogue).kept)
            bodies = Bodies(configuration, kept)
            jobs = [
                self._job(
                    configuration, catalogue, worker, target, listener=listener, bodies=bodies
                )
                for target in wanted
            ]
            self._tape.begin(catalogue, asked, _token_counts(configuration, jobs))
            jobs = [replace(job, access=self._tape.through(job.access)) for job in jobs]
            begun: list[Job] = []
            stopped: list[Job] = []
            for job in jobs:
                if signals.stop.is_set():
                    break
                begun.append(job)
                clock = self._tape.clock(job.name)
                one = _One(
                    self, configuration, catalogue, worker, listener, signals.stop, clock, bodies
                )
                async for ended in one.whole(job):
                    summaries.append(ended)
                    listener.ended(ended)
                    if ended.stopped and job not in stopped:
                        stopped.append(job)
            if not asked.arguments and not signals.stop.is_set():
                gone = let_go(
                    configuration,
                    catalogue=catalogue,
                    worker=worker,
                    clock=self._tape.clock(RETIRED),
                    listener=listener,
                    stop=signals.stop,
                    holder=catalogues.holder(),
                    say=listener.say,
                )
                async for ended in gone:
                    summaries.append(ended)
                    listener.ended(ended)
        self._tell(catalogue.name, summaries)
        if signals.code is not None:
            left = [_command_of(job) for job in [*stopped, *jobs[len(begun) :]]]
            if left:
                console.say("stopped; what was stored stays. Go on with: " + "; ".join(left))
            return signals.code
        return summary.exit_code(summaries)

    def _job(
        self,
        configuration: Configuration,
        catalogue: Catalogue,
        worker: Worker,
        target: targets.Target,
        *,
        listener: progress.Lines,
        bodies: Bodies,
    ) -> Job:
        budgets, validators = catalogues.stores(catalogue, worker)
        name = target.source.name if target.source else MANUAL_SOURCE
        waiting = partial(listener.waiting, name)
        if target.source is not None:
            access = compose.access_of(
                configuration,
                target.source,
                clock=self._tape.chain_clock,
                budgets=budgets,
                validators=validators,
                waiting=waiting,
                tokens=self._tape.tokens(target.source),
            )
            if target.source.directory is not None:
                return Job(target=target, access=access, plan=None)
            try:
                plan = planning.plan_of(configuration, target.source, bodies)
            except ConnectorError as error:
                return Job(target=target, access=access, plan=None, broken=error)
            return Job(target=target, access=access, plan=plan)
        kind = self._wishes.kind
        manual = targets.manual(configuration, kind, target) if kind else None
        access = compose.anonymous_access(
            configuration,
            target.url,
            clock=self._tape.chain_clock,
            budgets=budgets,
            validators=validators,
            waiting=waiting,
        )
        return Job(target=target, access=access, plan=manual)

    def _tell(self, catalogue: str, summaries: Sequence[SourceSummary]) -> None:
        name = "kept nothing (dry run)" if self._wishes.dry_run else catalogue
        if self._form is CrawlForm.JSON:
            write_json(summary.as_json(catalogue, summaries))
        elif self._form is CrawlForm.SUMMARY:
            sys.stdout.write(console.printable(summary.as_text(name, summaries)) + "\n")

    @property
    def wishes(self) -> Wishes:
        """The options."""
        return self._wishes

    @property
    def tape(self) -> Tape:
        """Where clocks and ways to forges come from."""
        return self._tape


@dataclass(slots=True)
class _One:
    """The crawl of one job."""

    run: Run
    configuration: Configuration
    catalogue: Catalogue
    worker: Worker
    listener: progress.Lines
    stop: asyncio.Event
    clock: Clock
    bodies: Bodies

    async def whole(self, job: Job) -> AsyncIterator[SourceSummary]:
        """Crawl; what goes wrong with a source is told in its summary, of which a list has many."""
        source = job.target.source
        if source is None or source.directory is None:
            yield await told(job.name, self.clock, lambda: self._crawl(job))
            return
        began = self.clock.now()
        lists = ListCrawl(
            configuration=self.configuration,
            catalogue=self.catalogue,
            worker=self.worker,
            tape=self.run.tape,
            listener=self.listener,
            stop=self.stop,
            bodies=self.bodies,
            holder=catalogues.holder(),
            say=self.listener.say,
        )
        try:
            async for ended in lists.whole(source, job.access, self._part, job.target.parts):
                yield ended
        except SourceError as error:
            yield failed(job.name, error, self.clock.now() - began)

    async def _part(
        self, name: str, access: ForgeAccess, plan: SourcePlan | ConnectorError
    ) -> SourceSummary:
        """Crawl a source that a list was expanded to."""
        part = replace(self, clock=self.run.tape.clock(name))

        async def crawling() -> SourceSummary:
            if isinstance(plan, ConnectorError):
                raise plan
            return await part._run(plan, access, None)  # noqa: SLF001 - of its own kind

        return await told(name, part.clock, crawling)

    async def _crawl(self, job: Job) -> SourceSummary:
        plan = job.plan
        if job.broken is not None:
            raise job.broken
        if plan is None:
            kind = await targets.recognise(job.access)
            plan = targets.manual(self.configuration, kind, job.target)
        return await self._run(plan, job.access, job.target.addresses)

    async def _run(
        self, plan: SourcePlan, access: ForgeAccess, addresses: tuple[str, ...] | None
    ) -> SourceSummary:
        task = CrawlTask(
            source=plan,
            full=self.run.wishes.full,
            limit=self.run.wishes.limit,
            addresses=addresses,
        )
        self.listener.reads_addresses = task.addresses is not None
        async with installed.connector_of(plan.kind)(access) as connector:
            predicted = None
            if task.addresses is None:
                now, full = self.clock.now(), task.full or task.limit is not None
                size = await self.worker(
                    partial(foresee, self.catalogue, plan, full=full, now=now, connector=connector)
                )
                predicted = connector.estimate(plan.scope, size)
                self.listener.say(f"{plan.name}: {expected(predicted)}")
            return replace(await self._until_free(task, connector), predicted=predicted)

    async def _until_free(self, task: CrawlTask, connector: Connector) -> SourceSummary:
        told = False
        while True:
            ended = await crawl(
                task,
                connector=connector,
                catalogue=self.catalogue,
                worker=self.worker,
                clock=self.clock,
                listener=self.listener,
                stop=self.stop,
                holder=catalogues.holder(),
            )
            if not (ended.busy and self.run.wishes.wait) or self.stop.is_set():
                return ended
            if not told:
                self.listener.say(f"{ended.name}: {ended.error}; waiting (Ctrl-C ends it)")
                told = True
            with suppress(StoppedError):
                await unless_stopped(self.clock.sleep(BUSY_WAIT), self.stop)


def _token_counts(configuration: Configuration, jobs: Sequence[Job]) -> dict[str, int]:
    """Say how many tokens each source has; a list may lend those of any."""
    counts = {job.name: len(job.access.tokens) for job in jobs}
    if any(job.target.source and job.target.source.directory for job in jobs):
        for source in configuration.settings.sources:
            if source.name not in counts:
                with suppress(SettingsError):
                    counts[source.name] = len(configuration.tokens(source).found)
    return counts


def _command_of(job: Job) -> str:
    if job.target.source is not None and job.target.addresses is None:
        return "harvester crawl " + " ".join(job.target.parts or (job.target.source.name,))
    addresses = [f"{job.target.url}/{path}" for path in job.target.addresses or ()]
    return "harvester crawl " + " ".join(addresses)
