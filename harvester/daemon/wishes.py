# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Single repositories that somebody wishes to be looked at: a forge's event, a publisher's request.

They are hints and kept in memory: what is lost with the process, the next crawl finds.
"""

from collections import OrderedDict
from datetime import datetime, timedelta

from harvester.ports.wishes import MOST, Answer

LEAST_PAUSE = timedelta(minutes=1)
"""Between two looks at one repository; what comes meanwhile waits, and is one look."""
AT_ONCE = 50
"""Repositories of one crawl."""


class Wishes:
    """What waits, by source, the oldest first. No input or output."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        """Source and path, with the time from when on it may be looked at."""
        self._looked: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    def add(self, source: str, path: str, now: datetime) -> Answer:
        """Note a wish."""
        key = (source, path.casefold())
        if key in self._waiting:
            return Answer.WAITING
        if len(self._waiting) >= MOST:
            return Answer.FULL
        last = self._looked.get(key)
        self._waiting[key] = now if last is None else max(now, last + LEAST_PAUSE)
        return Answer.TAKEN

    def due(self, now: datetime) -> dict[str, datetime]:
        """Give the sources with wishes that are due, each with the time of the oldest."""
        found: dict[str, datetime] = {}
        for (source, _), moment in self._waiting.items():
            if moment <= now:
                found[source] = min(moment, found.get(source, moment))
        return found

    def take(self, source: str, now: datetime) -> tuple[str, ...]:
        """Take the paths of a source that are due, ``AT_ONCE`` at most."""
        ready = [key for key, moment in self._waiting.items() if key[0] == source and moment <= now]
        taken = ready[:AT_ONCE]
        for key in taken:
            del self._waiting[key]
            self._looked[key] = now
            self._looked.move_to_end(key)
        while len(self._looked) > MOST:
            self._looked.popitem(last=False)
        return tuple(path for _, path in taken)

    def waiting(self) -> int:
        """Say how many wait."""
        return len(self._waiting)

    def drop(self, sources: frozenset[str]) -> None:
        """Forget the wishes about all sources but these."""
        for key in [key for key in self._waiting if key[0] not in sources]:
            del self._waiting[key]
