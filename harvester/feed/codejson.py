# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The form ``codejson``: an inventory in code.json 2.0.0, as code.gov reads it. Pure.

Its schema demands what no publiccode.yml tells: hours of labour are 0, and who names no e-mail
address has an empty one. Software without a repository has no place in it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harvester.feed.heading import Heading
from harvester.feed.lines import compact
from harvester.feed.software import Software, day, filled, iri, preferred, spdx_url, word
from harvester.ports.rows import Entry

VERSION = "2.0.0"
_STATUS = {
    "concept": "Ideation",
    "development": "Development",
    "beta": "Beta",
    "stable": "Production",
    "obsolete": "Archival",
}


def codejson(entries: Iterable[Entry], heading: Heading) -> Iterator[str]:
    """Give an inventory of the entries that have a record and a repository."""
    about = {
        "version": VERSION,
        "agency": heading.publisher,
        "measurementType": {"method": "projects"},
    }
    yield f'{compact(about)[:-1]},"releases":['
    before = "\n"
    for entry in entries:
        software = Software(entry)
        if software.line["publiccode"] and software.repository is not None:
            yield before + compact(_release(software))
            before = ",\n"
    yield "\n]}\n"


def _release(software: Software) -> Mapping[str, Any]:
    body = software.publisher
    archived = software.fact("archived") is True
    status = software.word("developmentStatus") or ""
    return {
        **filled(
            {
                "name": software.name,
                "version": software.word("softwareVersion"),
                "organization": body.name if body else None,
            }
        ),
        "description": preferred(software.told("shortDescription"))
        or preferred(software.told("longDescription"))
        or software.name,
        "permissions": {"licenses": _licenses(software), "usageType": "openSource"},
        "tags": list(dict.fromkeys([*software.words("categories"), *software.facts("topics")])),
        "contact": _contact(software),
        "laborHours": 0,
        **filled(
            {
                "status": "Archival" if archived else _STATUS.get(status),
                "vcs": "git" if software.line["repository"] else None,
                "repositoryURL": software.repository,
                "homepageURL": software.link("landingURL"),
                "languages": software.facts("languages"),
                "relatedCode": [
                    {"name": link, "URL": link}
                    for link in map(iri, software.line.get("based_on", []))
                    if link
                ],
                "reusedCode": [
                    {"name": name}
                    for needed in software.tables("dependsOn", "open")
                    if (name := word(needed.get("name")))
                ],
            }
        ),
        "date": filled(
            {
                "created": day(software.fact("created_at")),
                "lastModified": software.day("releaseDate"),
                "metadataLastUpdated": day(software.line["updated_at"]),
            }
        ),
    }


def _licenses(software: Software) -> list[Mapping[str, Any]] | None:
    found = software.license
    if found is None:
        return None
    names = found.ids or (found.expression,)
    pages = {name: spdx_url(name) if found.ids else None for name in names}
    return [filled({"name": name, "URL": page}) for name, page in pages.items()]


def _contact(software: Software) -> Mapping[str, Any]:
    """Give the first who can be written to, else the first who is named."""
    told = [
        one for key in ("contacts", "contractors") for one in software.tables("maintenance", key)
    ]
    one = next((one for one in told if word(one.get("email"))), told[0] if told else {})
    more = filled({"name": word(one.get("name")), "URL": iri(one.get("website"), web=True)})
    return {"email": word(one.get("email")) or "", **more}
