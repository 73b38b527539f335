# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Synchronous code in a worker thread sends through the chain on the loop."""

import asyncio
import concurrent.futures
import contextlib
import threading

import pytest

from connectors.transport import Ask, Kind
from connectors.transport.bridge import Bridge
from harvester.ports.errors import NotFoundError, UnexpectedAnswerError
from tests.connectors.transport.support import Reply, Surroundings, answer, html, in_turn, serving

pytestmark = pytest.mark.anyio


async def test_a_worker_thread_is_served_by_the_loop(around: Surroundings) -> None:
    async with (
        serving(in_turn(answer({}, 502), answer([1]))) as server,
        around.chain(server.url, token="t") as chain,
    ):
        bridge = Bridge(chain)

        def work() -> tuple[object, bool]:
            headers = {"Host": "wrong.example", "User-Agent": "lib/1", "Accept": "text/x"}
            response = bridge.request(
                "GET", f"{server.url}/a", headers=headers, ask=Ask(kind=Kind.RAW)
            )
            return response.json(), threading.current_thread() is threading.main_thread()

        assert await bridge.run(work) == ([1], False)
        spent = chain.spent()
    assert (spent.raw, spent.retries) == (2, 1)
    got = server.got[1]
    assert got.headers["authorization"] == "Bearer t"
    assert got.headers["user-agent"] == "harvester/test"
    assert got.headers["host"] == f"127.0.0.1:{server.port}"
    assert got.headers["accept"] == "text/x"


async def test_what_is_not_good_is_harvesters_own_error(around: Surroundings) -> None:
    replies = in_turn(answer({"message": "404 Project Not Found"}, 404), html())
    async with serving(replies) as server, around.chain(server.url) as chain:
        bridge = Bridge(chain)
        with pytest.raises(NotFoundError, match="Project Not Found"):
            await bridge.run(lambda: bridge.request("GET", server.url, headers={}))
        with pytest.raises(UnexpectedAnswerError, match="HTML"):
            await bridge.run(lambda: bridge.request("GET", server.url, headers={}))


async def test_on_the_loop_it_would_wait_for_ever_and_says_so(around: Surroundings) -> None:
    async with around.chain("http://127.0.0.1:1") as chain:
        with pytest.raises(RuntimeError, match=r"bridge\.run"):
            Bridge(chain).request("GET", "http://127.0.0.1:1", headers={})


async def test_a_crawl_that_is_stopped_frees_its_thread(around: Surroundings) -> None:
    loop = asyncio.get_running_loop()
    asked, ended = asyncio.Event(), asyncio.Event()

    async def never(_: object) -> Reply:
        asked.set()
        await asyncio.sleep(3600)
        return answer({})

    async with serving(never) as server, around.chain(server.url) as chain:
        bridge = Bridge(chain)

        def work() -> None:
            try:
                bridge.request("GET", server.url, headers={})
            finally:
                loop.call_soon_threadsafe(ended.set)

        task = asyncio.create_task(bridge.run(work))
        async with asyncio.timeout(5):
            await asked.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await ended.wait()


async def test_a_thread_that_does_not_give_up_is_not_served_again(around: Surroundings) -> None:
    loop = asyncio.get_running_loop()
    asked, ended = asyncio.Event(), asyncio.Event()

    async def never(_: object) -> Reply:
        asked.set()
        await asyncio.sleep(3600)
        return answer({})

    async with serving(never) as server, around.chain(server.url) as chain:
        bridge = Bridge(chain)

        def stubborn() -> None:
            for _ in range(3):
                with contextlib.suppress(concurrent.futures.CancelledError):
                    bridge.request("GET", server.url, headers={})
            loop.call_soon_threadsafe(ended.set)

        task = asyncio.create_task(bridge.run(stubborn))
        async with asyncio.timeout(5):
            await asked.wait()
            task.cancel()
            await ended.wait()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert len(server.got) == 1
