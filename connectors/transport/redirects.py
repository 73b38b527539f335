# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Follows redirects of GET and HEAD, within bounds, each hop with its own origin's rights only."""

from dataclasses import dataclass
from http import HTTPStatus

import httpx

from connectors.transport.credential import CREDENTIAL_HEADERS
from connectors.transport.origins import is_web, origin_of, shown
from harvester.ports.errors import UnexpectedAnswerError

MOST_REDIRECTS = 5
_PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
_FOLLOWED = _PERMANENT | {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT}
_KEY = "harvester.trail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The way that an answer took."""

    url: str
    """Where the answer came from in the end."""
    hops: int = 0
    moved: bool = False
    """Every hop was permanent: what was asked for now lives at ``url``."""


def trail_of(response: httpx.Response) -> Trail:
    """Say by which way an answer came."""
    trail = response.extensions.get(_KEY)
    return trail if isinstance(trail, Trail) else Trail(url=str(response.request.url))


class Redirects(httpx.AsyncBaseTransport):
    """The outermost transport: each hop passes the whole chain below, and is counted there."""

    def __init__(self, inner: httpx.AsyncBaseTransport, source: str) -> None:
        self._inner = inner
        self._source = source

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, and where the answer points.

        Raises:
            UnexpectedAnswerError: too many hops, or one that does not lead to a web address.
        """
        asked, moved = request.url, True
        for hops in range(MOST_REDIRECTS + 1):
            response = await self._inner.handle_async_request(request)
            location = response.headers.get("location")
            if (
                response.status_code not in _FOLLOWED
                or request.method not in ("GET", "HEAD")
                or location is None
            ):
                trail = Trail(url=str(request.url), hops=hops, moved=hops > 0 and moved)
                response.extensions[_KEY] = trail
                return response
            moved = moved and response.status_code in _PERMANENT
            request = self._next(request, location)
        raise UnexpectedAnswerError(
            f"source {self._source}: {shown(asked)} redirects more than {MOST_REDIRECTS} times;"
            " open it in a browser and correct the address in the configuration"
        )

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()

    def _next(self, request: httpx.Request, location: str) -> httpx.Request:
        try:
            url = request.url.join(location)
        except httpx.InvalidURL:
            url = httpx.URL()
        if not is_web(url):
            raise UnexpectedAnswerError(
                f"source {self._source}: {shown(request.url)} redirects to something that is not"
                " a web address; the forge, or a proxy before it, is set up wrongly"
            )
        headers = request.headers.copy()
        headers.pop("host", None)
        if origin_of(url) != origin_of(request.url):
            for name in CREDENTIAL_HEADERS:
                headers.pop(name, None)
        return httpx.Request(
            request.method, url, headers=headers, extensions=dict(request.extensions)
        )
