# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How the transports tell one another that a request comes too soon."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Self

import httpx

from connectors.transport.credential import ANONYMOUS
from harvester.ports.http import Ledger

_NEVER = datetime.max.replace(tzinfo=UTC)


class TooSoonError(Exception):
    """A limit forbids the request until ``ledger.not_before``.

    Attributes:
        ledger: the budget that is used up.
        answer: the refusal, where the request was sent at all.
        name: what the operator calls the token.
        reserve: how much is left, and is left to others.
        everybody: it does not help to ask with another token.
        tokens: how many tokens were tried.
    """

    def __init__(
        self,
        ledger: Ledger,
        answer: httpx.Response | None = None,
        *,
        name: str = ANONYMOUS,
        reserve: int = 0,
        everybody: bool = False,
    ) -> None:
        super().__init__(ledger, name)
        self.ledger = ledger
        self.answer = answer
        self.name = name
        self.reserve = reserve
        self.everybody = everybody
        self.tokens = 1

    def __str__(self) -> str:
        """Say which limit it is, of which forge, for whom."""
        if self.everybody:
            return f"{self.ledger.origin} wants no requests"
        if self.tokens > 1:
            who = f" for all {self.tokens} tokens, {self.name} the first to go on"
        else:
            who = "" if self.ledger.token == ANONYMOUS else f" for {self.name}"
        left = f", but for the reserve of {self.reserve}" if self.reserve else ""
        limit = f"the limit {self.ledger.resource!r} of {self.ledger.origin}"
        return f"{limit} is reached{who}{left}"

    @classmethod
    def earliest(cls, refusals: Sequence[Self]) -> Self:
        """Give the one that ends first, with the last answer that any of them had."""
        first = min(refusals, key=lambda error: error.ledger.not_before or _NEVER)
        if len(refusals) == 1:
            return first
        answers = [error.answer for error in refusals if error.answer is not None]
        made = cls(
            first.ledger,
            answers[-1] if answers else None,
            name=first.name,
            reserve=first.reserve,
        )
        made.tokens = len(refusals)
        return made
