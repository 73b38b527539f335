# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester.schedule import CronError, Schedule, next_due

SUNDAY = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
times = st.integers(0, 400_000_000).map(
    lambda seconds: datetime(2022, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def cron(expression: str, last: datetime = SUNDAY, zone: str = "UTC") -> datetime:
    due = next_due(Schedule(cron=expression, zone=zone), "city", last, last)
    assert due is not None
    return due


@given(times, st.timedeltas(timedelta(seconds=1), timedelta(days=400)), times)
def test_every_counts_from_the_last_crawl(last: datetime, every: timedelta, now: datetime) -> None:
    due = next_due(Schedule(every=every), "city", last, now)
    assert due == (now if last - now > timedelta(days=1) else last + every)


def test_a_last_crawl_in_a_year_to_come_is_a_wrong_date() -> None:
    ahead = SUNDAY + timedelta(days=365)
    for schedule in (Schedule(cron="0 13 * * *"), Schedule(every=timedelta(hours=6))):
        assert next_due(schedule, "city", ahead, SUNDAY) == SUNDAY


@given(times)
def test_a_source_that_never_ran_is_due_now(now: datetime) -> None:
    assert next_due(Schedule(every=timedelta(hours=1)), "city", None, now) == now


@given(times)
def test_without_a_schedule_nothing_is_due(now: datetime) -> None:
    assert next_due(Schedule(), "city", None, now) is None
    assert next_due(Schedule(), "city", now, now) is None


@given(times, st.timedeltas(timedelta(0), timedelta(days=2)), st.text(max_size=20))
def test_jitter_puts_off_by_a_share_that_is_the_same_for_whoever_asks(
    last: datetime, jitter: timedelta, name: str
) -> None:
    schedule = Schedule(every=timedelta(hours=6), jitter=jitter)
    due = next_due(schedule, name, last, last)
    assert due == next_due(schedule, name, last, last + timedelta(hours=1))
    assert due is not None
    assert timedelta(0) <= due - (last + timedelta(hours=6)) <= jitter


def test_jitter_spreads_sources() -> None:
    schedule = Schedule(every=timedelta(hours=6), jitter=timedelta(hours=1))
    dues = {next_due(schedule, f"city-{number}", SUNDAY, SUNDAY) for number in range(50)}
    assert len(dues) > 40


def test_cron_goes_by_the_clock_on_the_wall() -> None:
    winter, summer = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 7, 10, tzinfo=UTC)
    assert cron("30 3 * * *", winter, "Europe/Berlin").hour == 2
    assert cron("30 3 * * *", summer, "Europe/Berlin").hour == 1


def test_a_time_that_summer_time_leaps_over_is_an_hour_later_and_none_is_lost() -> None:
    days, due = [], datetime(2026, 3, 27, 12, tzinfo=UTC)
    for _ in range(3):
        due = cron("30 2 * * *", due, "Europe/Berlin")
        days.append(due)
    assert days == [
        datetime(2026, 3, 28, 1, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        datetime(2026, 3, 30, 0, 30, tzinfo=UTC),
    ]


@given(times, st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]))
def test_cron_always_moves_on_in_every_zone(last: datetime, zone: str) -> None:
    due = last
    for _ in range(30):
        later = cron("*/30 2 * * *", due, zone)
        assert timedelta(0) < later - due <= timedelta(hours=26)
        due = later


@given(times, st.integers(0, 59), st.integers(0, 23), st.integers(0, 7))
def test_cron_fires_at_its_fields_and_later_than_the_last(
    last: datetime, minute: int, hour: int, weekday: int
) -> None:
    due = cron(f"{minute} {hour} * * {weekday}", last)
    assert last < due <= last + timedelta(days=7)
    assert (due.minute, due.hour, due.isoweekday() % 7) == (minute, hour, weekday % 7)
    assert due.second == due.microsecond == 0
    assert due.tzinfo is UTC


@given(times, st.integers(0, 7), st.integers(0, 7), st.integers(1, 7))
def test_weekday_ranges_and_steps_count_from_sunday(
    last: datetime, first: int, end: int, step: int
) -> None:
    stop = end if end >= first else end + 7
    wanted = {day % 7 for day in range(first, stop + 1, step)}
    due, seen = last, set()
    for _ in range(7):
        due = cron(f"0 0 * * {first}-{end}/{step}", due)
        seen.add(due.isoweekday() % 7)
    assert seen == wanted


@pytest.mark.parametrize(
    ("field", "weekdays"),
    [
        ("0", {7}),
        ("7", {7}),
        ("1-5", {1, 2, 3, 4, 5}),
        ("mon-fri", {1, 2, 3, 4, 5}),
        ("SUN,wed", {7, 3}),
        ("fri-mon", {5, 6, 7, 1}),
        ("*/2", {7, 2, 4, 6}),
        ("3/2", {3, 5}),
        ("*", {1, 2, 3, 4, 5, 6, 7}),
    ],
)
def test_weekdays(field: str, weekdays: set[int]) -> None:
    due, seen = SUNDAY, set()
    for _ in range(7):
        due = cron(f"30 4 * * {field}", due)
        seen.add(due.isoweekday())
    assert seen == weekdays


def test_either_day_is_enough_when_both_are_restricted() -> None:
    assert cron("0 0 13 * 1") == datetime(2026, 3, 2, tzinfo=UTC)
    assert cron("0 0 13 * 1", datetime(2026, 3, 10, tzinfo=UTC)) == datetime(
        2026, 3, 13, tzinfo=UTC
    )


def test_begun_on_the_minute_is_due_on_the_next_one() -> None:
    assert cron("* * * * *", SUNDAY) == SUNDAY + timedelta(minutes=1)


def test_overdue_is_in_the_past() -> None:
    now = SUNDAY + timedelta(days=3)
    daily = Schedule(cron="0 13 * * *")
    assert next_due(daily, "city", SUNDAY, now) == SUNDAY + timedelta(hours=1)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("* * * *", "has 4 fields; write five"),
        ("61 * * * *", "is no cron expression"),
        ("x * * * *", "is no cron expression"),
        ("0 0 * * 8", "'8' is no day of the week"),
        ("0 0 * * 10", "'10' is no day of the week"),
        ("0 0 * * xyz", "'xyz' is no day of the week"),
        ("0 0 * * 1/0", "a step of 0 never comes"),
        ("0 0 30 2 *", "never comes"),
    ],
)
def test_what_is_no_cron_expression(expression: str, said: str) -> None:
    with pytest.raises(CronError, match=said):
        cron(expression)
