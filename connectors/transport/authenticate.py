# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Adds the token to requests that go to the API's own origins, and to no others (law 6)."""

import httpx

from connectors.transport.ask import ask_of
from connectors.transport.credential import CREDENTIAL_HEADERS, Credential


class Authenticate(httpx.AsyncBaseTransport):
    """Sends a copy of the request, so that nobody above ever holds one with the token in it."""

    def __init__(self, inner: httpx.AsyncBaseTransport, credential: Credential) -> None:
        self._inner = inner
        self._credential = credential

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as the account that its address asks for."""
        headers = request.headers.copy()
        if not (ask_of(request).own_authorization and self._credential.covers(request.url)):
            for name in CREDENTIAL_HEADERS:
                headers.pop(name, None)
            if self._credential.covers(request.url):
                headers.update(await self._credential.headers())
        return await self._inner.handle_async_request(
            httpx.Request(
                request.method,
                request.url,
                headers=headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        )

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()
