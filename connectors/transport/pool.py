# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Chooses as whom a request is sent: the first token until it has nothing left, then the next.

Everything below reads the choice from the request: which gate it passes, which ledger and which
validators are its own, which token it carries.
"""

import logging
from http import HTTPStatus

import httpx

from connectors.transport.ask import ask_of
from connectors.transport.credential import NOBODY, Credential, Speaker
from connectors.transport.too_soon import TooSoonError
from harvester.ports.errors import ForbiddenError, NotFoundError, UnauthorisedError

logger = logging.getLogger(__name__)

_KEY = "harvester.speaker"
_NO_TOKEN = (UnauthorisedError, ForbiddenError, NotFoundError)
"""Why a token that is fetched cannot be had; from other requests, answers come instead."""


def speaker_of(message: httpx.Request | httpx.Response) -> Speaker:
    """Say as whom a request is sent, or to whom an answer was given."""
    speaker = message.extensions.get(_KEY)
    return speaker if isinstance(speaker, Speaker) else NOBODY


class Pool(httpx.AsyncBaseTransport):
    """Goes through the tokens that the source has; one that is refused is used no more."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport, credential: Credential, source: str
    ) -> None:
        self._inner = inner
        self._credential = credential
        self._source = source
        self._retired: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as the first account that may.

        Raises:
            TooSoonError: none may; it says which may first.
        """
        if not self._credential.covers(request.url):
            return await self._as(NOBODY, request)
        if own := ask_of(request).own_authorization:
            return await self._as(Speaker(account=own, name=own), request)
        refusals: list[TooSoonError] = []
        for speaker in self._speakers():
            try:
                response = await self._as(speaker, request)
            except TooSoonError as error:
                if error.everybody:
                    raise
                refusals.append(error)
                continue
            except _NO_TOKEN:
                if self._retires(speaker):
                    continue
                raise
            if response.status_code == HTTPStatus.UNAUTHORIZED and self._retires(speaker):
                continue
            return response
        raise TooSoonError.earliest(refusals)

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()

    async def _as(self, speaker: Speaker, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(
            httpx.Request(
                request.method,
                request.url,
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, _KEY: speaker},
            )
        )
        response.extensions[_KEY] = speaker
        return response

    def _speakers(self) -> list[Speaker]:
        return [one for one in self._credential.speakers if one.account not in self._retired]

    def _retires(self, speaker: Speaker) -> bool:
        """Retire a speaker that was refused; not the last one, whose refusal is the source's."""
        if speaker.account not in self._retired:
            if len(self._speakers()) == 1:
                return False
            self._retired.add(speaker.account)
            logger.warning(
                "source %s: the forge refused %s (401); the other tokens are used, this"
                " one no more in this run: renew it, or take it out of the configuration",
                self._source,
                speaker.name,
            )
        return True
