# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Better rules read the stored bytes again, whatever the forge says meanwhile."""

from dataclasses import replace
from typing import Any

import pytest

from harvester import publiccode
from harvester.crawl import reread
from harvester.model import ItemStatus, Reading, Sighting, repository_id
from harvester.ports.errors import UnreachableError
from tests.crawl.build import FORGE, Scripted, broken, good, sighting, url_of
from tests.crawl.conftest import House


@pytest.fixture
def better(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rules have become better: they see names in another light."""
    read, newer = publiccode.read, publiccode.NORMALISER + 1

    def shouted(*arguments: Any) -> Reading:
        reading = read(*arguments)
        record = {**(reading.record or {}), "name": "NEU GELESEN"}
        return replace(reading, record=record, normaliser=newer)

    monkeypatch.setattr(publiccode, "read", shouted)
    monkeypatch.setattr(publiccode, "NORMALISER", newer)
    monkeypatch.setattr(reread, "AT_ONCE", 2)


def some() -> list[Sighting]:
    return [
        *(sighting(n, f"city/p{n}", good(f"city/p{n}", f"N{n}")) for n in range(4)),
        sighting(4, "city/p4", broken("city/p4")),
        sighting(5, "city/p5", good("city/p5"), replace(good("city/p5"), path="publiccode.yaml")),
        sighting(6, "city/p6"),
    ]


def down(_: int) -> None:
    raise UnreachableError("nobody answers")


@pytest.fixture
def begun(house: House) -> None:
    house.crawl(*some())
    house.clock.advance(hours=6)


@pytest.mark.usefixtures("begun", "better")
def test_a_forge_that_is_down_keeps_no_better_rules_out(house: House) -> None:
    summary = house.crawl(connector=Scripted([], before_page=down))
    assert (summary.complete, summary.items[ItemStatus.UPDATED]) == (False, 0)
    entries = house.entries()
    assert [entry["name"] for entry in entries] == ["NEU GELESEN"] * 6
    assert {entry["state"] for entry in entries} == {"listed", "invalid"}
    assert [outcome for outcome in house.outcomes().values() if outcome == "superseded"] != []
    head = house.catalogue.head()
    house.crawl(connector=Scripted([], before_page=down))
    assert house.catalogue.head() == head


@pytest.mark.usefixtures("begun")
def test_the_same_rules_read_nothing_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> Reading:
        raise AssertionError("it was read again")

    monkeypatch.setattr(publiccode, "read", never)
    assert house.crawl(*some()).complete


@pytest.mark.usefixtures("begun")
def test_who_was_missed_stays_missed(house: House, request: pytest.FixtureRequest) -> None:
    house.crawl(*some()[1:], full=True)
    request.getfixturevalue("better")
    house.crawl(connector=Scripted([], before_page=down))
    key = repository_id(FORGE.url, "0")
    row = house.catalogue.around(url_of("city/p0")).repositories[key]
    assert row.missing_sweeps == 1
    assert house.entry(url_of("city/p0"))["name"] == "N0"
    assert house.entry(url_of("city/p1"))["name"] == "NEU GELESEN"
