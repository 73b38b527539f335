# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Connections and transactions: how a database is reached, and how it says that it cannot be."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from harvester.ports.errors import CatalogueError
from storage.dialects import Dialect, PostgreSQL, SQLite
from storage.faults import fault_of
from storage.lease import readable
from storage.tables import lease

PATIENCE = 30.0
"""Seconds that a transaction waits for another one's lock."""
_CONNECT_TIMEOUT = 10
"""Seconds for a connection to a server."""
_OLDEST_POSTGRESQL = 15
_MEMORY = (None, "", ":memory:")


class Store:
    """One database: its name, its way of saying things, and its transactions.

    Args:
        database_url: ``sqlite:///PATH`` or ``postgresql://USER:PASSWORD@HOST/DATABASE``.
        patience: seconds to wait for another process's transaction.

    Raises:
        CatalogueError: the address is not one of a database that harvester can use.
    """

    def __init__(self, database_url: str, *, patience: float = PATIENCE) -> None:
        url = _parse(database_url)
        self.patience = patience
        self.path: Path | None = None
        """The file of an SQLite database; None for a server's and for one in memory."""
        self.dialect: Dialect
        if url.get_backend_name() == "sqlite":
            self.in_memory = url.database in _MEMORY
            if not self.in_memory:
                self.path = Path(url.database or "").absolute()
            self.name = "memory" if self.path is None else str(self.path)
            self.dialect = SQLite()
            self.engine = _sqlite_engine(self.path, patience)
        else:
            self.in_memory = False
            self.name = _server_name(url)
            self.dialect = PostgreSQL()
            self.engine = _postgresql_engine(url, patience)
        self.seconds = 0.0
        """What the database took for statements and commits, waiting for locks included."""
        _time_statements(self)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that reads one state of the database."""
        with self.translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that no other writer comes between; without an error it commits."""
        with (
            self.translated(),
            self.engine.connect().execution_options(harvester_writes=True) as connection,
        ):
            transaction = connection.begin()
            self.dialect.lock(connection)
            yield connection
            began = time.perf_counter()
            transaction.commit()  # unless an error came, with which the connection rolls back
            self.seconds += time.perf_counter() - began

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn a database's errors into :class:`CatalogueError`, with cause and remedy."""
        try:
            yield
        except DBAPIError as error:
            raise CatalogueError(self._explain(error)) from error

    def _explain(self, error: DBAPIError) -> str:
        fault = fault_of(error)
        cause = fault.cause
        if fault.locked:
            cause += f" (waited {self.patience:g} s{self._holders()})"
        return f"the catalogue {self.name} {cause}; {fault.remedy}"

    def _holders(self) -> str:
        """Name the processes that crawl, as far as the locked database lets itself be read."""
        statement = select(lease.c.source, lease.c.holder).where(lease.c.holder.is_not(None))
        try:
            with self.engine.connect() as connection:
                held = connection.execute(statement.order_by(lease.c.source)).all()
        except SQLAlchemyError:
            return ""
        named = [f"{readable(row.holder)} crawls {row.source}" for row in held]
        return "; " + ", ".join(named) if named else ""


def _time_statements(store: Store) -> None:
    """Add up what the statements of a store take."""

    @event.listens_for(store.engine, "before_cursor_execute")
    def begins(connection: Connection, *_others: object) -> None:
        connection.info["began"] = time.perf_counter()

    @event.listens_for(store.engine, "after_cursor_execute")
    def ends(connection: Connection, *_others: object) -> None:
        store.seconds += time.perf_counter() - connection.info["began"]


def _parse(database_url: str) -> URL:
    try:
        url = make_url(database_url)
    except ArgumentError:
        url = None
    backend = None if url is None else url.drivername.partition("+")[0]
    if url is None or backend not in ("sqlite", "postgresql", "postgres"):
        raise CatalogueError(
            "database_url is not an address that harvester knows; "
            "write sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE"
        )
    driver = "sqlite+pysqlite" if backend == "sqlite" else "postgresql+psycopg"
    return url.set(drivername=driver)


def _server_name(url: URL) -> str:
    host = url.host or str(url.query.get("host", "")) or "local server"
    return f"{host}{f':{url.port}' if url.port else ''}/{url.database or url.username or ''}"


def _sqlite_engine(path: Path | None, patience: float) -> Engine:
    url = URL.create("sqlite+pysqlite", database=":memory:" if path is None else str(path))
    arguments = {"timeout": patience, "check_same_thread": False}
    # One database in memory is one connection; files take a connection for each transaction.
    engine = (
        create_engine(url, connect_args=arguments, poolclass=StaticPool)
        if path is None
        else create_engine(url, connect_args=arguments)
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where we say, see below
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={math.ceil(patience * 1000)}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later could not wait for another writer.
        writes = connection.get_execution_options().get("harvester_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql_engine(url: URL, patience: float) -> Engine:
    arguments = {"connect_timeout": _CONNECT_TIMEOUT, "application_name": "harvester"}
    given = {key: value for key, value in arguments.items() if key not in url.query}
    engine = create_engine(url, connect_args=given, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        if connection.info.server_version // 10000 < _OLDEST_POSTGRESQL:
            raise CatalogueError(
                f"the catalogue {_server_name(url)} lies on a PostgreSQL older than "
                f"{_OLDEST_POSTGRESQL}; upgrade the server"
            )
        if connection.info.encoding != "utf-8":
            raise CatalogueError(
                f"the catalogue {_server_name(url)} is not kept in UTF-8; "
                "create the database with ENCODING 'UTF8'"
            )
        connection.execute(f"SET lock_timeout = {math.ceil(patience * 1000)}")
        connection.commit()

    return engine
