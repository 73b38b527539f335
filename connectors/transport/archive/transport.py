# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The innermost transport where there is an archive: turns httpx's words into the port's, and back.

The network below is made when something is really sent, which a replay never does.
"""

from collections.abc import Callable
from functools import cached_property

import httpx

from connectors.transport.body import CutAnswerError
from harvester.ports.archive import Archive, Call, NoReply, Outcome, Reply
from harvester.ports.errors import SourceError, TooLargeError, UnexpectedAnswerError

_KINDS: tuple[tuple[str, type[Exception]], ...] = (
    ("cut", CutAnswerError),
    ("connect-timeout", httpx.ConnectTimeout),
    ("read-timeout", httpx.ReadTimeout),
    ("timeout", httpx.TimeoutException),
    ("proxy", httpx.ProxyError),
    ("connect", httpx.ConnectError),
    ("read", httpx.ReadError),
    ("write", httpx.WriteError),
    ("protocol", httpx.RemoteProtocolError),
    ("transport", httpx.TransportError),
    ("too-large", TooLargeError),
    ("unexpected", UnexpectedAnswerError),
)
"""What the network does wrong, the more special before the more general."""
_BY_KIND = dict(_KINDS)


class Archived(httpx.AsyncBaseTransport):
    """Hands every try to the archive, which decides whether it is sent.

    Args:
        archive: of this run.
        source: the configured name.
        network: makes what sends.
    """

    def __init__(
        self, archive: Archive, source: str, network: Callable[[], httpx.AsyncBaseTransport]
    ) -> None:
        self._archive = archive
        self._source = source
        self._make = network

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Exchange one request for one answer; raises what the network raised, also again."""
        body = await request.aread()
        failed: list[Exception] = []

        async def send() -> Outcome:
            try:
                response = await self._network.handle_async_request(request)
            except (httpx.TransportError, SourceError) as error:
                failed.append(error)
                return NoReply(kind=_kind(error), message=str(error))
            return _reply(response)

        call = Call(
            source=self._source,
            method=request.method,
            url=str(request.url),
            headers=dict(request.headers.items()),
            body=body,
        )
        outcome = await self._archive.exchange(call, send)
        if isinstance(outcome, NoReply):
            raise failed[0] if failed else _error(outcome, request)
        return httpx.Response(
            outcome.status,
            headers=list(outcome.headers),
            content=outcome.body or None,
            extensions={"reason_phrase": outcome.reason.encode("ascii", "replace")},
        )

    async def aclose(self) -> None:
        """Close the network, if anything was sent."""
        if "_network" in self.__dict__:
            await self._network.aclose()

    @cached_property
    def _network(self) -> httpx.AsyncBaseTransport:
        return self._make()


def _reply(response: httpx.Response) -> Reply:
    return Reply(
        status=response.status_code,
        reason=response.reason_phrase,
        headers=tuple(response.headers.multi_items()),
        body=response.content,
    )


def _kind(error: Exception) -> str:
    return next((kind for kind, made in _KINDS if isinstance(error, made)), "unexpected")


def _error(outcome: NoReply, request: httpx.Request) -> Exception:
    made = _BY_KIND.get(outcome.kind, httpx.TransportError)
    if issubclass(made, httpx.TransportError):
        return made(outcome.message, request=request)
    return made(outcome.message)
