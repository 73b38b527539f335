# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Conditional requests: a strong ETag from the change head, and 304 after one cheap read.

What the API says follows from the catalogue's entries, and no entry changes without a change row:
so the newest row's number and time, the address that was asked for and the version that answers
name the very bytes. Where an answer shows what was written beside the entries, the count of that
belongs to it; entries' lists and dumps stay unchanged, however many logs a bot writes. The tag is
made before anything else is read, so that it can be older than the answer, never newer: then the
next request costs a full answer, and nobody keeps an old one.
"""

import hashlib
from collections.abc import Callable
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from harvester import __version__
from harvester.feed.api.context import Context
from harvester.ports.feed import Mark

JSON = "application/json"


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
        headers["last-modified"] = format_datetime(mark.at.replace(microsecond=0), usegmt=True)
    return headers


def is_known(request: Request, tag: str) -> bool:
    """Say whether the client has this very answer (RFC 9110, If-None-Match)."""
    given = [
        one.strip().removeprefix("W/")
        for line in request.headers.getlist("if-none-match")
        for one in line.split(",")
    ]
    return tag in given or "*" in given


def answered(
    request: Request,
    context: Context,
    make: Callable[[dict[str, str]], bytes],
    media: str = JSON,
    *,
    written: bool = False,
) -> Response:
    """Answer with what ``make`` gives, or with 304; it may add headers to those it is given.

    Args:
        request: what was asked.
        context: what handlers have at hand.
        make: gives the body.
        media: of which type it is.
        written: whether it shows what was written beside the entries.
    """
    headers = headers_of(request, context, context.feed.mark(written=written))
    if is_known(request, headers["etag"]):
        return Response(status_code=304, headers=headers)
    body = make(headers)
    return Response(body, headers=headers, media_type=media)


def answered_by_content(request: Request, context: Context, body: bytes) -> Response:
    """Answer with what more than the entries decides: the tag is of the bytes themselves."""
    headers = headers_of(request, context, Mark(seq=0, at=None))
    digest = hashlib.sha256(body).hexdigest()[:32]
    headers["etag"] = f'"{digest}{_suffix(request)}"'
    if is_known(request, headers["etag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=JSON)


def _suffix(request: Request) -> str:
    """Tell the compressed form of an answer from the plain one."""
    return "-gzip" if "gzip" in request.headers.get("accept-encoding", "") else ""
