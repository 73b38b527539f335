# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Writes the rows that the core made, each by its key, and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, or_, select, update

from harvester.model import Activity
from harvester.ports.crawls import OpenCrawl
from harvester.ports.errors import RefusedRowError
from harvester.ports.rows import FileRow, Merge, SoftwareRow, Writes
from storage import rests, rows, tables
from storage.dialects import Dialect
from storage.faults import refusal_of
from storage.search import writing as search
from storage.tables import file, finding, record, repository, repository_source, software
from storage.tables import software_alias as former_id


class Writer:
    """Writes rows in an open transaction: those of a crawl, or what somebody told.

    Args:
        connection: in that transaction.
        dialect: of the database.
        opened: the crawl; without one, what belongs to a crawl or its source is left out.
    """

    def __init__(
        self, connection: Connection, dialect: Dialect, opened: OpenCrawl | None = None
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self._opened = opened

    def write(self, writes: Writes, now: datetime) -> None:
        """Write everything but changes and items, in an order that references allow.

        Raises:
            RefusedRowError: the database will not take one of the rows.
        """
        forges = {row.forge.url: row.forge for row in writes.repositories}
        self._put(tables.forge, [rows.forge_values(it) for it in forges.values()])
        self._put(tables.owner, [rows.owner_values(url, it) for url, it in writes.owners])
        self._put(repository, [rows.repository_values(row) for row in writes.repositories])
        self._refresh(writes.activities)
        self._publishers(writes.software)
        self._put(software, [rows.software_values(row) for row in writes.software])
        search.keep(self._connection, self._dialect, writes.software)
        for merge in writes.merges:
            self._merge(merge)
        self._put_new(
            tables.blob, [{"id": key, "content": content} for key, content in writes.blobs]
        )
        self._files(writes.files)
        self._erase(writes.erased)
        self._put(tables.alias, [rows.alias_values(row) for row in writes.aliases])
        self._put(tables.forwarding, [rows.forwarding_values(row) for row in writes.forwardings])
        if self._opened is not None:
            self._of_crawl(self._opened, writes, now)

    def _of_crawl(self, opened: OpenCrawl, writes: Writes, now: datetime) -> None:
        """Write what belongs to the crawl and its source."""
        rests.keep(self._connection, self._dialect, opened.id, writes.rests)
        self._put_new(
            repository_source,
            [
                {"source": opened.source, "repository_id": key, "since": now, "missed_at": None}
                for key in writes.linked
            ],
        )
        self._unlink(opened.source, writes.unlinked)
        if writes.waits is not None:
            self._connection.execute(
                delete(tables.wait).where(tables.wait.c.source == opened.source)
            )
            self._put(tables.wait, [rows.wait_values(row) for row in writes.waits])

    def _put(self, table: Table, values: Sequence[Mapping[str, Any]], *, new: bool = False) -> None:
        """Insert rows, or replace those whose key is there already."""
        with _refusing(table, values):
            self._dialect.insert(self._connection, table, values, replace=not new)

    def _put_new(self, table: Table, values: Sequence[Mapping[str, Any]]) -> None:
        """Insert the rows whose key is not there yet."""
        self._put(table, values, new=True)

    def _refresh(self, activities: Sequence[tuple[str, Activity]]) -> None:
        """Write volatile facts where they differ."""
        if not activities:
            return
        names = list(rows.activity_values(Activity()))
        statement = (
            update(repository)
            .where(
                repository.c.id == bindparam("key"),
                or_(
                    *(
                        repository.c[name].is_distinct_from(bindparam(f"new_{name}"))
                        for name in names
                    )
                ),
            )
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        values = [
            {
                "key": key,
                **{f"new_{name}": it for name, it in rows.activity_values(activity).items()},
            }
            for key, activity in sorted(activities, key=lambda pair: pair[0])
        ]
        with _refusing(repository, values):
            self._connection.execute(statement, values)

    def _publishers(self, entries: Sequence[SoftwareRow]) -> None:
        publishers = {row.publisher for row in entries if row.publisher is not None}
        with _refusing(tables.publisher, ()):  # their keys are made of their text
            values = [rows.publisher_values(it) for it in publishers]
        self._put_new(tables.publisher, values)

    def _merge(self, merge: Merge) -> None:
        """Let one entry's id live on as an alias of another's, with all that points to it."""
        execute = self._connection.execute
        execute(update(file).where(file.c.software_id == merge.id).values(software_id=merge.into))
        execute(
            update(former_id)
            .where(former_id.c.software_id == merge.id)
            .values(software_id=merge.into)
        )
        belongs = tables.software_catalog.c
        if execute(select(belongs.catalog_id).where(belongs.software_id == merge.into)).first():
            execute(delete(tables.software_catalog).where(belongs.software_id == merge.id))
        execute(
            update(tables.software_catalog)
            .where(belongs.software_id == merge.id)
            .values(software_id=merge.into)
        )
        execute(delete(software).where(software.c.id == merge.id))
        self._put(former_id, [{"id": merge.id, "software_id": merge.into}])

    def _erase(self, software_ids: Sequence[str]) -> None:
        """Take entries away with the ids that they had before; nothing points to them any more."""
        if not software_ids:
            return
        among = self._dialect.among
        self._connection.execute(
            delete(former_id).where(among(former_id.c.software_id, software_ids))
        )
        self._connection.execute(delete(software).where(among(software.c.id, software_ids)))

    def _files(self, files: Sequence[FileRow]) -> None:
        if not files:
            return
        self._put(file, [rows.file_values(row) for row in files])
        keys = [{"of": row.repository_id, "at": row.path} for row in files]
        self._connection.execute(
            delete(finding).where(
                finding.c.repository_id == bindparam("of"), finding.c.path == bindparam("at")
            ),
            keys,
        )
        self._put(finding, [values for row in files for values in rows.finding_values(row)])
        without = [key for key, row in zip(keys, files, strict=True) if row.record is None]
        if without:
            self._connection.execute(
                delete(record).where(
                    record.c.repository_id == bindparam("of"), record.c.path == bindparam("at")
                ),
                without,
            )
        self._put(
            record,
            [rows.record_values(row, row.record) for row in files if row.record is not None],
        )

    def _unlink(self, source: str, repository_ids: Sequence[str]) -> None:
        if repository_ids:
            self._connection.execute(
                delete(repository_source).where(
                    repository_source.c.source == source,
                    self._dialect.among(repository_source.c.repository_id, repository_ids),
                )
            )


@contextmanager
def _refusing(table: Table, values: Sequence[Mapping[str, Any]]) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        reason = refusal_of(error)
        if reason is None:
            raise
        raise RefusedRowError(_named(table, values, reason)) from error


def _named(table: Table, values: Sequence[Mapping[str, Any]], reason: str) -> str:
    """Name the row that was refused, as far as it is known."""
    if len(values) != 1:
        return f"a row of table {table.name} cannot be stored: {reason}"
    key = {column.name: values[0].get(column.name) for column in table.primary_key}
    named = ", ".join(f"{name} {text!r}" for name, text in key.items() if text is not None)
    return f"the row of table {table.name} with {named} cannot be stored: {reason}"
