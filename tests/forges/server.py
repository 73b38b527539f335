# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What both stand-in forges share: a real HTTP server on loopback, a log, faults, credentials.

A forge is an ASGI application of its own around the routes that a subclass names::

    with GitLabForge(world) as forge:
        httpx.get(f"{forge.url}/api/v4/projects")
    assert forge.requests("rest") == 1
"""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import Message, Receive, Scope, Send

from tests.forges.clock import ManualClock
from tests.forges.faults import (
    Answer,
    Call,
    Change,
    Cut,
    Delay,
    Drop,
    Fault,
    Faults,
    Hang,
    Raw,
    Request,
    Vanish,
)
from tests.forges.limits import Meter
from tests.forges.world import ANONYMOUS, Viewer, World


@dataclass(slots=True)
class Exchange:
    """One request and what became of it."""

    request: Request
    status: int | None = None
    """None where no answer was begun."""
    sent: int = 0
    """Bytes of the answer's body."""
    text_bytes: int = 0
    """Of these, bytes of files in repositories."""
    points: int = 0
    """What the forge charges beyond the request itself: GitHub's points, GitLab's complexity."""


class Forge:
    """A stand-in for one forge.

    Args:
        world: what it holds.
        public_url: the address that its answers give as their own, for playing a real host; its
            loopback address if None.
    """

    def __init__(self, world: World, *, public_url: str | None = None) -> None:
        self.world = world
        self.faults = Faults()
        self.log: list[Exchange] = []
        self.tokens: dict[str, Viewer] = {}
        """Credentials that are good, and whose they are."""
        self.meter = Meter(world.clock.now)
        self._public_url = public_url
        self._last_number = 0
        self._defects: list[Exception] = []
        self._socket: socket.socket | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._app = Starlette(routes=list(self.routes()))

    # --- what a subclass says ---------------------------------------------------------------

    def routes(self) -> Sequence[BaseRoute]:
        """Name the addresses that are served; their endpoints are coroutines that do not wait."""
        raise TypeError(f"{type(self).__name__} serves nothing: it must name its routes")

    def kind_of(self, path: str) -> str:
        """Say which kind of request a path is: ``graphql``, ``rest``, ``raw`` or ``web``."""
        raise TypeError(f"{type(self).__name__} must tell the kinds of its requests apart")

    def token_of(self, headers: dict[str, str], query: str) -> str | None:
        """Find the credential that a request shows."""
        scheme, _, value = headers.get("authorization", "").partition(" ")
        return value.strip() or None if scheme.lower() in ("bearer", "token") else None

    # --- what a test asks -------------------------------------------------------------------

    @property
    def clock(self) -> ManualClock:
        """The clock of its world."""
        return self.world.clock

    @property
    def port(self) -> int:
        """The port on loopback; only while it runs."""
        if self._socket is None:
            raise RuntimeError("this stand-in is not running; use it in a with statement")
        return int(self._socket.getsockname()[1])

    @property
    def is_listening(self) -> bool:
        """Say whether somebody new would be answered."""
        return self._server is not None and any(one.is_serving() for one in self._server.servers)

    @property
    def url(self) -> str:
        """Where it really listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def public_url(self) -> str:
        """The address that it gives as its own."""
        return self._public_url or self.url

    def requests(self, kind: str | None = None) -> int:
        """Count the requests that came in, of one kind or of all."""
        return sum(1 for e in self.log if kind in (None, e.request.kind))

    @property
    def kinds(self) -> Counter[str]:
        """Requests by kind."""
        return Counter(e.request.kind for e in self.log)

    @property
    def points(self) -> int:
        """What was charged in all."""
        return sum(e.points for e in self.log)

    @property
    def text_bytes(self) -> int:
        """Bytes of files that were sent in all."""
        return sum(e.text_bytes for e in self.log)

    @property
    def tokens_seen(self) -> set[str]:
        """Every credential that any request showed."""
        return {e.request.token for e in self.log if e.request.token is not None}

    def forget(self) -> None:
        """Empty the log; the numbers of requests go on."""
        self.log.clear()

    # --- running ----------------------------------------------------------------------------

    def start(self, port: int = 0) -> None:
        """Listen on loopback, on a free port unless one is given."""
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(128)
        self._socket = listening
        config = uvicorn.Config(
            self.serve,
            interface="asgi3",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listening]}, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and wait for the server's end."""
        if self._server and self._thread and self._socket:
            self._server.finish()
            self._thread.join(timeout=10)
            self._socket.close()
            if self._thread.is_alive():
                raise RuntimeError("the stand-in did not stop within 10 seconds")
        self._server = self._thread = self._socket = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if self._defects and error is None:
            raise ExceptionGroup("the stand-in failed while it answered", self._defects)

    # --- answering --------------------------------------------------------------------------

    def viewer(self, request: Request) -> Viewer | None:
        """Say who asks; None where the credential is wrong."""
        return ANONYMOUS if request.token is None else self.tokens.get(request.token)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what goes wrong here is a defect, told when the stand-in stops."""
        try:
            await self._serve(scope, receive, send)
        except Exception as error:
            self._defects.append(error)
            raise

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log the request, meet the faults that are planned, tell the truth."""
        request = await self._read(scope, receive)
        exchange = Exchange(request)
        self._last_number = request.number
        self.log.append(exchange)
        scope["state"] = {"request": request, "exchange": exchange}
        cut: Cut | None = None
        changes: list[Change] = []
        for fault in self.faults.due(request):
            if isinstance(fault, Cut):
                cut = fault
            elif isinstance(fault, Change):
                changes.append(fault)
            elif await self._meet(fault, exchange, receive, send):
                return

        async def replay() -> Message:
            return {"type": "http.request", "body": request.body, "more_body": False}

        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        with self.world.lock:
            await self._app(scope, replay, keep)
        start = next(m for m in messages if m["type"] == "http.response.start")
        truth = Answer(
            status=start["status"],
            headers={k.decode("latin-1"): v.decode("latin-1") for k, v in start["headers"]},
            body=b"".join(m.get("body", b"") for m in messages[1:]),
        )
        for change in changes:
            truth = change.edit(truth)
        await self._reply(exchange, truth, receive, send, cut=cut)

    async def _read(self, scope: Scope, receive: Receive) -> Request:
        parts, more = [], True
        while more:
            message = await receive()
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        return Request(
            number=self._last_number + 1,
            kind=self.kind_of(scope["path"]),
            method=scope["method"],
            host=headers.get("host", ""),
            path=scope["path"],
            query=query,
            headers=headers,
            body=b"".join(parts),
            token=self.token_of(headers, query),
        )

    async def _meet(self, fault: Fault, exchange: Exchange, receive: Receive, send: Send) -> bool:
        """Act on a fault; True where the request has been dealt with."""
        match fault:
            case Call(action):
                action()
            case Delay(seconds):
                await asyncio.sleep(seconds)
            case Answer():
                await self._reply(exchange, fault, receive, send)
                return True
            case Drop():
                _abort(receive)
                return True
            case Hang():
                await self._hang(receive)
                return True
            case Raw(data):
                _transport(receive).write(data)
                _abort(receive)
                return True
            case Vanish():
                if self._server is not None:
                    self._server.listen_no_more()
                _abort(receive)
                return True
            case _:
                raise TypeError(f"no such fault: {fault!r}")
        return False

    async def _hang(self, receive: Receive) -> None:
        """Wait until the client or this stand-in has had enough."""
        gone = asyncio.ensure_future(receive())
        while not gone.done() and self._server and not self._server.should_exit:
            await asyncio.wait([gone], timeout=0.01)
        gone.cancel()
        _abort(receive)

    async def _reply(
        self,
        exchange: Exchange,
        answer: Answer,
        receive: Receive,
        send: Send,
        *,
        cut: Cut | None = None,
    ) -> None:
        exchange.status = answer.status
        headers = {name.lower(): value for name, value in answer.headers.items()}
        headers.setdefault("date", format_datetime(self.clock.now(), usegmt=True))
        if answer.body:
            headers["content-length"] = str(len(answer.body))
        elif answer.status not in (204, 304):
            headers.setdefault("content-length", "0")  # the answer to HEAD tells another
        raw = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        if cut is not None:
            first = answer.body[: cut.after]
            await send({"type": "http.response.body", "body": first, "more_body": True})
            if cut.then is not None:
                cut.then()
            _abort(receive)
            return
        exchange.sent = len(answer.body)
        await send({"type": "http.response.body", "body": answer.body})


class _Server(uvicorn.Server):
    """Starts and stops within milliseconds; uvicorn's own waits are for servers of the world."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._over: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def finish(self) -> None:
        """Stop; called from another thread."""
        self.should_exit = True
        if self._over is not None:
            loop, event = self._over
            loop.call_soon_threadsafe(event.set)

    def listen_no_more(self) -> None:
        """Close the listening sockets and what is idle; called on the server's own loop."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()

    async def main_loop(self) -> None:
        event = asyncio.Event()
        self._over = (asyncio.get_running_loop(), event)
        if not self.should_exit:
            await event.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=5)


def _abort(receive: Receive) -> None:
    """Close the connection under a request."""
    _transport(receive).close()


def _transport(receive: Receive) -> asyncio.Transport:
    """Give the connection under a request; ASGI has no word for it, so uvicorn's own is used."""
    transport: asyncio.Transport = getattr(receive, "__self__").transport  # noqa: B009 - a bound method behind a protocol
    return transport
