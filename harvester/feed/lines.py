# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The catalogue's entries as JSON lines, as one JSON document and as CSV. Pure.

An unchanged catalogue gives the same bytes: nothing here knows the time.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from harvester.activity import judge
from harvester.model import Activity, Vitality
from harvester.ports.rows import Entry

COLUMNS = (
    "id",
    "url",
    "name",
    "state",
    "state_reason",
    "file_state",
    "stale_since",
    "origin",
    "publisher_name",
    "publisher_uri",
    "publisher_level",
    "forge",
    "path",
    "web_url",
    "default_branch",
    "archived",
    "fork",
    "fork_kind",
    "mirror",
    "repository_license",
    "topics",
    "languages",
    "license",
    "software_type",
    "development_status",
    "categories",
    "platforms",
    "software_version",
    "release_date",
    "landing_url",
    "short_description_de",
    "short_description_en",
    "publiccode_version",
    "source_file",
    "errors",
    "warnings",
    "notices",
    "aliases",
    "first_seen_at",
    "updated_at",
)
"""Columns of the CSV form; later ones are added at the end only."""
ACTIVITY_COLUMNS = (
    "stars",
    "forks",
    "open_issues",
    "pushed_at",
    "label",
    "as_of",
    "commits_90d",
    "commits_365d",
    "authors_365d",
    "releases",
    "last_release_at",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


# The Char of XML 1.0, turned round: what no form of text should hold, and lone surrogates.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACEMENT = "\ufffd"


def json_line(entry: Entry) -> str:
    """Give an entry's line of ``harvester export jsonl``, without the line's end."""
    last = [f'"updated_at":"{_time(entry.updated_at)}"']
    if entry.activity is not None:
        last.append(f'"activity":{compact(activity_json(entry, entry.activity))}')
    return f"{entry.document[:-1]},{','.join(last)}}}"


def json_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """Give the form ``jsonl``: one entry a line."""
    for entry in entries:
        yield json_line(entry) + "\n"


def json_document(entries: Iterable[Entry]) -> Iterator[str]:
    """Give the form ``json``: one array of the same entries, one a line."""
    yield from json_array(json_line(entry) for entry in entries)


def json_array(items: Iterable[str]) -> Iterator[str]:
    """Give a JSON array of what is JSON already, one item a line."""
    before = "[\n"
    for item in items:
        yield before + item
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def parsed(line: str) -> Any:
    """Read a line for another form: what that form could not hold is U+FFFD in it."""
    value = json.loads(line)
    escaped = any(escape in line for escape in ("\\u", "\\b", "\\f"))
    return _cleaned(value) if escaped or _UNPRINTABLE.search(line) else value


def compact(value: object) -> str:
    """Write JSON in one line, keys as given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def csv_lines(entries: Iterable[Entry], *, activity: bool) -> Iterator[str]:
    """Give the form ``csv`` (RFC 4180): flat columns, several values of a cell on lines of it.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")

    def taken() -> str:
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text

    writer.writerow(COLUMNS + (ACTIVITY_COLUMNS if activity else ()))
    yield taken()
    for entry in entries:
        row = _row(json.loads(json_line(entry)))
        columns = COLUMNS + (ACTIVITY_COLUMNS if activity else ())
        writer.writerow([_cell(row.get(column)) for column in columns])
        yield taken()


def _row(line: Mapping[str, Any]) -> dict[str, Any]:
    """Flatten a line of the export to the columns' values."""
    publiccode = line["publiccode"] or {}
    repository = line["repository"] or {}
    publisher = line["publisher"] or {}
    description = _table(publiccode.get("description"))
    severities = [finding["severity"] for finding in line["findings"]]
    return {
        **{key: line[key] for key in COLUMNS if key in line},
        **{key: repository.get(key) for key in COLUMNS if key in repository},
        "publisher_name": publisher.get("name"),
        "publisher_uri": publisher.get("uri"),
        "publisher_level": publisher.get("level"),
        "repository_license": repository.get("license"),
        "license": _table(publiccode.get("legal")).get("license"),
        "software_type": publiccode.get("softwareType"),
        "development_status": publiccode.get("developmentStatus"),
        "categories": publiccode.get("categories"),
        "platforms": publiccode.get("platforms"),
        "software_version": publiccode.get("softwareVersion"),
        "release_date": publiccode.get("releaseDate"),
        "landing_url": publiccode.get("landingURL"),
        "short_description_de": _table(description.get("de")).get("shortDescription"),
        "short_description_en": _table(description.get("en")).get("shortDescription"),
        "source_file": (line["source_file"] or {}).get("path"),
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
        "notices": severities.count("notice"),
        **(line.get("activity") or {}),
    }


def _table(value: object) -> Mapping[str, Any]:
    """Give a mapping; unknown keys of files are kept, so that anything may stand anywhere."""
    return value if isinstance(value, dict) else {}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        text = "\n".join(item if isinstance(item, str) else compact(item) for item in value)
    else:
        text = value if isinstance(value, str) else compact(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def activity_json(entry: Entry, activity: Activity) -> dict[str, object]:
    """Give the volatile facts of an entry, as the export has them."""
    return {
        "stars": activity.stars,
        "forks": activity.forks,
        "open_issues": activity.open_issues,
        "pushed_at": _time(activity.pushed_at) if activity.pushed_at else None,
        **vitality_json(entry.vitality, archived=entry.archived),
    }


def vitality_json(vitality: Vitality | None, *, archived: bool) -> dict[str, object]:
    """Give the label of a repository, what explains it, and the numbers, as the export has them."""
    verdict = judge(vitality, archived=archived)
    told = vitality
    return {
        "label": verdict.label.value,
        "criteria": {criterion.value: met for criterion, met in verdict.criteria},
        "as_of": _time(told.read_at) if told else None,
        "commits_90d": told.commits_90d if told else None,
        "commits_365d": told.commits_365d if told else None,
        "authors_365d": told.authors_365d if told else None,
        "counts_are_least": told.counts_are_least if told else False,
        "releases": told.releases if told else None,
        "last_release_at": (_time(told.last_release_at) if told and told.last_release_at else None),
        "badges": [
            {"by": badge.by, "id": badge.id, "level": badge.level, "url": badge.url}
            for badge in (told.badges if told else ())
        ],
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _UNPRINTABLE.sub(_REPLACEMENT, value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    return value
