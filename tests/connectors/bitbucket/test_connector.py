# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What is peculiar to Bitbucket: its words, its keyset by time, its 60 requests an hour."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from connectors.bitbucket import BitbucketConnector, facts
from connectors.kit import LARGEST
from harvester.model import IGNORE_FILE, Owner, Sighting, Unknown
from harvester.ports.errors import BudgetExhaustedError, SourceError, UnauthorisedError
from harvester.ports.listing import Listing, Missing, Scope, ScopeKind, Size
from tests.connectors.conformance import OWNER, TEXT, USER, Candidate
from tests.forges.bitbucket import BitbucketForge, uuid_of
from tests.forges.faults import Answer, html
from tests.forges.limits import Limit
from tests.forges.world import Visibility, World, insider

pytestmark = pytest.mark.anyio

URL = "https://bitbucket.org"
OWNERS = Scope(ScopeKind.OWNERS, (OWNER,))


@pytest.fixture
def world() -> World:
    made = World()
    made.organization(OWNER, "Stadt")
    made.user(USER, "Mona")
    return made


@pytest.fixture
def candidate(world: World) -> Iterator[Candidate]:
    with BitbucketForge(world, public_url=URL) as forge:
        forge.tokens["good"] = insider()
        yield Candidate(
            forge=forge,
            make=BitbucketConnector,
            access={"api_url": f"{forge.url}/2.0"},
            url=URL,
            token="good",
            instance=False,
        )


async def crawl(candidate: Candidate, scope: Scope = OWNERS) -> dict[str, Sighting]:
    async with candidate.open() as connector:
        pages = [page async for page in connector.pages(Listing(scope=scope))]
        read = await connector.read([one for page in pages for one in page.sightings])
        return {one.repository.path: one for one in read}


async def test_the_facts(world: World, candidate: Candidate) -> None:
    parent = world.create(f"{USER}/x", {"a": "b"})
    languages = (("HTML", 10), ("Python", 90))
    world.fork(parent, f"{OWNER}/x", description="Ein X", languages=languages)
    seen = (await crawl(candidate))[f"{OWNER}/x"].repository
    assert seen.web_url == f"{URL}/{OWNER}/x"
    assert seen.description == "Ein X"
    assert seen.owner == Owner(path=OWNER, name="Stadt", kind="organization")
    assert (seen.fork, seen.parent_url) == (True, f"{URL}/{USER}/x")
    assert seen.raw_base == f"{URL}/{OWNER}/x/raw/main/"
    assert seen.details is not None
    assert seen.details.languages == ("python",)
    assert seen.created_at is not None
    [of_user] = (await crawl(candidate, Scope(ScopeKind.OWNERS, (USER,)))).values()
    assert of_user.repository.owner.kind == "user"


async def test_a_private_parent_is_not_told(world: World, candidate: Candidate) -> None:
    parent = world.create(f"{USER}/x", {"a": "b"}, visibility=Visibility.PRIVATE)
    world.fork(parent, f"{OWNER}/x", visibility=Visibility.PUBLIC)
    seen = (await crawl(candidate))[f"{OWNER}/x"].repository
    assert seen.parent_url is None


def test_a_young_time_is_never_taken_for_the_same() -> None:
    now = datetime(2026, 3, 2, 8, tzinfo=UTC)
    row = {
        "uuid": uuid_of(7),
        "full_name": "a/x",
        "name": "x",
        "updated_on": now.isoformat(),
    }
    revisions = [
        facts.repository(row, URL, now + timedelta(minutes=minutes)).revision
        for minutes in (0, 1, 6, 600)
    ]
    assert len(set(revisions)) == 3
    assert revisions[2] == revisions[3]


async def test_a_thousand_repositories(world: World, candidate: Candidate) -> None:
    for number in range(1000):
        world.create(f"{OWNER}/r{number}", {})
    size = Size(repositories=1000, files=100, owners=1, by_owner={OWNER: 1000}, first=True)
    async with candidate.open() as connector:
        pages = [page async for page in connector.pages(Listing(scope=OWNERS))]
        estimate = connector.estimate(OWNERS, size)
    assert sum(len(page.sightings) for page in pages) == 1000
    assert candidate.forge.requests() == estimate.rest == 11
    assert (estimate.raw, estimate.exact) == (2000, False)
    world.clock.advance(days=1)
    candidate.forge.forget()
    await candidate.pages(OWNERS, since=world.clock.now() - timedelta(hours=2))
    assert candidate.forge.requests() == 1


async def test_a_file_costs_two_requests_and_its_absence_too(candidate: Candidate) -> None:
    candidate.fill(20, every=10)
    size = Size(repositories=20, files=2, owners=1, by_owner={OWNER: 20}, first=True)
    await crawl(candidate)
    estimate = BitbucketConnector(candidate.reach()).estimate(OWNERS, size)
    assert candidate.forge.kinds == {"rest": 1, "raw": 2 * 20}
    assert (estimate.rest, estimate.raw) == (1, 2 * 20)


def test_an_estimate_of_single_repositories(candidate: Candidate) -> None:
    nothing = Size(repositories=0, files=0, owners=0, first=True)
    scope = Scope(ScopeKind.REPOSITORIES, ("a/b", "a/c"))
    assert BitbucketConnector(candidate.reach()).estimate(scope, nothing).rest == 2


async def test_sixty_requests_an_hour(world: World, candidate: Candidate) -> None:
    assert isinstance(candidate.forge, BitbucketForge)
    candidate.fill(40, every=1)
    candidate.forge.limit = Limit(11, timedelta(hours=1))
    async with candidate.open() as connector:
        pages = [page async for page in connector.pages(Listing(scope=OWNERS))]
        read = await connector.read(pages[0].sightings)
        assert [isinstance(one.files, tuple) for one in read] == [True] * 5 + [False] * 35
        with pytest.raises(BudgetExhaustedError):
            [page async for page in connector.pages(Listing(scope=OWNERS))]


async def test_the_whole_of_bitbucket_is_not_listed(candidate: Candidate) -> None:
    with pytest.raises(SourceError, match="not listed as a whole"):
        await candidate.pages(Scope(ScopeKind.INSTANCE))
    assert candidate.forge.requests() == 0


async def test_a_file_that_is_too_large_is_not_kept(world: World, candidate: Candidate) -> None:
    world.create(f"{OWNER}/x", {"publiccode.yml": b"x" * (LARGEST + 1)})
    [seen] = (await crawl(candidate)).values()
    assert isinstance(seen.files, tuple)
    assert (seen.files[0].size, seen.files[0].content) == (LARGEST + 1, None)


@pytest.mark.parametrize("status", [403, 404])
async def test_private_repositories_are_missing_in_the_forges_own_words(
    world: World, candidate: Candidate, status: int
) -> None:
    key = uuid_of(world.create(f"{OWNER}/x", {}).id).strip("{}")
    told = {"type": "error", "error": {"message": "You may not have access to this repository"}}
    for body, answer in ((json.dumps(told).encode(), Missing), (b"[]", Unknown)):
        candidate.forge.faults.plan(Answer(status=status, body=body))
        async with candidate.open() as connector:
            assert isinstance((await connector.look_up([key]))[key], answer)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"values":[1]}',
        b'{"values":[],"next":"x"}',
        b'{"values":null}',
    ],
)
async def test_a_listing_of_another_shape_is_a_failure(candidate: Candidate, body: bytes) -> None:
    candidate.forge.faults.plan(Answer(status=200, body=body))
    [page] = await candidate.pages(OWNERS)
    [failure] = page.failures
    assert "gave" in failure.message
    assert page.cursor is None


async def test_a_row_of_another_shape_is_its_own_failure(candidate: Candidate) -> None:
    candidate.fill(1)
    told = {"values": [{"uuid": "{5}", "full_name": f"{OWNER}/kaputt"}]}
    candidate.forge.faults.plan(Answer(status=200, body=json.dumps(told).encode()))
    [page] = await candidate.pages(OWNERS)
    [failure] = page.failures
    assert (failure.subject, failure.forge_id) == (f"{URL}/{OWNER}/kaputt", "5")


async def test_who_opts_out_by_a_file(world: World, candidate: Candidate) -> None:
    world.create(f"{OWNER}/out", {"publiccode.yaml": TEXT, IGNORE_FILE: ""})
    world.create(f"{OWNER}/in", {"publiccode.yml": TEXT})
    world.create(f"{OWNER}/none", {IGNORE_FILE: ""})
    seen = await crawl(candidate)
    wishes = {path.removeprefix(f"{OWNER}/"): one.ignore_file for path, one in seen.items()}
    assert wishes == {"out": True, "in": False, "none": None}


async def test_a_web_page_is_no_file(candidate: Candidate) -> None:
    candidate.fill(1, every=1)
    candidate.forge.faults.plan(html(), when=lambda request: request.kind == "raw")
    [seen] = (await crawl(candidate)).values()
    assert isinstance(seen.files, Unknown)
    assert (await crawl(candidate))[f"{OWNER}/r0"].files[0].content == TEXT  # type: ignore[index]


async def test_a_bad_token(candidate: Candidate) -> None:
    candidate.token = "bad"
    with pytest.raises(UnauthorisedError):
        await candidate.pages(OWNERS, with_token=True)


async def test_there_is_one_bitbucket(candidate: Candidate) -> None:
    access = candidate.reach()
    assert await BitbucketConnector.recognise(access)
    candidate.url = "https://git.example.org"
    assert not await BitbucketConnector.recognise(candidate.reach())
    assert candidate.forge.requests() == 0
