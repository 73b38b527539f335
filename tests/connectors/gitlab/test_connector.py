# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The connector as the core holds it: types, estimates, checks, tokens."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from connectors.gitlab import GitLabConnector, GitLabOptions
from harvester.ports.connector import ConnectorType
from harvester.ports.errors import SourceError, UnauthorisedError, UnreachableError
from harvester.ports.listing import Listing, Scope, Size, Spent
from tests.connectors.gitlab.support import (
    EVERYWHERE,
    Make,
    Visit,
    addresses,
    filled,
    owners,
    repositories,
)
from tests.forges.faults import Answer, html
from tests.forges.gitlab import GitLabForge
from tests.forges.world import World

pytestmark = pytest.mark.anyio


def test_it_is_a_connector_type() -> None:
    connector_type: ConnectorType = GitLabConnector
    assert (connector_type.kind, connector_type.profile) == ("gitlab", "standard")
    assert connector_type.host_aliases == {}
    with pytest.raises(ValidationError):
        GitLabOptions.model_validate({"page": 5})


@pytest.mark.parametrize(
    ("scope", "repositories_known", "by_owner", "requests"),
    [
        (EVERYWHERE, 2000, {}, 20),
        (EVERYWHERE, 0, {}, 1),
        (owners("a", "b", "c"), 260, {"a": 250, "b": 10}, 5),
        (owners("a", "b", "A/y"), 260, {"a": 90, "a/x": 80, "A/y": 80, "ab": 10}, 4),
        (repositories(*(f"a/{n}" for n in range(51))), 51, {}, 2),
        (addresses("a"), 1, {"a": 1}, 1),
    ],
)
def test_estimates(
    visit: Visit,
    scope: Scope,
    repositories_known: int,
    by_owner: dict[str, int],
    requests: int,
) -> None:
    size = Size(
        repositories=repositories_known,
        files=5,
        owners=len(by_owner),
        largest_owners=tuple(by_owner.values()),
        by_owner=by_owner,
        first=False,
    )
    estimate = GitLabConnector(visit.access()).estimate(scope, size)
    assert (estimate.graphql, estimate.rest, estimate.points) == (requests, 0, 0)
    assert estimate.exact


def test_an_estimate_counts_the_questions_for_topics(visit: Visit) -> None:
    size = Size(repositories=9, files=1, owners=1, first=False, moved={}, topics=2)
    estimate = GitLabConnector(visit.access()).estimate(EVERYWHERE, size)
    assert (estimate.graphql, estimate.rest, estimate.exact) == (1, 2, True)


def test_an_estimate_before_the_first_crawl_says_that_it_is_none(visit: Visit) -> None:
    nothing = Size(repositories=0, files=0, owners=0, first=True)
    connector = GitLabConnector(visit.access())
    assert not connector.estimate(EVERYWHERE, nothing).exact
    assert connector.estimate(repositories("a/b"), nothing).exact
    assert connector.spent() == Spent()


async def test_the_estimate_is_what_a_sweep_costs(world: World, visit: Visit) -> None:
    filled(world, "bund", 230)
    await visit.pages()
    size = Size(repositories=230, files=230, owners=1, by_owner={"bund": 230}, first=False)
    for scope in (EVERYWHERE, owners("bund")):
        visit.forge.forget()
        await visit.pages(scope, contents=False)
        estimate = GitLabConnector(visit.access()).estimate(scope, size)
        assert estimate.graphql == visit.forge.requests("graphql")


async def test_check(make: Make) -> None:
    visit = make(complexity=180)
    async with visit.open() as connector:
        assert await connector.check() == "GitLab answers over GraphQL, complexity up to 180"
    async with visit.open(token="good") as connector:
        assert (await connector.check()).startswith("GitLab 18.6.1 answers")
    async with visit.open(token="bad") as connector:
        with pytest.raises(UnauthorisedError):
            await connector.check()
    assert visit.forge.requests() == 3


async def test_the_token_goes_to_the_apis_alone(world: World, visit: Visit) -> None:
    world.create("mona/x", {"publiccode.yml": b"a\0"})
    await visit.pages(token="stranger")
    assert {e.request.token for e in visit.forge.log} == {"stranger"}
    assert visit.forge.kinds == {"graphql": 1, "raw": 1, "rest": 1}
    with GitLabForge(world) as elsewhere:
        visit.forge.faults.plan(
            Answer(status=302, headers={"location": f"{elsewhere.url}/api/v4/projects"}),
            when=lambda request: request.kind == "raw",
        )
        await visit.pages(token="stranger")
        assert elsewhere.requests() == 1
        assert elsewhere.tokens_seen == set()


@pytest.mark.parametrize("answer", [html(200), html(404), Answer(status=200, body=b'{"a":1}')])
async def test_what_is_no_gitlab_is_not_recognised(visit: Visit, answer: Answer) -> None:
    visit.forge.faults.plan(answer)
    assert not await GitLabConnector.recognise(visit.access())
    assert visit.forge.requests() == 1


async def test_a_gitlab_is_recognised_without_a_token(world: World, visit: Visit) -> None:
    assert await GitLabConnector.recognise(visit.access(token="good"))
    world.create("mona/x", {})
    assert await GitLabConnector.recognise(visit.access())
    assert visit.forge.requests() == 2
    assert visit.forge.tokens_seen == set()
    visit.forge.faults.plan(
        Answer(status=401, headers={"x-gitlab-meta": "{}"}, body=b'{"message":"401"}')
    )
    assert await GitLabConnector.recognise(visit.access())


async def test_nobody_there_is_neither_yes_nor_no(world: World) -> None:
    with GitLabForge(world) as forge:
        access = Visit(forge=forge).access(attempts=1)
    with pytest.raises(UnreachableError):
        await GitLabConnector.recognise(access)


async def test_a_token_does_not_travel_in_the_open(world: World, visit: Visit) -> None:
    access = replace(visit.access(token="good"), api_url="http://gitlab.example.org/api/v4")
    with pytest.raises(SourceError, match="unencrypted"):
        async with GitLabConnector(access):
            pass


def test_a_connector_that_is_not_open_says_so(visit: Visit) -> None:
    with pytest.raises(RuntimeError, match="not open"):
        GitLabConnector(visit.access()).pages(Listing(scope=EVERYWHERE))
