# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a connector is asked for, and what it answers: listings, look-ups, what they cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from harvester.model import Sighting, Unknown


class FailureCode(StrEnum):
    """Why an item could not be read."""

    NOT_FOUND = "not-found"
    FORBIDDEN = "forbidden"
    UNREADABLE = "unreadable"
    """The forge answered, but not with this item."""
    REFUSED = "refused"
    """Storage would not take the item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One thing of a source that could not be read; the crawl goes on, but is not complete."""

    subject: str
    """Address or path of the owner or repository, as a person would look for it."""
    code: FailureCode
    message: str
    """What happened and what to do, in one plain sentence."""
    forge_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a forge's listing. Only repositories that an anonymous visitor can see."""

    sightings: tuple[Sighting, ...]
    cursor: str | None
    """Where a crawl that has stored this page goes on: the connector's own text. None: the end."""
    owners_read: tuple[str, ...] = ()
    """Paths of the owners whose listing ended with this page."""
    failures: tuple[Failure, ...] = ()
    skipped: int = 0
    """Entries left out because they are not public."""
    hidden: tuple[str, ...] = ()
    """Forge ids of those of them that the forge named: there, but not for everybody."""
    total: int | None = None
    """How many repositories the whole listing has, where the forge tells it."""
    owners_left: int | None = None
    """How many owners are still to be read after this page, where the listing goes by owners."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A look-up found the repository, and anyone may see it."""

    sighting: Sighting


@dataclass(frozen=True, slots=True)
class Missing:
    """A look-up by id was answered: no such repository for an anonymous visitor."""


@dataclass(frozen=True, slots=True)
class Private:
    """A look-up by id was answered: it is there, but an anonymous visitor cannot see it."""


LookUp = Found | Missing | Private | Unknown
"""What a direct look-up by id told."""


Resolution = str | None | Unknown
"""What a path led to: the id of the repository that has or had it; None: nobody may see one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """Who has some topics."""

    forge_ids: frozenset[str]
    whole: bool
    """False: more have them than the forge tells, or may be asked for. Of the others, nothing is
    known."""


class ScopeKind(StrEnum):
    """Which part of a source is meant."""

    INSTANCE = "instance"
    OWNERS = "owners"
    REPOSITORIES = "repositories"
    ADDRESSES = "addresses"
    """Paths of which only the forge knows whether they are owners or repositories."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of a forge a source harvests."""

    kind: ScopeKind
    paths: tuple[str, ...] = ()
    """Owner paths, repository paths or either; empty for an instance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a connector is asked to list."""

    scope: Scope
    cursor: str | None = None
    """A :attr:`Page.cursor` of the same source, to go on after that page."""
    since: datetime | None = None
    """None: a sweep, the whole scope in an order that does not move while it is read. Else
    newest activity first, stopping where everything is older than this."""
    contents: bool = False
    """True on a source's first crawl: pages bring the bytes of the files where that costs no
    extra request."""
    recent_owners: Mapping[str, datetime] = field(default_factory=dict)
    """When each owner was last read to its end; the least recently visited come first."""
    resting: frozenset[str] = frozenset()
    """Paths of the scope that are not to be asked for this time; see
    :class:`harvester.ports.connector.AsksForEach`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a crawl is expected to cost."""

    graphql: int = 0
    rest: int = 0
    raw: int = 0
    points: int = 0
    """GitHub's points."""
    exact: bool = True
    """False where the size of the source is not known yet; the figures are then the least."""
    remark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What the catalogue knows about a source's size before a crawl."""

    repositories: int
    files: int
    owners: int
    largest_owners: tuple[int, ...] = ()
    """Repositories of each known owner."""
    by_owner: Mapping[str, int] = field(default_factory=dict)
    """The same by the owner's path."""
    first: bool
    """True: the source was never read to its end."""
    moved: Mapping[str, int] | None = None
    """None: the crawl will be a sweep. Else repositories that an incremental one is expected to
    list, by the owner's path; owners of none are left out."""
    changed: int = 0
    """Repositories of which something new is expected to be read, apart from the listing."""
    topics: int = 0
    """Topics of which is asked, after an incremental listing, who has them."""
    resting: int = 0
    """Repositories of the scope that are not asked for this time, since they change seldom."""
    vitality_due: int = 0
    """Repositories that are asked after the listing whether they are worked on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a run has cost so far, counted by the HTTP chain."""

    graphql: int = 0
    rest: int = 0
    raw: int = 0
    points: int = 0
    budget_left: int | None = None
    """Requests or points that the tightest budget still has; None where the forge told none."""
    text_bytes: int = 0
    """Bytes of publiccode files that were received."""
    bytes: int = 0
    """Bytes of all answers as they came over the wire, decompressed."""
    retries: int = 0
    waited_seconds: float = 0.0
    not_modified: int = 0
    """Answers 304, of the requests; GitHub charges a token nothing for them."""
