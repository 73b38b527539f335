# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How far a crawl has got: what it counts, and the summary that it ends with."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from harvester.crawl.doubts import is_stuck
from harvester.crawl.task import SourceSummary
from harvester.model import ItemStatus, Outcome
from harvester.ports.crawls import OpenCrawl, SourceState
from harvester.ports.errors import SourceError
from harvester.ports.listing import Spent
from harvester.ports.rows import Item

_FAILED = ("failed", "given-up")


@dataclass(slots=True)
class Tally:
    """What one run of a crawl counts, from its beginning to its end."""

    source: str
    began: datetime
    items: Counter[ItemStatus] = field(default_factory=Counter)
    repositories: int = 0
    cursor: str | None = None
    listed: bool = False
    clean: bool = True
    faultless: bool = True
    """Of the listing; one that is not may be clean: what the settings name is not there."""
    failed_before: bool = False
    """The run before failed; this one goes on there."""
    heard: bool = False
    """The forge gave a page."""
    total: int | None = None
    """What the forge said that the whole listing has."""
    found: int = 0
    """Repositories that a look-up found though the listing did not give them."""
    answered: bool = True
    limited: bool = False
    waiting: int = 0
    resting: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    """What this run skipped, by reason."""

    def opened(self, opened: OpenCrawl, state: SourceState | None) -> None:
        """Begin where the crawl was left."""
        self.failed_before = state is not None and state.last_status in _FAILED
        self.items.update(opened.items)
        self.faultless = not opened.items.get(ItemStatus.ERRORED)
        self.repositories = sum(opened.items.values())
        self.cursor, self.listed, self.clean = opened.cursor, opened.listed, opened.clean

    def count(self, item: Item) -> None:
        """Count one item."""
        self.items[item.status] += 1
        if item.status is ItemStatus.SKIPPED and item.reason is not None:
            self.left_out[item.reason] += 1

    def is_stuck(self, opened: OpenCrawl, error: SourceError) -> bool:
        """Say whether the run before failed at this place, too."""
        moved = (self.cursor, self.listed) != (opened.cursor, opened.listed)
        return is_stuck(error, failed_before=self.failed_before, moved=moved)

    def summary(
        self,
        now: datetime,
        *,
        files: Mapping[Outcome, int],
        spent: Spent,
        resumed_from: str | None,
        error: str | None,
        complete: bool = False,
        busy: bool = False,
        stopped: bool = False,
        not_before: datetime | None = None,
    ) -> SourceSummary:
        """Say what came of it."""
        return SourceSummary(
            name=self.source,
            complete=complete,
            resumed_from=resumed_from,
            items={status: self.items[status] for status in ItemStatus},
            files={outcome: files.get(outcome, 0) for outcome in Outcome},
            spent=spent,
            seconds=(now - self.began).total_seconds(),
            cursor=self.cursor,
            error=error or self._waits_said(),
            waiting=self.waiting,
            resting=self.resting,
            limited=self.limited,
            left_out=dict(sorted(self.left_out.items())),
            busy=busy,
            stopped=stopped,
            answered=self.answered,
            not_before=not_before,
        )

    def _waits_said(self) -> str | None:
        if not self.waiting:
            return None
        return (
            f"{self.waiting} listed entries would be lost, more than [keep] gate lets through at"
            " once; they stay listed until somebody says"
            f" harvester approve {self.source} (--dry-run shows them)"
        )
