# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Composes the chain of one source, and is what a connector holds of it.

From the outside in, and why there:

1. *redirects*: every hop is a request of its own, with the rights of its own origin;
2. *retry*: does all the waiting, outside of the gate, so that others pass meanwhile;
3. *pool*: chooses the token, and the next one where that has nothing left, before anybody waits;
4. *validators*: each token has its own, because answers differ by who asks;
5. *throttle*: one exchange at a time per account;
6. *budget*: decides right before the sending, inside the gate, with all that is known by then,
   and learns from every single answer;
7. *authenticate*: a token that is renewed is asked for at the last moment;
8. *statistics*: counts each sending;
9. *archive*, where there is one: each try, as the forge answered it;
10. *network*: time, size, proxies, authorities; guarded, where the address came from data.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import httpx

from connectors.transport.account import EVERYBODY, Account
from connectors.transport.answers import checked, json_of, no_answer
from connectors.transport.archive import Archived
from connectors.transport.ask import Ask, Kind
from connectors.transport.authenticate import Authenticate
from connectors.transport.budget import Budget
from connectors.transport.credential import Credential
from connectors.transport.guarded import GuardedNetwork
from connectors.transport.limits import Rates
from connectors.transport.network import Network
from connectors.transport.origins import is_web, origin_of, shown
from connectors.transport.pool import Pool, speaker_of
from connectors.transport.redirects import Redirects, trail_of
from connectors.transport.retry import Patience, Retry
from connectors.transport.shared import shared
from connectors.transport.statistics import Count, Statistics, charge_of
from connectors.transport.throttle import Throttle
from connectors.transport.validators import Validators
from harvester.ports.connector import ForgeAccess, ToldCharge
from harvester.ports.errors import SourceError, UnexpectedAnswerError
from harvester.ports.http import Clock
from harvester.ports.listing import Spent


class Chain:
    """The way of one source to its forge; an asynchronous context manager.

    Attributes:
        source: the configured name, for messages.
        statistics: what was spent; connectors add points and text bytes.
        clock: where the time comes from.
    """

    def __init__(
        self,
        *,
        source: str,
        client: httpx.AsyncClient,
        statistics: Statistics,
        clock: Clock,
        budget: Budget,
        retry: Retry,
        parallel: int,
        charged: ToldCharge,
    ) -> None:
        self.source = source
        self.statistics = statistics
        self.clock = clock
        self._client = client
        self._budget = budget
        self._retry = retry
        self._parallel = parallel
        self._charged = charged

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def request(
        self,
        method: str,
        url: str,
        *,
        ask: Ask | None = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """Send a request and give its answer, whatever its status; the body is read.

        Raises:
            UnreachableError: no answer.
            BudgetExhaustedError: a limit demands a longer wait than ``max_wait``.
            TooLargeError: the answer is larger than ``max_body``.
            UnexpectedAnswerError: cut off, redirected without end, or no web address.
        """
        try:
            request = self._client.build_request(
                method,
                url,
                params=params,
                headers=headers,
                content=content,
                extensions=(ask or Ask()).extensions(),
            )
        except httpx.InvalidURL as error:
            raise self._no_address(url) from error
        if not is_web(request.url):
            raise self._no_address(url)
        try:
            return await self._client.send(request)
        except httpx.TransportError as error:
            raise no_answer(error, f"source {self.source}: {shown(request.url)}") from error

    def _no_address(self, url: str) -> SourceError:
        public = re.sub(r"//[^/@]*@", "//", url.split("?", maxsplit=1)[0])[:200]
        return UnexpectedAnswerError(
            f"source {self.source}: {public!r} is not a web address; correct it in the"
            " configuration, or, where the forge gave it, report it to the forge"
        )

    async def get(
        self,
        url: str,
        *,
        kind: Kind = Kind.REST,
        resource: str | None = None,
        conditional: bool = False,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Get an address; gives the answer whatever its status. Raises as :meth:`request`."""
        ask = Ask(kind=kind, resource=resource, conditional=conditional)
        return await self.request("GET", url, ask=ask, params=params, headers=headers)

    def checked(self, response: httpx.Response) -> httpx.Response:
        """Give a successful answer back; see :func:`.answers.checked`."""
        return checked(response, self.source)

    def json(self, response: httpx.Response) -> Any:
        """Read the JSON of a successful answer; see :func:`.answers.json_of`."""
        return json_of(response, self.source)

    async def wait(self, seconds: float, why: str) -> None:
        """Wait on the clock, tell it where it takes long, and count it."""
        self._retry.tell(seconds, why)
        await self._retry.wait(seconds)

    def learn(self, response: httpx.Response, resource: str, rates: Rates) -> None:
        """Take over what a body, not a header, says about a budget (GraphQL's ``rateLimit``)."""
        origin, speaker = origin_of(trail_of(response).url), speaker_of(response)
        account = shared().account(origin, speaker.account, self._parallel)
        account.learn(resource, rates, self.clock.now())

    def charge(self, response: httpx.Response, points: int) -> None:
        """Count what an answer says that its query was charged with."""
        self.statistics.points += points
        # The answer's request is the client's own, which knows nothing of the pool below it.
        charge = charge_of(response.request, points=points)
        self._charged(replace(charge, token=speaker_of(response).account))

    def spent(self) -> Spent:
        """Say what was spent so far."""
        return self.statistics.spent(self._budget.left())

    async def aclose(self) -> None:
        """Keep the ledgers and close the connections."""
        await self._client.aclose()


def open_chain(
    access: ForgeAccess,
    credential: Credential,
    *,
    headers: Mapping[str, str] | None = None,
    parallel: int = 1,
    chance: random.Random | None = None,
    network: httpx.AsyncBaseTransport | None = None,
) -> Chain:
    """Compose the chain of one source. Opens no connection yet.

    Args:
        access: what the settings say about the source.
        credential: as whom it speaks, and to whom (:func:`.credential.credential`).
        headers: sent with every request (``accept``, ``x-github-api-version``).
        parallel: requests of one account that may be on their way at once; more than one only
            where the operator allows it.
        chance: where the jitter of pauses comes from, instead of the archive's or Python's.
        network: instead of the real one.

    Raises:
        SourceError: ``ca_file`` cannot be used.
    """
    http, clock, statistics = access.http, access.clock, Statistics()

    def account_of(request: httpx.Request) -> Account:
        return shared().account(origin_of(request.url), speaker_of(request).account, parallel)

    def everybody_of(request: httpx.Request) -> Account:
        return shared().account(origin_of(request.url), EVERYBODY, parallel)

    way = GuardedNetwork if access.guarded else Network
    archive = access.archive
    if archive is not None and network is None:
        network = Archived(archive, access.source, lambda: way(http, access.source))
    if chance is None:
        chance = archive.chance(access.source) if archive is not None else random.Random()  # noqa: S311 - jitter, not a secret
    counted = Count(network or way(http, access.source), statistics, access.charged)
    budget = Budget(
        Authenticate(counted, credential),
        account_of=account_of,
        everybody_of=everybody_of,
        budgets=access.budgets,
        clock=clock,
        reserve=access.reserve,
    )
    validators = Validators(Throttle(budget, account_of), store=access.validators, clock=clock)
    retry = Retry(
        Pool(validators, credential, access.source),
        source=access.source,
        patience=Patience(attempts=http.attempts, max_wait=http.max_wait),
        clock=clock,
        statistics=statistics,
        waiting=access.waiting,
        chance=chance,
    )
    client = httpx.AsyncClient(
        transport=Redirects(retry, access.source),
        headers={"user-agent": http.user_agent, **(headers or {})},
        follow_redirects=False,
        trust_env=False,
        timeout=http.timeout,
    )
    return Chain(
        source=access.source,
        client=client,
        statistics=statistics,
        clock=clock,
        budget=budget,
        retry=retry,
        parallel=parallel,
        charged=access.charged,
    )
