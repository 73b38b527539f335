# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The few statements that SQLite and PostgreSQL want said differently.

A set of keys is one parameter on both, an array or a JSON list, however many there are: the plan
is an index look-up for each key, and no limit of parameters is ever met.
"""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from functools import cache
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Select,
    Table,
    Text,
    bindparam,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from storage.types import Words, is_holdable

Rows = Sequence[Mapping[str, Any]]

_LOCK_NUMBER = 0x68617276  # "harv"
"""Of the advisory lock that writers of one PostgreSQL database take in turn."""

_FILLED = (
    *("repository", "repository_source", "alias", "file", "record", "finding", "software"),
    *("search_entry", "search_value", "search_word"),
)

_REWRITTEN = (
    *(*_FILLED, "search_text", "software_rest", "blob", "validator", "crawl_item", "owner"),
    *("written_publisher", "written_log", "analysis"),
)


class Dialect(Protocol):
    """How one database says it."""

    def lock(self, connection: Connection) -> None:
        """Let no other writer in until this transaction ends."""
        ...

    def freeze(self, connection: Connection) -> None:
        """Let all that a transaction reads, which has not read yet, be of one moment."""
        ...

    def among(self, column: ColumnElement[Any], keys: Collection[str]) -> ColumnElement[bool]:
        """Say that a text column has one of the keys."""
        ...

    def insert(self, connection: Connection, table: Table, rows: Rows, *, replace: bool) -> None:
        """Insert rows; one whose key is there already replaces the old one, or is passed over."""
        ...

    def analyse(self, connection: Connection) -> None:
        """Let the database count the rows of the tables that a first crawl fills."""
        ...

    def maintain(self, engine: Engine) -> None:
        """Do what the database wants done now and then, outside of any transaction."""
        ...

    def rewrite(self, engine: Engine) -> None:
        """Write the tables anew, so that nothing that was deleted is left in their files."""
        ...


class SQLite:
    """SQLite; ``BEGIN IMMEDIATE`` is the lock, see :mod:`storage.engine`."""

    def lock(self, connection: Connection) -> None:
        """Do nothing more."""

    def freeze(self, connection: Connection) -> None:
        """Do nothing: it is so of itself, from the first read on."""

    def among(self, column: ColumnElement[Any], keys: Collection[str]) -> ColumnElement[bool]:
        """Look each key up; the list travels as JSON."""
        listed = func.json_each(
            literal(sorted(filter(is_holdable, keys)), sqlite.JSON())
        ).table_valued("value")
        return column.in_(select(listed.c.value))

    def insert(self, connection: Connection, table: Table, rows: Rows, *, replace: bool) -> None:
        """Run one prepared statement for each row, with values made ready here.

        SQLAlchemy's own way of many rows takes twice as long.
        """
        if not rows:
            return
        statement = _sqlite_insert(table, replace)
        columns = [(column.name, column.type) for column in table.columns]
        connection.exec_driver_sql(
            statement,
            [tuple(_stored(kind, row[name]) for name, kind in columns) for row in rows],
        )

    def analyse(self, connection: Connection) -> None:
        """Do nothing: its look-ups by key go by the index, however few rows it knows of."""

    def maintain(self, engine: Engine) -> None:
        """Renew its statistics, and bring the log into the file as far as no reader needs it."""
        self._run(engine, "PRAGMA optimize", "PRAGMA wal_checkpoint(PASSIVE)")

    def rewrite(self, engine: Engine) -> None:
        """Write the file anew, and empty its log."""
        self._run(engine, "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")

    def _run(self, engine: Engine, *statements: str) -> None:
        """Run statements outside of any transaction."""
        with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            for statement in statements:
                try:
                    cursor.execute(statement)
                except sqlite3.Error as error:
                    # As SQLAlchemy would say it, so that it is told like any other.
                    raise DBAPIError(statement, None, error) from error


class PostgreSQL:
    """PostgreSQL."""

    def lock(self, connection: Connection) -> None:
        """Take the advisory lock of all writers; it ends with the transaction."""
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})

    def freeze(self, connection: Connection) -> None:
        """Take one snapshot for the transaction; else each statement has its own."""
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))

    def among(self, column: ColumnElement[Any], keys: Collection[str]) -> ColumnElement[bool]:
        """Join the keys; the list travels as an array.

        Not ``= ANY``: once the statement is prepared, a small table is read row by row, each
        compared to each key.
        """
        listed = func.unnest(literal(sorted(filter(is_holdable, keys)), postgresql.ARRAY(Text())))
        return column.in_(select(listed))

    def insert(self, connection: Connection, table: Table, rows: Rows, *, replace: bool) -> None:
        """Send each column as one array, sorted by key, each key once."""
        if not rows:
            return
        keys = [column.name for column in table.primary_key]
        distinct = {tuple(row[key] for key in keys): row for row in rows}
        ordered = [distinct[key] for key in sorted(distinct)]
        columns = {
            column.name: [_stored(column.type, row[column.name]) for row in ordered]
            for column in table.columns
        }
        connection.execute(_postgresql_insert(table, replace), columns)

    def analyse(self, connection: Connection) -> None:
        """Count now; the server does so by itself, but a minute later."""
        connection.execute(text(f"ANALYZE {', '.join(_FILLED)}"))

    def maintain(self, engine: Engine) -> None:
        """Do nothing: the server does so by itself."""

    def rewrite(self, engine: Engine) -> None:
        """Write the tables anew that hold what forges said; each is locked meanwhile."""
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in _REWRITTEN:
                connection.execute(text(f"VACUUM FULL {table}"))


@cache
def _sqlite_insert(table: Table, replace: bool) -> str:
    """Give the statement with one question mark a column, in the table's order."""
    marks: dict[str, Any] = {column.name: bindparam(column.name) for column in table.columns}
    statement = _on_conflict(sqlite.insert(table).values(marks), table, replace=replace)
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="qmark")))


@cache
def _postgresql_insert(table: Table, replace: bool) -> Insert:
    names = [column.name for column in table.columns]
    arrays = [
        bindparam(column.name, type_=postgresql.ARRAY(_element(column.type)))
        for column in table.columns
    ]
    rows: Select[Any] = select(*func.unnest(*arrays).table_valued(*names).render_derived().columns)
    statement = postgresql.insert(table).from_select(names, rows)
    return _on_conflict(statement, table, replace=replace)


def _on_conflict(
    statement: sqlite.Insert | postgresql.Insert, table: Table, *, replace: bool
) -> Insert:
    keys = table.primary_key.columns
    facts = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in keys
    }
    if not replace or not facts:
        return statement.on_conflict_do_nothing(index_elements=list(keys))
    return statement.on_conflict_do_update(index_elements=list(keys), set_=facts)


def _element(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Give the type of an array's elements; text travels ready-made by :func:`_stored`."""
    return Text() if isinstance(kind, Words) else kind


def _stored(kind: TypeEngine[Any], value: Any) -> Any:
    """Give the value as the column's type would bind it."""
    return kind.stored(value) if isinstance(kind, Words) else value
