# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The form ``codemeta``: CodeMeta 3.0 in JSON-LD.

The mapping is CodeMeta's published crosswalk for publiccode.yml; ``docs/export.md`` names what it
leaves open and is filled here. CodeMeta holds one language: English, else German, else the first.
Pure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harvester.feed.lines import compact
from harvester.feed.software import License, Software, day, filled, iri, preferred, spdx_url, word
from harvester.ports.rows import Entry

CONTEXT = "https://w3id.org/codemeta/3.0"
# https://www.repostatus.org names what CodeMeta asks for; it has no step between begun and usable.
_STATUS = {
    "concept": "concept",
    "development": "wip",
    "beta": "wip",
    "stable": "active",
    "obsolete": "unsupported",
}
_CATEGORY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What the context turns into an address must be one."""


def codemeta(entries: Iterable[Entry]) -> Iterator[str]:
    """Give one document whose ``@graph`` has the entries with a record."""
    yield f'{{"@context":"{CONTEXT}","@graph":['
    before = "\n"
    for entry in entries:
        software = Software(entry)
        if software.line["publiccode"]:
            yield before + compact(description(software))
            before = ",\n"
    yield "\n]}\n"


def description(software: Software) -> Mapping[str, Any]:
    """Describe one software in CodeMeta's words, without the context."""
    license_ = software.license
    version = software.word("softwareVersion")
    released = software.day("releaseDate")
    status = _STATUS.get(software.word("developmentStatus") or "")
    platforms = software.words("platforms")
    return filled(
        {
            "@id": software.iri,
            "@type": "SoftwareSourceCode",
            "identifier": software.iri,
            "name": software.name,
            "schema:alternateName": _other_names(software),
            "description": preferred(software.told("shortDescription"))
            or preferred(software.told("longDescription")),
            "codeRepository": software.repository,
            "url": software.link("landingURL") or software.url,
            "sameAs": [link for link in map(iri, software.line["aliases"]) if link],
            "license": _license(license_) if license_ else None,
            "version": version,
            "softwareVersion": version,
            "dateCreated": day(software.fact("created_at")),
            "dateModified": released,
            "datePublished": released,
            "developmentStatus": f"https://www.repostatus.org/#{status}" if status else None,
            "applicationCategory": [
                category
                for category in software.words("categories")
                if _CATEGORY.fullmatch(category)
            ],
            "keywords": preferred(software.words_told("features")),
            "programmingLanguage": software.facts("languages"),
            "operatingSystem": platforms,
            "targetProduct": [_thing("SoftwareApplication", name) for name in platforms],
            "softwareRequirements": _requirements(software),
            "softwareHelp": [{"url": link} for link in software.links_told("documentation")],
            "relatedLink": software.link("roadmap"),
            "isPartOf": _thing("SoftwareApplication", software.word("applicationSuite")),
            "schema:isBasedOn": [
                {"@id": link} for link in map(iri, software.line.get("based_on", [])) if link
            ],
            "schema:inLanguage": software.words("localisation", "availableLanguages"),
            "copyrightHolder": _thing("Organization", software.word("legal", "mainCopyrightOwner")),
            "publisher": _publisher(software),
            "funder": [
                _thing("Organization", word(one.get("name")), id=iri(one.get("uri")))
                for one in software.tables("fundedBy")
            ],
            "maintainer": [*_contractors(software), *_contacts(software)],
        }
    )


def _license(found: License) -> str | Mapping[str, Any]:
    """Give the page of a single licence, or the expression as a work that is called so."""
    page = spdx_url(found.single) if found.single else None
    return page or {"@type": "schema:CreativeWork", "name": found.expression}


def _other_names(software: Software) -> list[str]:
    names = dict.fromkeys(software.told("localisedName").values())
    return [name for name in names if name != software.name]


def _requirements(software: Software) -> list[Mapping[str, Any] | None]:
    kinds = ("open", "proprietary", "hardware")
    return [
        _thing(
            "SoftwareApplication",
            word(needed.get("name")),
            softwareVersion=word(needed.get("version")) or _range(needed),
        )
        for kind in kinds
        for needed in software.tables("dependsOn", kind)
    ]


def _range(needed: Mapping[str, Any]) -> str | None:
    least, most = word(needed.get("versionMin")), word(needed.get("versionMax"))
    bounds = [f">={least}" if least else "", f"<={most}" if most else ""]
    return ", ".join(bound for bound in bounds if bound) or None


def _publisher(software: Software) -> Mapping[str, Any] | None:
    body = software.publisher
    return _thing("Organization", body.name, id=body.uri) if body else None


def _contractors(software: Software) -> list[Mapping[str, Any] | None]:
    return [
        _thing(
            "Organization",
            word(one.get("name")),
            email=word(one.get("email")),
            url=iri(one.get("website"), web=True),
        )
        for one in software.tables("maintenance", "contractors")
    ]


def _contacts(software: Software) -> list[Mapping[str, Any] | None]:
    return [
        _thing(
            "Person",
            word(one.get("name")),
            email=word(one.get("email")),
            affiliation=_thing("Organization", word(one.get("affiliation"))),
        )
        for one in software.tables("maintenance", "contacts")
    ]


def _thing(kind: str, name: str | None, **more: Any) -> Mapping[str, Any] | None:
    """Give a named thing; None where there is no name."""
    if name is None:
        return None
    about = {"@id" if key == "id" else key: value for key, value in more.items()}
    return filled({"@type": kind, "name": name, **about})
