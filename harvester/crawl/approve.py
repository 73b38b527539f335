# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""An operator lets the losses of a source through that waited: exactly those, and at once."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from harvester.crawl.conclude import let_through
from harvester.crawl.task import SourcePlan
from harvester.model import State
from harvester.ports.catalogue import Catalogue
from harvester.ports.crawls import CrawlEnd, CrawlRequest
from harvester.ports.errors import CatalogueError
from harvester.ports.listing import Spent
from harvester.ports.rows import Keys, SoftwareRow, Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A loss that waited."""

    wait: Wait
    entry: SoftwareRow
    """As it was."""
    lost: bool
    """False: it came back or was mended before it was approved."""


def approve(
    catalogue: Catalogue, plan: SourcePlan, *, holder: str, now: datetime
) -> tuple[Approved, ...]:
    """Let through what waits; asks no forge. Nothing waits afterwards.

    A loss that a crawl finds later is judged anew, with all that it would take then.

    Args:
        catalogue: where they wait.
        plan: the source.
        holder: who does it, for the lease.
        now: the time.

    Raises:
        SourceBusyError: the source is being crawled; its conclusion may change what waits.
        CatalogueError: the database cannot be used.
    """
    request = CrawlRequest(
        source=plan.name,
        kind=plan.kind,
        forge=plan.forge,
        scope=plan.scope.kind,
        fingerprint=plan.fingerprint,
        sweep=False,
        partial=True,
    )
    opened = catalogue.begin(request, holder, now)
    try:
        with catalogue.page(opened, now) as page:
            waits = catalogue.waits(plan.name)
            urls = frozenset(entry.url for _, entry in waits)
            stored = page.load(Keys(repository_ids=frozenset(), urls=urls))
            writes = let_through(plan, stored, [wait for wait, _ in waits], now)
            page.write(writes, now)
            catalogue.end(opened, _end("complete"), now)
    except BaseException:
        with suppress(CatalogueError):
            catalogue.end(opened, _end("failed"), now)
        raise
    lost = {row.id for row in writes.software if row.state is not State.LISTED}
    return tuple(
        Approved(wait=wait, entry=entry, lost=wait.software_id in lost) for wait, entry in waits
    )


def _end(status: str) -> CrawlEnd:
    return CrawlEnd(status=status, error=None, not_before=None, spent=Spent())
