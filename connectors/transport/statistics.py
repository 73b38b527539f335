# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Counts what a chain spends: one flat object, one transport that counts what is really sent."""

from dataclasses import dataclass, field
from http import HTTPStatus

import httpx

from connectors.transport.ask import Kind, ask_of
from connectors.transport.origins import origin_of
from connectors.transport.pool import speaker_of
from harvester.ports.connector import Charge, ToldCharge
from harvester.ports.listing import Spent


@dataclass(slots=True)
class Statistics:
    """The counters of one chain. Connectors add what only they know (points, text bytes)."""

    requests: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))
    """Requests that were sent, each try counted."""
    points: int = 0
    text_bytes: int = 0
    bytes: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    answers: dict[int, int] = field(default_factory=dict)
    """Answers by status."""

    def spent(self, budget_left: int | None) -> Spent:
        """Give the counters as the crawl's summary wants them."""
        return Spent(
            graphql=self.requests[Kind.GRAPHQL],
            rest=self.requests[Kind.REST],
            raw=self.requests[Kind.RAW],
            points=self.points,
            budget_left=budget_left,
            text_bytes=self.text_bytes,
            bytes=self.bytes,
            retries=self.retries,
            waited_seconds=self.waited_seconds,
            not_modified=self.answers.get(HTTPStatus.NOT_MODIFIED, 0),
        )


class Count(httpx.AsyncBaseTransport):
    """Stands right above the network, so that nothing is sent uncounted.

    Args:
        inner: the network.
        statistics: of the chain.
        charged: hears of each request whose budget it was taken from.
    """

    def __init__(
        self, inner: httpx.AsyncBaseTransport, statistics: Statistics, charged: ToldCharge
    ) -> None:
        self._inner = inner
        self._statistics = statistics
        self._charged = charged

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and count it, unless no connection came about."""
        sent = True
        try:
            response = await self._inner.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError):
            sent = False
            raise
        finally:
            if sent:
                self._statistics.requests[ask_of(request).kind] += 1
                self._charged(charge_of(request, requests=1))
        self._statistics.bytes += len(response.content)
        answers = self._statistics.answers
        answers[response.status_code] = answers.get(response.status_code, 0) + 1
        return response

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()


def charge_of(request: httpx.Request, *, requests: int = 0, points: int = 0) -> Charge:
    """Say whose budget a request was taken from."""
    return Charge(
        origin=origin_of(request.url),
        token=speaker_of(request).account,
        resource=ask_of(request).ledger,
        requests=requests,
        points=points,
    )
