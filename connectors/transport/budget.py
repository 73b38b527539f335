# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Keeps the ledgers: refuses a request that would come too soon, learns from every answer.

It never waits. It says *too soon*, and the retry transport, outside the gate, decides whether the
wait is short enough to be slept.
"""

import httpx

from connectors.transport.account import Account
from connectors.transport.ask import ask_of
from connectors.transport.limits import limit_of, read_rates
from connectors.transport.throttle import AccountOf
from harvester.ports.http import Budgets, Clock, Ledger


class TooSoonError(Exception):
    """A limit forbids the request until ``ledger.not_before``.

    Attributes:
        ledger: the budget that is used up.
        answer: the refusal, where the request was sent at all.
    """

    def __init__(self, ledger: Ledger, answer: httpx.Response | None = None) -> None:
        super().__init__(f"the budget {ledger.resource} of {ledger.origin} is used up")
        self.ledger = ledger
        self.answer = answer


class Budget(httpx.AsyncBaseTransport):
    """Reads ledgers back at the first request of an account; keeps each that says *not before*."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        account_of: AccountOf,
        budgets: Budgets,
        clock: Clock,
    ) -> None:
        self._inner = inner
        self._account_of = account_of
        self._budgets = budgets
        self._clock = clock
        self._accounts: dict[tuple[str, str], Account] = {}
        self._kept: dict[tuple[str, str, str], Ledger] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request if its budget allows.

        Raises:
            TooSoonError: a limit holds, or the forge just answered with one.
        """
        account = await self._opened(self._account_of(request))
        resource = ask_of(request).ledger
        shut = account.closed_until(resource, self._clock.now())
        if shut is not None:
            await self._keep(shut)
            raise TooSoonError(shut)
        response = await self._inner.handle_async_request(request)
        now = self._clock.now()
        rates = read_rates(response.headers, now)
        if rates is not None:
            account.learn(resource, rates, now)
        limit = limit_of(response, now)
        if limit is None:
            account.served()
            return response
        ledger = account.limited(resource, limit, now)
        await self._keep(ledger)
        raise TooSoonError(ledger, response)

    def left(self) -> int | None:
        """Say what the tightest budget still has; None where no forge told one."""
        now = self._clock.now()
        return min(
            (
                ledger.remaining
                for account in self._accounts.values()
                for ledger in account.ledgers()
                if ledger.remaining is not None
                and (ledger.reset_at is None or ledger.reset_at > now)
            ),
            default=None,
        )

    async def aclose(self) -> None:
        """Keep every ledger for the next run, and close what is below."""
        try:
            for account in self._accounts.values():
                for ledger in account.ledgers():
                    await self._keep(ledger)
        finally:
            await self._inner.aclose()

    async def _opened(self, account: Account) -> Account:
        key = (account.origin, account.token)
        if key not in self._accounts:
            kept = await self._budgets.load(*key)
            account.remember(kept)
            self._accounts[key] = account
        return account

    async def _keep(self, ledger: Ledger) -> None:
        key = (ledger.origin, ledger.token, ledger.resource)
        if self._kept.get(key) != ledger:
            await self._budgets.save(ledger)
            self._kept[key] = ledger
