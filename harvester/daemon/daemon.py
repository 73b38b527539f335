# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The daemon itself: at each tick it says that it lives, and begins what is due.

Everything that must outlive it is in the catalogue: what was crawled and when, how it ended, who
keeps the catalogue. So it may be killed at any moment, and the next one goes on.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from harvester.cli.estimates import requests_of
from harvester.cli.summary import verdict
from harvester.crawl import SourceSummary
from harvester.daemon.choice import Candidate, chosen
from harvester.daemon.crawls import crawl_source, let_go_of_sources
from harvester.daemon.listener import LogListener
from harvester.daemon.metrics import Metrics
from harvester.daemon.notices import Notice, Watch, stalled
from harvester.daemon.wishes import Wishes
from harvester.due import LEAST_PAUSE, due
from harvester.model import State
from harvester.ports.catalogue import Catalogue
from harvester.ports.crawls import Retention, SourceState
from harvester.ports.errors import (
    CatalogueError,
    HarvesterError,
    SchemaAheadError,
    SchemaBehindError,
)
from harvester.ports.http import Clock
from harvester.ports.wishes import Answer
from harvester.settings import Configuration, SettingsError, Source
from harvester.worker import Worker

TIDY_EVERY = timedelta(days=1)
TICKS_MISSED = 6
"""So many ticks without a sign of life, and the daemon calls itself dead."""
_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("harvester.daemon")


@dataclass(slots=True)
class _Crawl:
    """A crawl under way."""

    candidate: Candidate
    listener: LogListener
    task: asyncio.Task[None]


class Daemon:
    """Keeps one catalogue. All methods run on one event loop."""

    def __init__(
        self,
        load: Callable[[], Configuration],
        *,
        clock: Clock,
        holder: str,
        metrics: Metrics,
        stop: asyncio.Event,
        tell: Callable[[Notice], None] = lambda _notice: None,
    ) -> None:
        """Read the settings.

        Args:
            load: reads the settings, now and at each :meth:`reload`.
            clock: where the time comes from.
            holder: who this process is, for leases.
            metrics: what it tells its figures.
            stop: set when it is to end.
            tell: has an operator told; must return at once.

        Raises:
            SettingsError: the settings are refused.
        """
        self._load = load
        self._configuration = load()
        self._clock, self._holder, self.metrics, self.stop = clock, holder, metrics, stop
        self._began = self._ticked = clock.now()
        self._tell_operator, self._watch = tell, Watch()
        self._tidied: datetime | None = None
        self._chore: asyncio.Task[None] | None = None
        """What is done once a day beside the crawls."""
        self._ticking = asyncio.Lock()
        self._crawls: dict[str, _Crawl] = {}
        self._held_off: dict[str, datetime] = {}
        """Until when a source is left alone whose last try left no trace in the catalogue."""
        self._wishes = Wishes()
        self.wished = asyncio.Event()
        """Set when a repository is to be looked at, so that nobody waits for the next tick."""
        self._keeper: bool | None = None
        self._unstored: str | None = None
        """Why the last crawl could not be stored; None once one could."""
        self._trouble: str | None = "it has just been started"
        self.fatal: HarvesterError | None = None
        """Why it cannot go on at all."""

    @property
    def configuration(self) -> Configuration:
        """The settings at hand."""
        return self._configuration

    @property
    def crawling(self) -> frozenset[str]:
        """Names of the sources that are being crawled."""
        return frozenset(self._crawls)

    @property
    def busy(self) -> bool:
        """Whether something is done beside the crawls."""
        return self._chore is not None

    # --- what supervisors ask ---------------------------------------------------------------

    def dead(self) -> str | None:
        """Say why it should be started anew."""
        silence = self._clock.now() - self._ticked
        if silence > self._configuration.settings.daemon.tick * TICKS_MISSED:
            return f"no tick for {int(silence.total_seconds())} s"
        return None

    def unready(self) -> str | None:
        """Say why it does no work."""
        return self._trouble

    # --- settings ---------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the settings anew. What is being crawled goes on as it was begun."""
        try:
            fresh = self._load()
        except SettingsError as error:
            _LOG.error("settings refused; the old ones stand", said=str(error))
            return
        for key in ("database_url", "daemon"):
            if getattr(fresh.settings, key) != getattr(self._configuration.settings, key):
                _LOG.warning("a changed setting takes effect at the next start", setting=key)
        self._configuration = fresh
        self._held_off.clear()
        self._wishes.drop(frozenset(source.name for source in fresh.settings.sources))
        _LOG.info("settings read anew", sources=len(fresh.settings.sources))

    # --- wishes -----------------------------------------------------------------------------

    def wish(self, source: str, path: str) -> Answer:
        """Have one repository of a source looked at soon."""
        answer = self._wishes.add(source, path, self._clock.now())
        if answer is not Answer.FULL:
            self.wished.set()
        return answer

    # --- a tick -----------------------------------------------------------------------------

    async def tick(self, catalogue: Catalogue, worker: Worker) -> None:
        """Say that it lives, begin what is due, and end what stalls. Never raises."""
        async with self._ticking:
            await self._tried(catalogue, worker)

    async def _tried(self, catalogue: Catalogue, worker: Worker) -> None:
        now, seconds = self._clock.now(), catalogue.seconds
        try:
            await self._tick(catalogue, worker, now)
            self._ticked = now
        except (SchemaAheadError, SchemaBehindError) as error:
            self._give_up(error)
        except CatalogueError as error:
            self._ticked = now
            self.metrics.database_failed()
            if self._trouble != str(error):
                _LOG.error("the catalogue cannot be used; trying again", said=str(error))
            self._trouble = str(error)
            self._notify(self._watch.database(str(error), now))
        except Exception:  # noqa: BLE001 - logged with its place
            # A defect: told, and tried again. A daemon that goes on not ticking says that it is
            # dead, so that somebody looks.
            _LOG.exception("a tick failed")
        finally:
            self.metrics.database_took(catalogue.seconds - seconds)

    async def _tick(self, catalogue: Catalogue, worker: Worker, now: datetime) -> None:
        settings = self._configuration.settings.daemon
        other = await worker(catalogue.guard, self._holder, settings.lease, now)
        self._stand(other)
        self._end_stalled(now, settings.stall_after)
        states = await worker(catalogue.sources)
        planned = self._planned(states, now)
        self.metrics.sources(states, planned)
        totals: dict[State, int] = dict(await worker(catalogue.totals))
        self.metrics.catalogue(await worker(catalogue.head), totals)
        self.metrics.budgets(await worker(catalogue.budgets), now)
        if other is None:
            for source, path in await worker(catalogue.wishes, now):
                if source in planned:
                    self._wishes.add(source, path, now)
        waiting = self._waiting(planned, now)
        if other is None:
            after = self._configuration.settings.notify.failing_after
            watched = {name: states[name] for name in planned if name in states}
            self._notify(self._watch.sources(watched, now, after))
        self._notify(self._watch.database(self._unstored, now))
        if other is None and not self.stop.is_set():
            running = [one.candidate for one in self._crawls.values()]
            for candidate in chosen(waiting, running, parallel=settings.parallel, now=now):
                self._begin(candidate, planned[candidate.name], now)
            await self._tidy(catalogue, worker, now)
        due_now = sum(one.due <= now and one.name not in self._crawls for one in waiting)
        self.metrics.queue(len(self._crawls), due_now, self._wishes.waiting())
        standing_by = None if other is None else f"standing by: {other} keeps this catalogue"
        self._trouble = standing_by or self._unstored

    async def _tidy(self, catalogue: Catalogue, worker: Worker, now: datetime) -> None:
        """Once a day, delete what is not kept any longer, a portion a tick."""
        if self._tidied is not None and abs(now - self._tidied) < TIDY_EVERY:
            return
        keep = self._configuration.settings.keep
        retention = Retention(crawls=keep.crawls, changes=keep.changes)
        tidied = await worker(catalogue.tidy, retention, now)
        if tidied.crawls or tidied.blobs or tidied.changes or tidied.logs:
            _LOG.info(
                "tidied",
                crawls=tidied.crawls,
                blobs=tidied.blobs,
                changes=tidied.changes,
                logs=tidied.logs,
            )
        self._tidied = None if tidied.more else now
        if not tidied.more and self._chore is None:
            self._chore = asyncio.create_task(self._let_go(self._configuration))

    async def _let_go(self, configuration: Configuration) -> None:
        """Let go of sources that are configured no more; what fails is tried again tomorrow."""
        try:
            await let_go_of_sources(
                configuration,
                clock=self._clock,
                listener=LogListener(_LOG, self._clock),
                stop=self.stop,
                holder=self._holder,
            )
        except HarvesterError as error:
            _LOG.warning("sources could not be let go of", said=str(error))
        except Exception:  # noqa: BLE001 - logged with its place
            _LOG.exception("letting go of sources ended by a defect")
        finally:
            self._chore = None

    def _notify(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            self._tell_operator(notice)

    def _stand(self, other: str | None) -> None:
        """Take note of who keeps the catalogue."""
        keeper = other is None
        if keeper == self._keeper:
            return
        if keeper:
            _LOG.info("keeps the catalogue")
        else:
            _LOG.warning("stands by", keeper=other)
            for one in self._crawls.values():
                one.task.cancel()
        self._keeper = keeper
        self.metrics.keeps(keeper)

    def _planned(
        self, states: Mapping[str, SourceState], now: datetime
    ) -> dict[str, datetime | None]:
        return {
            source.name: due(
                source.schedule, source.name, states.get(source.name), since=self._began, now=now
            )
            for source in self._configuration.settings.sources
        }

    def _waiting(self, planned: dict[str, datetime | None], now: datetime) -> list[Candidate]:
        """Give the sources that wait for their time, or for a look at single repositories."""
        waiting = []
        wished = self._wishes.due(now)
        for source in self._configuration.settings.sources:
            moments = [m for m in (planned[source.name], wished.get(source.name)) if m is not None]
            if moments:
                held = self._held_off.get(source.name, min(moments))
                due_at = max(min(moments), held)
                waiting.append(Candidate(name=source.name, forge=source.url, due=due_at))
        return waiting

    def _end_stalled(self, now: datetime, after: timedelta) -> None:
        for one in self._crawls.values():
            if now - one.listener.moved_at > after and not one.task.cancelling():
                _LOG.error("the crawl makes no progress and is ended", source=one.candidate.name)
                one.task.cancel()
                self._hold_off(one.candidate.name)
                self._notify([stalled(one.candidate.name, one.listener.moved_at)])

    # --- crawls -----------------------------------------------------------------------------

    def _begin(self, candidate: Candidate, planned: datetime | None, now: datetime) -> None:
        """Begin a crawl of the whole source if it is due, else of the repositories wished for."""
        (source,) = self._configuration.sources([candidate.name])
        whole = planned is not None and planned <= now
        addresses = None if whole else self._wishes.take(source.name, now)
        log = _LOG.bind(run=secrets.token_hex(4), source=source.name)
        listener = LogListener(log, self._clock)
        task = asyncio.create_task(
            self._crawl(self._configuration, source, addresses, listener, log)
        )
        self._crawls[source.name] = _Crawl(candidate, listener, task)
        task.add_done_callback(lambda _task: self._crawls.pop(source.name, None))

    async def _crawl(
        self,
        configuration: Configuration,
        source: Source,
        addresses: tuple[str, ...] | None,
        listener: LogListener,
        log: structlog.stdlib.BoundLogger,
    ) -> None:
        """Crawl a source; however it ends, the daemon lives on."""
        try:
            summaries = await crawl_source(
                configuration,
                source,
                addresses=addresses,
                clock=self._clock,
                listener=listener,
                stop=self.stop,
                holder=self._holder,
                database_took=self.metrics.database_took,
                charged=self.metrics.charged,
            )
        except asyncio.CancelledError:
            log.warning("crawl ended before its time")
        except (SchemaAheadError, SchemaBehindError) as error:
            self._give_up(error)
        except CatalogueError as error:
            self.metrics.database_failed()
            self._unstored = str(error)
            log.warning("crawl failed: it cannot be stored; trying again", said=str(error))
            self._hold_off(source.name)
        except HarvesterError as error:
            log.warning("crawl failed", said=str(error))
            self._hold_off(source.name)
        except Exception:
            log.exception("crawl ended by a defect")
            self._hold_off(source.name)
        else:
            self._unstored = None
            for summary in summaries:
                if summary.busy:
                    self._hold_off(source.name)
                    for path in addresses or ():
                        self.wish(source.name, path)
                self._tell(summary, log.bind(source=summary.name))

    def _tell(self, summary: SourceSummary, log: structlog.stdlib.BoundLogger) -> None:
        outcome = verdict(summary)
        self.metrics.ended(summary, outcome)
        (log.warning if summary.error else log.info)(
            f"crawl {outcome}",
            **{status.value: amount for status, amount in summary.items.items()},
            requests=summary.spent.graphql + summary.spent.rest + summary.spent.raw,
            points=summary.spent.points,
            predicted_requests=requests_of(summary.predicted) if summary.predicted else None,
            predicted_points=summary.predicted.points if summary.predicted else None,
            seconds=round(summary.seconds, 1),
            said=summary.error,
            not_before=summary.not_before.isoformat() if summary.not_before else None,
        )

    def _hold_off(self, name: str) -> None:
        self._held_off[name] = self._clock.now() + LEAST_PAUSE

    def _give_up(self, error: HarvesterError) -> None:
        self.fatal = error
        self._trouble = str(error)
        self.stop.set()

    # --- the end ----------------------------------------------------------------------------

    async def finish(self, catalogue: Catalogue, worker: Worker) -> None:
        """Wait until what is being stored is stored, and let another daemon take over."""
        if self._crawls:
            _LOG.info("stopping after what is being stored", crawls=sorted(self._crawls))
            await asyncio.wait([one.task for one in self._crawls.values()])
        if self._chore is not None:
            await asyncio.wait([self._chore])
        with suppress(CatalogueError):
            await worker(catalogue.release, self._holder)
