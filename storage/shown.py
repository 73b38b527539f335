# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Entries as they are shown. Each function reads in a transaction."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, literal, select

from harvester.model import Activity, State, Vitality
from harvester.ports.feed import Part
from harvester.ports.rows import Entry
from storage import rows, vitality
from storage.dialects import Dialect
from storage.tables import repository, software, software_alias
from storage.tables import vitality as vitality_table

_AT_ONCE = 500
"""Entries that a stream holds in memory."""


def entries(
    connection: Connection,
    states: frozenset[State] | None,
    *,
    activity: bool,
    part: Part | None = None,
) -> Iterator[Entry]:
    """Give entries sorted by id, or a part of them, streamed."""
    statement = select_entries(activity=activity)
    if states is not None:
        statement = statement.where(software.c.state.in_(sorted(state.value for state in states)))
    if part is not None:
        statement = statement.limit(part.size)
        if part.after is not None:
            statement = statement.where(software.c.id > part.after)
    with connection.execution_options(yield_per=_AT_ONCE).execute(
        statement.order_by(software.c.id)
    ) as streamed:
        for row in streamed:
            yield entry_value(row, with_activity=activity)


def entries_of(connection: Connection, dialect: Dialect, ids: Sequence[str]) -> dict[str, Entry]:
    """Give the entries that have one of the ids now, by id."""
    found = connection.execute(
        select_entries(activity=False).where(dialect.among(software.c.id, ids))
    )
    return {row.id: entry_value(row, with_activity=False) for row in found}


def entry(connection: Connection, software_id: str) -> Entry | None:
    """Give one entry by its id or an id that it had before."""
    statement = select_entries(activity=True)
    row = connection.execute(statement.where(software.c.id == software_id)).one_or_none()
    if row is None:
        now_called = select(software_alias.c.software_id).where(software_alias.c.id == software_id)
        row = connection.execute(
            statement.where(software.c.id == now_called.scalar_subquery())
        ).one_or_none()
    return None if row is None else entry_value(row, with_activity=True)


def totals(connection: Connection) -> Mapping[State, int]:
    """Count entries by state."""
    found = connection.execute(
        select(software.c.state, func.count().label("amount")).group_by(software.c.state)
    )
    return {State(row.state): row.amount for row in found}


def select_entries(*, activity: bool, documents: bool = True) -> Select[Any]:
    """Select what :func:`entry_value` needs, in any order; the documents empty if not asked for."""
    document = software.c.document if documents else literal("").label("document")
    statement: Select[Any] = select(
        software.c.id, software.c.state, document, software.c.updated_at
    )
    if not activity:
        return statement
    return statement.add_columns(
        software.c.repository_id,
        repository.c.stars,
        repository.c.forks,
        repository.c.open_issues,
        repository.c.pushed_at,
        repository.c.archived,
        *vitality.COLUMNS,
    ).select_from(
        software.outerjoin(repository, repository.c.id == software.c.repository_id).outerjoin(
            vitality_table, vitality_table.c.repository_id == software.c.repository_id
        )
    )


def entry_value(row: Row[Any], *, with_activity: bool) -> Entry:
    """Make the value of a row of :func:`select_entries`."""
    volatile: Activity | None = None
    read: Vitality | None = None
    archived = False
    if with_activity and row.repository_id is not None:
        volatile = rows.activity(row)
        archived = bool(row.archived)
        read = vitality.value(row) if row.read_at is not None else None
    return Entry(
        id=row.id,
        state=State(row.state),
        document=row.document,
        updated_at=row.updated_at,
        activity=volatile,
        vitality=read,
        archived=archived,
    )
