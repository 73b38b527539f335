# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Whose an address is that several repositories had one after the other."""

import pytest

from tests.crawl.build import good, sighting, url_of
from tests.crawl.conftest import House


@pytest.mark.parametrize("swept", [False, True])
def test_who_was_made_anew_and_then_renamed_keeps_its_file(house: House, swept: bool) -> None:
    """Its file still declares the name, and the one that had it first is deleted."""
    house.crawl(sighting(1, "city/p", good("city/p", "Altes")))
    house.clock.advance(days=1)
    house.crawl(sighting(2, "city/p", good("city/p", "Neues")))
    renamed = sighting(2, "city/q", good("city/p", "Neues"))
    for _ in range(4):
        house.clock.advance(days=2)
        house.crawl(renamed, full=swept)
        entry = house.entry(url_of("city/q"))
        assert (entry["state"], entry["file_state"], entry["name"]) == ("listed", "valid", "Neues")
    states = {entry["name"]: entry["state"] for entry in house.entries()}
    assert states["Altes"] == ("gone" if swept else "listed")


def test_who_takes_a_name_that_another_left_has_it(house: House) -> None:
    house.crawl(sighting(1, "city/p", good("city/p", "Eins")))
    house.clock.advance(days=1)
    house.crawl(sighting(2, "city/p", good("city/p", "Zwei")), sighting(1, "city/q"))
    copy = sighting(3, "town/copy", good("city/p", "Zwei"))
    house.clock.advance(days=1)
    house.crawl(copy)
    entry = house.entry(url_of("city/p"))
    assert entry["name"] == "Zwei"
    assert url_of("town/copy") in [one["web_url"] for one in entry["provenances"]]
