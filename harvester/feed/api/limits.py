# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How much one client may ask: the rule, and what is remembered of whom. Pure, but for that.

The rule is the generic cell rate algorithm: of each client one number is kept, the time at which
its allowance will be whole again. Who asked nothing for that long is as if it had never asked, and
is forgotten; of more clients than are remembered, those who asked longest ago are. (The library
that is common for this, ``limits``, goes by the system's clock, starts threads to forget, and holds
every address of a flood until then.)
"""

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from itertools import islice
from threading import Lock

from harvester.rates import Rate

MOST_CLIENTS = 50_000
"""That are remembered: some ten megabytes, however many there are."""
_ROUNDING = 1e-6
_LONGEST = 64
"""Characters of an address that is none."""
_SITE = 64
"""Bits of an IPv6 address that name a site; who has one, has all addresses of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a client is told."""

    allowed: bool
    left: int
    """Requests that it may make at once."""
    whole_in: int
    """Seconds until its allowance is whole again."""
    wait: int
    """Seconds until it may ask again; 0 if it may now."""


class Limits:
    """What clients have left. Any thread may ask.

    Args:
        rate: what each may ask.
        most: clients that are remembered.
    """

    def __init__(self, rate: Rate, *, most: int = MOST_CLIENTS) -> None:
        self._rate = rate
        self._most = most
        self._whole_at: OrderedDict[Hashable, float] = OrderedDict()
        """When each client's allowance is whole again; who asked longest ago is first."""
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._whole_at)

    def ask(self, client: Hashable, now: datetime, *, cost: float = 1) -> Verdict:
        """Take a request off a client's allowance, if there is room for it.

        Args:
            client: who asks.
            now: the time.
            cost: in requests; less than 0 gives back what was taken before.
        """
        time, period = now.timestamp(), self._rate.period.total_seconds()
        with self._lock:
            # Whatever a clock that was set makes of it, nobody waits longer than a period.
            debt = min(max(self._whole_at.get(client, time) - time, 0.0), period)
            then = max(debt + cost * self._rate.step, 0.0)
            allowed = then <= period + _ROUNDING
            if allowed:
                debt = then
            self._remember(client, time + debt, time)
        return Verdict(
            allowed=allowed,
            left=math.floor((period - debt) / self._rate.step + _ROUNDING),
            whole_in=math.ceil(debt),
            wait=0 if allowed else max(math.ceil(then - period), 1),
        )

    def _remember(self, client: Hashable, whole_at: float, time: float) -> None:
        self._whole_at[client] = whole_at
        self._whole_at.move_to_end(client)
        # Two go for one that comes: of a flood that is over, nothing is left.
        for first in tuple(islice(self._whole_at, 2)):
            if self._whole_at[first] <= time or len(self._whole_at) > self._most:
                del self._whole_at[first]


def client_of(host: str) -> str:
    """Name who asks from an address: of IPv6 the site, for one has all addresses of it."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host[:_LONGEST]
    if isinstance(address, IPv6Address):
        mapped: IPv4Address | None = address.ipv4_mapped
        return str(mapped or IPv6Network((address, _SITE), strict=False))
    return str(address)
