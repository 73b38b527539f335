# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What comes back through the chain, and what it costs."""

import asyncio
import os
import random
from http import HTTPStatus

import httpx
import pytest

from connectors.transport import Ask, Kind, credential, is_from_cache, open_chain, trail_of
from harvester.ports.errors import (
    ForbiddenError,
    NotFoundError,
    ServerError,
    SourceError,
    TooLargeError,
    UnauthorisedError,
    UnexpectedAnswerError,
    UnreachableError,
)
from tests.connectors.transport.support import (
    Got,
    Reply,
    Surroundings,
    answer,
    html,
    in_turn,
    packed,
    serving,
)

MIB = 1024 * 1024
pytestmark = pytest.mark.anyio


async def test_an_answer_comes_through_and_is_counted(around: Surroundings) -> None:
    async with serving(in_turn(answer({"a": 1}))) as server, around.chain(server.url) as chain:
        assert chain.json(await chain.get(f"{server.url}/x", params={"b": 2})) == {"a": 1}
        await chain.get(server.url, kind=Kind.RAW)
        await chain.request("POST", server.url, ask=Ask(kind=Kind.GRAPHQL))
        chain.statistics.points += 7
        spent = chain.spent()
    assert (spent.rest, spent.raw, spent.graphql, spent.points) == (1, 1, 1, 7)
    assert (spent.retries, spent.waited_seconds, spent.budget_left) == (0, 0.0, None)
    assert spent.bytes == 3 * len(b'{"a": 1}')
    assert server.got[0].headers["user-agent"] == "harvester/test"
    assert server.got[0].target == "/x?b=2"
    assert "authorization" not in server.got[0].headers


# --- trying again -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_what_fails_for_the_moment_is_tried_again(around: Surroundings, status: int) -> None:
    replies = in_turn(answer({}, status), answer({}, status), answer([1]))
    async with serving(replies) as server, around.chain(server.url) as chain:
        assert chain.json(await chain.get(server.url)) == [1]
        spent = chain.spent()
    assert (spent.rest, spent.retries) == (3, 2)
    assert spent.waited_seconds == sum(around.clock.slept) > 0


async def test_pauses_grow_and_are_never_the_same_for_all(around: Surroundings) -> None:
    async with serving(in_turn(answer({}, 502))) as server:
        who = credential("here", (server.url,))
        access = around.access(server.url, attempts=5)
        chance = random.Random(1)
        async with open_chain(access, who, chance=chance) as chain:
            assert (await chain.get(server.url)).status_code == 502
    slept = around.clock.slept
    assert len(slept) == 4
    assert all(
        low <= seconds <= 2 * low for low, seconds in zip((0.5, 1, 2, 4), slept, strict=True)
    )
    assert slept != [0.5, 1, 2, 4]


async def test_a_500_is_tried_twice_only(around: Surroundings) -> None:
    async with serving(in_turn(answer({}, 500))) as server, around.chain(server.url) as chain:
        with pytest.raises(ServerError, match="500"):
            chain.checked(await chain.get(server.url))
    assert len(server.got) == 2


@pytest.mark.parametrize("status", [400, 401, 404, 422, 501])
async def test_what_is_final_is_not_tried_again(around: Surroundings, status: int) -> None:
    async with serving(in_turn(answer({}, status))) as server, around.chain(server.url) as chain:
        await chain.get(server.url)
    assert len(server.got) == 1


@pytest.mark.parametrize("status", [502, 504])
async def test_the_impatient_hear_of_it_at_once(around: Surroundings, status: int) -> None:
    async with serving(in_turn(answer({}, status))) as server, around.chain(server.url) as chain:
        response = await chain.request("GET", server.url, ask=Ask(patient=False))
    assert response.status_code == status
    assert len(server.got) == 1


async def test_a_connection_that_is_dropped_is_tried_again(around: Surroundings) -> None:
    replies = in_turn(Reply(hang_up=True), answer({}))
    async with serving(replies) as server, around.chain(server.url) as chain:
        assert (await chain.get(server.url)).status_code == 200
    assert len(server.got) == 2


async def test_a_forge_that_is_down(around: Surroundings) -> None:
    async with serving(in_turn(answer({}))) as server:
        url = server.url
    async with around.chain(url, attempts=3) as chain:
        with pytest.raises(UnreachableError, match="source here") as caught:
            await chain.get(f"{url}/x?private_token=abc")
        assert chain.spent().rest == 0, "nothing was sent"
    assert "abc" not in str(caught.value)
    assert len(around.clock.slept) == 2


async def test_a_host_that_does_not_exist(around: Surroundings) -> None:
    async with around.chain("http://no-such-host.invalid", attempts=1) as chain:
        with pytest.raises(UnreachableError, match="is the host right"):
            await chain.get("http://no-such-host.invalid/")


# --- time and size ----------------------------------------------------------------------------


async def test_an_answer_that_drips_is_cut_after_the_time_of_the_whole(
    around: Surroundings,
) -> None:
    dripping = Reply(body=b"x" * 1000, drip=0.01)
    async with (
        serving(in_turn(dripping)) as server,
        around.chain(server.url, timeout=0.08, attempts=2) as chain,
    ):
        with pytest.raises(UnreachableError, match="in time"):
            await chain.get(server.url)
    assert len(server.got) == 2


async def test_a_body_of_33_mib_is_refused_by_its_announcement(around: Surroundings) -> None:
    huge = Reply(announce=33 * MIB)
    async with serving(in_turn(huge)) as server, around.chain(server.url) as chain:
        with pytest.raises(TooLargeError, match="33,554,432 bytes"):
            await chain.get(server.url)
    assert len(server.got) == 1, "it would be as large the next time"


async def test_a_body_of_33_mib_is_refused_by_its_bytes(around: Surroundings) -> None:
    huge = Reply(body=b"x" * (33 * MIB), announce=-1)
    async with serving(in_turn(huge)) as server, around.chain(server.url) as chain:
        with pytest.raises(TooLargeError):
            await chain.get(server.url)


async def test_a_body_of_just_the_limit_is_read(around: Surroundings) -> None:
    replies = in_turn(Reply(body=b"x" * 1000), packed(b"y" * 1000), packed(b"y" * 1001))
    async with serving(replies) as server, around.chain(server.url, max_body=1000) as chain:
        assert len((await chain.get(server.url)).content) == 1000
        response = await chain.get(server.url)
        assert response.content == b"y" * 1000
        assert "content-encoding" not in response.headers
        with pytest.raises(TooLargeError):
            await chain.get(server.url)


async def test_a_bomb_does_not_unfold(around: Surroundings) -> None:
    bomb = packed(b"\0" * (40 * MIB))
    assert len(bomb.body) < 64 * 1024
    async with serving(in_turn(bomb)) as server, around.chain(server.url) as chain:
        with pytest.raises(TooLargeError):
            await chain.get(server.url)
        assert chain.spent().bytes == 0


async def test_what_is_too_large_packed_is_not_unpacked(around: Surroundings) -> None:
    noise = packed(os.urandom(3000))
    async with serving(in_turn(noise)) as server, around.chain(server.url, max_body=2000) as chain:
        with pytest.raises(TooLargeError):
            await chain.get(server.url)


async def test_a_bomb_in_a_bomb_is_not_opened(around: Surroundings) -> None:
    nested = Reply(headers={"content-encoding": "gzip, gzip"}, body=packed(packed(b"x").body).body)
    async with serving(in_turn(nested)) as server, around.chain(server.url) as chain:
        with pytest.raises(UnexpectedAnswerError, match="gzip, gzip"):
            await chain.get(server.url)


async def test_what_says_gzip_and_is_not(around: Surroundings) -> None:
    wrong = Reply(headers={"content-encoding": "gzip"}, body=b"plain")
    async with serving(in_turn(wrong)) as server, around.chain(server.url) as chain:
        with pytest.raises(UnexpectedAnswerError, match="not gzip"):
            await chain.get(server.url)


@pytest.mark.parametrize(
    "cut",
    [
        Reply(body=b'{"a": ', announce=500),
        Reply(headers={"content-encoding": "gzip"}, body=packed(b"x" * 500).body[:-9]),
    ],
)
async def test_a_cut_body_is_tried_again_and_never_taken_for_whole(
    around: Surroundings, cut: Reply
) -> None:
    async with serving(in_turn(cut)) as server, around.chain(server.url, attempts=2) as chain:
        with pytest.raises(UnexpectedAnswerError, match="cut off"):
            await chain.get(server.url)
    assert len(server.got) == 2


async def test_head_has_headers_and_no_body(around: Surroundings) -> None:
    file = Reply(headers={"x-gitlab-blob-id": "abc"}, announce=123456)
    async with serving(in_turn(file)) as server, around.chain(server.url, max_body=10) as chain:
        response = await chain.request("HEAD", server.url)
    assert response.headers["x-gitlab-blob-id"] == "abc"
    assert response.headers["content-length"] == "123456"
    assert response.content == b""


# --- redirects --------------------------------------------------------------------------------


async def test_a_moved_project_is_found_and_told(around: Surroundings) -> None:
    def handle(got: Got) -> Reply:
        if got.target == "/repositories/7":
            return answer({"id": 7})
        return Reply(status=301, headers={"location": "/repositories/7"})

    async with serving(handle) as server, around.chain(server.url) as chain:
        response = await chain.get(f"{server.url}/repos/old/name")
        spent = chain.spent()
    assert chain.json(response) == {"id": 7}
    trail = trail_of(response)
    assert (trail.url, trail.hops, trail.moved) == (f"{server.url}/repositories/7", 1, True)
    assert spent.rest == 2


async def test_a_hop_that_is_not_for_good_is_no_move(around: Surroundings) -> None:
    replies = in_turn(
        Reply(status=301, headers={"location": "/a"}),
        Reply(status=302, headers={"location": "/b"}),
        answer({}),
    )
    async with serving(replies) as server, around.chain(server.url) as chain:
        trail = trail_of(await chain.get(server.url))
    assert (trail.hops, trail.moved) == (2, False)


async def test_a_redirect_without_end(around: Surroundings) -> None:
    circle = Reply(status=302, headers={"location": "/again"})
    async with serving(in_turn(circle)) as server, around.chain(server.url) as chain:
        with pytest.raises(UnexpectedAnswerError, match="more than 5 times"):
            await chain.get(server.url)
    assert len(server.got) == 6


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://a.example/", "https://a.example:99999999/"]
)
async def test_a_redirect_off_the_web(around: Surroundings, location: str) -> None:
    away = Reply(status=302, headers={"location": location})
    async with serving(in_turn(away)) as server, around.chain(server.url) as chain:
        with pytest.raises(UnexpectedAnswerError, match="not a web address"):
            await chain.get(server.url)


async def test_a_redirect_that_is_no_address(around: Surroundings) -> None:
    away = Reply(status=302, headers={"location": "https://a.example:x/"})
    async with serving(in_turn(away)) as server, around.chain(server.url) as chain:
        with pytest.raises(UnexpectedAnswerError, match="location"):
            await chain.get(server.url)


async def test_another_network_can_take_the_place_of_the_real_one(around: Surroundings) -> None:
    """An archive that is replayed, say; whatever it gives is looked at as strictly."""
    there = httpx.MockTransport(
        lambda request: (
            httpx.Response(302, headers={"location": "https://a.example:x/"})
            if request.url.path == "/moved"
            else httpx.Response(200, json=[1])
        )
    )
    url = "https://forge.invalid/"
    who = credential("here", (url,), token="t")
    async with open_chain(around.access(url), who, network=there) as chain:
        assert chain.json(await chain.get(url)) == [1]
        with pytest.raises(UnexpectedAnswerError):
            await chain.get(f"{url}moved")


async def test_what_is_not_http(around: Surroundings) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, around.chain(url, attempts=1) as chain:
        with pytest.raises(UnexpectedAnswerError, match="something else"):
            await chain.get(url)


async def test_a_post_is_not_redirected(around: Surroundings) -> None:
    away = Reply(status=301, headers={"location": "https://elsewhere.example/graphql?a=1"})
    async with serving(in_turn(away)) as server, around.chain(server.url) as chain:
        response = await chain.request("POST", server.url, content=b"{}")
        with pytest.raises(UnexpectedAnswerError, match=r"https://elsewhere\.example/graphql \("):
            chain.checked(response)


# --- conditional requests ---------------------------------------------------------------------


def conditional(got: Got) -> Reply:
    if got.headers.get("if-none-match") == '"v1"':
        return Reply(status=304, headers={"x-ratelimit-remaining": "5", "etag": '"v1"'})
    return answer([1, 2], etag='"v1"', link='<http://x/2>; rel="next"', x_secret="1")


async def test_what_still_holds_comes_from_the_store(around: Surroundings) -> None:
    async with serving(conditional) as server, around.chain(server.url) as chain:
        first = await chain.get(server.url, conditional=True)
        again = await chain.get(server.url, conditional=True)
        spent = chain.spent()
    assert not is_from_cache(first)
    assert is_from_cache(again)
    assert chain.json(again) == chain.json(first) == [1, 2]
    assert again.links["next"]["url"] == "http://x/2"
    assert (spent.rest, spent.bytes, spent.budget_left) == (2, len(b"[1, 2]"), 5)
    (kept,) = around.validators.kept.values()
    assert "x-secret" not in kept.headers


async def test_only_who_asks_asks_conditionally(around: Surroundings) -> None:
    async with serving(conditional) as server, around.chain(server.url) as chain:
        await chain.get(server.url)
        await chain.get(server.url, conditional=True)
        await chain.get(server.url)
    assert ["if-none-match" in got.headers for got in server.got] == [False] * 3


async def test_what_one_account_sees_is_not_shown_to_another(around: Surroundings) -> None:
    async with serving(conditional) as server:
        async with around.chain(server.url, token="insider") as chain:
            await chain.get(server.url, conditional=True)
        async with around.chain(server.url) as chain:
            assert not is_from_cache(await chain.get(server.url, conditional=True))


async def test_a_date_serves_where_there_is_no_tag(around: Surroundings) -> None:
    date = "Sun, 01 Nov 2026 12:00:00 GMT"
    replies = in_turn(answer([1], last_modified=date), Reply(status=304))
    async with serving(replies) as server, around.chain(server.url) as chain:
        await chain.get(server.url, conditional=True)
        assert chain.json(await chain.get(server.url, conditional=True)) == [1]
    assert server.got[1].headers["if-modified-since"] == date


async def test_what_has_no_mark_is_not_kept(around: Surroundings) -> None:
    async with serving(in_turn(answer([1]))) as server, around.chain(server.url) as chain:
        await chain.get(server.url, conditional=True)
    assert around.validators.kept == {}


async def test_an_error_is_not_kept(around: Surroundings) -> None:
    replies = in_turn(answer({}, 404, etag='"x"'))
    async with serving(replies) as server, around.chain(server.url) as chain:
        await chain.get(server.url, conditional=True)
    assert around.validators.kept == {}


# --- what an answer means ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (answer({"message": "401 Unauthorized"}, 401), UnauthorisedError, "is it still valid"),
        (answer({"message": "No access"}, 403), ForbiddenError, "check the token's rights"),
        (answer({}, 451), ForbiddenError, "451"),
        (answer({"message": "404 Group Not Found"}, 404), NotFoundError, "Group Not Found"),
        (answer([], 410), NotFoundError, "spelling"),
        (html(503), ServerError, "page of HTML"),
        (answer({}, 422), UnexpectedAnswerError, "422"),
        (html(), UnexpectedAnswerError, "sign-in page"),
        (Reply(body=b"<!DOCTYPE html><p>"), UnexpectedAnswerError, "sign-in page"),
        (Reply(), UnexpectedAnswerError, "empty"),
        (Reply(body=b'{"a": '), UnexpectedAnswerError, "not JSON"),
        (Reply(body=b"\xff\xfe\xff"), UnexpectedAnswerError, "not JSON"),
        (Reply(body=b"[" * 100_000), UnexpectedAnswerError, "not JSON"),
    ],
)
async def test_errors_name_source_address_and_remedy(
    around: Surroundings, reply: Reply, error: type[SourceError], words: str
) -> None:
    async with serving(in_turn(reply)) as server, around.chain(server.url) as chain:
        response = await chain.get(f"{server.url}/api?token=abc")
        with pytest.raises(error) as caught:
            chain.json(response)
    told = str(caught.value)
    assert words in told
    assert "source here" in told
    assert f"{server.url}/api" in told
    assert "abc" not in told


async def test_a_304_that_nobody_asked_for(around: Surroundings) -> None:
    async with serving(in_turn(Reply(status=304))) as server, around.chain(server.url) as chain:
        response = await chain.get(server.url)
        assert response.status_code == HTTPStatus.NOT_MODIFIED
        with pytest.raises(UnexpectedAnswerError, match="304"):
            chain.json(response)


async def test_an_address_that_is_none(around: Surroundings) -> None:
    async with around.chain("http://127.0.0.1:1") as chain:
        for url in ("gopher://a.b/?secret=1", "https://secret@a.b:x/", "https://a.b:70000/"):
            with pytest.raises(UnexpectedAnswerError, match="not a web address") as caught:
                await chain.get(url)
            assert "secret" not in str(caught.value)
