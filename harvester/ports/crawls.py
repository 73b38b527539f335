# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What crawls and the catalogue tell each other, beside the rows: values, immutable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from harvester.model import Forge, ItemStatus
from harvester.ports.listing import ScopeKind, Spent
from harvester.ports.rows import ForwardingRow, RepositoryRow, RevisitRow, Stored, Wait


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
