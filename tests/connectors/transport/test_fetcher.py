# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Addresses from harvested data reach the public Internet and nothing else (law 6)."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.transport.fetcher import GuardedFetcher
from connectors.transport.guard import Address, is_public
from harvester.ports.connector import HttpOptions
from harvester.ports.errors import (
    RefusedAddressError,
    TooLargeError,
    UnexpectedAnswerError,
    UnreachableError,
)
from harvester.ports.http import Fetcher
from tests.connectors.transport.certificates import Authority
from tests.connectors.transport.proxy import proxying
from tests.connectors.transport.support import (
    Got,
    Reply,
    answer,
    in_turn,
    packed,
    serving,
)

anyio = pytest.mark.anyio
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def names(*turns: Sequence[str]) -> Resolver:
    """A resolver that gives each answer in turn, the last for ever."""
    left = list(turns)

    async def resolver(_host: str, _port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolver


@asynccontextmanager
async def fetching(
    *ports: int,
    resolver: Resolver | None = None,
    timeout: float = 5.0,  # noqa: ASYNC109 - the setting of that name
    ca_file: str | None = None,
) -> AsyncIterator[GuardedFetcher]:
    """A fetcher that may also reach these ports on loopback."""
    http = HttpOptions(user_agent="harvester/test", timeout=timeout, ca_file=ca_file)

    def allow(address: Address, port: int) -> bool:
        return address.is_loopback and port in ports

    async with (
        GuardedFetcher(http, allow=allow, resolver=resolver)
        if resolver
        else GuardedFetcher(http, allow=allow)
    ) as fetcher:
        yield fetcher


@anyio
async def test_it_fetches() -> None:
    async with serving(in_turn(answer([1]))) as server, fetching(server.port) as fetcher:
        port: Fetcher = fetcher
        fetched = await port.get(f"http://user:pw@127.0.0.1:{server.port}/x?y=1#z", limit=100)
    assert (fetched.status, fetched.body) == (200, b"[1]")
    assert fetched.url == f"http://127.0.0.1:{server.port}/x?y=1"
    (got,) = server.got
    assert got.headers["user-agent"] == "harvester/test"
    assert "authorization" not in got.headers
    assert got.headers["host"] == f"127.0.0.1:{server.port}"


@anyio
async def test_a_status_reads_no_body_however_large_and_follows_redirects() -> None:
    away = Reply(status=302, headers={"location": "/there"})
    endless = Reply(status=404, body=b"x", announce=1 << 40)
    async with serving(in_turn(away, endless)) as server, fetching(server.port) as fetcher:
        assert await fetcher.status(server.url) == 404
    assert [got.method for got in server.got] == ["GET", "GET"]
    assert server.got[1].target == "/there"


@anyio
async def test_a_status_is_guarded_after_redirects_too() -> None:
    away = Reply(status=302, headers={"location": "http://127.0.0.1:1/"})
    async with serving(in_turn(away)) as server, fetching(server.port) as fetcher:
        with pytest.raises(RefusedAddressError):
            await fetcher.status(server.url)


@anyio
async def test_it_posts_and_neither_follows_nor_reads() -> None:
    away = Reply(status=302, headers={"location": "http://127.0.0.1:1/"})
    much = answer({"much": "x" * 1_000_000})
    async with serving(in_turn(much, away)) as server, fetching(server.port) as fetcher:
        taken = await fetcher.post(server.url, b'{"a":1}', {"Content-Type": "application/json"})
        assert (taken.status, taken.body) == (200, b"")
        fetched = await fetcher.post(server.url, b"", {})
    assert fetched.status == 302
    assert server.got[0].body == b'{"a":1}'
    assert server.got[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "100::1",
    ],
)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["140.82.121.4", "8.8.8.8", "2606:50c0:8000::153", "::ffff:8.8.8.8", "64:ff9b::808:808",
     "2002:808:808::1"],
)  # fmt: skip
def test_what_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_no_disguise_helps(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    disguises = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x0064FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
    ]
    assert {is_public(disguise) for disguise in disguises} == {is_public(address)}


@anyio
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//example.org/",
        "example.org",
        "http://",
        "http://a.example:99999/",
        "http://a.example:x/",
        "",
    ],
)
async def test_what_is_refused(url: str) -> None:
    async with fetching() as fetcher:
        with pytest.raises(RefusedAddressError):
            await fetcher.get(url, limit=10)
        with pytest.raises(RefusedAddressError):
            await fetcher.post(url, b"", {})


@anyio
@pytest.mark.parametrize("port", [22, 81, 8080, 443])
async def test_other_ports_are_refused(port: int) -> None:
    async with fetching(resolver=names(["8.8.8.8"])) as fetcher:
        with pytest.raises(RefusedAddressError, match=f"port {port}"):
            await fetcher.get(f"http://a.example:{port}/", limit=10)


@anyio
async def test_a_name_that_leads_home_is_refused_even_among_good_addresses() -> None:
    async with fetching(resolver=names(["8.8.8.8", "10.0.0.1"])) as fetcher:
        with pytest.raises(RefusedAddressError, match=r"10\.0\.0\.1"):
            await fetcher.get("http://a.example/", limit=10)


@anyio
async def test_a_name_that_changes_its_mind_changes_nothing() -> None:
    """Checked and connected to is the same address: the name is resolved once a hop."""
    asked = 0

    async def rebinding(_host: str, _port: int) -> Sequence[str]:
        nonlocal asked
        asked += 1
        return ["127.0.0.1"] if asked == 1 else ["10.0.0.1"]

    async with (
        serving(in_turn(answer([1]))) as server,
        fetching(server.port, resolver=rebinding) as fetcher,
    ):
        url = f"http://rebind.example:{server.port}/"
        assert (await fetcher.get(url, limit=10)).status == 200
        with pytest.raises(RefusedAddressError):
            await fetcher.get(url, limit=10)
    assert server.got[0].headers["host"] == f"rebind.example:{server.port}"


@anyio
@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:1/", "http://10.0.0.1/", "file:///etc/passwd", "//[::1]/"]
)
async def test_a_redirect_to_what_is_not_public_is_refused(location: str) -> None:
    away = Reply(status=302, headers={"location": location})
    async with serving(in_turn(away)) as server, fetching(server.port) as fetcher:
        with pytest.raises(RefusedAddressError):
            await fetcher.get(server.url, limit=10)


@anyio
async def test_redirects_are_followed_within_bounds() -> None:
    def handle(got: Got) -> Reply:
        number = int(got.target.strip("/") or "0")
        return (
            Reply(status=301, headers={"location": f"/{number + 1}"}) if number < 5 else answer(1)
        )

    async with serving(handle) as server, fetching(server.port) as fetcher:
        fetched = await fetcher.get(server.url, limit=10)
        assert fetched.url == f"{server.url}/5"
    circle = Reply(status=302, headers={"location": "/"})
    async with serving(in_turn(circle)) as server, fetching(server.port) as fetcher:
        with pytest.raises(UnexpectedAnswerError, match="more than 5"):
            await fetcher.get(server.url, limit=10)


@anyio
async def test_the_next_address_is_tried() -> None:
    async with serving(in_turn(answer([1]))) as server:
        resolver = names(["127.0.0.9", "127.0.0.1"])
        async with fetching(server.port, resolver=resolver) as fetcher:
            url = f"http://a.example:{server.port}/"
            assert (await fetcher.get(url, limit=10)).body == b"[1]"


@anyio
async def test_no_such_host_and_nobody_there() -> None:
    async with serving(in_turn(answer([1]))) as server:
        port = server.port
    async with fetching(port) as fetcher:
        with pytest.raises(UnreachableError):
            await fetcher.get(f"http://127.0.0.1:{port}/", limit=10)
        with pytest.raises(UnreachableError, match="no such host"):
            await fetcher.get("http://nowhere.invalid/", limit=10)
    async with fetching(resolver=names([])) as fetcher:
        with pytest.raises(UnreachableError, match="no address"):
            await fetcher.get("http://a.example/", limit=10)


@anyio
@pytest.mark.parametrize(
    "reply", [Reply(body=b"x" * 101), Reply(announce=10**12), packed(b"x" * 10**6)]
)
async def test_more_than_the_limit_is_not_read(reply: Reply) -> None:
    async with serving(in_turn(reply)) as server, fetching(server.port) as fetcher:
        with pytest.raises(TooLargeError):
            await fetcher.get(server.url, limit=100)


@anyio
async def test_the_time_is_that_of_the_whole() -> None:
    slow = Reply(body=b"x" * 100, drip=0.02)
    async with serving(in_turn(slow)) as server, fetching(server.port, timeout=0.1) as fetcher:
        with pytest.raises(UnreachableError, match=r"0\.1 s"):
            await fetcher.get(server.url, limit=1000)


@anyio
async def test_a_name_server_that_does_not_answer_is_not_waited_for() -> None:
    async def silent(_host: str, _port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    async with fetching(resolver=silent, timeout=0.05) as fetcher:
        with pytest.raises(UnreachableError):
            await fetcher.get("http://a.example/", limit=10)


@anyio
async def test_certificates_are_checked_against_the_name(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = authority.server_context("right.example")
    async with (
        serving(in_turn(answer([1])), tls) as server,
        fetching(
            server.port, resolver=names(["127.0.0.1"]), ca_file=str(authority.file)
        ) as fetcher,
    ):
        good = await fetcher.get(f"https://right.example:{server.port}/", limit=10)
        assert good.body == b"[1]"
        with pytest.raises(UnreachableError, match="certificate"):
            await fetcher.get(f"https://wrong.example:{server.port}/", limit=10)


@anyio
async def test_through_a_proxy_the_name_goes_along_and_what_is_known_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    tls = authority.server_context("a.example")
    async with serving(in_turn(answer([1])), tls) as server, proxying(server.port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "inside.example")
        ca_file = str(authority.file)
        async with fetching(resolver=names(["8.8.8.8"]), ca_file=ca_file) as fetcher:
            assert (await fetcher.get("https://a.example/", limit=10)).body == b"[1]"
        async with fetching(resolver=names(["10.0.0.1"]), ca_file=ca_file) as fetcher:
            for host in ("a.example", "inside.example", "10.0.0.1"):
                with pytest.raises(RefusedAddressError):
                    await fetcher.get(f"https://{host}/", limit=10)
        async with fetching(ca_file=ca_file) as fetcher:  # the name is the proxy's to know
            with pytest.raises(UnreachableError, match="certificate"):
                await fetcher.get("https://nowhere.invalid/", limit=10)
        assert proxy.asked == [
            "CONNECT a.example:443 HTTP/1.1",
            "CONNECT nowhere.invalid:443 HTTP/1.1",
        ]
