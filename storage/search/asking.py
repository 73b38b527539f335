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
from storage import shown
from storage.dialects import Dialect
from storage.search.facets import relation, relations
from storage.search.words import WordIndex, word_index
from storage.tables import repository, search_entry, search_value, software
from storage.types import KEY_LIMIT, Words, is_holdable

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
        wanted = rows[:limit]
        entries = tuple(
            shown.entry_value(row, with_activity=inquiry.question.activity) for row in wanted
        )
        if len(rows) > limit:
            position = tuple(getattr(wanted[-1], name) for name in search.order_names())
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
    """The statements of one question.

    What narrows it down is looked up first, made one set, and joined once: SQLite, which knows
    nothing of how large such sets are, would compare two of them row by row.
    """

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
        selected = self._selected()
        keys = self._order(selected)
        statement = shown.select_entries(activity=question.activity, documents=question.documents)
        if not question.activity:
            statement = statement.outerjoin(repository, repository.c.id == software.c.repository_id)
        statement = statement.join(search_entry, search_entry.c.software_id == software.c.id)
        statement = self._narrowed(statement, selected)
        if question.after is not None:
            statement = statement.where(_behind(keys, question.after))
        return (
            statement.add_columns(*(key.column.label(key.name) for key in keys[:-1]))
            .order_by(*(key.column.desc() if key.descending else key.column for key in keys))
            .limit(question.limit + 1)
        )

    def order_names(self) -> list[str]:
        """Name the columns that tell where a page ended."""
        return [key.name for key in self._order(self._selected())]

    def counts(self) -> Select[Any] | None:
        """Count the values of facets, each without its own filter; None where none is asked for."""
        asked = self._inquiry.question.facets
        filtered = asked & self._chosen.keys()
        parts = [self._count(asked - filtered, None)] if asked - filtered else []
        parts += [self._count(frozenset({facet}), facet) for facet in sorted(filtered)]
        if not parts:
            return None
        counted = union_all(*parts).subquery()
        return select(counted.c.field, counted.c.value, counted.c.entries)

    def _count(self, facets: frozenset[Facet], without: Facet | None) -> Select[Any]:
        its = relations(facets, self._inquiry, self._words).subquery()
        name = f"matched_{without.value}" if without else "matched"
        matched = self._matched(without).cte(name).prefix_with("MATERIALIZED")
        return (
            select(its.c.field, its.c.value, func.count().label("entries"))
            .where(its.c.number.in_(select(matched.c.number)))
            .group_by(its.c.field, its.c.value)
        )

    def _matched(self, without: Facet | None = None) -> Select[Any]:
        """Select the numbers of the entries that are meant."""
        statement = select(search_entry.c.number).join_from(
            search_entry, software, software.c.id == search_entry.c.software_id
        )
        if self._filters.active_since is not None:
            statement = statement.join(repository, repository.c.id == software.c.repository_id)
        return self._narrowed(statement, self._selected(without))

    def _narrowed(self, statement: Select[Any], selected: CTE | None) -> Select[Any]:
        """Leave only the entries that are meant."""
        filters = self._filters
        if selected is not None:
            statement = statement.join(selected, selected.c.number == search_entry.c.number)
        if filters.states is not None:
            statement = statement.where(software.c.state.in_(sorted(filters.states)))
        if filters.updated_since is not None:
            statement = statement.where(software.c.updated_at >= filters.updated_since)
        if filters.active_since is not None:
            statement = statement.where(repository.c.pushed_at >= filters.active_since)
        return statement

    def _selected(self, without: Facet | None = None) -> CTE | None:
        """Select the numbers, with their scores, that all that is looked up has in common."""
        sets = [
            select(its.c.number, literal_column("0").label("score"))
            for facet, its in self._chosen.items()
            if facet != without
        ]
        if self._scores is not None:
            sets.append(select(self._scores.c.number, self._scores.c.score))
        if not sets:
            return None
        every = union_all(*sets).subquery()
        return (
            select(every.c.number, func.max(every.c.score).label("score"))
            .group_by(every.c.number)
            .having(func.count() == len(sets))
            .cte(f"selected_without_{without.value}" if without else "selected")
        )

    def _with_one_of(self, facet: Facet, values: frozenset[str]) -> CTE:
        """Select the entries that have one of the values, each once."""
        its = relation(facet, self._inquiry, self._words).subquery()
        chosen = (
            select(its.c.number)
            .where(its.c.value.in_(sorted(it for it in values if is_holdable(it, KEY_LIMIT))))
            .distinct()
        )
        return chosen.cte(f"chosen_{facet.value}").prefix_with("MATERIALIZED")

    def _order(self, selected: CTE | None) -> list[_Key]:
        by_id = _Key("id", software.c.id)
        by_name = _Key("name_key", search_entry.c.name_key)
        if (
            self._inquiry.sort is Sort.RELEVANCE
            and selected is not None
            and self._scores is not None
        ):
            score = _Key("score", self._score(selected), descending=True)
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

    def _score(self, found: CTE) -> ColumnElement[int]:
        so_called = select(search_value.c.number).where(
            search_value.c.field == Tie.CALLED.value,
            search_value.c.value == self._inquiry.called,
        )
        return found.c.score + case(
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
