# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Adds the token to requests that go to the API's own origins, and to no others (law 6)."""

from http import HTTPStatus

import httpx

from connectors.transport.ask import ask_of
from connectors.transport.credential import CREDENTIAL_HEADERS, Credential
from connectors.transport.pool import speaker_of


class Authenticate(httpx.AsyncBaseTransport):
    """Sends a copy of the request, so that nobody above ever holds one with the token in it."""

    def __init__(self, inner: httpx.AsyncBaseTransport, credential: Credential) -> None:
        self._inner = inner
        self._credential = credential

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as its speaker; a token that can be renewed is, once, after a 401."""
        covered = self._credential.covers(request.url)
        if covered and ask_of(request).own_authorization:
            return await self._send(request, request.headers)
        headers = request.headers.copy()
        for name in CREDENTIAL_HEADERS:
            headers.pop(name, None)
        speaker = speaker_of(request)
        if not covered or speaker.provider is None:
            return await self._send(request, headers)
        form, token = self._credential.form, await speaker.provider()
        headers[form.name] = form.prefix + token
        response = await self._send(request, headers)
        if response.status_code == HTTPStatus.UNAUTHORIZED and speaker.refused is not None:
            await speaker.refused(token)
            headers[form.name] = form.prefix + await speaker.provider()
            response = await self._send(request, headers)
        return response

    async def _send(self, request: httpx.Request, headers: httpx.Headers) -> httpx.Response:
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
