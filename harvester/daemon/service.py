# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Runs the daemon as a process: its ticks, its signals, what it serves over HTTP."""

import asyncio
import signal
from contextlib import nullcontext
from datetime import UTC

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from harvester.cli import catalogues, compose, console, logs
from harvester.cli.adapters import SystemClock
from harvester.cli.delivering import delivering
from harvester.cli.exits import ExitCode
from harvester.cli.invocation import Invocation
from harvester.cli.signals import StopSignals
from harvester.daemon.courier import Courier
from harvester.daemon.daemon import Daemon
from harvester.daemon.desk import DaemonDesk
from harvester.daemon.metrics import Metrics
from harvester.daemon.views import application, served
from harvester.ports.catalogue import Catalogue
from harvester.settings import Configuration
from harvester.worker import Worker

_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("harvester.daemon")


def serve(invocation: Invocation, *, api: bool) -> ExitCode:
    """Run until a signal ends it; gives the exit code.

    Args:
        invocation: the common options.
        api: whether front-ends can read the catalogue at the same address.

    Raises:
        SettingsError: the settings are refused.
        CatalogueError: the database cannot be used at the start, or has another schema now.
        ListenError: the address to listen at cannot be had.
    """
    console.divert(lambda level, text: getattr(_LOG, level)(text))
    return asyncio.run(_serve(invocation, api=api))


async def _serve(invocation: Invocation, *, api: bool) -> ExitCode:
    metrics, clock = Metrics(), SystemClock()
    with StopSignals() as signals, Worker("daemon") as worker:
        courier = Courier(lambda: daemon.configuration, clock, metrics)
        daemon = Daemon(
            lambda: _checked(compose.configuration(invocation)),
            clock=clock,
            holder=catalogues.holder(),
            metrics=metrics,
            stop=signals.stop,
            tell=courier.tell,
        )
        configuration = daemon.configuration
        compose.warn_of_missing_contact(configuration)
        _warn_of_missing_schedules(configuration)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, daemon.reload)
        opened = catalogues.catalogue(configuration)
        catalogue = await worker(opened.__enter__)
        front = (
            catalogues.front_end(configuration, lambda: daemon.configuration)
            if api
            else nullcontext()
        )
        notifying = asyncio.create_task(courier.run())
        try:
            with front as shown:
                app = application(
                    metrics,
                    DaemonDesk(daemon),
                    dead=daemon.dead,
                    unready=daemon.unready,
                    api=shown.app if shown else None,
                )
                listen = configuration.settings.daemon.listen
                proxies = configuration.settings.api.trusted_proxies
                async with (
                    served(app, listen, trusted_proxies=proxies) as address,
                    delivering(lambda: daemon.configuration, metrics),
                ):
                    _LOG.info("daemon began", catalogue=catalogue.name, listening=address)
                    await _tick_until(signals.stop, daemon, catalogue, worker)
                    await daemon.finish(catalogue, worker)
        finally:
            notifying.cancel()
            await worker(opened.__exit__, None, None, None)
            loop.remove_signal_handler(signal.SIGHUP)
    if daemon.fatal is not None:
        raise daemon.fatal
    _LOG.info("daemon ended")
    return signals.code or ExitCode.OK


def _checked(configuration: Configuration) -> Configuration:
    """Make sure that the secrets can be had which no crawl would ask for.

    Raises:
        SettingsError: one cannot.
    """
    for source in configuration.settings.sources:
        logs.hide(configuration.webhook_secret(source))
    logs.hide(configuration.notify_secret())
    return configuration


async def _tick_until(
    stop: asyncio.Event, daemon: Daemon, catalogue: Catalogue, worker: Worker
) -> None:
    scheduler = AsyncIOScheduler(timezone=UTC)
    every = daemon.configuration.settings.daemon.tick
    await daemon.tick(catalogue, worker)
    ended = asyncio.create_task(stop.wait())
    scheduler.add_job(
        daemon.tick,
        IntervalTrigger(seconds=max(1, int(every.total_seconds())), timezone=UTC),
        args=(catalogue, worker),
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    scheduler.start()
    try:
        while not stop.is_set():
            wished = asyncio.create_task(daemon.wished.wait())
            await asyncio.wait((ended, wished), return_when=asyncio.FIRST_COMPLETED)
            wished.cancel()
            if daemon.wished.is_set() and not stop.is_set():
                daemon.wished.clear()
                await daemon.tick(catalogue, worker)
    finally:
        ended.cancel()
        scheduler.shutdown(wait=False)


def _warn_of_missing_schedules(configuration: Configuration) -> None:
    sources = configuration.settings.sources
    idle = [source.name for source in sources if source.every is None and source.cron is None]
    for name in idle:
        console.warn(f"source {name} has neither every nor cron: it is crawled by hand only")
    if len(idle) == len(sources):
        console.warn(f"{configuration.path}: nothing will ever be due")
