# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""One thread beside the event loop, for what must not hold it up: parsing and the database."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Worker:
    """Runs calls one after another in a thread of its own; a context manager."""

    def __init__(self, name: str) -> None:
        """Name the thread, for stack traces."""
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    @property
    def executor(self) -> Executor:
        """The thread, for what hands calls to executors itself."""
        return self._executor

    async def __call__(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a call in the thread and give what it gives.

        The call is not abandoned when the awaiting task is cancelled: a transaction that began is
        ended before anything else runs.
        """
        future = self._executor.submit(lambda: call(*args, **kwargs))
        return await asyncio.shield(asyncio.wrap_future(future))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._executor.shutdown(wait=True)
