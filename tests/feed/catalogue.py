# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A small catalogue, written by hand: what each form makes of it is read in ``golden/``."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from harvester.feed.heading import Heading
from harvester.model import Activity, State
from harvester.ports.rows import Entry

UPDATED = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)
HEADING = Heading(
    title="Software der Stadt Beispiel",
    description="Was die Stadt Beispiel veröffentlicht.",
    language="de",
    publisher="Stadt Beispiel",
    publisher_url="https://beispiel.example/",
    url="https://katalog.example",
)
UNADDRESSED = replace(HEADING, publisher_url=None, url=None)
"""The same, where nobody said where it is found."""
_BARE: dict[str, Any] = {
    "id": "",
    "url": "",
    "aliases": [],
    "name": None,
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
    "based_on": [],
    "findings": [],
    "first_seen_at": "2026-01-02T03:04:05Z",
}
RECORD: dict[str, Any] = {
    "publiccodeYmlVersion": "0",
    "name": "Wegweiser",
    "applicationSuite": "Bürgerbüro",
    "url": "https://forge.example/city/wegweiser",
    "landingURL": "https://wegweiser.example/",
    "isBasedOn": ["https://forge.example/other/guide"],
    "softwareVersion": "1.10",
    "releaseDate": "2026-02-03",
    "platforms": ["web", "linux"],
    "categories": ["workflow-management", "geographic-information-systems"],
    "usedBy": ["Stadt Beispiel", "Kreis Muster"],
    "fundedBy": [{"name": "Land Muster", "uri": "https://muster.example/"}],
    "roadmap": "https://wegweiser.example/roadmap",
    "developmentStatus": "stable",
    "softwareType": "standalone/web",
    "intendedAudience": {"countries": ["DE", "XK"], "scope": ["environment", "tourism"]},
    "description": {
        "de": {
            "localisedName": "Wegweiser Beispiel",
            "shortDescription": "Zeigt <Wege> & Ämter.",
            "longDescription": "Zeigt Wege.\n\n* Ämter: alle\n* no, 0o17, 1e3\n",
            "features": ["Karte", "Suche"],
            "documentation": "https://wegweiser.example/handbuch",
        },
        "en": {
            "shortDescription": "Shows <ways> & offices.",
            "features": ["Map", "Search"],
            "documentation": "https://wegweiser.example/manual",
        },
    },
    "legal": {"license": "EUPL-1.2", "mainCopyrightOwner": "Stadt Beispiel"},
    "maintenance": {
        "type": "contract",
        "contractors": [
            {"name": "Muster GmbH", "until": "2027-01-01", "website": "https://gmbh.example/"}
        ],
        "contacts": [
            {
                "name": "Kim Muster",
                "email": "kim@beispiel.example",
                "phone": "+49 30 1234567",
                "affiliation": "Stadt Beispiel",
            }
        ],
    },
    "localisation": {"localisationReady": True, "availableLanguages": ["de", "en", "no"]},
    "dependsOn": {
        "open": [{"name": "PostgreSQL", "versionMin": "15", "optional": False}],
        "hardware": [{"name": "a screen"}],
    },
    "x-inventory": "0o17",
}
REPOSITORY: dict[str, Any] = {
    "forge": "https://forge.example",
    "kind": "gitlab",
    "forge_id": "1",
    "path": "city/wegweiser",
    "web_url": "https://forge.example/city/wegweiser",
    "default_branch": "main",
    "archived": False,
    "fork": False,
    "fork_kind": "variant",
    "mirror": False,
    "topics": ["maps"],
    "languages": ["Python", "HTML"],
    "license": "EUPL-1.2",
    "created_at": "2024-05-06T07:08:09Z",
}


def entry(
    number: int = 1,
    *,
    updated_at: datetime = UPDATED,
    activity: Activity | None = None,
    **changes: Any,
) -> Entry:
    """Make an entry; what is not said is as bare as it may be."""
    name = f"00000000-0000-4000-8000-{number:012}"
    line = _BARE | {"id": name, "url": f"https://forge.example/city/{number}"} | changes
    return Entry(
        id=name,
        state=State(line["state"]),
        document=json.dumps(line, ensure_ascii=False, separators=(",", ":")),
        updated_at=updated_at,
        activity=activity,
    )


def catalogue() -> list[Entry]:
    """Give one entry of each kind, sorted by id."""
    return [
        entry(
            1,
            url="https://forge.example/city/wegweiser",
            aliases=["https://forge.example/city/old"],
            name="Wegweiser",
            repository=REPOSITORY,
            publisher={
                "name": "Stadt Beispiel",
                "uri": "https://beispiel.example/",
                "level": "municipal",
            },
            publiccode=RECORD,
            publiccode_version="0.4",
            source_file={"path": "publiccode.yml", "blob_id": "a" * 40},
            provenances=[
                {
                    "web_url": "https://forge.example/city/wegweiser",
                    "kind": "canonical",
                    "path": "publiccode.yml",
                    "blob_id": "a" * 40,
                    "outcome": "listed",
                    "reason": "valid",
                    "file_state": "valid",
                }
            ],
            based_on=["https://forge.example/other/guide"],
        ),
        # A page of a wiki: no repository, and a record that has next to nothing.
        entry(
            2,
            url="https://wiki.example/Rechner",
            name="Rechner",
            origin="hand",
            publiccode={"name": "Rechner", "legal": {"license": "MIT OR LicenseRef-Own"}},
            provenances=[{"web_url": "https://wiki.example/Rechner", "kind": "entered"}],
        ),
        # Broken, and known all the same: nothing has the shape that it should have.
        entry(
            3,
            state="invalid",
            state_reason="never-valid",
            file_state="invalid",
            updated_at=datetime(2026, 3, 2, tzinfo=UTC),
            publiccode={
                "name": ["x"],
                "landingURL": "javascript:alert(1)",
                "releaseDate": "2026-02-31",
                "categories": "not a word",
                "platforms": {"web": True},
                "description": {"not a tag!": {"shortDescription": "lost"}, "de": 3},
                "legal": [],
                "maintenance": {"contacts": ["somebody", {"email": "a@b.example"}]},
                "dependsOn": {"open": "everything"},
            },
        ),
        entry(4, state="gone", state_reason="deleted", file_state="absent"),
    ]
