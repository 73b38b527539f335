# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Large answers take turns, so that a crowd of them keeps nobody else waiting.

Each is a second of work and more. Were they made in the threads that all handlers share, thirty of
them would have all threads and all of the processor. So a few are worked on at once, in threads
apart, and each for a part of its answer at a time.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from http import HTTPStatus
from itertools import islice
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from harvester.feed.api.problems import Refusal

T = TypeVar("T")
_AT_ONCE = 2
_WAITING = 30
"""Answers that may wait to be begun. One begins in half a second; who comes later than so many
would wait longer than clients do."""
_PAUSE = 10
"""Seconds after which somebody who found no room may try again."""
_limiter: RunVar[CapacityLimiter] = RunVar("harvester.large")


def _turns() -> CapacityLimiter:
    try:
        return _limiter.get()
    except LookupError:
        _limiter.set(limiter := CapacityLimiter(_AT_ONCE))
        return limiter


class Later(Response):
    """An answer that is made when its turn has come."""

    def __init__(self, make: Callable[[], Response]) -> None:
        super().__init__()
        self._make = make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make it, and give it; as long as nothing is sent, an error is an answer of its own.

        Raises:
            Refusal: too many wait.
        """
        turns = _turns()
        if turns.statistics().tasks_waiting >= _WAITING:
            raise Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "too many ask for large pages at once; try again later, or take the dump",
                headers={"retry-after": str(_PAUSE)},
            )
        response = await to_thread.run_sync(self._make, limiter=turns)
        await response(scope, receive, send)


async def taken(parts: Iterator[T]) -> AsyncIterator[T]:
    """Take part after part, each when its turn has come."""
    while part := await to_thread.run_sync(lambda: tuple(islice(parts, 1)), limiter=_turns()):
        yield part[0]
