# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Small fulfilments of ports: the machine's clock, and stores for commands without a catalogue."""

import asyncio
from datetime import UTC, datetime

from harvester.ports.http import Ledger, Validator


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Give the time, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class MemoryBudgets:
    """Ledgers for as long as the process runs: where a command needs no catalogue."""

    def __init__(self) -> None:
        self._ledgers: dict[tuple[str, str, str], Ledger] = {}

    async def load(self, origin: str, token: str) -> tuple[Ledger, ...]:
        """Give the ledgers of one token at one origin."""
        return tuple(ledger for key, ledger in self._ledgers.items() if key[:2] == (origin, token))

    async def save(self, ledger: Ledger) -> None:
        """Keep one ledger."""
        self._ledgers[ledger.origin, ledger.token, ledger.resource] = ledger


class NoValidators:
    """Keeps nothing: every request is unconditional."""

    async def get(self, url: str, token: str) -> Validator | None:  # noqa: ARG002 - the port's
        """Give none."""
        return None

    async def put(self, url: str, token: str, validator: Validator) -> None:
        """Keep nothing."""
