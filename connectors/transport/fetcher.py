# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Fetches addresses that come from harvested data, and reaches nothing but the public Internet.

The name is resolved here, every address that it has is checked, and the connection goes to a
checked one, so that a name that changes its mind in between (DNS rebinding) changes nothing. The
same for each redirect. Where the operator demands a proxy, the proxy resolves the name: then it is
checked as far as it can be resolved here, and the rest is the proxy's duty.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from types import TracebackType
from typing import Self

import httpx

from connectors.transport.answers import no_answer
from connectors.transport.body import ACCEPT_ENCODING, read_body, unpacked_headers
from connectors.transport.guard import web_address
from connectors.transport.network import trusted
from connectors.transport.origins import shown
from connectors.transport.reach import Allow, Reach, Resolve, proxy_for, resolve
from connectors.transport.redirects import MOST_REDIRECTS
from harvester.ports.connector import HttpOptions
from harvester.ports.errors import UnexpectedAnswerError, UnreachableError
from harvester.ports.http import Fetched

_FOLLOWED = frozenset({301, 302, 303, 307, 308})


class GuardedFetcher:
    """Fulfils :class:`harvester.ports.http.Fetcher`; an asynchronous context manager.

    Args:
        http: user agent, time, ``ca_file``.
        allow: lets more through than public addresses at default ports; for tests, and for
            operators whose own services lie on a private network.
        resolver: instead of the system's.

    Raises:
        SourceError: ``ca_file`` cannot be used.
    """

    def __init__(
        self, http: HttpOptions, *, allow: Allow | None = None, resolver: Resolve = resolve
    ) -> None:
        self._timeout = http.timeout
        self._user_agent = http.user_agent
        self._reach = Reach(allow, resolver)
        self._trusted = trusted(http.ca_file, "fetcher")
        self._clients: dict[str | None, httpx.AsyncClient] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()

    async def get(self, url: str, *, limit: int) -> Fetched:
        """Fetch at most ``limit`` bytes, following up to five redirects.

        Raises:
            RefusedAddressError: the address, or one that it redirects to, is not public.
            TooLargeError: the body is larger than ``limit``.
            UnreachableError: no answer, or not in time.
            UnexpectedAnswerError: cut off, wrongly packed, redirected without end.
        """
        return await self._in_time(url, self._follow(web_address(url), limit))

    async def status(self, url: str) -> int:
        """Ask for an address and read no body, following up to five redirects.

        A GET, because many servers answer a HEAD wrongly. Raises as :meth:`get` does.
        """
        return (await self._in_time(url, self._follow(web_address(url), None))).status

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Fetched:
        """Send a body; redirects are not followed, and no body is read. Raises as :meth:`get`."""
        exchange = self._exchange("POST", web_address(url), None, headers, body)
        return await self._in_time(url, exchange)

    async def _in_time(self, url: str, work: Awaitable[Fetched]) -> Fetched:
        try:
            async with asyncio.timeout(self._timeout):
                return await work
        except TimeoutError as error:
            raise UnreachableError(
                f"{shown(web_address(url))} gave no whole answer within {self._timeout:g} s"
            ) from error

    async def _follow(self, url: httpx.URL, limit: int | None) -> Fetched:
        """Fetch; without a limit, no body is read."""
        start = url
        for _ in range(MOST_REDIRECTS + 1):
            fetched = await self._exchange("GET", url, limit, {}, None)
            location = fetched.headers.get("location")
            if fetched.status not in _FOLLOWED or location is None:
                return fetched
            url = web_address(location, base=url)
        raise UnexpectedAnswerError(f"{shown(start)} redirects more than {MOST_REDIRECTS} times")

    async def _exchange(
        self,
        method: str,
        url: httpx.URL,
        limit: int | None,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Fetched:
        proxy = proxy_for(url)
        addresses = await self._reach.addresses(url, proxied=proxy is not None)
        all_headers = {
            "user-agent": self._user_agent,
            "accept": "*/*",
            **{name.lower(): value for name, value in headers.items()},
            "accept-encoding": ACCEPT_ENCODING,
            "host": url.netloc.decode("ascii"),
        }
        timeouts = {"timeout": httpx.Timeout(self._timeout, pool=None).as_dict()}
        if proxy is not None:
            request = httpx.Request(
                method, url, headers=all_headers, content=body, extensions=timeouts
            )
            return await self._send(request, url, limit, proxy)
        # certificates are checked against the name, the connection goes to the address
        extensions = {**timeouts, "sni_hostname": url.raw_host.decode("ascii")}
        for left in range(len(addresses) - 1, -1, -1):
            address = addresses[len(addresses) - 1 - left]
            request = httpx.Request(
                method,
                url.copy_with(host=str(address)),
                headers=all_headers,
                content=body,
                extensions=extensions,
            )
            try:
                return await self._send(request, url, limit, None)
            except UnreachableError as error:
                if not left or not isinstance(error.__cause__, httpx.ConnectError):
                    raise
        raise UnreachableError(f"{shown(url)} has no address")

    async def _send(
        self, request: httpx.Request, url: httpx.URL, limit: int | None, proxy: str | None
    ) -> Fetched:
        client = self._clients.get(proxy) or self._client(proxy)
        try:
            response = await client.send(request, stream=True)
            try:
                content = b""
                if limit is not None:
                    content = await read_body(response, limit, subject=shown(url))
            finally:
                await response.aclose()
        except httpx.TransportError as error:
            raise no_answer(error, shown(url)) from error
        return Fetched(
            url=str(url),
            status=response.status_code,
            headers=dict(unpacked_headers(response)),
            body=content,
        )

    def _client(self, proxy: str | None) -> httpx.AsyncClient:
        self._clients[proxy] = httpx.AsyncClient(
            verify=self._trusted,
            proxy=proxy,
            trust_env=False,
            follow_redirects=False,
            # a connection made for one name must not serve another name at the same address
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        return self._clients[proxy]
