# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Rows of catalogs within the catalogue, and what belongs to them."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy import (
    delete as deleting,
)

from harvester.ports.paging import Slice, Window
from harvester.ports.written import (
    Catalog,
    CatalogQuestion,
    CatalogSource,
    StillHeldError,
    TakenError,
)
from storage.listing import window_of
from storage.rows import Values
from storage.tables import catalog, software_catalog, written_publisher
from storage.types import KEY_LIMIT, is_holdable


def listed(connection: Connection, question: CatalogQuestion, window: Window) -> Slice[Catalog]:
    """Give catalogs by the time when they were written, and id."""
    statement = select(catalog).where(*_asked(question))
    rows, more = window_of(
        connection, statement, window, catalog.c.created_at, catalog.c.id, newest=False
    )
    return Slice(rows=tuple(_catalog(row) for row in rows), more=more)


def amount(connection: Connection, question: CatalogQuestion) -> int:
    """Count catalogs."""
    counted: int = connection.execute(
        select(func.count()).select_from(catalog).where(*_asked(question))
    ).scalar_one()
    return counted


def named(connection: Connection, name: str) -> Catalog | None:
    """Give one by its id or its alternative id; an id goes before."""
    if not is_holdable(name, KEY_LIMIT):
        return None
    row = connection.execute(
        select(catalog)
        .where(or_(catalog.c.id == name, catalog.c.alternative_id == name))
        .order_by((catalog.c.id == name).desc())
    ).first()
    return None if row is None else _catalog(row)


def one(connection: Connection, catalog_id: str) -> Catalog | None:
    """Give one by its id."""
    found = named(connection, catalog_id)
    return found if found is not None and found.id == catalog_id else None


def create(connection: Connection, made: Catalog) -> None:
    """Insert one.

    Raises:
        TakenError: another one has its alternative id.
    """
    _check_free(connection, made)
    connection.execute(insert(catalog).values(_values(made)))


def replace(connection: Connection, edited: Catalog) -> None:
    """Write one over.

    Raises:
        TakenError: another one has its alternative id.
    """
    _check_free(connection, edited)
    connection.execute(update(catalog).where(catalog.c.id == edited.id).values(_values(edited)))


def delete(connection: Connection, catalog_id: str) -> bool:
    """Delete one; False if there is none.

    Raises:
        StillHeldError: it has software or publishers.
    """
    for table in (software_catalog, written_publisher):
        held = select(table.c.catalog_id).where(table.c.catalog_id == catalog_id)
        if connection.execute(held.limit(1)).first() is not None:
            raise StillHeldError
    return connection.execute(deleting(catalog).where(catalog.c.id == catalog_id)).rowcount > 0


def put(connection: Connection, software_id: str, catalog_id: str | None) -> bool:
    """Put an entry into a catalog, out of any other; False if it was there."""
    mine = software_catalog.c.software_id == software_id
    there = connection.execute(select(software_catalog.c.catalog_id).where(mine)).scalar()
    if there == catalog_id:
        return False
    connection.execute(deleting(software_catalog).where(mine))
    if catalog_id is not None:
        connection.execute(
            insert(software_catalog).values(software_id=software_id, catalog_id=catalog_id)
        )
    return True


def _asked(question: CatalogQuestion) -> list[ColumnElement[bool]]:
    return [] if question.active is None else [catalog.c.active.is_(question.active)]


def _check_free(connection: Connection, made: Catalog) -> None:
    if made.alternative_id is None:
        return
    same = select(catalog.c.id).where(
        catalog.c.alternative_id == made.alternative_id, catalog.c.id != made.id
    )
    if connection.execute(same).first() is not None:
        raise TakenError("alternativeId", made.alternative_id)


def _values(made: Catalog) -> Values:
    return {
        "id": made.id,
        "name": made.name,
        "alternative_id": made.alternative_id,
        "active": made.active,
        "publishers_namespace": made.publishers_namespace,
        "scopes": list(made.scopes),
        "sources": [[one.url, one.driver, list(one.args)] for one in made.sources],
        "created_at": made.created_at,
        "updated_at": made.updated_at,
        "written_by": made.written_by,
    }


def _catalog(row: Row[Any]) -> Catalog:
    return Catalog(
        id=row.id,
        name=row.name,
        alternative_id=row.alternative_id,
        active=row.active,
        publishers_namespace=row.publishers_namespace,
        scopes=tuple(row.scopes),
        sources=tuple(
            CatalogSource(url=url, driver=driver, args=tuple(args))
            for url, driver, args in row.sources
        ),
        created_at=row.created_at,
        updated_at=row.updated_at,
        written_by=row.written_by,
    )
