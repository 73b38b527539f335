# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What stands between the ports: the clock, and stores made asynchronous by a worker thread."""

import asyncio
from datetime import UTC, datetime
from typing import Protocol

from harvester.ports.http import Ledger, Validator
from harvester.worker import Worker


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Give the time, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class LedgerStore(Protocol):
    """Where ledgers are kept; synchronous, used by one thread."""

    def load(self, origin: str, token: str) -> tuple[Ledger, ...]:
        """Give the ledgers of one token at one origin."""
        ...

    def save(self, ledger: Ledger) -> None:
        """Keep one ledger."""
        ...


class ValidatorStore(Protocol):
    """Where validators are kept; synchronous, used by one thread."""

    def get(self, url: str, token: str) -> Validator | None:
        """Give the validator of an earlier answer."""
        ...

    def put(self, url: str, token: str, validator: Validator) -> None:
        """Keep the validator of an answer."""
        ...


class WorkerBudgets:
    """Fulfils :class:`harvester.ports.http.Budgets` beside the event loop."""

    def __init__(self, worker: Worker, store: LedgerStore) -> None:
        self._worker, self._store = worker, store

    async def load(self, origin: str, token: str) -> tuple[Ledger, ...]:
        """Give the ledgers of one token at one origin."""
        return await self._worker(self._store.load, origin, token)

    async def save(self, ledger: Ledger) -> None:
        """Keep one ledger."""
        await self._worker(self._store.save, ledger)


class WorkerValidators:
    """Fulfils :class:`harvester.ports.http.Validators` beside the event loop."""

    def __init__(self, worker: Worker, store: ValidatorStore) -> None:
        self._worker, self._store = worker, store

    async def get(self, url: str, token: str) -> Validator | None:
        """Give the validator of an earlier answer."""
        return await self._worker(self._store.get, url, token)

    async def put(self, url: str, token: str, validator: Validator) -> None:
        """Keep the validator of an answer."""
        await self._worker(self._store.put, url, token, validator)


class MemoryBudgets:
    """Ledgers for as long as the process runs: where a command needs no catalogue."""

    def __init__(self) -> None:
        self._ledgers: dict[tuple[str, str, str], Ledger] = {}

    async def load(self, origin: str, token: str) -> tuple[Ledger, ...]:
        """Give the ledgers of one token at one origin."""
        return tuple(
            ledger for key, ledger in self._ledgers.items() if key[:2] == (origin, token)
        )

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
