# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What is asked and decided once the listing was read to its end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from harvester.crawl.ahead import unless_stopped
from harvester.crawl.conclude import conclude, left_out
from harvester.crawl.doubts import emptiness, unanswered
from harvester.crawl.forwardings import Forwardings
from harvester.crawl.means import Means
from harvester.crawl.reader import Reader
from harvester.crawl.tally import Tally
from harvester.crawl.topics import changed
from harvester.ports.crawls import CrawlEnd, OpenCrawl, SourceState, Unseen
from harvester.ports.listing import LookUp, Resolution
from harvester.ports.rows import Item, Keys, RepositoryRow

LOOK_UPS = 1000
"""Repositories that are looked up by id at a time. A conclusion asks for no more than these, and
says nothing of the others; whoever opts out is asked for however many they are."""


@dataclass(slots=True)
class Closing:
    """Closes one crawl whose listing was read."""

    means: Means
    tally: Tally
    opened: OpenCrawl
    reader: Reader

    async def close(self, state: SourceState | None) -> CrawlEnd:
        """Ask what the listing left open, conclude, and end the crawl in the same transaction.

        Raises:
            SourceError: the forge could not be asked; nothing is concluded.
            StoppedError: a signal asked to stop.
        """
        means, tally, opened = self.means, self.tally, self.opened
        if means.task.limit is None:
            await self._follow_forwardings()
        if means.partial:
            end = means.end("complete" if tally.clean else "flawed")
            await means.worker(means.catalogue.end, opened, end, means.clock.now())
            return end
        answers: Mapping[str, LookUp] = {}
        seen = tally.repositories
        if not opened.sweep:
            await self._follow_topics()
        if opened.sweep and tally.clean:
            answers = await self._look_up(await means.worker(means.catalogue.unseen, opened))
        empty = emptiness(
            state.repositories if state is not None else 0,
            seen=seen,
            total=tally.total,
            sweep=opened.sweep,
            there=tally.found,
        )
        end, items = await means.worker(self._conclude, answers, empty)
        means.tell(items, tally)
        return end

    # --- declared addresses -----------------------------------------------------------------

    async def _follow_forwardings(self) -> None:
        """Ask the forge once where addresses lead that files declare and nobody known has."""
        means, source = self.means, self.means.task.source
        unclaimed = await means.worker(means.catalogue.unclaimed, source.forge.url)
        forwardings = Forwardings(source, unclaimed)
        urls = forwardings.open(LOOK_UPS)
        told: Mapping[str, Resolution] = {}
        if urls:
            told = await unless_stopped(means.connector.resolve(list(urls)), means.stop)
        answers = {urls[path]: answer for path, answer in told.items()}
        await means.worker(self._commit_forwardings, forwardings, answers)

    def _commit_forwardings(
        self, forwardings: Forwardings, answers: Mapping[str, Resolution]
    ) -> None:
        now = self.means.clock.now()
        fresh = forwardings.answered(answers, now)
        leading = forwardings.leading(fresh)
        if not leading and not fresh:
            return
        keys = Keys(
            repository_ids=frozenset(target for target, _ in leading),
            urls=frozenset(one.url for _, one in leading),
        )
        with self.means.catalogue.page(self.opened, now) as page:
            page.write(forwardings.follow(fresh, page.load(keys), now), now)

    # --- opt-outs that are no activity ------------------------------------------------------

    async def _follow_topics(self) -> None:
        """Look at those whose publisher set or took away the topic by which they opt out."""
        means = self.means
        asking = changed(means.task.source, means.connector, means.catalogue, means.worker)
        rows = await unless_stopped(asking, means.stop)
        for start in range(0, len(rows), LOOK_UPS):
            await self.reader.store_found(await self._asked(rows[start : start + LOOK_UPS]))

    # --- what a sweep did not see -----------------------------------------------------------

    async def _look_up(self, unseen: Unseen) -> Mapping[str, LookUp]:
        """Ask for what the sweep did not see; what is there after all is stored as seen."""
        out = left_out(self.means.task.source, unseen.repositories, unseen.marked.aliases)
        doubtful = [row for row in unseen.repositories if row.id not in out][:LOOK_UPS]
        if not doubtful:
            return {}
        answers = await self._asked(doubtful)
        there = await self.reader.store_found(answers)
        self.tally.found = len(there)
        return {key: answer for key, answer in answers.items() if key not in there}

    async def _asked(self, rows: Iterable[RepositoryRow]) -> Mapping[str, LookUp]:
        """Look repositories up by the forge's own ids; give the answers by ours."""
        ids = {row.facts.forge_id: row.id for row in rows}
        asking = self.means.connector.look_up(sorted(ids))
        found = await unless_stopped(asking, self.means.stop)
        return {ids[forge_id]: answer for forge_id, answer in found.items()}

    # --- the conclusion ---------------------------------------------------------------------

    def _conclude(
        self, answers: Mapping[str, LookUp], empty: str | None
    ) -> tuple[CrawlEnd, tuple[Item, ...]]:
        """Decide on the state that the transaction itself sees, and end the crawl with it."""
        means, tally = self.means, self.tally
        now = means.clock.now()
        sweep = self.opened.sweep and tally.clean and empty is None
        with means.catalogue.page(self.opened, now) as page:
            unseen = means.catalogue.unseen(self.opened)
            if not sweep:
                unseen = replace(unseen, repositories=())
            conclusion = conclude(means.task.source, unseen, answers, sweep=sweep, now=now)
            doubts = unanswered(unseen.repositories, answers)
            items = conclusion.writes.items + doubts
            page.write(replace(conclusion.writes, items=items), now)
            tally.waiting = conclusion.waiting
            why = empty or conclusion.brake
            end = means.end("complete" if tally.clean and why is None else "flawed", why)
            doubtful = tuple(item.repository_id for item in doubts if item.repository_id)
            means.catalogue.end(self.opened, replace(end, doubtful=doubtful), now)
        return end, items
