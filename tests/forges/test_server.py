# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The shared server: log, faults, clock, clean stop."""

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

import httpx
import pytest
from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.forges.faults import Answer, Call, Cut, Delay, Drop, Hang, html
from tests.forges.limits import Limit
from tests.forges.server import Forge
from tests.forges.world import World, insider


class Plain(Forge):
    """Serves the paths of its repositories."""

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/list", self.list), Route("/raw", self.raw)]

    def kind_of(self, path: str) -> str:
        return path.strip("/")

    async def list(self, asked: Asked) -> Response:
        return JSONResponse([r.path for r in self.world.repositories])

    async def raw(self, asked: Asked) -> Response:
        asked.state.exchange.text_bytes += 4
        return Response(b"text", headers={"etag": '"1"'})


@pytest.fixture
def forge() -> Iterator[Plain]:
    with Plain(World()) as running:
        yield running


def test_serves_and_counts(forge: Plain) -> None:
    forge.world.group("a")
    forge.world.create("a/b")
    assert httpx.get(f"{forge.url}/list").json() == ["a/b"]
    answer = httpx.get(f"{forge.url}/raw", headers={"Authorization": "Bearer abc"})
    assert answer.text == "text"
    assert answer.headers["date"] == "Mon, 02 Mar 2026 08:00:00 GMT"
    assert (forge.requests(), forge.requests("raw"), forge.kinds["list"]) == (2, 1, 1)
    assert forge.text_bytes == 4
    assert forge.tokens_seen == {"abc"}
    assert forge.log[1].request.host == f"127.0.0.1:{forge.port}"
    forge.forget()
    httpx.get(f"{forge.url}/list")
    assert [e.request.number for e in forge.log] == [3]


def test_head_tells_the_length_without_a_body(forge: Plain) -> None:
    answer = httpx.head(f"{forge.url}/raw")
    assert answer.headers["content-length"] == "4"
    assert answer.content == b""


def test_viewers(forge: Plain) -> None:
    forge.tokens["good"] = insider()
    for token in ("good", "bad", None):
        httpx.get(
            f"{forge.url}/list", headers={"Authorization": f"Bearer {token}"} if token else {}
        )
    viewers = [forge.viewer(exchange.request) for exchange in forge.log]
    assert [viewer and viewer.name for viewer in viewers] == ["insider", None, "anonymous"]


def test_fails_the_request_that_is_named(forge: Plain) -> None:
    forge.faults.on(2, Answer(status=503, headers={"Retry-After": "7"}, body=b"busy"))
    statuses = [httpx.get(f"{forge.url}/list").status_code for _ in range(3)]
    assert statuses == [200, 503, 200]


def test_fails_some_of_a_kind(forge: Plain) -> None:
    forge.faults.plan(html(), when=lambda request: request.kind == "raw", skip=1, times=2)
    bodies = [httpx.get(f"{forge.url}/raw").text[:9] for _ in range(4)]
    assert bodies == ["text", "<!DOCTYPE", "<!DOCTYPE", "text"]
    assert httpx.get(f"{forge.url}/list").json() == []


@pytest.mark.parametrize("fault", [Cut(2), Drop()])
def test_breaks_the_connection(forge: Plain, fault: Cut | Drop) -> None:
    forge.faults.on(1, fault)
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{forge.url}/raw")
    assert httpx.get(f"{forge.url}/raw").text == "text"


def test_hangs_until_the_client_gives_up(forge: Plain) -> None:
    forge.faults.on(1, Hang())
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{forge.url}/raw", timeout=0.05)
    assert forge.log[0].status is None


def test_stops_while_a_request_hangs() -> None:
    forge = Plain(World())
    forge.start()
    forge.faults.on(1, Hang())
    failed = threading.Event()

    def ask() -> None:
        try:
            httpx.get(f"{forge.url}/raw", timeout=20)
        except httpx.TransportError:
            failed.set()

    client = threading.Thread(target=ask)
    client.start()
    while not forge.log:
        time.sleep(0.001)
    forge.stop()
    client.join(timeout=10)
    assert failed.is_set()


def test_delays(forge: Plain) -> None:
    forge.faults.on(1, Delay(0.02))
    began = time.monotonic()
    assert httpx.get(f"{forge.url}/raw").text == "text"
    assert time.monotonic() - began >= 0.02


def test_does_something_between_two_requests(forge: Plain) -> None:
    forge.world.group("a")
    forge.faults.on(2, Call(lambda: forge.world.create("a/new")))
    answers = [httpx.get(f"{forge.url}/list").json() for _ in range(2)]
    assert answers == [[], ["a/new"]]


def test_address_only_while_it_runs() -> None:
    forge = Plain(World(), public_url="https://forge.example.org")
    with pytest.raises(RuntimeError, match="not running"):
        _ = forge.url
    with forge:
        assert forge.public_url == "https://forge.example.org"
        assert forge.url.startswith("http://127.0.0.1:")


def test_meter_opens_a_window_with_the_first_request(forge: Plain) -> None:
    limit = Limit(2, timedelta(minutes=1))
    assert not forge.meter.spend("a", "core", limit).refused
    forge.clock.advance(seconds=30)
    assert forge.meter.spend("a", "core", limit).remaining == 0
    refused = forge.meter.spend("a", "core", limit)
    assert (refused.refused, refused.retry_after, refused.remaining) == (True, 30, 0)
    assert not forge.meter.spend("b", "core", limit).refused
    assert not forge.meter.spend("a", "raw", limit).refused
    forge.clock.advance(seconds=30)
    assert forge.meter.spend("a", "core", limit).remaining == 1
