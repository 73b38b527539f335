# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The innermost transport where the address came from harvested data: public hosts only."""

import httpx

from connectors.transport.network import Network
from connectors.transport.reach import Allow, Reach, Resolve, proxy_for, resolve
from harvester.ports.connector import HttpOptions
from harvester.ports.errors import UnreachableError


class GuardedNetwork(httpx.AsyncBaseTransport):
    """Sends a request to a checked address of its host, by the rules of :class:`.reach.Reach`.

    Certificates are checked against the name, the connection goes to the address. Each name has
    connections of its own: one that was made for a name must not serve another at the same address.
    """

    def __init__(
        self,
        http: HttpOptions,
        source: str,
        *,
        allow: Allow | None = None,
        resolver: Resolve = resolve,
    ) -> None:
        self._http = http
        self._source = source
        self._reach = Reach(allow, resolver)
        self._ways: dict[str | None, Network] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Exchange one request for one answer.

        Raises:
            RefusedAddressError: its host is not on the public Internet.
            httpx.TransportError: no answer, or none in time.
            TooLargeError: the answer is larger than ``HttpOptions.max_body``.
        """
        proxied = proxy_for(request.url) is not None
        try:
            addresses = await self._reach.addresses(request.url, proxied=proxied)
        except UnreachableError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        if proxied:
            return await self._way(None).handle_async_request(request)
        way, content = self._way(request.url.host), await request.aread()
        failure = httpx.ConnectError("the host has no address", request=request)
        for address in addresses:
            try:
                return await way.handle_async_request(_to(request, content, str(address)))
            except httpx.ConnectError as error:
                failure = error
        raise failure

    async def aclose(self) -> None:
        """Close the connections."""
        for way in self._ways.values():
            await way.aclose()

    def _way(self, host: str | None) -> Network:
        """Give the connections of a host; those through a proxy have none."""
        if host not in self._ways:
            self._ways[host] = Network(self._http, self._source, direct=host is not None)
        return self._ways[host]


def _to(request: httpx.Request, content: bytes, address: str) -> httpx.Request:
    headers = request.headers.copy()
    headers["host"] = request.url.netloc.decode("ascii")
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=headers,
        content=content,
        extensions={
            **request.extensions,
            "sni_hostname": request.url.raw_host.decode("ascii"),
        },
    )
