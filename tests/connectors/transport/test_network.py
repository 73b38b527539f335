# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Proxies and private authorities of a data centre."""

import ssl
from pathlib import Path

import pytest

from connectors.transport.network import _context, trusted
from harvester.ports.errors import SourceError, UnreachableError
from tests.connectors.transport.certificates import Authority
from tests.connectors.transport.proxy import proxying
from tests.connectors.transport.support import Reply, Surroundings, answer, in_turn, serving

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def test_http_goes_through_the_proxy_of_the_environment(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(in_turn(answer([1]))) as server, proxying(server.port) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        async with around.chain("http://forge.invalid") as chain:
            assert chain.json(await chain.get("http://forge.invalid/api")) == [1]
        assert proxy.asked == ["GET http://forge.invalid/api HTTP/1.1"]


async def test_https_goes_through_a_tunnel_and_the_proxy_sees_no_token(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    tls = authority.server_context("forge.invalid")
    async with serving(in_turn(answer([1])), tls) as server, proxying(server.port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        url = "https://forge.invalid"
        async with around.chain(url, token="t", ca_file=str(authority.file)) as chain:
            assert chain.json(await chain.get(url)) == [1]
        assert proxy.asked == ["CONNECT forge.invalid:443 HTTP/1.1"]
        assert server.got[0].headers["authorization"] == "Bearer t"


async def test_no_proxy_is_obeyed(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(in_turn(answer([1]))) as server, proxying(server.port) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,forge.invalid")
        async with around.chain(server.url) as chain:
            await chain.get(server.url)
        assert proxy.asked == []


async def test_a_proxy_that_is_down_is_named(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with around.chain("http://forge.invalid", attempts=1) as chain:
        with pytest.raises(UnreachableError, match="proxy"):
            await chain.get("http://forge.invalid/")


async def test_a_proxy_that_refuses_is_named(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(in_turn(Reply(status=407))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        async with around.chain("https://forge.invalid", attempts=1) as chain:
            with pytest.raises(UnreachableError, match="the proxy refused"):
                await chain.get("https://forge.invalid/")


def test_a_system_without_authorities_believes_certifis(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = ssl.DefaultVerifyPaths(None, None, "", "", "", "")  # type: ignore[arg-type]
    _context.cache_clear()
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nothing)
    assert len(trusted(None, "here").get_ca_certs()) > 50
    _context.cache_clear()


async def test_a_private_authority_is_believed_where_it_is_named(
    around: Surroundings, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    tls = authority.server_context("127.0.0.1")
    async with serving(in_turn(answer([1])), tls) as server:
        async with around.chain(server.url, ca_file=str(authority.file)) as chain:
            assert chain.json(await chain.get(server.url)) == [1]
        async with around.chain(server.url, attempts=1) as chain:
            with pytest.raises(UnreachableError, match=r"http\.ca_file"):
                await chain.get(server.url)


async def test_a_certificate_of_another_name_is_not_believed(
    around: Surroundings, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    tls = authority.server_context("other.example")
    async with (
        serving(in_turn(answer([1])), tls) as server,
        around.chain(server.url, ca_file=str(authority.file), attempts=1) as chain,
    ):
        with pytest.raises(UnreachableError, match="certificate"):
            await chain.get(server.url)


async def test_an_authority_that_cannot_be_read_is_named(
    around: Surroundings, tmp_path: Path
) -> None:
    absent, empty = tmp_path / "absent.pem", tmp_path / "empty.pem"
    empty.write_text("no certificate")
    for file in (absent, empty):
        with pytest.raises(SourceError, match=str(file)):
            around.chain("https://forge.invalid", ca_file=str(file))
