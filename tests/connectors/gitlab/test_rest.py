# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where GraphQL is refused, REST brings the same, at more requests."""

from dataclasses import replace
from datetime import timedelta

import pytest

from harvester.model import IGNORE_FILE, Details, FileVersion, Owner, Unknown, Unread
from harvester.ports.listing import FailureCode, Found, Listing, Private
from tests.connectors.gitlab.support import (
    EVERYWHERE,
    URL,
    Make,
    Visit,
    facts,
    failures,
    filled,
    one,
    owners,
    paths,
    repositories,
    sightings,
    winner,
)
from tests.forges.faults import Answer, html
from tests.forges.world import Visibility, World, blob_id

pytestmark = pytest.mark.anyio

TEXT = b"name: x\n"


@pytest.fixture
def visit(make: Make) -> Visit:
    made = make()
    made.forge.refuse_graphql(html(403))
    return made


@pytest.mark.parametrize(
    "refusal", [html(200), html(403), html(404), Answer(status=404, body=b'{"error":"404"}')]
)
async def test_every_refusal_leads_to_rest(make: Make, world: World, refusal: Answer) -> None:
    filled(world, "bund", 130)
    visit = make()
    visit.forge.refuse_graphql(refusal)
    pages = await visit.pages()
    assert len(set(paths(pages))) == 130
    assert all(isinstance(s.files, Unread) for s in sightings(pages))
    assert visit.forge.kinds == {"graphql": 1, "rest": 3}


async def test_the_facts(world: World, visit: Visit) -> None:
    parent = world.create("mona/x", {"a": "b"})
    world.fork(
        parent,
        "bund/amt/x",
        name="Ein X",
        topics=("daten",),
        languages=(("HTML", 10), ("Python", 90)),
        mirror_of="https://example.org/x.git",
        archived=True,
    )
    world.clock.advance(days=1)
    pages = await visit.pages(repositories("bund/amt/x"), token="good")
    seen = facts(pages)
    assert (seen.path, seen.web_url, seen.name) == ("bund/amt/x", f"{URL}/bund/amt/x", "Ein X")
    assert seen.owner == Owner(path="bund/amt", name="Amt für Beispiele", kind="group")
    assert (seen.fork, seen.mirror, seen.archived) == (True, True, True)
    assert seen.parent_url == f"{URL}/mona/x"
    assert seen.raw_base == f"{URL}/bund/amt/x/-/raw/main/"
    assert seen.details == Details(topics=("daten",), languages=())
    assert one(pages).files == ()


async def test_both_apis_give_the_same_facts(make: Make, world: World) -> None:
    world.create("mona/x", {"publiccode.yml": TEXT}, topics=("a",), languages=(("C", 1),))
    world.create("mona/y", {}, archived=True)
    world.clock.advance(days=1)
    visit = make()
    over_graphql = sightings(await visit.pages())
    visit.forge.refuse_graphql(html())
    async with visit.open() as connector:
        listed = [
            sighting
            async for page in connector.pages(Listing(scope=EVERYWHERE))
            for sighting in page.sightings
        ]
        over_rest = await connector.read(listed)
    # Where there is nothing to list, it is not asked whether it opts out: that is a request more.
    assert over_rest == [
        seen if seen.files else replace(seen, ignore_file=None) for seen in over_graphql
    ]
    assert [seen.ignore_file for seen in over_rest] == [False, None]


async def test_archived_projects_are_told_without_a_token(world: World, visit: Visit) -> None:
    world.create("mona/used", {})
    old = world.create("mona/old", {}, archived=True)
    for scope in (EVERYWHERE, owners("mona"), repositories("mona/used", "mona/old")):
        seen = {
            s.repository.path: s.repository.archived for s in sightings(await visit.pages(scope))
        }
        assert seen == {"mona/used": False, "mona/old": True}
    async with visit.open() as connector:
        answer = (await connector.look_up([str(old.id)]))[str(old.id)]
    assert isinstance(answer, Found)
    assert answer.sighting.repository.archived


@pytest.mark.parametrize("token", [None, "good"])
async def test_only_what_everybody_sees(world: World, visit: Visit, token: str | None) -> None:
    world.create("mona/public", {})
    world.create("mona/internal", {}, visibility=Visibility.INTERNAL)
    for scope, skipped in ((EVERYWHERE, 0), (owners("mona"), 1)):
        pages = await visit.pages(scope, token=token)
        assert paths(pages) == ["mona/public"]
        assert sum(page.skipped for page in pages) == (skipped if token else 0)
    pages = await visit.pages(repositories("mona/internal"), token=token)
    assert (paths(pages), len(failures(pages))) == ([], 1)


@pytest.mark.parametrize("token", [None, "good"])
async def test_code_that_is_for_members_only(world: World, visit: Visit, token: str | None) -> None:
    hidden = world.create("mona/x", {"publiccode.yml": TEXT}, code=Visibility.PRIVATE)
    pages = await visit.pages(token=token)
    assert (paths(pages), sum(page.skipped for page in pages)) == ([], 1)
    async with visit.open(token=token) as connector:
        answers = await connector.look_up([str(hidden.id)])
    assert answers == {str(hidden.id): Private()}


async def test_the_parent_of_a_fork_may_be_one_that_only_the_token_sees(
    world: World, visit: Visit
) -> None:
    parent = world.create("mona/geheim", {"a": "b"}, visibility=Visibility.INTERNAL)
    world.change(world.fork(parent, "bund/x"), visibility=Visibility.PUBLIC)
    seen = facts(await visit.pages(owners("bund"), token="good"))
    assert (seen.path, seen.fork, seen.parent_url) == ("bund/x", True, None)


async def test_an_empty_project_has_no_file(world: World, visit: Visit) -> None:
    world.create("mona/empty")
    async with visit.open() as connector:
        [page] = [p async for p in connector.pages(Listing(scope=EVERYWHERE)) if p.sightings]
        [read] = await connector.read(page.sightings)
    assert read.files == ()


@pytest.mark.parametrize(
    "answer", [html(404), Answer(status=404, body=b'{"error":"404 Not Found"}')]
)
async def test_only_gitlabs_own_word_means_missing(
    world: World, visit: Visit, answer: Answer
) -> None:
    project = world.create("mona/x", {"publiccode.yml": TEXT})
    visit.forge.faults.plan(answer, when=lambda request: request.kind == "rest", times=9)
    async with visit.open() as connector:
        answers = await connector.look_up([str(project.id)])
        assert isinstance(answers[str(project.id)], Unknown)
    [failure] = failures(await visit.pages(repositories("mona/x")))
    assert failure.code is FailureCode.UNREADABLE


async def test_a_project_that_cannot_be_read_is_not_one_that_is_not_there(
    world: World, visit: Visit
) -> None:
    world.create("mona/x", {})
    visit.forge.faults.plan(
        Answer(status=403), when=lambda request: request.path.split("/")[-1].isdigit(), times=9
    )
    [failure] = failures(await visit.pages(repositories("mona/x")))
    assert failure.code is not FailureCode.NOT_FOUND


async def test_files_are_read_one_by_one(world: World, visit: Visit) -> None:
    world.create("mona/both", {"publiccode.yaml": "b: 1", "publiccode.yml": TEXT}, branch="dev")
    world.create("mona/other", {"publiccode.yaml": TEXT})
    world.create("mona/none", {"README": ""})
    world.create("mona/empty")
    async with visit.open() as connector:
        pages = [page async for page in connector.pages(Listing(scope=EVERYWHERE))]
        visit.forge.forget()
        read = {s.repository.path: s for s in await connector.read(sightings(pages))}
        spent = connector.spent()
    assert read["mona/both"].files == (
        FileVersion(path="publiccode.yml", blob_id=blob_id(TEXT), size=8, content=TEXT),
        FileVersion(path="publiccode.yaml", blob_id=blob_id(b"b: 1"), size=4, content=b"b: 1"),
    )
    assert winner(read["mona/other"]).path == "publiccode.yaml"
    assert (read["mona/none"].files, read["mona/empty"].files) == ((), ())
    assert spent.text_bytes == visit.forge.text_bytes == 20
    # two names of each; of those with a file, the languages and whether they opt out
    assert visit.forge.kinds == {"rest": 4 * 2 + 2 * 2}


@pytest.mark.parametrize(("fault", "told"), [(None, True), (Answer(status=403), None)])
async def test_who_opts_out_by_a_file(
    world: World, visit: Visit, fault: Answer | None, told: bool | None
) -> None:
    world.create("mona/x", {"publiccode.yml": TEXT, IGNORE_FILE: ""})
    listed = sightings(await visit.pages())
    if fault is not None:
        visit.forge.faults.plan(fault, when=lambda r: r.path.endswith(IGNORE_FILE), times=9)
    async with visit.open() as connector:
        [read] = await connector.read(listed)
    assert read.ignore_file is told
    assert winner(read).content == TEXT


async def test_a_young_activity_is_no_reason_to_leave_a_file_unread(
    world: World, visit: Visit
) -> None:
    world.create("mona/x", {"publiccode.yml": TEXT})
    revisions = []
    for minutes in (30, 30, 120, 30):
        world.clock.advance(minutes=minutes)
        revisions.append(facts(await visit.pages()).revision)
    assert len(set(revisions)) == 3
    assert revisions[2] == revisions[3]


async def test_only_what_was_active(world: World, visit: Visit) -> None:
    world.create("mona/old", {})
    world.clock.advance(days=3)
    world.create("mona/new", {})
    since = world.clock.now() - timedelta(days=1)
    for scope in (EVERYWHERE, owners("mona")):
        assert paths(await visit.pages(scope, since=since)) == ["mona/new"]


@pytest.mark.parametrize("status", [403, 500])
async def test_files_that_cannot_be_read_are_unknown(
    world: World, visit: Visit, status: int
) -> None:
    world.create("mona/x", {"publiccode.yml": TEXT})
    listed = sightings(await visit.pages())
    visit.forge.faults.plan(
        Answer(status=status), when=lambda request: "/files/" in request.path, times=9
    )
    async with visit.open() as connector:
        [read] = await connector.read(listed)
    assert isinstance(read.files, Unknown)
    assert str(status) in read.files.reason


async def test_a_project_that_vanished_is_not_one_without_files(world: World, visit: Visit) -> None:
    project = world.create("mona/x", {"publiccode.yml": TEXT})
    listed = sightings(await visit.pages())
    world.delete(project)
    async with visit.open() as connector:
        [read] = await connector.read(listed)
    assert isinstance(read.files, Unknown)


async def test_bytes_that_are_not_those_of_the_blob_id_are_unread(
    world: World, visit: Visit
) -> None:
    world.create("mona/x", {"publiccode.yml": TEXT})
    listed = sightings(await visit.pages())
    body = b'{"blob_id":"' + b"0" * 40 + b'","size":8,"content":"eA=="}'
    visit.forge.faults.plan(
        Answer(status=200, body=body), when=lambda request: "publiccode.yml" in request.path
    )
    async with visit.open() as connector:
        [read] = await connector.read(listed)
    assert "not those of its blob id" in str(winner(read).unread)


async def test_the_forge_says_so_when_it_is_checked(world: World, visit: Visit) -> None:
    async with visit.open() as connector:
        assert "over REST, but not over GraphQL" in await connector.check()
