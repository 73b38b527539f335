# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""When sources last looked at repositories that cost them a request each."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, and_, case, null, select

from harvester.ports.rows import RevisitRow
from storage.dialects import Dialect
from storage.tables import repository, repository_source, revisit


def of(connection: Connection, source: str) -> Sequence[tuple[RevisitRow, str | None]]:
    """Give a source's rows, each with the address of what is neither gone nor missed."""
    link = repository_source.c
    there = and_(
        repository.c.gone_reason.is_(None),
        repository.c.missing_since.is_(None),
        link.repository_id.is_not(None),
        link.missed_at.is_(None),
    )
    found = connection.execute(
        select(
            revisit.c.repository_id,
            revisit.c.looked_at,
            revisit.c.interval_seconds,
            case((there, repository.c.web_url), else_=null()).label("url"),
        )
        .join_from(revisit, repository)
        .outerjoin(
            repository_source,
            and_(link.source == source, link.repository_id == revisit.c.repository_id),
        )
        .where(revisit.c.source == source)
        .order_by(revisit.c.repository_id)
    )
    return [
        (
            RevisitRow(
                repository_id=row.repository_id,
                looked_at=row.looked_at,
                interval=timedelta(seconds=row.interval_seconds),
            ),
            row.url,
        )
        for row in found
    ]


def keep(
    connection: Connection, dialect: Dialect, source: str, looked: Sequence[RevisitRow]
) -> None:
    """Write when a source looked, in the place of what was known."""
    dialect.insert(
        connection,
        revisit,
        [
            {
                "source": source,
                "repository_id": row.repository_id,
                "looked_at": row.looked_at,
                "interval_seconds": round(row.interval.total_seconds()),
            }
            for row in looked
        ],
        replace=True,
    )
