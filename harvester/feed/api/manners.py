# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What all have in common: an answer, whatever happens, with a request id; HEAD as there is GET."""

import re
import secrets

import structlog
from anyio import fail_after
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harvester.feed.api import problems
from harvester.feed.api.packing import HEAD

REQUEST_ID = "x-request-id"
SEQUENCE = "x-change-sequence"
"""Header with the number of the newest change of the moment that an answer is of."""
PATIENCE = 60.0
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("harvester.api")


class Manners:
    """ASGI middleware, the outermost.

    Args:
        app: what answers.
        patience: seconds that a client may take for a part of its answer. Who takes longer, reads
            no more: what is held for its sake, such as a snapshot of the database, is let go.
    """

    def __init__(self, app: ASGIApp, *, patience: float = PATIENCE) -> None:
        self._app = app
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with an id that its answer and its log lines have too."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        number = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        head = scope["method"] == "HEAD"
        if head:
            scope = {**scope, "method": "GET", HEAD: True}

        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _signed(MutableHeaders(scope=message), number)
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            try:
                with fail_after(self._patience):
                    await send(message)
            except TimeoutError:
                raise ClientDisconnect from None

        with structlog.contextvars.bound_contextvars(request=number):
            try:
                await self._app(scope, receive, sent)
            except ClientDisconnect:
                _LOG.info("a client left before its answer ended", path=scope["path"])
            except Exception:
                _LOG.exception("a request met a defect", path=scope["path"])
                if begun:  # the client learns of it by the answer's being cut off
                    raise
                await problems.defect()(scope, receive, sent)


def _signed(headers: MutableHeaders, number: str) -> None:
    """Write the request's id, and that there is HEAD wherever there is GET."""
    headers[REQUEST_ID] = number
    allowed = headers.get("allow", "").split(", ")
    if "GET" in allowed and "HEAD" not in allowed:
        headers["allow"] = ", ".join([*allowed, "HEAD"])
