# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester.feed.lines import (
    ACTIVITY_COLUMNS,
    COLUMNS,
    csv_lines,
    json_document,
    json_line,
    json_lines,
)
from harvester.model import Activity, State
from harvester.ports.rows import Entry

MOMENT = datetime(2026, 3, 1, 14, 30, 15, 999, tzinfo=timezone(timedelta(hours=2)))
DOCUMENT: dict[str, Any] = {
    "id": "1",
    "url": "https://forge.example/city/one",
    "aliases": ["https://old.example/a", "https://old.example/b"],
    "name": "Werkzeug",
    "state": "listed",
    "state_reason": "valid",
    "file_state": "valid",
    "stale_since": None,
    "origin": "crawl",
    "repository": None,
    "publisher": None,
    "publiccode": None,
    "publiccode_version": None,
    "source_file": None,
    "provenances": [],
    "findings": [],
    "first_seen_at": "2026-03-01T12:00:00Z",
}


def entry(activity: Activity | None = None, **changes: Any) -> Entry:
    document = json.dumps(DOCUMENT | changes, ensure_ascii=False, separators=(",", ":"))
    return Entry(
        id="1", state=State.LISTED, document=document, updated_at=MOMENT, activity=activity
    )


def table(entries: Sequence[Entry], *, activity: bool = False) -> list[dict[str, str]]:
    text = "".join(csv_lines(entries, activity=activity))
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_line_ends_with_what_the_document_leaves_out() -> None:
    line = json_line(entry())
    assert line.endswith(
        '"first_seen_at":"2026-03-01T12:00:00Z","updated_at":"2026-03-01T12:30:15Z"}'
    )
    assert list(json.loads(line)) == [*DOCUMENT, "updated_at"]
    activity = Activity(stars=3, pushed_at=MOMENT)
    assert json_line(entry(activity)).endswith(
        '"updated_at":"2026-03-01T12:30:15Z","activity":{"stars":3,"forks":null,'
        '"open_issues":null,"pushed_at":"2026-03-01T12:30:15Z","label":"unknown",'
        '"criteria":{"archived":false,"commits-90d":null,"commits-365d":null,"release-365d":null,'
        '"several-authors":null},"as_of":null,"commits_90d":null,"commits_365d":null,'
        '"authors_365d":null,"counts_are_least":false,"releases":null,"last_release_at":null,'
        '"badges":[]}}'
    )


def test_lines_and_document_hold_the_same() -> None:
    entries = [entry(), entry(name="Zweites")]
    lines = "".join(json_lines(entries)).splitlines()
    assert json.loads("".join(json_document(entries))) == [json.loads(line) for line in lines]
    assert json.loads("".join(json_document([]))) == []
    assert "".join(json_lines([])) == ""


def test_columns_of_the_table() -> None:
    (row,) = table([entry()])
    assert tuple(row) == COLUMNS
    assert row["aliases"] == "https://old.example/a\nhttps://old.example/b"
    assert row["updated_at"] == "2026-03-01T12:30:15Z"
    assert row["forge"] == row["license"] == row["publisher_name"] == ""
    (row,) = table([entry(Activity(stars=3))], activity=True)
    assert tuple(row) == COLUMNS + ACTIVITY_COLUMNS
    assert (row["stars"], row["pushed_at"]) == ("3", "")


def test_values_of_the_table() -> None:
    (row,) = table(
        [
            entry(
                repository={"forge": "https://f", "archived": True, "license": "MIT", "topics": []},
                publisher={"name": "Stadt", "uri": None, "level": "municipal"},
                publiccode={
                    "legal": {"license": "EUPL-1.2"},
                    "categories": ["a", {"odd": 1}],
                    "description": {"de": {"shortDescription": 'Ein "Werkzeug", kurz'}},
                },
                findings=[{"severity": "error"}, {"severity": "error"}, {"severity": "notice"}],
            )
        ]
    )
    assert (row["archived"], row["repository_license"], row["topics"]) == ("true", "MIT", "")
    assert (row["license"], row["publisher_level"]) == ("EUPL-1.2", "municipal")
    assert row["categories"] == 'a\n{"odd":1}'
    assert row["short_description_de"] == 'Ein "Werkzeug", kurz'
    assert (row["errors"], row["warnings"], row["notices"]) == ("2", "0", "1")


def test_what_a_file_says_may_have_any_shape() -> None:
    (row,) = table([entry(publiccode={"legal": 3, "description": [], "softwareType": {"x": 1}})])
    assert (row["license"], row["software_type"]) == ("", '{"x":1}')


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(name: str) -> None:
    (row,) = table([entry(name=name)])
    assert row["name"] == f"'{name}"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_survives_the_table(name: str) -> None:
    (row,) = table([entry(name=name)])
    assert row["name"].removeprefix("'") == name.removeprefix("'")


def test_lines_end_as_rfc_4180_says() -> None:
    text = "".join(csv_lines([entry()], activity=False))
    assert text.startswith(",".join(COLUMNS) + "\r\n")
    assert text.endswith("\r\n")


def test_times_are_whole_seconds_in_utc() -> None:
    assert datetime.fromisoformat(json.loads(json_line(entry()))["updated_at"]).tzinfo == UTC
