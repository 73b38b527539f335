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

_RELAYS = ipaddress.ip_network("192.88.99.0/24")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
_V4_COMPATIBLE = ipaddress.ip_network("::/96")


def is_public(address: Address) -> bool:
    """Say whether an address belongs to one host of the public Internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and address not in _RELAYS
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address.sixtofour is not None:
        return is_public(address.sixtofour)
    if address in _NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_site_local
        and address.teredo is None
        and address not in _NAT64_LOCAL
        and address not in _V4_COMPATIBLE
    )


def web_address(text: str) -> httpx.URL:
    """Read an address that is to be fetched; a user name and a fragment are left out.

    Raises:
        RefusedAddressError: it is not a web address.
    """
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, TypeError, ValueError) as error:
        raise RefusedAddressError(f"{text[:200]!r} is not a web address ({error})") from error
    if not is_web(url):
        raise RefusedAddressError(
            f"{shown(url)[:200]!r} is not fetched: only http and https addresses are"
        )
    return url.copy_with(userinfo=b"", fragment=None)
