# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""One call of ``harvester crawl``: every source that is meant, one after another."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from harvester.cli import compose, console, progress, summary, targets
from harvester.cli.crawl import CrawlForm
from harvester.cli.estimates import expected
from harvester.cli.exits import ExitCode, UsageError
from harvester.cli.invocation import Invocation
from harvester.cli.output import moment, write_json
from harvester.cli.signals import StopSignals
from harvester.cli.tapes import Asked, NoTape, RecordingTape, ReplayTape, Tape
from harvester.crawl import CrawlTask, SourcePlan, SourceSummary, crawl, foresee
from harvester.crawl.ahead import StoppedError, unless_stopped
from harvester.crawl.retire import retire, taken_off_at
from harvester.model import ItemStatus, Outcome, Spent
from harvester.ports.catalogue import Catalogue
from harvester.ports.connector import Connector, ForgeAccess
from harvester.ports.errors import ConnectorError, SourceError, UnreachableError
from harvester.ports.http import Clock
from harvester.settings import MANUAL_SOURCE, Configuration
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
    """None: the kind of its forge has yet to be found out."""
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
            compose.passing_catalogue()
            if self._wishes.dry_run
            else compose.catalogue(configuration)
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
            jobs = [
                self._job(configuration, catalogue, worker, listener, target) for target in wanted
            ]
            tokens = {job.name: len(job.access.tokens) for job in jobs}
            self._tape.begin(catalogue, asked, tokens)
            jobs = [replace(job, access=self._tape.through(job.access)) for job in jobs]
            for job in jobs:
                if signals.stop.is_set():
                    break
                clock = self._tape.clock(job.name)
                one = _One(self, configuration, catalogue, worker, listener, signals.stop, clock)
                summaries.append(await one.whole(job))
                listener.ended(summaries[-1])
            if not asked.arguments and not signals.stop.is_set():
                summaries += await self._retire(
                    configuration, catalogue, worker, listener, signals.stop
                )
        self._tell(catalogue.name, summaries)
        if signals.code is not None:
            left = [_command_of(job) for job in jobs[len(summaries) :]]
            left = [
                _command_of(j) for j, s in zip(jobs, summaries, strict=False) if s.stopped
            ] + left
            if left:
                console.say("stopped; what was stored stays. Go on with: " + "; ".join(left))
            return signals.code
        return summary.exit_code(summaries)

    async def _retire(
        self,
        configuration: Configuration,
        catalogue: Catalogue,
        worker: Worker,
        listener: progress.Lines,
        stop: asyncio.Event,
    ) -> list[SourceSummary]:
        """Say which sources are no longer configured, and let go of those whose grace is over."""
        clock = self._tape.clock(RETIRED)
        now = clock.now()
        names = [source.name for source in configuration.settings.sources]
        await worker(catalogue.retire, [*names, MANUAL_SOURCE], now)
        ended = []
        for state in (await worker(catalogue.sources)).values():
            over = taken_off_at(state, compose.keep_of(configuration))
            if over is None:
                continue
            what = f"{state.name}: no longer configured; its {state.repositories} repositories"
            if now < over:
                listener.say(
                    f"{what} are kept until {moment(over)}, those of other sources for longer"
                )
                continue
            listener.say(f"{what} leave the catalogue, but for those that another source has")
            plan = compose.retired_plan(configuration, state)
            ended.append(
                await retire(
                    plan,
                    catalogue=catalogue,
                    worker=worker,
                    clock=clock,
                    listener=listener,
                    stop=stop,
                    holder=compose.holder(),
                )
            )
            listener.ended(ended[-1])
        return ended

    def _job(
        self,
        configuration: Configuration,
        catalogue: Catalogue,
        worker: Worker,
        listener: progress.Lines,
        target: targets.Target,
    ) -> Job:
        budgets, validators = compose.stores(catalogue, worker)
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
            try:
                plan = compose.plan_of(configuration, target.source)
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

    async def whole(self, job: Job) -> SourceSummary:
        """Crawl; what goes wrong with the source is told in the summary."""
        began = self.clock.now()
        try:
            return await self._crawl(job)
        except SourceError as error:
            return SourceSummary(
                name=job.name,
                complete=False,
                resumed_from=None,
                items=dict.fromkeys(ItemStatus, 0),
                files=dict.fromkeys(Outcome, 0),
                spent=Spent(),
                seconds=(self.clock.now() - began).total_seconds(),
                cursor=None,
                error=str(error),
                answered=not isinstance(error, UnreachableError),
            )

    async def _crawl(self, job: Job) -> SourceSummary:
        plan = job.plan
        if job.broken is not None:
            raise job.broken
        if plan is None:
            kind = await targets.recognise(job.access)
            plan = targets.manual(self.configuration, kind, job.target)
        task = CrawlTask(
            source=plan,
            full=self.run.wishes.full,
            limit=self.run.wishes.limit,
            addresses=job.target.addresses,
        )
        self.listener.reads_addresses = task.addresses is not None
        async with compose.connector_of(plan.kind)(job.access) as connector:
            predicted = None
            if task.addresses is None:
                now, full = self.clock.now(), task.full or task.limit is not None
                size = await self.worker(partial(foresee, self.catalogue, plan, full=full, now=now))
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
                holder=compose.holder(),
            )
            if not (ended.busy and self.run.wishes.wait) or self.stop.is_set():
                return ended
            if not told:
                self.listener.say(f"{ended.name}: {ended.error}; waiting (Ctrl-C ends it)")
                told = True
            with suppress(StoppedError):
                await unless_stopped(self.clock.sleep(BUSY_WAIT), self.stop)


def _command_of(job: Job) -> str:
    if job.target.source is not None and job.target.addresses is None:
        return f"harvester crawl {job.target.source.name}"
    addresses = [f"{job.target.url}/{path}" for path in job.target.addresses or ()]
    return "harvester crawl " + " ".join(addresses)
