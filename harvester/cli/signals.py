# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Ctrl-C and SIGTERM: what is being stored is committed, then the crawl ends."""

import asyncio
import os
import signal
from types import TracebackType
from typing import Self

from harvester.cli import console
from harvester.cli.exits import ExitCode

_CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


class StopSignals:
    """Turns signals into an event as long as its context lasts; a second one ends at once."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.code: ExitCode | None = None
        """What to exit with; None as long as no signal came."""

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for number in _CODES:
            loop.add_signal_handler(number, self._heard, number)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        for number in _CODES:
            loop.remove_signal_handler(number)

    def _heard(self, number: signal.Signals) -> None:
        if self.code is not None:
            # Nothing is lost: an open transaction is rolled back, as after a power cut.
            os._exit(_CODES[number])
        self.code = _CODES[number]
        self.stop.set()
        console.say("stopping after what is being stored; once more ends at once")
