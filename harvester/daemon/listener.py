# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Hears how a crawl of the daemon gets on: writes it to the log, and notes when it last moved."""

from datetime import datetime

import structlog

from harvester.model import ItemStatus
from harvester.ports.http import Clock
from harvester.ports.listing import Spent
from harvester.ports.rows import Item

_QUIET = (ItemStatus.UNCHANGED, ItemStatus.SKIPPED)


class LogListener:
    """One crawl's ear. What it binds stands on each line: run, source."""

    def __init__(self, log: structlog.stdlib.BoundLogger, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self.moved_at = clock.now()
        """When the crawl last got on, or until when the forge has it wait."""

    def started(self, source: str, *, sweep: bool, resumed_from: str | None) -> None:  # noqa: ARG002 - bound
        """Log that the crawl begins."""
        self.moved_at = self._clock.now()
        self._log.info("crawl began", sweep=sweep, resumed_from=resumed_from)

    def page(
        self,
        source: str,  # noqa: ARG002 - bound
        repositories: int,
        total: int | None,
        owners_left: int | None,
        spent: Spent,
    ) -> None:
        """Log that a page was stored."""
        self.moved_at = self._clock.now()
        self._log.info(
            "page stored",
            repositories=repositories,
            total=total,
            owners_left=owners_left,
            requests=spent.graphql + spent.rest + spent.raw,
            budget_left=spent.budget_left,
        )

    def item(self, source: str, item: Item) -> None:  # noqa: ARG002 - bound
        """Log what became of a repository, where it is more than nothing."""
        if item.status in _QUIET:
            return
        log = self._log.warning if item.status is ItemStatus.ERRORED else self._log.info
        log(
            f"repository {item.status.value}",
            repository=item.subject,
            reason=item.reason,
            said=item.message,
        )

    def waiting(self, source: str, until: datetime, why: str) -> None:  # noqa: ARG002 - bound
        """Log that the forge asked to wait; who waits as it was told to does not stall."""
        self.moved_at = max(self._clock.now(), until)
        self._log.info("waiting", until=until.isoformat(), why=why)
