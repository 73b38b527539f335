# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Selects repositories of a source that a crawl has to look at for a reason of its own."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, or_, select

from harvester.model import FileState, Origin
from harvester.ports.rows import RepositoryRow
from storage import closure, rows
from storage.dialects import Dialect
from storage.tables import blob, file, forge, repository, repository_source


def opted_out(
    connection: Connection, dialect: Dialect, source: str, named: Collection[str]
) -> Sequence[RepositoryRow]:
    """Give a source's repositories that opt out, and those named by their ids, but none gone."""
    link = repository_source.c
    found = connection.execute(
        closure.REPOSITORIES.join(repository_source, link.repository_id == repository.c.id)
        .where(
            link.source == source,
            repository.c.gone_reason.is_(None),
            or_(repository.c.opt_outs != [], dialect.among(repository.c.id, named)),
        )
        .order_by(repository.c.id)
    )
    return [rows.repository_row(row) for row in found]


def outdated(
    connection: Connection, source: str, normaliser: int, after: str, most: int
) -> Sequence[str]:
    """Give the ids of a source's repositories whose file older rules read; none that is missed.

    And of what was told, which belongs to no source.
    """
    link = repository_source.c
    read = (FileState.VALID.value, FileState.INVALID.value)
    older = (
        select(repository.c.id)
        .join(file, file.c.repository_id == repository.c.id)
        .join(blob, blob.c.id == file.c.blob_id)
        .where(
            repository.c.id > after,
            repository.c.gone_reason.is_(None),
            file.c.normaliser < normaliser,
            file.c.state.in_(read),
        )
    )
    of_source = older.join(repository_source, link.repository_id == repository.c.id).where(
        link.source == source, link.missed_at.is_(None), repository.c.missing_since.is_(None)
    )
    told = older.join(forge, forge.c.url == repository.c.forge_url).where(
        forge.c.origin == Origin.API.value
    )
    both = of_source.union(told).subquery()
    found = connection.execute(select(both.c.id).order_by(both.c.id).limit(most))
    return list(found.scalars())
