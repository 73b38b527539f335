# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Sends one request over the wire and reads the whole answer, within its time and size."""

import asyncio
import ssl
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import certifi
import httpx

from connectors.transport.body import ACCEPT_ENCODING, read_body, unpacked_headers
from connectors.transport.origins import shown
from harvester.ports.connector import HttpOptions
from harvester.ports.errors import SourceError


class Network(httpx.AsyncBaseTransport):
    """The innermost transport. Answers leave it read; there are no cookies.

    Proxies come from the environment (``HTTPS_PROXY``, ``HTTP_PROXY``, ``NO_PROXY``), trusted
    authorities from the system, and one more file of them from the settings.

    Args:
        http: time, size, authorities.
        source: the configured name, for messages.
        direct: past any proxy.
    """

    def __init__(self, http: HttpOptions, source: str, *, direct: bool = False) -> None:
        self._source = source
        self._timeout = http.timeout
        # waiting for a free connection is not part of the exchange
        self._timeouts = httpx.Timeout(http.timeout, pool=None).as_dict()
        self._limit = http.max_body
        self._client = httpx.AsyncClient(
            verify=trusted(http.ca_file, source),
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=not direct,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Exchange one request for one answer.

        Raises:
            httpx.TransportError: no answer, or none in time (``HttpOptions.timeout``).
            TooLargeError: the answer is larger than ``HttpOptions.max_body``.
        """
        request.headers["accept-encoding"] = ACCEPT_ENCODING
        request.extensions = {**request.extensions, "timeout": self._timeouts}
        try:
            async with asyncio.timeout(self._timeout):
                return await self._exchange(request)
        except TimeoutError as error:
            raise httpx.ReadTimeout(
                f"no whole answer within {self._timeout:g} s", request=request
            ) from error

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _exchange(self, request: httpx.Request) -> httpx.Response:
        response = await self._client.send(request, stream=True)
        try:
            subject = f"source {self._source}: {shown(request.url)}"
            body = await read_body(response, self._limit, subject=subject)
        finally:
            await response.aclose()
        return httpx.Response(
            response.status_code,
            headers=unpacked_headers(response),
            content=body or None,
            extensions={"reason_phrase": response.reason_phrase.encode("ascii", "replace")},
        )


def trusted(ca_file: str | None, source: str) -> ssl.SSLContext:
    """Give the authorities that are believed: the system's, and those of ``ca_file``.

    Raises:
        SourceError: the file cannot be read, or holds no certificates.
    """
    try:
        changed = Path(ca_file).stat().st_mtime_ns if ca_file is not None else 0
        return _context(ca_file, changed)
    except (OSError, ssl.SSLError) as error:
        raise SourceError(
            f"source {source}: http.ca_file {ca_file} cannot be used ({error});"
            " it must be a readable PEM file of certificates"
        ) from error


@lru_cache(maxsize=8)
def _context(ca_file: str | None, _changed: int) -> ssl.SSLContext:
    """Read the certificates, which takes longer than a request, once for each file as it is."""
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not (paths.cafile or paths.capath):
        context.load_verify_locations(cafile=certifi.where())
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context
