# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What crawls and commands ask of the catalogue. Each function reads in a transaction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select, union

from harvester.model import FileState, Forge, ItemStatus, Origin, Outcome, State
from harvester.ports.crawls import Known, Movement, SourceState, Unclaimed
from harvester.ports.listing import Size
from harvester.ports.rows import (
    FileRow,
    ForwardingRow,
    Item,
    Keys,
    RepositoryRow,
    SoftwareRow,
    Stored,
    Wait,
)
from harvester.urls import url_key
from storage import closure, rows
from storage.crawls import DROPPED, never_complete
from storage.dialects import Dialect
from storage.history import COMPLETE, ENDED
from storage.tables import (
    alias,
    blob,
    crawl,
    crawl_item,
    file,
    forge,
    forwarding,
    repository,
    repository_source,
    seen,
    software,
    source,
    wait,
)

_SOURCES = select(
    source,
    source.c.name.label("source"),
    forge.c.kind.label("forge_kind"),
    forge.c.origin.label("forge_origin"),
).join(forge)
_AT_ONCE = 500
"""Rows that a stream holds in memory."""
_LAST_ITEMS = 20
"""How many items of one repository people want to look at."""


def known(
    connection: Connection,
    dialect: Dialect,
    repository_ids: Sequence[str],
    blob_ids: Sequence[str],
) -> Known:
    """Say what is known of a batch."""
    revisions = connection.execute(
        select(repository.c.id, repository.c.revision).where(
            dialect.among(repository.c.id, repository_ids), repository.c.topics.is_not(None)
        )
    )
    files = connection.execute(
        select(
            file.c.repository_id, file.c.path, file.c.blob_id, file.c.normaliser, file.c.context
        ).where(dialect.among(file.c.repository_id, repository_ids))
    )
    blobs = connection.execute(select(blob.c.id).where(dialect.among(blob.c.id, blob_ids)))
    return Known(
        revisions={row.id: row.revision for row in revisions},
        files={
            (row.repository_id, row.path): (row.blob_id, row.normaliser, row.context)
            for row in files
        },
        blobs=frozenset(blobs.scalars()),
    )


def unclaimed(connection: Connection, forge_url: str) -> Sequence[Unclaimed]:
    """Give the addresses below a forge that files declare and no known repository claims."""
    declared = (
        select(
            file.c.declared_url_key.label("url_key"),
            func.min(file.c.declared_url).label("url"),
            func.max(file.c.changed_at).label("changed_at"),
        )
        .join(software, software.c.id == file.c.software_id)
        .where(
            file.c.declared_url_key.startswith(url_key(forge_url) + "/", autoescape=True),
            file.c.state != FileState.ABSENT.value,
            software.c.repository_id.is_(None),
        )
        .group_by(file.c.declared_url_key)
        .subquery()
    )
    found = connection.execute(
        select(
            declared.c.url,
            forwarding.c.url.label("asked"),
            forwarding.c.forge_id,
            forwarding.c.asked_at,
        )
        .outerjoin(
            forwarding,
            and_(
                forwarding.c.url_key == declared.c.url_key,
                forwarding.c.asked_at >= declared.c.changed_at,
            ),
        )
        .order_by(declared.c.url_key)
    )
    return [
        Unclaimed(
            url=row.url,
            forwarding=None
            if row.asked is None
            else ForwardingRow(url=row.asked, forge_id=row.forge_id, asked_at=row.asked_at),
        )
        for row in found
    ]


def contents(
    connection: Connection, dialect: Dialect, blob_ids: Iterable[str]
) -> Mapping[str, bytes]:
    """Give the bytes of stored blobs."""
    found = connection.execute(select(blob).where(dialect.among(blob.c.id, set(blob_ids))))
    return {row.id: bytes(row.content) for row in found}


def size(connection: Connection, name: str, moved: Movement | None) -> Size:
    """Say how large a source was, and what is expected to move; what is gone does not count."""
    there = _linked(name, repository.c.owner_path, func.count().label("amount")).group_by(
        repository.c.owner_path
    )
    owners = {row.owner_path: row.amount for row in connection.execute(there)}
    largest = sorted(owners.values(), reverse=True)
    listed, changed = None, 0
    if moved is not None:
        active = there.where(repository.c.pushed_at >= moved.listed_since)
        listed = {row.owner_path: row.amount for row in connection.execute(active)}
        changed = connection.execute(
            _linked(name, func.count()).where(repository.c.pushed_at > moved.changed_since)
        ).scalar_one()
    files = connection.execute(
        _linked(name, func.count())
        .join(file, file.c.repository_id == repository.c.id)
        .where(file.c.state != "absent")
    ).scalar_one()
    return Size(
        repositories=sum(largest),
        files=files,
        owners=len(largest),
        largest_owners=tuple(largest),
        by_owner=owners,
        moved=listed,
        changed=changed,
        first=never_complete(connection, name),
    )


def sources(connection: Connection) -> Mapping[str, SourceState]:
    """Give what is remembered of every source, by name."""
    rows_of = _by_source(connection, _SOURCES)
    whole = and_(crawl.c.status == COMPLETE, crawl.c.partial.is_(False))
    # By number, not by time: a clock that ran ahead for a while must not hold back what came after.
    newest = func.row_number().over(partition_by=crawl.c.source, order_by=crawl.c.id.desc())
    good = select(crawl, newest.label("rank")).where(whole).subquery()
    successes = _by_source(connection, select(good).where(good.c.rank == 1))
    sweeps = select(crawl, newest.label("rank")).where(whole, crawl.c.sweep.is_(True)).subquery()
    swept = _by_source(connection, select(sweeps).where(sweeps.c.rank == 1))
    # The newest crawl of the whole source tells how it stands; a look at single addresses does so
    # only where there was no other.
    rank = func.row_number().over(
        partition_by=crawl.c.source,
        order_by=(crawl.c.partial, crawl.c.id.desc()),
    )
    ranked = select(crawl, rank.label("rank")).where(crawl.c.status != DROPPED).subquery()
    latest = _by_source(connection, select(ranked).where(ranked.c.rank == 1))
    ended = (
        select(crawl.c.source, func.max(crawl.c.id).label("id"))
        .where(crawl.c.status.in_(ENDED), crawl.c.partial.is_(False))
        .group_by(crawl.c.source)
        .subquery()
    )
    failing = _by_source(
        connection,
        select(crawl.c.source, func.min(crawl.c.started_at).label("since"))
        .outerjoin_from(crawl, ended, crawl.c.source == ended.c.source)
        .where(crawl.c.partial.is_(False), crawl.c.id > func.coalesce(ended.c.id, 0))
        .group_by(crawl.c.source),
    )
    link = repository_source.c
    repositories = _by_source(
        connection,
        select(link.source, func.count().label("amount"))
        .join_from(repository_source, repository)
        .where(repository.c.gone_reason.is_(None))
        .group_by(link.source),
    )
    listed = _by_source(
        connection,
        select(link.source, func.count(software.c.id.distinct()).label("amount"))
        .join_from(repository_source, file, link.repository_id == file.c.repository_id)
        .join(software, software.c.id == file.c.software_id)
        .where(
            file.c.outcome == Outcome.LISTED.value,
            software.c.state == State.LISTED.value,
        )
        .group_by(link.source),
    )
    waiting = _by_source(
        connection,
        select(wait.c.source, func.count().label("amount"))
        .join_from(wait, software, software.c.id == wait.c.software_id)
        .where(software.c.state == State.LISTED.value)
        .group_by(wait.c.source),
    )
    return {
        name: SourceState(
            name=name,
            last_success_at=_of(successes, name, "ended_at"),
            last_sweep_at=_of(swept, name, "ended_at"),
            last_crawl_at=_of(latest, name, "ended_at") or _of(latest, name, "progress_at"),
            last_status=_of(latest, name, "status"),
            last_error=_of(latest, name, "error"),
            not_before=_of(latest, name, "not_before"),
            repositories=_of(repositories, name, "amount") or 0,
            listed=_of(listed, name, "amount") or 0,
            errored=(_of(latest, name, "item_counts") or {}).get(ItemStatus.ERRORED.value, 0),
            covered_since=_of(successes, name, "started_at"),
            swept=_of(swept, name, "fingerprint"),
            forge=Forge(url=row.forge_url, kind=row.forge_kind, origin=Origin(row.forge_origin)),
            retired_at=row.retired_at,
            failing_since=_of(failing, name, "since"),
            waiting=_of(waiting, name, "amount") or 0,
        )
        for name, row in sorted(rows_of.items())
    }


def waits(connection: Connection, source_name: str) -> Sequence[tuple[Wait, SoftwareRow]]:
    """Give a source's losses that wait for approval, with their entries, sorted by id."""
    found = connection.execute(
        closure.SOFTWARE.add_columns(
            wait.c.source, wait.c.reason.label("wait_reason"), wait.c.since
        )
        .join(wait, wait.c.software_id == software.c.id)
        .where(wait.c.source == source_name, software.c.state == State.LISTED.value)
        .order_by(software.c.id)
    )
    return [
        (
            Wait(source=row.source, software_id=row.id, reason=row.wait_reason, since=row.since),
            rows.software_row(row),
        )
        for row in found
    ]


def addresses(connection: Connection) -> Iterator[str]:
    """Give every address that a repository has or had, or that an entry has, streamed."""
    known = union(select(repository.c.web_url), select(alias.c.url), select(software.c.url))
    with connection.execution_options(yield_per=_AT_ONCE).execute(known) as streamed:
        yield from streamed.scalars()


def files(connection: Connection, dialect: Dialect) -> Iterator[tuple[FileRow, RepositoryRow]]:
    """Give every file ever seen, sorted by forge, repository path and path, streamed."""
    place = (repository.c.forge_url, repository.c.path, repository.c.id, file.c.path)
    statement = closure.FILES.join(repository, repository.c.id == file.c.repository_id)
    with connection.execution_options(yield_per=_AT_ONCE).execute(
        statement.order_by(*place)
    ) as streamed:
        for part in streamed.partitions():
            found = connection.execute(
                closure.REPOSITORIES.where(
                    dialect.among(repository.c.id, {row.repository_id for row in part})
                )
            )
            repositories = {row.id: rows.repository_row(row) for row in found}
            for row in closure.with_findings(connection, dialect, part):
                yield row, repositories[row.repository_id]


def around(connection: Connection, dialect: Dialect, url: str) -> Stored:
    """Give what is known under an address, also an old one or one that a file declares."""
    declaring = connection.execute(
        select(file.c.repository_id).where(file.c.declared_url_key == rows.lookup_key(url))
    ).scalars()
    keys = Keys(repository_ids=frozenset(declaring), urls=frozenset({url}))
    return closure.load(connection, dialect, keys)


def errored(connection: Connection, source: str, limit: int) -> Sequence[Item]:
    """Give what the newest crawl of a source could not read."""
    newest = select(func.max(crawl.c.id)).where(crawl.c.source == source, crawl.c.status != DROPPED)
    kept = connection.execute(
        select(crawl_item)
        .where(
            crawl_item.c.crawl_id == newest.scalar_subquery(),
            crawl_item.c.status == ItemStatus.ERRORED.value,
        )
        .order_by(crawl_item.c.number)
        .limit(limit)
    )
    return [_item(row) for row in kept]


def _item(row: Row[Any]) -> Item:
    return Item(
        subject=row.subject,
        status=ItemStatus(row.status),
        reason=row.reason,
        message=row.message,
        repository_id=row.repository_id,
    )


def last_items(connection: Connection, repository_id: str) -> Sequence[tuple[str, datetime, Item]]:
    """Give what the latest crawls did with a repository, the newest first.

    What a crawl saw and kept no item of, it found unchanged.
    """
    kept = connection.execute(
        select(crawl.c.source, crawl_item)
        .join_from(crawl_item, crawl)
        .where(crawl_item.c.repository_id == repository_id)
        .order_by(crawl_item.c.at.desc(), crawl_item.c.crawl_id.desc(), crawl_item.c.number.desc())
        .limit(_LAST_ITEMS)
    ).all()
    told = {row.crawl_id for row in kept}
    items = [(row.source, row.at, _item(row)) for row in kept]
    # Few crawls' pages are kept, so reading through them all is cheap enough for one person.
    sightings = connection.execute(
        select(crawl.c.source, seen.c.crawl_id, seen.c.at)
        .join_from(seen, crawl)
        .where(seen.c.ids.contains(repository_id, autoescape=True))
    ).all()
    if any(row.crawl_id not in told for row in sightings):
        address = connection.execute(
            select(repository.c.web_url).where(repository.c.id == repository_id)
        ).scalar()
        items += [
            (
                row.source,
                row.at,
                Item(
                    subject=address or repository_id,
                    status=ItemStatus.UNCHANGED,
                    repository_id=repository_id,
                ),
            )
            for row in sightings
            if row.crawl_id not in told
        ]
    return sorted(items, key=lambda item: item[1], reverse=True)[:_LAST_ITEMS]


def outcomes(connection: Connection, name: str) -> Mapping[Outcome, int]:
    """Count the files of a source's repositories by outcome."""
    link = repository_source.c
    found = connection.execute(
        select(file.c.outcome, func.count().label("amount"))
        .join_from(repository_source, file, link.repository_id == file.c.repository_id)
        .where(link.source == name)
        .group_by(file.c.outcome)
    )
    return {Outcome(row.outcome): row.amount for row in found}


def _linked(name: str, *columns: Any) -> Select[Any]:
    """Select from a source's repositories that are not gone."""
    return (
        select(*columns)
        .select_from(repository)
        .join(repository_source, repository_source.c.repository_id == repository.c.id)
        .where(repository_source.c.source == name, repository.c.gone_reason.is_(None))
    )


def _by_source(connection: Connection, statement: Select[Any]) -> Mapping[str, Row[Any]]:
    return {row.source: row for row in connection.execute(statement)}


def _of(found: Mapping[str, Row[Any]], name: str, column: str) -> Any:
    row = found.get(name)
    return None if row is None else getattr(row, column)
