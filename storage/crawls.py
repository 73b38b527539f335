# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Begins crawls: takes the lease, goes on with the unfinished one; and lets entries rest."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select, update

from harvester.model import ItemStatus
from harvester.ports.crawls import CrawlRequest, OpenCrawl
from harvester.ports.errors import SourceBusyError
from storage import rows
from storage.dialects import Dialect
from storage.history import COMPLETE, ENDED
from storage.lease import may_take, readable
from storage.tables import crawl, forge, lease, owner_visit, software_rest, source

RESUMABLE_FOR = timedelta(days=7)
"""An unfinished crawl that was begun longer ago is dropped."""

RUNNING = "running"
DROPPED = "dropped"
UNFINISHED = (RUNNING, "stopped", "incomplete", "failed")
"""Of a whole source: the next crawl may go on with it."""


def begin(
    connection: Connection,
    dialect: Dialect,
    request: CrawlRequest,
    holder: str,
    now: datetime,
    *,
    abandoned: Collection[tuple[str, int]] = (),
) -> OpenCrawl:
    """Take the lease and open or go on with a crawl, in a transaction of its own.

    Args:
        connection: in a transaction that no other writer comes between.
        dialect: of the database.
        request: what is to be crawled.
        holder: who asks.
        now: the time.
        abandoned: sources and fences of leases that nobody of this process holds any more.

    Raises:
        SourceBusyError: a process that makes progress holds the source.
    """
    _name_source(connection, dialect, request)
    fence = _take_lease(connection, request.source, holder, now, abandoned=abandoned)
    resumed = None if request.partial else _resumable(connection, request, now)
    if resumed is None:
        crawl_id = _open(connection, request, now)
    else:
        crawl_id = resumed.id
        connection.execute(
            update(crawl)
            .where(crawl.c.id == crawl_id)
            .values(status=RUNNING, progress_at=now, ended_at=None, error=None, not_before=None)
        )
    _drop_others(connection, request, crawl_id)
    row = connection.execute(select(crawl).where(crawl.c.id == crawl_id)).one()
    visits = connection.execute(
        select(owner_visit.c.path, owner_visit.c.visited_at).where(
            owner_visit.c.source == request.source
        )
    )
    return OpenCrawl(
        id=crawl_id,
        source=request.source,
        forge=request.forge,
        fence=fence,
        sweep=row.sweep,
        first=never_complete(connection, request.source),
        started_at=row.started_at,
        cursor=row.cursor,
        listed=row.listed,
        clean=row.clean,
        resumed=resumed is not None,
        items={ItemStatus(status): count for status, count in row.item_counts.items()},
        recent_owners={visit.path: visit.visited_at for visit in visits},
    )


def never_complete(connection: Connection, name: str) -> bool:
    """Say whether a source was never read to its end."""
    complete = select(crawl.c.id).where(
        crawl.c.source == name, crawl.c.status == COMPLETE, crawl.c.partial.is_(False)
    )
    return connection.execute(complete.limit(1)).first() is None


def retire(
    connection: Connection, dialect: Dialect, configured: Collection[str], now: datetime
) -> None:
    """Note since when sources are not among the configured ones; those that are, are back."""
    there = dialect.among(source.c.name, configured)
    connection.execute(
        update(source).where(there, source.c.retired_at.is_not(None)).values(retired_at=None)
    )
    connection.execute(
        update(source).where(~there, source.c.retired_at.is_(None)).values(retired_at=now)
    )


def rest(connection: Connection, crawl_id: int, now: datetime) -> None:
    """Take what a crawl leaves for the state of rest; also what crawls left that are over."""
    over = select(crawl.c.id).where(
        crawl.c.status.in_((*ENDED, DROPPED)) | (crawl.c.started_at <= now - RESUMABLE_FOR)
    )
    connection.execute(
        delete(software_rest).where(
            (software_rest.c.crawl_id == crawl_id) | software_rest.c.crawl_id.in_(over)
        )
    )


def _name_source(connection: Connection, dialect: Dialect, request: CrawlRequest) -> None:
    dialect.insert(
        connection,
        forge,
        [rows.forge_values(request.forge)],
        replace=True,
    )
    row = {
        "name": request.source,
        "kind": request.kind,
        "forge_url": request.forge.url,
        "scope": request.scope.value,
        "retired_at": None,
    }
    dialect.insert(connection, source, [row], replace=True)


def _take_lease(
    connection: Connection,
    name: str,
    holder: str,
    now: datetime,
    *,
    abandoned: Collection[tuple[str, int]],
) -> int:
    """Give the new fence; it grows with every crawl, also when the lease was free."""
    held = connection.execute(select(lease).where(lease.c.source == name)).one_or_none()
    if held is None:
        connection.execute(
            insert(lease), {"source": name, "fence": 1, "holder": holder, "progress_at": now}
        )
        return 1
    free = (name, held.fence) in abandoned
    if not free and not may_take(held.holder, held.progress_at, now):
        age = max(0, int((now - held.progress_at).total_seconds()))
        raise SourceBusyError(
            f"source {name} is being crawled by {readable(held.holder)}, which made progress "
            f"{age} s ago; wait for it with --wait, or end it"
        )
    fence: int = held.fence + 1
    connection.execute(
        update(lease)
        .where(lease.c.source == name)
        .values(fence=fence, holder=holder, progress_at=now)
    )
    return fence


def _unfinished(connection: Connection, name: str) -> Sequence[Row[Any]]:
    return connection.execute(
        select(crawl)
        .where(crawl.c.source == name, crawl.c.status.in_(UNFINISHED))
        .order_by(crawl.c.id.desc())
    ).all()


def _resumable(connection: Connection, request: CrawlRequest, now: datetime) -> Row[Any] | None:
    for row in _unfinished(connection, request.source):
        if (
            not row.partial
            and (row.cursor is not None or row.listed)
            and row.fingerprint == request.fingerprint
            # A sweep does all that an incremental crawl does: its pages are not to be lost.
            and (row.sweep or not request.sweep)
            and now - row.started_at < RESUMABLE_FOR
        ):
            return row
    return None


def _open(connection: Connection, request: CrawlRequest, now: datetime) -> int:
    # Under the writers' lock, so nobody else takes the same number.
    crawl_id: int = connection.execute(
        select(func.coalesce(func.max(crawl.c.id), 0) + 1)
    ).scalar_one()
    connection.execute(
        insert(crawl),
        {
            "id": crawl_id,
            "source": request.source,
            "fingerprint": request.fingerprint,
            "sweep": request.sweep,
            "partial": request.partial,
            "status": RUNNING,
            "cursor": None,
            "listed": False,
            "clean": True,
            "pages": 0,
            "item_counts": {},
            "started_at": now,
            "progress_at": now,
            "spent": {},
        },
    )
    return crawl_id


def _drop_others(connection: Connection, request: CrawlRequest, crawl_id: int) -> None:
    """Close what will never be gone on with.

    A partial crawl leaves the unfinished crawl of the whole source to be gone on with later.
    """
    hopeless: ColumnElement[bool] = (crawl.c.status == RUNNING) & crawl.c.partial.is_(True)
    if not request.partial:
        resumable = crawl.c.cursor.is_not(None) | crawl.c.listed.is_(True)
        hopeless = or_(
            hopeless, crawl.c.partial.is_(False) & (resumable | (crawl.c.status == RUNNING))
        )
    connection.execute(
        update(crawl)
        .where(
            crawl.c.source == request.source,
            crawl.c.id != crawl_id,
            crawl.c.status.in_(UNFINISHED),
            hopeless,
        )
        .values(status=DROPPED)
    )
