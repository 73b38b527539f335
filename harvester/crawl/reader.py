# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads a listing and stores it, page by page.

The listing runs ahead by a few pages while a worker thread parses and stores; nothing heavy happens
on the event loop. Pages are gathered until a second query for texts pays, and what was gathered is
one transaction: kill the process anywhere, and the next run goes on after the last of them.
"""

from collections.abc import Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial

from harvester.crawl.ahead import ahead, unless_stopped
from harvester.crawl.batch import Batch, ask, leaves_doubt, store, wanted
from harvester.crawl.doubts import unread
from harvester.crawl.means import Means
from harvester.crawl.revisit import Revisits
from harvester.crawl.scope import covers
from harvester.crawl.tally import Tally
from harvester.model import ItemStatus, Sighting
from harvester.ports.crawls import OpenCrawl
from harvester.ports.errors import SourceError
from harvester.ports.listing import Found, Listing, LookUp, Page

AHEAD = 3
"""Pages that the listing may be ahead of the store."""
GATHER = 5
"""Pages of a listing that one transaction holds at most."""


@dataclass(slots=True)
class Reader:
    """Reads for one open crawl."""

    means: Means
    tally: Tally
    opened: OpenCrawl
    revisits: Revisits | None
    """Where each repository costs a request."""

    async def read(self, listing: Listing) -> None:
        """Read a listing to its end, or to the task's limit, and store it.

        Raises:
            SourceError: it failed; what came before is stored.
            StoppedError: a signal asked to stop.
        """
        means, tally = self.means, self.tally
        batch, finished = Batch(), False
        async with aclosing(ahead(means.connector.pages(listing), AHEAD, means.stop)) as pages:
            while True:
                try:
                    page = await anext(pages)
                except StopAsyncIteration:
                    break
                except SourceError:
                    await self._save(batch)
                    raise
                tally.heard = True
                tally.total = page.total if page.total is not None else tally.total
                limit = means.task.limit
                room = limit - tally.repositories if limit is not None else None
                fresh = batch.add(page, means.task.source, room)
                known = await means.worker(ask, means.catalogue, fresh)
                batch.wanted |= wanted(known, fresh)
                tally.limited = room is not None and len(batch.sightings) >= room
                if tally.limited or self._is_full(batch):
                    await self._store(batch, page)
                    batch, finished = Batch(), batch.complete
                if tally.limited:
                    return
        if not finished:
            batch.cursor = None
            await self._store(batch, None)

    async def store_found(self, answers: Mapping[str, LookUp]) -> Mapping[str, Sighting]:
        """Store what look-ups, by repository id, found within the scope; give that."""
        source = self.means.task.source
        there = {
            key: answer.sighting
            for key, answer in answers.items()
            if isinstance(answer, Found) and covers(source, answer.sighting.repository.path)
        }
        if there:
            batch = Batch(sightings=there, complete=True)
            known = await self.means.worker(ask, self.means.catalogue, there)
            batch.wanted = wanted(known, there)
            await self._store(batch, None)
        return there

    async def _save(self, batch: Batch) -> None:
        """Store the pages that came before the listing failed, if their texts can be read."""
        if batch.pages:
            with suppress(SourceError):
                await self._store(batch, None)

    def _is_full(self, batch: Batch) -> bool:
        """Say whether to store: there is nothing to wait for, or enough to ask for together."""
        ripe = not batch.wanted or len(batch.wanted) >= self.means.connector.read_batch
        return ripe or batch.complete or batch.pages >= GATHER

    async def _store(self, batch: Batch, page: Page | None) -> None:
        means, tally = self.means, self.tally
        keys = [key for key in batch.sightings if key in batch.wanted]
        if keys:
            asked = [batch.sightings[key] for key in keys]
            read = await self._texts(asked)
            batch.sightings.update(zip(keys, read, strict=True))
        items = await means.worker(
            partial(store, revisits=self.revisits),
            means.catalogue,
            self.opened,
            means.task.source,
            batch,
            means.clock.now(),
        )
        tally.cursor, tally.listed = batch.cursor, batch.cursor is None
        tally.repositories += len(batch.sightings)
        tally.items[ItemStatus.SKIPPED] += batch.skipped
        tally.clean &= not any(leaves_doubt(item) for item in items)
        tally.faultless &= all(item.status is not ItemStatus.ERRORED for item in items)
        means.tell(items, tally)
        means.listener.page(
            means.source,
            tally.repositories,
            page.total if page else None,
            page.owners_left if page else None,
            means.connector.spent(),
        )

    async def _texts(self, asked: Sequence[Sighting]) -> Sequence[Sighting]:
        """Read the texts; where that failed in the run before too, get past them."""
        try:
            return await unless_stopped(self.means.connector.read(asked), self.means.stop)
        except SourceError as error:
            if not self.tally.is_stuck(self.opened, error):
                raise
            return [unread(one, error) for one in asked]
