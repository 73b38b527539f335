# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""PyGithub itself, over the chain: every request is counted, and PyGithub elsewhere untouched."""

from datetime import timedelta

import pytest
from github.Requester import Requester

from connectors.github.rest_backend import ChainGithub
from connectors.transport.bridge import Bridge
from harvester.ports.errors import BudgetExhaustedError, NotFoundError, UnauthorisedError
from tests.connectors.transport.support import (
    START,
    Got,
    Reply,
    Surroundings,
    answer,
    in_turn,
    serving,
)

pytestmark = pytest.mark.anyio


def forge(got: Got) -> Reply:
    """A GitHub with one owner of 250 repositories, two a page short of three pages."""
    path, _, query = got.target.partition("?")
    host = got.headers["host"]
    if path == "/users/city":
        return answer(
            {
                "login": "city",
                "url": f"http://{host}/users/city",
                "repos_url": f"http://{host}/users/city/repos",
            }
        )
    if path == "/users/city/repos":
        pairs = dict(pair.split("=") for pair in query.split("&"))
        page, size = int(pairs.get("page", "1")), int(pairs["per_page"])
        ids = range((page - 1) * size + 1, min(page * size, 250) + 1)
        link = f'<http://{host}/users/city/repos?per_page={size}&page={page + 1}>; rel="next"'
        return answer(
            [{"id": n, "name": f"r{n}"} for n in ids],
            **({"link": link} if page * size < 250 else {}),
        )
    if path == "/repos/old/name":
        return Reply(status=301, headers={"location": f"http://{host}/repositories/7"})
    if path == "/repositories/7":
        return answer({"id": 7, "full_name": "new/name", "url": f"http://{host}/repositories/7"})
    if path == "/search/code":
        return answer({"total_count": 0, "items": []})
    return answer({"message": "Not Found"}, 404)


async def test_a_listing_is_read_and_counted(around: Surroundings) -> None:
    async with serving(forge) as server, around.chain(server.url, token="t") as chain:
        bridge = Bridge(chain)

        def read() -> list[int]:
            owner = ChainGithub(bridge, server.url).get_user("city")
            return [repository.id for repository in owner.get_repos()]

        assert await bridge.run(read) == list(range(1, 251))
        spent = chain.spent()
    assert spent.rest == len(server.got) == 4
    assert all(got.headers["authorization"] == "Bearer t" for got in server.got)
    assert all(got.headers["user-agent"] == "harvester/test" for got in server.got)


async def test_a_renamed_repository_is_followed(around: Surroundings) -> None:
    async with serving(forge) as server, around.chain(server.url) as chain:
        bridge = Bridge(chain)

        def read() -> tuple[int, str]:
            repository = ChainGithub(bridge, server.url).get_repo("old/name")
            return repository.id, repository.full_name

        assert await bridge.run(read) == (7, "new/name")
        assert chain.spent().rest == len(server.got) == 2


async def test_search_has_a_ledger_of_its_own(around: Surroundings) -> None:
    used_up = answer(
        {"message": "API rate limit exceeded"},
        403,
        x_ratelimit_remaining="0",
        x_ratelimit_limit="10",
        x_ratelimit_resource="code_search",
        x_ratelimit_reset=str(int((START + timedelta(hours=1)).timestamp())),
    )

    def limited(got: Got) -> Reply:
        return used_up if got.target.startswith("/search/code") else forge(got)

    async with serving(limited) as server, around.chain(server.url) as chain:
        bridge = Bridge(chain)
        client = ChainGithub(bridge, server.url)
        with pytest.raises(BudgetExhaustedError, match="code_search"):
            await bridge.run(lambda: client.search_code("publiccode.yml").totalCount)
        assert await bridge.run(lambda: client.get_repo(7).full_name) == "new/name"
    assert len(server.got) == 2


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer({"message": "Not Found"}, 404), NotFoundError),
        (answer({"message": "Bad credentials"}, 401), UnauthorisedError),
        (answer({"message": "slow down"}, 403, retry_after="3600"), BudgetExhaustedError),
    ],
)
async def test_errors_are_harvesters_own_and_nobody_else_waits(
    around: Surroundings, reply: Reply, error: type[Exception]
) -> None:
    async with serving(in_turn(reply)) as server, around.chain(server.url) as chain:
        bridge = Bridge(chain)
        with pytest.raises(error):
            await bridge.run(lambda: ChainGithub(bridge, server.url).get_repo("a/b").id)
    assert len(server.got) == 1


async def test_copies_stay_on_the_chain_and_others_stay_off_it(around: Surroundings) -> None:
    before = dict(vars(Requester))
    async with (
        serving(forge) as one,
        serving(forge) as two,
        around.chain(one.url) as first,
        around.chain(two.url) as second,
    ):
        for chain, server in ((first, one), (second, two), (first, one)):
            bridge = Bridge(chain)

            def read(bridge: Bridge = bridge, url: str = server.url) -> None:
                requester = ChainGithub(bridge, url).requester
                copy = requester.withLazy(True).withApiVersion("2022-11-28").withAuth(None)
                assert type(copy) is type(requester)
                copy.requestJsonAndCheck("GET", "/repositories/7")

            await bridge.run(read)
        assert (first.spent().rest, second.spent().rest) == (2, 1)
    assert dict(vars(Requester)) == before, "PyGithub elsewhere in the process is as it was"
