# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Writes the search index: with the rows of entries, or anew when its rules have changed.

An entry that is deleted takes its part of the index along, by the database's own references.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import count

from sqlalchemy import Connection, delete, func, select, update

from harvester.ports.projection import Projection
from harvester.ports.rows import SoftwareRow
from storage.dialects import Dialect
from storage.engine import Store
from storage.search.words import WordIndex, word_index
from storage.tables import search_entry, search_rules, search_value, search_word, software

_AT_ONCE = 200
"""Entries that are written anew in one transaction; crawls wait so long."""


def keep(connection: Connection, dialect: Dialect, entries: Sequence[SoftwareRow]) -> None:
    """Write what the index holds of entries, in the place of what it held.

    Raises:
        TypeError: a row has no projection, so that the index would lag behind.
    """
    projections = {}
    for row in entries:
        if row.projection is None:
            raise TypeError(f"the row of entry {row.id} has no projection; it was only loaded")
        projections[row.id] = row.projection
    _keep(connection, dialect, word_index(dialect), projections)


def reindex(store: Store, version: int, project: Callable[[str], Projection]) -> int:
    """Write the index anew if it was made by other rules; crawls may go on meanwhile.

    What they write between two portions is made by the new rules already. If this is interrupted,
    it begins anew the next time.
    """
    with store.reading() as connection:
        if connection.execute(select(search_rules.c.version)).scalar_one() == version:
            return 0
    words, written, after = word_index(store.dialect), 0, ""
    while True:
        with store.writing() as connection:
            rows = connection.execute(
                select(software.c.id, software.c.document)
                .where(software.c.id > after)
                .order_by(software.c.id)
                .limit(_AT_ONCE)
            ).all()
            projections = {row.id: project(row.document) for row in rows}
            _keep(connection, store.dialect, words, projections)
            written += len(rows)
            if len(rows) < _AT_ONCE:
                words.sweep(connection)
                connection.execute(update(search_rules).values(version=version))
                return written
            after = rows[-1].id


def _keep(
    connection: Connection,
    dialect: Dialect,
    words: WordIndex,
    projections: Mapping[str, Projection],
) -> None:
    if not projections:
        return
    among = dialect.among
    numbers: dict[str, int] = {
        row.software_id: row.number
        for row in connection.execute(
            select(search_entry.c.software_id, search_entry.c.number).where(
                among(search_entry.c.software_id, projections)
            )
        )
    }
    if numbers:
        connection.execute(
            delete(search_value).where(
                search_value.c.number.in_(
                    select(search_entry.c.number).where(
                        among(search_entry.c.software_id, projections)
                    )
                )
            )
        )
    if len(numbers) < len(projections):
        greatest = connection.execute(select(func.max(search_entry.c.number))).scalar() or 0
        free = count(greatest + 1)
        numbers |= {key: next(free) for key in sorted(projections) if key not in numbers}
    by_number = {numbers[key]: projection for key, projection in sorted(projections.items())}
    dialect.insert(
        connection,
        search_entry,
        [
            {
                "number": numbers[key],
                "software_id": key,
                "name_key": projection.name_key,
                "released_on": projection.released_on,
            }
            for key, projection in sorted(projections.items())
        ],
        replace=True,
    )
    dialect.insert(
        connection,
        search_value,
        [
            {"field": field.value, "value": value, "number": number}
            for number, projection in by_number.items()
            for field, value in projection.values
        ],
        replace=False,
    )
    words.keep(connection, {number: it.words for number, it in by_number.items()})
    vocabulary = {
        word
        for it in projections.values()
        for place in (it.words.name, it.words.subject, it.words.summary, it.words.text)
        for word in place
    }
    dialect.insert(
        connection, search_word, [{"word": word} for word in sorted(vocabulary)], replace=False
    )
