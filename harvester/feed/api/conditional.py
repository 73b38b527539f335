# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Conditional requests: a strong ETag from the change head, and 304 after one cheap read.

``If-None-Match`` counts where it is there, else ``If-Modified-Since`` (RFC 9110, 13.2.2).

What the API says follows from the catalogue's entries, and no entry changes without a change row:
so the newest row's number and time, the address that was asked for and the version that answers
name the very bytes. Where an answer shows what was written beside the entries, the count of that
belongs to it; entries' lists and dumps stay unchanged, however many logs a bot writes. The tag is
made before anything else is read, so that it can be older than the answer, never newer: then the
next request costs a full answer, and nobody keeps an old one.
"""

import hashlib
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from itertools import chain

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from harvester import __version__
from harvester.feed.api.context import Context
from harvester.feed.api.modified import is_unmodified
from harvester.feed.api.packing import HEAD, Coding, coding_of
from harvester.feed.api.turns import taken
from harvester.ports.feed import Mark

JSON = "application/json"
_CHUNK = 128 * 1024
"""Bytes that are handed to the client at once, at least."""


def tag_of(request: Request, context: Context, mark: Mark) -> str:
    """Give the strong ETag of an answer; one that is compressed has another."""
    said = "\n".join(
        (
            __version__,
            repr(context.options),
            f"{mark.seq} {mark.written} {mark.at.isoformat() if mark.at else '-'}",
            str(request.base_url),  # some answers have addresses in them, as they were asked for
            request.scope["path"],
            request.scope["query_string"].decode("latin-1"),
        )
    )
    digest = hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()[:32]
    return f'"{digest}{_suffix(request)}"'


def headers_of(request: Request, context: Context, mark: Mark) -> dict[str, str]:
    """Give the headers that let an answer be kept and asked for again."""
    seconds = int(context.options.cache_for.total_seconds())
    headers = {
        "etag": tag_of(request, context, mark),
        "cache-control": f"public, max-age={seconds}",
    }
    if mark.at is not None:
        since = context.modified.since(mark, context.now()) or mark.at.replace(microsecond=0)
        headers["last-modified"] = format_datetime(since, usegmt=True)
    return headers


def is_known(request: Request, context: Context, mark: Mark, tag: str) -> bool:
    """Say whether the client has the very answer of a moment that would have this tag."""
    if "if-none-match" not in request.headers:
        now = context.now()
        said = request.headers.getlist("if-modified-since")
        return bool(said) and is_unmodified(said, context.modified.since(mark, now), now)
    given = [
        one.strip().removeprefix("W/")
        for line in request.headers.getlist("if-none-match")
        for one in line.split(",")
    ]
    return tag in given or "*" in given


def answered(
    request: Request,
    context: Context,
    make: Callable[[dict[str, str]], bytes | Iterator[bytes]],
    media: str = JSON,
    *,
    written: bool = False,
) -> Response:
    """Answer with what ``make`` gives, or with 304; it may add headers to those it is given.

    Args:
        request: what was asked.
        context: what handlers have at hand.
        make: gives the body, whole or in pieces.
        media: of which type it is.
        written: whether it shows what was written beside the entries.
    """
    mark = context.feed.mark(written=written)
    headers = headers_of(request, context, mark)
    if is_known(request, context, mark, headers["etag"]):
        return Response(status_code=304, headers=headers)
    return given(request, make(headers), headers, media)


def answered_by_content(request: Request, context: Context, body: bytes) -> Response:
    """Answer with what more than the entries decides: the tag is of the bytes themselves."""
    return _answered_by(request, context, body, lambda _headers: body)


def answered_by_finds(
    request: Request,
    context: Context,
    mark: Mark,
    found: object,
    make: Callable[[dict[str, str]], bytes | Iterator[bytes]],
) -> Response:
    """Answer with entries that more than the entries chooses.

    Args:
        request: what was asked.
        context: what is at hand.
        mark: the moment, read before they were chosen.
        found: which they are, and what else the answer says. With the moment it decides the bytes.
        make: gives these, whole or in pieces, and may add headers.
    """
    said = f"{tag_of(request, context, mark)} {found!r}"
    return _answered_by(request, context, said.encode(errors="surrogatepass"), make)


def _answered_by(
    request: Request,
    context: Context,
    said: bytes,
    make: Callable[[dict[str, str]], bytes | Iterator[bytes]],
) -> Response:
    nothing = Mark(seq=0, at=None)
    headers = headers_of(request, context, nothing)
    headers["etag"] = f'"{hashlib.sha256(said).hexdigest()[:32]}{_suffix(request)}"'
    if is_known(request, context, nothing, headers["etag"]):
        return Response(status_code=304, headers=headers)
    return given(request, make(headers), headers, JSON)


def given(
    request: Request, body: bytes | Iterator[bytes], headers: dict[str, str], media: str
) -> Response:
    """Give an answer: whole, or as a stream, of which a part is held at a time.

    A stream begins with what it needs to fail honestly: as long as nothing is sent, an error is an
    answer of its own.
    """
    chunks = iter((body,)) if isinstance(body, bytes) else _chunks(body)
    first = next(chunks)
    second = next(chunks, None)
    if second is None:
        return Response(first, headers=headers, media_type=media)
    if HEAD in request.scope:
        return unread(headers, media)
    parts = taken(chain((first, second), chunks))
    return StreamingResponse(parts, headers=headers, media_type=media)


def unread(headers: dict[str, str], media: str) -> Response:
    """Answer HEAD for what is streamed: how long it would be, nobody knows."""
    response = Response(headers=headers, media_type=media)
    del response.headers["content-length"]
    return response


def _chunks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Put pieces together to chunks; there is one at least."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _suffix(request: Request) -> str:
    """Tell the compressed forms of an answer from the plain one."""
    coding = coding_of(request.headers)
    return "" if coding is Coding.IDENTITY else f"-{coding}"
