# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import pytest

from tests.connectors.transport.support import Surroundings, answer, in_turn, serving

pytestmark = pytest.mark.anyio


async def test_an_answer_comes_through_and_is_counted(around: Surroundings) -> None:
    async with serving(in_turn(answer({"a": 1}))) as server, around.chain(server.url) as chain:
        assert chain.json(await chain.get(f"{server.url}/x")) == {"a": 1}
        spent = chain.spent()
    assert (spent.rest, spent.retries, spent.waited_seconds) == (1, 0, 0.0)
    assert spent.bytes == len(b'{"a": 1}')
    assert server.got[0].headers["user-agent"] == "harvester/test"
    assert "authorization" not in server.got[0].headers


async def test_the_token_goes_along(around: Surroundings) -> None:
    async with (
        serving(in_turn(answer({}))) as server,
        around.chain(server.url, token="s3cret") as chain,
    ):
        await chain.get(server.url)
    assert server.got[0].headers["authorization"] == "Bearer s3cret"


async def test_a_server_error_is_tried_again(around: Surroundings) -> None:
    replies = in_turn(answer({}, 502), answer({}, 503), answer([1]))
    async with serving(replies) as server, around.chain(server.url) as chain:
        assert chain.json(await chain.get(server.url)) == [1]
        spent = chain.spent()
    assert (spent.rest, spent.retries) == (3, 2)
    assert spent.waited_seconds == sum(around.clock.slept) > 0
