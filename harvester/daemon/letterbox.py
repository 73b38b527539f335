# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which source an address belongs to; and a desk for who serves front-ends without a daemon."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool

from harvester.cli import planning, targets
from harvester.crawl import SourcePlan
from harvester.crawl.scope import covers
from harvester.ports.errors import HarvesterError
from harvester.ports.http import Clock
from harvester.ports.wishes import Answer, WishBox
from harvester.settings import Configuration, Source, UnknownSourceError


class Coverage:
    """Knows which source an address belongs to, by the settings of the moment; in any thread.

    Args:
        current: gives those settings.
    """

    def __init__(self, current: Callable[[], Configuration]) -> None:
        self._current = current
        self._plans: dict[str, SourcePlan] = {}
        self._plans_of: Configuration | None = None

    def covering(self, url: str) -> tuple[str, str] | None:
        """Give the source that a repository's address belongs to, and its path there."""
        configured = targets.source_of(self._current(), url)
        if configured is None:
            return None
        path = url[len(configured.url) :].strip("/")
        return (configured.name, path) if self.covers(configured.name, path) else None

    def covers(self, source: str, path: str) -> bool:
        """Say whether a path belongs to a source."""
        configured = self.source(source)
        if configured is None:
            return False
        try:
            plan = self._plan(configured)
        except HarvesterError:
            return False  # a crawl of the source will say what is wrong with it
        return covers(plan, path)

    def source(self, name: str) -> Source | None:
        """Give a source by its name, if it is configured."""
        try:
            (found,) = self._current().sources([name])
        except UnknownSourceError:
            return None
        return found

    def _plan(self, source: Source) -> SourcePlan:
        configuration = self._current()
        if configuration is not self._plans_of:
            self._plans, self._plans_of = {}, configuration
        if source.name not in self._plans:
            self._plans[source.name] = planning.plan_of(configuration, source)
        return self._plans[source.name]


class Letterbox(Coverage):
    """Fulfils :class:`harvester.daemon.requests.WishDesk`: leaves wishes for the daemon.

    Args:
        configuration: the settings.
        box: where it leaves them.
        clock: where the time comes from.
    """

    def __init__(self, configuration: Configuration, box: WishBox, clock: Clock) -> None:
        super().__init__(lambda: configuration)
        self._box, self._clock = box, clock

    async def wish(self, source: str, path: str) -> Answer:
        """Have a repository looked at by the daemon, with its next tick."""
        return await run_in_threadpool(self._box.leave, source, path, self._clock.now())
