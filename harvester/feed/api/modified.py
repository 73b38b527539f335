# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``Last-Modified`` that a 304 may be built on.

A time in whole seconds says little: two changes may be of one second, a change takes its time
before it commits, clocks are set, and another version or other settings answer differently of the
same entries. So what counts is not the time of the newest change, but since when this process has
seen it; of each state of the catalogue another second, and that only once the second has begun (RFC
9110, 8.8.2.2). Until then the change's own time is told, and believed of nobody. Whoever asks
another process, or a restarted one, gets the whole answer.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Lock

from harvester.ports.feed import Mark

_SECOND = timedelta(seconds=1)
_APART = timedelta(seconds=60)
"""Of clocks, and between the time that a change has and its commit, at most."""


class Modified:
    """Since when the catalogue is as it is. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: dict[bool, tuple[Mark, datetime]] = {}
        """The newest state and since when it is seen; apart where what was written counts too."""

    def since(self, mark: Mark, now: datetime) -> datetime | None:
        """Give since when a state is seen, in whole seconds; None if no answer may be kept by it.

        Args:
            mark: the state, read before ``now``.
            now: the time.
        """
        if mark.at is None:
            return None
        counted = mark.written > 0
        with self._lock:
            known, since = self._seen.get(counted, (None, None))
            if known != mark:
                if known is not None and _order(mark) <= _order(known):
                    return None  # read before another thread saw a newer one; or put back
                since = _begin(mark.at, now, since)
                self._seen[counted] = mark, since
            return since if since is not None and since <= now else None


def _order(mark: Mark) -> tuple[int, int]:
    return mark.seq, mark.written


def _begin(at: datetime, now: datetime, last: datetime | None) -> datetime:
    begun = now.replace(microsecond=0)
    if begun < now and at + _APART > begun:
        begun += _SECOND  # in the second that has begun, another process may have seen less
    return begun if last is None else max(begun, last + _SECOND)


def is_unmodified(said: list[str], since: datetime | None, now: datetime) -> bool:
    """Say whether what a client has is still so (RFC 9110, If-Modified-Since).

    Args:
        said: the header's values; with more than one, or one that is no time, it does not count.
        since: of :meth:`Modified.since`.
        now: the time.
    """
    if since is None or len(said) != 1:
        return False
    try:
        told = parsedate_to_datetime(said[0])
        told = told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return False
    # A time of the client's own may be that of an answer which was begun before the change.
    return told == since or since + _APART <= told <= now
