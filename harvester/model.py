# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The words of the field: immutable values that connectors, core and storage hand around.

Times are aware datetimes in UTC. URLs are canonical (:mod:`harvester.urls`) unless a name says
otherwise. Nothing here does any input or output.
"""

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

JsonObject = dict[str, Any]
"""A JSON object as :func:`json.loads` gives it."""


class Level(StrEnum):
    """On which level of government a publisher stands."""

    FEDERAL = "federal"
    STATE = "state"
    FEDERAL_STATE = "federal-state"
    DISTRICT = "district"
    MUNICIPAL = "municipal"
    INTERMUNICIPAL = "intermunicipal"
    INTERNATIONAL = "international"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """A public body that publishes software."""

    name: str
    uri: str | None
    """An identifier (``urn:x-…``) or web address that names the body; not its forge account."""
    level: Level = Level.UNKNOWN


class Origin(StrEnum):
    """How an entry came into the catalogue, the most trusted first."""

    CRAWL = "crawl"
    """From a publiccode file in a repository."""
    API = "api"
    """Told by whoever publishes it."""
    CATALOGUE = "catalogue"
    """From another catalogue."""
    HAND = "hand"
    """Entered by somebody, on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forge:
    """One instance of forge software, or of what holds entries that are no repositories."""

    url: str
    """What people see, for example ``https://gitlab.opencode.de``; identity is made of it."""
    kind: str
    """The connector's word for the software: ``gitlab``, ``github``, …"""
    origin: Origin = Origin.CRAWL
    """What it has: repositories (``crawl``), or places that only tell of software: entries of
    another catalogue, pages that somebody wrote. They are seen, missed, moved and looked up as
    repositories are, but are none."""
    priority: int = 0
    """Of those that only tell of software, the one with the greatest is believed first."""


# --- what a connector reads -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """An account, organisation or group on a forge."""

    path: str
    """Full path, for GitLab with all parent groups: ``bmi/opendesk``."""
    name: str | None
    """The display name, where the forge tells one."""
    kind: str
    """``organization``, ``user`` or ``group``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Volatile facts: refreshed when a page brings them, never a change of the catalogue."""

    stars: int | None = None
    forks: int | None = None
    open_issues: int | None = None
    pushed_at: datetime | None = None
    """The forge's word for the last activity: a push on GitHub, any activity on GitLab."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A badge that somebody else gave a repository; theirs, never computed here."""

    by: str
    """Who gives it: ``openCode``."""
    id: str
    """Their word for it: ``MAINTAINED``."""
    level: str | None
    """Their word for the highest level that was granted."""
    url: str | None
    """Of its picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitality:
    """What tells whether a repository is worked on: volatile, and read far more seldom than facts.

    Numbers only: who wrote the commits is counted in memory and forgotten.
    """

    read_at: datetime
    """What all of this is as of."""
    commits_90d: int | None = None
    """Commits on the default branch in the 90 days before."""
    commits_365d: int | None = None
    authors_365d: int | None = None
    """People who wrote them, told apart by their addresses."""
    counts_are_least: bool = False
    """Only the newest hundred commits were read: there may be more, and more authors."""
    releases: int | None = None
    last_release_at: datetime | None = None
    badges: tuple[Badge, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Descriptive facts that some forges give only to a second, dearer query."""

    topics: tuple[str, ...]
    languages: tuple[str, ...]
    """Programming languages, the one with the largest share first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVersion:
    """A publiccode file at a path in a repository at a blob id."""

    path: str
    blob_id: str
    """Git's object id of the bytes, in lower-case hex."""
    size: int | None = None
    """In bytes; None where the forge did not say."""
    content: bytes | None = None
    """The bytes; None where this read did not bring them. Always checked against ``blob_id``."""
    unread: str | None = None
    """Why the bytes could not be had although they were asked for; then the file is *unknown*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """The forge would not say whether a repository has a publiccode file. Never *absent*."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unread:
    """This listing cannot tell the files, not even their blob ids; a read of its own can.

    What is known of the repository's files stands as long as its ``revision`` is the stored one;
    else, and where nothing is known, the sighting is wanted and a connector's ``read`` brings the
    files. Never *absent*, and no sign of trouble, as ``Unknown`` is.
    """


IGNORE_FILE = ".publiccode-ignore"
"""A file of this name in a repository's root, whatever it says, takes it out of the catalogue."""

Files = tuple[FileVersion, ...] | Unknown | Unread
"""The publiccode files of a repository's root, the winner first; an empty tuple is *absent*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """What a forge says about one repository. Identity is ``(forge, forge_id)``.

    Also of a page or another catalogue's entry, where the forge's ``origin`` says so.
    """

    forge_id: str
    """The forge's own id: GitLab's project number, GitHub's ``databaseId``, a wiki's page id;
    survives renames."""
    path: str
    """``group/subgroup/project`` or ``owner/name``, in the forge's spelling."""
    web_url: str
    name: str
    description: str | None
    owner: Owner
    default_branch: str | None
    """None for an empty repository."""
    archived: bool
    fork: bool
    mirror: bool
    parent_url: str | None = None
    """The web address of the repository that this one was forked from, where the forge tells it."""
    license: str | None = None
    """SPDX id as the forge detected it."""
    created_at: datetime | None = None
    raw_base: str | None = None
    """Address that relative paths of the default branch's root are resolved against, with ``/``."""
    details: Details | None = None
    """None where this read did not bring them."""
    activity: Activity = field(default_factory=Activity)
    revision: str
    """Opaque; as long as it is the same, ``details`` are the same and need not be read again, and
    files that a listing left ``Unread`` are the ones last read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One repository and its publiccode files as one read of a forge saw them."""

    repository: Repository
    files: Files
    ignore_file: bool | None = None
    """Whether :data:`IGNORE_FILE` lies in the root: the publisher's wish not to be listed. None
    where this read did not tell."""


# --- what the reader makes of a file --------------------------------------------------------


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to say about a publiccode file.

    The sentence is not kept: ``code`` and ``arguments`` give it in every language
    (``harvester.publiccode.messages``).
    """

    code: str
    """Stable, for example ``PC101``."""
    severity: Severity
    key: str
    """Dotted, with indices: ``maintenance.contacts[0].email``; empty for the whole file."""
    line: int
    """1-based; 0 where the file as a whole is meant."""
    column: int
    """1-based, in characters; 0 where the file as a whole is meant."""
    arguments: tuple[tuple[str, str], ...] = ()
    """What the sentence names, as (name, text) pairs."""
    suggestion: str | None = None
    """What the publisher could write instead, language-neutral."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the reader made of one publiccode file."""

    valid: bool
    """False when a finding makes the entry unusable."""
    version: str | None
    """``publiccodeYmlVersion`` as the file says it."""
    record: JsonObject | None
    """The normalised publiccode, in the newest 0.x shape; None where nothing could be read."""
    findings: tuple[Finding, ...]
    declared_url: str | None
    """The file's ``url``, canonical; None where there is none that could name a repository."""
    normaliser: int
    """Version of the rules that made this; a greater one reads the stored bytes again."""


# --- the catalogue --------------------------------------------------------------------------


class Outcome(StrEnum):
    """What became of a publiccode file; every file ever seen has exactly one."""

    LISTED = "listed"
    INVALID = "invalid"
    OTHER_PLACE = "other-place"
    SUPERSEDED = "superseded"


class State(StrEnum):
    """What front-ends do with an entry."""

    LISTED = "listed"
    INVALID = "invalid"
    GONE = "gone"
    WITHDRAWN = "withdrawn"
    BLOCKED = "blocked"


class FileState(StrEnum):
    """The verdict on an entry's newest file."""

    VALID = "valid"
    INVALID = "invalid"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class ItemStatus(StrEnum):
    """What a crawl did with one item."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    GONE = "gone"
    SKIPPED = "skipped"
    ERRORED = "errored"


class ChangeType(StrEnum):
    """What a row of the change feed tells."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row of the change feed, before it has a number."""

    type: ChangeType
    software_id: str
    reason: str


def repository_id(forge_url: str, forge_id: str) -> str:
    """Derive the catalogue's key of a repository: 32 hex digits, the same in every catalogue."""
    return hashlib.sha256(f"harvester:repository:{forge_url}:{forge_id}".encode()).hexdigest()[:32]


def software_id(forge_url: str, forge_id: str) -> str:
    """Derive an entry's id from its canonical repository, in the form of a UUID v4."""
    return _uuid4(f"harvester:software:{forge_url}:{forge_id}")


def software_id_of_url(url: str) -> str:
    """Derive an entry's id from its declared URL, where no canonical repository is known."""
    return _uuid4(f"harvester:software:{url}")


def publisher_uuid(key: str) -> str:
    """Give the id of a public body, which has to be a UUID v4, from the catalogue's key."""
    return str(uuid.UUID(hex=key, version=4))


def _uuid4(text: str) -> str:
    """Give the first 128 bits of a SHA-256 the version and variant bits of a UUID v4."""
    return str(uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4))
