# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Runs a recorded crawl again: its answers, its clock, its chance, and no network."""

import random
import re
from collections import deque
from datetime import datetime, timedelta

from connectors.transport.archive.recording import seeded
from connectors.transport.archive.redaction import Redacted, Redaction
from connectors.transport.archive.tape import Head, Reader, moment_of
from harvester.ports.archive import Call, Outcome, Send
from harvester.ports.errors import NotRecordedError
from harvester.ports.http import Clock

_OPERATION = re.compile(rb"(?:query|mutation) (\w+)")


class Replay:
    """Fulfils :class:`harvester.ports.archive.Archive` by what was kept; never sends.

    Answers are found by what is asked, and by the order in which the same was asked again. So it
    does not matter that some are asked for a little sooner or later than they were.

    Attributes:
        head: what the archive is of.
        clock: for the chain: it stands where the last answer came, and waits by moving its hands.
    """

    def __init__(self, reader: Reader) -> None:
        self.head: Head = reader.head
        self._reader = reader
        self._redaction = Redaction()
        self.clock = _Hands(moment_of(reader.head.began_at))

    async def exchange(self, call: Call, send: Send) -> Outcome:  # noqa: ARG002 - never sent
        """Give the answer that was recorded.

        Raises:
            NotRecordedError: there is none, or none any more.
        """
        redacted = self._redaction.call(call)
        kept = self._reader.next(redacted.key)
        if kept is None:
            raise NotRecordedError(self._missing(redacted))
        self.clock.reach(kept.ended_at)
        return kept.outcome

    def chance(self, source: str) -> random.Random:
        """Give a source of chance, seeded as the recorded crawl's was."""
        return seeded(self.head.seed, source)

    def clock_of(self, source: str) -> Clock:
        """Give the clock for the crawl of a source: it says what it said then."""
        return _ReplayedClock(self._reader.moments.get(source, deque()), self.clock)

    def _missing(self, call: Redacted) -> str:
        operation = _OPERATION.search(call.body)
        named = f" ({operation[1].decode()})" if operation else ""
        which = "no further answer" if self._reader.knows(call.key) else "no answer"
        return (
            f"source {call.source}: the archive {self._reader.folder} has {which} to {call.method}"
            f" {call.url}{named}; replay it with the settings, the harvester"
            f" ({self.head.harvester}) and a copy of the catalogue that it was made with, or record"
            " anew with --archive"
        )


class _Hands:
    """A clock that nobody waits for."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Give the time that the hands show."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Move the hands."""
        self._now += timedelta(seconds=max(seconds, 0.0))

    def reach(self, moment: datetime) -> None:
        """Move the hands to a time, unless they are past it."""
        self._now = max(self._now, moment)


class _ReplayedClock:
    """Says what the recorded crawl was told, in that order; then the last of it."""

    def __init__(self, moments: deque[datetime], hands: _Hands) -> None:
        self._moments = moments
        self._last = hands.now()

    def now(self) -> datetime:
        """Give the time that was read then."""
        if self._moments:
            self._last = self._moments.popleft()
        return self._last

    async def sleep(self, seconds: float) -> None:
        """Wait for nothing."""
