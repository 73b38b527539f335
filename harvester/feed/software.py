# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What an entry tells, whatever shape the file has that it comes from. Pure.

A record keeps unknown keys and, of a broken file, odd values. Forms that others define ask here for
a value of the kind that they can hold, and get none where the file has something else.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlsplit

from harvester.feed.lines import json_line, parsed
from harvester.ports.rows import Entry
from harvester.publiccode import vocabulary

T = TypeVar("T")

LANGUAGES = ("en", "de")
"""A form that holds one language takes the first of these that there is, else the first by tag."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
# RFC 3987 without what Turtle (IRIREF) and XML refuse.
_NOT_IN_IRI = re.compile('[\x00-\x20\x7f-\xa0<>"{}|\\\\^`\u2028\u2029\ufffd-\uffff]')
_OPERATORS = frozenset(("AND", "OR", "WITH"))


@dataclass(frozen=True, slots=True)
class License:
    """A licence as the file has it."""

    expression: str
    ids: tuple[str, ...]
    """The SPDX licences in it; empty where the expression is none."""

    @property
    def single(self) -> str | None:
        """The SPDX licence that is the whole expression."""
        return self.ids[0] if self.ids == (self.expression,) else None


@dataclass(frozen=True, slots=True)
class Body:
    """The public body that publishes a software."""

    name: str
    uri: str | None
    level: str


class Software:
    """An entry, asked for values."""

    def __init__(self, entry: Entry) -> None:
        self.line: dict[str, Any] = parsed(json_line(entry))
        self.id: str = self.line["id"]
        self.iri = f"urn:uuid:{self.id}"
        self.url = iri(self.line["url"])
        self._record = self.line["publiccode"]
        self._repository = table(self.line["repository"])

    @property
    def name(self) -> str:
        """Its name, or its address where it has none."""
        name = self.line["name"]
        return name if isinstance(name, str) and name.strip() else str(self.line["url"])

    @property
    def repository(self) -> str | None:
        """Where its source is; None for software of which only a page tells, at that address."""
        pages = (place for place in self.line["provenances"] if place.get("kind") == "entered")
        return None if self.url in [place.get("web_url") for place in pages] else self.url

    @property
    def publisher(self) -> Body | None:
        """The public body, where it is known."""
        body = table(self.line["publisher"])
        name = body.get("name")
        if not isinstance(name, str) or not name.strip():
            return None
        return Body(name=name, uri=iri(body.get("uri")), level=str(body.get("level")))

    @property
    def license(self) -> License | None:
        """What the file says, else what the forge detected."""
        for text in (self.word("legal", "license"), self._repository.get("license")):
            if isinstance(text, str) and text.strip():
                return _license(text)
        return None

    def at(self, *path: str) -> Any:
        """Give the value at a path of the record, or None."""
        value: Any = self._record
        for key in path:
            value = table(value).get(key)
        return value

    def word(self, *path: str) -> str | None:
        """Give a text that is not empty."""
        return word(self.at(*path))

    def words(self, *path: str) -> list[str]:
        """Give the texts of a list, or a text that stands where a list should; each once."""
        return words(self.at(*path))

    def link(self, *path: str) -> str | None:
        """Give a web address that every form can hold."""
        return iri(self.at(*path), web=True)

    def day(self, *path: str) -> str | None:
        """Give a date, ``YYYY-MM-DD``."""
        return day(self.at(*path))

    def tables(self, *path: str) -> list[Mapping[str, Any]]:
        """Give the tables of a list."""
        value = self.at(*path)
        return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

    def told(self, key: str) -> dict[str, str]:
        """Give a text of the description in every language that has it, by language tag."""
        texts = ((tag, word(table(told).get(key))) for tag, told in self._descriptions())
        return {tag: text for tag, text in texts if text is not None}

    def links_told(self, key: str) -> list[str]:
        """Give the web addresses that the description has in its languages; each once."""
        found = (iri(table(told).get(key), web=True) for _, told in self._descriptions())
        return list(dict.fromkeys(link for link in found if link is not None))

    def words_told(self, key: str) -> dict[str, list[str]]:
        """Give a list of the description in every language that has it, by language tag."""
        lists = ((tag, words(table(told).get(key))) for tag, told in self._descriptions())
        return {tag: items for tag, items in lists if items}

    def fact(self, key: str) -> Any:
        """Give what the canonical repository's forge says, or None."""
        return self._repository.get(key)

    def facts(self, key: str) -> list[str]:
        """Give a list of words that the canonical repository's forge says."""
        return words(self._repository.get(key))

    def _descriptions(self) -> Iterable[tuple[str, Any]]:
        by_tag = table(self.at("description"))
        return ((tag, by_tag[tag]) for tag in sorted(by_tag) if _TAG.fullmatch(tag))


def preferred(by_language: Mapping[str, T], first: str = LANGUAGES[0]) -> T | None:
    """Give the value in a language, else in English, else in German, else in the first by tag."""
    for language in (first, *LANGUAGES):
        for tag in by_language:
            if tag.casefold() == language or tag.casefold().startswith(f"{language}-"):
                return by_language[tag]
    return next(iter(by_language.values()), None)


def table(value: object) -> Mapping[str, Any]:
    """Give a mapping; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def word(value: object) -> str | None:
    """Give a text that is not empty, without white space around it."""
    return (value.strip() or None) if isinstance(value, str) else None


def words(value: object) -> list[str]:
    """Give the texts of a list, or a text that stands where a list should; each once."""
    items = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(text for item in items if (text := word(item)) is not None))


def filled(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out what nothing is known of, in lists too."""
    sieved = {
        key: [item for item in value if item is not None] if isinstance(value, list) else value
        for key, value in told.items()
    }
    return {key: value for key, value in sieved.items() if value not in (None, [])}


def day(value: object) -> str | None:
    """Give a date, ``YYYY-MM-DD``; of a time, its day."""
    text = value[:10] if isinstance(value, str) else ""
    if not _DAY.fullmatch(text):
        return None
    try:
        date.fromisoformat(text)
    except ValueError:
        return None
    return text


def iri(value: object, *, web: bool = False) -> str | None:
    """Give an absolute IRI (``http``, ``https`` or ``urn``; with ``web`` no ``urn``), or None."""
    if not isinstance(value, str) or _NOT_IN_IRI.search(value):
        return None
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme == "urn" and not web:
        return value if parts.path.count(":") and not parts.netloc else None
    return value if parts.scheme in ("http", "https") and host else None


def spdx_url(license_id: str) -> str | None:
    """Give the page of a licence in SPDX's list, or None for one that only a project knows."""
    if "LicenseRef-" in license_id:
        return None
    return f"https://spdx.org/licenses/{license_id.removesuffix('+')}"


def _license(text: str) -> License:
    expression = vocabulary.license_of(text).expression
    if expression is None:
        return License(text.strip(), ())
    found: list[str] = []
    before = ""
    for term in re.findall(r"[^\s()]+", expression):
        if term not in _OPERATORS and before != "WITH":
            found.append(term)
        before = term
    return License(expression, tuple(dict.fromkeys(found)))
