# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Addresses that a project left before it was first seen: the forge knows them, and is asked."""

import pytest

from harvester.model import Sighting, Unknown, software_id
from harvester.ports.listing import Resolution
from tests.crawl.build import FORGE, Scripted, good, plan, sighting, url_of
from tests.crawl.conftest import House

BUSY = Unknown(reason="busy")


def forge(*seen: Sighting, **moved: Resolution) -> Scripted:
    """A forge where ``city/KEY`` leads to a repository."""
    return Scripted(list(seen), moved={f"city/{name}": told for name, told in moved.items()})


def asked(house: House) -> list[str]:
    return [path for paths in house.connector.resolved for path in paths]


def test_a_project_that_was_renamed_before_it_was_seen_is_listed(house: House) -> None:
    house.crawl(connector=forge(sighting(1, "city/new", good("city/old")), old="1"))
    assert asked(house) == ["city/old"]
    (entry,) = house.entries()
    assert (entry["id"], entry["state"]) == (software_id(FORGE.url, "1"), "listed")
    assert (entry["url"], entry["aliases"]) == (url_of("city/new"), [url_of("city/old")])
    assert list(house.outcomes().values()) == ["listed"]


def test_it_is_asked_once(house: House) -> None:
    seen = [
        sighting(1, "city/new", good("city/old")),
        sighting(2, "city/lost", good("city/nowhere")),
        sighting(3, "city/far", good("city/outside")),
    ]
    house.crawl(connector=forge(*seen, old="1", outside="99"))
    assert sorted(asked(house)) == ["city/nowhere", "city/old", "city/outside"]
    head = house.catalogue.head()
    for full in (False, True):
        house.clock.advance(days=1)
        house.crawl(connector=forge(*seen, old="1", outside="99"), full=full)
        assert asked(house) == []
    assert house.catalogue.head() == head


def test_no_answer_is_asked_for_again(house: House) -> None:
    seen = sighting(1, "city/new", good("city/old"))
    house.crawl(connector=forge(seen, old=BUSY))
    assert list(house.outcomes().values()) == ["other-place"]
    house.crawl(connector=forge(seen, old="1"), full=True)
    assert asked(house) == ["city/old"]
    assert list(house.outcomes().values()) == ["listed"]


def test_a_file_that_changed_is_a_reason_to_ask_again(house: House) -> None:
    house.crawl(connector=forge(sighting(1, "city/new", good("city/old"))))
    house.clock.advance(days=1)
    changed = sighting(1, "city/new", good("city/old", "Anderer Name"))
    house.crawl(connector=forge(changed, old="1"), full=True)
    assert asked(house) == ["city/old"]
    assert house.entry(url_of("city/new"))["name"] == "Anderer Name"


def test_where_it_leads_may_be_seen_later(house: House) -> None:
    """Then nobody is asked again: the copy's file goes to the repository when that is known."""
    copy = sighting(2, "town/copy", good("city/old"))
    house.crawl(connector=forge(copy, old="1"))
    assert [e["url"] for e in house.entries()] == [url_of("city/old")]
    house.clock.advance(days=1)
    house.crawl(connector=forge(copy, sighting(1, "city/new")), full=True)
    assert asked(house) == []
    (entry,) = house.entries()
    assert (entry["id"], entry["url"]) == (software_id(FORGE.url, "1"), url_of("city/new"))


def test_what_is_elsewhere_or_names_no_repository_is_not_asked_for(house: House) -> None:
    house.crawl(
        sighting(1, "city/a", good("owner-only")),
        sighting(2, "city/b", good("city/b")),
        sighting(3, "city/c", good("city/b")),
    )
    assert asked(house) == []


def test_one_source_knows_what_another_ones_file_declares(house: House) -> None:
    """The file lies anywhere; the forge that the address is on is asked."""
    house.crawl(connector=forge(sighting(1, "city/new")))
    elsewhere = plan(name="other", forge=type(FORGE)(url="https://other.example", kind="scripted"))
    house.source, here = elsewhere, house.source
    house.crawl(connector=forge(sighting(7, "town/mirror", good("city/old"))))
    assert asked(house) == []
    house.source = here
    house.crawl(connector=forge(sighting(1, "city/new"), old="1"), full=True)
    assert asked(house) == ["city/old"]
    (entry,) = house.entries()
    assert (entry["id"], entry["state"]) == (software_id(FORGE.url, "1"), "listed")


@pytest.mark.parametrize(
    ("task", "wanted"), [({"limit": 1}, []), ({"addresses": ("city/new",)}, ["city/old"])]
)
def test_a_single_address_is_followed_a_part_of_a_source_is_not(
    house: House, task: dict[str, object], wanted: list[str]
) -> None:
    """What is behind the limit may well have the address."""
    house.crawl(connector=forge(sighting(1, "city/new", good("city/old")), old="1"), **task)
    assert asked(house) == wanted
