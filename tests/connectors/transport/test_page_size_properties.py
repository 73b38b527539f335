# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The page size, whatever happens: between 1 and 100, patient, and near what is bearable."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.transport.graphql.page_size import LARGEST, PageSize


def test_each_failure_makes_it_more_patient() -> None:
    pages, needed = PageSize(), []
    for _ in range(8):
        pages.too_much(100)
        count = 0
        while pages.size < LARGEST:
            pages.fitted(pages.size)
            count += 1
        needed.append(count)
    assert needed == [16, 32, 64, 128, 256, 256, 256, 256]


def test_a_small_page_that_fails_takes_the_size_below_it() -> None:
    pages = PageSize()
    assert pages.too_much(10)
    assert pages.size == 5


@given(st.lists(st.tuples(st.booleans(), st.integers(min_value=1, max_value=100))))
def test_whatever_happens_it_stays_within_bounds(story: list[tuple[bool, int]]) -> None:
    pages = PageSize()
    for good, most in story:
        before = pages.size
        tried = min(before, most)
        if good:
            pages.fitted(tried)
            assert before <= pages.size <= 2 * before
        else:
            smaller = pages.too_much(tried)
            assert smaller == (tried > 1)
            assert pages.size < tried or not smaller
        assert 1 <= pages.size <= LARGEST


@given(st.integers(min_value=1, max_value=100))
def test_it_finds_what_a_forge_can_bear(bearable: int) -> None:
    """Within a few hundred pages it works near what is bearable, and seldom above it."""
    pages, failures = PageSize(), 0
    for _ in range(400):
        if pages.size > bearable:
            failures += 1
            assert pages.too_much(pages.size)
        else:
            pages.fitted(pages.size)
    assert failures <= 12
    assert pages.size >= min(bearable, LARGEST) // 4
