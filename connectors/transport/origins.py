# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Origins (scheme, host, port), and addresses fit to be shown. Pure."""

import ipaddress

import httpx

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LAST_PORT = 65535


def origin_of(url: httpx.URL | str) -> str:
    """Give scheme, host and port, the port always written: ``https://api.github.com:443``."""
    parsed = httpx.URL(url)
    host = f"[{parsed.host}]" if ":" in parsed.host else parsed.host
    return f"{parsed.scheme}://{host}:{parsed.port or _DEFAULT_PORTS.get(parsed.scheme, 0)}"


def shown(url: httpx.URL | str) -> str:
    """Give an address as messages show it: without user, query and fragment, where secrets lie."""
    parsed = httpx.URL(url)
    return str(parsed.copy_with(userinfo=b"", query=None, fragment=None))


def is_web(url: httpx.URL) -> bool:
    """Say whether an address can be asked over http or https at all."""
    return url.scheme in _DEFAULT_PORTS and bool(url.host) and (url.port or 1) <= _LAST_PORT


def port_of(url: httpx.URL) -> int:
    """Give the port that a web address means."""
    return url.port or _DEFAULT_PORTS[url.scheme]


def has_default_port(url: httpx.URL) -> bool:
    """Say whether a web address means the usual port of its scheme."""
    return port_of(url) == _DEFAULT_PORTS[url.scheme]


def is_loopback(url: httpx.URL | str) -> bool:
    """Say whether an address stays on this machine."""
    host = httpx.URL(url).host
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
