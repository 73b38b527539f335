# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Knows which source a wish belongs to, by the settings that the daemon has at the moment."""

from harvester.cli import planning, targets
from harvester.crawl import SourcePlan
from harvester.crawl.scope import covers
from harvester.daemon.daemon import Daemon
from harvester.daemon.wishes import Answer
from harvester.ports.errors import HarvesterError
from harvester.settings import Configuration, Source, UnknownSourceError


class WishDesk:
    """Fulfils :class:`harvester.daemon.requests.Desk`; its methods may run in any thread."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._plans: dict[str, SourcePlan] = {}
        self._plans_of: Configuration | None = None

    def secret(self, source: str) -> str | None:
        """Give the secret of a source's webhooks; None if there is no such source, or it has none.

        Raises:
            SettingsError: the secret is named, but cannot be had.
        """
        configured = self._source(source)
        return self._daemon.configuration.webhook_secret(configured) if configured else None

    def covering(self, url: str) -> tuple[str, str] | None:
        """Give the source that a repository's address belongs to, and its path there."""
        configured = targets.source_of(self._daemon.configuration, url)
        if configured is None:
            return None
        path = url[len(configured.url) :].strip("/")
        return (configured.name, path) if self.covers(configured.name, path) else None

    def covers(self, source: str, path: str) -> bool:
        """Say whether a path belongs to a source."""
        configured = self._source(source)
        if configured is None:
            return False
        try:
            plan = self._plan(configured)
        except HarvesterError:
            return False  # a crawl of the source will say what is wrong with it
        return covers(plan, path)

    def wish(self, source: str, path: str) -> Answer:
        """Have a repository looked at soon; on the event loop."""
        return self._daemon.wish(source, path)

    def _source(self, name: str) -> Source | None:
        try:
            (found,) = self._daemon.configuration.sources([name])
        except UnknownSourceError:
            return None
        return found

    def _plan(self, source: Source) -> SourcePlan:
        configuration = self._daemon.configuration
        if configuration is not self._plans_of:
            self._plans, self._plans_of = {}, configuration
        if source.name not in self._plans:
            self._plans[source.name] = planning.plan_of(configuration, source)
        return self._plans[source.name]
