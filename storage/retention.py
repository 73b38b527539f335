# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Deletes what nobody asks for: old crawls, changes and logs, former files, addresses, words."""

from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, or_, select

from harvester.model import FileState
from harvester.ports.crawls import Retention, Tidied
from storage import feed
from storage.crawls import RESUMABLE_FOR, UNFINISHED
from storage.engine import Store
from storage.history import COMPLETE
from storage.search.words import word_index
from storage.tables import (
    blob,
    change,
    crawl,
    crawl_item,
    file,
    forwarding,
    record,
    seen,
    software_rest,
)
from storage.written import remarks

AT_ONCE = 1000
"""Rows of one kind that a call deletes, so that no transaction is long."""


def tidy(store: Store, keep: Retention, now: datetime) -> Tidied:
    """Delete a portion of each kind, each in a transaction of its own."""
    with store.writing() as connection:
        crawls = _crawls(connection, now - keep.crawls, now)
    with store.writing() as connection:
        blobs = _blobs(connection)
    with store.writing() as connection:
        changes = _changes(connection, now - keep.changes)
    with store.writing() as connection:
        forwardings = _forwardings(connection)
    with store.writing() as connection:
        logs = remarks.forget_logs(connection, now - keep.changes, AT_ONCE)
        if logs:
            feed.note_written(connection, now)
    more = AT_ONCE in (crawls, blobs, changes, forwardings, logs)
    if not more:
        with store.writing() as connection:
            word_index(store.dialect).sweep(connection)
        with store.translated():
            store.dialect.maintain(store.engine)
    return Tidied(crawls=crawls, blobs=blobs, changes=changes, logs=logs, more=more)


def _crawls(connection: Connection, before: datetime, now: datetime) -> int:
    """Delete old crawls, but none that tells when its source was last read or where it goes on."""
    whole = crawl.c.partial.is_(False)
    good = and_(whole, crawl.c.status == COMPLETE)
    newest = [
        select(func.max(crawl.c.id)).where(condition).group_by(crawl.c.source)
        for condition in (whole, good, and_(good, crawl.c.sweep.is_(True)))
    ]
    old = (
        connection.execute(
            select(crawl.c.id)
            .where(
                crawl.c.progress_at < before,
                or_(
                    crawl.c.status.not_in(UNFINISHED),
                    crawl.c.partial.is_(True),
                    crawl.c.started_at < now - RESUMABLE_FOR,
                ),
                *(crawl.c.id.not_in(kept) for kept in newest),
            )
            .order_by(crawl.c.id)
            .limit(AT_ONCE)
        )
        .scalars()
        .all()
    )
    for table in (crawl_item, seen, software_rest):
        connection.execute(delete(table).where(table.c.crawl_id.in_(old)))
    connection.execute(delete(crawl).where(crawl.c.id.in_(old)))
    return len(old)


def _blobs(connection: Connection) -> int:
    """Delete bytes that are neither a file's newest nor a last good record's."""
    used = select(file.c.blob_id).union(select(record.c.blob_id))
    old = (
        connection.execute(select(blob.c.id).where(blob.c.id.not_in(used)).limit(AT_ONCE))
        .scalars()
        .all()
    )
    connection.execute(delete(blob).where(blob.c.id.in_(old)))
    return len(old)


def _forwardings(connection: Connection) -> int:
    """Delete where addresses lead that no file declares any more: nobody follows them."""
    declared = select(file.c.declared_url_key).where(
        file.c.declared_url_key.is_not(None), file.c.state != FileState.ABSENT.value
    )
    old = (
        connection.execute(
            select(forwarding.c.url_key)
            .where(forwarding.c.url_key.not_in(declared))
            .order_by(forwarding.c.url_key)
            .limit(AT_ONCE)
        )
        .scalars()
        .all()
    )
    connection.execute(delete(forwarding).where(forwarding.c.url_key.in_(old)))
    return len(old)


def _changes(connection: Connection, before: datetime) -> int:
    old = (
        connection.execute(
            select(change.c.seq).where(change.c.at < before).order_by(change.c.seq).limit(AT_ONCE)
        )
        .scalars()
        .all()
    )
    if old:
        connection.execute(delete(change).where(change.c.seq <= old[-1], change.c.at < before))
    return len(old)
