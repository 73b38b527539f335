# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What is predicted of a crawl is held against what the stand-in forges count."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from connectors.github import GitHubConnector
from connectors.gitlab import GitLabConnector
from connectors.opencode import OpenCodeConnector
from harvester.cli.estimates import hit_or_missed
from harvester.crawl import CrawlTask, SourcePlan, crawl, foresee
from harvester.model import Forge
from harvester.ports.connector import Connector, ForgeAccess, HttpOptions
from harvester.ports.listing import Estimate, Scope, ScopeKind, Spent
from harvester.publishers import PublisherDirectory
from harvester.worker import Worker
from storage.catalogue import SqlCatalogue, open_catalogue
from tests.connectors.transport.support import MemoryBudgets, MemoryValidators
from tests.crawl.build import Ears
from tests.forges.github import GitHubForge, RawForge
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.server import Forge as StandIn
from tests.forges.world import World, insider, outsider

FILE = "publiccodeYmlVersion: '0.4'\nname: Example\n"
SIZES = {"a": 120, "b": 5, "c": 1, "d": 20, "e": 12}
EVERYTHING = Scope(ScopeKind.INSTANCE)
OWNERS = Scope(ScopeKind.OWNERS, tuple(SIZES))
NAMED = Scope(ScopeKind.REPOSITORIES, tuple(f"a/r{n:03}" for n in range(60)))


@dataclass
class House:
    """A catalogue, a world, and the forges that show it."""

    catalogue: SqlCatalogue
    world: World
    kind: type[GitHubConnector] | type[GitLabConnector]
    scope: Scope
    token: str | None
    forges: tuple[StandIn, ...]
    budgets: MemoryBudgets = field(default_factory=MemoryBudgets)
    validators: MemoryValidators = field(default_factory=MemoryValidators)

    @property
    def plan(self) -> SourcePlan:
        url = "https://github.com" if self.kind is GitHubConnector else "https://gitlab.opencode.de"
        return SourcePlan(
            name="here",
            kind=self.kind.kind,
            forge=Forge(url=url, kind=self.kind.kind),
            scope=self.scope,
            publishers=PublisherDirectory(()),
            fingerprint="x",
        )

    def connector(self) -> Connector:
        api = self.forges[0].url
        github = self.kind is GitHubConnector
        access = ForgeAccess(
            source="here",
            url=self.plan.forge.url,
            api_url=api if github else f"{api}/api/v4",
            graphql_url=None if github else f"{api}/api/graphql",
            raw_url=self.forges[-1].url,
            token=self.token,
            http=HttpOptions(user_agent="harvester/test", timeout=5),
            clock=self.world.clock,
            budgets=self.budgets,
            validators=self.validators,
        )
        return self.kind(access)

    def predicted_and_real(self, *, full: bool = False) -> tuple[Estimate, Spent]:
        """Predict, crawl, and count what reached the forges."""
        for forge in self.forges:
            forge.forget()
        estimate = asyncio.run(self._crawl(full=full))
        kinds = {
            kind: sum(forge.requests(kind) for forge in self.forges)
            for kind in ("graphql", "rest", "raw")
        }
        points = self.forges[0].points if self.kind is GitHubConnector else 0
        return estimate, Spent(points=points, **kinds)

    async def _crawl(self, *, full: bool) -> Estimate:
        clock = self.world.clock
        with Worker("test") as worker:
            async with self.connector() as connector:
                size = foresee(self.catalogue, self.plan, full=full, now=clock.now())
                estimate = connector.estimate(self.plan.scope, size)
                ended = await crawl(
                    CrawlTask(source=self.plan, full=full),
                    connector=connector,
                    catalogue=self.catalogue,
                    worker=worker,
                    clock=clock,
                    listener=Ears(),
                    stop=asyncio.Event(),
                    holder="test",
                )
        assert ended.complete, ended.error
        return estimate

    def push(self, amount: int) -> None:
        """Push to so many repositories, an hour apart from the crawls."""
        self.world.clock.advance(hours=3)
        for number, repository in enumerate(self.world.repositories[::7][:amount]):
            self.world.push(
                repository, {"publiccode.yml": f"{FILE}# {number} {self.world.clock.now()}\n"}
            )
        self.world.clock.advance(hours=3)


def close(predicted: Estimate, real: Spent, *, tolerance: float = 0.1, least: int = 1) -> bool:
    """Say whether a prediction was right within a share, or a request or two."""
    pairs = (
        (predicted.graphql, real.graphql),
        (predicted.rest, real.rest),
        (predicted.raw, real.raw),
        (predicted.points, real.points),
    )
    return all(abs(one - other) <= max(least, tolerance * other) for one, other in pairs)


CASES: dict[str, tuple[type[GitHubConnector] | type[GitLabConnector], Scope, str | None]] = {
    "github, owners": (GitHubConnector, OWNERS, "good"),
    "github, by name": (GitHubConnector, NAMED, "good"),
    "gitlab, instance": (GitLabConnector, EVERYTHING, None),
    "gitlab, groups": (GitLabConnector, OWNERS, None),
    "gitlab, groups, a token": (GitLabConnector, OWNERS, "stranger"),
    "gitlab, by path": (GitLabConnector, NAMED, None),
    "opencode": (OpenCodeConnector, EVERYTHING, None),
    "github, anonymous": (GitHubConnector, OWNERS, None),
}


@pytest.fixture
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    kind, scope, token = CASES[request.param]
    world = World()
    for name, size in SIZES.items():
        (world.organization if kind is GitHubConnector else world.group)(name)
        for n in range(size):
            below = "/sub" if kind is not GitHubConnector and name == "d" else ""
            if below and n == 0:
                world.group("d/sub")
            files = {"publiccode.yml": FILE} if n % 10 == 0 else {"README.md": "x"}
            world.create(f"{name}{below}/r{n:03}", files)
    world.clock.advance(days=40)
    forges: tuple[StandIn, ...]
    if kind is GitHubConnector:
        api = GitHubForge(world, public_url="https://github.com")
        api.anonymous_limit = 5000
        forges = (api, RawForge(world, public_url="https://raw.githubusercontent.com"))
    else:
        forges = (GitLabForge(world, public_url="https://gitlab.opencode.de"),)
    forges[0].tokens |= {"good": insider(), "stranger": outsider()}
    catalogue = open_catalogue("sqlite://")
    with ExitStack() as stack:
        for forge in forges:
            stack.enter_context(forge)
        yield House(catalogue, world, kind, scope, token, forges)
    catalogue.close()


@pytest.mark.parametrize("house", CASES, indirect=True)
def test_predictions(house: House) -> None:
    first, cost = house.predicted_and_real()
    assert first.graphql + first.rest <= cost.graphql + cost.rest, "the least, as it says"
    assert first.points <= cost.points
    if house.scope is not NAMED:
        assert not first.exact

    house.world.clock.advance(hours=6)
    assert close(*house.predicted_and_real()), "incremental, unchanged"

    house.push(20)
    house.predicted_and_real()
    house.push(20)
    assert close(*house.predicted_and_real(), least=2), "incremental, as much moved as before"

    house.world.clock.advance(hours=6)
    assert close(*house.predicted_and_real(full=True), least=2), "a sweep, unchanged"

    house.world.clock.advance(days=8)
    sweep, cost = house.predicted_and_real()
    assert close(sweep, cost, least=2), "the sweep that is due, after a quiet week"


@pytest.mark.parametrize("house", ["gitlab, groups, a token"], indirect=True)
def test_a_members_token_costs_more_than_is_predicted_and_that_is_said(house: House) -> None:
    house.token = "good"
    house.predicted_and_real()
    predicted, real = house.predicted_and_real(full=True)
    assert predicted.graphql < real.graphql
    assert not predicted.exact
    assert predicted.remark is not None
    assert "is a member of" in predicted.remark


@pytest.mark.parametrize("house", ["gitlab, instance"], indirect=True)
def test_a_sweep_is_predicted_when_it_is_due(house: House) -> None:
    house.predicted_and_real()
    now = house.world.clock.now()
    soon, due = now + timedelta(hours=6), now + timedelta(days=7)
    assert foresee(house.catalogue, house.plan, full=False, now=soon).moved == {}
    assert foresee(house.catalogue, house.plan, full=True, now=soon).moved is None
    assert foresee(house.catalogue, house.plan, full=False, now=due).moved is None


@pytest.mark.parametrize(
    ("estimate", "spent", "text"),
    [
        (Estimate(rest=4), Spent(rest=4), "4 requests (as many sent)"),
        (Estimate(rest=1), Spent(rest=2), "1 request (1 more was sent)"),
        (
            Estimate(graphql=9, points=9, exact=False),
            Spent(graphql=5, raw=1, points=5),
            "at least 9 requests (3 fewer were sent), 9 points (4 fewer were charged)",
        ),
    ],
)
def test_how_far_it_was_off(estimate: Estimate, spent: Spent, text: str) -> None:
    assert hit_or_missed(estimate, spent) == text
