# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How a crawl writes the catalogue, and how others read it: load, decide, write, one transaction.

Storage decides nothing: it loads the rows that a page touches, and writes the rows that the core
made of them (:mod:`harvester.ports.rows`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from harvester.model import Outcome, State, Vitality
from harvester.ports.crawls import (
    CrawlEnd,
    CrawlRequest,
    Known,
    Movement,
    OpenCrawl,
    PageMark,
    Retention,
    SourceState,
    Tidied,
    Unclaimed,
    Unseen,
)
from harvester.ports.http import Ledger
from harvester.ports.listing import Size
from harvester.ports.rows import (
    ChangeRow,
    Entry,
    FileRow,
    Item,
    Keys,
    RepositoryRow,
    RevisitRow,
    SoftwareRow,
    Stored,
    Wait,
    Writes,
)


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
