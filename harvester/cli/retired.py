# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Sources that are no longer configured: said of each until when it is kept, and then let go."""

import asyncio
from collections.abc import Callable
from typing import Any

from harvester.cli import compose
from harvester.cli.output import moment
from harvester.crawl import Listener, SourceSummary
from harvester.crawl.retire import retire, taken_off_at
from harvester.ports.catalogue import Catalogue, SourceState
from harvester.ports.http import Clock
from harvester.settings import MANUAL_SOURCE, Configuration
from harvester.worker import Worker


async def let_go(
    configuration: Configuration,
    *,
    catalogue: Catalogue,
    worker: Worker,
    clock: Clock,
    listener: Callable[[str], Listener],
    say: Callable[[str], Any],
    stop: asyncio.Event,
) -> list[SourceSummary]:
    """Take note of sources that are not configured, and let go of those whose grace is over.

    Args:
        configuration: the settings.
        catalogue: used only in the worker's thread.
        worker: the thread for the database.
        clock: where the time comes from.
        listener: gives who hears what of a source is gone, by its name.
        say: tells people what is kept until when.
        stop: set by a signal.
    """
    now = clock.now()
    names = [source.name for source in configuration.settings.sources]
    await worker(catalogue.retire, [*names, MANUAL_SOURCE], now)
    ended = []
    for state in (await worker(catalogue.sources)).values():
        over = taken_off_at(state, compose.keep_of(configuration))
        if over is None:
            continue
        if now < over:
            say(f"{_named(state)} are kept until {moment(over)}, those of other sources for longer")
            continue
        say(f"{_named(state)} leave the catalogue, but for those that another source has")
        summary = await retire(
            compose.retired_plan(configuration, state),
            catalogue=catalogue,
            worker=worker,
            clock=clock,
            listener=listener(state.name),
            stop=stop,
            holder=compose.holder(),
        )
        ended.append(summary)
    return ended


def _named(state: SourceState) -> str:
    return f"{state.name}: no longer configured; its {state.repositories} repositories"
