# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Deletes for good what the law wants deleted: contacts, or all that is known of a repository.

Beside the rows goes what the database keeps of them: free pages of its file, dead rows, the log.
Copies elsewhere (backups, archives, exports) are the operator's.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, or_, select, update

from harvester.model import Change, ChangeType, Finding
from storage import feed, rows
from storage.engine import Store
from storage.search.words import word_index
from storage.tables import (
    alias,
    blob,
    crawl_item,
    file,
    finding,
    forwarding,
    owner,
    owner_visit,
    record,
    repository,
    repository_source,
    revisit,
    software,
    software_alias,
    software_rest,
    validator,
    vitality,
    wait,
)
from storage.written import publishers, remarks

AT_ONCE = 500
"""Rows that a transaction rewrites at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """How personal data is left out of what is stored; each gives back what has none."""

    record: Callable[[str], str]
    finding: Callable[[Finding], Finding]
    document: Callable[[str, Sequence[Finding]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What was deleted or rewritten, or would be."""

    entries: int = 0
    repositories: int = 0
    records: int = 0
    findings: int = 0
    files: int = 0
    """Bytes of files as the forge gave them."""
    answers: int = 0
    """Answers of forges that were kept so that they need not be sent again."""
    bodies: int = 0
    """Public bodies that were written with an e-mail address."""


# --- contacts -------------------------------------------------------------------------------


def contacts(store: Store, rewriting: Rewriting, now: datetime, *, dry_run: bool) -> Purged:
    """Leave personal data out of everything that is stored.

    In portions, each a transaction: a run that was killed goes on where it ended.
    """
    documents = _documents(store, rewriting, now, dry_run=dry_run)
    records = _records(store, rewriting, dry_run=dry_run)
    findings = _findings(store, rewriting, dry_run=dry_run)
    with store.writing() as connection:
        if not dry_run:
            _rests(connection, rewriting)
        files = _all(connection, blob, dry_run=dry_run)
        answers = _all(connection, validator, dry_run=dry_run)
        bodies = publishers.forget_emails(connection, dry_run=dry_run)
        if bodies and not dry_run:
            feed.note_written(connection, now)
    if not dry_run:
        _forget(store)
    return Purged(
        entries=documents,
        records=records,
        findings=findings,
        files=files,
        answers=answers,
        bodies=bodies,
    )


def _documents(store: Store, rewriting: Rewriting, now: datetime, *, dry_run: bool) -> int:
    number = 0
    for keys in _portions(store, software.c.id):
        with store.writing() as connection:
            changes = []
            among = store.dialect.among(software.c.id, keys)
            for row in connection.execute(select(software).where(among)).all():
                told = _findings_of(connection, row.file_repository_id, row.file_path)
                document = rewriting.document(row.document, told)
                if document == row.document:
                    continue
                number += 1
                if dry_run:
                    continue
                connection.execute(
                    update(software)
                    .where(software.c.id == row.id)
                    .values(document=document, updated_at=now)
                )
                changes.append(
                    Change(type=ChangeType.UPDATED, software_id=row.id, reason="publiccode")
                )
            feed.append(connection, changes, now)
    return number


def _records(store: Store, rewriting: Rewriting, *, dry_run: bool) -> int:
    number = 0
    for keys in _portions(store, record.c.repository_id):
        with store.writing() as connection:
            among = store.dialect.among(record.c.repository_id, keys)
            for row in connection.execute(select(record).where(among)).all():
                document = rewriting.record(row.document)
                if document == row.document:
                    continue
                number += 1
                if not dry_run:
                    connection.execute(
                        update(record)
                        .where(record.c.repository_id == row.repository_id)
                        .where(record.c.path == row.path)
                        .values(document=document)
                    )
    return number


def _findings(store: Store, rewriting: Rewriting, *, dry_run: bool) -> int:
    number = 0
    for keys in _portions(store, finding.c.repository_id):
        with store.writing() as connection:
            among = store.dialect.among(finding.c.repository_id, keys)
            for row in connection.execute(select(finding).where(among)).all():
                before = rows.finding(row)
                after = rewriting.finding(before)
                if after == before:
                    continue
                number += 1
                if not dry_run:
                    connection.execute(
                        update(finding)
                        .where(finding.c.repository_id == row.repository_id)
                        .where(finding.c.path == row.path, finding.c.number == row.number)
                        .values(
                            arguments=[list(pair) for pair in after.arguments],
                            suggestion=after.suggestion,
                        )
                    )
    return number


def _rests(connection: Connection, rewriting: Rewriting) -> None:
    """Rewrite what unfinished crawls remember of entries."""
    for row in connection.execute(select(software_rest)).all():
        if row.was is not None:
            was = {**row.was, "document": rewriting.document(row.was["document"], ())}
            connection.execute(
                update(software_rest)
                .where(software_rest.c.software_id == row.software_id)
                .values(was=was)
            )


def _findings_of(connection: Connection, key: str | None, path: str | None) -> list[Finding]:
    told = connection.execute(
        select(finding)
        .where(finding.c.repository_id == key, finding.c.path == path)
        .order_by(finding.c.number)
    )
    return [rows.finding(row) for row in told]


def _portions(store: Store, column: ColumnElement[Any]) -> Iterator[list[str]]:
    """Give the keys of a table in portions, in their order."""
    last = ""
    while True:
        with store.reading() as connection:
            keys = list(
                connection.execute(
                    select(column)
                    .where(column > last)
                    .group_by(column)
                    .order_by(column)
                    .limit(AT_ONCE)
                ).scalars()
            )
        if not keys:
            return
        yield keys
        last = keys[-1]


# --- all that is known of a repository ------------------------------------------------------


def whole(
    store: Store,
    software_ids: Collection[str],
    repository_ids: Collection[str],
    url_keys: Collection[str],
    now: datetime,
    *,
    dry_run: bool,
) -> Purged:
    """Delete entries and repositories wholly, in one transaction; the feed tells it of entries.

    What stays is the entry's id in the change feed, which nobody can turn into an address.

    Args:
        store: the database.
        software_ids: of entries, whose ids of before go too.
        repository_ids: of repositories.
        url_keys: as :func:`storage.rows.lookup_key` gives them: of their addresses.
        now: the time.
        dry_run: only count.
    """
    among = store.dialect.among
    with store.writing() as connection:
        of_file = or_(
            among(file.c.repository_id, repository_ids), among(file.c.software_id, software_ids)
        )
        files = connection.execute(select(file.c.repository_id, file.c.path).where(of_file)).all()
        entries = connection.execute(
            select(software.c.id).where(among(software.c.id, software_ids))
        ).scalars()
        there = sorted(entries)
        answers = _all(connection, validator, dry_run=dry_run)
        if not dry_run:
            for row in files:
                for table in (finding, record, file):
                    at = (table.c.repository_id == row.repository_id, table.c.path == row.path)
                    connection.execute(delete(table).where(*at))
            if remarks.forget(
                connection, store.dialect, _addresses(connection, store, software_ids)
            ):
                feed.note_written(connection, now)
            _erase(connection, store, software_ids, repository_ids, url_keys)
            feed.append(
                connection,
                [
                    Change(type=ChangeType.DELETED, software_id=key, reason="purged")
                    for key in there
                ],
                now,
            )
    if not dry_run:
        _forget(store)
    return Purged(
        entries=len(there), repositories=len(repository_ids), records=len(files), answers=answers
    )


def _addresses(connection: Connection, store: Store, software_ids: Collection[str]) -> set[str]:
    """Give the addresses under which others speak of entries, also those of before."""
    former = connection.execute(
        select(software_alias.c.id).where(
            store.dialect.among(software_alias.c.software_id, software_ids)
        )
    ).scalars()
    return {f"/software/{key}" for key in (*software_ids, *former)}


def _erase(
    connection: Connection,
    store: Store,
    software_ids: Collection[str],
    repository_ids: Collection[str],
    url_keys: Collection[str],
) -> None:
    """Delete the rows that hang together with entries and repositories, and what they leave."""
    among = store.dialect.among
    owners = connection.execute(
        select(repository.c.forge_url, repository.c.owner_path).where(
            among(repository.c.id, repository_ids)
        )
    ).all()
    connection.execute(
        update(software)
        .where(among(software.c.repository_id, repository_ids))
        .values(repository_id=None)
    )
    for column in (wait.c.software_id, software_alias.c.software_id, software_rest.c.software_id):
        connection.execute(delete(column.table).where(among(column, software_ids)))
    connection.execute(delete(software).where(among(software.c.id, software_ids)))
    connection.execute(delete(forwarding).where(among(forwarding.c.url_key, url_keys)))
    for column in (
        crawl_item.c.repository_id,
        vitality.c.repository_id,
        alias.c.repository_id,
        revisit.c.repository_id,
        repository_source.c.repository_id,
        repository.c.id,
    ):
        connection.execute(delete(column.table).where(among(column, repository_ids)))
    used = select(file.c.blob_id).union(select(record.c.blob_id))
    connection.execute(delete(blob).where(blob.c.id.not_in(used)))
    for row in owners:
        others = select(repository.c.id).where(
            repository.c.forge_url == row.forge_url, repository.c.owner_path == row.owner_path
        )
        if connection.execute(others.limit(1)).first() is None:
            connection.execute(
                delete(owner)
                .where(owner.c.forge_url == row.forge_url)
                .where(owner.c.path == row.owner_path)
            )
            connection.execute(delete(owner_visit).where(owner_visit.c.path == row.owner_path))
    word_index(store.dialect).sweep(connection)


# --- both -----------------------------------------------------------------------------------


def _all(connection: Connection, table: Table, *, dry_run: bool) -> int:
    """Delete all rows of a table; give how many there are."""
    number: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
    if not dry_run:
        connection.execute(delete(table))
    return number


def _forget(store: Store) -> None:
    """Let the database's files forget what was deleted."""
    with store.translated():
        store.dialect.rewrite(store.engine)
