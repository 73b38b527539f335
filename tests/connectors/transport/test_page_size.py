# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How the page size shrinks and grows, and who is to blame."""

from connectors.transport.graphql.page_size import LARGEST, PageSize


def shrunk_to_one(pages: PageSize) -> int:
    """Let every page fail until one item is left; gives the number of failures before that."""
    failures = 0
    while pages.too_much(pages.size):
        failures += 1
    return failures


def test_halves_and_grows_back_slowly() -> None:
    pages = PageSize()
    assert pages.too_much(100)
    assert pages.size == 50
    for _ in range(15):
        pages.fitted(50)
    assert pages.size == 50
    pages.fitted(50)
    assert pages.size == LARGEST


def test_a_small_rest_of_a_listing_proves_nothing() -> None:
    pages = PageSize()
    pages.too_much(100)
    for _ in range(99):
        pages.fitted(3)
    assert pages.size == 50


def test_an_item_that_fails_alone_takes_the_blame() -> None:
    pages = PageSize()
    assert shrunk_to_one(pages) == 6
    assert (pages.size, pages.patience) == (LARGEST, PageSize().patience)


def test_only_what_failed_since_the_last_growth_is_blamed_on_the_item() -> None:
    pages = PageSize()
    for _ in range(2):
        pages.too_much(pages.size)
    assert pages.size == 25
    for _ in range(pages.patience):
        pages.fitted(25)
    assert pages.size == 50
    shrunk_to_one(pages)
    assert pages.size == 50
