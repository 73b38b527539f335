# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Posts notices to the operator's address, ``[notify] url``; never in the way of a crawl.

Signed with the secret, if there is one, and the time (``harvester/feed/webhooks/signing.py``).
"""

import asyncio
import json
import uuid
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

import structlog
import tenacity

from connectors.transport.fetcher import GuardedFetcher
from harvester import __version__
from harvester.cli import compose
from harvester.cli.output import moment
from harvester.daemon.metrics import Metrics
from harvester.daemon.notices import Notice
from harvester.feed.webhooks import signing
from harvester.ports.errors import HarvesterError, SourceError
from harvester.ports.http import Clock
from harvester.settings import Configuration

ATTEMPTS = 6
"""How often one notice is sent; the pauses double from :data:`FIRST_PAUSE`: half an hour in all."""
FIRST_PAUSE = 60.0
"""Seconds."""
MOST_WAITING = 100
"""Notices that wait to be sent; what comes on top is lost, and logged."""
_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("harvester.daemon")
_TAKEN = range(200, 300)
_AGAIN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


class _NotTakenError(HarvesterError):
    """The receiver did not take a notice; it may do so later."""


class Courier:
    """Delivers notices one after the other, in the background.

    Args:
        configuration: gives the settings that hold now.
        clock: where the time comes from.
        metrics: is told what became of each.
    """

    def __init__(
        self, configuration: Callable[[], Configuration], clock: Clock, metrics: Metrics
    ) -> None:
        self._configuration, self._clock, self._metrics = configuration, clock, metrics
        self._waiting: asyncio.Queue[Notice] = asyncio.Queue(MOST_WAITING)
        self._unwanted: str | None = None
        """An address that wants nothing any more (410)."""

    def tell(self, notice: Notice) -> None:
        """Have a notice delivered; returns at once."""
        url = self._configuration().settings.notify.url
        if url is None or url == self._unwanted:
            return
        try:
            self._waiting.put_nowait(notice)
        except asyncio.QueueFull:
            self._lost(notice, "too many wait already")

    async def run(self) -> None:
        """Deliver until cancelled. Never raises otherwise."""
        while True:
            notice = await self._waiting.get()
            try:
                await self._deliver(notice)
            except HarvesterError as error:
                self._lost(notice, str(error))
            except Exception:  # noqa: BLE001 - a defect; the next one is delivered all the same
                _LOG.exception("a notice ended by a defect")
            finally:
                self._waiting.task_done()

    async def settled(self) -> None:
        """Wait until nothing waits."""
        await self._waiting.join()

    async def _deliver(self, notice: Notice) -> None:
        identity = str(uuid.uuid4())
        attempts = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type((_NotTakenError, SourceError)),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=tenacity.wait_exponential(multiplier=FIRST_PAUSE),
            sleep=self._clock.sleep,
            reraise=True,
        )
        async for attempt in attempts:
            with attempt:
                await self._post(notice, identity)

    async def _post(self, notice: Notice, identity: str) -> None:
        configuration = self._configuration()
        url = configuration.settings.notify.url
        if url is None or url == self._unwanted:
            return
        now = self._clock.now()
        body = message(notice, identity, now)
        headers = {"content-type": "application/json"}
        secret = configuration.notify_secret()
        if secret is not None:
            headers[signing.TIMED] = signing.timed(body, secret, now)
        http = compose.http_options(configuration)
        # The operator wrote the address: it may lie on a private network. Redirects are not
        # followed.
        async with GuardedFetcher(http, allow=lambda _address, _port: True) as fetcher:
            status = (await fetcher.post(url, body, headers)).status
        if status in _TAKEN:
            self._metrics.noticed("delivered")
            _LOG.info("operator told", kind=notice.kind.value, source=notice.source)
        elif status == HTTPStatus.GONE:
            self._unwanted = url
            self._lost(
                notice,
                "its receiver wants no more (410); nothing is sent there until the "
                "address in [notify] changes, or the daemon is started anew",
            )
        elif status in _AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _NotTakenError(f"its receiver answered {status}")
        else:
            self._lost(notice, f"its receiver refused it ({status})")

    def _lost(self, notice: Notice, why: str) -> None:
        self._metrics.noticed("lost")
        _LOG.error(
            "operator could not be told",
            kind=notice.kind.value,
            source=notice.source,
            notice=notice.message,
            said=why,
        )


def message(notice: Notice, identity: str, now: datetime) -> bytes:
    """Write a notice; ``id`` is the same at every try."""
    return json.dumps(
        {
            "id": identity,
            "kind": notice.kind.value,
            "source": notice.source,
            "since": moment(notice.since),
            "message": notice.message,
            "sent_at": moment(now),
            "harvester": __version__,
        },
        ensure_ascii=False,
    ).encode()
