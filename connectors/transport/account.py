# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The budgets of one token (or none) at one origin, as far as its answers have told them.

Shared by all chains of the process that speak as the same account, so that what one learns binds
the others. No input or output.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from connectors.transport.limits import Limit, Rates, guessed_wait, held_back
from harvester.ports.http import Ledger

WHOLE_ACCOUNT = "secondary"
"""The ledger of limits that hold for every resource of the account."""
EVERYBODY = "everybody"
"""The account of an origin whose limits hold for all accounts."""


class Account:
    """Ledgers by resource, and the gate that requests of this account pass one by one."""

    def __init__(self, origin: str, token: str, parallel: int = 1) -> None:
        self.origin = origin
        self.token = token
        self.gate = asyncio.Semaphore(parallel)
        self._ledgers: dict[str, Ledger] = {}
        self._limits_in_a_row = 0

    def ledgers(self) -> tuple[Ledger, ...]:
        """Give what is known, for keeping."""
        return tuple(self._ledgers.values())

    def remember(self, ledgers: Iterable[Ledger]) -> None:
        """Take over what was kept of an earlier run; what this run learnt already wins."""
        for kept in ledgers:
            known = self._ledgers.get(kept.resource)
            if known is None:
                self._ledgers[kept.resource] = kept
            elif kept.not_before is not None:
                later = max(known.not_before or kept.not_before, kept.not_before)
                self._ledgers[kept.resource] = replace(known, not_before=later)

    def reserved(self, resource: str, reserve: float, now: datetime) -> Ledger | None:
        """Give the ledger whose rest is others', its ``not_before`` set; None: go ahead."""
        ledger = self._ledgers.get(resource)
        if ledger is None or ledger.remaining is None or ledger.reset_at is None:
            return None
        if ledger.reset_at <= now or ledger.remaining > held_back(reserve, ledger.limit):
            return None
        return replace(ledger, not_before=ledger.reset_at)

    def closed_until(self, resource: str, now: datetime) -> Ledger | None:
        """Give the ledger that forbids a request now, its ``not_before`` set; None: go ahead."""
        shut = []
        for name in (resource, WHOLE_ACCOUNT):
            ledger = self._ledgers.get(name)
            if ledger is None:
                continue
            moments = [ledger.not_before] if ledger.not_before is not None else []
            if ledger.remaining == 0 and ledger.reset_at is not None:
                moments.append(ledger.reset_at)
            until = max(moments, default=now)
            if until > now:
                shut.append(replace(ledger, not_before=until))
        if not shut:
            return None
        latest = max(shut, key=lambda ledger: ledger.not_before or now)
        self._ledgers[latest.resource] = latest
        return latest

    def learn(self, resource: str, rates: Rates, now: datetime) -> None:
        """Take over what an answer says about the budget it drew from."""
        name = rates.resource or resource
        known = self._ledgers.get(name)
        held = known.not_before if known is not None else None
        self._ledgers[name] = self._ledger(
            name,
            limit=rates.limit,
            remaining=rates.remaining,
            reset_at=rates.reset_at,
            not_before=held if held is not None and held > now else None,
        )

    def limited(self, resource: str, limit: Limit, now: datetime) -> Ledger:
        """Take over a limit's refusal; gives the ledger that now says *not before*."""
        self._limits_in_a_row += 1
        name = resource if limit.primary else WHOLE_ACCOUNT
        until = limit.until
        if until is None or until <= now:
            until = now + guessed_wait(self._limits_in_a_row)
        known = self._ledgers.get(name) or self._ledger(name)
        if known.not_before is not None:
            until = max(until, known.not_before)
        self._ledgers[name] = replace(known, not_before=until)
        return self._ledgers[name]

    def served(self) -> None:
        """Note that a request was answered without a limit."""
        self._limits_in_a_row = 0

    def _ledger(
        self,
        resource: str,
        *,
        limit: int | None = None,
        remaining: int | None = None,
        reset_at: datetime | None = None,
        not_before: datetime | None = None,
    ) -> Ledger:
        return Ledger(
            origin=self.origin,
            token=self.token,
            resource=resource,
            limit=limit,
            remaining=remaining,
            reset_at=reset_at,
            not_before=not_before,
        )
