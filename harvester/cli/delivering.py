# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Has webhooks delivered beside whatever else a process does, and says which addresses may be."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING, Protocol

from harvester.cli import catalogues, compose
from harvester.cli.adapters import SystemClock
from harvester.ports.errors import CatalogueError
from harvester.ports.webhooks import DeliveryState, WebhookStore
from harvester.settings import Configuration
from harvester.worker import Worker

if TYPE_CHECKING:
    from connectors.transport.fetcher import GuardedFetcher
    from connectors.transport.reach import Allow

TIMEOUT = 10.0
"""Seconds that a receiver has for its answer."""
_COUNTED_EVERY = 10.0
"""Seconds."""
Current = Callable[[], Configuration]
"""Gives the settings of the moment."""


class Figures(Protocol):
    """Is told how webhooks stand."""

    def told(self, outcome: str, amount: int) -> None:
        """Count events that were ``delivered``, ``failed`` or ``given-up``."""
        ...

    def webhooks(self, tallies: Mapping[DeliveryState, int]) -> None:
        """Tell how many events are in which state."""
        ...


@asynccontextmanager
async def delivering(current: Current, figures: Figures | None = None) -> AsyncIterator[None]:
    """Deliver events in the background, as long as the context lasts.

    One process of a catalogue does so at a time; the others stand by.

    Raises:
        CatalogueError: the database cannot be used.
    """
    from harvester.feed.webhooks.delivery import Deliverer

    with Worker("webhooks") as worker:
        opened = catalogues.outbox(current())
        outbox, webhooks = await worker(opened.__enter__)
        deliverer = Deliverer(
            outbox,
            lambda: _fetcher(current()),
            clock=SystemClock(),
            worker=worker,
            holder=catalogues.holder(),
            give_up_after=lambda: current().settings.webhooks.give_up_after,
            **({} if figures is None else {"told": figures.told}),
        )
        tasks = [asyncio.create_task(deliverer.run())]
        if figures is not None:
            tasks.append(asyncio.create_task(_count(worker, webhooks, figures)))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await worker(opened.__exit__, None, None, None)


async def _count(worker: Worker, webhooks: WebhookStore, figures: Figures) -> None:
    while True:
        with suppress(CatalogueError):
            tallies = (await worker(webhooks.tallies)).values()
            figures.webhooks(
                {state: sum(one.get(state, 0) for one in tallies) for state in DeliveryState}
            )
        await asyncio.sleep(_COUNTED_EVERY)


def admit(current: Current) -> Callable[[str], None]:
    """Give what says whether an address may be posted to; not for the thread of an event loop."""

    def admitted(url: str) -> None:
        from connectors.transport.reach import check_public

        asyncio.run(check_public(url, _allowed(current())))

    return admitted


def _fetcher(configuration: Configuration) -> "GuardedFetcher":
    from connectors.transport.fetcher import GuardedFetcher

    http = compose.http_options(configuration)
    return GuardedFetcher(
        replace(http, timeout=min(TIMEOUT, http.timeout)), allow=_allowed(configuration)
    )


def _allowed(configuration: Configuration) -> "Allow":
    """Let through what is public, at any port, and the networks that the operator names."""
    from connectors.transport.guard import is_public

    networks = [ip_network(text) for text in configuration.settings.webhooks.allow_private]
    return lambda address, _port: (
        is_public(address) or any(address in network for network in networks)
    )
