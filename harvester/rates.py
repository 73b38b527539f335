# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Rates: so many of something in a period of time."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What somebody may ask: so many requests at once, and as many in each period."""

    requests: int
    """At least 1."""
    period: timedelta
    """Longer than nothing."""

    @property
    def step(self) -> float:
        """Seconds in which one more request is allowed."""
        return self.period.total_seconds() / self.requests
