# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Delivers events: each receiver by itself, so that none holds up another.

Everything that must outlive the process is in the outbox; killed anywhere, the next one delivers
again what was not noted, under the same ids. What is known of a receiver's health is not kept: a
new process finds it out with a few tries.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import structlog

from harvester.feed.webhooks import message, patience
from harvester.feed.webhooks.patience import Breaker
from harvester.ports.errors import CatalogueError, HarvesterError, SourceError
from harvester.ports.http import Clock, Fetcher
from harvester.ports.webhooks import Delivery, Outbox, Outcome, Standing, Tried, Webhook
from harvester.worker import Worker

TICK = 1.0
"""Seconds between two looks at the outbox."""
BEAT = timedelta(seconds=20)
SILENCE = timedelta(minutes=1)
"""Whoever delivers says so once a ``BEAT``; silent for so long, another one takes over."""
HOLD_OFF = timedelta(seconds=30)
"""How long nothing is sent to a receiver after the catalogue could not be written."""
AT_ONCE = 64
"""Events of a receiver whose tries are noted together, and so at most sent twice after a kill."""
SIDE_BY_SIDE = 4
"""Requests to one receiver at a time."""
LANES = 64
"""Receivers that are sent to at a time."""
_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("harvester.webhooks")
_LONGEST = 200
"""Characters of what is remembered of a failure."""


class Deliverer:
    """Delivers what an outbox holds.

    Args:
        outbox: what is to be delivered.
        fetcher: opens the way to receivers.
        clock: where the time comes from.
        worker: the thread that the outbox is asked in.
        holder: who this process is.
        give_up_after: how long an event is tried, as it is set at the moment.
        told: hears what became of events (``delivered``, ``failed``, ``given-up``), and how many.
    """

    def __init__(
        self,
        outbox: Outbox,
        fetcher: Callable[[], AbstractAsyncContextManager[Fetcher]],
        *,
        clock: Clock,
        worker: Worker,
        holder: str,
        give_up_after: Callable[[], timedelta],
        told: Callable[[str, int], None] = lambda _outcome, _amount: None,
    ) -> None:
        self._outbox, self._fetcher, self._clock = outbox, fetcher, clock
        self._worker, self._holder, self._told = worker, holder, told
        self._give_up_after = give_up_after
        self._breakers: dict[str, Breaker] = {}
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._beat_at: datetime | None = None
        """When this process last said that it delivers; None: it does not."""
        self._troubles: dict[str, str] = {}
        """Why the catalogue cannot be used, by receiver; each is logged once."""
        self._held_off: dict[str, datetime] = {}
        """Until when, by receiver."""

    async def run(self) -> None:
        """Deliver until cancelled. Never raises otherwise."""
        try:
            while True:
                await self.tick()
                await self._clock.sleep(TICK)
        finally:
            await self._stop()
            if self._beat_at is not None:
                with suppress(CatalogueError):
                    await self._worker(self._outbox.let_go, self._holder)

    async def tick(self) -> None:
        """Look what there is to do, and have it done in the background. Never raises."""
        try:
            await self._look()
            self._troubles.pop("", None)
        except CatalogueError as error:
            self._complain("", error)
        except Exception:  # noqa: BLE001 - a defect; logged with its place, and tried again
            _LOG.exception("a look at the webhooks ended by a defect")

    async def settled(self) -> None:
        """Wait until nothing is being sent."""
        while self._lanes:
            await asyncio.wait(self._lanes.values())

    async def _look(self) -> None:
        standing = await self._worker(self._outbox.receivers)
        if not standing:
            if self._beat_at is not None:
                await self._stop()
                await self._worker(self._outbox.let_go, self._holder)
                self._beat_at = None
            return
        now = self._clock.now()
        if not await self._delivers(now):
            await self._stop()
            return
        receivers: dict[str, list[Standing]] = {}
        for one in standing:
            receivers.setdefault(origin_of(one.webhook.url), []).append(one)
        for origin in self._breakers.keys() - receivers.keys():
            del self._breakers[origin]
        for origin, hooks in receivers.items():
            if len(self._lanes) >= LANES:
                break
            if origin not in self._lanes and self._is_wanted(origin, hooks, now):
                lane = asyncio.create_task(self._serve(origin, [one.webhook for one in hooks]))
                self._lanes[origin] = lane
                lane.add_done_callback(partial(self._forget, origin))

    def _forget(self, origin: str, _lane: asyncio.Task[None]) -> None:
        self._lanes.pop(origin, None)

    async def _delivers(self, now: datetime) -> bool:
        """Say whether this process is the one that delivers."""
        if self._beat_at is not None and timedelta(0) <= now - self._beat_at < BEAT:
            return True
        other = await self._worker(self._outbox.hold, self._holder, SILENCE, now)
        if other is None and self._beat_at is None:
            _LOG.info("delivers webhooks")
        elif other is not None and self._beat_at is not None:
            _LOG.warning("delivers webhooks no more", deliverer=other)
        self._beat_at = now if other is None else None
        return other is None

    def _is_wanted(self, origin: str, hooks: Sequence[Standing], now: datetime) -> bool:
        breaker = self._breakers.get(origin, Breaker())
        if breaker.wait(now) or now < self._held_off.get(origin, now):
            return False
        return any(
            one.behind
            or (one.next_try_at is not None and (breaker.is_open or one.next_try_at <= now))
            for one in hooks
        )

    async def _stop(self) -> None:
        """End what is being sent; what was taken by then is noted."""
        lanes = list(self._lanes.values())
        for lane in lanes:
            lane.cancel()
        if lanes:
            await asyncio.wait(lanes)

    # --- one receiver -----------------------------------------------------------------------

    async def _serve(self, origin: str, hooks: Sequence[Webhook]) -> None:
        """Send to one receiver until nothing is due, or it is to be left alone."""
        try:
            while await self._send(origin, hooks):
                pass
            self._troubles.pop(origin, None)
            self._held_off.pop(origin, None)
        except CatalogueError as error:
            self._complain(origin, error)
            self._held_off[origin] = self._clock.now() + HOLD_OFF
        except HarvesterError as error:
            _LOG.error("webhooks cannot be posted", said=str(error))
            self._fail(origin, None)
        except Exception:  # noqa: BLE001 - a defect; the others are served all the same
            _LOG.exception("a webhook ended by a defect", receiver=origin)
            self._fail(origin, None)

    async def _send(self, origin: str, hooks: Sequence[Webhook]) -> bool:
        """Send what is due, and note what came of it; gives whether there may be more."""
        breaker, now = self._breakers.get(origin, Breaker()), self._clock.now()
        probing = breaker.is_open
        due = await self._worker(
            self._outbox.due,
            self._holder,
            [hook.id for hook in hooks],
            now,
            1 if probing else AT_ONCE,
            early=probing,
        )
        if due is None:
            self._lose(origin)
        if not due:
            return False
        by_id = {hook.id: hook for hook in hooks}
        tried: list[Tried] = []
        left = iter(due)
        try:
            async with self._fetcher() as fetcher, asyncio.TaskGroup() as group:
                for _ in range(SIDE_BY_SIDE):
                    group.create_task(self._post_in_turn(origin, by_id, left, fetcher, tried))
        finally:
            noted = await self._note(origin, hooks, tried)
        return noted and not probing and len(tried) == len(due)

    async def _post_in_turn(
        self,
        origin: str,
        hooks: Mapping[str, Webhook],
        left: Iterator[Delivery],
        fetcher: Fetcher,
        tried: list[Tried],
    ) -> None:
        """Post one event after the other, as long as the receiver is not to be left alone."""
        for delivery in left:
            if self._breakers.get(origin, Breaker()).wait(self._clock.now()):
                return
            if any(
                one.outcome is Outcome.UNWANTED and one.delivery.webhook_id == delivery.webhook_id
                for one in tried
            ):
                continue
            one, asked = await self._post(hooks[delivery.webhook_id], delivery, fetcher)
            tried.append(one)
            if one.outcome is not Outcome.FAILED:
                self._recover(origin)
            else:
                self._fail(origin, asked)

    async def _post(
        self, hook: Webhook, delivery: Delivery, fetcher: Fetcher
    ) -> tuple[Tried, timedelta | None]:
        """Post one event; gives what came of it, and what pause the receiver asked for."""
        body = message.body(delivery)
        headers = message.headers(delivery, body, hook.secret, self._clock.now())
        asked = None
        try:
            answer = await fetcher.post(hook.url, body, headers)
        except SourceError as error:
            outcome, said = Outcome.FAILED, str(error)[:_LONGEST]
        else:
            outcome, said = patience.outcome_of(answer.status), f"answered {answer.status}"
            asked = patience.retry_after(answer.headers.get("retry-after"), self._clock.now())
        now = self._clock.now()
        again = None
        if outcome is Outcome.FAILED and not patience.is_over(
            delivery.taken_at, now, self._give_up_after()
        ):
            again = now + max(patience.rest(delivery.tries + 1), asked or timedelta(0))
        return Tried(
            delivery=delivery, outcome=outcome, at=now, said=said, next_try_at=again
        ), asked

    async def _note(self, origin: str, hooks: Sequence[Webhook], tried: Sequence[Tried]) -> bool:
        """Note what came of tries; gives whether this process still delivers."""
        if not tried:
            return True
        now = self._clock.now()
        lost: dict[str, datetime] = {}
        if self._breakers.get(origin, Breaker()).is_open:
            lost = {hook.id: now - self._give_up_after() for hook in hooks}
        given_up = await self._worker(self._outbox.settle, self._holder, tried, now, lost)
        if given_up is None:
            self._lose(origin)
            return False
        outcomes = [one.outcome for one in tried]
        self._told("delivered", outcomes.count(Outcome.DELIVERED))
        self._told("failed", len(outcomes) - outcomes.count(Outcome.DELIVERED))
        self._told("given-up", given_up)
        for one in tried:
            if one.outcome is Outcome.UNWANTED:
                _LOG.warning(
                    "a webhook ended: its receiver wants no more",
                    webhook=one.delivery.webhook_id,
                    receiver=origin,
                )
        if given_up:
            _LOG.error("events were given up", receiver=origin, events=given_up)
        return True

    def _complain(self, what: str, error: CatalogueError) -> None:
        if self._troubles.get(what) != str(error):
            _LOG.error("webhooks wait: the catalogue cannot be used", said=str(error))
        self._troubles[what] = str(error)

    def _lose(self, origin: str) -> None:
        _LOG.warning("another process delivers webhooks by now", receiver=origin)
        self._beat_at = None

    def _fail(self, origin: str, asked: timedelta | None) -> None:
        before = self._breakers.get(origin, Breaker())
        self._breakers[origin] = after = before.failed(self._clock.now(), asked)
        if after.is_open and not before.is_open:
            _LOG.warning("a receiver takes nothing and is left alone for a while", receiver=origin)

    def _recover(self, origin: str) -> None:
        if self._breakers.pop(origin, Breaker()).is_open:
            _LOG.info("a receiver takes events again", receiver=origin)


def origin_of(url: str) -> str:
    """Name a receiver: scheme, host and port; nothing else of an address, which may be secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
