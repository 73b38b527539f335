# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""When a source is to be crawled next, by its schedule and by how its last crawl ended. Pure.

Nothing of it is stored: it follows from the settings and from what the catalogue remembers, so it
is the same for the daemon, for a daemon that has just been started, and for whoever only asks.
"""

from datetime import datetime, timedelta

from harvester.ports.crawls import SourceState
from harvester.schedule import Schedule, next_due

LEAST_PAUSE = timedelta(minutes=1)
"""Between a crawl that failed and the next try."""
_INTERRUPTED = ("running", "stopped")
_UNFINISHED = (*_INTERRUPTED, "failed", "incomplete", "given-up")


def due(
    schedule: Schedule,
    name: str,
    state: SourceState | None,
    *,
    since: datetime,
    now: datetime,
) -> datetime | None:
    """Say when a source is to be crawled; None where it goes by hand only.

    A crawl that was interrupted goes on at once. One that failed is tried again after as long as it
    has been failing already, so that the pauses double, but never later than its schedule says. A
    time before which the forge wants no request is kept.

    Args:
        schedule: of the source.
        name: of the source.
        state: what is remembered of it; None if it was never crawled.
        since: since when a crawl is waited for, for a source that was never crawled and goes by
            cron: the start of the daemon.
        now: the time.
    """
    last = state.last_crawl_at if state is not None else None
    if state is None or last is None:
        return next_due(schedule, name, None if schedule.every is not None else since, now)
    regular = next_due(schedule, name, last, now)
    if regular is None:
        return None
    if state.last_status in _INTERRUPTED:
        planned = min(last, now)
    elif state.last_status in _UNFINISHED:
        planned = min(regular, last + _pause(state, last))
    else:
        planned = regular
    return max(planned, state.not_before) if state.not_before is not None else planned


def _pause(state: SourceState, last: datetime) -> timedelta:
    failing = last - state.failing_since if state.failing_since is not None else timedelta(0)
    return max(LEAST_PAUSE, failing)
