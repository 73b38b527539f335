# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""PyGithub over the HTTP chain.

PyGithub takes connection classes for a Requester *class*. The injection here goes to a subclass
made for one bridge, so that PyGithub elsewhere in the process stays as it is. The chain
authenticates, waits, retries and counts; PyGithub's own retries and waits are off.
"""

from collections.abc import ItemsView, Iterator
from typing import Any, cast

import github
import httpx
from github.Auth import AppAuth, Auth
from github.Requester import (
    HTTPRequestsConnectionClass,
    HTTPSRequestsConnectionClass,
    Requester,
)

from connectors.transport.ask import Ask
from connectors.transport.bridge import Bridge


class _Answer:
    """What PyGithub expects of an answer."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers = response.headers

    def getheaders(self) -> ItemsView[str, str]:
        return self.headers.items()

    def read(self) -> str:
        return self._response.text

    def iter_content(self, chunk_size: int | None = 1) -> Iterator[bytes]:
        return self._response.iter_bytes(chunk_size)

    def raise_for_status(self) -> None:
        self._response.raise_for_status()


class _Connection:
    """What PyGithub expects of a connection; each of its requests goes over the bridge."""

    bridge: Bridge
    scheme: str
    account: str | None

    def __init__(self, host: str, port: int | None = None, **_: Any) -> None:
        self.host = host
        self._origin = f"{self.scheme}://{host}" + (f":{port}" if port else "")
        self._request: tuple[str, str, bytes | None, dict[str, str]] | None = None

    def request(self, verb: str, url: str, body: Any, headers: dict[str, str], *_: object) -> None:
        content = body.encode() if isinstance(body, str) else body
        self._request = (verb, self._origin + url, content, headers)

    def getresponse(self) -> _Answer:
        if self._request is None:
            raise RuntimeError("PyGithub asked for an answer before it sent a request")
        verb, url, content, headers = self._request
        own = self.account if any(name.lower() == "authorization" for name in headers) else None
        ask = Ask(resource=_resource(httpx.URL(url).path), own_authorization=own)
        response = self.bridge.request(verb, url, headers=headers, content=content, ask=ask)
        return _Answer(response)

    def close(self) -> None:
        """Nothing is open here."""


class _ChainRequester(Requester):
    """Stays of its class when PyGithub makes a changed copy."""

    def withAuth(self, auth: Auth | None) -> Requester:  # noqa: N802 - PyGithub's name
        return type(self)(**{**self.kwargs, "auth": auth})

    def withLazy(self, lazy: Any) -> Requester:  # noqa: N802 - PyGithub's name
        return type(self)(**{**self.kwargs, "lazy": bool(lazy)})

    def withApiVersion(self, api_version: str | None) -> Requester:  # noqa: N802 - as above
        return type(self)(**{**self.kwargs, "api_version": api_version})


class ChainGithub(github.Github):
    """PyGithub's client on the chain; use it in ``bridge.run``.

    Args:
        bridge: to the chain of the source.
        api_url: the REST base.
    """

    def __init__(self, bridge: Bridge, api_url: str) -> None:
        super().__init__(base_url=api_url)
        # PyGithub offers no way to give a client its requester
        self._Github__requester = _requester(bridge, api_url)


class ChainIntegration(github.GithubIntegration):
    """PyGithub's client of a GitHub App on the chain; use it in ``bridge.run``."""

    def __init__(self, bridge: Bridge, api_url: str, auth: AppAuth) -> None:
        super().__init__(auth=auth, base_url=api_url)
        self._GithubIntegration__requester = _requester(
            bridge, api_url, auth=auth, account=f"app-{auth.app_id}"
        )


def _requester(
    bridge: Bridge, api_url: str, *, auth: Auth | None = None, account: str | None = None
) -> Requester:
    """Make a requester whose class, and with it its connections, is this bridge's alone."""
    given: dict[str, Any] = {"bridge": bridge, "account": account}
    plain = type("_PlainConnection", (_Connection,), {**given, "scheme": "http"})
    secure = type("_SecureConnection", (_Connection,), {**given, "scheme": "https"})

    class Bound(_ChainRequester):
        """Holds the injected connection classes, which are state of the class."""

    Bound.injectConnectionClasses(
        cast("type[HTTPRequestsConnectionClass]", plain),
        cast("type[HTTPSRequestsConnectionClass]", secure),
    )
    return Bound(
        auth=auth,
        base_url=api_url,
        timeout=60,
        user_agent="harvester",
        per_page=100,
        verify=True,
        retry=None,
        pool_size=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )


def _resource(path: str) -> str | None:
    """Name the budget of the addresses that do not draw from the main one."""
    if "/search/code" in path:
        return "code_search"
    return "search" if "/search/" in path else None
