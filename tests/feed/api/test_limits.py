# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How much one client may ask, who that is, and what it is told."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.request import Request, urlopen

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from harvester.daemon.views import served
from harvester.feed.api.limits import Limits, client_of
from harvester.rates import Rate
from storage.catalogue import open_catalogue
from storage.serving import SqlFeed, open_feed
from tests.feed.api.shelf import Client, entry, store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = Rate(requests=6, period=timedelta(minutes=1))


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlFeed]:
    url = f"sqlite:///{tmp_path_factory.mktemp('limits') / 'catalogue.db'}"
    with closing(open_catalogue(url)) as catalogue, closing(open_feed(url)) as feed:
        store(catalogue, [entry(1)])
        yield feed


# --- the rule -------------------------------------------------------------------------------


def copied(limits: Limits, rate: Rate) -> Limits:
    other = Limits(rate)
    other._whole_at.update(limits._whole_at)
    return other


@settings(max_examples=60, deadline=None)
@given(
    requests=st.integers(1, 5),
    waits=st.lists(st.sampled_from([0.0, 0.01, 1.0, 7.5, 12.0, 60.0]), max_size=60),
)
def test_the_rule(requests: int, waits: list[float]) -> None:
    """In no stretch of time is more allowed than one allowance and what grew back meanwhile."""
    rate = Rate(requests=requests, period=timedelta(minutes=1))
    limits = Limits(rate)
    now, allowed = 0.0, []
    for wait in waits:
        now += wait
        verdict = limits.ask("a", after(now))
        assert verdict.allowed == (verdict.wait == 0)
        assert 0 <= verdict.left < requests
        assert 0 <= verdict.whole_in <= 60
        if verdict.allowed:
            allowed.append(now)
        else:
            # It may ask again when it was told to.
            later = copied(limits, rate)
            assert later.ask("a", after(now + verdict.wait)).allowed
    for first in range(len(allowed)):
        for last in range(first, len(allowed)):
            grown = (allowed[last] - allowed[first]) / rate.step
            assert last - first + 1 <= requests + grown + 1e-6


def test_what_is_left_is_told() -> None:
    limits = Limits(MINUTE)
    told = [limits.ask("a", NOON) for _ in range(7)]
    assert [it.left for it in told] == [5, 4, 3, 2, 1, 0, 0]
    assert [it.whole_in for it in told] == [10, 20, 30, 40, 50, 60, 60]
    assert [it.wait for it in told] == [0] * 6 + [10]
    assert limits.ask("a", after(9)).wait == 1
    assert limits.ask("b", NOON).allowed
    assert limits.ask("a", after(10)).allowed
    assert limits.ask("a", after(10)).wait == 10
    assert limits.ask("a", after(10), cost=-0.9).left == 0
    assert limits.ask("a", after(11)).allowed, "of what was given back and has grown"


def test_a_clock_that_is_set_shuts_nobody_out() -> None:
    limits = Limits(MINUTE)
    assert [limits.ask("a", after(86_400)).allowed for _ in range(6)] == [True] * 6
    refused = limits.ask("a", NOON)
    assert (refused.allowed, refused.wait) == (False, 10)
    assert limits.ask("a", after(10)).allowed


def test_a_flood_of_addresses_takes_no_memory_and_frees_nobody() -> None:
    limits = Limits(MINUTE, most=100)
    for number in range(10_000):
        limits.ask(number, NOON)
        if number % 50 == 0:
            limits.ask("greedy", NOON)
    assert len(limits) == 100
    assert not limits.ask("greedy", NOON).allowed
    for number in range(60):
        limits.ask(("later", number), after(3600))
    assert len(limits) <= 60, "what is whole again is forgotten"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:0:1::1", "2001:DB8:0:1:ffff:ffff:ffff:ffff", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("unknown", "_hidden", False),
        ("x" * 64 + "a", "x" * 64 + "b", True),
    ],
)
def test_who_is_one_client(one: str, other: str, same: bool) -> None:
    assert (client_of(one) == client_of(other)) is same


# --- over HTTP ------------------------------------------------------------------------------


def test_who_asks_too_much_is_told_when_to_ask_again(small: SqlFeed) -> None:
    client = Client(small, rate_limit=Rate(requests=3, period=timedelta(minutes=1)))
    origin = {"origin": "https://front.example"}
    first = client.get("/v1/software")
    assert first.headers["ratelimit-policy"] == '"address";q=3;w=60'
    assert first.headers["ratelimit"] == '"address";r=2;t=20'
    assert client.get("/v1/nothing").headers["ratelimit"] == '"address";r=1;t=40'
    assert client.get("/v1/software", method="HEAD").headers["ratelimit"] == '"address";r=0;t=60'
    refused = client.get("/v1/software", **origin)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "20")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["status"] == 429
    assert refused.headers["cache-control"] == "no-store"
    assert refused.headers["ratelimit"] == '"address";r=0;t=60'
    assert refused.headers["x-request-id"]
    # Scripts of other origins can read that too, and may ask whether they may ask.
    exposed = refused.headers["access-control-expose-headers"]
    assert {"Retry-After", "RateLimit", "RateLimit-Policy"} <= set(exposed.split(", "))
    preflight = {"access_control_request_method": "GET", **origin}
    assert client.get("/v1/software", method="OPTIONS", **preflight).status_code == 200
    client.at += timedelta(seconds=20)
    assert client.get("/v1/software").status_code == 200
    assert client.get("/v1/software", method="HEAD").status_code == 429


def test_what_is_unchanged_counts_for_little(small: SqlFeed) -> None:
    client = Client(small, rate_limit=Rate(requests=3, period=timedelta(minutes=1)))
    tag = client.get("/v1/software").headers["etag"]
    known = [client.get("/v1/software", if_none_match=tag) for _ in range(20)]
    statuses = [answer.status_code for answer in known]
    assert statuses == [304] * 11 + [429] * 9, "two requests are left, and one must have room"
    assert known[0].headers["ratelimit"] == '"address";r=1;t=22'


def test_without_a_limit_none_is_told(small: SqlFeed) -> None:
    assert "ratelimit" not in Client(small).get("/v1/software").headers


def test_only_trusted_proxies_say_for_whom_they_ask() -> None:
    """Whatever a client makes up, the nearest address that is no proxy's counts."""

    def who(request: Asked) -> Response:
        assert request.client is not None
        return PlainTextResponse(f"{request.client.host} {request.url.scheme}")

    def ask(url: str, forwarded: str) -> str:
        headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
        with urlopen(Request(url, headers=headers), timeout=30) as answer:  # noqa: S310
            return str(answer.read(), "utf-8")

    async def asked(trusted: tuple[str, ...], forwarded: str) -> str:
        app = Starlette(routes=[Route("/", who)])
        async with served(app, "127.0.0.1:0", trusted_proxies=trusted) as url:
            return await asyncio.to_thread(ask, url, forwarded)

    for trusted, forwarded, said in (
        ((), "203.0.113.9", "127.0.0.1 http"),
        (("10.0.0.0/8",), "203.0.113.9", "127.0.0.1 http"),
        (("127.0.0.1",), "203.0.113.9", "203.0.113.9 https"),
        (
            ("127.0.0.0/8", "10.0.0.0/8"),
            "203.0.113.9, 198.51.100.7, 10.1.2.3",
            "198.51.100.7 https",
        ),
        (("127.0.0.1",), "2001:db8::1", "2001:db8::1 https"),
        (("127.0.0.1",), "", "127.0.0.1 https"),
    ):
        assert asyncio.run(asked(trusted, forwarded)) == said
