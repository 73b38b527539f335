# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Asks conditionally where an earlier answer is kept, and gives that answer back on a 304."""

from http import HTTPStatus

import httpx

from connectors.transport.ask import ask_of
from connectors.transport.pool import speaker_of
from harvester.ports.http import Clock, Validator
from harvester.ports.http import Validators as Store

_KEPT = ("content-type", "link", "etag", "last-modified", "x-total", "x-total-pages")
_KEY = "harvester.from_cache"


def is_from_cache(response: httpx.Response) -> bool:
    """Say whether an answer is the one of last time, which the forge said still holds."""
    return response.extensions.get(_KEY) is True


class Validators(httpx.AsyncBaseTransport):
    """Only for GETs that ask for it; a kept answer is found by URL and account."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        store: Store,
        clock: Clock,
    ) -> None:
        self._inner = inner
        self._store = store
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, with what the kept answer was marked with."""
        if not ask_of(request).conditional or request.method != "GET":
            return await self._inner.handle_async_request(request)
        url, account = str(request.url), speaker_of(request).account
        kept = await self._store.get(url, account)
        if kept is not None:
            request = _conditional(request, kept)
        response = await self._inner.handle_async_request(request)
        if response.status_code == HTTPStatus.NOT_MODIFIED and kept is not None:
            return _again(response, kept)
        if response.status_code == HTTPStatus.OK:
            await self._keep(url, account, response)
        return response

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()

    async def _keep(self, url: str, account: str, response: httpx.Response) -> None:
        headers = response.headers
        etag, last_modified = headers.get("etag"), headers.get("last-modified")
        if etag is None and last_modified is None:
            return
        validator = Validator(
            etag=etag,
            last_modified=last_modified,
            headers={name: headers[name] for name in _KEPT if name in headers},
            body=response.content,
            stored_at=self._clock.now(),
        )
        await self._store.put(url, account, validator)


def _conditional(request: httpx.Request, kept: Validator) -> httpx.Request:
    headers = request.headers.copy()
    if kept.etag is not None:
        headers["if-none-match"] = kept.etag
    if kept.last_modified is not None:
        headers["if-modified-since"] = kept.last_modified
    return httpx.Request(
        request.method, request.url, headers=headers, extensions=dict(request.extensions)
    )


def _again(response: httpx.Response, kept: Validator) -> httpx.Response:
    headers = response.headers.copy()
    headers.pop("content-length", None)
    headers.update(kept.headers)
    return httpx.Response(
        HTTPStatus.OK,
        headers=headers,
        content=kept.body,
        extensions={**response.extensions, _KEY: True},
    )
