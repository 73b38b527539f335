# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who leaves the catalogue without a grace time, and how they come back."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from harvester.crawl.blocks import Block, Blocks
from harvester.crawl.retire import retire, taken_off_at
from harvester.model import Details, ItemStatus, Sighting, repository_id
from harvester.ports.errors import ServerError
from harvester.ports.listing import Failure, FailureCode, Found, Page, Private, Scope, ScopeKind
from harvester.worker import Worker
from tests.crawl.build import (
    FORGE,
    GOOD,
    Ears,
    Scripted,
    broken,
    file,
    good,
    plan,
    sighting,
    url_of,
)
from tests.crawl.conftest import House

TOPIC = "publiccode-ignore"


def several(count: int) -> list[Sighting]:
    return [sighting(n, f"city/p{n}", good(f"city/p{n}")) for n in range(count)]


def by_topic(seen: Sighting) -> Sighting:
    details = Details(topics=("x", TOPIC.upper()), languages=())
    return replace(seen, repository=replace(seen.repository, details=details, revision="2"))


def by_file(seen: Sighting) -> Sighting:
    return replace(seen, ignore_file=True)


def by_key(seen: Sighting) -> Sighting:
    text = GOOD.format(name="Werkzeug", url=seen.repository.web_url)
    return replace(seen, files=(file(text + "x-publiccode-ignore: true\n"),))


WAYS = {"opt-out-topic": by_topic, "opt-out-key": by_key, "opt-out-file": by_file}


@pytest.fixture(autouse=True)
def topics(house: House) -> None:
    house.source = plan(opt_out_topics=(TOPIC,))


@pytest.mark.parametrize("way", WAYS)
def test_an_opt_out_takes_effect_in_the_crawl_that_sees_it_and_so_does_its_end(
    house: House, way: str
) -> None:
    house.crawl(*several(2))
    house.clock.advance(hours=6)
    since = house.clock.now()
    opted = [several(2)[0], WAYS[way](several(2)[1])]
    summary = house.crawl(connector=Scripted(opted))
    assert house.connector.listings[0].since is not None
    assert (summary.items[ItemStatus.SKIPPED], summary.left_out) == (1, {way: 1})
    entry = house.entry(url_of("city/p1"))
    assert (entry["state"], entry["state_reason"]) == ("withdrawn", way)
    shown = ("name", "publiccode", "repository", "publisher", "source_file")
    assert [entry[key] for key in shown] == [None] * 5
    assert (entry["provenances"], entry["findings"]) == ([], [])
    assert house.changes()[-1] == ("deleted", way)
    head = house.catalogue.head()
    house.clock.advance(days=8)
    assert house.crawl(connector=Scripted(opted)).items[ItemStatus.SKIPPED] == 1
    assert house.catalogue.head() == head
    row = house.catalogue.around(url_of("city/p1")).repositories[repository_id(FORGE.url, "1")]
    assert (row.ignored_since, row.opt_outs) == (since, (way,))
    summary = house.crawl(connector=Scripted(back(way)), full=True)
    assert house.entry(url_of("city/p1"))["state"] == "listed"
    assert house.changes()[-1] == ("restored", "valid")
    row = house.catalogue.around(url_of("city/p1")).repositories[repository_id(FORGE.url, "1")]
    assert (row.ignored_since, row.opt_outs) == (None, ())
    assert summary.left_out == {}


def back(way: str) -> list[Sighting]:
    """Give the forge on which nobody is opted out any more."""
    there = several(2)
    return [there[0], replace(there[1], ignore_file=False)] if way == "opt-out-file" else there


@pytest.mark.parametrize("way", WAYS)
def test_of_who_was_opted_out_from_the_first_nothing_is_told(house: House, way: str) -> None:
    house.crawl(WAYS[way](several(1)[0]))
    assert (house.entries(), house.changes(), house.outcomes()) == ([], [], {})
    for _ in range(2):
        house.crawl(WAYS[way](several(1)[0]), full=True)
        assert house.connector.reads == []
    lifted = replace(several(1)[0], ignore_file=False)
    house.crawl(lifted, full=True)
    assert house.entry(url_of("city/p0"))["state"] == "listed"
    assert house.changes() == [("created", "valid")]


def test_what_a_listing_does_not_tell_of_an_opt_out_stands(house: House) -> None:
    house.crawl(*several(1))
    house.crawl(by_file(by_topic(several(1)[0])), full=True)
    silent = several(1)[0]
    silent = replace(silent, repository=replace(silent.repository, details=None, revision="2"))
    house.crawl(silent, full=True)
    row = house.catalogue.around(url_of("city/p0")).repositories[repository_id(FORGE.url, "0")]
    assert row.opt_outs == ("opt-out-topic", "opt-out-file")
    assert house.entry(url_of("city/p0"))["state"] == "withdrawn"


def test_one_way_is_enough_and_the_first_one_is_told(house: House) -> None:
    house.crawl(*several(1))
    house.crawl(by_topic(by_file(several(1)[0])), full=True)
    assert house.entry(url_of("city/p0"))["state_reason"] == "opt-out-topic"
    house.crawl(by_file(several(1)[0]), full=True)
    assert house.entry(url_of("city/p0"))["state_reason"] == "opt-out-file"


def test_a_key_that_does_not_say_true_is_no_opt_out(house: House) -> None:
    text = GOOD.format(name="Werkzeug", url=url_of("city/a"))
    for said in ("false", "'true'", "[true]", "1"):
        seen = sighting(1, "city/a", file(f"{text}x-publiccode-ignore: {said}\n"))
        house.crawl(seen, full=True)
        assert house.entry(url_of("city/a"))["state"] == "listed"


def test_a_copy_that_opts_out_says_nothing_of_the_original(house: House) -> None:
    copy = sighting(2, "town/copy", good("city/p0"))
    house.crawl(*several(1), copy)
    assert len(house.entry(url_of("city/p0"))["provenances"]) == 2
    house.crawl(*several(1), by_file(copy), full=True)
    entry = house.entry(url_of("city/p0"))
    assert (entry["state"], len(entry["provenances"])) == ("listed", 1)


def test_a_copy_does_not_speak_for_an_original_that_opts_out(house: House) -> None:
    copy = sighting(2, "town/copy", good("city/p0"))
    house.crawl(*several(1), copy)
    house.crawl(by_file(several(1)[0]), copy, full=True)
    assert house.entry(url_of("city/p0"))["state"] == "withdrawn"


def test_who_was_opted_out_from_the_first_is_a_bare_tombstone_where_a_copy_tells_of_it(
    house: House,
) -> None:
    copy = sighting(2, "town/copy", good("city/p0"))
    house.crawl(by_file(several(1)[0]), copy)
    entry = house.entry(url_of("city/p0"))
    assert (entry["state"], entry["name"], entry["provenances"]) == ("withdrawn", None, [])
    assert house.changes() == [("deleted", "opt-out-file")]
    house.crawl(replace(several(1)[0], ignore_file=False), copy, full=True)
    assert house.changes()[1:] == [("restored", "valid")]


def test_a_file_that_broke_while_opted_out_comes_back_as_the_last_good(house: House) -> None:
    house.crawl(*several(1))
    house.crawl(by_file(several(1)[0]), full=True)
    worse = sighting(0, "city/p0", broken("city/p0"))
    house.crawl(by_file(worse), full=True)
    house.crawl(replace(worse, ignore_file=False), full=True)
    entry = house.entry(url_of("city/p0"))
    assert (entry["state"], entry["state_reason"]) == ("listed", "last-good")


def test_a_file_that_went_while_opted_out_does_not_come_back(house: House) -> None:
    house.crawl(*several(1))
    house.crawl(by_topic(several(1)[0]), full=True)
    house.crawl(by_topic(sighting(0, "city/p0")), full=True)
    house.crawl(sighting(0, "city/p0"), full=True)
    entry = house.entry(url_of("city/p0"))
    assert (entry["state"], entry["state_reason"]) == ("gone", "file-removed")


# --- private --------------------------------------------------------------------------------


def test_what_a_look_up_finds_private_is_gone_in_the_same_crawl(house: House) -> None:
    house.crawl(*several(9))
    summary = house.crawl(
        connector=Scripted(several(2), look_ups=dict.fromkeys("2345678", Private())), full=True
    )
    assert summary.complete
    assert summary.items[ItemStatus.GONE] == 7
    entry = house.entry(url_of("city/p2"))
    assert (entry["state"], entry["state_reason"]) == ("gone", "private")
    assert (entry["publiccode"], entry["repository"], entry["provenances"]) == (None, None, [])
    assert house.changes()[-1] == ("deleted", "private")
    house.crawl(*several(9), full=True)
    assert house.entry(url_of("city/p2"))["publiccode"] is not None
    assert house.catalogue.totals()["listed"] == 9  # type: ignore[index]


def hiding(*ids: str) -> Callable[[int, Page], Page]:
    return lambda _number, page: replace(page, hidden=ids, skipped=len(ids))


def test_what_a_listing_shows_as_private_is_gone_even_in_an_incremental_crawl(
    house: House,
) -> None:
    house.crawl(*several(2))
    house.clock.advance(hours=6)
    summary = house.crawl(connector=Scripted([], decorate=hiding("1", "77")))
    assert (summary.items[ItemStatus.GONE], summary.items[ItemStatus.SKIPPED]) == (1, 2)
    assert house.entry(url_of("city/p1"))["state_reason"] == "private"
    assert len(house.entries()) == 2
    head = house.catalogue.head()
    house.crawl(connector=Scripted([], decorate=hiding("1", "77")))
    assert house.catalogue.head() == head
    house.crawl(connector=Scripted([several(2)[1]]))
    assert house.entry(url_of("city/p1"))["state"] == "listed"


def test_a_private_copy_is_not_told_of(house: House) -> None:
    copy = sighting(2, "town/copy", good("city/p0"))
    house.crawl(*several(1), copy)
    house.crawl(connector=Scripted(several(1), look_ups={"2": Private()}), full=True)
    assert len(house.entry(url_of("city/p0"))["provenances"]) == 1


def test_a_repository_that_leaves_as_its_broken_file_grows_stale_is_gone_all_the_same(
    house: House,
) -> None:
    """A grace time that ends in the same conclusion decides nothing over what is gone."""
    house.crawl(*several(3))
    house.crawl(
        several(3)[0], *(sighting(n, f"city/p{n}", broken(f"city/p{n}")) for n in (1, 2)), full=True
    )
    house.clock.advance(days=27)
    house.crawl(
        connector=Scripted([*several(1), sighting(2, "city/p2", broken("city/p2"))]), full=True
    )
    house.clock.advance(days=4)
    house.crawl(connector=Scripted(several(1), look_ups={"2": Private()}), full=True)
    deleted, private = (house.entry(url_of(f"city/p{n}")) for n in (1, 2))
    assert (deleted["state"], deleted["state_reason"]) == ("gone", "deleted")
    assert (private["state"], private["state_reason"]) == ("gone", "private")
    assert (private["publiccode"], private["repository"], private["name"]) == (None, None, None)


# --- the operator's will --------------------------------------------------------------------


def test_what_is_excluded_leaves_at_once_and_comes_back_when_it_is_not(house: House) -> None:
    house.crawl(*several(12))
    house.source = plan(exclude=("city/p?", "city/p10"), fingerprint="two")
    summary = house.crawl(*several(12))
    assert summary.complete
    assert summary.items[ItemStatus.GONE] == 11
    entry = house.entry(url_of("city/p1"))
    assert (entry["state"], entry["state_reason"]) == ("withdrawn", "out-of-scope")
    assert house.catalogue.sources()["scripted"].repositories == 1
    house.source = plan(fingerprint="one")
    house.crawl(*several(12))
    assert house.catalogue.totals()["listed"] == 12  # type: ignore[index]


def test_a_scope_that_shrinks_leaves_at_once_but_not_too_much_of_it(house: House) -> None:
    there = [*several(3), *(sighting(n, f"town/p{n}", good(f"town/p{n}")) for n in range(50, 58))]
    house.crawl(*there)
    house.source = plan(scope=Scope(ScopeKind.OWNERS, ("city",)), fingerprint="two")
    summary = house.crawl(*several(3))
    assert not summary.complete
    assert "8 of 11 repositories would vanish" in (summary.error or "")
    assert house.catalogue.totals()["listed"] == 11  # type: ignore[index]
    house.source = replace(house.source, keep=replace(house.source.keep, max_vanish=1.0))
    assert house.crawl(*several(3), full=True).complete
    assert house.entry(url_of("town/p50"))["state_reason"] == "out-of-scope"


def test_what_another_source_has_stays_when_one_excludes_it(house: House) -> None:
    house.crawl(*several(2))
    house.source = plan(name="other")
    house.crawl(*several(2))
    house.source = plan(name="other", exclude=("city/p1",), fingerprint="two")
    house.crawl(*several(2))
    assert house.entry(url_of("city/p1"))["state"] == "listed"
    house.source = plan(exclude=("city/p1",), fingerprint="two")
    house.crawl(*several(2))
    assert house.entry(url_of("city/p1"))["state_reason"] == "out-of-scope"


def test_a_repository_that_left_the_scope_on_the_forge_is_moved(house: House) -> None:
    house.source = plan(scope=Scope(ScopeKind.OWNERS, ("city",)))
    house.crawl(*several(2))
    away = sighting(1, "elsewhere/p1", good("elsewhere/p1"))
    states = []
    for _ in range(3):
        house.clock.advance(days=2)
        connector = Scripted(several(1), look_ups={"1": Found(sighting=away)})
        house.crawl(connector=connector, full=True)
        states.append(house.entry(url_of("city/p1"))["state_reason"])
    assert states == ["valid", "valid", "moved"]


def test_one_that_is_named_by_an_old_address_is_in_the_scope(house: House) -> None:
    """A forge follows its redirect; that it is gone wants a look-up and the grace, as ever."""
    house.source = plan(scope=Scope(ScopeKind.REPOSITORIES, ("city/p0", "city/p1")))
    house.crawl(*several(2))
    house.crawl(several(1)[0], sighting(1, "city/new", good("city/new")), full=True)
    house.clock.advance(days=1)
    house.crawl(*several(1), full=True)
    assert house.entry(url_of("city/new"))["state"] == "listed"


def blocking(url: str, reason: str = "Verstoß gegen die Regeln") -> Blocks:
    return Blocks((Block(url, reason),))


@pytest.mark.parametrize(
    "url",
    [url_of("CITY/p1"), "http://forge.example/city/p1", "https://*/p1", "https://*.example/*1"],
)
def test_what_is_blocked_leaves_before_anything_is_asked(house: House, url: str) -> None:
    house.crawl(*several(2))
    house.clock.advance(hours=6)
    house.source = plan(blocks=blocking(url))

    def down(_number: int) -> None:
        raise ServerError("the forge is down")

    summary = house.crawl(connector=Scripted([], before_page=down))
    assert summary.error == "the forge is down"
    entry = house.entry(url_of("city/p1"))
    assert (entry["state"], entry["state_reason"]) == ("blocked", "blocked")
    assert entry["publiccode"] is None
    (item,) = house.ears.items
    assert (item.status, item.message) == ("gone", "Verstoß gegen die Regeln")
    assert house.changes()[-1] == ("deleted", "blocked")
    summary = house.crawl(*several(2), full=True)
    assert summary.left_out == {"blocked": 1}
    assert house.catalogue.head() == len(house.changes()) == 3
    house.source = plan()
    house.crawl(connector=Scripted([], before_page=down))
    assert house.entry(url_of("city/p1"))["state"] == "listed"
    assert house.changes()[-1] == ("restored", "valid")


def test_a_block_of_an_owner_takes_all_below_it_and_nothing_beside(house: House) -> None:
    house.crawl(*several(2), sighting(7, "city2/p1", good("city2/p1")))
    house.source = plan(blocks=blocking(url_of("city")))
    house.crawl(*several(2), full=True, limit=1)
    states = {entry["url"]: entry["state"] for entry in house.entries()}
    assert list(states.values()).count("blocked") == 2
    assert states[url_of("city2/p1")] == "listed"


def test_a_block_follows_a_repository_that_is_renamed(house: House) -> None:
    house.crawl(*several(1))
    house.source = plan(blocks=blocking(url_of("city/p0")))
    house.crawl(sighting(0, "city/new", good("city/new")), full=True)
    assert house.entry(url_of("city/new"))["state"] == "blocked"
    house.crawl(sighting(0, "city/new", good("city/new")), full=True)
    assert house.entry(url_of("city/new"))["state"] == "blocked"
    house.source = plan()
    house.crawl(full=True)
    assert house.entry(url_of("city/new"))["state"] == "listed"


def test_what_is_blocked_from_the_first_is_not_told_of(house: House) -> None:
    house.source = plan(blocks=blocking(url_of("city/p1")))
    summary = house.crawl(*several(2))
    assert summary.left_out == {"blocked": 1}
    assert [entry["url"] for entry in house.entries()] == [url_of("city/p0")]
    assert len(house.changes()) == 1


def test_an_address_that_no_source_covers_can_be_blocked(house: House) -> None:
    house.crawl(sighting(1, "city/copy", good("elsewhere/unknown")))
    assert house.entry(url_of("elsewhere/unknown"))["state"] == "listed"
    house.source = plan(blocks=blocking(url_of("elsewhere")))
    house.crawl(full=True)
    assert house.entry(url_of("elsewhere/unknown"))["state"] == "blocked"
    house.source = plan()
    house.crawl(full=True)
    assert house.entry(url_of("elsewhere/unknown"))["state"] == "listed"


# --- sources and crawls that are given up ---------------------------------------------------


def retired(house: House, name: str) -> None:
    async def run() -> None:
        with Worker("test") as worker:
            empty = Scope(ScopeKind.REPOSITORIES)
            keep = replace(house.source.keep, max_vanish=1.0)
            await retire(
                plan(name=name, scope=empty, keep=keep, fingerprint="retired"),
                catalogue=house.catalogue,
                worker=worker,
                clock=house.clock,
                listener=Ears(),
                stop=asyncio.Event(),
                holder="test",
            )

    asyncio.run(run())


def test_a_source_that_is_no_longer_configured_lets_go_after_the_grace(house: House) -> None:
    house.crawl(*several(9))
    house.source = plan(name="kept")
    house.crawl(*several(1))
    house.catalogue.retire(["kept"], house.clock.now())
    began = house.clock.now()
    house.clock.advance(days=1)
    house.catalogue.retire(["kept"], house.clock.now())
    state = house.catalogue.sources()["scripted"]
    assert taken_off_at(state, house.source.keep) == began + house.source.keep.gone_after
    assert taken_off_at(house.catalogue.sources()["kept"], house.source.keep) is None
    retired(house, "scripted")
    assert house.entry(url_of("city/p0"))["state"] == "listed"
    assert house.entry(url_of("city/p5"))["state_reason"] == "out-of-scope"
    assert house.catalogue.totals()["withdrawn"] == 8  # type: ignore[index]
    state = house.catalogue.sources()["scripted"]
    assert taken_off_at(replace(state, retired_at=began), house.source.keep) is None
    house.source = plan()
    house.crawl(*several(9), full=True)
    assert house.catalogue.totals()["listed"] == 9  # type: ignore[index]


def test_a_source_that_is_configured_again_was_never_gone(house: House) -> None:
    house.crawl(*several(1))
    house.catalogue.retire([], house.clock.now())
    assert house.catalogue.sources()["scripted"].retired_at is not None
    house.catalogue.retire(["scripted"], house.clock.now())
    assert house.catalogue.sources()["scripted"].retired_at is None


def test_an_incremental_crawl_goes_on_with_an_unfinished_sweep(house: House) -> None:
    house.crawl(*several(30))
    house.clock.advance(hours=6)

    def fail(number: int) -> None:
        if number == 2:
            raise ServerError("the forge is down")

    house.crawl(connector=Scripted(several(30), page_size=10, before_page=fail), full=True)
    connector = Scripted(several(29), page_size=10)
    summary = house.crawl(connector=connector)
    assert summary.resumed_from == "2"
    assert connector.listings[0].since is None
    row = house.catalogue.around(url_of("city/p29")).repositories[repository_id(FORGE.url, "29")]
    assert row.missing_sweeps == 1, "the sweep was concluded"


def failing(code: FailureCode) -> Callable[[int, Page], Page]:
    failure = Failure(subject=url_of("nobody"), code=code, message="what the forge said")
    return lambda _number, page: replace(page, failures=(failure,))


@pytest.mark.parametrize(
    ("code", "states"),
    [
        (FailureCode.NOT_FOUND, ["listed", "gone"]),
        (FailureCode.FORBIDDEN, ["listed", "listed"]),
        (FailureCode.UNREADABLE, ["listed", "listed"]),
    ],
)
def test_an_owner_that_is_no_more_does_not_keep_what_others_deleted(
    house: House, code: FailureCode, states: list[str]
) -> None:
    """A list of public bodies has one that was renamed, always."""
    house.crawl(connector=Scripted(several(2), decorate=failing(code)))
    told = []
    for _ in range(2):
        house.clock.advance(days=4)
        summary = house.crawl(connector=Scripted(several(1), decorate=failing(code)), full=True)
        assert not summary.complete
        assert summary.items[ItemStatus.ERRORED] == 1
        told.append(house.entry(url_of("city/p1"))["state"])
    assert told == states
    house.clock.advance(hours=6)
    house.crawl(connector=Scripted([]))
    assert (house.connector.listings[0].since is not None) == (code is FailureCode.NOT_FOUND)
