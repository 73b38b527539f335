# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the search index holds of an entry, read out of its document. Pure.

A record may hold anything anywhere, because unknown keys are kept; what is not of the expected
shape is passed over. People (contacts, contractors, authors) are not read at all.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harvester.ports.projection import Facet, Projection, Tie, Words
from harvester.search.words import LANGUAGES, bare, called, tokens
from harvester.urls import path_of, url_key

VERSION = 1
"""Of these rules and of :mod:`harvester.search.words`; a greater one writes the index anew."""
_LONGEST_VALUE = 200
"""Characters; what is longer is a text, not a value to choose."""
_LONGEST_TIE = 600
"""Characters of an address or a name that others are found by."""
_MOST_VALUES = 500
"""Of one facet of one entry."""
_MOST_TEXT = 20_000
"""Characters of one text."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LICENSE = re.compile(r"(?:with\s+\S+)|[()\s]+", re.IGNORECASE)
_OPERATORS = frozenset({"and", "or", ""})
_LETTERS = re.compile(r"[^\W_]+")


def project(document: str) -> Projection:
    """Give what the index holds of an entry's document (:mod:`harvester.crawl.entry`)."""
    line = json.loads(document)
    publiccode = _table(line.get("publiccode"))
    languages = [
        (tag.partition("-")[0].casefold(), _table(text))
        for tag, text in sorted(_table(publiccode.get("description")).items())
    ]
    names = list(_names(line, publiccode, languages))
    values = {
        *_facets(line, publiccode),
        *_ties(line, publiccode, names),
    }
    url = line.get("url")
    fallback = path_of(url).rpartition("/")[2] if isinstance(url, str) else ""
    return Projection(
        name_key=_name_key(names[0] if names else fallback),
        released_on=_date(publiccode.get("releaseDate")),
        values=tuple(sorted(pair for pair in values if 0 < len(pair[1]) <= _LONGEST_TIE)),
        words=_words(line, publiccode, languages, names),
    )


def _names(
    line: Mapping[str, Any],
    publiccode: Mapping[str, Any],
    languages: Iterable[tuple[str, Mapping[str, Any]]],
) -> Iterator[str]:
    yield from _texts(line.get("name"))
    for _, description in languages:
        yield from _texts(description.get("localisedName"))
    yield from _texts(publiccode.get("applicationSuite"))


# --- facets ---------------------------------------------------------------------------------


def _facets(
    line: Mapping[str, Any], publiccode: Mapping[str, Any]
) -> Iterator[tuple[Facet | Tie, str]]:
    repository = _table(line.get("repository"))
    publisher = _table(line.get("publisher"))
    audience = _table(publiccode.get("intendedAudience"))
    told: dict[Facet, Iterable[str]] = {
        Facet.CATEGORY: _texts(publiccode.get("categories")),
        Facet.DEVELOPMENT_STATUS: _texts(publiccode.get("developmentStatus")),
        Facet.SOFTWARE_TYPE: _texts(publiccode.get("softwareType")),
        Facet.LICENSE: _licenses(_table(publiccode.get("legal")).get("license")),
        Facet.PLATFORM: (text.casefold() for text in _texts(publiccode.get("platforms"))),
        Facet.LANGUAGE: _texts(_table(publiccode.get("localisation")).get("availableLanguages")),
        Facet.PUBLISHER: _texts(publisher.get("name")),
        Facet.LEVEL: _texts(publisher.get("level")),
        Facet.COUNTRY: (text.upper() for text in _texts(audience.get("countries"))),
        Facet.SCOPE: _texts(audience.get("scope")),
        Facet.MAINTENANCE: _texts(_table(publiccode.get("maintenance")).get("type")),
        Facet.FORGE: _texts(repository.get("forge")),
        Facet.USED_BY: _texts(publiccode.get("usedBy")),
        Facet.OZG: _services(publiccode, "ozg-id"),
        Facet.LEIKA: _services(publiccode, "leika-id"),
        Facet.VALIDITY: _texts(line.get("file_state")),
    }
    if repository:
        told[Facet.ARCHIVED] = ["true" if repository.get("archived") is True else "false"]
        told[Facet.FORK_KIND] = list(_texts(repository.get("fork_kind"))) or ["none"]
    for facet, texts in told.items():
        for number, text in enumerate(texts):
            if number < _MOST_VALUES and len(text) <= _LONGEST_VALUE:
                yield facet, text


def _licenses(expression: object) -> Iterator[str]:
    """Give the licences that an SPDX expression names, without exceptions and operators."""
    for text in _texts(expression):
        for word in _LICENSE.split(text):
            if word and word.casefold() not in _OPERATORS:
                yield word


def _services(publiccode: Mapping[str, Any], key: str) -> Iterator[str]:
    """Give ids of Germany's administrative services (Onlinezugangsgesetz, Leistungskatalog)."""
    services = _table(publiccode.get("de")).get("leika")
    for service in services if isinstance(services, list) else [services]:
        yield from _texts(_table(service).get(key))


# --- what leads to other entries ------------------------------------------------------------


def _ties(
    line: Mapping[str, Any], publiccode: Mapping[str, Any], names: Iterable[str]
) -> Iterator[tuple[Facet | Tie, str]]:
    for key in ("url", "aliases"):
        for address in _texts(line.get(key)):
            yield Tie.ADDRESS, url_key(address)
    for address in _texts(line.get("based_on")):
        yield Tie.BASED_ON, url_key(address)
    for name in names:
        yield Tie.CALLED, called(name)
    needs = _table(publiccode.get("dependsOn"))
    for kind in ("open", "proprietary", "hardware"):
        wanted = needs.get(kind)
        for need in (wanted if isinstance(wanted, list) else [])[:_MOST_VALUES]:
            for name in _texts(_table(need).get("name")):
                yield Tie.NEEDS, called(name)


# --- words ----------------------------------------------------------------------------------


def _words(
    line: Mapping[str, Any],
    publiccode: Mapping[str, Any],
    languages: Iterable[tuple[str, Mapping[str, Any]]],
    names: Iterable[str],
) -> Words:
    repository = _table(line.get("repository"))
    name = _tokens(names)
    subject = _tokens(
        [
            *_texts(publiccode.get("categories")),
            *_texts(repository.get("topics")),
            *_texts(repository.get("languages")),
            *_texts(_table(line.get("publisher")).get("name")),
            *(path_of(url) for url in _texts(line.get("url"))),
            *_services(publiccode, "ozg-id"),
            *_services(publiccode, "leika-id"),
        ]
    )
    summary = _tokens(_texts(publiccode.get("usedBy")))
    text: set[str] = set()
    for language, description in languages:
        stemmed = (language,) if language in LANGUAGES else ()
        subject |= _tokens(_texts(description.get("genericName")), stemmed)
        summary |= _tokens(_texts(description.get("shortDescription")), stemmed)
        summary |= _tokens(_texts(description.get("features")), stemmed)
        text |= _tokens(_texts(description.get("longDescription")), stemmed)
    subject -= name
    summary -= name | subject
    text -= name | subject | summary
    return Words(
        name=tuple(sorted(name)),
        subject=tuple(sorted(subject)),
        summary=tuple(sorted(summary)),
        text=tuple(sorted(text)),
    )


def _tokens(texts: Iterable[str], languages: Iterable[str] = LANGUAGES) -> set[str]:
    return {word for text in texts for word in tokens(text[:_MOST_TEXT], languages)}


# --- small things ---------------------------------------------------------------------------


def _name_key(name: str) -> str:
    """Give what the order by name compares: letters as DIN 5007-1 has them, signs left out."""
    return " ".join(_LETTERS.findall(bare(name)))[:_LONGEST_VALUE]


def _date(value: object) -> str:
    return value if isinstance(value, str) and _DATE.fullmatch(value) else ""


def _texts(value: object) -> Iterator[str]:
    """Give a text, or the texts of a list, without white space around them."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str) and (text := item.strip()):
            yield text


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
