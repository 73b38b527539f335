# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Small fulfilments of ports: the machine's clock, and stores for commands without a catalogue."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from harvester.ports.directory import HostAnswer, KeptLeads
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


class MemoryLeads:
    """What lists said, for as long as the process runs."""

    def __init__(self) -> None:
        self._kept: dict[str, KeptLeads] = {}
        self._hosts: dict[str, HostAnswer] = {}

    def kept(self) -> Mapping[str, KeptLeads]:
        """Give what every list said, by source."""
        return dict(self._kept)

    def keep(self, kept: KeptLeads) -> None:
        """Replace what a list said."""
        self._kept[kept.source] = kept

    def hosts(self) -> Mapping[str, HostAnswer]:
        """Give what is known of hosts, by address."""
        return dict(self._hosts)

    def answer(self, answer: HostAnswer) -> None:
        """Replace what is known of a host."""
        self._hosts[answer.url] = answer
