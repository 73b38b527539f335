# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the daemon says over HTTP: whether it lives, whether it is ready, and its figures."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from harvester.daemon.metrics import CONTENT_TYPE, Metrics
from harvester.daemon.requests import Desk, WishDesk, refreshing, routes
from harvester.ports.errors import HarvesterError

_LAST_ANSWERS = 5
"""Seconds that clients have, in the end, to read what they are being sent."""
Trouble = Callable[[], str | None]
"""Says what is wrong; None if nothing is."""


class ListenError(HarvesterError):
    """The address to listen at cannot be had."""


def application(
    metrics: Metrics, desk: Desk, *, dead: Trouble, unready: Trouble, api: ASGIApp | None = None
) -> Starlette:
    """Make the application.

    Args:
        metrics: what ``/metrics`` gives.
        desk: who takes wishes.
        dead: why a supervisor should start the daemon anew, for ``/livez``.
        unready: why it does no work now, for ``/readyz``.
        api: answers all other addresses; None: nobody does.
    """

    def figures(_request: Request) -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    own = Starlette(
        routes=[
            Route("/livez", _said(dead)),
            Route("/readyz", _said(unready)),
            Route("/metrics", figures),
            *routes(desk),
        ]
    )
    return own if api is None else _beside(own, api)


def front(api: ASGIApp, desk: WishDesk, *, unready: Trouble) -> Starlette:
    """Make the application of `harvester serve`: the API, and what supervisors ask.

    Args:
        api: answers all other addresses.
        desk: who takes wishes.
        unready: why the catalogue cannot be read now, for ``/readyz``.
    """
    own = Starlette(
        routes=[
            Route("/livez", _said(lambda: None)),
            Route("/readyz", _said(unready)),
            refreshing(desk),
        ]
    )
    return _beside(own, api)


def _beside(own: Starlette, api: ASGIApp) -> Starlette:
    """Let the API answer all other addresses, those with a line break too, which no mount takes."""
    own.router.redirect_slashes = False
    own.router.default = api
    return own


def _said(trouble: Trouble) -> Callable[[Request], Response]:
    def answer(_request: Request) -> Response:
        text = trouble()
        return PlainTextResponse(f"{text or 'ok'}\n", status_code=503 if text else 200)

    return answer


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the daemon."""
        yield


@asynccontextmanager
async def served(app: ASGIApp, listen: str, *, table: str = "daemon") -> AsyncIterator[str]:
    """Serve an application at ``HOST:PORT`` as long as the context lasts; gives the address.

    Args:
        app: what answers.
        listen: the address.
        table: of the settings, where ``listen`` stands.

    Raises:
        ListenError: the address cannot be had.
    """
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, int(port)), family=family)
    except OSError as error:
        raise ListenError(
            f"nothing can be served at {listen}: {error.strerror or error}; set listen in [{table}]"
        ) from None
    # Connections inherit it; else what follows the headers waits 40 ms for the client to say so.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        name, number = listening.getsockname()[:2]
        yield f"http://{f'[{name}]' if ':' in name else name}:{number}"
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await serving
        listening.close()
