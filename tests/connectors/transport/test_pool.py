# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Several tokens: one until it has nothing left, then the next; each with its own books."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.transport import Ask, Kind, credential, is_from_cache, open_chain
from connectors.transport.credential import fingerprint
from connectors.transport.limits import Rates
from harvester.ports.connector import AccessToken, Charge
from harvester.ports.errors import BudgetExhaustedError, UnauthorisedError
from tests.connectors.transport.support import (
    START,
    Got,
    Handler,
    Reply,
    Server,
    Surroundings,
    answer,
    serving,
)

pytestmark = pytest.mark.anyio


def token_of(got: Got) -> str:
    return str(got.headers.get("authorization", "nobody")).removeprefix("Bearer ")


def tokens_seen(server: Server) -> list[str]:
    return [token_of(got) for got in server.got]


def metered(around: Surroundings, limit: int = 3, **resets: float) -> Handler:
    """A forge that gives each token ``limit`` requests until so many seconds from the start."""
    used: Counter[str] = Counter()

    def handle(got: Got) -> Reply:
        token = token_of(got)
        reset = START + timedelta(seconds=resets[token])
        if around.clock.now() >= reset:
            used[token] = 0
            reset += timedelta(hours=1)
        used[token] += 1
        headers = {
            "x_ratelimit_limit": str(limit),
            "x_ratelimit_remaining": str(max(limit - used[token], 0)),
            "x_ratelimit_reset": str(int(reset.timestamp())),
            "x_ratelimit_resource": "core",
        }
        if used[token] > limit:
            return answer({"message": "API rate limit exceeded"}, 403, **headers)
        return answer({"by": token}, **headers)

    return handle


def by_token(**replies: Callable[[], Reply] | Reply) -> Handler:
    def handle(got: Got) -> Reply:
        reply = replies[token_of(got)]
        return reply if isinstance(reply, Reply) else reply()

    return handle


async def test_each_request_is_charged_to_the_token_that_it_was_sent_with(
    around: Surroundings,
) -> None:
    charges: list[Charge] = []
    tokens = [AccessToken(value=text, name=text) for text in "ab"]
    async with serving(metered(around, a=3600, b=1800)) as server:
        access = replace(around.access(server.url), charged=charges.append)
        who = credential("here", [server.url], tokens=tokens)
        async with open_chain(access, who) as chain:
            for _ in range(4):
                response = await chain.get(server.url)
            chain.charge(response, 7)
    assert [charge.requests for charge in charges] == [1, 1, 1, 1, 0]
    assert {charge.origin for charge in charges} == {server.url}
    assert {charge.resource for charge in charges} == {"core"}
    sent = [charge.token for charge in charges]
    assert (sent[0] == sent[2], sent[2] == sent[3], sent[3] == sent[4]) == (True, False, True)
    assert not {"a", "b"} & set(sent), "a fingerprint, never the token"
    assert charges[-1].points == 7
    assert chain.spent().points == 7


# --- one until it is empty ------------------------------------------------------------------


async def test_one_is_used_until_it_is_empty_then_the_next(around: Surroundings) -> None:
    async with (
        serving(metered(around, a=3600, b=1800)) as server,
        around.chain(server.url, tokens=("a", "b")) as chain,
    ):
        for _ in range(6):
            await chain.get(server.url)
        assert tokens_seen(server) == [*"aaabbb"], "no request was refused, none was in vain"
        with pytest.raises(BudgetExhaustedError, match="all 2 tokens, NAME_OF_B the") as caught:
            await chain.get(server.url)
        assert caught.value.not_before == START + timedelta(seconds=1800), "the earliest reset"
        assert len(server.got) == 6
    assert around.clock.slept == []
    kept = {ledger.token: ledger.reset_at for ledger in around.budgets.kept.values()}
    assert kept == {
        fingerprint("a"): START + timedelta(seconds=3600),
        fingerprint("b"): START + timedelta(seconds=1800),
    }


async def test_when_all_are_empty_the_shortest_wait_is_slept(around: Surroundings) -> None:
    async with (
        serving(metered(around, limit=1, a=600, b=300)) as server,
        around.chain(server.url, tokens=("a", "b")) as chain,
    ):
        for _ in range(4):
            await chain.get(server.url)
    assert tokens_seen(server) == [*"abba"]
    assert around.clock.slept == [300.0, 300.0]
    assert [until for until, _ in around.waits] == [
        START + timedelta(seconds=300),
        START + timedelta(seconds=600),
    ]
    assert "NAME_OF_B" in around.waits[0][1]


async def test_a_refused_request_goes_on_with_the_next_token_at_once(
    around: Surroundings,
) -> None:
    slow = answer({"message": "You have exceeded a secondary rate limit"}, 403, retry_after="3600")
    async with (
        serving(by_token(a=slow, b=answer({"good": 1}))) as server,
        around.chain(server.url, tokens=("a", "b")) as chain,
    ):
        assert chain.json(await chain.get(server.url)) == {"good": 1}
        await chain.get(server.url)
    assert tokens_seen(server) == [*"abb"]
    assert around.clock.slept == []


async def test_a_not_before_holds_in_a_new_process_for_its_token_alone() -> None:
    around = Surroundings()
    slow = answer({}, 429, retry_after="7200")
    async with serving(by_token(a=slow, b=answer({}))) as server:
        async with around.chain(server.url, tokens=("a", "b")) as chain:
            await chain.get(server.url)

        def another_process() -> None:
            async def go_on() -> None:
                async with around.chain(server.url, tokens=("a", "b")) as again:
                    await again.get(server.url)

            asyncio.run(go_on())

        await asyncio.to_thread(another_process)
    assert tokens_seen(server) == [*"abb"]


async def test_a_forge_that_wants_peace_is_not_asked_with_another_token(
    around: Surroundings,
) -> None:
    down = answer({}, 503, retry_after="3600")
    async with (
        serving(lambda _: down) as server,
        around.chain(server.url, tokens=("a", "b")) as chain,
        around.chain(server.url, token="stranger") as stranger,
    ):
        with pytest.raises(BudgetExhaustedError, match="wants no requests"):
            await chain.get(server.url)
        with pytest.raises(BudgetExhaustedError):
            await stranger.get(server.url)
    assert tokens_seen(server) == ["a"]


async def test_the_budget_left_is_that_of_all_tokens(around: Surroundings) -> None:
    async with (
        serving(metered(around, limit=10, a=3600, b=1800)) as server,
        around.chain(server.url, tokens=("a", "b"), reserve=0.2) as chain,
    ):
        for _ in range(8):
            await chain.get(server.url)
        assert chain.spent().budget_left == 0, "of b, nothing was told yet"
        await chain.get(server.url)
        assert chain.spent().budget_left == 7, "9 that remain of b, less 2 that are others'"


# --- what is each token's own ---------------------------------------------------------------


async def test_each_token_has_its_own_validators(around: Surroundings) -> None:
    """An ETag of one token is never shown with another: forges make answers by who asks."""

    def handle(got: Got) -> Reply:
        token = token_of(got)
        full = token == "a" and len(server.got) > 2
        if got.headers.get("if-none-match") == f'"{token}"' and not full:
            return Reply(status=304, headers={"etag": f'"{token}"'})
        assert "if-none-match" not in got.headers or full
        if full:
            return answer({}, 429, retry_after="3600")
        return answer({"by": token}, etag=f'"{token}"')

    async with serving(handle) as server, around.chain(server.url, tokens=("a", "b")) as chain:
        told = [await chain.get(server.url, conditional=True) for _ in range(4)]
        bodies = [chain.json(one)["by"] for one in told]
    assert bodies == [*"aabb"]
    assert [is_from_cache(one) for one in told] == [False, True, False, True]
    assert {token for _, token in around.validators.kept} == {fingerprint("a"), fingerprint("b")}


async def test_points_told_in_a_body_are_charged_to_the_token_that_asked(
    around: Surroundings,
) -> None:
    limited = answer({}, 429, retry_after="60")
    async with (
        serving(by_token(a=limited, b=answer({}))) as server,
        around.chain(server.url, tokens=("a", "b")) as chain,
    ):
        response = await chain.request("POST", server.url, ask=Ask(kind=Kind.GRAPHQL))
        reset = START + timedelta(hours=1)
        rates = Rates(resource=None, limit=5000, remaining=4000, reset_at=reset)
        chain.learn(response, "graphql", rates)
    ledger = around.budgets.kept[server.url, fingerprint("b"), "graphql"]
    assert ledger.remaining == 4000
    assert (server.url, fingerprint("a"), "graphql") not in around.budgets.kept


def test_a_token_that_is_named_twice_counts_once() -> None:
    twice = [AccessToken(value="t", name=name) for name in ("ONE", "TWO")]
    who = credential("here", ("https://a.example",), token="t", tokens=twice)
    assert [speaker.account for speaker in who.speakers] == [fingerprint("t")]


# --- refused tokens -------------------------------------------------------------------------


async def test_a_refused_token_is_retired_by_name_and_the_others_go_on(
    around: Surroundings, caplog: pytest.LogCaptureFixture
) -> None:
    bad = answer({"message": "Bad credentials"}, 401)
    async with (
        serving(by_token(secret1=bad, secret2=answer({}))) as server,
        around.chain(server.url, tokens=("secret1", "secret2")) as chain,
    ):
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                assert (await chain.get(server.url)).status_code == 200
    assert tokens_seen(server) == ["secret1", "secret2", "secret2", "secret2"]
    (warning,) = caplog.messages
    assert "NAME_OF_SECRET1" in warning
    assert "secret1" not in warning
    assert "renew it" in warning


async def test_the_last_tokens_refusal_is_the_sources(around: Surroundings) -> None:
    bad = answer({"message": "Bad credentials"}, 401)
    async with (
        serving(lambda _: bad) as server,
        around.chain(server.url, tokens=("a", "b")) as chain,
    ):
        for _ in range(2):
            with pytest.raises(UnauthorisedError):
                chain.json(await chain.get(server.url))
    assert tokens_seen(server) == [*"abb"]


async def test_with_one_refused_and_one_empty_the_empty_one_is_waited_for(
    around: Surroundings,
) -> None:
    bad = answer({"message": "Bad credentials"}, 401)
    full = answer({}, 429, retry_after="3600")
    async with (
        serving(by_token(a=full, b=bad)) as server,
        around.chain(server.url, tokens=("a", "b")) as chain,
    ):
        with pytest.raises(BudgetExhaustedError) as caught:
            await chain.get(server.url)
    assert caught.value.not_before == START + timedelta(hours=1)
    assert tokens_seen(server) == [*"ab"]


async def test_a_foreign_origin_hears_of_no_token_of_the_pool(around: Surroundings) -> None:
    async with (
        serving(lambda _: answer({}, 401)) as foreign,
        serving(lambda _: answer({})) as home,
        around.chain(home.url, tokens=("a", "b")) as chain,
    ):
        await chain.get(foreign.url)
        await chain.get(home.url)
    assert tokens_seen(foreign) == ["nobody"], "and its 401 retires nobody"
    assert tokens_seen(home) == ["a"]


# --- the reserve ----------------------------------------------------------------------------


@pytest.mark.parametrize(("reserve", "used"), [(0.0, 10), (0.25, 7), (4, 6), (500, 1)])
async def test_a_reserve_is_left_untouched(around: Surroundings, reserve: float, used: int) -> None:
    """A number beyond the limit leaves one request at least: else nothing was ever asked."""
    async with (
        serving(metered(around, limit=10, a=3600)) as server,
        around.chain(server.url, tokens=("a",), reserve=reserve) as chain,
    ):
        for _ in range(used):
            await chain.get(server.url)
        with pytest.raises(BudgetExhaustedError) as caught:
            await chain.get(server.url)
    assert len(server.got) == used
    assert caught.value.not_before == START + timedelta(hours=1)
    assert (f"but for the reserve of {10 - used}" in str(caught.value)) is (reserve > 0)


async def test_at_the_reserve_the_next_token_is_used(around: Surroundings) -> None:
    async with (
        serving(metered(around, limit=4, a=3600, b=3600)) as server,
        around.chain(server.url, tokens=("a", "b"), reserve=2) as chain,
    ):
        for _ in range(4):
            await chain.get(server.url)
    assert tokens_seen(server) == [*"aabb"]


async def test_a_reserve_binds_its_source_and_holds_over_restarts() -> None:
    around = Surroundings()
    async with serving(metered(around, limit=10, a=3600)) as server:
        async with around.chain(server.url, tokens=("a",), reserve=8) as careful:
            await careful.get(server.url)
            await careful.get(server.url)

        def another_process() -> None:
            async def go_on() -> None:
                async with around.chain(server.url, tokens=("a",), reserve=8) as again:
                    with pytest.raises(BudgetExhaustedError):
                        await again.get(server.url)
                async with around.chain(server.url, tokens=("a",)) as other:
                    await other.get(server.url)

            asyncio.run(go_on())

        await asyncio.to_thread(another_process)
    assert len(server.got) == 3


async def test_after_the_reset_the_reserve_is_new(around: Surroundings) -> None:
    async with (
        serving(metered(around, limit=4, a=600)) as server,
        around.chain(server.url, tokens=("a",), reserve=0.5) as chain,
    ):
        for _ in range(3):
            await chain.get(server.url)
    assert around.clock.slept == [600.0]


async def test_an_anonymous_visitor_reserves_nothing(around: Surroundings) -> None:
    async with (
        serving(metered(around, limit=2, nobody=3600)) as server,
        around.chain(server.url, reserve=1) as chain,
    ):
        await chain.get(server.url)
        await chain.get(server.url)
    assert len(server.got) == 2
