# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""python-gitlab over the HTTP chain: ``gitlab.Gitlab(url, backend=partial(ChainBackend, bridge))``.

The chain authenticates, waits, retries and counts, so that python-gitlab gets no token and never
sees an answer that it would wait for or try again: those end as harvester's own errors.
"""

import functools
import io
from typing import Any

import gitlab
import httpx
import requests
from gitlab._backends.requests_backend import RequestsBackend, RequestsResponse

from connectors.transport.ask import Ask, Kind
from connectors.transport.bridge import Bridge


class ChainBackend(RequestsBackend):
    """A backend that prepares requests as python-gitlab does and sends them over the bridge."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge

    def http_request(self, method: str, url: str, *_: Any, **given: Any) -> RequestsResponse:
        """Send one request; time, certificates and streaming are the chain's business.

        Raises:
            SourceError: as :meth:`connectors.transport.bridge.Bridge.request` raises it.
        """
        prepared = requests.Request(
            method,
            url,
            params=given.get("params"),
            json=given.get("json"),
            data=given.get("data"),
            headers=given.get("headers"),
        ).prepare()
        raw = httpx.URL(str(prepared.url)).path.endswith("/raw")
        answer = self._bridge.request(
            str(prepared.method),
            str(prepared.url),
            headers={name: str(value) for name, value in prepared.headers.items()},
            content=_bytes(prepared.body),
            ask=Ask(kind=Kind.RAW if raw else Kind.REST),
        )
        response = requests.Response()
        response.status_code = answer.status_code
        response.reason = answer.reason_phrase
        response.headers.update(answer.headers)
        response.url = str(prepared.url)
        response.request = prepared
        response.raw = io.BytesIO(answer.content)
        return RequestsResponse(response)


def gitlab_over(bridge: Bridge, url: str) -> gitlab.Gitlab:
    """Give python-gitlab's client for a forge, on the chain; use it in ``bridge.run``.

    Args:
        bridge: to the chain of the source.
        url: of the forge, without ``/api/v4``.
    """
    return gitlab.Gitlab(
        url,
        backend=functools.partial(ChainBackend, bridge),
        per_page=100,
        retry_transient_errors=False,
        keep_base_url=True,
    )


def _bytes(body: object) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    raise TypeError("harvester uploads nothing: a streamed body has no way over the bridge")
