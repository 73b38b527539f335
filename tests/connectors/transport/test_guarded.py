# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A forge whose address stands in a list is reached on the public Internet only (law 6)."""

import ssl
from collections.abc import Sequence
from dataclasses import replace

import httpx
import pytest

from connectors.transport import credential, open_chain
from connectors.transport.guard import Address
from connectors.transport.guarded import GuardedNetwork
from connectors.transport.reach import check_public
from harvester.ports.connector import HttpOptions
from harvester.ports.errors import RefusedAddressError, UnreachableError
from tests.connectors.transport.certificates import Authority
from tests.connectors.transport.support import Got, Reply, Surroundings, answer, serving

anyio = pytest.mark.anyio


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def guarded(port: int, *answers: Sequence[str], ca_file: str | None = None) -> GuardedNetwork:
    """A network that may reach one port on loopback, where names lead to each answer in turn."""
    left = list(answers or [("127.0.0.1",)])

    async def resolver(_host: str, _port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    def allow(address: Address, asked: int) -> bool:
        return address.is_loopback and asked == port

    http = HttpOptions(user_agent="harvester/test", timeout=5.0, ca_file=ca_file)
    return GuardedNetwork(http, "here", allow=allow, resolver=resolver)


@anyio
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/api",
        "http://[::1]/api",
        "https://10.0.0.1/api",
        "https://169.254.169.254/latest",
        "https://[::ffff:192.168.0.1]/",
        "https://8.8.8.8:8443/",
    ],
)
async def test_private_networks_and_other_ports_are_refused(around: Surroundings, url: str) -> None:
    with pytest.raises(RefusedAddressError):
        await check_public(url)
    access = replace(around.access(url), guarded=True)
    async with open_chain(access, credential("here", [url])) as chain:
        with pytest.raises(RefusedAddressError):
            await chain.get(url)
        assert around.clock.slept == [], "there is no use in trying again"


@anyio
async def test_a_name_that_changes_its_mind_is_asked_again_for_each_request(
    around: Surroundings,
) -> None:
    async with serving(lambda _got: answer({})) as server:
        port = httpx.URL(server.url).port or 0
        network = guarded(port, ("127.0.0.1",), ("10.0.0.1",))
        url = f"http://forge.example:{port}"
        access = replace(around.access(url), guarded=True)
        async with open_chain(access, credential("here", [url]), network=network) as chain:
            assert (await chain.get(f"{url}/one")).status_code == 200
            with pytest.raises(RefusedAddressError):
                await chain.get(f"{url}/two")
        assert [got.headers["host"] for got in server.got] == [f"forge.example:{port}"]


@anyio
async def test_a_redirect_to_a_private_network_is_refused(around: Surroundings) -> None:
    def handler(got: Got) -> Reply:
        return Reply(status=302, headers={"location": "http://10.1.2.3/secret"})

    async with serving(handler) as server:
        port = httpx.URL(server.url).port or 0

        async def resolver(host: str, _port: int) -> Sequence[str]:
            return ["127.0.0.1" if host == "forge.example" else host]

        network = GuardedNetwork(
            HttpOptions(user_agent="x", timeout=5.0),
            "here",
            allow=lambda address, asked: address.is_loopback and asked == port,
            resolver=resolver,
        )
        url = f"http://forge.example:{port}"
        async with open_chain(
            around.access(url), credential("here", [url]), network=network
        ) as chain:
            with pytest.raises(RefusedAddressError, match=r"10\.1\.2\.3"):
                await chain.get(url)


@anyio
async def test_the_next_address_is_tried_and_no_host_is_unreachable(around: Surroundings) -> None:
    async with serving(lambda _got: answer({})) as server:
        port = httpx.URL(server.url).port or 0
        url = f"http://forge.example:{port}"
        network = guarded(port, ("127.0.0.2", "127.0.0.1"))
        async with open_chain(
            around.access(url), credential("here", [url]), network=network
        ) as chain:
            assert (await chain.get(url)).status_code == 200

    async def nowhere(_host: str, _port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    gone = GuardedNetwork(HttpOptions(user_agent="x"), "here", resolver=nowhere)
    async with open_chain(
        around.access(url, attempts=1), credential("here", [url]), network=gone
    ) as chain:
        with pytest.raises(UnreachableError, match="no such host"):
            await chain.get(url)


@anyio
async def test_certificates_are_checked_against_the_name(
    around: Surroundings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    authority = Authority(tmp_path_factory.mktemp("authority"))
    served: ssl.SSLContext = authority.server_context("forge.example")
    async with serving(lambda _got: answer({}), served) as server:
        port = httpx.URL(server.url).port or 0
        for name, good in (("forge.example", True), ("other.example", False)):
            url = f"https://{name}:{port}"
            network = guarded(port, ca_file=str(authority.file))
            async with open_chain(
                around.access(url, attempts=1), credential("here", [url]), network=network
            ) as chain:
                if good:
                    assert (await chain.get(url)).status_code == 200
                else:
                    with pytest.raises(UnreachableError, match="certificate is not trusted"):
                        await chain.get(url)
