# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from harvester.feed.documents import document
from harvester.feed.lines import compact, parsed
from harvester.publiccode import plain_yaml
from tests.feed.catalogue import RECORD, catalogue, entry
from tests.feed.test_forms import RECORDS, written


def test_one_document_for_each_record() -> None:
    read = list(yaml.safe_load_all(written("publiccode", catalogue())))
    assert read[0] == RECORD
    assert [one["name"] for one in read[:2]] == ["Wegweiser", "Rechner"]
    assert len(read) == 3, "an entry without a record has nothing to write"


TEXTS = (
    *("no", "~", "", "0o17", "0b1", "1e3", "1E-3", ".5", "1_000", "0x1F", "12:30", "2026-01-01"),
    *("+49 30 1", "1.10", "Nan", ".inf", "<<", "=", "- x", "a: b", "a #b", "\u2028", "x\x85y"),
    *(" x\n y", "x\n\n", "\n", "x \ny", "\ty", "\u202etxt\u202c", "\ufeff", "a  b " * 60),
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_a_text_to_every_reader(text: str) -> None:
    """What YAML 1.1 reads here, and what this project's reader of YAML 1.2 does."""
    yml = document({text: text})
    assert yaml.safe_load(yml) == {text: text}
    assert yaml.load(yml, yaml.CSafeLoader) == {text: text}
    assert plain_yaml(yml.encode()) == {text: text}


@settings(max_examples=60, deadline=None)
@given(RECORDS)
def test_every_value_comes_back(value: Any) -> None:
    (read,) = yaml.safe_load_all(written("publiccode", [entry(publiccode={"x": value})]))
    assert read == parsed(compact({"x": value}))


def test_no_record_is_an_empty_mapping() -> None:
    assert document({}) == "{}\n"
