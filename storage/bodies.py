# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Lists of public bodies: of those that entries are of, and of those that were written, in one.

A written body stands in for those of entries that have its URI, or its name where neither has a
URI: each body is listed once, and what somebody wrote of it on purpose is what is shown.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Subquery,
    and_,
    false,
    func,
    literal,
    null,
    select,
    true,
    type_coerce,
    union_all,
)

from harvester.model import Level, Publisher, State
from harvester.ports.feed import PublisherQuestion, PublisherTitle
from harvester.ports.paging import Slice, Window
from harvester.ports.written import ROOT, Hosting
from storage.dialects import Dialect
from storage.listing import window_of
from storage.tables import code_hosting, publisher, repository, software, written_publisher
from storage.types import KEY_LIMIT, Moment, Words, is_holdable


def publishers(
    connection: Connection, dialect: Dialect, question: PublisherQuestion, window: Window
) -> Slice[PublisherTitle]:
    """Give public bodies by the time when the first of their entries was first seen, and key."""
    bodies = _bodies()
    statement = select(bodies).where(*_asked(bodies, question))
    rows, more = window_of(
        connection, statement, window, bodies.c.created_at, bodies.c.id, newest=False
    )
    return Slice(rows=_titles(connection, dialect, rows), more=more)


def amount(connection: Connection, question: PublisherQuestion) -> int:
    """Count public bodies."""
    bodies = _bodies()
    counted: int = connection.execute(
        select(func.count()).select_from(bodies).where(*_asked(bodies, question))
    ).scalar_one()
    return counted


def publisher_of(
    connection: Connection, dialect: Dialect, *, prefix: str | None, uri: str | None
) -> tuple[PublisherTitle, ...]:
    """Give the public bodies whose key begins so, or which have this URI, written ones first."""
    wanted = prefix if uri is None else uri
    if wanted is None or not is_holdable(wanted, KEY_LIMIT):
        return ()

    def is_meant(key: ColumnElement[Any], name: ColumnElement[Any]) -> ColumnElement[bool]:
        return key.startswith(wanted, autoescape=True) if uri is None else name == wanted

    bodies = _bodies(
        is_meant(publisher.c.id, publisher.c.uri),
        is_meant(written_publisher.c.id, written_publisher.c.alternative_id),
    )
    rows = connection.execute(
        select(bodies).order_by(bodies.c.written.desc(), bodies.c.created_at, bodies.c.id)
    ).all()
    return _titles(connection, dialect, rows)


def _asked(bodies: Subquery, question: PublisherQuestion) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [bodies.c.stands_in.is_(None)]
    if question.active is not None:
        conditions.append(bodies.c.active.is_(question.active))
    if question.created_from is not None:
        conditions.append(bodies.c.created_at >= question.created_from)
    if question.created_to is not None:
        conditions.append(bodies.c.created_at <= question.created_to)
    if question.catalog is not None:
        conditions.append(
            bodies.c.catalog_id.is_(None)
            if question.catalog == ROOT
            else bodies.c.catalog_id == question.catalog
        )
    return conditions


def _bodies(
    of_entries: ColumnElement[bool] | None = None,
    that_were_written: ColumnElement[bool] | None = None,
) -> Subquery:
    """Give all public bodies, or those for which a condition holds, as one table."""
    nothing = type_coerce(null(), Words())
    found = _of_entries(true() if of_entries is None else of_entries).subquery()
    derived = select(
        *found.c,
        nothing.label("email"),
        nothing.label("catalog_id"),
        false().label("written"),
        _standing_in(found).label("stands_in"),
    )
    written = select(
        written_publisher.c.id,
        written_publisher.c.name,
        written_publisher.c.alternative_id,
        literal(Level.UNKNOWN.value, Words()),
        written_publisher.c.created_at,
        written_publisher.c.updated_at,
        written_publisher.c.active,
        written_publisher.c.email,
        written_publisher.c.catalog_id,
        true(),
        nothing,
    ).where(true() if that_were_written is None else that_were_written)
    return union_all(derived, written).subquery()


def _of_entries(condition: ColumnElement[bool]) -> Select[Any]:
    """Select the public bodies that some entry is of; those of former times have none."""
    listed = func.count().filter(software.c.state == State.LISTED.value)
    return (
        select(
            publisher.c.id,
            publisher.c.name,
            publisher.c.uri,
            publisher.c.level,
            func.min(software.c.first_seen_at, type_=Moment()).label("created_at"),
            func.max(software.c.updated_at, type_=Moment()).label("updated_at"),
            (listed > 0).label("active"),
        )
        .join_from(publisher, software, software.c.publisher_id == publisher.c.id)
        .where(condition)
        .group_by(publisher.c.id, publisher.c.name, publisher.c.uri, publisher.c.level)
    )


def _standing_in(found: Subquery) -> ColumnElement[Any]:
    by_uri = select(written_publisher.c.id).where(written_publisher.c.alternative_id == found.c.uri)
    by_name = select(func.min(written_publisher.c.id)).where(
        and_(
            found.c.uri.is_(None),
            written_publisher.c.alternative_id.is_(None),
            written_publisher.c.name == found.c.name,
        )
    )
    return func.coalesce(by_uri.scalar_subquery(), by_name.scalar_subquery())


# --- what they are made of ------------------------------------------------------------------


def _titles(
    connection: Connection, dialect: Dialect, rows: Sequence[Row[Any]]
) -> tuple[PublisherTitle, ...]:
    lying = _lying(connection, dialect, [row for row in rows if not row.written])
    entered = hosting_of(connection, dialect, [row.id for row in rows if row.written])
    return tuple(
        PublisherTitle(
            key=row.id,
            publisher=Publisher(name=row.name, uri=row.uri, level=Level(row.level)),
            hosting=(entered if row.written else lying)[row.id],
            active=bool(row.active),
            created_at=row.created_at,
            updated_at=row.updated_at,
            written=bool(row.written),
            email=row.email,
            catalog_id=row.catalog_id,
            stands_in=row.stands_in,
        )
        for row in rows
    )


def _lying(
    connection: Connection, dialect: Dialect, rows: Sequence[Row[Any]]
) -> dict[str, tuple[Hosting, ...]]:
    """Give where the entries of bodies lie."""
    if not rows:
        return {}
    hosting: dict[str, set[tuple[str, bool]]] = {row.id: set() for row in rows}
    places = connection.execute(
        select(
            software.c.publisher_id,
            repository.c.forge_url,
            repository.c.owner_path,
            # Of an entry without a repository, its own address.
            func.min(software.c.url, type_=Words()).label("url"),
        )
        .select_from(software.outerjoin(repository, repository.c.id == software.c.repository_id))
        .where(dialect.among(software.c.publisher_id, list(hosting)))
        .group_by(software.c.publisher_id, repository.c.forge_url, repository.c.owner_path)
    )
    for place in places:
        owned = place.forge_url is not None and place.owner_path
        hosting[place.publisher_id].add(
            (f"{place.forge_url}/{place.owner_path}", True) if owned else (place.url, False)
        )
    return {
        row.id: tuple(
            Hosting(url=url, group=group, created_at=row.created_at, updated_at=row.updated_at)
            for url, group in sorted(hosting[row.id])
        )
        for row in rows
    }


def hosting_of(
    connection: Connection, dialect: Dialect, keys: Sequence[str]
) -> dict[str, tuple[Hosting, ...]]:
    """Give the addresses of written bodies, in the order in which they were written."""
    found: dict[str, list[Hosting]] = {key: [] for key in keys}
    if keys:
        rows = connection.execute(
            select(code_hosting)
            .where(dialect.among(code_hosting.c.publisher_id, keys))
            .order_by(code_hosting.c.publisher_id, code_hosting.c.number)
        )
        for row in rows:
            found[row.publisher_id].append(
                Hosting(
                    url=row.url,
                    group=row.is_group,
                    created_at=row.created_at,
                    updated_at=row.updated_at,
                )
            )
    return {key: tuple(hosting) for key, hosting in found.items()}
