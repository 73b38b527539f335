# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The forms ``dcat`` and ``dcat-turtle``: DCAT-AP 3, for CKAN, piveau and other data portals. Pure.

DCAT-AP has no class for software. What portals harvest are datasets, so each software is a
``dcat:Dataset`` whose ``dct:type`` says *Software*, and a ``schema:SoftwareSourceCode`` beside; its
repository is the distribution. When the catalogue saw it stands in the catalogue record.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harvester.feed import authorities
from harvester.feed.graph import Node
from harvester.feed.heading import Heading, Page
from harvester.feed.software import Software, filled, iri, word
from harvester.ports.rows import Entry

_UNNAMED = "_:catalogue"
"""The catalogue where no address of it is known."""
_EMAIL = re.compile(r"[A-Za-z0-9.!#$&'*+/=?_~-]+@[A-Za-z0-9.-]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]*")
_SOURCE_TITLE = (
    {"@value": "Source code", "@language": "en"},
    {"@value": "Quelltext", "@language": "de"},
)


def dcat(entries: Iterable[Entry], heading: Heading, page: Page | None = None) -> Iterator[Node]:
    """Describe a catalogue and its entries that have a record.

    Args:
        entries: all of the catalogue's, or one page of them.
        heading: the catalogue's title page.
        page: where the other pages are, if these entries are not all.
    """
    catalogue = f"{heading.url}#catalogue" if iri(heading.url) else _UNNAMED
    yield _catalogue(heading, catalogue)
    if page is not None:
        yield _paging(page)
    for entry in entries:
        software = Software(entry)
        if software.line["publiccode"]:
            yield {
                "@id": catalogue,
                "dcat:dataset": _dataset(software),
                "dcat:record": _record(software),
            }


def _catalogue(heading: Heading, name: str) -> Node:
    return filled(
        {
            "@id": name,
            "@type": "dcat:Catalog",
            "dct:title": _in(heading.language, heading.title),
            "dct:description": _in(heading.language, heading.description),
            "dct:publisher": filled(
                {
                    "@id": iri(heading.publisher_url),
                    "@type": "foaf:Agent",
                    "foaf:name": heading.publisher,
                }
            ),
            "dct:language": authorities.language(heading.language),
            "dcat:themeTaxonomy": {"@id": authorities.THEMES, "@type": "skos:ConceptScheme"},
            "foaf:homepage": _page(iri(heading.url)),
        }
    )


def _paging(page: Page) -> Node:
    """Say where the other pages are, in Hydra's words of today and in those of before."""
    return filled(
        {
            "@id": page.url,
            "@type": ["hydra:PagedCollection", "hydra:PartialCollectionView"],
            "hydra:totalItems": _typed(str(page.total), "xsd:integer"),
            "hydra:itemsPerPage": _typed(str(page.size), "xsd:integer"),
            "hydra:first": _named(page.first),
            "hydra:firstPage": _named(page.first),
            "hydra:next": _named(page.next),
            "hydra:nextPage": _named(page.next),
        }
    )


def _dataset(software: Software) -> Node:
    names = software.told("localisedName")
    descriptions = _descriptions(software)
    titles = [_in(tag, names.get(tag, software.name)) for tag in descriptions]
    body = software.publisher
    languages = software.words("localisation", "availableLanguages")
    countries = software.words("intendedAudience", "countries")
    return filled(
        {
            "@id": software.iri,
            "@type": ["dcat:Dataset", "schema:SoftwareSourceCode"],
            "dct:identifier": software.id,
            "dct:type": authorities.SOFTWARE,
            "dct:title": titles or software.name,
            "dct:description": [_in(tag, text) for tag, text in descriptions.items()]
            or software.name,
            "dct:publisher": filled(
                {
                    "@id": body.uri,
                    "@type": "foaf:Agent",
                    "foaf:name": body.name,
                    "dct:type": authorities.publisher_type(body.level),
                }
            )
            if body
            else None,
            "dcat:contactPoint": [*_contractors(software), *_contacts(software)],
            "dcat:keyword": list(
                dict.fromkeys([*software.words("categories"), *software.facts("topics")])
            ),
            "dcat:theme": authorities.themes(software.words("intendedAudience", "scope")),
            "dct:language": [authorities.language(tag) for tag in languages],
            "dct:spatial": [authorities.country(code) for code in countries],
            "dct:accessRights": authorities.PUBLIC,
            "dcat:version": software.word("softwareVersion"),
            "dct:modified": _typed(software.day("releaseDate"), "xsd:date"),
            "dcat:landingPage": _page(software.link("landingURL") or software.url),
            "foaf:page": [_page(link) for link in software.links_told("documentation")],
            "prov:wasDerivedFrom": [
                _named(iri(link)) for link in software.line.get("based_on", [])
            ],
            "schema:programmingLanguage": software.facts("languages"),
            "dcat:distribution": _distribution(software),
        }
    )


def _descriptions(software: Software) -> Mapping[str, str]:
    """Give the short and the long description, of which a portal shows one field."""
    short, long = software.told("shortDescription"), software.told("longDescription")
    tags = dict.fromkeys((*short, *long))
    return {
        tag: "\n\n".join(text for text in (short.get(tag), long.get(tag)) if text) for tag in tags
    }


def _distribution(software: Software) -> Node | None:
    if software.repository is None:
        return None
    return filled(
        {
            "@id": f"{software.iri}#source",
            "@type": "dcat:Distribution",
            "dct:title": list(_SOURCE_TITLE),
            "dcat:accessURL": _named(software.repository),
            "dct:license": _license(software),
            "adms:status": authorities.status(software.word("developmentStatus")),
        }
    )


def _license(software: Software) -> Node | None:
    found = software.license
    if found is None:
        return None
    known = authorities.license_document(found.single) if found.single else None
    return known or {"@type": "dct:LicenseDocument", "dct:title": found.expression}


def _record(software: Software) -> Node:
    return {
        "@id": f"{software.iri}#record",
        "@type": "dcat:CatalogRecord",
        "dct:issued": _typed(software.line["first_seen_at"], "xsd:dateTime"),
        "dct:modified": _typed(software.line["updated_at"], "xsd:dateTime"),
        "foaf:primaryTopic": {"@id": software.iri},
    }


def _contractors(software: Software) -> list[Node | None]:
    return [
        _contact("vcard:Organization", one) for one in software.tables("maintenance", "contractors")
    ]


def _contacts(software: Software) -> list[Node | None]:
    return [_contact("vcard:Individual", one) for one in software.tables("maintenance", "contacts")]


def _contact(kind: str, told: Mapping[str, Any]) -> Node | None:
    name, email, phone = (word(told.get(key)) for key in ("name", "email", "phone"))
    if name is None:
        return None
    digits = re.sub(r"[^0-9+]", "", phone) if phone and _PHONE.fullmatch(phone) else None
    return filled(
        {
            "@type": ["vcard:Kind", kind],
            "vcard:fn": name,
            "vcard:hasEmail": _named(
                f"mailto:{email}" if email and _EMAIL.fullmatch(email) else None
            ),
            "vcard:hasTelephone": _named(f"tel:{digits}" if digits else None),
            "vcard:hasURL": _named(iri(told.get("website"), web=True)),
        }
    )


def _in(language: str, text: str) -> Node:
    return {"@value": text, "@language": language}


def _typed(text: str | None, kind: str) -> Node | None:
    return {"@value": text, "@type": kind} if text else None


def _named(name: str | None) -> Node | None:
    return {"@id": name} if name else None


def _page(link: str | None) -> Node | None:
    return {"@id": link, "@type": "foaf:Document"} if link else None
