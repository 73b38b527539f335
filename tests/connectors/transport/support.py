# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A server that can be as wrong as a forge, a clock that jumps, stores that forget nothing."""

import asyncio
import gzip
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from connectors.transport.chain import Chain, open_chain
from connectors.transport.credential import BEARER, HeaderForm, credential
from harvester.ports.connector import AccessToken, ForgeAccess, HttpOptions
from harvester.ports.http import Ledger, Validator

START = datetime(2026, 11, 1, 12, 0, 0, tzinfo=UTC)


class JumpingClock:
    """Sleeps by moving its hands."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class MemoryBudgets:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], Ledger] = {}

    async def load(self, origin: str, token: str) -> tuple[Ledger, ...]:
        return tuple(x for x in self.kept.values() if (x.origin, x.token) == (origin, token))

    async def save(self, ledger: Ledger) -> None:
        self.kept[(ledger.origin, ledger.token, ledger.resource)] = ledger


class MemoryValidators:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Validator] = {}

    async def get(self, url: str, token: str) -> Validator | None:
        return self.kept.get((url, token))

    async def put(self, url: str, token: str, validator: Validator) -> None:
        self.kept[(url, token)] = validator


@dataclass(kw_only=True)
class Got:
    """A request as the server got it."""

    method: str
    target: str
    headers: httpx.Headers
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(kw_only=True)
class Reply:
    """What the server says."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    announce: int | None = None
    """Content-Length, where it is to lie."""
    drip: float | None = None
    """Seconds between two bytes."""
    hang_up: bool = False
    """Close the connection instead of answering."""


def answer(value: object, status: int = 200, /, **headers: str) -> Reply:
    """A JSON answer; ``x_ratelimit_limit="1"`` becomes a header."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(
        status=status,
        headers={"content-type": "application/json", **named},
        body=json.dumps(value).encode(),
    )


def html(status: int = 200) -> Reply:
    body = b"<!DOCTYPE html><html><body>Sign in</body></html>"
    return Reply(status=status, headers={"content-type": "text/html"}, body=body)


def packed(value: bytes) -> Reply:
    return Reply(headers={"content-encoding": "gzip"}, body=gzip.compress(value))


Handler = Callable[[Got], Reply | Awaitable[Reply]]


class Server:
    """One request a connection, on loopback; keeps what it got."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.got: list[Got] = []
        self.url = ""
        self.port = 0
        self.open_now = 0
        self.open_most = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ", 2)
            pairs = [line.split(":", 1) for line in head[1:] if line]
            headers = httpx.Headers([(name, value.strip()) for name, value in pairs])
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            got = Got(method=method, target=target, headers=headers, body=body)
            self.got.append(got)
            self.open_now += 1
            self.open_most = max(self.open_most, self.open_now)
            try:
                said = self.handler(got)
                reply = said if isinstance(said, Reply) else await said
            finally:
                self.open_now -= 1
            await _send(writer, got, reply)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _send(writer: asyncio.StreamWriter, got: Got, reply: Reply) -> None:
    if reply.hang_up:
        return
    announce = len(reply.body) if reply.announce is None else reply.announce
    lines = [f"HTTP/1.1 {reply.status} Because", "connection: close"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    if announce >= 0:
        lines.append(f"content-length: {announce}")
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    if got.method == "HEAD":
        return
    if reply.drip is None:
        writer.write(reply.body)
        await writer.drain()
        return
    for byte in reply.body:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(reply.drip)


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(handler)
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await server.serve(reader, writer)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.port}"
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def in_turn(*replies: Reply) -> Handler:
    """Answer with each in turn, the last for ever."""
    left = list(replies)

    def handle(got: Got) -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    return handle


@dataclass(kw_only=True)
class Surroundings:
    """What outlives a chain."""

    clock: JumpingClock = field(default_factory=JumpingClock)
    budgets: MemoryBudgets = field(default_factory=MemoryBudgets)
    validators: MemoryValidators = field(default_factory=MemoryValidators)
    waits: list[tuple[datetime, str]] = field(default_factory=list)
    """What who watches was told."""

    def access(self, url: str, **options: Any) -> ForgeAccess:
        http = HttpOptions(**{"user_agent": "harvester/test", "timeout": 5.0, **options})
        return ForgeAccess(
            source="here",
            url=url,
            http=http,
            clock=self.clock,
            budgets=self.budgets,
            validators=self.validators,
            waiting=lambda until, why: self.waits.append((until, why)),
        )

    def chain(
        self,
        url: str,
        *,
        token: str | None = None,
        tokens: Iterable[str] = (),
        reserve: float = 0.0,
        api_urls: Iterable[str] | None = None,
        form: HeaderForm = BEARER,
        parallel: int = 1,
        **options: Any,
    ) -> Chain:
        named = [AccessToken(value=text, name=f"NAME_OF_{text.upper()}") for text in tokens]
        who = credential("here", api_urls or (url,), token=token, tokens=named, form=form)
        access = replace(self.access(url, **options), reserve=reserve)
        return open_chain(access, who, parallel=parallel)
