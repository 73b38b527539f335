# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Better rules read the stored bytes again, whatever the forge says meanwhile."""

import logging
from dataclasses import replace
from typing import Any

import pytest

from harvester import publiccode
from harvester.crawl import reread
from harvester.model import ItemStatus, Reading, Sighting, repository_id
from harvester.ports.errors import UnreachableError
from tests.crawl.build import FORGE, Scripted, broken, good, sighting, url_of
from tests.crawl.conftest import House
from tests.crawl.test_told import Writer, named


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


@pytest.mark.usefixtures("begun", "better")
def test_what_the_database_refuses_stays_as_it_was_and_the_others_do_not(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shouted = publiccode.read

    def spoilt(content: bytes, context: publiccode.FileContext) -> Reading:
        reading = shouted(content, context)
        return replace(reading, version="0\0") if b"name: N2\n" in content else reading

    monkeypatch.setattr(publiccode, "read", spoilt)
    monkeypatch.setattr(reread, "AT_ONCE", 10)
    with caplog.at_level(logging.WARNING):
        house.crawl(connector=Scripted([], before_page=down))
    names = sorted(entry["name"] for entry in house.entries())
    assert names == ["N2", *["NEU GELESEN"] * 5]
    assert f"{url_of('city/p2')}: not read again" in caplog.text


@pytest.mark.usefixtures("begun", "better")
def test_better_rules_may_find_another_repository(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of which the transaction has to know, as it does where a page is read."""
    shouted = publiccode.read

    def elsewhere(content: bytes, context: publiccode.FileContext) -> Reading:
        reading = shouted(content, context)
        named = url_of("city/p0") if b"name: N3\n" in content else reading.declared_url
        return replace(reading, declared_url=named)

    monkeypatch.setattr(publiccode, "read", elsewhere)
    house.crawl(connector=Scripted([], before_page=down))
    provenances = house.entry(url_of("city/p0"))["provenances"]
    assert url_of("city/p3") in [one["web_url"] for one in provenances]


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


@pytest.mark.usefixtures("begun")
def test_what_was_told_is_read_again_by_whichever_crawl_comes(
    house: House, request: pytest.FixtureRequest
) -> None:
    writer = Writer(house)
    told = writer.post(url_of("told/a"), named("Gesagt", url_of("told/b")))
    writer.delete(writer.post(url_of("told/c")))
    request.getfixturevalue("better")
    house.crawl(connector=Scripted([], before_page=down))
    entry = writer.entry(told)
    assert (entry["name"], entry["url"]) == ("NEU GELESEN", url_of("told/a"))
    head = house.catalogue.head()
    house.crawl(connector=Scripted([], before_page=down))
    assert house.catalogue.head() == head
