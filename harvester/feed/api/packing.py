# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Compressed answers: zstd (RFC 8878) or gzip, whichever a client likes best.

Starlette's middleware for gzip takes that word anywhere in ``Accept-Encoding`` for consent, knows
no zstd and tells nobody what it chose, which the tag of an answer depends on. So the choice is made
here, and its responders do the rest: what is large is packed in a thread, and each part of a stream
is flushed, so that neither end holds more than that part.
"""

import re
import sys
from enum import StrEnum
from http import HTTPStatus

import anyio.to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipResponder, IdentityResponder
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdCompressor
else:
    from backports.zstd import ZstdCompressor

_LEAST = 500
"""Bytes of an answer that is worth compressing."""
_GZIP_LEVEL = 5
"""Nearly as small as the strongest, in a third of its time."""
_ZSTD_LEVEL = 3
"""The library's own choice: smaller than gzip at 5, in a third of its time."""
_IN_A_THREAD = 64 * 1024
"""Bytes that take so long that others would wait."""
_WEIGHT = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")
_OF_BODIES = {"content-length", "content-encoding"}
HEAD = "harvester.head"
"""Key of an ASGI scope that is there when nobody reads the body."""


class Coding(StrEnum):
    """How an answer is packed, the best first."""

    ZSTD = "zstd"
    GZIP = "gzip"
    IDENTITY = "identity"


def coding_of(headers: Headers) -> Coding:
    """Choose how to answer (RFC 9110, 12.5.3): what has the greatest weight, ours among equals.

    What cannot be read as a weight is a refusal. Where everything is refused, the answer is given
    as it is, which the standard allows.
    """
    weights: dict[str, float] = {}
    for line in headers.getlist("accept-encoding"):
        for one in line.split(","):
            name, _, parameter = (part.strip().lower() for part in one.partition(";"))
            weights[name.removeprefix("x-")] = _weight(parameter)
    others = weights.get("*", 0.0)
    packed = max((Coding.ZSTD, Coding.GZIP), key=lambda coding: weights.get(coding, others))
    weight = weights.get(packed, others)
    return packed if weight > weights.get(Coding.IDENTITY, 0.0) else Coding.IDENTITY


def _weight(parameter: str) -> float:
    if not parameter:
        return 1.0
    name, _, value = (part.strip() for part in parameter.partition("="))
    return float(value) if name == "q" and _WEIGHT.fullmatch(value) else 0.0


class Packing:
    """ASGI middleware: packs what is worth it, and says that the answer depends on the client."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back, packed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        coding = coding_of(Headers(scope=scope))

        async def varied(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if "accept-encoding" not in headers.get("vary", "").lower():
                    headers.add_vary_header("Accept-Encoding")
                # Of a stream that nobody reads, nothing is there to be packed.
                unread = HEAD in scope and _OF_BODIES.isdisjoint(headers.keys())
                if unread and message["status"] == HTTPStatus.OK and coding is not Coding.IDENTITY:
                    headers["content-encoding"] = coding
            await send(message)

        await self._responder(coding)(scope, receive, varied)

    def _responder(self, coding: Coding) -> ASGIApp:
        if coding is Coding.ZSTD:
            return _ZstdResponder(self._app, _LEAST)
        if coding is Coding.GZIP:
            return GZipResponder(
                self._app, _LEAST, compresslevel=_GZIP_LEVEL, thread_minimum_size=_IN_A_THREAD
            )
        return IdentityResponder(self._app, _LEAST)


class _ZstdResponder(IdentityResponder):
    content_encoding = Coding.ZSTD.value

    def __init__(self, app: ASGIApp, minimum_size: int) -> None:
        super().__init__(app, minimum_size)
        self._compressor: ZstdCompressor | None = None

    async def apply_compression(self, body: bytes, *, more_body: bool) -> bytes:
        if len(body) < _IN_A_THREAD:
            return self._pack(body, more_body)
        return await anyio.to_thread.run_sync(self._pack, body, more_body)

    def _pack(self, body: bytes, more_body: bool) -> bytes:
        if self._compressor is None:
            self._compressor = ZstdCompressor(_ZSTD_LEVEL)
        if more_body:
            return self._compressor.compress(body, ZstdCompressor.FLUSH_BLOCK)
        return self._compressor.compress(body, ZstdCompressor.FLUSH_FRAME)
