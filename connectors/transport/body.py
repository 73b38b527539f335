# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads a body whole, but never more of it than allowed, packed or unpacked."""

import zlib
from collections.abc import AsyncIterator

import httpx

from harvester.ports.errors import TooLargeError, UnexpectedAnswerError

ACCEPT_ENCODING = "gzip, deflate"
"""What :func:`read_body` can unpack within bounds."""
_DIGITS = 18
"""More digits than the size of anything has."""
_BODILESS = frozenset({204, 304})


class CutAnswerError(httpx.RemoteProtocolError):
    """The answer ended before its body did."""


async def read_body(response: httpx.Response, limit: int, *, subject: str) -> bytes:
    """Read and unpack the body of a streamed answer.

    Args:
        response: not read yet.
        limit: the most bytes, as sent and as unpacked.
        subject: what messages name: source and address.

    Raises:
        TooLargeError: it is larger; what came beyond the limit was not read.
        CutAnswerError: it ended early.
        UnexpectedAnswerError: it is packed in a way that was not asked for.
    """
    if response.request.method == "HEAD" or response.status_code in _BODILESS:
        return b""
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > _DIGITS or int(announced) > limit):
        raise _too_large(subject, limit)
    parts: list[bytes] = []
    size = 0
    async for part in _unpacked(response, limit, subject):
        size += len(part)
        if size > limit:
            raise _too_large(subject, limit)
        parts.append(part)
    return b"".join(parts)


def unpacked_headers(response: httpx.Response) -> httpx.Headers:
    """Give the headers of an answer whose body :func:`read_body` has unpacked."""
    headers = response.headers.copy()
    for name in ("content-encoding", "transfer-encoding"):
        headers.pop(name, None)
    if response.request.method != "HEAD":
        headers.pop("content-length", None)
    return headers


async def _raw(response: httpx.Response, subject: str) -> AsyncIterator[bytes]:
    try:
        async for part in response.aiter_raw():
            yield part
    except (httpx.RemoteProtocolError, httpx.ReadError) as error:
        raise CutAnswerError(f"{subject}: the answer was cut off: {error}") from error


async def _unpacked(response: httpx.Response, limit: int, subject: str) -> AsyncIterator[bytes]:
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing in ("identity", ""):
        async for part in _raw(response, subject):
            yield part
        return
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise UnexpectedAnswerError(
            f"{subject}: the answer is packed as {packing[:40]!r}, which was not asked for;"
            " the forge, or a proxy before it, is set up wrongly"
        )
    # zlib unpacks no more than it is told to, so that a bomb never unfolds
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    received = 0
    try:
        async for part in _raw(response, subject):
            received += len(part)
            if received > limit:
                raise _too_large(subject, limit)
            yield unpacker.decompress(part, limit + 1)
            if unpacker.unconsumed_tail:
                raise _too_large(subject, limit)
    except zlib.error as error:
        raise UnexpectedAnswerError(
            f"{subject}: the answer is not {packing} as it says ({error});"
            " the forge, or a proxy before it, is set up wrongly"
        ) from error
    if received and not unpacker.eof:
        raise CutAnswerError(f"{subject}: the packed answer was cut off")


def _too_large(subject: str, limit: int) -> TooLargeError:
    return TooLargeError(
        f"{subject}: the answer is larger than {limit:,} bytes and was not read; what harvester"
        " reads is far smaller, so look at what the address gives"
    )
