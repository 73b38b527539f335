# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Entries that no crawl of a forge made: pages of a wiki, entries of another catalogue."""

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from harvester.crawl import SourcePlan
from harvester.model import Forge, Origin, Sighting, software_id, software_id_of_url
from harvester.ports.listing import Missing
from storage.catalogue import open_catalogue
from tests.crawl.build import Scripted, broken, file, good, plan, sighting, url_of
from tests.crawl.conftest import House

WIKI = Forge(url="https://wiki.example", kind="pages", origin=Origin.HAND)
LIST = Forge(url="https://list.example", kind="entries", origin=Origin.CATALOGUE)
PAGES = plan(name="wiki", kind=WIKI.kind, forge=WIKI, profile="hand")
ENTRIES = plan(name="list", kind=LIST.kind, forge=LIST, profile="hand")
REPOSITORIES = plan()


def page(number: int, title: str, *, at: Forge = WIKI, **fields: object) -> Sighting:
    """Make a page whose fields somebody filled in."""
    seen = sighting(number, f"page/{title}", file(json.dumps(fields), "fields.json"))
    address = f"{at.url}/page/{title}"
    return replace(seen, repository=replace(seen.repository, web_url=address))


def crawl(house: House, source: SourcePlan, *sightings: Sighting) -> None:
    house.source = source
    house.crawl(*sightings, full=True)


def only(house: House) -> dict[str, Any]:
    (entry,) = [entry for entry in house.entries() if entry["state"] != "gone"]
    return entry


def test_a_page_without_a_repository_is_an_entry(house: House) -> None:
    crawl(house, PAGES, page(7, "Parkplatz", name="Parkplatz-App"))
    entry = only(house)
    assert entry["id"] == software_id(WIKI.url, "7")
    assert (entry["url"], entry["name"]) == ("https://wiki.example/page/Parkplatz", "Parkplatz-App")
    assert (entry["origin"], entry["repository"], entry["state"]) == ("hand", None, "listed")
    assert entry["publisher"] is None
    assert entry["provenances"] == [
        {
            "web_url": "https://wiki.example/page/Parkplatz",
            "kind": "entered",
            "path": "fields.json",
            "blob_id": entry["source_file"]["blob_id"],
            "outcome": "listed",
            "reason": "entered",
            "file_state": "valid",
        }
    ]
    findings = entry["findings"]
    assert {finding["severity"] for finding in findings} == {"notice"}


def test_only_a_missing_name_makes_a_page_unusable(house: House) -> None:
    crawl(house, PAGES, page(7, "Parkplatz", url=url_of("city/a")))
    entry = only(house)
    assert (entry["state"], entry["state_reason"]) == ("invalid", "never-valid")
    findings = entry["findings"]
    assert [f["key"] for f in findings if f["severity"] == "error"] == ["name"]
    assert set(house.outcomes().values()) == {"invalid"}


def test_a_page_that_names_a_repository_is_an_entry_with_its_address(house: House) -> None:
    crawl(house, PAGES, page(7, "Parkplatz", name="App", url=url_of("city/a")))
    entry = only(house)
    assert entry["id"] == software_id_of_url(url_of("city/a"))
    assert (entry["url"], entry["repository"], entry["origin"]) == (url_of("city/a"), None, "hand")
    assert set(house.outcomes().values()) == {"listed"}


def test_the_repository_that_a_page_named_takes_the_entry_over(house: House) -> None:
    crawl(house, PAGES, page(7, "Parkplatz", name="Von Hand", url=url_of("city/a")))
    waiting = only(house)["id"]
    crawl(house, REPOSITORIES, sighting(1, "city/a", good("city/a", "Werkzeug")))
    entry = only(house)
    assert entry["id"] != waiting
    assert (entry["name"], entry["origin"], entry["file_state"]) == ("Werkzeug", "crawl", "valid")
    assert entry["repository"]["forge_id"] == "1"
    assert entry["repository"]["fork_kind"] is None
    assert [p["web_url"] for p in entry["provenances"]] == [
        url_of("city/a"),
        "https://wiki.example/page/Parkplatz",
    ]
    found = house.catalogue.entry(str(waiting))
    assert found is not None
    assert found.id == entry["id"]
    assert sorted(house.changes()[1:]) == [("created", "valid"), ("deleted", "merged")]


def test_a_repository_without_a_file_is_described_by_the_page(house: House) -> None:
    crawl(house, REPOSITORIES, sighting(1, "city/a"))
    crawl(house, PAGES, page(7, "Parkplatz", name="Von Hand", url=url_of("city/a")))
    entry = only(house)
    assert (entry["name"], entry["origin"], entry["state"]) == ("Von Hand", "hand", "listed")
    assert entry["repository"]["path"] == "city/a"
    assert entry["repository"]["fork_kind"] is None
    assert set(house.outcomes().values()) == {"other-place"}


def test_a_file_that_was_never_good_does_not_take_a_page_away(house: House) -> None:
    crawl(house, PAGES, page(7, "Parkplatz", name="Von Hand", url=url_of("city/a")))
    crawl(house, REPOSITORIES, sighting(1, "city/a", broken("city/a")))
    assert (only(house)["name"], only(house)["state"]) == ("Von Hand", "listed")
    crawl(house, REPOSITORIES, sighting(1, "city/a", good("city/a", "Gut")))
    assert (only(house)["name"], only(house)["origin"]) == ("Gut", "crawl")
    crawl(house, REPOSITORIES, sighting(1, "city/a", broken("city/a")))
    assert (only(house)["name"], only(house)["state_reason"]) == ("Gut", "last-good")


def test_a_catalogue_is_believed_before_a_hand_and_a_copy_before_both(house: House) -> None:
    where = url_of("elsewhere/a")
    crawl(house, PAGES, page(7, "A", name="Von Hand", url=where))
    crawl(house, ENTRIES, page(7, "A", at=LIST, name="Katalog", url=where))
    assert (only(house)["name"], only(house)["origin"]) == ("Katalog", "catalogue")
    crawl(house, REPOSITORIES, sighting(2, "town/mirror", good("elsewhere/a", "Kopie"), fork=True))
    assert (only(house)["name"], only(house)["origin"]) == ("Kopie", "crawl")
    assert only(house)["id"] == software_id_of_url(where)


def test_a_moved_page_keeps_its_entry_and_its_old_address(house: House) -> None:
    crawl(house, PAGES, page(7, "Alt", name="App"))
    before = only(house)["id"]
    crawl(house, PAGES, page(7, "Neu", name="App"))
    entry = only(house)
    assert (entry["id"], entry["url"]) == (before, "https://wiki.example/page/Neu")
    assert entry["aliases"] == ["https://wiki.example/page/Alt"]


def test_whatever_repository_a_page_names_its_entry_stays_one(house: House) -> None:
    first = software_id(WIKI.url, "7")
    for url in (None, "city/a", "city/b", None):
        seen = page(7, "P", name="App", url=url_of(url)) if url else page(7, "P", name="App")
        crawl(house, PAGES, seen)
        assert len(house.entries()) == 1
        found = house.catalogue.entry(first)
        assert found is not None
        assert found.id == only(house)["id"]
    assert only(house)["id"] == first
    for url in ("city/a", "city/b"):
        found = house.catalogue.entry(software_id_of_url(url_of(url)))
        assert found is not None
        assert found.id == first


def test_two_pages_about_one_repository_are_one_entry_until_one_says_otherwise(
    house: House,
) -> None:
    two = (
        page(7, "P", name="App", url=url_of("city/a")),
        page(8, "Q", name="App", url=url_of("city/a")),
    )
    crawl(house, PAGES, *two)
    assert len(only(house)["provenances"]) == 2
    crawl(house, PAGES, two[0], page(8, "P8", name="Andere", url=url_of("city/b")))
    assert {entry["url"] for entry in house.entries()} == {url_of("city/a"), url_of("city/b")}


def test_a_deleted_page_is_gone_after_its_grace(house: House) -> None:
    crawl(house, PAGES, page(7, "P", name="App"), page(8, "Q", name="Andere"))
    for _ in range(2):
        assert only_states(house) == {"App": "listed", "Andere": "listed"}
        house.clock.advance(days=2)
        house.source = PAGES
        house.crawl(
            connector=Scripted([page(8, "Q", name="Andere")], look_ups={"7": Missing()}), full=True
        )
    house.clock.advance(days=2)
    crawl(house, PAGES, page(8, "Q", name="Andere"))
    assert only_states(house) == {"App": "gone", "Andere": "listed"}
    crawl(house, PAGES, page(7, "P", name="App"), page(8, "Q", name="Andere"))
    assert only_states(house) == {"App": "listed", "Andere": "listed"}


def only_states(house: House) -> dict[str, str]:
    return {entry["name"]: entry["state"] for entry in house.entries()}


def test_a_page_speaks_where_the_file_was_removed_for_good(house: House) -> None:
    there = page(7, "P", name="Von Hand", url=url_of("city/a"))
    crawl(house, PAGES, there)
    crawl(house, REPOSITORIES, sighting(1, "city/a", good("city/a", "Werkzeug")))
    for _ in range(3):
        crawl(house, REPOSITORIES, sighting(1, "city/a"))
        house.clock.advance(days=2)
    crawl(house, REPOSITORIES, sighting(1, "city/a"))
    entry = only(house)
    assert (entry["name"], entry["origin"], entry["state"]) == ("Von Hand", "hand", "listed")
    assert not any(change == "deleted" for change, why in house.changes() if why != "merged")
    crawl(house, REPOSITORIES, sighting(1, "city/a", good("city/a", "Werkzeug")))
    assert (only(house)["name"], only(house)["origin"]) == ("Werkzeug", "crawl")


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_sources_does_not_matter(seed: int) -> None:
    runs = [
        (PAGES, (page(7, "P", name="Hand", url=url_of("city/a")), page(8, "Q", name="Allein"))),
        (ENTRIES, (page(1, "P", at=LIST, name="Katalog", url=url_of("city/a")),)),
        (ENTRIES, (page(2, "R", at=LIST, name="Katalog", url=url_of("city/b")),)),
        (REPOSITORIES, (sighting(1, "city/a", good("city/a")), sighting(2, "city/b"))),
    ]
    seen = []
    for order in (runs, random.Random(seed).sample(runs, len(runs))):
        catalogue = open_catalogue("sqlite://")
        house = House(catalogue)
        for source, sightings in order:
            house.source = source
            house.crawl(*sightings, limit=100)
        shown = [{**entry, "first_seen_at": None} for entry in house.entries()]
        seen.append(shown)
        catalogue.close()
    assert seen[0] == seen[1]
    assert len(seen[0]) == 3


def test_a_source_that_is_believed_more_from_now_on_speaks_at_its_next_crawl(house: House) -> None:
    other = replace(LIST, url="https://other.example")
    crawl(house, ENTRIES, page(7, "a", at=LIST, name="Das eine", url=url_of("city/a")))
    told = page(8, "b", at=other, name="Das andere", url=url_of("city/a"))
    crawl(house, replace(ENTRIES, name="other", forge=other), told)
    assert only(house)["name"] == "Das eine"
    raised = replace(other, priority=5)
    crawl(house, replace(ENTRIES, name="other", forge=raised), told)
    assert only(house)["name"] == "Das andere"
    head = house.catalogue.head()
    crawl(house, replace(ENTRIES, name="other", forge=raised), told)
    assert house.catalogue.head() == head
