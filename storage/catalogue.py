# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The catalogue on a database: fulfils :class:`harvester.ports.catalogue.Catalogue`."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection

from harvester.model import Outcome, State, Vitality
from harvester.ports.crawls import (
    CrawlEnd,
    CrawlRequest,
    Known,
    Movement,
    OpenCrawl,
    Retention,
    SourceState,
    Tidied,
    Unclaimed,
    Unseen,
)
from harvester.ports.http import Ledger
from harvester.ports.listing import Size
from harvester.ports.projection import Projection
from harvester.ports.rows import (
    ChangeRow,
    Entry,
    FileRow,
    Item,
    RepositoryRow,
    RevisitRow,
    SoftwareRow,
    Stored,
    Wait,
)
from harvester.ports.search import Found, Inquiry, Relation
from storage import (
    crawls,
    feed,
    guard,
    history,
    ledgers,
    reading,
    retention,
    revisits,
    schema,
    selection,
    shown,
    vitality,
)
from storage.engine import PATIENCE, Store
from storage.search import asking, related
from storage.search import words as search_words
from storage.search import writing as indexing
from storage.transaction import Page
from storage.wishes import StoredWishes

T = TypeVar("T")

_ABANDONED: dict[str, set[tuple[str, int]]] = {}
"""By database, of this process: source and fence of crawls whose end could not be written. The
process lives on, so that nobody could tell otherwise that their leases are free; and whoever opens
the database next is to know, since a daemon opens it anew for each crawl."""


def open_catalogue(database_url: str, *, patience: float = PATIENCE) -> "SqlCatalogue":
    """Open a catalogue; an SQLite file that is missing is made at the newest schema.

    Takes and raises what :func:`storage.schema.opened` does.
    """
    return SqlCatalogue(schema.opened(database_url, patience=patience))


class SqlCatalogue:
    """What is known, in an open database with the newest schema."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._abandoned: set[tuple[str, int]]
        self._abandoned = set() if store.in_memory else _ABANDONED.setdefault(store.name, set())
        self._open: Page | None = None

    @property
    def name(self) -> str:
        """The absolute path of the file, or host and database; never a password."""
        return self.store.name

    @property
    def seconds(self) -> float:
        """What the database took since it was opened, waiting for locks included."""
        return self.store.seconds

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()

    # crawls

    def begin(self, request: CrawlRequest, holder: str, now: datetime) -> OpenCrawl:
        """Take the source's lease and open a crawl, or go on with the unfinished one."""
        with self.store.writing() as connection:
            opened = crawls.begin(
                connection, self.store.dialect, request, holder, now, abandoned=self._abandoned
            )
        self._abandoned.discard((opened.source, opened.fence - 1))
        return opened

    def known(self, repository_ids: Sequence[str], blob_ids: Sequence[str]) -> Known:
        """Say what is known of a batch."""
        with self._reading() as connection:
            return reading.known(connection, self.store.dialect, repository_ids, blob_ids)

    def contents(self, blob_ids: Iterable[str]) -> Mapping[str, bytes]:
        """Give the bytes of stored blobs."""
        with self._reading() as connection:
            return reading.contents(connection, self.store.dialect, blob_ids)

    @contextmanager
    def page(self, crawl: OpenCrawl, now: datetime) -> Iterator[Page]:
        """Open a transaction of a crawl; leaving it without an error commits."""
        if self._open is not None:
            raise RuntimeError("a page is open already; a catalogue writes one at a time")
        with self.store.writing() as connection:
            self._open = Page(self.store, connection, crawl, now)
            try:
                yield self._open
                self._open.flush()
            finally:
                self._open = None

    def unseen(self, crawl: OpenCrawl) -> Unseen:
        """Give what a conclusion starts from."""
        with self._reading() as connection:
            return history.unseen(connection, self.store.dialect, crawl)

    def retire(self, configured: Collection[str], now: datetime) -> None:
        """Note since when sources are not among the configured ones; those that are, are back."""
        with self.store.writing() as connection:
            crawls.retire(connection, self.store.dialect, configured, now)

    def unclaimed(self, forge_url: str) -> Sequence[Unclaimed]:
        """Give the addresses below a forge that files declare and no known repository claims."""
        with self._reading() as connection:
            return reading.unclaimed(connection, forge_url)

    def end(self, crawl: OpenCrawl, end: CrawlEnd, now: datetime) -> None:
        """End the crawl and give the lease back, with the open page or by itself."""
        if self._open is not None:
            self._open.finish(end)
            return
        with self.page(crawl, now) as page:
            page.finish(end)

    def abandon(self, crawl: OpenCrawl) -> None:
        """Note that this process goes on with a crawl no more."""
        self._abandoned.add((crawl.source, crawl.fence))

    def opted_out(self, source: str, named: Collection[str]) -> Sequence[RepositoryRow]:
        """Give a source's repositories that opt out, and those that are named by their ids."""
        with self._reading() as connection:
            return selection.opted_out(connection, self.store.dialect, source, named)

    def outdated(self, source: str, normaliser: int, after: str, most: int) -> Sequence[str]:
        """Give the ids of a source's repositories whose file older rules read."""
        with self._reading() as connection:
            return selection.outdated(connection, source, normaliser, after, most)

    # vitality

    def vitality_due(self, source: str, before: datetime, most: int) -> Sequence[RepositoryRow]:
        """Give repositories whose vitality is to be read, the least recently read first."""
        with self._reading() as connection:
            return vitality.due(connection, source, before, most)

    def keep_vitality(self, read: Mapping[str, Vitality]) -> None:
        """Keep what was read, by repository id, in a transaction of its own."""
        with self.store.writing() as connection:
            vitality.keep(connection, self.store.dialect, read)

    def vitality(self, repository_ids: Sequence[str]) -> Mapping[str, Vitality]:
        """Give what is known of repositories, by id."""
        with self._reading() as connection:
            return vitality.of(connection, self.store.dialect, repository_ids)

    # the daemon

    def guard(self, holder: str, silence: timedelta, now: datetime) -> str | None:
        """Say that a daemon lives; None if it is the one that keeps this catalogue, else who is."""
        with self.store.writing() as connection:
            return guard.take(connection, holder, silence, now)

    def tidy(self, keep: Retention, now: datetime) -> Tidied:
        """Delete a portion of what nobody asks for any more; crawls may go on meanwhile."""
        return retention.tidy(self.store, keep, now)

    def wishes(self, now: datetime) -> Sequence[tuple[str, str]]:
        """Take the wishes that other processes left: source and path, the oldest first."""
        return StoredWishes(self.store).take(now)

    def release(self, holder: str) -> None:
        """Let another daemon take over at once, if this one is the one."""
        with self.store.writing() as connection:
            guard.release(connection, holder)

    # reading

    def revisits(self, source: str) -> Sequence[tuple[RevisitRow, str | None]]:
        """Give when a source last looked at repositories that cost it a request each."""
        with self._reading() as connection:
            return revisits.of(connection, source)

    def waits(self, source: str) -> Sequence[tuple[Wait, SoftwareRow]]:
        """Give a source's losses that wait for approval, with their entries, sorted by id."""
        with self._reading() as connection:
            return reading.waits(connection, source)

    def size(self, source: str, moved: Movement | None = None) -> Size:
        """Say how large a source was."""
        with self._reading() as connection:
            return reading.size(connection, source, moved)

    def sources(self) -> Mapping[str, SourceState]:
        """Give what is remembered of every source, by name."""
        with self._reading() as connection:
            return reading.sources(connection)

    def entries(self, states: frozenset[State] | None, *, activity: bool) -> Iterator[Entry]:
        """Give entries sorted by id, streamed; all states if None."""
        return self._streamed(
            lambda connection: shown.entries(connection, states, activity=activity)
        )

    def addresses(self) -> Iterator[str]:
        """Give every address that a repository has or had, or that an entry has."""
        return self._streamed(reading.addresses)

    def entry(self, software_id: str) -> Entry | None:
        """Give one entry by its id or an id that it had before."""
        with self._reading() as connection:
            return shown.entry(connection, software_id)

    def files(self) -> Iterator[tuple[FileRow, RepositoryRow]]:
        """Give every file ever seen, sorted by forge, repository path and path."""
        return self._streamed(lambda connection: reading.files(connection, self.store.dialect))

    def around(self, url: str) -> Stored:
        """Give what is known under an address, also an old one or one that a file declares."""
        with self._reading() as connection:
            return reading.around(connection, self.store.dialect, url)

    def last_items(self, repository_id: str) -> Sequence[tuple[str, datetime, Item]]:
        """Give what the latest crawls did with a repository: source, time, item; newest first."""
        with self._reading() as connection:
            return reading.last_items(connection, repository_id)

    def errored(self, source: str, limit: int) -> Sequence[Item]:
        """Give what the newest crawl of a source could not read."""
        with self._reading() as connection:
            return reading.errored(connection, source, limit)

    def outcomes(self, source: str) -> Mapping[Outcome, int]:
        """Count the files of a source's repositories by outcome."""
        with self._reading() as connection:
            return reading.outcomes(connection, source)

    def budgets(self) -> Sequence[Ledger]:
        """Give what is remembered of every token's budgets, sorted by origin and token."""
        with self._reading() as connection:
            return ledgers.all_ledgers(connection)

    def totals(self) -> Mapping[State, int]:
        """Count entries by state."""
        with self._reading() as connection:
            return shown.totals(connection)

    def changes(self, after: int, limit: int) -> Sequence[ChangeRow]:
        """Give rows of the change feed with a number greater than ``after``, in order."""
        with self._reading() as connection:
            return feed.after(connection, after, limit)

    def head(self) -> int:
        """Give the number of the newest change; 0 if there is none."""
        with self._reading() as connection:
            return feed.head(connection)

    # searching

    def containing(self, parts: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Give the words that the catalogue has with each part in them, the shortest first."""
        with self._reading() as connection:
            return search_words.containing(connection, self.store.dialect, parts)

    def alike(self, words: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Give the words that share the most runs of three letters with each word."""
        with self._reading() as connection:
            return search_words.alike(connection, self.store.dialect, words)

    def find(self, inquiry: Inquiry) -> Found:
        """Answer a question."""
        with self._reading() as connection:
            if self._open is None:
                self.store.dialect.freeze(connection)
            return asking.find(connection, self.store.dialect, inquiry)

    def related(self, software_id: str, limit: int) -> Mapping[Relation, tuple[Entry, ...]]:
        """Give listed entries that are related to an entry."""
        with self._reading() as connection:
            return related.related(connection, software_id, limit)

    def reindex(self, version: int, project: Callable[[str], Projection]) -> int:
        """Write the search index anew if it was made by other rules; crawls may go on meanwhile.

        Args:
            version: of the rules by which ``project`` reads.
            project: what makes an entry's projection of its document.

        Returns:
            How many entries were written.
        """
        return indexing.reindex(self.store, version, project)

    def _streamed(self, read: Callable[[Connection], Iterator[T]]) -> Iterator[T]:
        """Hand rows out one by one, all of the moment when the first was asked for."""
        with self._reading() as connection:
            if not self.store.in_memory:
                yield from read(connection)
                return
            whole = list(read(connection))  # its one connection must be free for others
        yield from whole

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Read within the open page, so that it sees what it wrote; else by itself."""
        if self._open is None:
            with self.store.reading() as connection:
                yield connection
        else:
            with self.store.translated():
                yield self._open.connection
