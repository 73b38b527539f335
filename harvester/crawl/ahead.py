# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reading ahead: the listing goes on while what it brought is stored; a signal ends any wait."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


class StoppedError(Exception):
    """A signal asked to stop while something was awaited."""


async def unless_stopped(awaitable: Awaitable[T], stop: asyncio.Event) -> T:
    """Await something, but no longer than until ``stop`` is set.

    Raises:
        StoppedError: it was set first; what was awaited is cancelled.
    """
    task = asyncio.ensure_future(awaitable)
    signal = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, signal}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise StoppedError
        return task.result()
    finally:
        for pending in (task, signal):
            if not pending.done():
                pending.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await pending


async def ahead(
    items: AsyncIterator[T], depth: int, stop: asyncio.Event
) -> AsyncGenerator[T, None]:
    """Give the items of an iterator that runs up to ``depth`` items ahead in a task of its own.

    An error of the iterator is raised after the items that came before it.

    Raises:
        StoppedError: ``stop`` was set before the next item was given.
    """
    queue: asyncio.Queue[T | None] = asyncio.Queue(depth)

    async def produce() -> None:
        try:
            async for item in items:
                await queue.put(item)
        finally:
            close = getattr(items, "aclose", None)
            if close is not None:
                await close()
            # A cancelled producer has no reader any more, and must not wait for one.
            if not (task := asyncio.current_task()) or not task.cancelling():
                await queue.put(None)

    producer = asyncio.create_task(produce())
    try:
        while (item := await unless_stopped(queue.get(), stop)) is not None:
            # Nothing is awaited where the next item lies ready; a quick forge would go on and on.
            if stop.is_set():
                raise StoppedError
            yield item
        await producer
    finally:
        if not producer.done():
            producer.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await producer
