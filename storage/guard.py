# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which daemon keeps a catalogue: one row that it renews, and another takes when it is silent."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from storage.lease import may_take, readable
from storage.tables import guard, lease


def take(connection: Connection, holder: str, silence: timedelta, now: datetime) -> str | None:
    """Renew the row or take it over; gives who else has it, None if ``holder`` has it now."""
    row = connection.execute(select(guard)).one_or_none()
    mine = {"holder": holder, "beat_at": now}
    if row is None:
        connection.execute(insert(guard), {"id": 1, **mine})
        return None
    if row.holder != holder:
        if not may_take(row.holder, row.beat_at, now, silence):
            return readable(row.holder)
        _end_crawls(connection, row.holder)
    connection.execute(update(guard).values(mine))
    return None


def release(connection: Connection, holder: str) -> None:
    """Give the row back."""
    connection.execute(update(guard).where(guard.c.holder == holder).values(holder=None))


def _end_crawls(connection: Connection, holder: str | None) -> None:
    """Take all sources from a daemon that was silent: what it has not committed, it never will."""
    connection.execute(
        update(lease).where(lease.c.holder == holder).values(holder=None, fence=lease.c.fence + 1)
    )
