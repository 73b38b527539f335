# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The rows that the catalogue keeps: what storage loads, what the core makes of it and gives back.

Rows are values; every key is derived, never given by the database, so that the same pages in any
order make the same catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

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
    State,
    Vitality,
)
from harvester.ports.projection import Projection


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
    """``deleted``, ``private``, ``moved``, ``out-of-scope``; None while it is there."""
    opt_outs: tuple[str, ...] = ()
    """By which ways its publisher wishes not to be listed (``harvester.crawl.opt_out``)."""
    ignored_since: datetime | None = None
    """Since when it has been opted out; None while it is not."""


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
    projection: Projection | None = field(default=None, compare=False, repr=False)
    """What the search index holds of the document. None: the row was loaded, and cannot be written
    without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """An entry as it was before the crawls that are under way. Table ``software_rest``.

    What an entry remembers (its last good record, since when that is stale, when it was first seen)
    is taken from here. Else a crawl would remember what it believed in between, while it had seen
    the one repository and not yet the other, and the order of pages would show in the catalogue.
    """

    id: str
    url: str
    state: State
    state_reason: str
    file_state: FileState
    stale_since: datetime | None
    origin: Origin
    repository_id: str | None
    document: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasRow:
    """An address that a repository had before. Table ``alias``."""

    url: str
    repository_id: str
    since: datetime
    """When harvester noticed that the repository had left it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardingRow:
    """What a forge said where an address leads that a file declares. Table ``forwarding``."""

    url: str
    forge_id: str | None
    """Of the repository that has or had it; None: nobody may see one there."""
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a crawl did with one repository. Table ``crawl_item``."""

    subject: str
    """The web address, or what a failure names."""
    status: ItemStatus
    reason: str | None = None
    message: str | None = None
    repository_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What a page touches."""

    repository_ids: frozenset[str]
    urls: frozenset[str]
    """Canonical addresses: of the repositories, and those that their files declare."""
    software_ids: frozenset[str] = frozenset()
    """Of entries that are touched whatever their addresses; also ids that they had before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the catalogue holds about a page's keys, closed under *is a provenance of*.

    That is: the repositories with one of the ids, or which have or had one of the addresses; the
    entries with one of the ids, whose canonical repository one of them is, whose address is one of
    the addresses, or which one of their files is a provenance of; all files of those repositories
    and entries; and the repositories of those files and the canonical ones of those entries.
    """

    repositories: Mapping[str, RepositoryRow]
    """By id."""
    files: tuple[FileRow, ...]
    software: Mapping[str, SoftwareRow]
    """By id."""
    aliases: tuple[AliasRow, ...]
    """Of those repositories."""
    rests: Mapping[str, Rest | None] = field(default_factory=dict)
    """By entry id, of entries that a crawl under way has touched, also of those that it erased;
    None: there was no such entry before. The others are at rest as they are."""
    neighbours: tuple[FileRow, ...] = ()
    """Files that lie in those canonical repositories, but belong to entries that are not here:
    they tell what kind of fork a repository is, and are not to be assigned or written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two entries turned out to be one: ``id`` lives on as an alias of ``into``."""

    id: str
    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisitRow:
    """When a source last looked at a repository that costs a request. Table ``revisit``."""

    repository_id: str
    looked_at: datetime
    interval: timedelta
    """How long it is to rest, in whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A loss of a listed entry that waits for an operator's approval. Table ``wait``."""

    source: str
    """Whose crawl would have taken the entry away."""
    software_id: str
    reason: str
    """What the entry's ``state_reason`` would be."""
    since: datetime


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
    forwardings: tuple[ForwardingRow, ...] = ()
    blobs: tuple[tuple[str, bytes], ...] = ()
    """Blob id and bytes."""
    files: tuple[FileRow, ...] = ()
    software: tuple[SoftwareRow, ...] = ()
    merges: tuple[Merge, ...] = ()
    erased: tuple[str, ...] = ()
    """Ids of entries that no file describes and that were never worth showing."""
    rests: tuple[tuple[str, Rest | None], ...] = ()
    """Entry ids, and what those entries were before this crawl; kept until it ends."""
    waits: tuple[Wait, ...] | None = None
    """All losses of this crawl's source that wait now; None: those that did."""
    changes: tuple[Change, ...] = ()
    items: tuple[Item, ...] = ()
    """All are counted with the crawl; those that are not ``unchanged`` are kept as rows."""


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
    vitality: Vitality | None = None
    archived: bool = False
    """What the canonical repository's forge says; only where activity was asked for."""
