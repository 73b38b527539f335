# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which entries there are, and which files are provenances of which."""

import json
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester.model import (
    FileVersion,
    ItemStatus,
    Outcome,
    Sighting,
    Unknown,
    software_id,
    software_id_of_url,
)
from storage.catalogue import open_catalogue
from tests.crawl.build import FORGE, GOOD, Scripted, broken, file, good, sighting, url_of
from tests.crawl.conftest import House


def test_a_file_in_its_own_repository_is_listed(house: House) -> None:
    summary = house.crawl(sighting(1, "city/a", good("city/a")))
    entry = house.entry(url_of("city/a"))
    assert entry["id"] == software_id(FORGE.url, "1")
    assert (entry["state"], entry["state_reason"], entry["file_state"]) == (
        "listed",
        "valid",
        "valid",
    )
    assert entry["publisher"]["name"] == "Stadt Beispiel"
    assert entry["repository"]["forge_id"] == "1"
    assert summary.complete
    assert summary.files[Outcome.LISTED] == 1
    assert house.changes() == [("created", "valid")]


def test_a_copy_is_a_provenance_of_the_repository_that_it_declares(house: House) -> None:
    house.crawl(
        sighting(1, "city/a", good("city/a")),
        sighting(2, "somebody/a", good("city/a"), fork=True),
    )
    (entry,) = house.entries()
    assert [p["web_url"] for p in entry["provenances"]] == [url_of("city/a"), url_of("somebody/a")]
    assert house.outcomes()[url_of("somebody/a") + "/publiccode.yml"] == "other-place"


def test_two_files_that_declare_one_unknown_address_are_one_entry(house: House) -> None:
    house.crawl(
        sighting(1, "city/mirror", good("elsewhere/a")),
        sighting(2, "town/mirror", good("Elsewhere/A")),
    )
    (entry,) = house.entries()
    assert entry["id"] == software_id_of_url(url_of("elsewhere/a"))
    assert entry["repository"] is None
    assert len(entry["provenances"]) == 2
    assert set(house.outcomes().values()) == {"other-place"}


def test_an_entry_that_waited_for_its_repository_is_merged_into_it(house: House) -> None:
    waiting = software_id_of_url(url_of("city/a"))
    house.crawl(sighting(2, "town/copy", good("city/a")))
    house.crawl(sighting(2, "town/copy", good("city/a")), sighting(1, "city/a"), full=True)
    (entry,) = house.entries()
    assert entry["id"] == software_id(FORGE.url, "1")
    assert entry["repository"]["path"] == "city/a"
    found = house.catalogue.entry(waiting)
    assert found is not None
    assert found.id == entry["id"]
    assert sorted(house.changes()[1:]) == [("created", "valid"), ("deleted", "merged")]


def test_a_tombstone_that_is_merged_is_told_of(house: House) -> None:
    """Who follows all states has it, and must learn that it is no more."""
    house.crawl(sighting(2, "town/copy", good("city/a")))
    house.crawl(replace(sighting(2, "town/copy", good("city/a")), ignore_file=True), full=True)
    waiting = software_id_of_url(url_of("city/a"))
    assert {entry["id"]: entry["state"] for entry in house.entries()} == {waiting: "withdrawn"}
    copies: dict[str, str] = {}
    seq = 0

    def follow() -> dict[str, str]:
        nonlocal seq
        for row in house.catalogue.changes(seq, 100):
            seq = row.seq
            copies.pop(row.change.software_id, None)
            entry = house.catalogue.entry(row.change.software_id)
            if entry is not None and entry.id == row.change.software_id:
                copies[entry.id] = entry.state
        return copies

    assert follow() == {waiting: "withdrawn"}
    head = house.catalogue.head()
    house.crawl(sighting(1, "city/a"), limit=1)
    assert follow() == {entry["id"]: entry["state"] for entry in house.entries()}
    assert waiting not in copies
    assert house.catalogue.head() > head, "what is tagged by the newest change is another answer"


def test_a_renamed_repository_keeps_its_entry_and_its_old_address(house: House) -> None:
    house.crawl(sighting(1, "city/old", good("city/old")))
    before = house.entry(url_of("city/old"))["id"]
    house.crawl(sighting(1, "city/new", good("city/old")), full=True)
    (entry,) = house.entries()
    assert entry["id"] == before
    assert entry["url"] == url_of("city/new")
    assert entry["aliases"] == [url_of("city/old")]
    assert house.outcomes() == {url_of("city/new") + "/publiccode.yml": "listed"}


def test_a_name_that_comes_back_with_another_id_is_another_repository(house: House) -> None:
    house.crawl(sighting(1, "city/a", good("city/a")))
    house.crawl(sighting(2, "city/a", good("city/a", "Neu")), full=True)
    entries = {entry["id"]: entry for entry in house.entries()}
    assert entries[software_id(FORGE.url, "2")]["name"] == "Neu"
    assert "name-reused" in [item.reason for item in house.ears.items]


def test_yml_wins_over_yaml(house: House) -> None:
    other = replace(good("city/a", "Nebenan"), path="publiccode.yaml")
    house.crawl(sighting(1, "city/a", good("city/a"), other))
    assert sorted(house.outcomes().values()) == ["listed", "superseded"]
    house.crawl(sighting(1, "city/a", other), full=True)
    assert house.outcomes() == {
        url_of("city/a") + "/publiccode.yaml": "listed",
        url_of("city/a") + "/publiccode.yml": "superseded",
    }
    assert house.entry(url_of("city/a"))["name"] == "Nebenan"


def test_a_file_that_comes_back_after_another_had_its_place_counts_again(house: House) -> None:
    yaml = replace(good("city/a", "Nebenan"), path="publiccode.yaml")
    for files in ((good("city/a"),), (yaml,), (good("city/a"),)):
        house.crawl(sighting(1, "city/a", *files), full=True)
    assert house.outcomes() == {
        url_of("city/a") + "/publiccode.yml": "listed",
        url_of("city/a") + "/publiccode.yaml": "superseded",
    }
    entry = house.entry(url_of("city/a"))
    assert (entry["name"], entry["file_state"]) == ("Werkzeug", "valid")


def test_a_broken_file_that_takes_another_ones_place_leaves_the_last_good_record(
    house: House,
) -> None:
    yaml = replace(broken("city/a", "Kaputt"), path="publiccode.yaml")
    house.crawl(sighting(1, "city/a", good("city/a", "Gut")))
    house.crawl(sighting(1, "city/a", yaml), full=True)
    entry = house.entry(url_of("city/a"))
    assert (entry["state"], entry["state_reason"]) == ("listed", "last-good")
    assert (entry["file_state"], entry["name"]) == ("invalid", "Gut")


def test_a_variant_and_a_technical_fork_are_told_apart(house: House) -> None:
    text = GOOD.format(name="Variante", url=url_of("city/v"))
    house.crawl(
        sighting(1, "city/v", file(text + f"isBasedOn: {url_of('upstream/v')}\n"), fork=True),
        sighting(2, "town/copy", good("city/v"), fork=True),
        sighting(3, "district/x", good("town/copy")),
    )
    kinds = {e["repository"]["path"]: e["repository"]["fork_kind"] for e in house.entries()}
    assert kinds == {"city/v": "variant", "town/copy": "technical-fork"}


def test_the_kind_of_fork_does_not_hang_on_which_page_is_read(house: House) -> None:
    fork = sighting(2, "town/fork", good("elsewhere/x"), fork=True)
    house.crawl(fork, sighting(3, "district/x", good("town/fork")))
    assert house.entry(url_of("town/fork"))["repository"]["fork_kind"] == "technical-fork"
    copy = sighting(3, "district/x", good("town/fork"))
    copy = replace(copy, repository=replace(copy.repository, archived=True))
    house.crawl(copy, fork, full=True, connector=Scripted([copy, fork], page_size=1, read_batch=1))
    assert house.entry(url_of("town/fork"))["repository"]["fork_kind"] == "technical-fork"
    assert house.changes()[2:] == []


def test_an_entry_whose_files_left_it_is_merged_when_its_repository_comes(house: House) -> None:
    house.crawl(sighting(2, "town/copy", good("city/a", "Alt")))
    house.crawl(sighting(2, "town/copy", good("town/copy")), full=True)
    for _ in range(2):
        house.crawl(sighting(2, "town/copy", good("town/copy")), sighting(1, "city/a"), full=True)
        entry = house.entry(url_of("city/a"))
        assert entry["id"] == software_id(FORGE.url, "1")
        assert (entry["name"], entry["repository"]["path"]) == ("Alt", "city/a")
    assert len(house.entries()) == 2


def test_an_address_belongs_to_whom_was_seen_there_last(house: House) -> None:
    """Whichever ids the two have, and whatever else is crawled before the other is seen again."""
    for first, second in ((1, 2), (4, 3)):
        path = f"city/{first}"
        house.crawl(sighting(first, path, good(path)))
        house.clock.advance(hours=1)
        copy = sighting(8, "town/copy", good(path))
        house.crawl(sighting(second, path, good(path, "Neu")), copy, full=True)
        house.clock.advance(hours=1)
        copy = sighting(8, "town/copy", good(path, "Andere Bytes"))
        house.crawl(copy, limit=1)
        owner = {p["web_url"]: e["id"] for e in house.entries() for p in e["provenances"]}
        assert owner[url_of("town/copy")] == software_id(FORGE.url, str(second))


@pytest.mark.parametrize("make", [good, broken])
@pytest.mark.parametrize("copy_first", [True, False])
def test_an_address_that_changed_hands_leaves_nothing_behind(
    house: House, make: Callable[[str, str], FileVersion], copy_first: bool
) -> None:
    """The copy's page is read while the catalogue still takes the address for the old holder's."""
    house.crawl(sighting(1, "city/a"), sighting(2, "town/copy"))
    house.clock.advance(hours=1)
    now = [
        sighting(2, "town/copy", make("city/a", "Kopie")),
        sighting(3, "city/a"),
        sighting(1, "city/b"),
    ]
    order = now if copy_first else now[::-1]
    house.crawl(connector=Scripted(order, page_size=1, read_batch=1), full=True)
    assert [(e["id"], e["name"]) for e in house.entries()] == [
        (software_id(FORGE.url, "3"), "Kopie")
    ]
    told = [(row.change.type, row.change.reason) for row in house.catalogue.changes(0, 9)]
    reason = "valid" if make is good else "never-valid"
    believed = [("created", reason), ("deleted", "unfounded")] if copy_first else []
    assert sorted(told) == sorted([*believed, ("created", reason)])
    assert house.crawl(connector=Scripted(order), full=True).items[ItemStatus.UNCHANGED] == 3
    assert len(house.changes()) == len(told)


@pytest.mark.parametrize("copy_first", [True, False])
def test_a_tombstone_in_waiting_remembers_what_was_there_before_the_crawl(
    house: House, copy_first: bool
) -> None:
    """Not what a copy said that was its own for the length of a page."""
    house.crawl(sighting(1, "city/a"), sighting(2, "town/copy", good("city/a", "Alt")))
    house.clock.advance(hours=1)
    house.crawl(sighting(1, "city/a"), sighting(2, "town/copy", good("town/copy")), full=True)
    before = house.entry(url_of("city/a"))
    assert (before["name"], before["state_reason"]) == ("Alt", "last-good")
    house.clock.advance(hours=1)
    now = [sighting(2, "town/copy", good("city/a", "Neu")), sighting(3, "city/a")]
    order = now if copy_first else now[::-1]
    gone = Scripted(order, page_size=1, read_batch=1, look_ups={"1": Unknown(reason="busy")})
    house.crawl(connector=gone, full=True)
    (after,) = [e for e in house.entries() if e["id"] == software_id(FORGE.url, "1")]
    assert after == before


def test_a_file_that_was_never_good_does_not_drive_out_a_good_copy(house: House) -> None:
    copy = sighting(2, "town/copy", good("city/a", "Gute Kopie"))
    house.crawl(sighting(1, "city/a"), copy)
    spoilt = sighting(1, "city/a", broken("city/a", "Kaputt"))
    house.clock.advance(days=1)
    house.crawl(spoilt, copy, full=True)
    entry = house.entry(url_of("city/a"))
    assert (entry["state"], entry["state_reason"]) == ("listed", "last-good")
    assert (entry["name"], entry["file_state"]) == ("Gute Kopie", "invalid")
    assert entry["stale_since"] == "2026-03-02T12:00:00Z"
    assert [finding["code"] for finding in entry["findings"]], "why, is told at once"
    house.clock.advance(days=31)
    house.crawl(spoilt, copy, full=True)
    entry = house.entry(url_of("city/a"))
    assert (entry["state"], entry["state_reason"], entry["name"]) == (
        "invalid",
        "stale",
        "Gute Kopie",
    )
    house.crawl(sighting(1, "city/a", good("city/a", "Heil")), copy, full=True)
    entry = house.entry(url_of("city/a"))
    assert (entry["state"], entry["state_reason"], entry["name"]) == ("listed", "valid", "Heil")


def test_a_broken_file_that_now_names_another_place_leaves_no_entry(house: House) -> None:
    """Nobody ever saw it listed; there is nothing to remember."""
    house.crawl(sighting(2, "town/copy", broken("x/nowhere")))
    house.crawl(sighting(2, "town/copy", broken("town/copy")), full=True)
    assert [e["url"] for e in house.entries()] == [url_of("town/copy")]
    assert ("deleted", "unfounded") in house.changes()


def kinds(house: House) -> dict[str, str]:
    """What every place is to the software that its file describes, by the place's path."""
    return {
        p["web_url"].removeprefix(FORGE.url + "/"): p["kind"]
        for entry in house.entries()
        for p in entry["provenances"]
    }


def mirror(number: int, path: str, *files: FileVersion) -> Sighting:
    seen = sighting(number, path, *files)
    return replace(seen, repository=replace(seen.repository, mirror=True))


def test_every_place_says_what_it_is_to_the_software(house: House) -> None:
    house.crawl(
        sighting(1, "city/a", good("city/a")),
        sighting(2, "town/fork", good("city/a"), fork=True),
        mirror(3, "town/mirror", good("city/a")),
        sighting(4, "town/template", good("city/a")),
    )
    (entry,) = house.entries()
    assert entry["repository"]["path"] == "city/a"
    assert kinds(house) == {
        "city/a": "canonical",
        "town/fork": "technical-fork",
        "town/mirror": "mirror",
        "town/template": "url-mistake",
    }


def test_a_mirror_speaks_only_where_the_original_is_not_known(house: House) -> None:
    copy = mirror(3, "aaa/mirror", good("city/a", "Spiegel"))
    template = sighting(4, "zzz/template", good("city/a", "Vorlage"))
    fork = sighting(5, "aaa/fork", good("city/a", "Gabel"), fork=True)
    house.crawl(copy, fork)
    assert [entry["name"] for entry in house.entries()] == ["Spiegel"]
    assert house.entries()[0]["repository"] is None
    house.clock.advance(hours=1)
    house.crawl(copy, fork, template, full=True)
    assert [entry["name"] for entry in house.entries()] == ["Vorlage"]
    house.clock.advance(hours=1)
    original = sighting(1, "city/a", good("city/a", "Original"))
    house.crawl(copy, fork, template, original, full=True)
    (entry,) = house.entries()
    assert (entry["name"], entry["repository"]["mirror"]) == ("Original", False)


def test_a_mirror_that_somebody_takes_for_the_original_is_no_url_mistake(house: House) -> None:
    house.crawl(
        mirror(1, "city/mirror", good("upstream/x")), sighting(2, "b/c", good("city/mirror"))
    )
    assert house.entry(url_of("city/mirror"))["repository"]["fork_kind"] is None


def test_several_repositories_of_one_product_are_one_entry(house: House) -> None:
    house.crawl(
        sighting(1, "city/backend", good("city/suite")),
        sighting(2, "city/frontend", good("city/suite")),
        sighting(3, "city/suite", good("city/suite")),
    )
    (entry,) = house.entries()
    assert (entry["url"], len(entry["provenances"])) == (url_of("city/suite"), 3)


def test_what_it_is_based_on_is_linked_and_never_merged(house: House) -> None:
    text = GOOD.format(name="Variante", url=url_of("city/v"))
    written = [
        url_of("Upstream/V") + ".git",
        url_of("upstream/v") + "/-/tree/main",
        url_of("city/v/"),  # itself
        url_of("city/former"),  # itself, as it was called
        "unsere alte Software",
        "https://example.org",
        {"url": "https://a.example/b"},
    ]
    house.crawl(sighting(1, "city/former", good("city/former")))
    house.clock.advance(hours=1)
    house.crawl(
        sighting(1, "city/v", file(text + f"isBasedOn: {json.dumps(written)}\n")),
        sighting(2, "upstream/v", good("upstream/v")),
        full=True,
    )
    variant, upstream = house.entry(url_of("city/v")), house.entry(url_of("upstream/v"))
    assert (variant["based_on"], upstream["based_on"]) == ([url_of("Upstream/V")], [])
    assert variant["repository"]["fork_kind"] == "variant"
    assert len(house.entries()) == 2


def test_two_that_are_based_on_each_other_stay_two(house: House) -> None:
    for number, (path, other) in enumerate([("city/a", "city/b"), ("city/b", "city/a")]):
        text = GOOD.format(name=path, url=url_of(path)) + f"isBasedOn: {url_of(other)}\n"
        house.crawl(sighting(number, path, file(text)), limit=1)
    assert {e["url"]: e["based_on"] for e in house.entries()} == {
        url_of("city/a"): [url_of("city/b")],
        url_of("city/b"): [url_of("city/a")],
    }


@pytest.mark.parametrize("old_first", [True, False])
def test_a_name_that_is_used_again_is_told_in_any_order(house: House, old_first: bool) -> None:
    house.crawl(sighting(1, "city/a", good("city/a")))
    house.clock.advance(hours=1)
    now = [sighting(1, "city/b", good("city/a")), sighting(2, "city/a", good("city/a"))]
    order = now if old_first else now[::-1]
    house.crawl(connector=Scripted(order, page_size=1, read_batch=1), full=True)
    (item,) = [item for item in house.ears.items if item.reason == "name-reused"]
    assert (item.subject, item.status) == (url_of("city/a"), ItemStatus.ADDED)
    assert kinds(house) == {"city/b": "url-mistake", "city/a": "canonical"}
    ids = {e["url"]: e["id"] for e in house.entries()}
    assert ids[url_of("city/a")] == software_id(FORGE.url, "2")


PATHS = ("a/one", "a/two", "b/three", "c/four")


@st.composite
def forges(draw: st.DrawFn) -> list[Sighting]:
    """A few repositories whose files declare each other, themselves and unknown addresses."""
    seen = []
    for number, path in enumerate(PATHS):
        files: list[FileVersion] = []
        if draw(st.booleans()):
            target = draw(st.sampled_from([*PATHS, "x/unknown", "X/Unknown"]))
            make = draw(st.sampled_from([good, broken]))
            files.append(make(target, f"from {path}"))
        seen.append(sighting(number, path, *files, fork=draw(st.booleans())))
    return seen


@settings(max_examples=15, deadline=None)
@given(forges(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_the_same_pages_in_any_order_make_the_same_catalogue(
    seen: list[Sighting], chance: random.Random, page_size: int
) -> None:
    shuffled = list(seen)
    chance.shuffle(shuffled)
    made = []
    for order in (seen, shuffled):
        catalogue = open_catalogue("sqlite://")
        house = House(catalogue)
        connector = Scripted(order, page_size=page_size, read_batch=1)
        house.crawl(connector=connector)
        made.append((house.entries(), house.outcomes(), catalogue.totals()))
        catalogue.close()
    assert made[0] == made[1], json.dumps(made, indent=1, default=str)
