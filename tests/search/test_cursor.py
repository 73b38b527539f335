# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester.ports.search import Sort
from harvester.search.cursor import BadCursorError, decode, encode

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)


@given(st.sampled_from(Sort), st.integers(0, 9999), TEXT, TEXT)
def test_what_was_written_is_read(sort: Sort, score: int, key: str, identity: str) -> None:
    position = (score, key, identity) if sort is Sort.RELEVANCE else (key, identity)
    assert decode(sort, encode(sort, position)) == position


def written(told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "ä",
        "....",
        "A" * 3000,
        base64.urlsafe_b64encode(b"[" * 1400).decode(),
        written({"name": 1}),
        written(["added", "x", "y"]),
        written(["name"]),
        written(["name", "x"]),
        written(["name", 1, "y"]),
        written(["name", "x\x00", "y"]),
        written(["name", "\ud800", "y"]),
        written(["name", "x", ["y"]]),
    ],
)
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursorError):
        decode(Sort.NAME, cursor)


@pytest.mark.parametrize("score", [True, 1.5, 2**40, "1"])
def test_a_score_is_a_small_number(score: object) -> None:
    with pytest.raises(BadCursorError):
        decode(Sort.RELEVANCE, written(["relevance", score, "x", "y"]))
