# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What all have in common: an answer, whatever happens, with a request id; HEAD as there is GET."""

import re
import secrets

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from harvester.feed.api import problems
from harvester.feed.api.packing import HEAD

REQUEST_ID = "x-request-id"
SEQUENCE = "x-change-sequence"
"""Header with the number of the newest change of the moment that an answer is of."""
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOG: structlog.stdlib.BoundLogger = structlog.get_logger("harvester.api")


class Manners:
    """ASGI middleware, the outermost."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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
                MutableHeaders(scope=message)[REQUEST_ID] = number
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

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
