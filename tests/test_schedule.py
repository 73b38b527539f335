# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester.schedule import CronError, next_due

SUNDAY = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
times = st.integers(0, 400_000_000).map(
    lambda seconds: datetime(2022, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def cron(expression: str, last: datetime = SUNDAY) -> datetime:
    due = next_due(last, last, every=None, cron=expression)
    assert due is not None
    return due


@given(times, st.timedeltas(timedelta(seconds=1), timedelta(days=400)), times)
def test_every_counts_from_the_last_beginning(
    last: datetime, every: timedelta, now: datetime
) -> None:
    assert next_due(last, now, every=every, cron=None) == last + every


@given(times)
def test_a_source_that_never_ran_is_due_now(now: datetime) -> None:
    assert next_due(None, now, every=timedelta(hours=1), cron=None) == now


@given(times)
def test_without_a_schedule_nothing_is_due(now: datetime) -> None:
    assert next_due(None, now, every=None, cron=None) is None
    assert next_due(now, now, every=None, cron=None) is None


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
    assert next_due(SUNDAY, now, every=None, cron="0 13 * * *") == SUNDAY + timedelta(hours=1)


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
