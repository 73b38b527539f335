# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from harvester.daemon.wishes import AT_ONCE, LEAST_PAUSE, Wishes
from harvester.ports.wishes import MOST, Answer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_wish_is_taken_once_and_whatever_the_case() -> None:
    wishes = Wishes()
    assert wishes.add("city", "group/One", NOW) is Answer.TAKEN
    assert wishes.add("city", "group/one", NOW) is Answer.WAITING
    assert wishes.due(NOW) == {"city": NOW}
    assert wishes.take("city", NOW) == ("group/one",)
    assert wishes.due(NOW) == {}


def test_what_was_looked_at_waits_a_while() -> None:
    wishes = Wishes()
    wishes.add("city", "one", NOW)
    wishes.take("city", NOW)
    wishes.add("city", "one", NOW + timedelta(seconds=1))
    assert wishes.take("city", NOW + timedelta(seconds=2)) == ()
    assert wishes.take("city", NOW + LEAST_PAUSE) == ("one",)


def test_more_than_enough_is_refused() -> None:
    wishes = Wishes()
    for number in range(MOST):
        assert wishes.add("city", str(number), NOW) is Answer.TAKEN
    assert wishes.add("city", "one more", NOW) is Answer.FULL
    assert len(wishes.take("city", NOW)) == AT_ONCE
    assert wishes.add("city", "one more", NOW) is Answer.TAKEN


def test_wishes_about_a_source_that_is_configured_no_more_are_forgotten() -> None:
    wishes = Wishes()
    wishes.add("city", "one", NOW)
    wishes.add("town", "one", NOW)
    wishes.drop(frozenset({"town"}))
    assert wishes.due(NOW) == {"town": NOW}


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 90), st.booleans())
    )
)
def test_nothing_is_looked_at_twice_within_the_pause_and_nothing_is_lost(
    steps: list[tuple[str, str, int, bool]],
) -> None:
    wishes, now = Wishes(), NOW
    looked: dict[tuple[str, str], datetime] = {}
    open_wishes: set[tuple[str, str]] = set()
    for source, path, seconds, takes in steps:
        now += timedelta(seconds=seconds)
        assert wishes.add(source, path, now) is not Answer.FULL
        open_wishes.add((source, path))
        for taken in wishes.take(source, now) if takes else ():
            key = (source, taken)
            assert key in open_wishes
            assert key not in looked or now - looked[key] >= LEAST_PAUSE
            looked[key] = now
            open_wishes.discard(key)
    later = now + LEAST_PAUSE
    left = {(source, path) for source in "ab" for path in wishes.take(source, later)}
    assert left == open_wishes
