# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Loads what keys touch, closed as :class:`harvester.ports.rows.Stored` says.

At most twelve statements, however many keys; four where nothing is known.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select, union

from harvester.model import Finding
from harvester.ports.rows import FileRow, Keys, RepositoryRow, Stored
from storage import rests, rows
from storage.dialects import Dialect
from storage.tables import (
    alias,
    file,
    finding,
    forge,
    publisher,
    record,
    repository,
    software,
    software_alias,
)

REPOSITORIES: Select[Any] = select(
    repository,
    forge.c.kind.label("forge_kind"),
    forge.c.origin.label("forge_origin"),
    forge.c.priority.label("forge_priority"),
).join(forge)
"""Read with :func:`storage.rows.repository_row`."""

FILES: Select[Any] = select(
    file,
    record.c.blob_id.label("record_blob_id"),
    record.c.version.label("record_version"),
    record.c.document.label("record_document"),
    record.c.normaliser.label("record_normaliser"),
    record.c.good.label("record_good"),
).outerjoin(record)
"""Read with :func:`storage.rows.file_row`."""

SOFTWARE: Select[Any] = select(
    software,
    publisher.c.name.label("publisher_name"),
    publisher.c.uri.label("publisher_uri"),
    publisher.c.level.label("publisher_level"),
).outerjoin(publisher)
"""Read with :func:`storage.rows.software_row`."""


def load(connection: Connection, dialect: Dialect, keys: Keys) -> Stored:
    """Read what the keys touch."""
    lookups = {rows.lookup_key(url) for url in keys.urls}

    def among(column: ColumnElement[Any], values: Collection[str]) -> ColumnElement[bool]:
        return dialect.among(column, values)

    # Keys first, rows by them then: a database that has not counted its rows yet reads whole
    # tables to join them to a union.
    touched = union(
        select(repository.c.id).where(among(repository.c.id, keys.repository_ids)),
        select(repository.c.id).where(among(repository.c.web_url_key, lookups)),
        select(alias.c.repository_id).where(among(alias.c.url_key, lookups)),
    )
    first = set(connection.execute(touched).scalars())
    repositories = _repositories(connection, dialect, first)

    selected = [
        select(software.c.id).where(among(software.c.repository_id, first)),
        select(software.c.id).where(among(software.c.url_key, lookups)),
        select(file.c.software_id).where(
            among(file.c.repository_id, first), file.c.software_id.is_not(None)
        ),
    ]
    if keys.software_ids:
        selected += [
            select(software.c.id).where(among(software.c.id, keys.software_ids)),
            select(software_alias.c.software_id).where(
                among(software_alias.c.id, keys.software_ids)
            ),
        ]
    entries = union(*selected)
    found = set(connection.execute(entries).scalars())
    entry_rows = {
        row.id: rows.software_row(row)
        for row in _if_any(connection, SOFTWARE.where(among(software.c.id, found)), found)
    }

    of_first = FILES.where(among(file.c.repository_id, first))
    of_entries = FILES.where(among(file.c.software_id, found))
    file_rows = [
        *_if_any(connection, of_first, first),
        *(row for row in _if_any(connection, of_entries, found) if row.repository_id not in first),
    ]
    files = with_findings(connection, dialect, file_rows)

    canonical = {row.repository_id for row in entry_rows.values() if row.repository_id}
    beside = FILES.where(among(file.c.repository_id, canonical - first))
    neighbours = [
        row
        for row in _if_any(connection, beside, canonical - first)
        if row.software_id is not None and row.software_id not in found
    ]

    further = {row.repository_id for row in files} | canonical
    further -= first
    if further:
        repositories |= _repositories(connection, dialect, further)
    aliases = (
        select(alias)
        .where(among(alias.c.repository_id, set(repositories)))
        .order_by(alias.c.repository_id, alias.c.url)
    )
    return Stored(
        repositories=repositories,
        files=tuple(sorted(files, key=lambda row: (row.repository_id, row.path))),
        software=entry_rows,
        rests=rests.load(
            connection,
            dialect,
            software_ids=found,
            repository_ids=first,
            url_keys=lookups,
        ),
        aliases=tuple(rows.alias_row(row) for row in _if_any(connection, aliases, repositories)),
        neighbours=tuple(with_findings(connection, dialect, neighbours)),
    )


def with_findings(
    connection: Connection, dialect: Dialect, file_rows: Sequence[Row[Any]]
) -> Iterable[FileRow]:
    """Make the values of rows of :data:`FILES`, in the same order; one statement for all."""
    if not file_rows:
        return []
    found = connection.execute(
        select(finding)
        .where(dialect.among(finding.c.repository_id, {row.repository_id for row in file_rows}))
        .order_by(finding.c.repository_id, finding.c.path, finding.c.number)
    )
    findings: Mapping[tuple[str, str], list[Finding]] = defaultdict(list)
    for row in found:
        findings[row.repository_id, row.path].append(rows.finding(row))
    return [
        rows.file_row(row, tuple(findings.get((row.repository_id, row.path), ())))
        for row in file_rows
    ]


def _repositories(
    connection: Connection, dialect: Dialect, ids: Collection[str]
) -> dict[str, RepositoryRow]:
    statement = REPOSITORIES.where(dialect.among(repository.c.id, ids))
    return {row.id: rows.repository_row(row) for row in _if_any(connection, statement, ids)}


def _if_any(
    connection: Connection, statement: Select[Any], keys: Collection[str]
) -> Iterable[Row[Any]]:
    """Ask only where there is something to ask for."""
    return connection.execute(statement) if keys else ()
