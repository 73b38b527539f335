# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What all chains of a process share: accounts, and what was learnt about a host.

Kept per event loop, because the gates of the accounts belong to one. A process that crawls on one
loop, as harvester does, therefore has each account once.
"""

import asyncio
import weakref
from typing import TypeVar

from connectors.transport.account import Account

Thing = TypeVar("Thing")


class Shared:
    """The state that outlives a chain."""

    def __init__(self) -> None:
        self._accounts: dict[tuple[str, str], Account] = {}
        self._learnt: dict[tuple[type, str], object] = {}

    def account(self, origin: str, token: str, parallel: int) -> Account:
        """Give the account of a token at an origin."""
        key = (origin, token)
        if key not in self._accounts:
            self._accounts[key] = Account(origin, token, parallel)
        return self._accounts[key]

    def learnt(self, kind: type[Thing], name: str) -> Thing:
        """Give what was learnt of this kind under this name; a new one the first time."""
        thing = self._learnt.setdefault((kind, name), kind())
        if not isinstance(thing, kind):
            raise TypeError(f"{name} was learnt as {type(thing).__name__}")
        return thing


_BY_LOOP: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Shared] = weakref.WeakKeyDictionary()


def shared() -> Shared:
    """Give what the chains on the running event loop share."""
    return _BY_LOOP.setdefault(asyncio.get_running_loop(), Shared())
