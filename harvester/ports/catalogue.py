# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How a crawl writes the catalogue, and how others read it: load, decide, write, one transaction.

Storage decides nothing: it loads the rows that a page touches, and writes the rows that the core
made of them (:mod:`harvester.ports.rows`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from harvester.model import Forge, ItemStatus, Outcome, State, Vitality
from harvester.ports.http import Ledger
from harvester.ports.listing import ScopeKind, Size, Spent
from harvester.ports.rows import (
    ChangeRow,
    Entry,
    FileRow,
    ForwardingRow,
    Item,
    Keys,
    RepositoryRow,
    RevisitRow,
    SoftwareRow,
    Stored,
    Wait,
    Writes,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMark:
    """What a page leaves behind beside its rows."""

    seen: tuple[str, ...]
    """Repository ids, one row of table ``seen``."""
    cursor: str | None
    owners_read: tuple[str, ...] = ()
    skipped: int = 0
    """Entries that are not public: counted with the crawl, named nowhere."""
    clean: bool = True
    """False when an item of the page failed: the crawl can no longer end complete."""
    revisits: tuple[RevisitRow, ...] = ()
    """Of repositories that cost a request each."""


class PageTransaction(Protocol):
    """One open transaction of a crawl, with the lease checked."""

    def load(self, keys: Keys) -> Stored:
        """Read what the keys touch."""
        ...

    def write(self, writes: Writes, now: datetime) -> None:
        """Write the rows.

        Raises:
            RefusedRowError: the database will not take one of them.
        """
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """Open a savepoint; an error inside rolls back to it."""
        ...

    def mark(self, mark: PageMark) -> None:
        """Move the crawl on: what was seen, and the cursor."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlRequest:
    """A crawl that is to be begun, or gone on with."""

    source: str
    kind: str
    forge: Forge
    scope: ScopeKind
    fingerprint: str
    """Of all that decides what is listed; an unfinished crawl with another one is dropped."""
    sweep: bool
    partial: bool = False
    """True for single addresses and ``--limit``: nothing is concluded from what it does not see,
    and it neither resumes nor is resumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCrawl:
    """A crawl under way, held by a lease."""

    id: int
    source: str
    forge: Forge
    fence: int
    """The lease's number; a transaction with an older one fails."""
    sweep: bool
    first: bool
    """True: the source was never read to its end."""
    started_at: datetime
    cursor: str | None
    """Where to go on; None: from the start, or, if ``listed``, with the conclusion."""
    listed: bool
    """True: the listing was read to its end already."""
    clean: bool
    """False: an item failed earlier in this crawl."""
    resumed: bool
    items: Mapping[ItemStatus, int]
    """Items counted so far, by this run and those that it goes on from."""
    recent_owners: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlEnd:
    """How a crawl ended."""

    status: str
    """``complete``; ``flawed``: read to its end, but not without errors; ``incomplete``,
    ``failed``, ``stopped``: the next crawl goes on where this one ended; ``given-up``: it failed
    twice at one place, and the next one starts anew."""
    error: str | None
    not_before: datetime | None
    spent: Spent
    doubtful: tuple[str, ...] = ()
    """Ids of repositories that a look-up said nothing of: a complete sweep has not missed them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the catalogue knows of a batch of sightings, asked before anything is read for them."""

    revisions: Mapping[str, str]
    """By repository id; only of repositories whose details are stored."""
    files: Mapping[tuple[str, str], tuple[str, int, str]]
    """By repository id and path: blob id, the normaliser's version and the context."""
    blobs: frozenset[str]
    """Ids of the blobs, of those asked for, whose bytes are stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclaimed:
    """An address that files declare, and that no known repository has or had."""

    url: str
    forwarding: ForwardingRow | None
    """What its forge said, unless a file that declares it has changed since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """What a conclusion starts from."""

    repositories: tuple[RepositoryRow, ...]
    """Of this source, not gone, not seen by this crawl; empty unless it is a clean, full sweep."""
    elsewhere: frozenset[str]
    """Ids of those, which another source has and has not missed."""
    linked: int
    """How many repositories of the source are not gone."""
    seen: frozenset[str]
    """Ids of all repositories that this crawl saw."""
    marked: Stored
    """Entries of the source with a mark that time may have turned into a state (their file is not
    valid, or they have none any more), or that one of the unseen repositories belongs to, closed
    as :class:`Stored` says. An entry without any file is every source's."""
    waits: tuple[Wait, ...] = ()
    """The losses that wait for approval, of every source."""
    listed: int = 0
    """How many entries of the catalogue are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What the catalogue remembers of a source."""

    name: str
    last_success_at: datetime | None
    last_sweep_at: datetime | None
    last_crawl_at: datetime | None
    last_status: str | None
    last_error: str | None
    not_before: datetime | None
    repositories: int
    listed: int
    covered_since: datetime | None = None
    """When the newest complete crawl began: what moved since then, it may have passed already."""
    errored: int = 0
    """Items that the newest crawl could not read."""
    swept: str | None = None
    """Fingerprint of what the newest complete sweep listed."""
    forge: Forge
    retired_at: datetime | None = None
    """Since when it has not been configured any more."""
    failing_since: datetime | None = None
    """When the first of the crawls began that have not been read to their end since one was."""
    waiting: int = 0
    """How many of its losses wait for approval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Spans of the past that the time to come is expected to be like."""

    listed_since: datetime
    """What was active at or after this counts as what an incremental crawl lists."""
    changed_since: datetime
    """What was active after this counts as what it finds changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long is kept what only tells of the past."""

    crawls: timedelta
    """Crawls that ended, with what they did."""
    changes: timedelta
    """Rows of the change feed, of which who follows it less often starts anew; and logs that were
    written over the API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """What was deleted."""

    crawls: int
    blobs: int
    """Bytes of former files, whose retention is that of the file."""
    changes: int
    more: bool
    """There is more to delete."""
    logs: int = 0
    """That were written over the API."""


class Catalogue(Protocol):
    """The one store of what is known.

    Every method is synchronous, may be called from any thread, by one thread at a time, and raises
    :class:`~harvester.ports.errors.CatalogueError` when the database cannot be used.
    """

    @property
    def name(self) -> str:
        """The absolute path of the file, or host and database; never a password."""
        ...

    @property
    def seconds(self) -> float:
        """What the database took since it was opened, waiting for locks included."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...

    # crawls
    def begin(self, request: CrawlRequest, holder: str, now: datetime) -> OpenCrawl:
        """Take the source's lease and open a crawl, or go on with the unfinished one.

        Args:
            request: what is to be crawled.
            holder: who asks: host, process id and the process's start, so that a lease of a dead
                process on the same host is taken over at once.
            now: the time.

        Raises:
            SourceBusyError: somebody else holds it and makes progress; names who and since when.
        """
        ...

    def known(self, repository_ids: Sequence[str], blob_ids: Sequence[str]) -> Known:
        """Say what is known of a batch."""
        ...

    def contents(self, blob_ids: Iterable[str]) -> Mapping[str, bytes]:
        """Give the bytes of stored blobs."""
        ...

    def page(self, crawl: OpenCrawl, now: datetime) -> AbstractContextManager[PageTransaction]:
        """Open a transaction of a crawl; leaving it without an error commits.

        Raises:
            LeaseLostError: another process took the source over.
        """
        ...

    def unseen(self, crawl: OpenCrawl) -> Unseen:
        """Give what a conclusion starts from; within an open :meth:`page`, as that sees it."""
        ...

    def retire(self, configured: Collection[str], now: datetime) -> None:
        """Note since when sources are not among the configured ones; those that are, are back."""
        ...

    def unclaimed(self, forge_url: str) -> Sequence[Unclaimed]:
        """Give the addresses below a forge that files declare and no known repository claims.

        Sorted by address; files that are absent declare nothing.
        """
        ...

    def end(self, crawl: OpenCrawl, end: CrawlEnd, now: datetime) -> None:
        """End the crawl and give the lease back.

        Within an open :meth:`page` transaction it is part of it; else it is one of its own.
        """
        ...

    def abandon(self, crawl: OpenCrawl) -> None:
        """Note that nobody of this process goes on with a crawl whose end could not be written.

        Asks nothing of the database: the next :meth:`begin` of this process may take the lease.
        """
        ...

    def opted_out(self, source: str, named: Collection[str]) -> Sequence[RepositoryRow]:
        """Give a source's repositories that opt out, by whatever way, and those named by their ids.

        Sorted by id; those that are gone are left out.
        """
        ...

    def outdated(self, source: str, normaliser: int, after: str, most: int) -> Sequence[str]:
        """Give the ids of a source's repositories whose file older rules read, at most so many.

        Of those whose bytes are stored, and that neither are gone nor were missed lately. Sorted,
        those greater than ``after``.
        """
        ...

    # vitality
    def vitality_due(self, source: str, before: datetime, most: int) -> Sequence[RepositoryRow]:
        """Give repositories whose vitality is to be read, the least recently read first.

        Those of listed entries of a source that were not read since ``before``.
        """
        ...

    def keep_vitality(self, read: Mapping[str, Vitality]) -> None:
        """Keep what was read, by repository id, in a transaction of its own; never a change."""
        ...

    def vitality(self, repository_ids: Sequence[str]) -> Mapping[str, Vitality]:
        """Give what is known of repositories, by id."""
        ...

    # the daemon
    def guard(self, holder: str, silence: timedelta, now: datetime) -> str | None:
        """Say that a daemon lives, and make it the one that this catalogue is kept by.

        Who takes over from another ends that one's crawls: it can commit nothing more.

        Args:
            holder: who asks, as for :meth:`begin`.
            silence: after so long without a word the other is taken for dead.
            now: the time.

        Returns:
            None if it is the one now, else who is.
        """
        ...

    def tidy(self, keep: Retention, now: datetime) -> Tidied:
        """Delete a portion of what nobody asks for any more; crawls may go on meanwhile."""
        ...

    def wishes(self, now: datetime) -> Sequence[tuple[str, str]]:
        """Take the wishes that other processes left: source and path, the oldest first."""
        ...

    def release(self, holder: str) -> None:
        """Let another daemon take over at once, if this one is the one."""
        ...

    # reading
    def revisits(self, source: str) -> Sequence[tuple[RevisitRow, str | None]]:
        """Give when a source last looked at repositories that cost it a request each.

        Each with its canonical address; with None where it is missing or gone, so that nothing
        is to keep a crawl from looking at once.
        """
        ...

    def waits(self, source: str) -> Sequence[tuple[Wait, SoftwareRow]]:
        """Give a source's losses that wait for approval, with their entries, sorted by id."""
        ...

    def size(self, source: str, moved: Movement | None = None) -> Size:
        """Say how large a source was, and, for an incremental crawl, what is expected to move."""
        ...

    def sources(self) -> Mapping[str, SourceState]:
        """Give what is remembered of every source, by name."""
        ...

    def entries(self, states: frozenset[State] | None, *, activity: bool) -> Iterator[Entry]:
        """Give entries sorted by id, streamed; all states if None."""
        ...

    def addresses(self) -> Iterator[str]:
        """Give every address that a repository has or had, or that an entry has."""
        ...

    def entry(self, software_id: str) -> Entry | None:
        """Give one entry by its id or an id that it had before."""
        ...

    def files(self) -> Iterator[tuple[FileRow, RepositoryRow]]:
        """Give every file ever seen, sorted by forge, repository path and path."""
        ...

    def around(self, url: str) -> Stored:
        """Give what is known under an address, also an old one or one that a file declares."""
        ...

    def last_items(self, repository_id: str) -> Sequence[tuple[str, datetime, Item]]:
        """Give what the latest crawls did with a repository: source, time, item; newest first."""
        ...

    def errored(self, source: str, limit: int) -> Sequence[Item]:
        """Give what the newest crawl of a source could not read, at most so many."""
        ...

    def outcomes(self, source: str) -> Mapping[Outcome, int]:
        """Count the files of a source's repositories by outcome."""
        ...

    def budgets(self) -> Sequence[Ledger]:
        """Give what is remembered of every token's budgets, sorted by origin and token."""
        ...

    def totals(self) -> Mapping[State, int]:
        """Count entries by state."""
        ...

    def changes(self, after: int, limit: int) -> Sequence[ChangeRow]:
        """Give rows of the change feed with a number greater than ``after``, in order."""
        ...

    def head(self) -> int:
        """Give the number of the newest change; 0 if there is none."""
        ...
