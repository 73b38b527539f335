# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Whether repositories are worked on: who is due, and what is kept."""

from datetime import timedelta

from harvester.model import Badge, Vitality
from storage.catalogue import SqlCatalogue
from tests.storage import made

WEEK = timedelta(days=7)
READ = Vitality(
    read_at=made.NOW,
    commits_90d=3,
    commits_365d=100,
    authors_365d=7,
    counts_are_least=True,
    releases=2,
    last_release_at=made.NOW - WEEK,
    badges=(Badge(by="openCode", id="REUSED", level="GOLD", url=None),),
)


def due(catalogue: SqlCatalogue, days: float = 0, most: int = 10) -> list[str]:
    before = made.NOW + timedelta(days=days) - WEEK
    return [row.id for row in catalogue.vitality_due("amt", before, most)]


def test_what_is_read_comes_back(catalogue: SqlCatalogue) -> None:
    row = made.repository(1)
    made.swept(catalogue, row)
    before = (list(catalogue.entries(None, activity=False)), catalogue.head())
    catalogue.keep_vitality({row.id: READ, "0" * 32: READ})
    assert catalogue.vitality([row.id, "0" * 32]) == {row.id: READ}
    (entry,) = catalogue.entries(None, activity=True)
    assert entry.vitality == READ
    assert entry.archived is row.facts.archived
    assert (list(catalogue.entries(None, activity=False)), catalogue.head()) == before

    bare = Vitality(read_at=made.NOW + WEEK)
    catalogue.keep_vitality({row.id: bare})
    assert catalogue.vitality([row.id]) == {row.id: bare}
    catalogue.keep_vitality({})


def test_the_least_recently_read_are_due_first(catalogue: SqlCatalogue) -> None:
    rows = [made.repository(number) for number in (1, 2, 3)]
    made.swept(catalogue, *rows)
    assert due(catalogue) == sorted(row.id for row in rows)
    assert len(due(catalogue, most=2)) == 2
    first, second, third = rows
    catalogue.keep_vitality({first.id: READ})
    catalogue.keep_vitality({second.id: Vitality(read_at=made.NOW - timedelta(days=1))})
    assert due(catalogue) == [third.id]
    assert due(catalogue, days=6.5) == [third.id, second.id]
    assert due(catalogue, days=7) == [third.id, second.id, first.id]
    assert [row.id for row in catalogue.vitality_due("another", made.NOW, 10)] == []
