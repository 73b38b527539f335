# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the HTTP chain needs from storage, what it offers for foreign addresses, and the clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Where all code takes the time from."""

    def now(self) -> datetime:
        """Give the time, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; a clock of a test may only move its hands."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What is left of one budget: one token (or none) at one origin for one resource."""

    origin: str
    """Scheme, host and port."""
    token: str
    """A fingerprint of the token, never the token; ``anonymous`` without one."""
    resource: str
    """``core``, ``graphql``, ``raw``, … as the forge names it."""
    limit: int | None
    remaining: int | None
    reset_at: datetime | None
    not_before: datetime | None
    """No request before then; holds across restarts."""


class Budgets(Protocol):
    """Keeps ledgers over restarts. Called on the event loop; must not block it."""

    async def load(self, origin: str, token: str) -> tuple[Ledger, ...]:
        """Give the ledgers of one token at one origin."""
        ...

    async def save(self, ledger: Ledger) -> None:
        """Keep one ledger, replacing the one with the same origin, token and resource."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator:
    """What makes a request conditional, and the answer that a 304 stands for."""

    etag: str | None
    last_modified: str | None
    headers: Mapping[str, str]
    """The few headers of that answer that its readers use, such as ``link``."""
    body: bytes
    stored_at: datetime


class Validators(Protocol):
    """Keeps validators over restarts, by URL and token fingerprint. Must not block the loop."""

    async def get(self, url: str, token: str) -> Validator | None:
        """Give the validator of an earlier answer, if one is kept."""
        ...

    async def put(self, url: str, token: str, validator: Validator) -> None:
        """Keep the validator of an answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A foreign answer."""

    url: str
    """Where it came from in the end, after redirects."""
    status: int
    headers: Mapping[str, str]
    body: bytes


class Fetcher(Protocol):
    """A guarded GET and POST for addresses that come from harvested data.

    Never sends a token; never reaches a private network, neither directly nor by DNS nor by a
    redirect.
    """

    async def get(self, url: str, *, limit: int) -> Fetched:
        """Fetch at most ``limit`` bytes.

        Raises:
            RefusedAddressError: the address, or one that it redirects to, is not public.
            TooLargeError: the body is larger than ``limit``.
            UnreachableError: no answer.
        """
        ...

    async def status(self, url: str) -> int:
        """Ask for an address and read nothing but the status of the last of its redirects.

        Raises as :meth:`get` does, but never TooLargeError.
        """
        ...

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Fetched:
        """Send a body and read none; raises as :meth:`get` does, but never TooLargeError."""
        ...
