# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Never sooner than the forge says, across requests, chains and restarts (law 7)."""

import asyncio
from datetime import timedelta

import pytest

from connectors.transport import Ask, Kind
from harvester.ports.errors import BudgetExhaustedError
from harvester.ports.http import Ledger
from tests.connectors.transport.support import (
    START,
    Reply,
    Surroundings,
    answer,
    in_turn,
    serving,
)

pytestmark = pytest.mark.anyio


def epoch(seconds: float) -> str:
    return str(int((START + timedelta(seconds=seconds)).timestamp()))


async def test_a_short_wait_is_slept_and_the_request_sent_again(around: Surroundings) -> None:
    replies = in_turn(answer({}, 429, retry_after="42"), answer({"ok": True}))
    async with serving(replies) as server, around.chain(server.url) as chain:
        assert chain.json(await chain.get(server.url)) == {"ok": True}
        spent = chain.spent()
    assert around.clock.slept == [42.0]
    assert (spent.rest, spent.retries, spent.waited_seconds) == (2, 1, 42.0)


async def test_a_long_wait_is_not_slept_and_holds_in_a_new_process() -> None:
    """The second chain runs on a loop of its own below; only the store is common."""
    around = Surroundings()
    async with serving(in_turn(answer({}, 429, retry_after="3600"))) as server:
        async with around.chain(server.url, token="t") as chain:
            with pytest.raises(BudgetExhaustedError, match="2026-11-01T13:00:00Z") as caught:
                await chain.get(server.url)
        assert caught.value.not_before == START + timedelta(hours=1)
        assert around.clock.slept == []
        (kept,) = around.budgets.kept.values()
        assert kept.not_before == caught.value.not_before

        def another_process() -> None:
            async def try_again() -> None:
                async with around.chain(server.url, token="t") as again:
                    with pytest.raises(BudgetExhaustedError):
                        await again.get(server.url)

            asyncio.run(try_again())

        await asyncio.to_thread(another_process)
        assert len(server.got) == 1, "nothing was sent before its time"


async def test_after_its_time_the_next_run_goes_on(around: Surroundings) -> None:
    replies = in_turn(answer({}, 429, retry_after="3600"), answer({}))
    async with serving(replies) as server, around.chain(server.url) as chain:
        with pytest.raises(BudgetExhaustedError):
            await chain.get(server.url)
        around.clock.time += timedelta(seconds=3599)
        await chain.get(server.url)
        assert around.clock.slept == [1.0]
    assert len(server.got) == 2


async def test_a_secondary_limit_holds_for_every_resource_of_the_account(
    around: Surroundings,
) -> None:
    replies = in_turn(answer({}, 403, retry_after="3600", x_ratelimit_remaining="9"), answer({}))
    async with serving(replies) as server, around.chain(server.url) as chain:
        with pytest.raises(BudgetExhaustedError):
            await chain.get(server.url)
        with pytest.raises(BudgetExhaustedError):
            await chain.request("POST", server.url, ask=Ask(kind=Kind.GRAPHQL))
    assert len(server.got) == 1


async def test_a_primary_limit_holds_for_its_resource_alone(around: Surroundings) -> None:
    used_up = answer(
        {},
        403,
        x_ratelimit_remaining="0",
        x_ratelimit_limit="60",
        x_ratelimit_reset=epoch(3600),
        x_ratelimit_resource="core",
    )
    async with (
        serving(in_turn(used_up, answer({}))) as server,
        around.chain(server.url) as chain,
    ):
        with pytest.raises(BudgetExhaustedError, match="a token raises the limit"):
            await chain.get(server.url)
        await chain.request("POST", server.url, ask=Ask(kind=Kind.GRAPHQL))
        await chain.get(server.url, resource="search")
        with pytest.raises(BudgetExhaustedError):
            await chain.get(server.url)
    assert len(server.got) == 3


async def test_where_nothing_remains_the_next_request_waits_for_the_reset(
    around: Surroundings,
) -> None:
    last = answer(
        {"good": "data"}, ratelimit_remaining="0", ratelimit_limit="9", ratelimit_reset=epoch(120)
    )
    async with serving(in_turn(last, answer({}))) as server, around.chain(server.url) as chain:
        assert chain.json(await chain.get(server.url)) == {"good": "data"}
        assert around.clock.slept == []
        await chain.get(server.url)
    assert around.clock.slept == [120.0]


async def test_where_nothing_remains_for_long_it_is_kept(around: Surroundings) -> None:
    last = answer({}, x_ratelimit_remaining="0", x_ratelimit_reset=epoch(1800))
    async with serving(lambda _: last) as server, around.chain(server.url) as chain:
        await chain.get(server.url)
        with pytest.raises(BudgetExhaustedError):
            await chain.get(server.url)
        (kept,) = around.budgets.kept.values()
    assert kept.not_before == START + timedelta(seconds=1800)
    assert len(server.got) == 1


async def test_a_limit_in_a_graphql_200_is_a_limit(around: Surroundings) -> None:
    limited = answer(
        {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]},
        x_ratelimit_remaining="0",
        x_ratelimit_reset=epoch(300),
        x_ratelimit_resource="graphql",
    )
    good = answer({"data": {}}, x_ratelimit_remaining="4999", x_ratelimit_reset=epoch(3900))
    async with serving(in_turn(limited, good)) as server, around.chain(server.url) as chain:
        response = await chain.request("POST", server.url, ask=Ask(kind=Kind.GRAPHQL))
    assert chain.json(response) == {"data": {}}
    assert around.clock.slept == [300.0]


async def test_without_a_time_the_wait_grows_and_ends(around: Surroundings) -> None:
    async with (
        serving(lambda _: Reply(status=429)) as server,
        around.chain(server.url, attempts=9) as chain,
    ):
        with pytest.raises(BudgetExhaustedError):
            await chain.get(server.url)
    assert around.clock.slept == [60.0, 120.0, 240.0, 480.0]
    assert sum(around.clock.slept) <= 900


async def test_limits_without_end_are_not_asked_more_often_than_attempts(
    around: Surroundings,
) -> None:
    async with (
        serving(in_turn(answer({}, 429, retry_after="1"))) as server,
        around.chain(server.url, attempts=3) as chain,
    ):
        with pytest.raises(BudgetExhaustedError):
            await chain.get(server.url)
    assert len(server.got) == 3


async def test_a_forge_that_always_says_soon_is_down(around: Surroundings) -> None:
    async with (
        serving(in_turn(answer({}, 503, retry_after="1"))) as server,
        around.chain(server.url, attempts=3) as chain,
    ):
        assert (await chain.get(server.url)).status_code == 503
    assert len(server.got) == 3


async def test_ledgers_are_kept_at_the_end_and_told(around: Surroundings) -> None:
    reply = answer(
        {},
        x_ratelimit_limit="5000",
        x_ratelimit_remaining="4321",
        x_ratelimit_reset=epoch(60),
        x_ratelimit_resource="core",
    )
    async with serving(lambda _: reply) as server, around.chain(server.url) as chain:
        await chain.get(server.url)
        assert around.budgets.kept == {}
        assert chain.spent().budget_left == 4321
        around.clock.time += timedelta(seconds=61)
        assert chain.spent().budget_left is None, "the reset is past"
    assert list(around.budgets.kept.values()) == [
        Ledger(
            origin=server.url,
            token="anonymous",
            resource="core",
            limit=5000,
            remaining=4321,
            reset_at=START + timedelta(seconds=60),
            not_before=None,
        )
    ]


async def test_chains_of_one_account_share_what_they_learn(around: Surroundings) -> None:
    replies = in_turn(answer({}, 429, retry_after="3600"), answer({}))
    async with (
        serving(replies) as server,
        around.chain(server.url, token="t") as one,
        around.chain(server.url, token="t") as other,
        around.chain(server.url, token="u") as stranger,
    ):
        with pytest.raises(BudgetExhaustedError):
            await one.get(server.url)
        with pytest.raises(BudgetExhaustedError):
            await other.get(server.url)
        assert (await stranger.get(server.url)).status_code == 200


async def test_requests_of_one_account_go_one_by_one(around: Surroundings) -> None:
    async def slow(got: object) -> Reply:
        await asyncio.sleep(0.005)
        return answer({})

    async with (
        serving(slow) as server,
        around.chain(server.url) as one,
        around.chain(server.url) as other,
    ):
        await asyncio.gather(*(c.get(server.url) for c in (one, other) for _ in range(4)))
        assert server.open_most == 1


async def test_more_at_once_only_where_allowed(around: Surroundings) -> None:
    async def slow(got: object) -> Reply:
        await asyncio.sleep(0.02)
        return answer({})

    async with serving(slow) as server, around.chain(server.url, parallel=3) as chain:
        await asyncio.gather(*(chain.get(server.url) for _ in range(9)))
        assert server.open_most == 3


async def test_a_wait_does_not_hold_up_another_resource(around: Surroundings) -> None:
    last = answer({}, x_ratelimit_remaining="0", x_ratelimit_reset=epoch(600))
    async with serving(in_turn(last, answer({}))) as server, around.chain(server.url) as chain:
        await chain.get(server.url)
        held = asyncio.Event()
        release = asyncio.Event()
        jump = around.clock.sleep

        async def hold(seconds: float) -> None:
            held.set()
            await release.wait()
            await jump(seconds)

        around.clock.sleep = hold  # type: ignore[method-assign]
        waiting = asyncio.create_task(chain.get(server.url))
        async with asyncio.timeout(5):
            await held.wait()
        await chain.request("POST", server.url, ask=Ask(kind=Kind.GRAPHQL))
        assert not waiting.done()
        release.set()
        await waiting


async def test_waits_are_told_to_who_watches_and_to_the_log(
    around: Surroundings, caplog: pytest.LogCaptureFixture
) -> None:
    replies = in_turn(
        answer({}, 429, retry_after="0.5"),
        *[answer({}, 502)] * 4,
        answer({"ok": True}),
    )
    async with (
        serving(replies) as server,
        around.chain(server.url, tokens=("t",), attempts=6) as chain,
    ):
        with caplog.at_level("INFO", logger="connectors"):
            await chain.get(server.url)
    limit = f"the limit 'secondary' of {server.url} is reached for NAME_OF_T"
    assert around.waits[0] == (START + timedelta(seconds=0.5), limit)
    assert {why for _, why in around.waits[1:]} == {"the forge answered 502"}
    told = [(until - START).total_seconds() for until, _ in around.waits[1:]]
    assert len(told) < 4, "short pauses are for the log alone"
    assert max(told) == pytest.approx(sum(around.clock.slept))
    lines = [
        line for line in caplog.messages if line.startswith("source here: waiting until 2026-")
    ]
    assert len(lines) == len(around.clock.slept) == 5
    assert lines[0].endswith(limit)
