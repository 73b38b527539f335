# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A clock whose hands are moved by the test, for forges and for the code that visits them."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 8, 0, 0, tzinfo=UTC)
"""A Monday morning on which every made-up world begins."""


class ManualClock:
    """Fulfils :class:`harvester.ports.http.Clock`; sleep moves the hands and waits for nothing."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self.slept: list[float] = []
        """Every sleep that was asked for, in seconds."""

    def now(self) -> datetime:
        """Give the time that the hands show."""
        return self._now

    def advance(self, **by: float) -> datetime:
        """Move the hands; takes what ``timedelta`` takes."""
        self._now += timedelta(**by)
        return self._now

    def set(self, time: datetime) -> None:
        """Put the hands somewhere, also back: a new test begins."""
        self._now = time

    async def sleep(self, seconds: float) -> None:
        """Move the hands by the wait that was asked for."""
        self.slept.append(seconds)
        self.advance(seconds=max(0.0, seconds))
