# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What crawls leave behind: who was seen, who was missed, and how long it is remembered."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from harvester.model import Origin, State
from harvester.ports.crawls import OpenCrawl, Unseen
from harvester.ports.rows import Keys
from storage import closure, rows
from storage.dialects import Dialect
from storage.tables import (
    crawl,
    crawl_item,
    file,
    forge,
    repository,
    repository_source,
    seen,
    software,
    wait,
)

KEPT_CRAWLS = 30
"""Of a source: so many newest crawls keep their items."""
COMPLETE = "complete"
ENDED = (COMPLETE, "flawed")
"""Read to their end; the next crawl starts anew."""

_LISTED = State.LISTED.value
_MAY_CHANGE = (_LISTED, State.INVALID.value)
"""States that time alone may turn into another."""


def seen_ids(connection: Connection, crawl_id: int) -> set[str]:
    """Give the ids of the repositories that a crawl saw."""
    pages = connection.execute(select(seen.c.ids).where(seen.c.crawl_id == crawl_id)).scalars()
    return {key for ids in pages for key in ids}


def see(
    connection: Connection, dialect: Dialect, source: str, repository_ids: tuple[str, ...]
) -> None:
    """Forget that a source had missed these."""
    connection.execute(
        update(repository_source)
        .where(
            repository_source.c.source == source,
            dialect.among(repository_source.c.repository_id, repository_ids),
            repository_source.c.missed_at.is_not(None),
        )
        .values(missed_at=None)
    )


def miss(
    connection: Connection,
    dialect: Dialect,
    opened: OpenCrawl,
    doubtful: Collection[str],
    now: datetime,
) -> None:
    """Note which repositories of its source a complete sweep missed, but not the doubtful ones.

    So that another source's conclusion knows who still has a repository.
    """
    link = repository_source.c
    of_source = link.source == opened.source
    linked = connection.execute(
        select(link.repository_id).where(of_source, link.missed_at.is_(None))
    ).scalars()
    missed = set(linked) - seen_ids(connection, opened.id) - set(doubtful)
    if missed:
        connection.execute(
            update(repository_source)
            .where(of_source, dialect.among(link.repository_id, missed))
            .values(missed_at=now)
        )


def forget(connection: Connection, opened: OpenCrawl) -> None:
    """Drop what nobody asks for any more once a crawl was read to its end.

    The pages that earlier crawls of the source saw, and the items of its oldest crawls.
    """
    earlier = select(crawl.c.id).where(crawl.c.source == opened.source, crawl.c.id < opened.id)
    connection.execute(delete(seen).where(seen.c.crawl_id.in_(earlier)))
    oldest = earlier.order_by(crawl.c.id.desc()).offset(KEPT_CRAWLS - 1).limit(1)
    boundary = connection.execute(oldest).scalar()
    if boundary is not None:
        old = earlier.where(crawl.c.id <= boundary)
        connection.execute(delete(crawl_item).where(crawl_item.c.crawl_id.in_(old)))


def unseen(connection: Connection, dialect: Dialect, opened: OpenCrawl) -> Unseen:
    """Give what a conclusion starts from. A repository that is gone already is not unseen."""
    link, there = repository_source.c, repository.c.gone_reason.is_(None)
    linked = set(
        connection.execute(
            select(link.repository_id)
            .join_from(repository_source, repository)
            .where(link.source == opened.source, there)
        ).scalars()
    )
    row = connection.execute(select(crawl).where(crawl.c.id == opened.id)).one()
    whole = row.sweep and row.listed and row.clean and not row.partial
    saw = seen_ids(connection, opened.id)
    missing = linked - saw if whole else set()
    elsewhere = connection.execute(
        select(link.repository_id).where(
            dialect.among(link.repository_id, missing),
            link.source != opened.source,
            link.missed_at.is_(None),
        )
    ).scalars()
    marked = _marked(connection, opened.source)
    orphans = connection.execute(
        select(software.c.url).where(
            software.c.file_path.is_(None), software.c.state.in_(_MAY_CHANGE)
        )
    ).scalars()
    stored = closure.load(
        connection,
        dialect,
        Keys(repository_ids=frozenset(missing | marked), urls=frozenset(orphans)),
    )
    return Unseen(
        repositories=tuple(stored.repositories[key] for key in sorted(missing)),
        elsewhere=frozenset(elsewhere),
        linked=len(linked),
        seen=frozenset(saw),
        marked=stored,
        waits=tuple(rows.wait(row) for row in connection.execute(select(wait))),
        listed=connection.execute(
            select(func.count()).select_from(software).where(software.c.state == _LISTED)
        ).scalar_one(),
    )


def _marked(connection: Connection, source: str) -> set[str]:
    """Give the ids of a source's repositories with a mark, or whose file or entry has one.

    And of what was told, which belongs to no source: whichever is crawled, its time passes.
    """
    link = repository_source.c
    marks = (
        software.c.state.in_(_MAY_CHANGE),
        file.c.bad_since.is_not(None)
        | (file.c.absent_sweeps > 0)
        | software.c.stale_since.is_not(None),
    )
    of_files = (
        select(file.c.repository_id)
        .join_from(repository_source, file, link.repository_id == file.c.repository_id)
        .join(software, software.c.id == file.c.software_id)
        .where(link.source == source, *marks)
    )
    told = (
        select(file.c.repository_id)
        .join_from(file, repository, repository.c.id == file.c.repository_id)
        .join(forge, forge.c.url == repository.c.forge_url)
        .join(software, software.c.id == file.c.software_id)
        .where(forge.c.origin == Origin.API.value, *marks)
    )
    of_repositories = (
        select(repository.c.id)
        .join_from(repository_source, repository)
        .where(
            link.source == source,
            repository.c.gone_reason.is_(None),
            repository.c.missing_since.is_not(None),
        )
    )
    return set(connection.execute(of_files.union(told, of_repositories)).scalars())
