# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Keeps the ledgers: refuses a request that would come too soon, learns from every answer.

It never waits. It says *too soon*, and the retry transport, outside the gate, decides whether the
wait is short enough to be slept.
"""

from collections import Counter

import httpx

from connectors.transport.account import Account
from connectors.transport.ask import ask_of
from connectors.transport.credential import ANONYMOUS
from connectors.transport.limits import held_back, limit_of, read_rates
from connectors.transport.pool import speaker_of
from connectors.transport.throttle import AccountOf
from connectors.transport.too_soon import TooSoonError
from harvester.ports.http import Budgets, Clock, Ledger


class Budget(httpx.AsyncBaseTransport):
    """Reads ledgers back at the first request of an account; keeps each that says *not before*.

    Args:
        inner: what is below.
        account_of: finds the account of a request.
        everybody_of: finds the account whose limits hold for all at the request's origin.
        budgets: where ledgers are kept over restarts.
        clock: where the time comes from.
        reserve: what of a token's limits is left to others (:func:`.limits.held_back`).
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        account_of: AccountOf,
        everybody_of: AccountOf,
        budgets: Budgets,
        clock: Clock,
        reserve: float = 0.0,
    ) -> None:
        self._inner = inner
        self._account_of = account_of
        self._everybody_of = everybody_of
        self._reserve = reserve
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
        everybody = await self._opened(self._everybody_of(request))
        name, resource = speaker_of(request).name, ask_of(request).ledger
        await self._raise_if_closed(everybody, account, resource, name)
        response = await self._inner.handle_async_request(request)
        now = self._clock.now()
        rates = read_rates(response.headers, now)
        if rates is not None:
            account.learn(resource, rates, now)
        limit = limit_of(response, now)
        if limit is None:
            account.served()
            everybody.served()
            return response
        ledger = (everybody if limit.everybody else account).limited(resource, limit, now)
        await self._keep(ledger)
        raise TooSoonError(ledger, response, name=name, everybody=limit.everybody)

    def left(self) -> int | None:
        """Say what the tightest budget still has for this chain; None where no forge told one.

        What several tokens have of one resource adds up; their reserves are others'.
        """
        now = self._clock.now()
        left: Counter[tuple[str, str]] = Counter()
        for account in self._accounts.values():
            for ledger in account.ledgers():
                if ledger.remaining is None or (ledger.reset_at and ledger.reset_at <= now):
                    continue
                others = held_back(self._reserve_of(account), ledger.limit)
                left[ledger.origin, ledger.resource] += max(ledger.remaining - others, 0)
        return min(left.values(), default=None)

    async def aclose(self) -> None:
        """Keep every ledger for the next run, and close what is below."""
        try:
            for account in self._accounts.values():
                for ledger in account.ledgers():
                    await self._keep(ledger)
        finally:
            await self._inner.aclose()

    async def _raise_if_closed(
        self, everybody: Account, account: Account, resource: str, name: str
    ) -> None:
        now = self._clock.now()
        for one in (everybody, account):
            shut = one.closed_until(resource, now)
            if shut is not None:
                await self._keep(shut)
                raise TooSoonError(shut, name=name, everybody=one is everybody)
        reserve = self._reserve_of(account)
        rest = account.reserved(resource, reserve, now) if reserve else None
        if rest is not None:
            # not kept as a *not before*: it is no word of the forge's, and binds this source alone
            raise TooSoonError(rest, name=name, reserve=rest.remaining or 0)

    def _reserve_of(self, account: Account) -> float:
        """Give the reserve that holds for an account; who has no token shares none."""
        return 0.0 if account.token == ANONYMOUS else self._reserve

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
