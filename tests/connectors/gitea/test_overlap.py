# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Pages that overlap: nothing that stays is missed, whatever else comes and goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.gitea.overlap import (
    EndlessError,
    Mark,
    Window,
    behind,
    connects,
    following,
    overlapping,
    pages,
)


@pytest.mark.parametrize(
    ("index", "window"),
    [(0, Window(1, 50)), (49, Window(2, 49)), (97, Window(3, 48)), (143, Window(4, 47))],
)
def test_the_window_that_reaches_farthest(index: int, window: Window) -> None:
    assert overlapping(index, 50) == window


@given(st.integers(0, 100_000), st.integers(20, 50))
def test_every_window_holds_what_was_read_last_and_more(index: int, most: int) -> None:
    window = overlapping(index, most)
    assert window.end - window.limit <= index < window.end - 1


def test_an_order_that_does_not_hold_is_refused() -> None:
    for ids in ([2, 1], [1, 1]):
        with pytest.raises(EndlessError, match="order"):
            following(Mark(), ids, more=True, most=50)


def test_a_listing_that_never_connects_is_given_up() -> None:
    asked: list[int] = []
    with pytest.raises(EndlessError, match="nothing new"):
        _ask_what_never_connects(Mark(Window(9, 50), last=10), asked)
    assert asked[:5] == [9, 8, 6, 2, 1]


def _ask_what_never_connects(mark: Mark, asked: list[int]) -> None:
    """Ask a forge that gives its first entry, and behind it nothing but says that more follows."""
    for _ in range(100):
        asked.append(mark.window.page)
        after = following(mark, [] if mark.window.page > 1 else [1], more=True, most=50)
        assert after is not None
        mark = after


@given(
    entries=st.integers(0, 160),
    most=st.integers(12, 50),
    gone=st.lists(st.lists(st.integers(0, 200), max_size=40), max_size=8),
)
def test_nothing_that_stays_is_missed(entries: int, most: int, gone: list[list[int]]) -> None:
    ids = list(range(1, entries + 1))
    stay = set(ids)
    newest = entries
    seen: set[int] = set()
    mark: Mark | None = Mark()
    asked = 0
    while mark is not None:
        limit = min(mark.window.limit, most)
        page = ids[(mark.window.page - 1) * limit : mark.window.page * limit]
        more = len(ids) > mark.window.page * limit
        if connects(mark, page):
            fresh = {one for one in page if one > mark.last}
            assert not fresh & seen
            seen |= fresh
        mark = following(mark, page, more=more, most=most)
        if asked < len(gone):
            ids = [one for one in ids if one not in gone[asked]]
            stay -= set(gone[asked])
            newest += 1
            ids.append(newest)
        asked += 1
    assert stay <= seen


@given(st.integers(0, 3000))
def test_the_count_of_pages(entries: int) -> None:
    mark: Mark | None = Mark()
    asked = 0
    while mark is not None:
        window = mark.window
        page = range(window.end - window.limit + 1, min(window.end, entries) + 1)
        mark = following(mark, list(page), more=window.end < entries, most=50)
        asked += 1
    assert pages(entries) == asked <= max(1, -(-entries // 41))


@pytest.mark.parametrize("most", range(1, 9))
def test_pages_of_any_size_lead_to_the_end(most: int) -> None:
    entries, read, asked = 130, set[int](), 0
    mark: Mark | None = Mark(Window(1, most))
    while mark is not None:
        window = mark.window
        page = range(window.end - window.limit + 1, min(window.end, entries) + 1)
        assert connects(mark, page)
        read |= set(page)
        asked += 1
        mark = following(mark, list(page), more=window.end < entries, most=most)
    assert read == set(range(1, entries + 1))
    assert asked == pages(entries, most)


def test_where_no_page_overlaps_the_next_begins_behind() -> None:
    assert behind(60, 5) == (Window(13, 5), True)
    assert behind(60, 7) == (Window(9, 7), False)
    assert behind(2520, 50)[1] is False
