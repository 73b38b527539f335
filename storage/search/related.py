# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Finds the entries that are related to one."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Connection,
    func,
    literal_column,
    or_,
    select,
    union,
)

from harvester.model import State
from harvester.ports.projection import Facet, Tie
from harvester.ports.rows import Entry
from harvester.ports.search import Relation
from storage import shown
from storage.tables import search_entry, search_value, software, software_alias
from storage.types import KEY_LIMIT, is_holdable

_LISTED = software.c.state == State.LISTED.value


def related(
    connection: Connection, software_id: str, limit: int
) -> Mapping[Relation, tuple[Entry, ...]]:
    """Give listed entries that are related to an entry, by name, at most so many of each kind."""
    if not is_holdable(software_id, KEY_LIMIT):
        return dict.fromkeys(Relation, ())
    now_called = select(software_alias.c.software_id).where(software_alias.c.id == software_id)
    own = (
        select(search_entry.c.number)
        .where(
            or_(
                search_entry.c.software_id == software_id,
                search_entry.c.software_id == now_called.scalar_subquery(),
            )
        )
        .scalar_subquery()
    )
    pairs = union(
        *(
            select(literal_column(f"'{kind.value}'").label("relation"), others.c.number)
            for kind, others in (
                (Relation.VARIANT, _led(own, Tie.BASED_ON, Tie.ADDRESS)),
                (Relation.VARIANT, _led(own, Tie.ADDRESS, Tie.BASED_ON)),
                (Relation.VARIANT, _led(own, Tie.BASED_ON, Tie.BASED_ON)),
                (Relation.DEPENDENCY, _led(own, Tie.NEEDS, Tie.CALLED)),
                (Relation.DEPENDENT, _led(own, Tie.CALLED, Tie.NEEDS)),
                (Relation.SAME_PUBLISHER, _led(own, Facet.PUBLISHER, Facet.PUBLISHER)),
            )
        )
    ).subquery()
    rank = (
        func.row_number()
        .over(partition_by=pairs.c.relation, order_by=(search_entry.c.name_key, software.c.id))
        .label("rank")
    )
    ranked = (
        select(pairs.c.relation, software.c.id, rank)
        .join_from(pairs, search_entry, search_entry.c.number == pairs.c.number)
        .join(software, software.c.id == search_entry.c.software_id)
        .where(_LISTED, pairs.c.number != own)
        .subquery()
    )
    rows = connection.execute(
        shown.select_entries(activity=False)
        .add_columns(ranked.c.relation)
        .join(ranked, ranked.c.id == software.c.id)
        .where(ranked.c.rank <= limit)
        .order_by(ranked.c.rank)
    )
    found: dict[Relation, list[Entry]] = {kind: [] for kind in Relation}
    for row in rows:
        found[Relation(row.relation)].append(shown.entry_value(row, with_activity=False))
    return {kind: tuple(entries) for kind, entries in found.items()}


def _led(own: Any, mine: Facet | Tie, theirs: Facet | Tie) -> Any:
    """Select the entries of which one field has a value that another field of the own one has."""
    here, there = search_value.alias(), search_value.alias()
    return (
        select(there.c.number)
        .join_from(here, there, there.c.value == here.c.value)
        .where(here.c.number == own, here.c.field == mine.value, there.c.field == theirs.value)
        .subquery()
    )
