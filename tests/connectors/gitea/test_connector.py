# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The connector as the core holds it: types, estimates, checks, tokens."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from connectors.gitea import GiteaConnector, GiteaOptions
from harvester.ports.connector import ConnectorType
from harvester.ports.errors import SourceError, UnreachableError
from harvester.ports.listing import Listing, Scope, ScopeKind, Size
from tests.connectors.gitea.support import (
    EVERYWHERE,
    Make,
    Visit,
    addresses,
    filled,
    owners,
    repositories,
    sightings,
)
from tests.forges.faults import Answer, html
from tests.forges.gitea import GiteaForge
from tests.forges.world import World

pytestmark = pytest.mark.anyio


def test_it_is_a_connector_type() -> None:
    connector_type: ConnectorType = GiteaConnector
    assert (connector_type.kind, connector_type.profile) == ("gitea", "standard")
    with pytest.raises(ValidationError):
        GiteaOptions.model_validate({"page": 5})


def test_the_address_of_the_api_is_derived(visit: Visit) -> None:
    access = replace(visit.access(), url="https://codeberg.org", api_url=None)
    assert GiteaConnector(access)._api_url == "https://codeberg.org/api/v1"


@pytest.mark.parametrize(
    ("scope", "by_owner", "requests"),
    [
        (EVERYWHERE, {"a": 600, "b": 400}, 1 + 1 + 24),
        (EVERYWHERE, {}, 1 + 1),
        (owners("A", "b", "c"), {"a": 55, "b": 5}, (1 + 3) + 2 + 2),
        (repositories("a/b", "a/c"), {"a": 2}, 2 + 1),
        (addresses("a"), {"a": 1}, 2),
    ],
)
def test_estimates(visit: Visit, scope: Scope, by_owner: dict[str, int], requests: int) -> None:
    known = sum(by_owner.values())
    size = Size(
        repositories=known, files=known // 10, owners=len(by_owner), by_owner=by_owner, first=False
    )
    connector = GiteaConnector(visit.access())
    estimate = connector.estimate(scope, size)
    assert (estimate.rest, estimate.graphql, estimate.points) == (requests, 0, 0)
    assert estimate.exact is (scope.kind in (ScopeKind.INSTANCE, ScopeKind.REPOSITORIES))
    first = connector.estimate(scope, replace(size, first=True))
    assert first.rest == requests + known + 2 * (known // 10)
    assert not first.exact
    assert GiteaConnector(visit.access(token="good")).estimate(scope, size).rest == requests + 1


def test_estimates_of_what_moved(visit: Visit) -> None:
    connector = GiteaConnector(visit.access())
    size = Size(
        repositories=1000,
        files=100,
        owners=2,
        by_owner={"a": 900, "b": 100},
        first=False,
        moved={"a": 60},
        changed=20,
    )
    estimate = connector.estimate(EVERYWHERE, size)
    assert (estimate.rest, estimate.exact) == (1 + 2 + 20 + 2 * 2, False)
    assert connector.estimate(owners("a", "b"), size).rest == (1 + 2) + (1 + 1) + 20 + 2 * 2


@pytest.mark.parametrize("token", [None, "stranger"])
async def test_crawls_cost_what_was_estimated(
    world: World, visit: Visit, token: str | None
) -> None:
    filled(world, "stadt", 60, every=6)
    filled(world, "mona", 4, every=2)
    connector = GiteaConnector(visit.access(token=token))
    size = Size(repositories=64, files=12, owners=2, by_owner={"stadt": 60, "mona": 4}, first=True)
    await visit.crawl(token=token)
    assert visit.forge.requests() == connector.estimate(EVERYWHERE, size).rest
    visit.forge.forget()
    await visit.pages(token=token)
    size = replace(size, first=False)
    assert visit.forge.requests() == connector.estimate(EVERYWHERE, size).rest
    visit.forge.forget()
    await visit.pages(owners("stadt"), token=token)
    assert visit.forge.requests() == connector.estimate(owners("stadt"), size).rest
    visit.forge.forget()
    world.clock.advance(days=1)
    await visit.pages(since=world.clock.now(), token=token)
    size = replace(size, moved={})
    assert visit.forge.requests() == connector.estimate(EVERYWHERE, size).rest


@pytest.mark.parametrize(
    ("version", "said"),
    [("1.24.2", "Gitea 1.24.2 answers"), ("11.0.3+gitea-1.22.0", "Forgejo 11.0.3 answers")],
)
async def test_check(make: Make, version: str, said: str) -> None:
    visit = make(version=version)
    async with visit.open() as connector:
        assert await connector.check() == said
    assert visit.forge.requests() == 1
    async with visit.open(token="good") as connector:
        assert await connector.check() == said
        assert connector.spent().rest == 2


async def test_what_was_answered_without_the_token_is_counted_too(visit: Visit) -> None:
    visit.forge.faults.plan(Answer(status=304), when=lambda r: r.path.endswith("/settings/api"))
    async with visit.open(token="good") as connector:
        with pytest.raises(SourceError):
            await connector.check()
        assert (connector.spent().rest, connector.spent().not_modified) == (1, 1)


async def test_a_check_of_something_else_says_so(visit: Visit) -> None:
    for body in (b"[]", b'{"version":5}'):
        visit.forge.faults.plan(Answer(status=200, body=body))
        async with visit.open() as connector:
            with pytest.raises(SourceError, match="Gitea or Forgejo"):
                await connector.check()


async def test_the_token_is_shown_to_the_api_alone_and_once_not_at_all(
    world: World, visit: Visit
) -> None:
    filled(world, "mona", 2)
    await visit.crawl(token="stranger")
    shown = [exchange.request.token for exchange in visit.forge.log]
    assert shown.count(None) == 1
    assert set(shown) == {None, "stranger"}
    assert visit.forge.log[-1].request.headers["authorization"] == "token stranger"
    with GiteaForge(world) as elsewhere:
        visit.forge.faults.plan(
            Answer(status=302, headers={"location": f"{elsewhere.url}/api/v1/repos/mona/r0"}),
            when=lambda request: "/git/trees" in request.path,
        )
        await visit.crawl(token="stranger")
        assert elsewhere.requests() == 1
        assert elsewhere.tokens_seen == set()


async def test_what_was_spent_is_what_the_forge_counted(world: World, visit: Visit) -> None:
    filled(world, "mona", 3)
    async with visit.open(token="good") as connector:
        pages = [page async for page in connector.pages(Listing(scope=EVERYWHERE))]
        await connector.read(sightings(pages))
        spent = connector.spent()
    assert spent.rest == visit.forge.requests()
    assert spent.text_bytes == visit.forge.text_bytes
    assert spent.bytes == sum(exchange.sent for exchange in visit.forge.log)


async def test_a_token_without_the_right_to_list_organisations(world: World, visit: Visit) -> None:
    world.create("stadt/x", {})
    visit.forge.faults.plan(Answer(status=403), when=lambda r: "/orgs" in r.path, times=9)
    [seen] = sightings(await visit.pages(token="good"))
    assert seen.repository.owner.kind == "user"
    [seen] = sightings(await visit.pages(repositories("stadt/x"), token="good"))
    assert seen.repository.owner.kind == "user"


async def test_many_organisations(world: World, visit: Visit) -> None:
    for number in range(60):
        world.organization(f"o{number:02}")
    world.create("o59/x", {})
    [seen] = sightings(await visit.pages())
    assert seen.repository.owner.kind == "organization"


@pytest.mark.parametrize(
    "answer", [html(200), html(404), Answer(status=200, body=b'{"a":1}'), Answer(status=403)]
)
async def test_what_is_no_gitea_is_not_recognised(visit: Visit, answer: Answer) -> None:
    visit.forge.faults.plan(answer)
    assert not await GiteaConnector.recognise(visit.access())
    assert visit.forge.requests() == 1


async def test_a_gitea_is_recognised_without_a_token(make: Make) -> None:
    for visit in (make(), make(closed=True)):
        assert await GiteaConnector.recognise(visit.access(token="good"))
        assert visit.forge.requests() == 1
        assert visit.forge.tokens_seen == set()


async def test_nobody_there_is_neither_yes_nor_no(world: World) -> None:
    with GiteaForge(world) as forge:
        access = Visit(forge=forge).access(attempts=1)
    with pytest.raises(UnreachableError):
        await GiteaConnector.recognise(access)


async def test_a_token_does_not_travel_in_the_open(visit: Visit) -> None:
    access = replace(visit.access(token="good"), api_url="http://codeberg.example.org/api/v1")
    with pytest.raises(SourceError, match="unencrypted"):
        async with GiteaConnector(access):
            pass


async def test_a_connector_that_is_not_open_says_so(visit: Visit) -> None:
    connector = GiteaConnector(visit.access())
    with pytest.raises(RuntimeError, match="not open"):
        await connector.read([])
    with pytest.raises(RuntimeError, match="not open"):
        connector.spent()
    async with connector:
        pass
