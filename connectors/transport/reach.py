# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where a request may go whose address came from harvested data: hosts of the public Internet.

The name is resolved here and every address that it has is checked; the caller connects to a
checked one, so that a name that changes its mind in between (DNS rebinding) changes nothing. Where
the operator demands a proxy, the proxy resolves the name: then it is checked as far as it can be
resolved here, and the rest is the proxy's duty.
"""

import asyncio
import ipaddress
import socket
import urllib.request
from collections.abc import Awaitable, Callable, Sequence

import httpx

from connectors.transport.guard import Address, is_public, web_address
from connectors.transport.origins import has_default_port, port_of, shown
from harvester.ports.errors import RefusedAddressError, UnreachableError

Allow = Callable[[Address, int], bool]
"""Says whether an address and port that are not public may be reached all the same."""
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a name."""

_TRIED_ADDRESSES = 4


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system for the addresses of a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class Reach:
    """Resolves names, and gives public addresses only.

    Args:
        allow: lets more through than public addresses at default ports; for tests, and for
            operators whose own services lie on a private network.
        resolver: asks for the addresses of a name.
    """

    def __init__(self, allow: Allow | None = None, resolver: Resolve = resolve) -> None:
        self._allow = allow or _nothing_more
        self._resolve = resolver

    async def addresses(self, url: httpx.URL, *, proxied: bool) -> Sequence[Address]:
        """Give the checked addresses of a host; none where only the proxy can resolve it.

        Raises:
            RefusedAddressError: one of them is not public.
            UnreachableError: there is none.
        """
        host, port = url.raw_host.decode("ascii"), port_of(url)
        try:
            addresses = [ipaddress.ip_address(text) for text in await self._resolve(host, port)]
        except (OSError, UnicodeError, ValueError) as error:
            if proxied:
                return ()
            raise UnreachableError(f"{shown(url)}: no such host ({error})") from error
        for address in addresses:
            public = is_public(address) and has_default_port(url)
            if not public and not self._allow(address, port):
                raise RefusedAddressError(
                    f"{shown(url)} is not fetched: it leads to {address} port {port}; addresses"
                    " that others gave are asked for on the public Internet only"
                )
        return addresses[:_TRIED_ADDRESSES]


async def check_public(url: str, allow: Allow | None = None) -> None:
    """Say nothing where a web address may be asked.

    Args:
        url: the address.
        allow: lets more through, as of :class:`Reach`.

    Raises:
        RefusedAddressError: it leads to a private network, or is no web address.
        UnreachableError: there is no such host.
    """
    asked = web_address(url)
    await Reach(allow).addresses(asked, proxied=proxy_for(asked) is not None)


def proxy_for(url: httpx.URL) -> str | None:
    """Give the proxy that the environment names for an address, if any."""
    proxies = urllib.request.getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(url.host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _nothing_more(_address: Address, _port: int) -> bool:
    return False
