# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import json
from typing import Any

import jsonschema
from hypothesis import given, settings

from harvester.feed.codejson import VERSION
from tests.feed.catalogue import RECORD, REPOSITORY, catalogue, entry
from tests.feed.test_forms import RECORDS, STRANGE, hostile, written

WORD: dict[str, Any] = {"type": "string"}
LINK = {"type": "string", "format": "uri", "pattern": "^https?://"}
DAY = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def table(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def listed(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


# What code.gov's metadata schema 2.0.0 demands of what is written here.
SCHEMA = table(
    required=("version", "measurementType", "agency", "releases"),
    version={"const": VERSION},
    agency=WORD,
    measurementType=table(
        method={"enum": ["linesOfCode", "modules", "cost", "projects", "systems", "other"]}
    ),
    releases=listed(
        table(
            required=(
                *("name", "permissions", "repositoryURL", "description", "laborHours"),
                *("tags", "contact"),
            ),
            name=WORD,
            version=WORD,
            organization=WORD,
            description=WORD,
            permissions=table(
                required=("licenses", "usageType"),
                licenses={"type": ["array", "null"], "items": table(URL=LINK, name=WORD)},
                usageType={"enum": ["openSource", "governmentWideReuse"]},
            ),
            tags=listed(WORD),
            contact=table(required=("email",), email=WORD, name=WORD, URL=LINK),
            status={
                "enum": [
                    *("Ideation", "Development", "Alpha", "Beta", "Release Candidate"),
                    *("Production", "Archival"),
                ]
            },
            vcs={"const": "git"},
            repositoryURL=LINK,
            homepageURL=LINK,
            languages=listed(WORD),
            laborHours={"type": "number"},
            relatedCode=listed(table(name=WORD, URL=LINK)),
            reusedCode=listed(table(name=WORD, URL=LINK)),
            date=table(created=DAY, lastModified=DAY, metadataLastUpdated=DAY),
        )
    ),
)
VALIDATOR = jsonschema.Draft202012Validator(
    SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)


def read(text: str) -> list[dict[str, Any]]:
    inventory = json.loads(text)
    VALIDATOR.validate(inventory)
    releases: list[dict[str, Any]] = inventory["releases"]
    return releases


def test_an_inventory() -> None:
    first, second = read(written("codejson", catalogue()))
    assert first["name"] == "Wegweiser"
    assert first["contact"] == {"email": "kim@beispiel.example", "name": "Kim Muster"}
    assert first["status"] == "Production"
    assert first["laborHours"] == 0
    assert second["permissions"]["licenses"] is None
    assert read(written("codejson", [])) == []


def test_licenses_are_told_one_by_one() -> None:
    legal = {"license": "(MIT OR LicenseRef-Own) AND GPL-3.0-only WITH GCC-exception-3.1"}
    (release,) = read(written("codejson", [entry(publiccode=RECORD | {"legal": legal})]))
    assert release["permissions"]["licenses"] == [
        {"name": "MIT", "URL": "https://spdx.org/licenses/MIT"},
        {"name": "LicenseRef-Own"},
        {"name": "GPL-3.0-only", "URL": "https://spdx.org/licenses/GPL-3.0-only"},
    ]
    legal = {"license": "as you like it"}
    (release,) = read(written("codejson", [entry(publiccode=RECORD | {"legal": legal})]))
    assert release["permissions"]["licenses"] == [{"name": "as you like it"}]


def test_who_can_be_written_to() -> None:
    def contact(**maintenance: Any) -> Any:
        (release,) = read(
            written("codejson", [entry(publiccode=RECORD | {"maintenance": maintenance})])
        )
        return release["contact"]

    firm = {"name": "GmbH", "email": "x@gmbh.example", "website": "https://gmbh.example/"}
    assert contact(contacts=[{"name": "Kim"}], contractors=[firm]) == {
        "email": "x@gmbh.example",
        "name": "GmbH",
        "URL": "https://gmbh.example/",
    }
    assert contact(contacts=[{"name": "Kim"}]) == {"email": "", "name": "Kim"}
    assert contact() == {"email": ""}


def test_an_archived_repository() -> None:
    (release,) = read(
        written("codejson", [entry(publiccode=RECORD, repository=REPOSITORY | {"archived": True})])
    )
    assert release["status"] == "Archival"


@settings(max_examples=40, deadline=None)
@given(STRANGE, RECORDS)
def test_strangers_break_no_rule(text: str, odd: Any) -> None:
    read(written("codejson", [hostile(text, odd)]))
