# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""When what failed is tried again, and when nobody waits any more. Pure; the clock is the caller's.

Two pauses, for two kinds of failing. An *event* that was not taken rests by itself, and what
follows of its subject waits behind it. A *receiver* that takes nothing, ``TROUBLE`` times in a row,
is left alone as a whole: then one event is sent at the end of each pause, to see if it is back.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from harvester.ports.webhooks import Outcome

TROUBLE = 5
"""Failures in a row after which a receiver is left alone."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_REST = timedelta(hours=6)
"""Of one event."""
LONGEST_PAUSE = timedelta(minutes=15)
"""Of a receiver."""
LONGEST_ASKED = timedelta(hours=1)
"""Of the pauses that a receiver asks for itself."""
_TAKEN = range(200, 300)


def outcome_of(status: int) -> Outcome:
    """Say what an answer means. Anything but yes and *never again* is tried again."""
    if status in _TAKEN:
        return Outcome.DELIVERED
    return Outcome.UNWANTED if status == HTTPStatus.GONE else Outcome.FAILED


def rest(tries: int) -> timedelta:
    """Give how long an event rests after so many tries, at least one."""
    return _doubled(tries, LONGEST_REST)


def is_over(taken_at: datetime, now: datetime, patience: timedelta) -> bool:
    """Say whether an event was waited for long enough."""
    return now - taken_at >= patience


def retry_after(text: str | None, now: datetime) -> timedelta | None:
    """Read ``Retry-After``, seconds or a date, within bounds; None where it says nothing."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdecimal():
        wanted = timedelta(seconds=min(int(text[:9]), LONGEST_ASKED.total_seconds()))
    else:
        try:
            until = parsedate_to_datetime(text)
            wanted = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
        except (ValueError, OverflowError):
            return None
    return max(timedelta(0), min(wanted, LONGEST_ASKED))


@dataclass(frozen=True, slots=True)
class Breaker:
    """How often a receiver failed in a row, and until when it is left alone."""

    failures: int = 0
    until: datetime | None = None
    """Nothing is sent before; None: it may be sent to."""

    @property
    def is_open(self) -> bool:
        """Whether one event is all that is sent, to see whether the receiver is back."""
        return self.failures >= TROUBLE

    def wait(self, now: datetime) -> timedelta:
        """Give how long the receiver is to be left alone; nothing: it may be sent to."""
        return timedelta(0) if self.until is None else max(timedelta(0), self.until - now)

    def failed(self, now: datetime, asked: timedelta | None = None) -> "Breaker":
        """Note a failure, and what pause the receiver asked for."""
        failures = self.failures + 1
        pause = asked or timedelta(0)
        if failures >= TROUBLE:
            pause = max(pause, _doubled(failures - TROUBLE + 1, LONGEST_PAUSE))
        until = max(now + pause, self.until or now)
        return Breaker(failures, until if until > now else None)

    def succeeded(self) -> "Breaker":
        """Note that the receiver took something."""
        return Breaker()


def _doubled(times: int, longest: timedelta) -> timedelta:
    """Give the first pause, doubled with each further time."""
    return min(FIRST_PAUSE * (1 << min(times - 1, 20)), longest)
