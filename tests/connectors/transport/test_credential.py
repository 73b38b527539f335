# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A token goes to its own origin and nowhere else (law 6)."""

import logging

import httpx
import pytest

from connectors.transport import PRIVATE_TOKEN, Ask, credential, open_chain, trail_of
from connectors.transport.credential import fingerprint
from connectors.transport.origins import is_loopback, origin_of, shown
from harvester.ports.errors import HarvesterError, SourceError
from tests.connectors.transport.support import (
    Got,
    Reply,
    Server,
    Surroundings,
    answer,
    in_turn,
    serving,
)

TOKEN = "glpat-very-secret"
pytestmark = pytest.mark.anyio


def seen(server: Server) -> list[str | None]:
    return [got.headers.get("authorization") for got in server.got]


async def test_a_redirect_between_two_origins_leaves_each_its_own_token(
    around: Surroundings,
) -> None:
    async with serving(in_turn(answer({}))) as there:
        to_there = Reply(status=302, headers={"location": f"{there.url}/landed"})
        async with serving(lambda _: to_there) as here:
            async with around.chain(here.url, token="one") as first:
                response = await first.get(f"{here.url}/go")
            assert trail_of(response).url == f"{there.url}/landed"
            async with around.chain(there.url, token="two") as second:
                await second.get(f"{there.url}/x")
                await second.get(f"{here.url}/y")
            assert seen(here) == ["Bearer one", None]
            assert seen(there) == [None, "Bearer two", "Bearer two"]


async def test_a_redirect_back_home_has_the_token_again(around: Surroundings) -> None:
    home = ""

    def away(got: Got) -> Reply:
        return Reply(status=302, headers={"location": f"{home}/back"})

    def at_home(got: Got) -> Reply:
        if got.target == "/back":
            return answer({})
        return Reply(status=302, headers={"location": f"{foreign.url}/"})

    async with serving(away) as foreign, serving(at_home) as server:
        home = server.url
        async with around.chain(server.url, token=TOKEN) as chain:
            await chain.get(f"{server.url}/start")
    assert seen(server) == [f"Bearer {TOKEN}"] * 2
    assert seen(foreign) == [None]


async def test_the_raw_host_gets_no_token_unless_it_is_the_apis(around: Surroundings) -> None:
    async with (
        serving(in_turn(answer({}))) as api,
        serving(in_turn(answer({}))) as raw,
        around.chain(api.url, token=TOKEN, form=PRIVATE_TOKEN) as chain,
    ):
        await chain.get(f"{api.url}/a")
        await chain.get(f"{raw.url}/b", headers={"PRIVATE-TOKEN": TOKEN, "Cookie": "a=b"})
    assert api.got[0].headers["private-token"] == TOKEN
    assert "private-token" not in raw.got[0].headers
    assert "cookie" not in raw.got[0].headers


async def test_own_authorization_stays_at_home_too(around: Surroundings) -> None:
    ask = Ask(own_authorization="app-7")
    jwt = {"Authorization": "Bearer jwt"}
    async with (
        serving(in_turn(answer({}))) as api,
        serving(in_turn(answer({}))) as raw,
        around.chain(api.url, token=TOKEN) as chain,
    ):
        await chain.request("GET", api.url, ask=ask, headers=jwt)
        await chain.request("GET", raw.url, ask=ask, headers=jwt)
    assert seen(api) == ["Bearer jwt"]
    assert seen(raw) == [None]


async def test_cookies_are_not_kept(around: Surroundings) -> None:
    setting = answer({}, set_cookie="_gitlab_session=1")
    async with serving(lambda _: setting) as server, around.chain(server.url) as chain:
        await chain.get(server.url)
        await chain.get(server.url)
    assert "cookie" not in server.got[1].headers


@pytest.mark.parametrize("url", ["http://forge.example", "http://10.0.0.1:8080/api/v4"])
def test_a_token_over_plain_http_is_refused(url: str) -> None:
    with pytest.raises(SourceError, match="unencrypted") as caught:
        credential("city", (url,), token=TOKEN)
    assert TOKEN not in str(caught.value)
    assert "city" in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"])
def test_a_token_over_plain_http_to_loopback_is_not(url: str) -> None:
    assert credential("city", (url,), token=TOKEN).account == fingerprint(TOKEN)


def test_without_a_token_plain_http_is_fine() -> None:
    assert credential("city", ("http://forge.example",), token="").account == "anonymous"


async def test_a_token_is_asked_for_at_each_sending(around: Surroundings) -> None:
    tokens = iter(["first", "second"])

    async def renewed() -> str:
        return next(tokens)

    async with serving(in_turn(answer({}, 502), answer({}))) as server:
        who = credential("here", (server.url,), provider=renewed, account="app-1-2")
        async with open_chain(around.access(server.url), who) as chain:
            await chain.get(server.url)
    assert seen(server) == ["Bearer first", "Bearer second"]
    assert around.budgets.kept == {}


async def test_a_token_shows_nowhere(
    around: Surroundings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    replies = in_turn(answer({"message": "Bad credentials"}, 401, x_ratelimit_remaining="9"))
    async with serving(replies) as server:
        chain = around.chain(server.url, token=TOKEN)
        async with chain:
            with pytest.raises(HarvesterError) as caught:
                chain.json(await chain.get(f"{server.url}/x?private_token={TOKEN}"))
            response = await chain.get(server.url)
    told = [str(caught.value), repr(caught.value), repr(chain), repr(response.request.headers)]
    told += [repr(around.budgets.kept), caplog.text.replace(f"private_token={TOKEN}", "")]
    told += [repr(credential("x", ("https://a.example",), token=TOKEN))]
    assert all(TOKEN not in text for text in told)
    assert around.budgets.kept, "the ledger was kept, under a fingerprint"


def test_origins_are_told_apart_by_scheme_host_and_port() -> None:
    assert origin_of("https://API.github.com/x") == "https://api.github.com:443"
    assert origin_of("https://a.example:443") == origin_of("https://a.example/")
    assert len({origin_of(u) for u in ("http://a.b", "https://a.b", "https://a.b:1")}) == 3
    assert origin_of("http://[::1]:8/") == "http://[::1]:8"


def test_what_is_shown_of_an_address() -> None:
    assert shown("https://u:p@a.example/x?token=1#y") == "https://a.example/x"
    assert is_loopback(httpx.URL("http://127.8.9.1/"))
    assert not is_loopback("http://127.example/")
