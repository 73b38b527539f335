# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Whether repositories are worked on: which are to be asked about, and what was told."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select

from harvester.model import Badge, State, Vitality
from harvester.ports.rows import RepositoryRow
from storage import closure, rows
from storage.dialects import Dialect
from storage.tables import repository, repository_source, software, vitality

COLUMNS = tuple(column for column in vitality.c if column.name != "repository_id")


def due(
    connection: Connection, source: str, before: datetime, most: int
) -> Sequence[RepositoryRow]:
    """Give canonical repositories of listed entries that were not read since a time."""
    link, read = repository_source.c, vitality.c.read_at
    listed = select(software.c.repository_id).where(software.c.state == State.LISTED.value)
    found = connection.execute(
        closure.REPOSITORIES.join(repository_source, link.repository_id == repository.c.id)
        .outerjoin(vitality, vitality.c.repository_id == repository.c.id)
        .where(
            link.source == source,
            repository.c.gone_reason.is_(None),
            repository.c.id.in_(listed),
            or_(read.is_(None), read <= before),
        )
        .order_by(read.is_not(None), read, repository.c.id)
        .limit(most)
    )
    return [rows.repository_row(row) for row in found]


def keep(connection: Connection, dialect: Dialect, read: Mapping[str, Vitality]) -> None:
    """Write what was read, in the place of what was known."""
    known = connection.execute(
        select(repository.c.id).where(dialect.among(repository.c.id, read))
    ).scalars()
    values = [_values(key, read[key]) for key in sorted(known)]
    if values:
        connection.execute(delete(vitality).where(dialect.among(vitality.c.repository_id, read)))
        connection.execute(insert(vitality), values)


def of(
    connection: Connection, dialect: Dialect, repository_ids: Sequence[str]
) -> Mapping[str, Vitality]:
    """Give what is known, by repository id."""
    found = connection.execute(
        select(vitality).where(dialect.among(vitality.c.repository_id, repository_ids))
    )
    return {row.repository_id: value(row) for row in found}


def value(row: Row[Any]) -> Vitality:
    """Make the value of a row with all of :data:`COLUMNS`."""
    told = {column.name: getattr(row, column.name) for column in COLUMNS}
    badges = tuple(Badge(**badge) for badge in told.pop("badges"))
    return Vitality(**told, badges=badges)


def _values(repository_id: str, told: Vitality) -> dict[str, Any]:
    badges = [asdict(badge) for badge in told.badges]
    plain = {column.name: getattr(told, column.name) for column in COLUMNS}
    return {"repository_id": repository_id, **plain, "badges": badges}
