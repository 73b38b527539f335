# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The Table Schema; ``python -m tests.feed.test_table_schema`` writes the one in ``docs/`` anew."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harvester.feed.heading import Setting
from harvester.feed.lines import ACTIVITY_COLUMNS, COLUMNS
from harvester.feed.table_schema import _FIELDS, table_schema
from harvester.model import Activity
from tests.feed.catalogue import HEADING, RECORD, REPOSITORY, catalogue, entry
from tests.feed.test_forms import written

FILE = Path(__file__).parents[2] / "docs" / "schemas" / "catalogue.table-schema.json"


def holds(cell: str, field: dict[str, Any]) -> bool:
    """Say whether a cell is of its column's type, as the specification of Table Schema reads it."""
    limits, kind = field.get("constraints", {}), field["type"]
    if cell == "":
        return "required" not in limits
    if kind == "boolean":
        return cell in ("true", "false")
    if kind == "integer":
        return cell.isdecimal()
    if kind == "datetime":
        return bool(datetime.strptime(cell, field["format"]).replace(tzinfo=UTC))
    return kind == "string" and cell in limits.get("enum", [cell])


def test_the_one_in_the_repository_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == table_schema(activity=True), "see the docstring"


@pytest.mark.parametrize("activity", [False, True])
def test_it_names_the_tables_columns(activity: bool) -> None:
    fields = json.loads(table_schema(activity=activity))["fields"]
    columns = COLUMNS + (ACTIVITY_COLUMNS if activity else ())
    assert [field["name"] for field in fields] == list(columns)
    assert set(_FIELDS) == {*COLUMNS, *ACTIVITY_COLUMNS}


def test_the_tables_cells_are_what_it_says() -> None:
    moved = Activity(stars=3, pushed_at=datetime(2026, 3, 1, tzinfo=UTC))
    entries = [
        *catalogue(),
        entry(5, publiccode=RECORD, repository=REPOSITORY, activity=moved, file_state="unknown"),
    ]
    text = written("csv", entries, Setting(heading=HEADING, activity=True))
    fields = json.loads(table_schema(activity=True))["fields"]
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == 5
    for row in rows:
        for field in fields:
            assert holds(row[field["name"]], field), (field["name"], row[field["name"]])


if __name__ == "__main__":
    FILE.write_text(table_schema(activity=True), encoding="utf-8")
