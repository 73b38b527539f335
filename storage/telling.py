# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Writes what somebody tells: fulfils :class:`harvester.ports.telling.Tellings`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from harvester.model import Change
from harvester.ports.rows import Keys, Stored, Writes
from storage import closure, feed, reading
from storage.engine import Store
from storage.transaction import refusing
from storage.writing import Writer


class Telling:
    """Fulfils :class:`harvester.ports.telling.TellingTransaction`.

    Args:
        store: whose transaction it is.
        connection: in a transaction that no other writer comes between.
    """

    def __init__(self, store: Store, connection: Connection) -> None:
        self.changes: tuple[Change, ...] = ()
        self._store = store
        self._connection = connection

    def load(self, keys: Keys) -> Stored:
        """Read what the keys touch."""
        return closure.load(self._connection, self._store.dialect, keys)

    def contents(self, blob_ids: Sequence[str]) -> Mapping[str, bytes]:
        """Give the bytes of stored blobs."""
        return reading.contents(self._connection, self._store.dialect, blob_ids)

    def write(self, writes: Writes, now: datetime) -> None:
        """Write the rows; a refused one is an error that the whole transaction ends with."""
        with refusing():
            Writer(self._connection, self._store.dialect).write(writes, now)
        self.changes += writes.changes


class SqlTellings:
    """What is told, in an open database with the newest schema."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @contextmanager
    def telling(self, now: datetime) -> Iterator[Telling]:
        """Open a transaction; leaving it without an error commits."""
        with self._store.writing() as connection:
            opened = Telling(self._store, connection)
            yield opened
            feed.append(connection, opened.changes, now)
