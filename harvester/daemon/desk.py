# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Takes wishes for the daemon that runs in this process."""

from harvester.daemon.daemon import Daemon
from harvester.daemon.letterbox import Coverage
from harvester.ports.wishes import Answer


class DaemonDesk(Coverage):
    """Fulfils :class:`harvester.daemon.requests.Desk`; its methods may run in any thread."""

    def __init__(self, daemon: Daemon) -> None:
        super().__init__(lambda: daemon.configuration)
        self._daemon = daemon

    def secret(self, source: str) -> str | None:
        """Give the secret of a source's webhooks; None if there is no such source, or it has none.

        Raises:
            SettingsError: the secret is named, but cannot be had.
        """
        configured = self.source(source)
        return self._daemon.configuration.webhook_secret(configured) if configured else None

    async def wish(self, source: str, path: str) -> Answer:
        """Have a repository looked at soon; on the event loop."""
        return self._daemon.wish(source, path)
