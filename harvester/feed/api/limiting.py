# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who asks too much is asked to wait: 429 (RFC 6585), with what is left told in every answer.

The headers are those of the IETF's draft *RateLimit header fields for HTTP*
(draft-ietf-httpapi-ratelimit-headers, in the form it has since its eighth version): one names the
rule, the other says how many requests are left and in how many seconds all will be.
"""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harvester.feed.api.limits import Limits, Verdict, client_of
from harvester.feed.api.problems import Refusal, answer
from harvester.rates import Rate

LIMIT, POLICY = "RateLimit", "RateLimit-Policy"
_NAME = '"address"'
"""Of the rule: what it goes by."""
_UNCHANGED = 0.1
"""What a 304 costs, in requests: it costs the server one small read, and is what clients should
ask for; and yet a flood of them is one."""


class Limiting:
    """ASGI middleware: counts the requests of each address."""

    def __init__(self, app: ASGIApp, *, rate: Rate, now: Callable[[], datetime]) -> None:
        self._app = app
        self._limits = Limits(rate)
        self._now = now
        self._rate = rate
        self._policy = f"{_NAME};q={rate.requests};w={int(rate.period.total_seconds())}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, if its client has one left."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        address = scope.get("client")
        client = client_of(address[0]) if address else ""
        verdict = self._limits.ask(client, self._now())
        if not verdict.allowed:
            refused = answer(self._refusal(verdict))
            self._tell(MutableHeaders(raw=refused.raw_headers), verdict)
            await refused(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = verdict
                if message["status"] == HTTPStatus.NOT_MODIFIED:
                    known = self._limits.ask(client, self._now(), cost=_UNCHANGED - 1)
                self._tell(MutableHeaders(scope=message), known)
            await send(message)

        await self._app(scope, receive, told)

    def _refusal(self, verdict: Verdict) -> Refusal:
        period = int(self._rate.period.total_seconds())
        return Refusal(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"an address may ask {self._rate.requests} times in {period} seconds; "
            f"ask again in {verdict.wait} seconds, with If-None-Match, which counts for little",
            headers={"retry-after": str(verdict.wait)},
        )

    def _tell(self, headers: MutableHeaders, verdict: Verdict) -> None:
        headers[POLICY] = self._policy
        headers[LIMIT] = f"{_NAME};r={verdict.left};t={verdict.whole_in}"
