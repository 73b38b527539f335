# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What of an entry can be searched, filtered, sorted by and followed to other entries.

The core reads it out of an entry's document (:mod:`harvester.search.projection`) and hands it to
storage with the entry's row, so that the search index never lags behind the catalogue.
"""

from dataclasses import dataclass
from enum import StrEnum


class Facet(StrEnum):
    """By what entries are filtered and counted; ``docs/search.md`` tells each to people."""

    CATEGORY = "category"
    DEVELOPMENT_STATUS = "development_status"
    SOFTWARE_TYPE = "software_type"
    LICENSE = "license"
    PLATFORM = "platform"
    LANGUAGE = "language"
    PUBLISHER = "publisher"
    LEVEL = "level"
    COUNTRY = "country"
    SCOPE = "scope"
    MAINTENANCE = "maintenance"
    FORGE = "forge"
    SOURCE = "source"
    ARCHIVED = "archived"
    FORK_KIND = "fork_kind"
    ACTIVITY = "activity"
    LAST_ACTIVITY = "last_activity"
    USED_BY = "used_by"
    OZG = "ozg"
    LEIKA = "leika"
    VALIDITY = "validity"


DERIVED = frozenset({Facet.SOURCE, Facet.ACTIVITY, Facet.LAST_ACTIVITY})
"""Facets that no document tells: storage works them out when it is asked."""


class Tie(StrEnum):
    """By what one entry is found from another."""

    ADDRESS = "address"
    """The entry's own addresses, as :func:`harvester.urls.url_key` gives them."""
    BASED_ON = "based-on"
    """The addresses of what it is based on, in the same form."""
    CALLED = "called"
    """Its names, folded."""
    NEEDS = "needs"
    """The names of what it depends on, folded in the same way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words by which an entry is found, each where it weighs most. Folded, sorted."""

    name: tuple[str, ...] = ()
    """Of what it is called."""
    subject: tuple[str, ...] = ()
    """Of what it is about in a word: categories, topics, publisher, path."""
    summary: tuple[str, ...] = ()
    """Of its short description, its features and who uses it."""
    text: tuple[str, ...] = ()
    """Of its long description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """What the search index holds of one entry."""

    name_key: str
    """What the order by name compares: as a person would file it, byte by byte."""
    released_on: str
    """``2026-01-31``, or empty where the entry tells no date."""
    values: tuple[tuple[Facet | Tie, str], ...]
    """Sorted, each once; none of a :data:`DERIVED` facet."""
    words: Words
