# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Facets as relations of ``number`` and ``value``, whether documents tell them or not."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    literal,
    literal_column,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.sql.selectable import CompoundSelect

from harvester.model import Outcome
from harvester.ports.projection import DERIVED, Facet
from harvester.ports.search import ActivityRule, Inquiry
from storage.search.words import WordIndex
from storage.tables import (
    file,
    repository,
    repository_source,
    search_entry,
    search_value,
    software,
    vitality,
)
from storage.types import Moment

_SPANS = (("30d", 30), ("90d", 90), ("365d", 365))
"""Days of the values of the last activity; each holds those before it."""
_OLDER = "older"
_UNKNOWN = "unknown"

_REPOSITORIES = search_entry.join(software, software.c.id == search_entry.c.software_id).outerjoin(
    repository, repository.c.id == software.c.repository_id
)

Relation = Select[Any] | CompoundSelect[Any]


def relation(facet: Facet, inquiry: Inquiry, words: WordIndex) -> Relation:
    """Select the values of one facet, each of an entry once."""
    if facet is Facet.SOURCE:
        return _sources()
    if facet is Facet.ACTIVITY:
        return _labels(inquiry.rule, words)
    if facet is Facet.LAST_ACTIVITY:
        return _last_activities(inquiry)
    return select(search_value.c.number, search_value.c.value).where(
        search_value.c.field == facet.value
    )


def relations(facets: Iterable[Facet], inquiry: Inquiry, words: WordIndex) -> Relation:
    """Select ``field``, ``number`` and ``value`` of one facet or several."""
    wanted = sorted(facets)
    parts: list[Select[Any]] = []
    told = [facet.value for facet in wanted if facet not in DERIVED]
    if told:
        parts.append(
            select(search_value.c.field, search_value.c.number, search_value.c.value).where(
                search_value.c.field.in_(told)
            )
        )
    for facet in wanted:
        if facet in DERIVED:
            its = relation(facet, inquiry, words).subquery()
            parts.append(
                select(literal_column(f"'{facet.value}'").label("field"), its.c.number, its.c.value)
            )
    return union_all(*parts)


def _sources() -> CompoundSelect[Any]:
    """Name the sources that have the repository itself, or one whose listed file describes it."""
    link = repository_source.c
    own = (
        select(search_entry.c.number, link.source.label("value"))
        .select_from(_REPOSITORIES)
        .join(repository_source, link.repository_id == software.c.repository_id)
    )
    described = (
        select(search_entry.c.number, link.source)
        .join_from(search_entry, file, file.c.software_id == search_entry.c.software_id)
        .join(repository_source, link.repository_id == file.c.repository_id)
        .where(file.c.outcome == Outcome.LISTED.value)
    )
    return union(own, described)


def _labels(rule: ActivityRule, words: WordIndex) -> Select[Any]:
    """Say how entries are worked on: ``harvester.activity.judge``, for a database."""
    released = vitality.c.last_release_at
    age = words.seconds_between(vitality.c.read_at, released)
    lately = and_(released.is_not(None), age <= literal(rule.year.total_seconds()))
    label: ColumnElement[str] = case(
        (repository.c.archived.is_(True), literal_column("'archived'")),
        (vitality.c.commits_90d >= rule.active_commits, literal_column("'active'")),
        (or_(vitality.c.commits_365d >= 1, lately), literal_column("'slow'")),
        (vitality.c.commits_365d.is_not(None), literal_column("'stale'")),
        else_=literal_column(f"'{_UNKNOWN}'"),
    )
    return select(search_entry.c.number, label.label("value")).select_from(
        _REPOSITORIES.outerjoin(vitality, vitality.c.repository_id == software.c.repository_id)
    )


def _last_activities(inquiry: Inquiry) -> CompoundSelect[Any]:
    """Put entries into spans of days; who was active lately is in all the wider ones too."""
    seen = select(search_entry.c.number, repository.c.pushed_at).select_from(_REPOSITORIES).cte()
    last = seen.c.pushed_at
    since = {name: inquiry.now - timedelta(days=days) for name, days in _SPANS}
    oldest = since[_SPANS[-1][0]]
    named: list[tuple[str, ColumnElement[bool]]] = [
        *((name, last >= literal(moment, Moment())) for name, moment in since.items()),
        (_OLDER, last < literal(oldest, Moment())),
        (_UNKNOWN, last.is_(None)),
    ]
    return union_all(
        *(
            select(seen.c.number, literal_column(f"'{name}'").label("value")).where(condition)
            for name, condition in named
        )
    )
