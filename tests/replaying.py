# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Runs the command with a clock that nobody waits by, and where asked, a disk that gets full.

``python -m tests.replaying [--disk BYTES] ARGUMENT…``
"""

import errno
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from connectors.transport.archive.tape import Writer
from harvester.cli import adapters, main


class Clock:
    """The machine's clock, ahead by what was slept."""

    ahead = timedelta()

    @classmethod
    def now(cls) -> datetime:
        return datetime.now(UTC) + cls.ahead

    @classmethod
    async def sleep(cls, _clock: adapters.SystemClock, seconds: float) -> None:
        cls.ahead += timedelta(seconds=max(seconds, 0.0))


def fill_up(size: int) -> None:
    """Let archives have so many bytes."""
    written = 0
    line = Writer._line

    def limited(writer: Writer, told: Any) -> None:
        nonlocal written
        written += len(str(told))
        if written > size:
            raise OSError(errno.ENOSPC, "No space left on device")
        line(writer, told)

    mock.patch.object(Writer, "_line", limited).start()


def run() -> int:
    arguments = sys.argv[1:]
    if arguments[0] == "--disk":
        fill_up(int(arguments[1]))
        arguments = arguments[2:]
    mock.patch.object(adapters.SystemClock, "now", side_effect=Clock.now).start()

    async def sleep(clock: adapters.SystemClock, seconds: float) -> None:
        await Clock.sleep(clock, seconds)

    mock.patch.object(adapters.SystemClock, "sleep", sleep).start()
    sys.argv[1:] = arguments
    return int(main())


if __name__ == "__main__":
    sys.exit(run())
