# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a crawl works with."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from harvester.crawl.tally import Tally
from harvester.crawl.task import CrawlTask, Listener
from harvester.ports.catalogue import Catalogue
from harvester.ports.connector import Connector
from harvester.ports.crawls import CrawlEnd
from harvester.ports.http import Clock
from harvester.ports.listing import Scope, ScopeKind
from harvester.ports.rows import Item
from harvester.worker import Worker


@dataclass(frozen=True, slots=True)
class Means:
    """The task of one crawl, and all that it is done with; see :func:`harvester.crawl.crawl`."""

    task: CrawlTask
    connector: Connector
    catalogue: Catalogue
    worker: Worker
    clock: Clock
    listener: Listener
    stop: asyncio.Event

    @property
    def source(self) -> str:
        """The source's name."""
        return self.task.source.name

    @property
    def partial(self) -> bool:
        """True for single addresses and a limit: nothing is concluded from what is not seen."""
        return self.task.addresses is not None or self.task.limit is not None

    @property
    def scope(self) -> Scope:
        """What is listed: the source's scope, or the addresses that the task names."""
        if self.task.addresses is None:
            return self.task.source.scope
        return Scope(ScopeKind.ADDRESSES, self.task.addresses)

    def tell(self, items: Iterable[Item], tally: Tally) -> None:
        """Count what was done, and let it be heard."""
        for item in items:
            tally.count(item)
            self.listener.item(self.source, item)

    def end(
        self, status: str, error: str | None = None, not_before: datetime | None = None
    ) -> CrawlEnd:
        """Say how a crawl ends; see :class:`~harvester.ports.crawls.CrawlEnd`."""
        return CrawlEnd(
            status=status, error=error, not_before=not_before, spent=self.connector.spent()
        )
