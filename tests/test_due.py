# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from harvester.due import LEAST_PAUSE, due
from harvester.model import Forge
from harvester.ports.crawls import SourceState
from harvester.schedule import Schedule

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOURLY = Schedule(every=timedelta(hours=6))
NIGHTLY = Schedule(cron="30 3 * * *")


def state(
    status: str,
    *,
    ended: timedelta,
    failing_since: datetime | None = None,
    not_before: datetime | None = None,
) -> SourceState:
    """Remember a crawl that ended so long ago."""
    return SourceState(
        name="city",
        last_success_at=None,
        last_sweep_at=None,
        last_crawl_at=NOW - ended,
        last_status=status,
        last_error=None,
        not_before=not_before,
        repositories=0,
        listed=0,
        failing_since=failing_since,
        forge=Forge(url="https://city.example", kind="x"),
    )


def planned(schedule: Schedule, known: SourceState | None) -> datetime | None:
    return due(schedule, "city", known, since=NOW, now=NOW)


def test_a_source_never_crawled_is_due_now_or_at_the_first_time_of_its_cron() -> None:
    assert planned(HOURLY, None) == NOW
    assert planned(NIGHTLY, None) == datetime(2026, 3, 2, 3, 30, tzinfo=UTC)


def test_cron_of_a_source_never_crawled_comes_although_time_goes_on() -> None:
    later = NOW + timedelta(days=1)
    assert due(NIGHTLY, "city", None, since=NOW, now=later) == datetime(
        2026, 3, 2, 3, 30, tzinfo=UTC
    )


def test_a_good_crawl_is_followed_by_the_next_of_the_schedule() -> None:
    for status in ("complete", "flawed"):
        known = state(status, ended=timedelta(hours=1))
        assert planned(HOURLY, known) == NOW + timedelta(hours=5)
        assert planned(NIGHTLY, known) == datetime(2026, 3, 2, 3, 30, tzinfo=UTC)


def test_runs_missed_in_a_week_of_darkness_are_caught_up_once() -> None:
    before = state("complete", ended=timedelta(days=7))
    missed = planned(NIGHTLY, before)
    assert missed is not None
    assert missed < NOW
    after = state("complete", ended=timedelta(0))
    assert planned(NIGHTLY, after) == datetime(2026, 3, 2, 3, 30, tzinfo=UTC)


def test_an_interrupted_crawl_goes_on_at_once() -> None:
    for status in ("stopped", "running"):
        known = state(status, ended=timedelta(minutes=1))
        moment = planned(NIGHTLY, known)
        assert moment is not None
        assert moment <= NOW


@given(st.timedeltas(timedelta(0), timedelta(days=30)))
def test_pauses_after_failures_double_up_to_the_schedule(failing: timedelta) -> None:
    for status in ("failed", "incomplete", "given-up"):
        known = state(status, ended=timedelta(0), failing_since=NOW - failing)
        assert planned(HOURLY, known) == NOW + min(timedelta(hours=6), max(LEAST_PAUSE, failing))


def test_a_forge_that_wants_no_request_gets_none() -> None:
    wanted = NOW + timedelta(days=2)
    for status in ("stopped", "incomplete", "complete"):
        assert planned(HOURLY, state(status, ended=timedelta(0), not_before=wanted)) == wanted


def test_without_a_schedule_nothing_is_due() -> None:
    assert planned(Schedule(), None) is None
    assert planned(Schedule(), state("stopped", ended=timedelta(0))) is None


def test_a_crawl_remembered_from_the_future_holds_nothing_up_for_long() -> None:
    """The clock was a year ahead and has been set back."""
    known = state("complete", ended=timedelta(days=-365))
    assert planned(HOURLY, known) == NOW


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 100), st.integers(1, 200)), min_size=1, max_size=10))
def test_a_host_that_goes_up_and_down_crawls_whenever_it_is_up_and_due(
    phases: list[tuple[int, int]],
) -> None:
    """Hours down, hours up: at the end of every hour that it is up, nothing is overdue."""
    now, last = NOW, NOW
    for down, up in phases:
        now += timedelta(hours=down)
        for _ in range(up):
            known = state("complete", ended=NOW - last)
            moment = due(HOURLY, "city", known, since=now, now=now)
            assert moment is not None
            if moment <= now:
                last = now
            assert now - last <= timedelta(hours=6)
            now += timedelta(hours=1)
