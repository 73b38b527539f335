# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A first publiccode.yml, from what a repository tells. Pure.

Every guess is marked as one and says where it comes from. What could not be guessed stands there
empty, with a comment that says what belongs there: a made-up value would be taken for a fact.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from harvester.publiccode import vocabulary
from harvester.publiccode.decoding import REPLACEMENT, UNPRINTABLE
from harvester.publiccode.links import is_placeholder_link, web_link
from harvester.publiccode.messages import draft_sources, draft_words
from harvester.publiccode.standard import standard

_SHORT = 150
_LONG = 150
_LONGEST = 2000
_LIBRARIES = frozenset(("library", "sdk", "framework", "package", "npm-package"))
_GERMAN = frozenset(("der", "die", "das", "und", "für", "mit", "ist", "eine", "zur", "von", "wird"))
_ENGLISH = frozenset(("the", "and", "of", "for", "with", "is", "an", "to", "that", "from", "are"))


class Source(StrEnum):
    """Where a guess comes from; each has its words in every language."""

    NAME = "name"
    ADDRESS = "address"
    ORIGIN = "origin"
    DESCRIPTION = "description"
    TOPICS = "topics"
    OWNER = "owner"
    DETECTED_LICENSE = "detected-license"
    LICENSE_FILE = "license-file"
    README = "readme"
    PROJECT_FILE = "project-file"
    TAG = "tag"
    FILE = "file"
    VERSION = "version"
    ARCHIVED = "archived"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Told:
    """Something that a repository tells, and where."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryFacts:
    """What is known of a repository."""

    name: Told
    url: Told | None = None
    description: Told | None = None
    license: Told | None = None
    """An SPDX expression; what is none is left out."""
    homepage: Told | None = None
    topics: tuple[str, ...] = ()
    organisation: Told | None = None
    """The display name of the owner."""
    archived: bool = False
    version: Told | None = None
    """Of the newest release."""
    released_on: date | None = None
    """When the newest release was tagged."""
    prose: str | None = None
    """The first paragraph of the README."""
    logo: str | None = None
    """Path of a file that looks like one."""


def draft(facts: RepositoryFacts, language: str = "en") -> str:
    """Write a draft.

    Args:
        facts: what is known.
        language: of the comments, and of the description where its texts do not show another.

    Raises:
        KeyError: there are no words in the language.
    """
    return "\n".join(_Draft(facts, language).lines()) + "\n"


class _Draft:
    """The lines of one draft."""

    def __init__(self, facts: RepositoryFacts, language: str) -> None:
        self._facts = facts
        self._language = language
        self._words: Mapping[str, str] = draft_words(language)
        self._sources: Mapping[str, str] = draft_sources(language)

    def lines(self) -> Iterator[str]:
        yield f"# {self._words['head']}"
        yield ""
        yield f'publiccodeYmlVersion: "{standard(0).recommended}"'
        yield ""
        yield from self._about()
        yield ""
        yield from self._description()
        yield ""
        yield from self._rest()

    def _about(self) -> Iterator[str]:
        facts = self._facts
        yield from self._value("name", facts.name)
        yield from self._told("url", facts.url, "url")
        link = web_link(facts.homepage.text) if facts.homepage else None
        if facts.homepage and link and not is_placeholder_link(link):
            yield from self._value("landingURL", Told(link, facts.homepage.source))
        if facts.version:
            yield from self._value("softwareVersion", facts.version)
        if facts.released_on:
            yield f"releaseDate: {facts.released_on.isoformat()}{self._guess(Source.TAG)}"
        if facts.logo:
            yield from self._value("logo", Told(facts.logo, Source.FILE))
        yield f"platforms:{self._open('platforms')}"
        categories = [topic for topic in facts.topics if topic in _vocabulary("categories")]
        if categories:
            yield "categories:"
            yield from (f"  - {topic}{self._guess(Source.TOPICS)}" for topic in categories)
        else:
            yield f"# categories:{self._open('categories')}"
        yield from self._told("developmentStatus", _status(facts), "status")
        library = not _LIBRARIES.isdisjoint(facts.topics)
        kind = Told("library", Source.TOPICS) if library else None
        yield from self._told("softwareType", kind, "type")
        yield "organisation:"
        yield f"  uri:{self._open('organisation_uri')}"
        yield from self._told("  name", facts.organisation, "organisation_name")

    def _description(self) -> Iterator[str]:
        facts = self._facts
        prose = facts.prose or ""
        short = facts.description
        if short is None and prose:
            short = Told(_first_sentence(prose), Source.README)
        language, seen = self._language, _language_of(f"{short.text if short else ''} {prose}")
        yield "description:"
        yield f"  {seen or language}:{self._guess(Source.LANGUAGE) if seen else ''}"
        cut = Told(_cut(short.text), short.source) if short else None
        yield from self._told("    shortDescription", cut, "short")
        long = (
            Told(prose[:_LONGEST], Source.README) if vocabulary.graphemes(prose) >= _LONG else None
        )
        yield from self._told("    longDescription", long, "long")
        yield f"    features:{self._open('feature')}"

    def _rest(self) -> Iterator[str]:
        facts = self._facts
        known = vocabulary.license_of(facts.license.text).expression if facts.license else None
        license_ = Told(known, facts.license.source) if facts.license and known else None
        yield "legal:"
        yield from self._told("  license", license_, "license")
        yield ""
        yield "maintenance:"
        nobody = Told("none", Source.ARCHIVED) if facts.archived else None
        yield from self._told("  type", nobody, "maintenance")
        if not facts.archived:
            yield f"  contacts:{self._open('contact')}"
        yield ""
        yield "localisation:"
        yield f"  localisationReady:{self._open('localisation')}"
        yield f"  availableLanguages:{self._open('languages')}"

    # --- one line ---------------------------------------------------------------------------

    def _told(self, key: str, told: Told | None, missing: str) -> Iterable[str]:
        """Write what is told; what is not, empty and with what belongs there."""
        if told is not None and _line(told.text):
            return self._value(key, told)
        return [f"{key}:{self._open(missing)}"]

    def _value(self, key: str, told: Told) -> Iterable[str]:
        return [f"{key}: {_quoted(told.text)}{self._guess(told.source)}"]

    def _guess(self, source: Source) -> str:
        return f"  # {self._words['guess'].format(source=self._sources[source])}"

    def _open(self, missing: str) -> str:
        return f"  # {self._words['missing']}: {self._words[missing]}"


def _vocabulary(key: str) -> frozenset[str]:
    found = standard(0).key_at(key)
    return found.vocabulary if found else frozenset()


def _status(facts: RepositoryFacts) -> Told | None:
    """Guess how far the software is: by its version, where it has one."""
    if facts.archived:
        return Told("obsolete", Source.ARCHIVED)
    number = re.search(r"[0-9]+", facts.version.text) if facts.version else None
    if number is None:
        return None
    return Told("stable" if int(number[0][:9]) > 0 else "beta", Source.VERSION)


def _language_of(text: str) -> str | None:
    """Tell German from English by small words; None where neither shows clearly."""
    words = re.findall(r"\w+", text.lower())
    german, english = (sum(word in small for word in words) for small in (_GERMAN, _ENGLISH))
    if german > 2 * english:
        return "de"
    return "en" if english > 2 * german else None


def _first_sentence(prose: str) -> str:
    return re.split(r"(?<=[.!?])\s", prose, maxsplit=1)[0]


def _cut(text: str) -> str:
    """Shorten a text to what is allowed, at the end of a word."""
    line = _line(text)
    if len(line) <= _SHORT:
        return line
    return (line[: _SHORT - 1].rpartition(" ")[0] or line[: _SHORT - 1]) + "…"


def _line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    """Write a text so that YAML reads it back as it is."""
    line = UNPRINTABLE.sub(REPLACEMENT, _line(text))
    return json.dumps(line, ensure_ascii=False)
