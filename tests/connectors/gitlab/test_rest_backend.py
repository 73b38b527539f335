# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""python-gitlab itself, over the chain: every request is counted."""

import gitlab
import pytest

from connectors.gitlab.rest_backend import gitlab_over
from connectors.transport import PRIVATE_TOKEN
from connectors.transport.bridge import Bridge
from harvester.ports.errors import BudgetExhaustedError, NotFoundError, UnauthorisedError
from tests.connectors.transport.support import (
    Got,
    Reply,
    Server,
    Surroundings,
    answer,
    in_turn,
    serving,
)

pytestmark = pytest.mark.anyio


def forge(got: Got) -> Reply:
    """A GitLab with 250 projects and keyset paging; says 502 once a page."""
    path, _, query = got.target.partition("?")
    if path.endswith("/raw"):
        return Reply(headers={"content-type": "text/plain"}, body=b"name: x\n")
    if path != "/api/v4/projects":
        return answer({"message": "404 Not Found"}, 404)
    after = int(dict(pair.split("=") for pair in query.split("&")).get("id_after", "0"))
    ids = range(after + 1, min(after + 100, 250) + 1)
    host = got.headers["host"]
    link = f'<http://{host}/api/v4/projects?pagination=keyset&id_after={ids[-1]}>; rel="next"'
    return answer([{"id": n} for n in ids], **({"link": link} if ids[-1] < 250 else {}))


def projects(client: gitlab.Gitlab) -> list[int]:
    listing = client.projects.list(
        iterator=True, pagination="keyset", order_by="id", sort="asc", visibility="public"
    )
    return [project.id for project in listing]


async def test_a_listing_is_read_and_counted(around: Surroundings) -> None:
    async with (
        serving(forge) as server,
        around.chain(server.url, token="t", form=PRIVATE_TOKEN) as chain,
    ):
        bridge = Bridge(chain)
        ids = await bridge.run(lambda: projects(gitlab_over(bridge, server.url)))
        spent = chain.spent()
    assert ids == list(range(1, 251))
    assert (spent.rest, spent.raw) == (len(server.got), 0) == (3, 0)
    assert all(got.headers["private-token"] == "t" for got in server.got)
    assert "visibility=public" in server.got[0].target
    assert "per_page=100" in server.got[0].target


async def test_a_file_counts_as_raw(around: Surroundings) -> None:
    async with serving(forge) as server, around.chain(server.url) as chain:
        bridge = Bridge(chain)

        def read() -> bytes:
            project = gitlab_over(bridge, server.url).projects.get(7, lazy=True)
            return project.files.raw("publiccode.yml", ref="HEAD")

        assert await bridge.run(read) == b"name: x\n"
        assert (chain.spent().raw, chain.spent().rest) == (1, 0)
    assert server.got[0].target == (
        "/api/v4/projects/7/repository/files/publiccode.yml/raw?ref=HEAD"
    )


async def test_retries_are_the_chains(around: Surroundings) -> None:
    replies = in_turn(answer({}, 502), answer({}, 429, retry_after="30"), answer([{"id": 1}]))
    async with serving(replies) as server, around.chain(server.url) as chain:
        bridge = Bridge(chain)
        assert await bridge.run(lambda: projects(gitlab_over(bridge, server.url))) == [1]
        spent = chain.spent()
    assert (spent.rest, spent.retries) == (3, 2)
    assert 30.0 in around.clock.slept


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer({}, 429, retry_after="3600"), BudgetExhaustedError),
        (answer({"message": "401 Unauthorized"}, 401), UnauthorisedError),
        (answer({"message": "404 Group Not Found"}, 404), NotFoundError),
    ],
)
async def test_errors_are_harvesters_own(
    around: Surroundings, reply: Reply, error: type[Exception]
) -> None:
    async with serving(in_turn(reply)) as server, around.chain(server.url) as chain:
        bridge = Bridge(chain)
        with pytest.raises(error):
            await bridge.run(lambda: gitlab_over(bridge, server.url).groups.get("a/b"))
    assert len(server.got) == 1


async def test_a_moved_project_is_followed(around: Surroundings) -> None:
    def moved(got: Got) -> Reply:
        if got.target == "/api/v4/projects/7":
            return answer({"id": 7, "path_with_namespace": "new/place"})
        return Reply(status=301, headers={"location": "/api/v4/projects/7"})

    server: Server
    async with serving(moved) as server, around.chain(server.url) as chain:
        bridge = Bridge(chain)
        project = await bridge.run(
            lambda: gitlab_over(bridge, server.url).projects.get("old/place")
        )
        assert project.path_with_namespace == "new/place"
        assert chain.spent().rest == 2
