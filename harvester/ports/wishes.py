# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Wishes to have single repositories looked at soon, left where the daemon finds them.

Whoever serves front-ends in a process of its own crawls nothing: it leaves the wish in the
catalogue's database, and the daemon that keeps the catalogue takes it with its next tick.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

MOST = 1000
"""Repositories that may wait; of more, the next crawl will tell."""
FORGOTTEN_AFTER = timedelta(days=1)
"""A wish that no daemon took by then is none any more: crawls will have come by."""


class Answer(Enum):
    """What becomes of a wish."""

    TAKEN = "taken"
    WAITING = "waiting"
    """It had been wished already."""
    FULL = "full"


class WishBox(Protocol):
    """Where wishes are left. Its methods may run in any thread, and raise ``CatalogueError``."""

    def leave(self, source: str, path: str, now: datetime) -> Answer:
        """Leave a wish, unless it or too many others wait."""
        ...

    def take(self, now: datetime) -> Sequence[tuple[str, str]]:
        """Take all wishes, source and path, the oldest first; those too old are dropped."""
        ...
