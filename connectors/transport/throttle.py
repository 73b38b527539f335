# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Lets the requests of one account pass one by one, in all chains of the process (law 7)."""

from collections.abc import Callable

import httpx

from connectors.transport.account import Account

AccountOf = Callable[[httpx.Request], Account]
"""Finds the account that a request is charged to, once its speaker is chosen."""


class Throttle(httpx.AsyncBaseTransport):
    """Holds the account's gate for one exchange; waits of any kind happen outside of it."""

    def __init__(self, inner: httpx.AsyncBaseTransport, account_of: AccountOf) -> None:
        self._inner = inner
        self._account_of = account_of

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request when no other of its account is on its way."""
        async with self._account_of(request).gate:
            return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()
