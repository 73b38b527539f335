# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Runs the command with a clock that stands still, and kills itself at a point of a transaction.

``python -m tests.kill.driver TIME POINT NUMBER COUNTS ARGUMENT…``

TIME is what every clock shows. POINT is one of :data:`POINTS` or ``none``; the process kills itself
when it comes to it for the NUMBER-th time. COUNTS is a file that a process which lives to its end
writes the number of times into that it came to each point.
"""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

from harvester.cli import adapters, main
from storage.catalogue import SqlCatalogue
from storage.transaction import Page

POINTS = ("stored", "before-commit", "committed", "concluding")


def stand_still(time: datetime) -> None:
    """Let the machine's clock show one time; nobody waits by it."""

    async def sleep(_clock: adapters.SystemClock, _seconds: float) -> None:
        await asyncio.sleep(0)

    mock.patch.object(adapters.SystemClock, "now", return_value=time).start()
    mock.patch.object(adapters.SystemClock, "sleep", sleep).start()


def read_no_activity() -> None:
    """Leave out what is read after a crawl has ended: volatile, and read anew in its own time."""

    async def nothing(*_arguments: Any, **_named: Any) -> None:
        return

    mock.patch("harvester.crawl.run.enrich", nothing).start()


class Points:
    """Counts the points of a process's life, and ends it at one of them."""

    def __init__(self, deadly: str, number: int) -> None:
        self.deadly, self.number = deadly, number
        self.reached: Counter[str] = Counter()

    def reach(self, point: str) -> None:
        self.reached[point] += 1
        if point == self.deadly and self.reached[point] == self.number:
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        """Put the points where transactions are made."""
        _after(Page, "write", lambda: self.reach("stored"))
        _after(Page, "flush", lambda: self.reach("before-commit"))
        _after(SqlCatalogue, "unseen", lambda: self.reach("concluding"))
        page = SqlCatalogue.page

        @contextmanager
        def counted(catalogue: SqlCatalogue, *arguments: Any) -> Iterator[Page]:
            with page(catalogue, *arguments) as opened:
                yield opened
            self.reach("committed")

        mock.patch.object(SqlCatalogue, "page", counted).start()


def _after(owner: type, name: str, call: Callable[[], None]) -> None:
    inner = getattr(owner, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        given = inner(*arguments, **named)
        call()
        return given

    mock.patch.object(owner, name, wrapped).start()


def run() -> None:
    time, point, number, counts, *arguments = sys.argv[1:]
    read_no_activity()
    stand_still(datetime.fromisoformat(time))
    points = Points(point, int(number))
    points.install()
    sys.argv[1:] = arguments
    code = main()
    Path(counts).write_text(json.dumps(points.reached), encoding="utf-8")
    sys.exit(code)


if __name__ == "__main__":
    run()
