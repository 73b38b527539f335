# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import json
from typing import Any

from hypothesis import HealthCheck, given, settings

from harvester.publiccode import FileContext, normalise
from tests.publiccode.strategies import records

CONTEXT = FileContext(
    raw_base="https://forge.example/a/b/raw/main/",
    repository_url="https://forge.example/a/b",
    host_aliases={"old.example": "forge.example"},
)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(records())
def test_normalising_a_normalised_record_changes_nothing(record: dict[str, Any]) -> None:
    once = normalise(record, CONTEXT).record
    assert once is not None
    assert normalise(once, CONTEXT).record == once


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(records())
def test_a_record_is_json_that_every_reader_can_hold(record: dict[str, Any]) -> None:
    once = normalise(record, CONTEXT).record
    assert json.loads(json.dumps(once, allow_nan=False)) == once
