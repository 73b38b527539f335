# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a crawl is asked to do, what it tells while it runs, and what it says in the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from harvester.crawl.blocks import NO_BLOCKS, Blocks
from harvester.model import Forge, ItemStatus, Outcome, Publisher
from harvester.ports.listing import Estimate, Scope, Spent
from harvester.ports.rows import Item


class Publishers(Protocol):
    """Says which public body stands behind an address."""

    def of(self, url: str) -> Publisher | None:
        """Give the publisher of the repository or owner at a canonical address."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPolicy:
    """The ``[keep]`` table of the settings: when losses take effect."""

    gone_after: timedelta = timedelta(days=3)
    invalid_after: timedelta = timedelta(days=30)
    max_vanish: float = 0.10
    """Share of a source's repositories that may vanish in one sweep."""
    gate: float = 0.10
    """Share of the catalogue's listed entries that one crawl may take away without approval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePlan:
    """A configured source, ready to be crawled."""

    name: str
    kind: str
    forge: Forge
    scope: Scope
    include: tuple[str, ...] = ("*",)
    """Globs over a repository's path, whatever the case; ``*`` also crosses slashes."""
    exclude: tuple[str, ...] = ()
    opt_out_topics: tuple[str, ...] = ()
    """Topics by which publishers wish not to be listed, whatever the case."""
    blocks: Blocks = NO_BLOCKS
    """What the operator blocks, on any forge; the same for every source."""
    profile: str = "standard"
    host_aliases: Mapping[str, str] = field(default_factory=dict)
    publishers: Publishers
    keep: KeepPolicy = field(default_factory=KeepPolicy)
    contacts: bool = True
    """Whether the personal data of contacts is kept; else it is left out where a file is read."""
    sweep_every: timedelta = timedelta(days=7)
    revisit_every: timedelta | None = None
    """Its usual pause between two crawls: a repository that costs a request is looked at no more
    often, and less often where nothing changes. None: by every crawl."""
    fingerprint: str
    """Of everything above that decides what is listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlTask:
    """One run of one source."""

    source: SourcePlan
    full: bool = False
    """Sweep even where an incremental crawl would do."""
    limit: int | None = None
    """Stop after so many repositories; nothing is concluded then."""
    addresses: tuple[str, ...] | None = None
    """Paths below the forge to be looked at instead of the source's scope."""


class Listener(Protocol):
    """Hears how a crawl gets on. Called on the event loop; must return at once."""

    def started(self, source: str, *, sweep: bool, resumed_from: str | None) -> None:
        """Say that a crawl begins, or where it goes on."""
        ...

    def page(
        self,
        source: str,
        repositories: int,
        total: int | None,
        owners_left: int | None,
        spent: Spent,
    ) -> None:
        """Say that a page was committed: repositories so far, of how many, and what was spent."""
        ...

    def item(self, source: str, item: Item) -> None:
        """Say what became of one repository; only after its page was committed."""
        ...

    def waiting(self, source: str, until: datetime, why: str) -> None:
        """Say that the forge asked to wait."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadCounts:
    """What became of the addresses that a list or another catalogue names."""

    named: int
    sources: tuple[str, ...]
    """Names of the sources that were made of them."""
    covered: Mapping[str, int]
    """How many a configured source reads anyway, by source."""
    left_out: Mapping[str, int]
    """How many are not crawled, by reason (:class:`~harvester.leads.LeadReason`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSummary:
    """How one source's crawl ended; the contract's ``sources[]`` of ``crawl --json``."""

    name: str
    complete: bool
    """True only after an error-free listing of the whole scope."""
    resumed_from: str | None
    items: Mapping[ItemStatus, int]
    files: Mapping[Outcome, int]
    """Outcomes of all files that the source's repositories have now."""
    spent: Spent
    seconds: float
    cursor: str | None
    """Where the next run goes on; None where it starts anew."""
    error: str | None
    left_out: Mapping[str, int] = field(default_factory=dict)
    """What was skipped for a reason, by :class:`~harvester.crawl.reasons.ItemReason`."""
    waiting: int = 0
    """Losses of listed entries that wait for approval."""
    resting: int = 0
    """Repositories that were not asked for, since they cost a request each and change seldom."""
    limited: bool = False
    """True where ``--limit`` ended it, which is no failure."""
    busy: bool = False
    stopped: bool = False
    """True where a signal ended it."""
    answered: bool = True
    """False where the forge gave no HTTP answer at all."""
    not_before: datetime | None = None
    leads: LeadCounts | None = None
    """Only of a list or another catalogue."""
    predicted: Estimate | None = None
    """What a whole crawl of the source was expected to cost, before it began."""
