# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What stands between the HTTP chain and the network: it keeps answers, or gives them back."""

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as it goes over the wire, credentials included."""

    source: str
    """The configured name of the source that asks."""
    method: str
    url: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the forge answered; the body is unpacked."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NoReply:
    """No whole answer came."""

    kind: str
    """The archive transport's word for what went wrong."""
    message: str


Outcome = Reply | NoReply
Send = Callable[[], Awaitable[Outcome]]
"""Sends a call over the network; never raises what the network does wrong."""


class Archive(Protocol):
    """Sees every try of every request of a crawl."""

    async def exchange(self, call: Call, send: Send) -> Outcome:
        """Give what came of a call: by sending it and keeping the answer, or from what was kept.

        Raises:
            NotRecordedError: it replays, and holds no answer to this call.
        """
        ...

    def chance(self, source: str) -> random.Random:
        """Give a source of chance that is the same in a replay."""
        ...
