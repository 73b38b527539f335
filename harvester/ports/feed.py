# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How front-ends read the catalogue: lists in pages, single entries, and what changed.

Unlike a :class:`~harvester.ports.catalogue.Catalogue`, a feed only reads, and any number of threads
may ask it at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from harvester.model import FileState, Publisher, State
from harvester.ports.paging import Slice, Window
from harvester.ports.rows import ChangeRow, Entry
from harvester.ports.search import SearchIndex
from harvester.ports.written import Hosting, WrittenReads


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far the catalogue has come. As long as it is the same, no entry has changed."""

    seq: int
    """Number of the newest change; 0 if there is none."""
    at: datetime | None
    """When that change was; None if it is not remembered any more. Where ``written`` counts too,
    when something was written, if that was later."""
    written: int = 0
    """How often something was written over the API that is no entry, and so has no change, where
    that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareQuestion:
    """Which entries are asked for; None asks for all."""

    states: frozenset[State] | None = None
    file_states: frozenset[FileState] | None = None
    url_key: str | None = None
    """Of an address that the entry has or had, or that its files declare
    (:func:`harvester.urls.url_key`)."""
    created_from: datetime | None = None
    created_to: datetime | None = None
    updated_from: datetime | None = None
    updated_to: datetime | None = None
    catalog: str | None = None
    """Id of a catalog that the entry is in; ``∅``: in none but the implicit one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """An entry as lists show it."""

    id: str
    url: str
    name: str | None
    state: State
    state_reason: str
    file_state: FileState
    publisher: Publisher | None
    publisher_key: str | None
    """:attr:`PublisherTitle.key` of that body."""
    created_at: datetime
    updated_at: datetime
    document: str | None
    """The export's line, as :attr:`harvester.ports.rows.SoftwareRow.document`; None where it was
    not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherTitle:
    """A public body that some entry is of, or that was written, and where its code lies."""

    key: str
    """The catalogue's own, 32 hex digits; of one that was not written, it is derived from all that
    is known of it."""
    publisher: Publisher
    hosting: tuple[Hosting, ...]
    """Sorted by address; of a body that was not written, where its entries lie."""
    active: bool
    """Whether one of its entries is listed; of a written one, what was written."""
    created_at: datetime
    """When the first of its entries was first seen, or when it was written."""
    updated_at: datetime
    """When one of its entries last changed, or it was written last."""
    written: bool = False
    email: str | None = None
    catalog_id: str | None = None
    stands_in: str | None = None
    """Key of the written one that is shown in its place: it has the same URI, or the same name
    where neither has a URI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherQuestion:
    """Which public bodies are asked for; None asks for all that no other one stands in for."""

    active: bool | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    catalog: str | None = None
    """Id of the one that is meant; :data:`harvester.ports.written.ROOT` is the implicit one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidings:
    """Rows of the change feed with the entries that they tell of, all of one moment."""

    rows: tuple[ChangeRow, ...]
    entries: Mapping[str, Entry]
    """Those that there are now, by id."""
    head: int
    """Number of the newest change of all."""
    oldest: int | None
    """Number of the oldest change that is remembered; None if none is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which part of a dump is asked for, where not all of it is."""

    size: int
    """At least 1."""
    after: str | None = None
    """Only entries with a greater id; the entry itself need not be there any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """Every entry of one moment, or a part of them."""

    mark: Mark
    entries: Iterator[Entry]
    """Sorted by id, streamed."""
    total: int | None = None
    """Entries of all parts; not counted where all of it was asked for."""
    last: str | None = None
    """Id of the last entry of a part that others follow."""


class Feed(SearchIndex, WrittenReads, Protocol):
    """What front-ends ask. Its methods may run in any thread.

    Texts that no database holds are asked for in vain, and no error. Every method can raise
    ``CatalogueError``: the database cannot be used.
    """

    def mark(self, *, written: bool = False) -> Mark:
        """Say how far the catalogue has come: one cheap read.

        Args:
            written: whether what was written beside entries counts too.
        """
        ...

    def software(
        self, question: SoftwareQuestion, window: Window, *, documents: bool
    ) -> Slice[Title]:
        """Give entries by ``created_at`` and id."""
        ...

    def latest(self, question: SoftwareQuestion, window: Window) -> Slice[Title]:
        """Give entries with documents by ``updated_at`` and id, the newest first."""
        ...

    def amount(self, question: SoftwareQuestion) -> int:
        """Count entries."""
        ...

    def titles(self, software_ids: Sequence[str], *, documents: bool) -> Mapping[str, Title]:
        """Give the entries that have one of the ids now, by id."""
        ...

    def title(self, software_id: str) -> Title | None:
        """Give one entry with its document, by its id or an id that it had before."""
        ...

    def entry(self, software_id: str) -> Entry | None:
        """Give one entry with its volatile facts, by its id or an id that it had before."""
        ...

    def catalog_of(self, software_id: str) -> str | None:
        """Give the id of the catalog that an entry is in; None for the implicit one."""
        ...

    def publishers(self, question: PublisherQuestion, window: Window) -> Slice[PublisherTitle]:
        """Give public bodies by ``created_at`` and key."""
        ...

    def publisher_amount(self, question: PublisherQuestion) -> int:
        """Count public bodies."""
        ...

    def publisher(
        self, prefix: str | None = None, uri: str | None = None
    ) -> tuple[PublisherTitle, ...]:
        """Give the public bodies whose key begins so, or which have this URI; written ones first.

        Those that another one stands in for are among them.
        """
        ...

    def tidings(self, after: int, limit: int) -> Tidings:
        """Give changes with a number greater than ``after``, in order."""
        ...

    def dump(
        self, states: frozenset[State] | None, part: Part | None = None
    ) -> AbstractContextManager[Dump]:
        """Open all entries of this moment, or a part of them; all states if None."""
        ...
