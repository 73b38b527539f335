# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Rows of public bodies that somebody wrote."""

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy import delete as deleting

from harvester.ports.written import TakenError, WrittenPublisher
from storage.bodies import hosting_of
from storage.dialects import Dialect
from storage.rows import Values, lookup_key
from storage.tables import code_hosting, written_publisher
from storage.types import is_holdable


def one(connection: Connection, dialect: Dialect, key: str) -> WrittenPublisher | None:
    """Give one by its key."""
    if not is_holdable(key):
        return None
    row = connection.execute(
        select(written_publisher).where(written_publisher.c.id == key)
    ).one_or_none()
    if row is None:
        return None
    return WrittenPublisher(
        key=row.id,
        catalog_id=row.catalog_id,
        name=row.name,
        email=row.email,
        alternative_id=row.alternative_id,
        active=row.active,
        hosting=hosting_of(connection, dialect, [key])[key],
        created_at=row.created_at,
        updated_at=row.updated_at,
        written_by=row.written_by,
    )


def create(connection: Connection, publisher: WrittenPublisher) -> None:
    """Insert one.

    Raises:
        TakenError: another one has its alternative id, or one of its addresses.
    """
    _check_free(connection, publisher)
    connection.execute(insert(written_publisher).values(_values(publisher)))
    connection.execute(insert(code_hosting), _hosting(publisher))


def replace(connection: Connection, publisher: WrittenPublisher) -> None:
    """Write one over.

    Raises:
        TakenError: another one has its alternative id, or one of its addresses.
    """
    _check_free(connection, publisher)
    key = publisher.key
    connection.execute(
        update(written_publisher).where(written_publisher.c.id == key).values(_values(publisher))
    )
    connection.execute(deleting(code_hosting).where(code_hosting.c.publisher_id == key))
    connection.execute(insert(code_hosting), _hosting(publisher))


def delete(connection: Connection, key: str) -> bool:
    """Delete one with its addresses; False if there is none."""
    if not is_holdable(key):
        return False
    gone = connection.execute(deleting(written_publisher).where(written_publisher.c.id == key))
    return gone.rowcount > 0


def forget_emails(connection: Connection, *, dry_run: bool) -> int:
    """Delete all e-mail addresses; give how many bodies had one."""
    named = written_publisher.c.email.is_not(None)
    number: int = connection.execute(
        select(func.count()).select_from(written_publisher).where(named)
    ).scalar_one()
    if not dry_run:
        connection.execute(update(written_publisher).where(named).values(email=None))
    return number


def _check_free(connection: Connection, publisher: WrittenPublisher) -> None:
    """Look before writing: a constraint's error would not say what is taken."""
    table = written_publisher
    if publisher.alternative_id is not None:
        same = select(table.c.id).where(
            table.c.alternative_id == publisher.alternative_id, table.c.id != publisher.key
        )
        if connection.execute(same).first() is not None:
            raise TakenError("alternativeId", publisher.alternative_id)
    urls = {lookup_key(hosting.url): hosting.url for hosting in publisher.hosting}
    taken = connection.execute(
        select(code_hosting.c.url_key).where(
            code_hosting.c.url_key.in_(sorted(urls)), code_hosting.c.publisher_id != publisher.key
        )
    ).first()
    if taken is not None:
        raise TakenError("codeHosting", urls[taken.url_key])


def _values(publisher: WrittenPublisher) -> Values:
    return {
        "id": publisher.key,
        "catalog_id": publisher.catalog_id,
        "name": publisher.name,
        "email": publisher.email,
        "alternative_id": publisher.alternative_id,
        "active": publisher.active,
        "created_at": publisher.created_at,
        "updated_at": publisher.updated_at,
        "written_by": publisher.written_by,
    }


def _hosting(publisher: WrittenPublisher) -> list[Values]:
    return [
        {
            "publisher_id": publisher.key,
            "number": number,
            "url": hosting.url,
            "url_key": lookup_key(hosting.url),
            "is_group": hosting.group,
            "created_at": hosting.created_at,
            "updated_at": hosting.updated_at,
        }
        for number, hosting in enumerate(publisher.hosting)
    ]
