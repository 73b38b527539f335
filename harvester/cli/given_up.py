# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Sources that are no longer configured: they are told, and let go of when their grace is over."""

import asyncio
from collections.abc import AsyncIterator, Callable

from harvester.cli import catalogues, planning
from harvester.cli.output import moment
from harvester.cli.parts import part_names
from harvester.crawl import Listener, SourceSummary
from harvester.crawl.retire import retire, taken_off_at
from harvester.ports.catalogue import Catalogue
from harvester.ports.http import Clock
from harvester.settings import MANUAL_SOURCE, Configuration
from harvester.worker import Worker


async def let_go(
    configuration: Configuration,
    *,
    catalogue: Catalogue,
    worker: Worker,
    clock: Clock,
    listener: Listener,
    stop: asyncio.Event,
    holder: str,
    say: Callable[[str], None],
) -> AsyncIterator[SourceSummary]:
    """Say which sources are no longer configured, and let go of those whose grace is over.

    Args:
        configuration: the settings; what they name is kept.
        catalogue: used only in the worker's thread.
        worker: the thread for the database.
        clock: where the time comes from.
        listener: hears what is gone.
        stop: set by a signal.
        holder: who does it, for leases.
        say: tells a person.

    Yields:
        How each source ended that was let go of.
    """
    now = clock.now()
    names = [source.name for source in configuration.settings.sources]
    parts = part_names(configuration, await worker(catalogues.lead_store(catalogue).kept))
    await worker(catalogue.retire, [*names, *parts, MANUAL_SOURCE], now)
    for state in (await worker(catalogue.sources)).values():
        over = taken_off_at(state, planning.keep_of(configuration))
        if over is None:
            continue
        what = f"{state.name}: no longer configured; its {state.repositories} repositories"
        if now < over:
            say(f"{what} are kept until {moment(over)}, those of other sources for longer")
            continue
        say(f"{what} leave the catalogue, but for those that another source has")
        yield await retire(
            planning.retired_plan(configuration, state),
            catalogue=catalogue,
            worker=worker,
            clock=clock,
            listener=listener,
            stop=stop,
            holder=holder,
        )
