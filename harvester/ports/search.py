# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How the catalogue is searched: a question, what the core made of it, and what comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from harvester.model import State
from harvester.ports.projection import Facet
from harvester.ports.rows import Entry

LISTED = frozenset({State.LISTED})


class Sort(StrEnum):
    """In which order entries come; ties are told apart by id, so that the order is total."""

    RELEVANCE = "relevance"
    """The best first, then by name. Without a text, by name."""
    NAME = "name"
    RELEASED = "released"
    """The newest release date first; without one, last."""
    ACTIVE = "active"
    """The latest activity first, as the forge tells it."""
    ADDED = "added"
    """Newest in the catalogue first."""
    UPDATED = "updated"
    """Changed last first."""


Position = tuple[int | str, ...]
"""What the last entry of a page is sorted by; the next page begins behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which entries are meant: one of the values of each facet that is named."""

    values: Mapping[Facet, frozenset[str]] = field(default_factory=dict)
    states: frozenset[State] | None = LISTED
    """None: whatever their state."""
    updated_since: datetime | None = None
    """Only what changed at or after this."""
    active_since: datetime | None = None
    """Only what was active at or after this, as the forge tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody asks of the catalogue."""

    text: str = ""
    """What they typed; each word of it must be found."""
    filters: Filters = field(default_factory=Filters)
    sort: Sort | None = None
    """None: by relevance if there is a text, else by name."""
    after: Position | None = None
    limit: int = 25
    """At most so many entries; 0: only the total and the counts."""
    facets: frozenset[Facet] = frozenset()
    """Of which the values are counted."""
    activity: bool = False
    """Whether entries come with what is volatile."""
    documents: bool = True
    """Whether entries come with their documents; else with empty ones."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word of a question: an entry must have one of the tokens."""

    tokens: Mapping[str, int]
    """How well each of them meets the word: 4 for itself down to 1. Empty: nothing is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRule:
    """What makes a label of activity; ``harvester.activity`` says so, storage only follows."""

    active_commits: int
    """Commits in ninety days that make a repository active."""
    year: timedelta
    """For how long a release counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A question as the core understood it."""

    question: Question
    sort: Sort
    """By relevance only where there are words."""
    words: tuple[Wanted, ...]
    """All must be found."""
    called: str
    """The text as a name, folded: who is called so comes first. Empty: no text."""
    now: datetime
    rule: ActivityRule


@dataclass(frozen=True, slots=True)
class Count:
    """How many entries have a value of a facet."""

    value: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of answers, all of one moment."""

    entries: tuple[Entry, ...]
    total: int
    """Of all pages."""
    next: Position | None
    """None: this is the last page."""
    counts: Mapping[Facet, tuple[Count, ...]]
    """Of each facet asked for, the most frequent value first. A facet's own filter is left out, so
    that one sees what choosing another value would give; the other filters hold."""
    corrected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Words of the text that nothing has, with those that were looked for in their place."""


class Relation(StrEnum):
    """How another entry is related to an entry."""

    VARIANT = "variant"
    """It is based on this one, this one on it, or both on the same."""
    DEPENDENCY = "dependency"
    """This one says that it depends on software of its name."""
    DEPENDENT = "dependent"
    """It says so of this one."""
    SAME_PUBLISHER = "same-publisher"


class SearchIndex(Protocol):
    """What is searched. It is written with the entries, in the same transactions.

    Every method raises :class:`~harvester.ports.errors.CatalogueError` when the database cannot be
    used.
    """

    def containing(self, parts: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Give the words that the catalogue has with each part in them, the shortest first.

        At most 200 of each. Parts of less than four letters are looked for at the beginning only.
        """
        ...

    def alike(self, words: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Give the words that share the most runs of three letters with each word, at most 50."""
        ...

    def find(self, inquiry: Inquiry) -> Found:
        """Answer a question, in a number of statements that no size of page changes."""
        ...

    def related(self, software_id: str, limit: int) -> Mapping[Relation, tuple[Entry, ...]]:
        """Give listed entries that are related to an entry, by name, at most so many of each."""
        ...
