# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Orders and cursors."""

from datetime import UTC, datetime

import pytest

from connectors.gitlab.places import Api, PlaceKind, Position, in_turn, outermost, position


def test_what_lies_below_another_path_is_read_with_it() -> None:
    given = ("b/c", "a/x", "/B/", "bc", "A/x/y", "b/c", "b")
    assert outermost(given) == ("a/x", "B", "bc")


def test_the_least_recently_visited_first() -> None:
    old, new = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    visited = {"A": new, "b": old}
    assert in_turn(("a", "z", "b", "y"), visited) == ("z", "y", "b", "a")


@pytest.mark.parametrize(
    "at",
    [
        Position(),
        Position(api=Api.REST, after="0/5/"),
        Position(looked_up=50, done=("a", "b/ü"), owner="c", kind=PlaceKind.USER),
    ],
)
def test_a_cursor_keeps_the_position(at: Position) -> None:
    assert position(at.text()) == at


def test_no_cursor_is_the_beginning() -> None:
    assert position(None) == Position()
