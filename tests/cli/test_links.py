# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Links are followed politely, and what comes of it changes no verdict."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.transport.fetcher import GuardedFetcher
from connectors.transport.guard import Address
from harvester.cli.links import TIMEOUT, ask_all
from harvester.ports.connector import HttpOptions
from harvester.publiccode.links_check import Hindrance
from tests.cli.conftest import Shell
from tests.cli.test_check import INVALID, VALID, write
from tests.connectors.transport.support import Got, Reply, serving

anyio = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def on_loopback(address: Address, _port: int) -> bool:
    return address.is_loopback


async def names(host: str, _port: int) -> Sequence[str]:
    """Every name leads here, but those that nobody has, or knows now, and one that is private."""
    if host == "odd.example":
        raise UnicodeError("no such name")
    if host in ("none.example", "offline.example"):
        raise socket.gaierror(socket.EAI_NONAME if host == "none.example" else socket.EAI_AGAIN, "")
    return ["10.0.0.1"] if host == "intranet.example" else ["127.0.0.1"]


@asynccontextmanager
async def fetching(timeout: float = 5.0) -> AsyncIterator[GuardedFetcher]:  # noqa: ASYNC109
    http = HttpOptions(user_agent="harvester/test", timeout=timeout)
    async with GuardedFetcher(http, allow=on_loopback, resolver=names) as fetcher:
        yield fetcher


@anyio
async def test_one_request_a_host_at_a_time_and_each_address_once() -> None:
    async def slow(_got: Got) -> Reply:
        await asyncio.sleep(0.005)
        return Reply(status=200)

    async with serving(slow) as server, fetching() as fetcher:
        urls = [f"{server.url}/{number % 4}" for number in range(8)]
        answers = await ask_all(fetcher, urls)
    assert answers == dict.fromkeys(urls, 200)
    assert sorted(got.target for got in server.got) == ["/0", "/1", "/2", "/3"]
    assert server.open_most == 1


@anyio
async def test_hosts_do_not_wait_for_each_other() -> None:
    met = asyncio.Barrier(2)

    async def together(_got: Got) -> Reply:
        async with asyncio.timeout(2):
            await met.wait()
        return Reply(status=200)

    async with serving(together) as server, fetching() as fetcher:
        urls = [f"http://{name}.example:{server.port}/" for name in ("a", "b")]
        assert set((await ask_all(fetcher, urls)).values()) == {200}


@anyio
async def test_who_wants_no_more_is_not_asked_again() -> None:
    async with serving(lambda _got: Reply(status=429)) as server, fetching() as fetcher:
        answers = await ask_all(fetcher, [f"{server.url}/{number}" for number in range(3)])
    assert list(answers.values()) == [429, Hindrance.SPARED, Hindrance.SPARED]
    assert len(server.got) == 1


@anyio
async def test_what_goes_wrong_on_the_way() -> None:
    def wrong(got: Got) -> Reply:
        if got.target == "/private":
            return Reply(status=302, headers={"location": "http://intranet.example/"})
        if got.target == "/round":
            return Reply(status=302, headers={"location": "/round"})
        return Reply(status=404)

    async with serving(wrong) as server, fetching() as fetcher:
        here = server.url
        closed = "http://127.0.0.1:1"
        answers = await ask_all(
            fetcher,
            [
                f"{here}/gone",
                f"{here}/private",
                f"{here}/round",
                "http://intranet.example/",
                "http://none.example/a",
                "http://none.example/b",
                "http://odd.example/",
                "http://offline.example/",
                f"{closed}/a",
                f"{closed}/b",
            ],
        )
    assert list(answers.values()).count(Hindrance.NO_HOST) == 3
    assert answers["http://offline.example/"] is Hindrance.NO_CONNECTION
    assert answers[f"{here}/gone"] == 404
    assert answers[f"{here}/private"] is Hindrance.NOT_PUBLIC
    assert answers[f"{here}/round"] is Hindrance.NO_SENSE
    assert answers["http://intranet.example/"] is Hindrance.NOT_PUBLIC
    assert answers[f"{closed}/a"] is Hindrance.NO_CONNECTION
    assert answers[f"{closed}/b"] is Hindrance.SPARED


@anyio
async def test_who_is_too_slow_is_left() -> None:
    async def never(_got: Got) -> Reply:
        await asyncio.sleep(30)
        return Reply(status=200)

    async with serving(never) as server, fetching(timeout=0.05) as fetcher:
        answers = await ask_all(fetcher, [f"{server.url}/a", f"{server.url}/b"])
    assert list(answers.values()) == [Hindrance.NO_TIME, Hindrance.SPARED]


# --- the command ----------------------------------------------------------------------------


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(int(self.path.strip("/")))
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        return


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that answers with the status that a path names; a file may link to it."""

    def fetcher(http: HttpOptions) -> GuardedFetcher:
        assert http.timeout <= TIMEOUT
        return GuardedFetcher(http, allow=on_loopback, resolver=names)

    monkeypatch.setattr("harvester.cli.compose.fetcher", fetcher)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://site.example:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_verdict_stays(shell: Shell, site: str) -> None:
    good = VALID.replace("https://forge.example/a/b", f"{site}/200")
    bad = INVALID.replace("https://forge.example/a/b", f"{site}/200")
    links = f"landingURL: {site}/404\nroadmap: {site}/403\n"
    write(shell.folder, {"good.yml": good + links, "bad.yml": bad, "all.yml": good})
    ran = shell("check", "good.yml", "--network")
    assert (ran.code, ran.err) == (0, "")
    last = ran.out.splitlines()[-1]
    assert last == "good.yml: valid; 1 link did not answer today; 1 could not be checked"
    assert "landingURL: `" in ran.out
    ran = shell("check", "bad.yml", "all.yml", "--network", "--lang", "de")
    assert ran.code == 1
    assert ran.out.splitlines()[-1].startswith("all.yml: gültig")
    assert ran.out.splitlines()[-1].endswith("; 1 Verweis hat geantwortet")
    ran = shell("check", "good.yml", "--network", "--json")
    network = ran.json["files"][0]["network"]
    assert (network["links"], network["answered"]) == (3, 1)
    assert "network" not in shell("check", "good.yml", "--json").json["files"][0]


def test_a_file_that_cannot_be_read_has_no_links(shell: Shell, site: str) -> None:
    write(shell.folder, {"empty.yml": "", "big.yml": "#" * (1 << 21)})
    ran = shell("check", "empty.yml", "big.yml", "--network", "--json")
    assert ran.code == 1
    assert [file["network"]["links"] for file in ran.json["files"]] == [0, 0]
