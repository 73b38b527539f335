# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from harvester.feed.yaml import publiccode_yaml
from harvester.publiccode.plain import plain_yaml

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS.filter(bool), inner, max_size=3)
    ),
    max_leaves=6,
)


def both(record: dict[str, Any]) -> tuple[Any, Any]:
    """Load it as YAML 1.2, as js-yaml does, and as YAML 1.1."""
    text = publiccode_yaml(record)
    return plain_yaml(text.encode()), yaml.safe_load(text)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["name", "url", "x"]), VALUES))
def test_readers_of_both_versions_load_what_was_written(record: dict[str, Any]) -> None:
    assert both(record) == (record, record)


@pytest.mark.parametrize(
    "text",
    [
        "1e5",
        "0o17",
        "1_000",
        "no",
        "~",
        "2026-01-31",
        "1:30",
        "=",
        "<<",
        ".5",
        "+1",
        "a\nb\n",
        "\x85",
    ],
)
def test_texts_that_look_like_something_else_stay_texts(text: str) -> None:
    record = {"softwareVersion": text, "list": [text]}
    assert both(record) == (record, record)


def test_no_record_is_an_empty_mapping() -> None:
    assert publiccode_yaml(None) == "{}\n"
