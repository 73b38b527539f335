# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The change feed: numbers without gaps, in the order of commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from harvester.model import Change, ChangeType
from harvester.ports.feed import Mark
from harvester.ports.rows import ChangeRow
from storage.tables import change, feed_head


def append(connection: Connection, changes: Sequence[Change], now: datetime) -> None:
    """Write changes as the last thing of a transaction.

    The one row of ``feed_head`` is the last lock that a transaction takes, and it is held until
    the commit: so whoever has the greater number commits later, and a follower that has read up to
    a number has missed none before it. Databases' own sequences do not promise that.
    """
    if not changes:
        return
    last: int = connection.execute(
        update(feed_head).values(seq=feed_head.c.seq + len(changes)).returning(feed_head.c.seq)
    ).scalar_one()
    first = last - len(changes) + 1
    connection.execute(
        insert(change),
        [
            {
                "seq": seq,
                "type": row.type.value,
                "software_id": row.software_id,
                "reason": row.reason,
                "at": now,
            }
            for seq, row in enumerate(changes, first)
        ],
    )


def after(connection: Connection, seq: int, limit: int) -> Sequence[ChangeRow]:
    """Give the rows with a greater number, in order."""
    found = connection.execute(
        select(change).where(change.c.seq > seq).order_by(change.c.seq).limit(limit)
    )
    return [
        ChangeRow(
            seq=row.seq,
            change=Change(
                type=ChangeType(row.type), software_id=row.software_id, reason=row.reason
            ),
            at=row.at,
        )
        for row in found
    ]


def head(connection: Connection) -> int:
    """Give the newest number; 0 if there is none."""
    seq: int = connection.execute(select(feed_head.c.seq)).scalar_one()
    return seq


def note_written(connection: Connection, now: datetime) -> None:
    """Count that something was written that is no entry, as the last thing of a transaction."""
    connection.execute(update(feed_head).values(written=feed_head.c.written + 1, written_at=now))


def mark(connection: Connection, *, written: bool = False) -> Mark:
    """Give the newest number and when its change was; with ``written``, what was written counts."""
    row = connection.execute(
        select(
            feed_head.c.seq, feed_head.c.written, feed_head.c.written_at, change.c.at
        ).outerjoin_from(feed_head, change, change.c.seq == feed_head.c.seq)
    ).one()
    if not written:
        return Mark(seq=row.seq, at=row.at)
    times = [at for at in (row.at, row.written_at) if at is not None]
    return Mark(seq=row.seq, at=max(times, default=None), written=row.written)


def oldest(connection: Connection) -> int | None:
    """Give the oldest number that is remembered; None if none is."""
    seq: int | None = connection.execute(select(func.min(change.c.seq))).scalar_one()
    return seq
