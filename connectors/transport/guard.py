# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which addresses that come from harvested data may be fetched. Pure.

Everything that is not plainly public is refused, also in the disguises that IPv6 offers
(https://www.iana.org/assignments/iana-ipv6-special-registry).
"""

import ipaddress

import httpx

from connectors.transport.origins import is_web, shown
from harvester.ports.errors import RefusedAddressError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NOT_HOSTS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
"""Beside what Python's own tables name, which differ from version to version."""
_UNICAST = ipaddress.ip_network("2000::/3")
"""All that was ever given to hosts of the IPv6 Internet."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Say whether an address belongs to one host of the public Internet."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return False
        disguised = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            disguised = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if disguised is not None:
            return is_public(disguised)
        if address not in _UNICAST:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in network for network in _NOT_HOSTS)
    )


def web_address(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """Read an address that is to be fetched; a user name and a fragment are left out.

    Args:
        text: as the data, or a redirect, has it.
        base: what a relative one is relative to.

    Raises:
        RefusedAddressError: it is not a web address.
    """
    try:
        url = httpx.URL(text) if base is None else base.join(text)
    except (httpx.InvalidURL, TypeError, ValueError) as error:
        raise RefusedAddressError(f"{text[:200]!r} is not a web address ({error})") from error
    if not is_web(url):
        raise RefusedAddressError(
            f"{shown(url)[:200]!r} is not fetched: only http and https addresses are"
        )
    return url.copy_with(userinfo=b"", fragment=None)
