# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Large answers take turns, so that a crowd of them keeps nobody else waiting.

Each is a second of work and more. Were they made in the threads that all handlers share, thirty of
them would have all threads and all of the processor. So a few are worked on at once, in threads
apart, and each for a part of its answer at a time.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from itertools import islice
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

T = TypeVar("T")
_AT_ONCE = 2
_limiter: RunVar[CapacityLimiter] = RunVar("harvester.large")


async def _in_turn(work: Callable[[], T]) -> T:
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(_AT_ONCE)
        _limiter.set(limiter)
    return await to_thread.run_sync(work, limiter=limiter)


class Later(Response):
    """An answer that is made when its turn has come."""

    def __init__(self, make: Callable[[], Response]) -> None:
        super().__init__()
        self._make = make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Make it, and give it; as long as nothing is sent, an error is an answer of its own."""
        response = await _in_turn(self._make)
        await response(scope, receive, send)


async def taken(parts: Iterator[T]) -> AsyncIterator[T]:
    """Take part after part, each when its turn has come."""
    while part := await _in_turn(lambda: tuple(islice(parts, 1))):
        yield part[0]
