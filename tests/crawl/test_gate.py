# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Too many losses at once wait for an operator, who lets through exactly those that waited."""

from dataclasses import replace
from datetime import timedelta

import pytest

from harvester.crawl import KeepPolicy
from harvester.crawl.approve import Approved, approve
from harvester.crawl.gate import judge
from harvester.model import Details, Sighting
from harvester.ports.errors import SourceBusyError
from harvester.ports.listing import LookUp, Missing
from storage.catalogue import SqlCatalogue
from tests.crawl.build import Scripted, broken, good, plan, sighting, url_of
from tests.crawl.conftest import House

ALL = 20


@pytest.fixture
def house(catalogue: SqlCatalogue) -> House:
    keep = KeepPolicy(max_vanish=1.0)  # the brake before the gate has tests of its own
    return House(catalogue, source=plan(keep=keep, opt_out_topics=("ignore",)))


def whole(count: int = ALL) -> list[Sighting]:
    return [sighting(n, f"city/p{n}", good(f"city/p{n}")) for n in range(count)]


def with_broken(count: int) -> list[Sighting]:
    return [sighting(n, f"city/p{n}", broken(f"city/p{n}")) for n in range(count)] + whole()[count:]


def sweeps(house: House, there: list[Sighting]) -> list[tuple[bool, int]]:
    """Sweep three times, days apart; give whether each was complete, and what waited then."""
    told = []
    for _ in range(3):
        house.clock.advance(days=8)
        gone: dict[str, LookUp] = {str(n): Missing() for n in range(len(there), ALL)}
        summary = house.crawl(connector=Scripted(there, look_ups=gone), full=True)
        told.append((summary.complete, summary.waiting))
    return told


def states(house: House) -> dict[str, int]:
    return {state.value: count for state, count in house.catalogue.totals().items() if count}


def approved(house: House) -> list[Approved]:
    house.clock.advance(minutes=1)
    return list(approve(house.catalogue, house.source, holder="operator", now=house.clock.now()))


def test_few_losses_take_effect_by_themselves(house: House) -> None:
    house.crawl(*whole())
    assert sweeps(house, whole(15)) == [(True, 0)] * 3
    assert states(house) == {"listed": 15, "gone": 5}


def test_many_that_vanish_stay_listed_until_they_are_approved(house: House) -> None:
    house.crawl(*whole())
    before, head = house.entries(), house.catalogue.head()
    assert sweeps(house, whole(12)) == [(True, 0), (True, 8), (True, 8)]
    assert house.entries() == before
    assert house.catalogue.head() == head
    state = house.catalogue.sources()["scripted"]
    assert (state.waiting, state.repositories, state.last_status) == (8, 20, "complete")
    assert {(wait.reason, entry.state) for wait, entry in house.catalogue.waits("scripted")} == {
        ("deleted", "listed")
    }
    assert [loss.lost for loss in approved(house)] == [True] * 8
    assert states(house) == {"listed": 12, "gone": 8}
    assert house.changes()[-8:] == [("deleted", "deleted")] * 8
    assert house.catalogue.sources()["scripted"].waiting == 0
    head = house.catalogue.head()
    assert sweeps(house, whole(12)) == [(True, 0)] * 3
    assert house.catalogue.head() == head


def test_the_crawl_says_what_to_do(house: House) -> None:
    house.crawl(*whole())
    sweeps(house, whole(12))
    summary = house.crawl(*whole(12))
    assert summary.complete
    assert summary.error == (
        "8 listed entries would be lost, more than [keep] gate lets through at once; they stay"
        " listed until somebody says harvester approve scripted (--dry-run shows them)"
    )


def test_files_that_stay_broken_for_too_long(house: House) -> None:
    house.crawl(*whole())
    house.clock.advance(days=1)
    house.crawl(*with_broken(7), full=True)
    house.clock.advance(days=31)
    summary = house.crawl(*with_broken(7))
    assert (summary.waiting, states(house)) == (7, {"listed": 20})
    assert [loss.wait.reason for loss in approved(house)] == ["stale"] * 7
    assert states(house) == {"listed": 13, "invalid": 7}


def test_files_that_are_taken_away(house: House) -> None:
    house.crawl(*whole())
    bare = [sighting(n, f"city/p{n}") for n in range(8)] + whole()[8:]
    assert [waiting for _, waiting in sweeps(house, bare)] == [0, 8, 8]
    assert states(house) == {"listed": 20}
    approved(house)
    assert states(house) == {"listed": 12, "gone": 8}


def test_what_comes_back_waits_no_more_and_additions_are_never_held(house: House) -> None:
    house.crawl(*whole())
    sweeps(house, whole(12))
    new = sighting(99, "city/new", good("city/new"))
    summary = house.crawl(*whole(), new, full=True)
    assert (summary.waiting, summary.error) == (0, None)
    assert states(house) == {"listed": 21}
    assert house.catalogue.waits("scripted") == []


def test_what_is_mended_before_the_approval_stays(house: House) -> None:
    house.crawl(*whole())
    sweeps(house, whole(12))
    house.crawl(whole()[15], addresses=("city/p15",))
    told = {loss.entry.url: loss.lost for loss in approved(house)}
    assert [url for url, lost in told.items() if not lost] == [url_of("city/p15")]
    assert states(house) == {"listed": 13, "gone": 7}


def test_a_later_and_larger_loss_waits_anew(house: House) -> None:
    house.crawl(*whole())
    sweeps(house, whole(12))
    approved(house)
    assert [waiting for _, waiting in sweeps(house, whole(4))] == [0, 8, 8]
    assert states(house) == {"listed": 12, "gone": 8}


def test_an_approval_is_of_what_waited_only(house: House) -> None:
    """Of what was missed meanwhile, but not long enough to wait, nothing is taken."""
    house.crawl(*whole())
    sweeps(house, whole(12))
    house.clock.advance(days=1)
    gone: dict[str, LookUp] = {str(n): Missing() for n in range(5, ALL)}
    house.crawl(connector=Scripted(whole(5), look_ups=gone), full=True)
    assert len(approved(house)) == 8
    assert states(house) == {"listed": 12, "gone": 8}


def test_an_incremental_crawl_forgets_no_loss_that_only_sweeps_find(house: House) -> None:
    house.crawl(*whole())
    sweeps(house, whole(12))
    house.clock.advance(hours=6)
    summary = house.crawl(*whole(12))
    assert house.connector.listings[0].since is not None
    assert summary.waiting == 8
    assert house.catalogue.sources()["scripted"].waiting == 8


def test_losses_that_come_by_and_by_count_together_while_they_wait(house: House) -> None:
    house.crawl(*whole())
    house.crawl(*with_broken(3), full=True)
    house.clock.advance(days=8)
    gone: dict[str, LookUp] = {str(n): Missing() for n in range(12, ALL)}
    there = with_broken(3)[:12]
    for _ in range(2):
        house.clock.advance(days=8)
        house.crawl(connector=Scripted(there, look_ups=gone), full=True)
    house.clock.advance(days=30)
    house.source = replace(house.source, sweep_every=timedelta(days=365))
    assert house.crawl(*there).waiting == 11
    assert states(house) == {"listed": 20}


def test_what_the_settings_leave_out_is_not_held(house: House) -> None:
    house.crawl(*whole())
    house.source = replace(house.source, exclude=("city/*",), fingerprint="two")
    assert house.crawl(*whole(), full=True).waiting == 0
    assert states(house) == {"withdrawn": 20}


def test_wishes_of_publishers_are_not_held(house: House) -> None:
    house.crawl(*whole())
    house.clock.advance(hours=1)
    wished = [
        replace(
            seen,
            repository=replace(
                seen.repository, details=Details(topics=("ignore",), languages=()), revision="2"
            ),
        )
        for seen in whole()
    ]
    assert house.crawl(*wished, full=True).waiting == 0
    assert states(house) == {"withdrawn": 20}


def test_no_page_takes_a_listed_entry_away(house: House) -> None:
    """Whatever happens to all files at once, pages only mark it."""
    house.crawl(*whole())
    first = {one["id"] for one in house.entries()}
    elsewhere = [sighting(n, f"city/p{n}", good(f"other/p{n}")) for n in range(ALL)]
    bare = [sighting(n, f"city/p{n}") for n in range(ALL)]
    moved = [sighting(n, f"city/m{n}", broken(f"city/p{n}")) for n in range(ALL)]
    for damaged in (elsewhere, bare, moved, with_broken(ALL)):
        house.clock.advance(hours=1)
        house.crawl(*damaged, full=True)
        assert first <= {one["id"] for one in house.entries() if one["state"] == "listed"}
    assert not [kind for kind, _ in house.changes() if kind == "deleted"]


def test_who_approves_waits_for_a_crawl_that_is_under_way(house: House) -> None:
    house.crawl(*whole())
    sweeps(house, whole(12))
    refused: list[bool] = []

    def meanwhile(_number: int) -> None:
        try:
            approve(house.catalogue, house.source, holder="operator", now=house.clock.now())
        except SourceBusyError:
            refused.append(True)

    house.crawl(connector=Scripted(whole(12), before_page=meanwhile))
    assert refused == [True]
    assert house.catalogue.sources()["scripted"].waiting == 8


@pytest.mark.parametrize(
    ("gate", "listed", "lost", "held"),
    [
        (0.1, 100, 10, False),
        (0.1, 100, 11, True),
        (0.1, 20, 5, False),
        (0.1, 20, 6, True),
        (0.0, 1000, 5, False),
        (0.0, 1000, 6, True),
        (1.0, 50, 50, False),
    ],
)
def test_what_is_too_many(gate: float, listed: int, lost: int, held: bool) -> None:
    losses = {str(number): "stale" for number in range(lost)}
    verdict = judge(
        KeepPolicy(gate=gate), losses, standing={}, elsewhere=frozenset(), listed=listed
    )
    assert (verdict.held == losses.keys()) is held
    assert verdict.waiting == (losses if held else {})


def test_no_source_takes_what_another_ones_gate_holds() -> None:
    verdict = judge(
        KeepPolicy(), {"a": "stale", "b": "stale"}, standing={}, elsewhere=frozenset("a"), listed=9
    )
    assert (verdict.held, verdict.waiting) == (frozenset("a"), {})
