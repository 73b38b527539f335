# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What becomes of a source that is no longer configured.

Its repositories stay for the grace time, because a line of the settings is soon lost by mistake.
Then they are swept with an empty scope: those that another source has stay, the others are
withdrawn as out of scope.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from harvester.crawl.run import crawl
from harvester.crawl.task import CrawlTask, KeepPolicy, Listener, SourcePlan, SourceSummary
from harvester.model import Sighting, Unknown
from harvester.ports.catalogue import Catalogue
from harvester.ports.crawls import SourceState
from harvester.ports.http import Clock
from harvester.ports.listing import Estimate, Listing, LookUp, Page, Resolution, Scope, Size, Spent
from harvester.worker import Worker


def taken_off_at(state: SourceState, keep: KeepPolicy) -> datetime | None:
    """Say when the repositories of a source are let go; None where it has none, or is configured.

    Args:
        state: what the catalogue remembers of the source.
        keep: the policy.
    """
    if state.retired_at is None or not state.repositories:
        return None
    return state.retired_at + keep.gone_after


async def retire(
    plan: SourcePlan,
    *,
    catalogue: Catalogue,
    worker: Worker,
    clock: Clock,
    listener: Listener,
    stop: asyncio.Event,
    holder: str,
) -> SourceSummary:
    """Let go of all repositories of a source; asks no forge.

    Args:
        plan: of the source, with an empty scope.
        catalogue: used only in the worker's thread.
        worker: the thread for the database.
        clock: where the time comes from.
        listener: hears what is gone.
        stop: set by a signal.
        holder: who does it, for the lease.
    """
    return await crawl(
        CrawlTask(source=plan, full=True),
        connector=_Nothing(),
        catalogue=catalogue,
        worker=worker,
        clock=clock,
        listener=listener,
        stop=stop,
        holder=holder,
    )


@dataclass
class _Nothing:
    """A connector of a source that wants nothing; fulfils the port without a request."""

    read_batch: int = 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:  # noqa: ARG002 - the port's
        """List nothing."""
        yield Page(sightings=(), cursor=None)

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Give back what was asked for."""
        return wanted

    async def look_up(self, forge_ids: Sequence[str]) -> Mapping[str, LookUp]:
        """Know nothing."""
        return {key: Unknown(reason="the source is not configured") for key in forge_ids}

    async def resolve(self, paths: Sequence[str]) -> Mapping[str, Resolution]:
        """Know nothing."""
        return {path: Unknown(reason="the source is not configured") for path in paths}

    def estimate(self, scope: Scope, size: Size) -> Estimate:  # noqa: ARG002 - the port's
        """Cost nothing."""
        return Estimate()

    async def check(self) -> str:
        """Say what it is."""
        return "no forge is asked"

    def spent(self) -> Spent:
        """Spend nothing."""
        return Spent()
