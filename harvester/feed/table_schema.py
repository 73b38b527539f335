# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The form ``table-schema``: what the columns of the form ``csv`` are, as a Table Schema. Pure.

Frictionless Table Schema, version 1. What publishers write is a string whatever it should be: the
table has the rows of broken files too.
"""

import json
from collections.abc import Mapping
from typing import Any

from harvester.feed.lines import ACTIVITY_COLUMNS, COLUMNS
from harvester.model import FileState, Level, Origin, State

PROFILE = "https://specs.frictionlessdata.io/schemas/table-schema.json"
_EACH = "One on each line of the cell."
_TIME = {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%SZ"}
_FLAG = {"type": "boolean"}
_COUNT = {"type": "integer", "constraints": {"minimum": 0}}
_TEXT = {"type": "string"}


def _one_of(words: type[State | FileState | Origin | Level]) -> dict[str, Any]:
    return {"type": "string", "constraints": {"enum": [word.value for word in words]}}


_FIELDS: Mapping[str, tuple[dict[str, Any], str]] = {
    "id": (
        {"type": "string", "format": "uuid", "constraints": {"required": True, "unique": True}},
        "Derived once, never recomputed.",
    ),
    "url": (
        {"type": "string", "constraints": {"required": True}},
        "Canonical address of the repository, or as declared where none is known.",
    ),
    "name": (_TEXT, "Name of the software."),
    "state": (_one_of(State), "What front-ends do with the entry."),
    "state_reason": (_TEXT, "Why; entry.schema.json has the words."),
    "file_state": (_one_of(FileState), "The verdict on the newest file."),
    "stale_since": (_TIME, "Since when what is shown is older than the file."),
    "origin": (_one_of(Origin), "Where the record comes from."),
    "publisher_name": (_TEXT, "The public body."),
    "publisher_uri": (_TEXT, "An identifier or web address that names it."),
    "publisher_level": (_one_of(Level), "On which level of government it stands."),
    "forge": (_TEXT, "Address of the forge."),
    "path": (_TEXT, "Of the repository on its forge."),
    "web_url": (_TEXT, "Of the repository."),
    "default_branch": (_TEXT, "Of the repository."),
    "archived": (_FLAG, "As the forge says it."),
    "fork": (_FLAG, "As the forge says it."),
    "fork_kind": (_TEXT, "What kind of fork, in the words of the standard."),
    "mirror": (_FLAG, "As the forge says it."),
    "repository_license": (_TEXT, "SPDX id as the forge detected it."),
    "topics": (_TEXT, f"Of the repository. {_EACH}"),
    "languages": (_TEXT, f"Programming languages, the largest share first. {_EACH}"),
    "license": (_TEXT, "legal.license of the file."),
    "software_type": (_TEXT, "softwareType of the file."),
    "development_status": (_TEXT, "developmentStatus of the file."),
    "categories": (_TEXT, f"Of the file. {_EACH}"),
    "platforms": (_TEXT, f"Of the file. {_EACH}"),
    "software_version": (_TEXT, "softwareVersion of the file."),
    "release_date": (_TEXT, "releaseDate of the file, YYYY-MM-DD in a valid one."),
    "landing_url": (_TEXT, "landingURL of the file."),
    "short_description_de": (_TEXT, "description.de.shortDescription of the file."),
    "short_description_en": (_TEXT, "description.en.shortDescription of the file."),
    "publiccode_version": (_TEXT, "publiccodeYmlVersion as the file says it."),
    "source_file": (_TEXT, "Path of the file in its repository."),
    "errors": (_COUNT, "Findings of the newest file."),
    "warnings": (_COUNT, "Findings of the newest file."),
    "notices": (_COUNT, "Findings of the newest file."),
    "aliases": (_TEXT, f"Addresses that it had or is declared under. {_EACH}"),
    "first_seen_at": (_TIME, "When the entry was first seen."),
    "updated_at": (_TIME, "When a descriptive fact last changed."),
    "stars": (_COUNT, "Of the repository."),
    "forks": (_COUNT, "Of the repository."),
    "open_issues": (_COUNT, "Of the repository."),
    "pushed_at": (_TIME, "When somebody last pushed."),
    "label": (_TEXT, "How it is worked on, as of as_of."),
    "as_of": (_TIME, "When commits, authors and releases were read."),
    "commits_90d": (_COUNT, "Commits in 90 days."),
    "commits_365d": (_COUNT, "Commits in 365 days."),
    "authors_365d": (_COUNT, "How many people in 365 days."),
    "releases": (_COUNT, "How many there are."),
    "last_release_at": (_TIME, "When the newest one was made."),
}


def table_schema(*, activity: bool) -> str:
    """Describe the columns of the form ``csv``.

    Args:
        activity: as the table is written.
    """
    columns = COLUMNS + (ACTIVITY_COLUMNS if activity else ())
    fields = [
        {"name": name, "description": _FIELDS[name][1], **_FIELDS[name][0]} for name in columns
    ]
    schema = {
        "profile": PROFILE,
        "fields": fields,
        "primaryKey": "id",
        "missingValues": [""],
    }
    return json.dumps(schema, indent=2) + "\n"
