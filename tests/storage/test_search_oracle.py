# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Filters, facets and pages against an oracle that looks at every entry, on both databases."""

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvester.activity import judge
from harvester.model import Activity, State, Vitality
from harvester.ports.projection import Facet
from harvester.ports.search import Count, Filters, Question, Sort
from harvester.search.asking import ask
from storage.catalogue import SqlCatalogue, open_catalogue
from tests.databases import PostgresServer
from tests.storage import made
from tests.storage.test_search import entry, fill

NOW = made.NOW
ENTRIES = 40
NOUNS = ("Antrag", "Wahl", "Formular", "Register", "Akte")
FACETS = (
    Facet.CATEGORY,
    Facet.DEVELOPMENT_STATUS,
    Facet.PUBLISHER,
    Facet.ARCHIVED,
    Facet.ACTIVITY,
    Facet.LAST_ACTIVITY,
    Facet.SOURCE,
)


@dataclass(frozen=True)
class Truth:
    """What the oracle knows of an entry."""

    id: str
    name: str
    words: frozenset[str]
    values: dict[Facet, frozenset[str]]
    state: State


@dataclass(frozen=True)
class World:
    """A catalogue, and the truth."""

    catalogue: SqlCatalogue
    truth: tuple[Truth, ...]


def build(catalogue: SqlCatalogue) -> World:
    """Fill a catalogue with entries that differ in every facet, each in its own rhythm."""
    pairs, truth, vitalities = [], [], {}
    for number in range(1, ENTRIES + 1):
        days = (1, 45, 200, 900)[number % 4]
        at = NOW - timedelta(days=days) if number % 9 else None
        archived = number % 6 == 0
        of = made.repository(number, archived=archived, activity=Activity(pushed_at=at))
        categories = [
            name for step, name in ((2, "crm"), (3, "office"), (5, "it")) if number % step == 0
        ]
        status = ("stable", "beta", "concept")[number % 3]
        publisher = ("Stadt", "Land")[number % 2]
        words = {NOUNS[number % 5], NOUNS[number % 3]}
        name = f"{NOUNS[number % 5]} {number}"
        state = State.LISTED if number % 7 else State.INVALID
        vitality = Vitality(read_at=NOW, commits_90d=number % 5, commits_365d=number % 5)
        if number % 4:
            vitalities[of.id] = vitality
        row = entry(
            of,
            {
                "name": name,
                "categories": categories,
                "developmentStatus": status,
                "description": {"de": {"longDescription": " und ".join(sorted(words))}},
            },
            publisher={"name": publisher, "uri": None, "level": "unknown"},
        )
        pairs.append((of, replace(row, state=state)))
        spans = [span for span, most in (("30d", 30), ("90d", 90), ("365d", 365)) if days <= most]
        label = judge(vitality if number % 4 else None, archived=archived).label.value
        truth.append(
            Truth(
                id=row.id,
                name=name,
                words=frozenset(word.casefold() for word in words),
                values={
                    Facet.CATEGORY: frozenset(categories),
                    Facet.DEVELOPMENT_STATUS: frozenset({status}),
                    Facet.PUBLISHER: frozenset({publisher}),
                    Facet.ARCHIVED: frozenset({str(archived).lower()}),
                    Facet.ACTIVITY: frozenset({label}),
                    Facet.LAST_ACTIVITY: frozenset((spans or ["older"]) if at else ["unknown"]),
                    Facet.SOURCE: frozenset({"amt"}),
                },
                state=state,
            )
        )
    fill(catalogue, *pairs)
    catalogue.keep_vitality(vitalities)
    return World(catalogue, tuple(truth))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('search') / 'catalogue.db'}"
        with contextlib.closing(open_catalogue(url)) as catalogue:
            yield build(catalogue)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create("search_oracle", template="template_harvester")
    with contextlib.closing(open_catalogue(url)) as catalogue:
        yield build(catalogue)
    server.drop("search_oracle")


VALUES = {
    Facet.CATEGORY: ["crm", "office", "it", "none such"],
    Facet.DEVELOPMENT_STATUS: ["stable", "beta", "concept"],
    Facet.PUBLISHER: ["Stadt", "Land"],
    Facet.ARCHIVED: ["true", "false"],
    Facet.ACTIVITY: ["archived", "active", "slow", "stale", "unknown"],
    Facet.LAST_ACTIVITY: ["30d", "90d", "365d", "older", "unknown"],
    Facet.SOURCE: ["amt", "elsewhere"],
}
CHOICES = st.fixed_dictionaries(
    {},
    optional={
        facet: st.sets(st.sampled_from(values), min_size=1) for facet, values in VALUES.items()
    },
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    chosen=CHOICES,
    words=st.lists(st.sampled_from([noun.casefold() for noun in NOUNS]), max_size=2),
    sort=st.sampled_from(Sort),
    every_state=st.booleans(),
    limit=st.sampled_from([3, 10, 50]),
)
def test_answers_are_those_of_one_who_looks_at_everything(
    world: World,
    *,
    chosen: dict[Facet, set[str]],
    words: list[str],
    sort: Sort,
    every_state: bool,
    limit: int,
) -> None:
    def meant(truth: Truth, without: Facet | None = None) -> bool:
        return (
            (every_state or truth.state is State.LISTED)
            and set(words) <= truth.words
            and all(
                truth.values[facet] & values
                for facet, values in chosen.items()
                if facet is not without
            )
        )

    question = Question(
        text=" ".join(words),
        filters=Filters(
            values={facet: frozenset(values) for facet, values in chosen.items()},
            states=None if every_state else frozenset({State.LISTED}),
        ),
        sort=sort,
        limit=limit,
        facets=frozenset(FACETS),
    )
    expected = {truth.id for truth in world.truth if meant(truth)}
    first = ask(world.catalogue, question, NOW)
    assert first.total == len(expected)
    for facet in FACETS:
        counted = Counter(
            value for truth in world.truth if meant(truth, facet) for value in truth.values[facet]
        )
        ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        assert first.counts[facet] == tuple(Count(*pair) for pair in ranked), facet

    shown, page = list(first.entries), first
    question = replace(question, facets=frozenset())
    while page.next is not None:
        page = ask(world.catalogue, replace(question, after=page.next), NOW)
        shown += page.entries
    ids = [it.id for it in shown]
    assert (len(ids), set(ids)) == (len(set(ids)), expected)
    if sort is Sort.NAME:
        listed = [json.loads(it.document)["name"].casefold() for it in shown]
        assert listed == sorted(listed)
