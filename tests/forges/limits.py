# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Rate limits as forges keep them: so many requests or points in a window, by credential."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """So much in a window of time, which begins with the first request in it."""

    amount: int
    window: timedelta
    name: str = "throttle"
    """What the forge calls it in its answers."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a credential stands after a request."""

    limit: Limit
    used: int
    """What was spent in the window; more than the limit's amount never is."""
    reset_at: datetime
    refused: bool
    retry_after: int
    """Whole seconds until the window ends, at least 1."""

    @property
    def remaining(self) -> int:
        """What is left of the window."""
        return max(0, self.limit.amount - self.used)


class Meter:
    """Counts what each credential spends of each resource."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._windows: dict[tuple[str, str], tuple[datetime, int]] = {}

    def spend(self, who: str, resource: str, limit: Limit, cost: int = 1) -> Standing:
        """Spend from a window and say how it stands; a refused request costs nothing."""
        now = self._now()
        opened, used = self._windows.get((who, resource), (now, 0))
        if now >= opened + limit.window:
            opened, used = now, 0
        refused = used + cost > limit.amount
        used = used if refused else used + cost
        self._windows[who, resource] = (opened, used)
        reset_at = opened + limit.window
        seconds = (reset_at - now).total_seconds()
        return Standing(limit, used, reset_at, refused, max(1, -int(-seconds // 1)))
