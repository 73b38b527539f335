# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the catalogue keeps, and how a crawl writes it: load, decide, write, in one transaction.

Storage decides nothing: it loads the rows that a page touches, and writes the rows that the core
made of them. Rows are values; every key is derived, never given by the database, so that the same
pages in any order make the same catalogue.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from harvester.model import (
    Activity,
    Change,
    FileState,
    Finding,
    Forge,
    ItemStatus,
    Origin,
    Outcome,
    Owner,
    Publisher,
    Repository,
    ScopeKind,
    Size,
    Spent,
    State,
)

# --- rows -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryRow:
    """A repository as the catalogue knows it. Table ``repository``."""

    id: str
    """:func:`harvester.model.repository_id`."""
    forge: Forge
    facts: Repository
    first_seen_at: datetime
    updated_at: datetime
    """When a descriptive fact last changed."""
    missing_since: datetime | None = None
    """A mark: when a complete sweep did not see it for the first time."""
    missing_sweeps: int = 0
    """How many complete sweeps in a row did not see it."""
    gone_reason: str | None = None
    """``deleted``, ``private``, ``moved``; None while it is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """The last good record of one file. Table ``record``."""

    blob_id: str
    version: str | None
    """``publiccodeYmlVersion`` as that file said it."""
    document: str
    """The normalised publiccode as canonical JSON."""
    normaliser: int
    good: bool = True
    """False: there never was a good one, and this is what could be read of the newest file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A publiccode file ever seen. Tables ``file``, ``finding``, ``record``."""

    repository_id: str
    path: str
    blob_id: str
    """Of the newest version."""
    state: FileState
    outcome: Outcome
    reason: str
    """Why it has that outcome: a word of a closed list (``harvester.crawl.reasons``)."""
    software_id: str | None
    """The entry that it is a provenance of."""
    version: str | None
    declared_url: str | None
    normaliser: int
    findings: tuple[Finding, ...]
    record: RecordRow | None
    """The newest good one; older than the file where the file is broken now."""
    context: str
    """Fingerprint of what the reading depended on beside bytes and rules."""
    first_seen_at: datetime
    changed_at: datetime
    """When its newest version was first seen."""
    bad_since: datetime | None = None
    """A mark: since when it has been invalid or absent."""
    absent_sweeps: int = 0
    """How many complete crawls in a row found it absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareRow:
    """One entry of the catalogue. Table ``software``."""

    id: str
    url: str
    """Of the canonical repository, or as declared where none is known."""
    name: str | None
    state: State
    state_reason: str
    file_state: FileState
    stale_since: datetime | None
    origin: Origin
    repository_id: str | None
    """The canonical repository, where the catalogue knows it; of an entry without any, the page
    that tells of it (its forge's ``origin`` says which)."""
    file: tuple[str, str] | None
    """The file whose record is shown: repository id and path."""
    publisher: Publisher | None
    document: str
    """The export's line without ``activity`` and ``updated_at``, as canonical JSON."""
    first_seen_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasRow:
    """An address that a repository had before. Table ``alias``."""

    url: str
    repository_id: str
    since: datetime
    """When harvester noticed that the repository had left it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a crawl did with one repository. Table ``crawl_item``."""

    subject: str
    """The web address, or what a failure names."""
    status: ItemStatus
    reason: str | None = None
    message: str | None = None
    repository_id: str | None = None


# --- a page's transaction -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What a page touches."""

    repository_ids: frozenset[str]
    urls: frozenset[str]
    """Canonical addresses: of the repositories, and those that their files declare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the catalogue holds about a page's keys, closed under *is a provenance of*.

    That is: the repositories with one of the ids, or which have or had one of the addresses; the
    entries whose canonical repository one of them is, whose address is one of the addresses, or
    which one of their files is a provenance of; all files of those repositories and entries; and
    the repositories of those files and the canonical ones of those entries.
    """

    repositories: Mapping[str, RepositoryRow]
    """By id."""
    files: tuple[FileRow, ...]
    software: Mapping[str, SoftwareRow]
    """By id."""
    aliases: tuple[AliasRow, ...]
    """Of those repositories."""
    neighbours: tuple[FileRow, ...] = ()
    """Files that lie in those canonical repositories, but belong to entries that are not here:
    they tell what kind of fork a repository is, and are not to be assigned or written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two entries turned out to be one: ``id`` lives on as an alias of ``into``."""

    id: str
    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Writes:
    """The rows that differ now. Storage writes each by its key, nothing else."""

    owners: tuple[tuple[str, Owner], ...] = ()
    """Forge URL and owner."""
    repositories: tuple[RepositoryRow, ...] = ()
    activities: tuple[tuple[str, Activity], ...] = ()
    """Volatile facts of repositories that are otherwise unchanged, by repository id."""
    linked: tuple[str, ...] = ()
    """Ids of repositories that belong to this crawl's source now."""
    unlinked: tuple[str, ...] = ()
    """Ids of repositories that no longer do."""
    aliases: tuple[AliasRow, ...] = ()
    blobs: tuple[tuple[str, bytes], ...] = ()
    """Blob id and bytes."""
    files: tuple[FileRow, ...] = ()
    software: tuple[SoftwareRow, ...] = ()
    merges: tuple[Merge, ...] = ()
    changes: tuple[Change, ...] = ()
    items: tuple[Item, ...] = ()
    """All are counted with the crawl; those that are not ``unchanged`` are kept as rows."""


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


# --- crawls ---------------------------------------------------------------------------------


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
    ``failed``, ``stopped``: the next crawl goes on where this one ended."""
    error: str | None
    not_before: datetime | None
    spent: Spent


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


# --- reading --------------------------------------------------------------------------------


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
    swept: str | None = None
    """Fingerprint of what the newest complete sweep listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A row of the change feed."""

    seq: int
    change: Change
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of an export."""

    id: str
    state: State
    document: str
    updated_at: datetime
    activity: Activity | None


class Catalogue(Protocol):
    """The one store of what is known.

    Every method is synchronous, may be called from any thread, by one thread at a time, and raises
    :class:`~harvester.ports.errors.CatalogueError` when the database cannot be used.
    """

    @property
    def name(self) -> str:
        """The absolute path of the file, or host and database; never a password."""
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

    def end(self, crawl: OpenCrawl, end: CrawlEnd, now: datetime) -> None:
        """End the crawl and give the lease back.

        Within an open :meth:`page` transaction it is part of it; else it is one of its own.
        """
        ...

    # reading
    def size(self, source: str) -> Size:
        """Say how large a source was."""
        ...

    def sources(self) -> Mapping[str, SourceState]:
        """Give what is remembered of every source, by name."""
        ...

    def entries(self, states: frozenset[State] | None, *, activity: bool) -> Iterator[Entry]:
        """Give entries sorted by id, streamed; all states if None."""
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

    def outcomes(self, source: str) -> Mapping[Outcome, int]:
        """Count the files of a source's repositories by outcome."""
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
