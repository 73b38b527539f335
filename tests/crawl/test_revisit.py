# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Repositories that cost a request each are looked at less often where nothing changes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from harvester.crawl import SourcePlan, foresee
from harvester.crawl.revisit import CEILING, Revisits, Rhythm
from harvester.model import FileVersion, ItemStatus, Sighting
from harvester.ports.listing import Failure, FailureCode, Listing, Page, Scope, ScopeKind
from harvester.ports.rows import Item, RevisitRow
from tests.crawl.build import START, Scripted, good, plan, sighting
from tests.crawl.conftest import House

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FLOOR = 6 * HOUR
RHYTHM = Rhythm(floor=FLOOR)
FLOORS = st.integers(60, 40 * 86400).map(lambda seconds: timedelta(seconds=seconds))


def rhythm_of(floor: timedelta) -> Rhythm:
    return Rhythm(floor=floor, ceiling=max(floor, CEILING))


def row(key: str, interval: timedelta) -> RevisitRow:
    return RevisitRow(repository_id=key, looked_at=START, interval=interval)


# --- the rule -------------------------------------------------------------------------------


@settings(max_examples=60)
@given(
    floor=FLOORS,
    looks=st.lists(st.tuples(st.booleans(), st.booleans()), max_size=20),
    key=st.text("0123456789abcdef", min_size=1, max_size=8),
)
def test_every_interval_and_every_rest_lies_between_floor_and_ceiling(
    floor: timedelta, looks: list[tuple[bool, bool]], key: str
) -> None:
    rhythm = rhythm_of(floor)
    interval = rhythm.interval(None, served=True, changed=True)
    assert interval == floor
    for served, changed in looks:
        before, interval = interval, rhythm.interval(interval, served=served, changed=changed)
        assert floor <= interval <= rhythm.ceiling
        assert interval <= before if changed or not served else interval >= before
        assert floor <= rhythm.rest(row(key, interval)) <= interval


@settings(max_examples=60)
@given(
    floor=FLOORS,
    times=st.tuples(st.floats(0.5, 100), st.floats(1, 10)),
    served=st.booleans(),
    changed=st.booleans(),
    hours=st.integers(0, 1000),
)
def test_who_rested_longer_never_comes_earlier(
    floor: timedelta, times: tuple[float, float], served: bool, changed: bool, hours: int
) -> None:
    rhythm, now = rhythm_of(floor), START + hours * HOUR
    small, great = floor * times[0], floor * times[0] * times[1]
    assert rhythm.interval(small, served=served, changed=changed) <= rhythm.interval(
        great, served=served, changed=changed
    )
    assert rhythm.rest(row("one", small)) <= rhythm.rest(row("one", great))
    assert rhythm.is_due(row("one", small), now) or not rhythm.is_due(row("one", great), now)


def test_a_cohort_spreads_and_each_share_is_always_the_same() -> None:
    rows = [row(f"{number:032x}", 8 * DAY) for number in range(400)]
    rests = [RHYTHM.rest(one) for one in rows]
    assert rests == [RHYTHM.rest(one) for one in rows]
    days = [sum(rest // DAY == day for rest in rests) for day in (6, 7)]
    assert sum(days) == 400
    assert all(120 < amount < 280 for amount in days)


def test_a_look_on_demand_does_not_count_as_a_long_quiet_time() -> None:
    looks = Revisits(rhythm=RHYTHM, rows={"a": row("a", 2 * DAY)}, urls={})
    unchanged = Item(subject="a", status=ItemStatus.UNCHANGED, repository_id="a")
    (early,) = looks.after([unchanged], START + HOUR)
    (late,) = looks.after([unchanged], START + 2 * DAY)
    assert (early.interval, late.interval) == (2 * DAY, 4 * DAY)


def test_what_could_not_be_read_was_not_looked_at() -> None:
    looks = Revisits(rhythm=RHYTHM, rows={"a": row("a", 2 * DAY)}, urls={})
    items = [
        Item(subject="a", status=ItemStatus.UNCHANGED, repository_id="a"),
        Item(subject="a", status=ItemStatus.ERRORED, repository_id="a"),
        Item(subject="nobody", status=ItemStatus.SKIPPED),
    ]
    assert looks.after(items, START + 3 * DAY) == ()


def test_a_look_of_a_clock_that_ran_ahead_holds_nobody_back() -> None:
    assert RHYTHM.is_due(row("a", 16 * DAY), START - DAY)


# --- the crawl ------------------------------------------------------------------------------


class Asking(Scripted):
    """A forge of which each repository is a request."""

    def __init__(self, sightings: list[Sighting]) -> None:
        super().__init__(sightings)
        self.asked: list[str] = []

    def asks_for_each(self, scope: Scope) -> bool:
        return scope.kind is ScopeKind.REPOSITORIES

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        there = {seen.repository.path: seen for seen in self.sightings}
        self.asked = [path for path in listing.scope.paths if path not in listing.resting]
        yield Page(
            sightings=tuple(there[path] for path in self.asked if path in there),
            failures=tuple(
                Failure(subject=path, code=FailureCode.UNREADABLE, message="it is down")
                for path in self.asked
                if path not in there
            ),
            cursor=None,
        )


def named(*paths: str) -> SourcePlan:
    return plan(
        scope=Scope(ScopeKind.REPOSITORIES, paths),
        revisit_every=FLOOR,
        sweep_every=timedelta(days=90),
    )


PATHS = ("city/quiet", "city/busy")


def seen(path: str, *files: FileVersion, name: str = "") -> Sighting:
    made = sighting(1 + PATHS.index(path), path, *files)
    return replace(made, repository=replace(made.repository, description=name))


def live(house: House, crawls: int) -> list[list[str]]:
    """Crawl as often as scheduled; one repository changes before each crawl."""
    asked = []
    for number in range(crawls):
        connector = Asking(
            [seen(PATHS[0], good(PATHS[0])), seen(PATHS[1], good(PATHS[1]), name=str(number))]
        )
        house.crawl(connector=connector)
        asked.append(connector.asked)
        house.clock.advance(hours=6)
    return asked


def test_who_never_changes_is_asked_less_and_less_and_who_does_each_time(house: House) -> None:
    house.source = named(*PATHS)
    asked = live(house, 32)
    assert all(PATHS[1] in one for one in asked)
    quiet = [number for number, one in enumerate(asked) if PATHS[0] in one]
    gaps = [later - earlier for earlier, later in pairwise(quiet)]
    assert gaps[0] == 1
    assert gaps == sorted(gaps)
    assert 12 <= gaps[-1] <= 16  # sixteen times the floor, less a share


def test_a_change_brings_it_back_and_who_rests_is_neither_missed_nor_gone(house: House) -> None:
    house.source = named(*PATHS)
    live(house, 8)
    rows = {one.repository_id: one for one, _ in house.catalogue.revisits("scripted")}
    slow = max(rows.values(), key=lambda one: one.interval)
    assert slow.interval > FLOOR

    resting = Asking([seen(PATHS[1], good(PATHS[1]))])
    ended = house.crawl(connector=resting)
    assert resting.asked == [PATHS[1]]
    assert (ended.complete, ended.resting) == (True, 1)
    assert house.entry("https://forge.example/city/quiet")["state"] == "listed"

    house.clock.advance(days=16)
    moved = Asking([seen(PATHS[0], good(PATHS[0], "Neu")), seen(PATHS[1], good(PATHS[1]))])
    house.crawl(connector=moved)
    rows = {one.repository_id: one for one, _ in house.catalogue.revisits("scripted")}
    assert rows[slow.repository_id].interval == slow.interval / 2


def test_a_sweep_asks_for_everything(house: House) -> None:
    house.source = named(*PATHS)
    live(house, 8)
    everything = Asking([seen(path, good(path)) for path in PATHS])
    house.crawl(connector=everything, full=True)
    assert everything.asked == list(PATHS)


def test_what_fails_is_asked_again_by_the_next_crawl(house: House) -> None:
    house.source = named(*PATHS)
    live(house, 8)
    house.clock.advance(days=16)
    down = Asking([seen(PATHS[1], good(PATHS[1]))])
    house.crawl(connector=down)
    assert PATHS[0] in down.asked
    again = Asking([seen(path, good(path)) for path in PATHS])
    house.crawl(connector=again)
    assert PATHS[0] in again.asked


def test_the_forecast_knows_who_rests(house: House) -> None:
    house.source = named(*PATHS)
    live(house, 8)
    now = house.clock.now()
    assert foresee(house.catalogue, house.source, full=False, now=now).resting == 0
    size = foresee(house.catalogue, house.source, full=False, now=now, connector=house.connector)
    ended = house.crawl(connector=Asking([seen(path, good(path)) for path in PATHS]))
    assert size.resting == ended.resting == 1


def test_without_a_schedule_nobody_rests(house: House) -> None:
    house.source = replace(named(*PATHS), revisit_every=None)
    assert all(one == list(PATHS) for one in live(house, 6))
    assert house.catalogue.revisits("scripted") == []
