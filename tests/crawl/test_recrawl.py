# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a second crawl does, and does not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from harvester.model import Details, FileVersion, ItemStatus, Sighting, Unknown, Unread
from harvester.ports.crawls import CrawlRequest
from harvester.ports.errors import ServerError, UnreachableError
from harvester.ports.listing import Failure, FailureCode, Found, Missing, Page, Scope, ScopeKind
from tests.crawl.build import Scripted, broken, file, good, plan, sighting, url_of
from tests.crawl.conftest import House


def several(count: int) -> list[Sighting]:
    return [sighting(n, f"city/p{n}", good(f"city/p{n}")) for n in range(count)]


def test_nothing_new_changes_nothing(house: House) -> None:
    house.crawl(*several(5))
    before, head = list(house.catalogue.entries(None, activity=False)), house.catalogue.head()
    house.clock.advance(days=1)
    summary = house.crawl(*several(5), full=True)
    assert summary.items[ItemStatus.UNCHANGED] == 5
    assert list(house.catalogue.entries(None, activity=False)) == before
    assert house.catalogue.head() == head
    assert house.connector.reads == []


def test_stars_are_no_change(house: House) -> None:
    house.crawl(sighting(1, "city/a", good("city/a")))
    head = house.catalogue.head()
    summary = house.crawl(sighting(1, "city/a", good("city/a"), stars=7), full=True)
    assert summary.items[ItemStatus.UNCHANGED] == 1
    assert house.catalogue.head() == head
    (entry,) = house.catalogue.entries(None, activity=True)
    assert entry.activity is not None
    assert entry.activity.stars == 7


def test_only_what_was_never_seen_is_read(house: House) -> None:
    connector = Scripted(several(3))
    house.crawl(connector=connector)
    assert connector.listings[0].contents
    assert connector.reads == []
    connector = Scripted([*several(3), sighting(9, "city/new", good("city/new"))])
    house.crawl(connector=connector, full=True)
    assert not connector.listings[0].contents
    assert connector.reads == [["9"]]
    assert house.entry(url_of("city/new"))["state"] == "listed"


def test_a_blob_that_is_known_from_elsewhere_is_not_read_again(house: House) -> None:
    house.crawl(sighting(1, "city/a", good("city/a")))
    house.crawl(
        sighting(1, "city/a", good("city/a")),
        sighting(2, "town/copy", good("city/a")),
        full=True,
    )
    assert house.connector.reads == []
    assert house.outcomes()[url_of("town/copy") + "/publiccode.yml"] == "other-place"


def test_texts_are_asked_for_together_across_pages(house: House) -> None:
    house.crawl(sighting(1, "city/a"))
    new = [sighting(n, f"city/n{n}", good(f"city/n{n}")) for n in range(10, 34)]
    connector = Scripted(new, page_size=2, read_batch=20)
    house.crawl(connector=connector, full=True)
    assert [len(read) for read in connector.reads] == [10, 10, 4]


def test_a_listing_that_cannot_tell_the_files_is_asked_only_where_it_moved(house: House) -> None:
    unread = replace(sighting(1, "city/a"), files=Unread())
    connector = Scripted([sighting(1, "city/a", good("city/a"))])
    connector.decorate = lambda _n, page: replace(page, sightings=(unread,))
    house.crawl(connector=connector)
    assert connector.reads == [["1"]]
    assert house.entry(url_of("city/a"))["state"] == "listed"
    connector.reads.clear()
    house.crawl(connector=connector, full=True)
    assert connector.reads == []
    assert house.entry(url_of("city/a"))["file_state"] == "valid"
    moved = replace(unread, repository=replace(unread.repository, revision="2"))
    connector.decorate = lambda _n, page: replace(page, sightings=(moved,))
    house.crawl(connector=connector, full=True)
    assert connector.reads == [["1"]]


def test_details_are_read_where_something_moved(house: House) -> None:
    bare = sighting(1, "city/a", good("city/a"))
    bare = replace(bare, repository=replace(bare.repository, details=None))
    full = sighting(1, "city/a", good("city/a"))
    connector = Scripted([full])
    connector.decorate = lambda _n, page: replace(page, sightings=(bare,))
    house.crawl(connector=connector)
    assert house.entry(url_of("city/a"))["repository"]["languages"] == ["Python"]
    connector.reads.clear()
    house.crawl(connector=connector, full=True)
    assert connector.reads == []
    renewed = replace(
        full.repository, revision="2", details=Details(topics=("new",), languages=("Rust",))
    )
    connector.sightings = [replace(full, repository=renewed)]
    moved = replace(bare, repository=replace(bare.repository, revision="2"))
    connector.decorate = lambda _n, page: replace(page, sightings=(moved,))
    house.crawl(connector=connector, full=True)
    assert connector.reads == [["1"]]
    assert house.entry(url_of("city/a"))["repository"]["topics"] == ["new"]


# --- files that get worse and better --------------------------------------------------------


def test_a_broken_file_leaves_the_last_good_record_for_a_while(house: House) -> None:
    house.crawl(sighting(1, "city/a", good("city/a", "Gut")))
    house.clock.advance(days=1)
    house.crawl(sighting(1, "city/a", broken("city/a", "Kaputt")), full=True)
    entry = house.entry(url_of("city/a"))
    assert (entry["state"], entry["state_reason"]) == ("listed", "last-good")
    assert (entry["file_state"], entry["name"]) == ("invalid", "Gut")
    assert entry["stale_since"] == "2026-03-02T12:00:00Z"
    assert entry["findings"]
    house.clock.advance(days=30)
    house.crawl(sighting(1, "city/a", broken("city/a", "Kaputt")), full=True)
    entry = house.entry(url_of("city/a"))
    assert (entry["state"], entry["state_reason"]) == ("invalid", "stale")
    house.clock.advance(days=1)
    house.crawl(sighting(1, "city/a", good("city/a", "Wieder gut")), full=True)
    entry = house.entry(url_of("city/a"))
    assert (entry["state"], entry["stale_since"], entry["name"]) == ("listed", None, "Wieder gut")


def test_a_file_that_was_never_good_shows_why(house: House) -> None:
    house.crawl(sighting(1, "city/a", broken("city/a", "Kaputt")))
    entry = house.entry(url_of("city/a"))
    assert (entry["state"], entry["state_reason"]) == ("invalid", "never-valid")
    assert entry["name"] == "Kaputt"
    assert any(finding["severity"] == "error" for finding in entry["findings"])
    house.crawl(sighting(1, "city/a", good("city/a")), full=True)
    assert house.entry(url_of("city/a"))["state"] == "listed"


def test_a_removed_file_is_gone_after_two_sweeps_and_the_grace(house: House) -> None:
    house.crawl(sighting(1, "city/a", good("city/a")))
    states = []
    for _ in range(4):
        house.clock.advance(days=2)
        house.crawl(sighting(1, "city/a"), full=True)
        entry = house.entry(url_of("city/a"))
        states.append((entry["state"], entry["state_reason"], entry["file_state"]))
    assert states == [
        ("listed", "last-good", "absent"),
        ("listed", "last-good", "absent"),
        ("gone", "file-removed", "absent"),
        ("gone", "file-removed", "absent"),
    ]
    house.crawl(sighting(1, "city/a", good("city/a")), full=True)
    assert house.entry(url_of("city/a"))["state"] == "listed"
    assert house.changes()[-1] == ("restored", "valid")


def test_a_file_that_could_not_be_read_changes_nothing(house: House) -> None:
    house.crawl(sighting(1, "city/a", good("city/a")))
    head = house.catalogue.head()
    doubtful = replace(sighting(1, "city/a"), files=Unknown(reason="no access"))
    summary = house.crawl(doubtful, full=True)
    assert summary.items[ItemStatus.ERRORED] == 1
    assert not summary.complete
    unread = FileVersion(path="publiccode.yml", blob_id="f" * 40, unread="502")
    summary = house.crawl(sighting(1, "city/a", unread), full=True)
    assert not summary.complete
    assert house.catalogue.head() == head
    assert house.entry(url_of("city/a"))["file_state"] == "valid"


# --- repositories that vanish ---------------------------------------------------------------


def test_a_deleted_repository_is_gone_after_two_sweeps_and_the_grace(house: House) -> None:
    house.crawl(*several(3))
    states = []
    for _ in range(3):
        house.clock.advance(days=2)
        summary = house.crawl(*several(2), full=True)
        states.append((house.entry(url_of("city/p2"))["state"], summary.items[ItemStatus.GONE]))
    assert states == [("listed", 0), ("listed", 0), ("gone", 1)]
    entry = house.entry(url_of("city/p2"))
    assert entry["state_reason"] == "deleted"
    assert house.changes()[-1] == ("deleted", "deleted")
    house.crawl(*several(3), full=True)
    assert house.entry(url_of("city/p2"))["state"] == "listed"


def test_two_sweeps_within_the_grace_take_nothing_away(house: House) -> None:
    house.crawl(*several(2))
    for _ in range(5):
        house.clock.advance(hours=1)
        house.crawl(*several(1), full=True)
    assert house.entry(url_of("city/p1"))["state"] == "listed"


def test_a_repository_that_a_look_up_still_finds_is_not_missed(house: House) -> None:
    house.crawl(*several(3))
    there = several(3)[2]
    for _ in range(4):
        house.clock.advance(days=3)
        connector = Scripted(several(2), look_ups={"2": Found(sighting=there)})
        summary = house.crawl(connector=connector, full=True)
    assert house.entry(url_of("city/p2"))["state"] == "listed"
    assert summary.items[ItemStatus.UNCHANGED] == 3


def test_no_answer_is_no_reason(house: House) -> None:
    house.crawl(*several(3))
    for _ in range(4):
        house.clock.advance(days=3)
        doubt = {"2": Unknown(reason="429")}
        house.crawl(connector=Scripted(several(2), look_ups=doubt), full=True)
    assert house.entry(url_of("city/p2"))["state"] == "listed"


def test_too_many_at_once_are_an_accident(house: House) -> None:
    house.crawl(*several(20))
    for _ in range(3):
        house.clock.advance(days=3)
        summary = house.crawl(*several(10), full=True)
        assert not summary.complete
        assert summary.error is not None
        assert "max_vanish" in summary.error
    assert house.catalogue.totals()["listed"] == 20  # type: ignore[index]


def test_an_empty_listing_takes_nothing_away(house: House) -> None:
    house.crawl(*several(6))
    for _ in range(3):
        house.clock.advance(days=3)
        assert not house.crawl(full=True).complete
    assert house.catalogue.totals()["listed"] == 6  # type: ignore[index]


# --- crawls that do not end well ------------------------------------------------------------


def test_a_crawl_goes_on_where_it_ended(house: House) -> None:
    def fail(number: int) -> None:
        if number == 2:
            raise ServerError("the forge is down; try again later")

    connector = Scripted(several(30), page_size=10, read_batch=1, before_page=fail)
    first = house.crawl(connector=connector)
    assert not first.complete
    assert first.error == "the forge is down; try again later"
    assert first.cursor == "2"
    assert len(house.entries()) == 20
    connector = Scripted(several(30), page_size=10, read_batch=1)
    second = house.crawl(connector=connector)
    assert second.resumed_from == "2"
    assert second.complete
    assert second.items[ItemStatus.ADDED] == 30
    assert connector.listings[0].cursor == "2"
    assert len(house.entries()) == 30


def test_a_conclusion_that_asks_nobody_was_not_left_without_an_answer(house: House) -> None:
    house.crawl(*several(2))

    def unplug(*_: object) -> None:
        raise UnreachableError("no route")

    connector = Scripted(several(1))
    connector.look_up = unplug  # type: ignore[method-assign,assignment]
    broken_off = house.crawl(connector=connector, full=True)
    assert not broken_off.complete
    assert broken_off.answered
    resumed = house.crawl(connector=Scripted(several(1)), full=True)
    assert resumed.complete
    assert resumed.answered
    nowhere = Scripted(several(1), before_page=unplug)
    house.clock.advance(days=8)
    assert not house.crawl(connector=nowhere, full=True).answered


def test_a_refused_row_fails_its_item_only(house: House) -> None:
    bad = sighting(2, "city/bad", good("city/bad"))
    bad = replace(bad, repository=replace(bad.repository, description="a\0b"))
    summary = house.crawl(several(1)[0], bad, sighting(3, "city/c", good("city/c")))
    assert summary.items[ItemStatus.ERRORED] == 1
    assert summary.items[ItemStatus.ADDED] == 2
    assert not summary.complete
    assert {e["url"] for e in house.entries()} == {url_of("city/p0"), url_of("city/c")}


def test_what_cannot_be_stored_can_be_told(house: House) -> None:
    bad = sighting(2, "city/bad", good("city/bad"))
    bad = replace(bad, repository=replace(bad.repository, web_url=url_of("city/b\0\ud800")))
    failure = Failure(subject="a\0", code=FailureCode.UNREADABLE, message="b\ud800")
    connector = Scripted([several(1)[0], bad])
    connector.decorate = lambda _n, page: replace(page, failures=(failure,))
    summary = house.crawl(connector=connector)
    assert summary.items[ItemStatus.ERRORED] == 2
    assert summary.items[ItemStatus.ADDED] == 1
    subjects = {item.subject for item in house.ears.items if item.status is ItemStatus.ERRORED}
    assert subjects == {url_of("city/b\\x00\\ud800"), "a\\x00"}


def test_an_incremental_crawl_looks_back_behind_the_last_start(house: House) -> None:
    began = house.clock.now()
    house.crawl(*several(2))
    house.clock.advance(hours=6)
    connector = Scripted(several(1))
    summary = house.crawl(connector=connector)
    assert summary.complete
    assert connector.listings[0].since == began - timedelta(hours=2)
    assert house.entry(url_of("city/p1"))["state"] == "listed"
    house.clock.advance(days=7)
    connector = Scripted(several(2))
    house.crawl(connector=connector)
    assert connector.listings[0].since is None


def test_a_limit_ends_the_crawl_and_concludes_nothing(house: House) -> None:
    house.crawl(*several(5))
    connector = Scripted(several(5), page_size=2)
    house.clock.advance(days=9)
    summary = house.crawl(connector=connector, limit=3)
    assert summary.limited
    assert not summary.complete
    assert sum(summary.items.values()) == 3


def test_a_file_over_the_limit_is_told(house: House) -> None:
    large = FileVersion(path="publiccode.yml", blob_id="a" * 40, size=2 * 1024 * 1024)
    house.crawl(sighting(1, "city/a", large))
    entry = house.entry(url_of("city/a"))
    assert entry["state"] == "invalid"
    assert len(entry["findings"]) == 1


def test_a_page_is_read_twice_without_harm(house: House) -> None:
    twice = several(2)

    def repeat(number: int, page: Page) -> Page:
        return replace(page, sightings=(*page.sightings, *twice))

    summary = house.crawl(connector=Scripted(twice, decorate=repeat))
    assert summary.items[ItemStatus.ADDED] == 2


def test_the_record_of_a_file_that_moved_its_entry_stays_for_a_while(house: House) -> None:
    house.crawl(sighting(1, "city/a", good("elsewhere/typo")))
    house.clock.advance(days=1)
    house.crawl(sighting(1, "city/a", good("city/a")), full=True)
    assert house.entry(url_of("city/a"))["state"] == "listed"
    left = house.entry(url_of("elsewhere/typo"))
    assert (left["state"], left["file_state"]) == ("listed", "absent")
    house.clock.advance(days=4)
    house.crawl(sighting(1, "city/a", good("city/a")), full=True)
    assert house.entry(url_of("elsewhere/typo"))["state"] == "gone"


def test_missing_answers_do_not_count(house: House) -> None:
    house.crawl(*several(2))
    connector = Scripted(several(1), look_ups={"1": Missing()})
    house.crawl(connector=connector, full=True)
    assert house.entry(url_of("city/p1"))["state"] == "listed"


def test_text_that_is_no_yaml_is_told(house: House) -> None:
    house.crawl(sighting(1, "city/a", file("- : [")))
    entry = house.entry(url_of("city/a"))
    assert entry["state"] == "invalid"
    assert entry["findings"][0]["line"] == 1


# --- what one crawl leaves to the next --------------------------------------------------------


def test_an_incremental_crawl_looks_back_behind_the_start_of_a_long_one(house: House) -> None:
    began = house.clock.now()
    connector = Scripted(
        several(3), page_size=1, before_page=lambda _n: house.clock.advance(hours=5)
    )
    assert house.crawl(connector=connector).complete
    house.clock.advance(hours=1)
    connector = Scripted([])
    house.crawl(connector=connector)
    assert connector.listings[0].since == began - timedelta(hours=2)


def test_a_source_whose_scope_was_changed_is_swept(house: House) -> None:
    house.crawl(*several(2))
    for since in (True, False):
        house.source = plan(fingerprint="two")
        house.clock.advance(hours=6)
        connector = Scripted(several(2))
        house.crawl(connector=connector)
        assert (connector.listings[0].since is None) is since


def listing(*seen: Sighting) -> Callable[[int, Page], Page]:
    """Have a listing tell this, whatever the forge has."""
    return lambda _number, page: replace(page, sightings=seen)


def test_what_a_read_could_not_tell_is_asked_for_again(house: House) -> None:
    """A listing that brings no files says by the revision whether they are to be read."""
    for known in (False, True):
        revision = "2" if known else "1"
        listed = replace(sighting(1, "city/a"), files=Unread())
        listed = replace(listed, repository=replace(listed.repository, revision=revision))
        text = good("city/a", f"Fassung {revision}")
        unread = replace(text, content=None, unread="502")
        for files in (Unknown(reason="no access"), (unread,), (text,)):
            connector = Scripted([replace(listed, files=files)])
            connector.decorate = listing(listed)
            house.crawl(connector=connector, full=True)
            assert connector.reads == [["1"]]
        assert house.entry(url_of("city/a"))["name"] == f"Fassung {revision}"


def test_only_sweeps_that_saw_the_repository_count_its_file_as_absent(house: House) -> None:
    """Another source's sweeps say nothing of it, though its entry is theirs too."""
    copy = sighting(2, "town/copy", good("city/a"))
    house.crawl(sighting(1, "city/a", good("city/a")))
    house.source = plan(name="first")
    house.crawl(sighting(1, "city/a"), full=True)
    house.source = plan(name="copies", scope=Scope(ScopeKind.OWNERS, ("town",)))
    for _ in range(4):
        house.clock.advance(days=2)
        house.crawl(copy, full=True)
    assert house.entry(url_of("city/a"))["state"] == "listed"


def test_those_that_are_missed_already_do_not_vanish_again(house: House) -> None:
    house.crawl(*several(20))
    for left in (16, 12, 12):
        house.clock.advance(days=2)
        assert house.crawl(*several(left), full=True).complete
    assert house.catalogue.totals()["gone"] == 4  # type: ignore[index]


def test_a_signal_is_heard_though_pages_never_run_out(house: House) -> None:
    connector = Scripted(several(40), page_size=1, read_batch=1)
    connector.before_page = lambda number: house.stop.set() if number == 10 else None
    summary = house.crawl(connector=connector)
    assert summary.stopped
    assert summary.items[ItemStatus.ADDED] <= 10
    assert house.crawl(*several(40)).complete


def test_a_defect_gives_the_source_back(house: House) -> None:
    def fail(_number: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        house.crawl(connector=Scripted(several(2), before_page=fail))
    assert house.catalogue.sources()["scripted"].last_error == "it ended with ZeroDivisionError"
    assert house.crawl(*several(2)).complete


def test_who_lost_the_source_says_so_also_at_the_end(house: House) -> None:
    def lose(_number: int) -> None:
        house.clock.advance(hours=1)
        request = CrawlRequest(
            source="scripted",
            kind="scripted",
            forge=house.source.forge,
            scope=ScopeKind.INSTANCE,
            fingerprint="one",
            sweep=True,
        )
        house.catalogue.begin(request, "another", house.clock.now())
        raise ServerError("the forge is down")

    summary = house.crawl(connector=Scripted(several(2), before_page=lose))
    assert not summary.complete
    assert "no longer crawled by this process" in (summary.error or "")


def test_more_than_can_be_looked_up_at_once_are_looked_up_in_turn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harvester.crawl.closing.LOOK_UPS", 2)
    house.crawl(*several(6))
    for _ in range(9):
        house.clock.advance(days=2)
        assert house.crawl(*several(3), full=True).complete
    assert house.catalogue.totals()["gone"] == 3  # type: ignore[index]
