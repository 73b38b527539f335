# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Lists of entries, page by page, read from columns.

Pages go by keyset: a page begins behind the last row of the one before, whatever was inserted or
deleted meanwhile, so that every row that stays is given once.
"""

from collections.abc import Collection, Sequence
from enum import Enum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    func,
    or_,
    select,
    tuple_,
)

from harvester.model import FileState, Level, Origin, Publisher, State
from harvester.ports.feed import (
    Part,
    SoftwareQuestion,
    Title,
)
from harvester.ports.paging import Place, Slice, Window
from harvester.ports.written import ROOT
from storage.dialects import Dialect
from storage.rows import hashed_key
from storage.tables import (
    alias,
    file,
    forge,
    publisher,
    repository,
    software,
    software_alias,
    software_catalog,
)
from storage.types import KEY_LIMIT, Moment, Words, is_holdable

_TITLE = (
    software.c.id,
    software.c.url,
    software.c.name,
    software.c.state,
    software.c.state_reason,
    software.c.file_state,
    software.c.first_seen_at,
    software.c.updated_at,
    software.c.publisher_id,
    publisher.c.name.label("publisher_name"),
    publisher.c.uri.label("publisher_uri"),
    publisher.c.level.label("publisher_level"),
)


def titles(
    connection: Connection, question: SoftwareQuestion, window: Window, *, documents: bool
) -> Slice[Title]:
    """Give entries by the time when they were first seen, and id."""
    statement = _titles(documents=documents).where(*_asked(question))
    rows, more = window_of(
        connection, statement, window, software.c.first_seen_at, software.c.id, newest=False
    )
    return Slice(rows=tuple(_title(row) for row in rows), more=more)


def latest(connection: Connection, question: SoftwareQuestion, window: Window) -> Slice[Title]:
    """Give entries by the time when they last changed, and id, the newest first."""
    statement = _titles(documents=True).where(*_asked(question, by_state=False))
    rows, more = window_of(
        connection, statement, window, software.c.updated_at, software.c.id, newest=True
    )
    return Slice(rows=tuple(_title(row) for row in rows), more=more)


def amount(connection: Connection, question: SoftwareQuestion) -> int:
    """Count entries."""
    counted: int = connection.execute(
        select(func.count()).select_from(software).where(*_asked(question))
    ).scalar_one()
    return counted


def last_of(connection: Connection, states: frozenset[State] | None, part: Part) -> str | None:
    """Give the id of the last entry of a part that others follow; None if none do."""
    statement = select(software.c.id).where(*_asked(SoftwareQuestion(states=states)))
    if part.after is not None:
        statement = statement.where(software.c.id > part.after)
    here = statement.order_by(software.c.id).offset(part.size - 1).limit(2)
    found = connection.execute(here).scalars().all()
    return found[0] if len(found) > 1 else None


def titles_of(
    connection: Connection, dialect: Dialect, ids: Sequence[str], *, documents: bool
) -> dict[str, Title]:
    """Give the entries that have one of the ids now, by id."""
    found = connection.execute(
        _titles(documents=documents).where(dialect.among(software.c.id, ids))
    )
    return {row.id: _title(row) for row in found}


def title(connection: Connection, software_id: str) -> Title | None:
    """Give one entry by its id, or an id that it had before."""
    if not is_holdable(software_id, KEY_LIMIT):
        return None
    now_called = select(software_alias.c.software_id).where(software_alias.c.id == software_id)
    rows = connection.execute(
        _titles(documents=True).where(
            or_(software.c.id == software_id, software.c.id.in_(now_called))
        )
    ).all()
    return _title(rows[0]) if rows else None


def former_ids(connection: Connection, software_id: str) -> Sequence[str]:
    """Give the ids that an entry had before."""
    return (
        connection.execute(
            select(software_alias.c.id)
            .where(software_alias.c.software_id == software_id)
            .order_by(software_alias.c.id)
        )
        .scalars()
        .all()
    )


# --- entries --------------------------------------------------------------------------------


def _titles(*, documents: bool) -> Select[Any]:
    columns = (*_TITLE, software.c.document) if documents else _TITLE
    return select(*columns).select_from(software.outerjoin(publisher))


def _asked(question: SoftwareQuestion, *, by_state: bool = True) -> list[ColumnElement[bool]]:
    """Give the conditions of a question.

    Args:
        question: which entries are asked for.
        by_state: whether the list's order is that of an index which begins with the state.
    """
    conditions: list[ColumnElement[bool]] = []
    if question.states is not None:
        conditions.append(_is_one_of(software.c.state, question.states, indexed=by_state))
    if question.file_states is not None:
        conditions.append(_is_one_of(software.c.file_state, question.file_states, indexed=False))
    if question.url_key is not None:
        conditions.append(_has_address(hashed_key(question.url_key)))
    if question.catalog is not None:
        conditions.append(_is_in(question.catalog))
    for column, least, most in (
        (software.c.first_seen_at, question.created_from, question.created_to),
        (software.c.updated_at, question.updated_from, question.updated_to),
    ):
        if least is not None:
            conditions.append(column >= least)
        if most is not None:
            conditions.append(column <= most)
    return conditions


def _is_one_of(
    column: Column[Any], values: Collection[Enum], *, indexed: bool
) -> ColumnElement[bool]:
    """Say that a column has one of a few values.

    Of one value, an index that begins with it has the rows in its order. Of several, none has:
    planners would take it all the same and sort all rows for a page of a few, and so are shown an
    expression instead of the column.
    """
    wanted = sorted(str(value.value) for value in values)
    if indexed and len(wanted) == 1:
        return column == wanted[0]
    return column.concat("").in_(wanted)


def catalog_of(connection: Connection, software_id: str) -> str | None:
    """Give the id of the catalog that an entry is in; None for the implicit one."""
    found: str | None = connection.execute(
        select(software_catalog.c.catalog_id).where(software_catalog.c.software_id == software_id)
    ).scalar()
    return found


def _is_in(catalog: str) -> ColumnElement[bool]:
    """Say that an entry is in a catalog."""
    belongs = software_catalog.c
    if catalog == ROOT:
        return software.c.id.not_in(select(belongs.software_id))
    return software.c.id.in_(select(belongs.software_id).where(belongs.catalog_id == catalog))


def _has_address(key: str) -> ColumnElement[bool]:
    """Say that an entry has, or had, an address, or that a file of it declares it.

    Or that somebody told that it had it. Former addresses of other repositories whose files
    describe it are not its own.
    """
    return or_(
        software.c.url_key == key,
        software.c.repository_id.in_(select(alias.c.repository_id).where(alias.c.url_key == key)),
        software.c.id.in_(select(file.c.software_id).where(file.c.declared_url_key == key)),
        software.c.id.in_(
            select(file.c.software_id)
            .join_from(alias, file, file.c.repository_id == alias.c.repository_id)
            .join(repository, repository.c.id == file.c.repository_id)
            .join(forge, forge.c.url == repository.c.forge_url)
            .where(alias.c.url_key == key, forge.c.origin == Origin.API.value)
        ),
    )


def _title(row: Row[Any]) -> Title:
    return Title(
        id=row.id,
        url=row.url,
        name=row.name,
        state=State(row.state),
        state_reason=row.state_reason,
        file_state=FileState(row.file_state),
        publisher=None
        if row.publisher_name is None
        else Publisher(
            name=row.publisher_name, uri=row.publisher_uri, level=Level(row.publisher_level)
        ),
        publisher_key=row.publisher_id,
        created_at=row.first_seen_at,
        updated_at=row.updated_at,
        document=getattr(row, "document", None),
    )


# --- windows --------------------------------------------------------------------------------


def window_of(
    connection: Connection,
    statement: Select[Any],
    window: Window,
    at: ColumnElement[Any] | Column[Any],
    key: ColumnElement[Any] | Column[Any],
    *,
    newest: bool,
) -> tuple[list[Row[Any]], bool]:
    """Give the rows of a window in the list's order, and whether there are more beyond them."""
    backward = window.after is None and window.before is not None
    place = window.before if backward else window.after
    if place is not None and not is_holdable(place.id):
        place = Place(place.at, "")
    descending = newest != backward
    if place is not None:
        here = tuple_(place.at, place.id, types=[Moment(), Words()])
        there = tuple_(at, key)
        statement = statement.where(there < here if descending else there > here)
    order = (at.desc(), key.desc()) if descending else (at, key)
    rows = list(connection.execute(statement.order_by(*order).limit(window.size + 1)))
    more = len(rows) > window.size
    rows = rows[: window.size]
    return (rows[::-1] if backward else rows), more
