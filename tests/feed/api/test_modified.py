# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A 304 by time is never wrong, whatever clocks and seconds do."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester.feed.api.modified import Modified, is_unmodified
from harvester.model import ChangeType
from harvester.ports.feed import Mark
from storage.catalogue import SqlCatalogue
from storage.serving import SqlFeed
from tests.feed.api.shelf import Client, entry, store
from tests.storage import made

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_who_knows_only_times_is_answered_304(catalogue: SqlCatalogue, feed: SqlFeed) -> None:
    row = entry(1)
    store(catalogue, [row])
    client = Client(feed)
    paths = ("/v1/software", f"/v1/software/{row.id}", "/v1/logs", "/v1/changes", "/v1/dump.jsonl")
    fresh = client.get(paths[0]).headers["last-modified"]
    assert client.get(paths[0], if_modified_since=fresh).status_code == 200, "of this second"
    client.at += timedelta(seconds=1)
    for path in paths:
        told = client.get(path).headers["last-modified"]
        assert client.get(path, if_modified_since=fresh).status_code == 200
        for method in ("GET", "HEAD"):
            known = client.get(path, method=method, if_modified_since=told)
            assert (known.status_code, known.content) == (304, b"")
            assert known.headers["last-modified"] == told
        asctime = client.at.strftime("%a %b %e %H:%M:%S %Y")
        assert client.get(path, if_modified_since=asctime).status_code == 304
        # A tag tells more than a time does, and so it alone counts.
        both = client.get(path, if_modified_since=told, if_none_match='"other"')
        assert both.status_code == 200
    store(catalogue, [row], change=ChangeType.UPDATED)  # dated into the same second as the first
    for path in paths:
        for said in (fresh, told, format_datetime(client.at, usegmt=True)):
            assert client.get(path, if_modified_since=said).status_code == 200


def test_other_settings_are_another_answer(catalogue: SqlCatalogue, feed: SqlFeed) -> None:
    store(catalogue, [entry(1)], now=made.NOW - timedelta(days=1))
    before = Client(feed)
    told = before.get("/v1/software").headers["last-modified"]
    assert before.get("/v1/software", if_modified_since=told).status_code == 304
    restarted = Client(feed, page_size=1)
    restarted.at += timedelta(seconds=5)
    assert restarted.get("/v1/software", if_modified_since=told).status_code == 200


def test_what_more_than_entries_decides_has_no_time(
    catalogue: SqlCatalogue, client: Client
) -> None:
    store(catalogue, [entry(1)])
    now = format_datetime(made.NOW, usegmt=True)
    for path in ("/v1/software?q=karte", "/v1/repositories/status?url=https://a.example/b/c"):
        answer = client.get(path, if_modified_since=now)
        assert (answer.status_code, "last-modified" in answer.headers) == (200, False)


@pytest.mark.parametrize(
    ("said", "unmodified"),
    [
        (["Sun, 01 Mar 2026 12:00:00 GMT"], True),
        (["Sunday, 01-Mar-26 12:00:00 GMT"], True),
        (["Sun, 01 Mar 2026 11:59:59 GMT"], False),
        (["Sun, 01 Mar 2026 12:00:30 GMT"], False),  # maybe of an answer that was begun before
        (["Sun, 01 Mar 2026 12:01:00 GMT"], True),
        (["Sun, 01 Mar 2026 12:02:01 GMT"], False),  # is still to come
        (["Sun, 01 Mar 2026 12:00:00 GMT"] * 2, False),
        ([], False),
        ([""], False),
        (["yesterday"], False),
        (["Sun, 99 Mar 2026 12:00:00 GMT"], False),
        (["Mon, 01 Jan 0001 00:00:00 +2359"], False),
        (["Fri, 31 Dec 9999 23:59:59 -2359"], False),
        (["\x00\xff" * 500], False),
    ],
)
def test_times_of_clients(said: list[str], unmodified: bool) -> None:
    assert is_unmodified(said, NOON, after(120)) is unmodified


def test_a_state_is_told_of_by_a_second_of_its_own() -> None:
    modified = Modified()
    first, second = Mark(seq=1, at=after(0.1)), Mark(seq=2, at=after(0.2))
    assert modified.since(first, after(0.5)) is None, "the second has begun before it was seen"
    assert modified.since(first, after(1)) == after(1)
    assert modified.since(second, after(1.5)) is None
    assert modified.since(second, after(2)) == after(2)
    assert modified.since(first, after(3)) is None, "a thread that was slower"
    restored = Mark(seq=2, at=after(9))
    assert modified.since(restored, after(10)) is None, "another state under the same number"
    assert modified.since(Mark(seq=3, at=after(3)), after(-3600)) is None, "a clock set back"
    assert Modified().since(second, after(90.5)) == after(90), "old enough for every process"


@given(
    st.lists(st.tuples(st.booleans(), st.floats(0.001, 0.9)), min_size=2, max_size=30),
)
def test_no_two_states_have_one_time(turns: list[tuple[bool, float]]) -> None:
    """Two processes look at a catalogue that changes, at any moment; commits come a bit late."""
    processes = (Modified(), Modified())
    seq, now = 1, NOON
    told: dict[datetime, int] = {}
    for number, (changes, wait) in enumerate(turns):
        now += timedelta(seconds=wait)
        seq += changes
        mark = Mark(seq=seq, at=now - timedelta(seconds=seq % 3))
        since = processes[number % 2].since(mark, now)
        if since is not None:
            assert since <= now
            assert told.setdefault(since, seq) == seq
