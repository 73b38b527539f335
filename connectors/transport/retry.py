# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Sends again what failed for the moment, and does all the waiting, on the injected clock.

tenacity drives it; its rules here read the answer. A wait that a limit demands is not a failure,
but a request waits ``max_wait`` seconds for limits at the most: what is longer ends the crawl
instead (law 7).
"""

import logging
import random
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

import httpx
import tenacity

from connectors.transport.ask import ask_of
from connectors.transport.credential import ANONYMOUS
from connectors.transport.statistics import Statistics
from connectors.transport.too_soon import TooSoonError
from harvester.ports.connector import ToldWaiting
from harvester.ports.errors import BudgetExhaustedError
from harvester.ports.http import Clock

logger = logging.getLogger(__name__)

_TRANSIENT = frozenset(
    {
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_TOO_MUCH = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
"""What a forge answers when a query was too much for it; the impatient ask for less instead."""
_TRIES_AFTER_500 = 2
"""A 500 is mostly a defect that the same request meets again."""
_LONGEST_PAUSE = 60.0
"""Seconds between two tries of a request that failed."""
_WORTH_TELLING = 5.0
"""Seconds; who watches wonders about a longer pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one request is tried."""

    attempts: int
    """Sendings, the first included, before a failure counts."""
    max_wait: float
    """Seconds that one request may wait for limits."""


class Retry(httpx.AsyncBaseTransport):
    """Tries a request until it is answered, refused for good, or has failed often enough."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        source: str,
        patience: Patience,
        clock: Clock,
        statistics: Statistics,
        waiting: ToldWaiting,
        chance: random.Random,
    ) -> None:
        self._waiting = waiting
        self._inner = inner
        self._source = source
        self._patience = patience
        self._clock = clock
        self._statistics = statistics
        self._chance = chance

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, again where that may help; gives the last answer, whatever it is.

        Raises:
            BudgetExhaustedError: a limit demands a longer wait than ``max_wait``.
            httpx.TransportError: no answer came, after all tries.
        """
        story = _Story(
            source=self._source,
            patience=self._patience,
            clock=self._clock,
            chance=self._chance,
            patient=ask_of(request).patient,
        )
        again = tenacity.AsyncRetrying(
            retry=story.goes_on,
            stop=story.ends,
            wait=story.pause,
            sleep=self.wait,
            before_sleep=self._tell,
            retry_error_callback=story.outcome,
        )
        response: httpx.Response = await again(self._send, request, story)
        return response

    def tell(self, seconds: float, why: str, *, always: bool = False) -> None:
        """Tell a wait to the log, and to who watches, where it is long or ``always``."""
        until = self._clock.now() + timedelta(seconds=seconds)
        logger.info("source %s: waiting until %s: %s", self._source, until.isoformat(), why)
        if always or seconds >= _WORTH_TELLING:
            self._waiting(until, why)

    async def wait(self, seconds: float) -> None:
        """Wait on the clock, and count it."""
        self._statistics.waited_seconds += seconds
        await self._clock.sleep(seconds)

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()

    def _tell(self, state: tenacity.RetryCallState) -> None:
        """Tell the wait that tenacity is about to begin."""
        if state.next_action is None:
            raise RuntimeError("tenacity tells of a wait that it does not plan")
        outcome = _outcome(state)
        if isinstance(outcome, TooSoonError):
            self.tell(state.next_action.sleep, str(outcome), always=True)
        elif isinstance(outcome, httpx.Response):
            self.tell(state.next_action.sleep, f"the forge answered {outcome.status_code}")
        else:
            self.tell(state.next_action.sleep, f"no answer ({type(outcome).__name__})")

    async def _send(self, request: httpx.Request, story: "_Story") -> httpx.Response:
        if story.sent:
            self._statistics.retries += 1
        story.sent += 1
        try:
            return await self._inner.handle_async_request(request)
        except TooSoonError as error:
            if error.answer is None:  # the gate was shut: nothing left the house
                story.sent -= 1
                self._statistics.retries -= min(story.sent, 1)
            raise


@dataclass(slots=True, kw_only=True)
class _Story:
    """What became of one request so far, and tenacity's questions about it."""

    source: str
    patience: Patience
    clock: Clock
    chance: random.Random
    patient: bool
    sent: int = 0
    failed: int = 0
    waited: float = 0.0
    """Seconds waited for limits."""

    def goes_on(self, state: tenacity.RetryCallState) -> bool:
        """Say whether sending again may help; tenacity asks this first."""
        match _outcome(state):
            case TooSoonError() as error:
                self.failed += error.answer is not None
                return True
            case httpx.ReadTimeout():
                self.failed += 1
                return self.patient
            case httpx.TransportError():
                self.failed += 1
                return True
            case httpx.Response(status_code=status):
                self.failed += 1
                return status in _TRANSIENT and (self.patient or status not in _TOO_MUCH)
            case _:
                return False

    def pause(self, state: tenacity.RetryCallState) -> float:
        """Give the seconds before the next try; tenacity asks this second."""
        outcome = _outcome(state)
        if isinstance(outcome, TooSoonError):
            return self._limit(outcome)
        longest = min(2.0 ** (self.failed - 1), _LONGEST_PAUSE)
        return longest * (0.5 + self.chance.random() / 2)

    def ends(self, state: tenacity.RetryCallState) -> bool:
        """Say whether it was tried often enough; tenacity asks this last, before it waits."""
        attempts = self.patience.attempts
        outcome = _outcome(state)
        if isinstance(outcome, TooSoonError):
            seconds = self._limit(outcome)
            if self.waited + seconds > self.patience.max_wait or self.failed >= attempts:
                return True
            self.waited += seconds
            return False
        if (
            isinstance(outcome, httpx.Response)
            and outcome.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
        ):
            attempts = min(attempts, _TRIES_AFTER_500)
        return self.failed >= attempts

    def outcome(self, state: tenacity.RetryCallState) -> httpx.Response:
        outcome = _outcome(state)
        if isinstance(outcome, TooSoonError):
            answer = outcome.answer
            if (
                answer is not None
                and answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
                and self.waited + self._limit(outcome) <= self.patience.max_wait
            ):
                return answer  # it is down rather than busy, however often it says *soon*
            raise self._exhausted(outcome) from outcome
        if isinstance(outcome, httpx.Response):
            return outcome
        raise outcome

    def _limit(self, error: TooSoonError) -> float:
        """Give the seconds that a limit still demands."""
        until, now = error.ledger.not_before, self.clock.now()
        return 0.0 if until is None else max((until - now).total_seconds(), 0.0)

    def _exhausted(self, error: TooSoonError) -> BudgetExhaustedError:
        ledger = error.ledger
        not_before = ledger.not_before or self.clock.now()
        return BudgetExhaustedError(
            f"source {self.source}: {error};"
            f" no request before {not_before:%Y-%m-%dT%H:%M:%SZ}. The next crawl after that goes"
            " on where this one ended"
            + ("; a token raises the limit" if ledger.token == ANONYMOUS else ""),
            not_before,
        )


def _outcome(state: tenacity.RetryCallState) -> httpx.Response | BaseException:
    future = state.outcome
    if future is None:
        raise RuntimeError("tenacity asked about a request before it was tried")
    error = future.exception()
    if error is not None:
        return error
    response: httpx.Response = future.result()
    return response
