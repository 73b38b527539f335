# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Rows of logs and analyses: what others say of entries and catalogs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from harvester.model import JsonObject
from harvester.ports.paging import Slice, Window
from harvester.ports.written import LogQuestion, WrittenLog
from storage.dialects import Dialect
from storage.listing import window_of
from storage.tables import analysis, written_log
from storage.types import KEY_LIMIT, is_holdable


def add_log(connection: Connection, log: WrittenLog) -> None:
    """Insert a log."""
    connection.execute(
        insert(written_log).values(
            id=log.id,
            entity=log.entity,
            message=log.message,
            created_at=log.created_at,
            written_by=log.written_by,
        )
    )


def logs(connection: Connection, question: LogQuestion, window: Window) -> Slice[WrittenLog]:
    """Give logs by the time when they were written, and id, the newest first."""
    statement = select(written_log).where(*_asked(question))
    rows, more = window_of(
        connection, statement, window, written_log.c.created_at, written_log.c.id, newest=True
    )
    return Slice(
        rows=tuple(
            WrittenLog(
                id=row.id,
                entity=row.entity,
                message=row.message,
                created_at=row.created_at,
                written_by=row.written_by,
            )
            for row in rows
        ),
        more=more,
    )


def log_amount(connection: Connection, question: LogQuestion) -> int:
    """Count logs."""
    counted: int = connection.execute(
        select(func.count()).select_from(written_log).where(*_asked(question))
    ).scalar_one()
    return counted


def _asked(question: LogQuestion) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if question.entities is not None:
        held = [entity for entity in question.entities if is_holdable(entity, KEY_LIMIT)]
        conditions.append(written_log.c.entity.in_(held))
    if question.created_from is not None:
        conditions.append(written_log.c.created_at >= question.created_from)
    if question.created_to is not None:
        conditions.append(written_log.c.created_at <= question.created_to)
    if question.containing:
        if is_holdable(question.containing):
            # To the letter on both databases, which LIKE is not.
            without = func.replace(written_log.c.message, question.containing, "")
            conditions.append(without != written_log.c.message)
        else:
            conditions.append(written_log.c.id.is_(None))
    return conditions


# --- analyses -------------------------------------------------------------------------------


def analyses(connection: Connection, entities: Sequence[str]) -> dict[str, JsonObject]:
    """Give what was found out about an entity under its addresses; the newest of a namespace."""
    held = [entity for entity in entities if is_holdable(entity, KEY_LIMIT)]
    rows = connection.execute(
        select(analysis.c.namespace, analysis.c.document)
        .where(analysis.c.entity.in_(held))
        .order_by(analysis.c.written_at, analysis.c.entity)
    )
    return {row.namespace: row.document for row in rows}


def replace_analyses(
    connection: Connection,
    entities: Sequence[str],
    changed: Mapping[str, JsonObject | None],
    written: tuple[datetime, str],
) -> None:
    """Write some namespaces over; None deletes one.

    Args:
        connection: within a transaction that writes.
        entities: addresses of what they are about; they are kept under the last one.
        changed: by namespace.
        written: when, and by whom.
    """
    connection.execute(
        delete(analysis).where(
            analysis.c.entity.in_(entities), analysis.c.namespace.in_(sorted(changed))
        )
    )
    at, by = written
    rows = [
        {
            "entity": entities[-1],
            "namespace": name,
            "document": document,
            "written_at": at,
            "written_by": by,
        }
        for name, document in sorted(changed.items())
        if document is not None
    ]
    if rows:
        connection.execute(insert(analysis), rows)


# --- what goes ------------------------------------------------------------------------------


def forget_analyses(connection: Connection, entity: str) -> None:
    """Delete all that was found out about an entity."""
    connection.execute(delete(analysis).where(analysis.c.entity == entity))


def forget(connection: Connection, dialect: Dialect, entities: Collection[str]) -> bool:
    """Delete all that was written of entities; False if there was nothing."""
    gone = 0
    for column in (analysis.c.entity, written_log.c.entity):
        gone += connection.execute(
            delete(column.table).where(dialect.among(column, entities))
        ).rowcount
    return gone > 0


def forget_logs(connection: Connection, before: datetime, most: int) -> int:
    """Delete the oldest logs that were written before a time; give how many."""
    old = (
        connection.execute(
            select(written_log.c.id)
            .where(written_log.c.created_at < before)
            .order_by(written_log.c.created_at, written_log.c.id)
            .limit(most)
        )
        .scalars()
        .all()
    )
    connection.execute(delete(written_log).where(written_log.c.id.in_(old)))
    return len(old)
