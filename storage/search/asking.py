# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Answers questions: a page of entries, how many there are, and what their facets say.

Two statements for a question, three with counts, however large the page. All of them see the
catalogue at one moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
    union_all,
)

from harvester.ports.projection import Facet, Tie
from harvester.ports.rows import Entry
from harvester.ports.search import Count, Found, Inquiry, Position, Sort
from storage import reading
from storage.dialects import Dialect
from storage.search.facets import relation, relations
from storage.search.words import WordIndex, word_index
from storage.tables import repository, search_entry, search_value, software
from storage.types import Words

_CALLED_SO = 1000
"""What counts more than any words: to be called as the question says."""
_MOST_VALUES = 200
"""Of one facet that are counted; the most frequent ones."""


def find(connection: Connection, dialect: Dialect, inquiry: Inquiry) -> Found:
    """Answer a question."""
    search = _Search(inquiry, word_index(dialect))
    total = connection.execute(search.total()).scalar_one()
    entries: tuple[Entry, ...] = ()
    position: Position | None = None
    limit = inquiry.question.limit
    if limit > 0:
        rows = connection.execute(search.page()).all()
        shown = rows[:limit]
        entries = tuple(
            reading.entry_value(row, with_activity=inquiry.question.activity) for row in shown
        )
        if len(rows) > limit:
            position = tuple(getattr(shown[-1], name) for name in search.order_names())
    counted = search.counts()
    found = connection.execute(counted).all() if counted is not None else []
    return Found(
        entries=entries,
        total=total,
        next=position,
        counts=_counted(inquiry.question.facets, found),
    )


def _counted(facets: frozenset[Facet], rows: Sequence[Any]) -> Mapping[Facet, tuple[Count, ...]]:
    counts: dict[Facet, list[Count]] = {facet: [] for facet in sorted(facets)}
    for row in rows:
        counts[Facet(row.field)].append(Count(row.value, row.entries))
    return {
        facet: tuple(sorted(its, key=lambda count: (-count.entries, count.value))[:_MOST_VALUES])
        for facet, its in counts.items()
    }


@dataclass(frozen=True, slots=True)
class _Key:
    """One thing that entries are sorted by."""

    name: str
    column: ColumnElement[Any]
    descending: bool = False


class _Search:
    """The statements of one question."""

    def __init__(self, inquiry: Inquiry, words: WordIndex) -> None:
        self._inquiry = inquiry
        self._filters = inquiry.question.filters
        self._words = words
        self._scores: CTE | None = (
            words.scores(inquiry.words).cte("scores") if inquiry.words else None
        )
        self._chosen = {
            facet: self._with_one_of(facet, values)
            for facet, values in sorted(self._filters.values.items())
        }

    def total(self) -> Select[Any]:
        """Count the entries of all pages."""
        return select(func.count()).select_from(self._matched().subquery())

    def page(self) -> Select[Any]:
        """Select one entry more than the page shows."""
        question = self._inquiry.question
        keys = self._order()
        statement = reading.select_entries(activity=question.activity)
        if not question.activity:
            statement = statement.outerjoin(repository, repository.c.id == software.c.repository_id)
        statement = statement.join(search_entry, search_entry.c.software_id == software.c.id)
        if self._scores is not None:
            statement = statement.join(self._scores, self._scores.c.number == search_entry.c.number)
        statement = statement.where(*self._conditions())
        if question.after is not None:
            statement = statement.where(_behind(keys, question.after))
        return (
            statement.add_columns(*(key.column.label(key.name) for key in keys[:-1]))
            .order_by(*(key.column.desc() if key.descending else key.column for key in keys))
            .limit(question.limit + 1)
        )

    def order_names(self) -> list[str]:
        """Name the columns that tell where a page ended."""
        return [key.name for key in self._order()]

    def counts(self) -> Select[Any] | None:
        """Count the values of facets, each without its own filter; None where none is asked for."""
        asked = self._inquiry.question.facets
        filtered = {facet for facet in asked if facet in self._filters.values}
        parts = [self._count(asked - filtered, None)] if asked - filtered else []
        parts += [self._count(frozenset({facet}), facet) for facet in sorted(filtered)]
        if not parts:
            return None
        counted = union_all(*parts).subquery()
        return select(counted.c.field, counted.c.value, counted.c.entries)

    def _count(self, facets: frozenset[Facet], without: Facet | None) -> Select[Any]:
        values = relations(facets, self._inquiry, self._words)
        its, matched = values.subquery(), self._matched(without).subquery()
        return (
            select(its.c.field, its.c.value, func.count().label("entries"))
            .join_from(its, matched, matched.c.number == its.c.number)
            .group_by(its.c.field, its.c.value)
        )

    def _matched(self, without: Facet | None = None) -> Select[Any]:
        """Select the numbers of the entries that are meant."""
        statement = select(search_entry.c.number).join_from(
            search_entry, software, software.c.id == search_entry.c.software_id
        )
        if self._filters.active_since is not None:
            statement = statement.join(repository, repository.c.id == software.c.repository_id)
        if self._scores is not None:
            statement = statement.join(self._scores, self._scores.c.number == search_entry.c.number)
        return statement.where(*self._conditions(without))

    def _conditions(self, without: Facet | None = None) -> list[ColumnElement[bool]]:
        filters = self._filters
        conditions: list[ColumnElement[bool]] = []
        if filters.states is not None:
            conditions.append(software.c.state.in_(sorted(filters.states)))
        if filters.updated_since is not None:
            conditions.append(software.c.updated_at >= filters.updated_since)
        if filters.active_since is not None:
            conditions.append(repository.c.pushed_at >= filters.active_since)
        conditions += [its for facet, its in self._chosen.items() if facet is not without]
        return conditions

    def _with_one_of(self, facet: Facet, values: frozenset[str]) -> ColumnElement[bool]:
        """Say that an entry has one of the values; looked up once for a whole statement."""
        its = relation(facet, self._inquiry, self._words).subquery()
        chosen = select(its.c.number).where(its.c.value.in_(sorted(values)))
        return search_entry.c.number.in_(select(chosen.cte(f"chosen_{facet.value}").c.number))

    def _order(self) -> list[_Key]:
        by_id = _Key("id", software.c.id)
        by_name = _Key("name_key", search_entry.c.name_key)
        if self._inquiry.sort is Sort.RELEVANCE and self._scores is not None:
            score = _Key("score", self._score(self._scores), descending=True)
            return [score, by_name, by_id]
        by = {
            Sort.RELEVANCE: [by_name, by_id],
            Sort.NAME: [by_name, by_id],
            Sort.RELEASED: [
                _Key("released_on", search_entry.c.released_on, descending=True),
                by_id,
            ],
            Sort.ACTIVE: [_latest("active_at", repository.c.pushed_at), by_id],
            Sort.ADDED: [_latest("added_at", software.c.first_seen_at), by_id],
            Sort.UPDATED: [_latest("changed_at", software.c.updated_at), by_id],
        }
        return by[self._inquiry.sort]

    def _score(self, scores: CTE) -> ColumnElement[int]:
        so_called = select(search_value.c.number).where(
            search_value.c.field == Tie.CALLED.value,
            search_value.c.value == self._inquiry.called,
        )
        return scores.c.score + case(
            (search_entry.c.number.in_(so_called), literal_column(str(_CALLED_SO))),
            else_=literal_column("0"),
        )


def _latest(name: str, column: ColumnElement[Any]) -> _Key:
    """Sort by a time, the latest first and those without one last."""
    told = func.coalesce(type_coerce(column, Words()), literal_column("''"))
    return _Key(name, type_coerce(told, Words()), descending=True)


def _behind(keys: Sequence[_Key], position: Position) -> ColumnElement[bool]:
    """Say that an entry comes after a position."""
    alternatives = []
    for number, (key, value) in enumerate(zip(keys, position, strict=True)):
        bound = literal(value) if isinstance(value, int) else literal(value, Words())
        same = [
            before.column == (literal(at) if isinstance(at, int) else literal(at, Words()))
            for before, at in zip(keys[:number], position, strict=False)
        ]
        alternatives.append(
            and_(*same, key.column < bound if key.descending else key.column > bound)
        )
    return or_(*alternatives)
