# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What is read of a repository: facts, files, details; what moves; what cannot be read."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.gitea import facts
from connectors.kit import LARGEST, object_id
from harvester.model import IGNORE_FILE, Details, FileVersion, Owner, Sighting, Unknown, Unread
from harvester.ports.errors import BudgetExhaustedError, ServerError, UnauthorisedError
from harvester.ports.listing import Found, Listing, Missing, Private
from tests.connectors.gitea.support import (
    EVERYWHERE,
    URL,
    Make,
    Visit,
    filled,
    owners,
    repositories,
    sightings,
)
from tests.forges.faults import Answer, Call, html
from tests.forges.limits import Limit
from tests.forges.world import Visibility, World, blob_id
from tests.reference import REFERENCE, needs_reference

pytestmark = pytest.mark.anyio

TEXT = b"name: x\n"


# --- facts ----------------------------------------------------------------------------------


async def test_the_facts(world: World, visit: Visit) -> None:
    parent = world.create("mona/x", {"a": "b"})
    world.fork(
        parent,
        "stadt/x",
        description="Ein X",
        topics=("daten",),
        mirror_of="https://example.org/x.git",
        archived=True,
        license="EUPL-1.2",
        stars=3,
    )
    copy = world.find("stadt/x")
    assert copy is not None
    world.push(copy, {"x": "y"}, branch="feature/ä")
    copy.default_branch = "feature/ä"
    seen = (await visit.crawl())["stadt/x"].repository
    assert (seen.forge_id, seen.path) == (str(copy.id), "stadt/x")
    assert (seen.web_url, seen.name) == (f"{URL}/stadt/x", "x")
    assert (seen.description, seen.license) == ("Ein X", "EUPL-1.2")
    assert seen.owner == Owner(path="stadt", name="Stadt Lindenfurt", kind="organization")
    assert (seen.fork, seen.mirror, seen.archived) == (True, True, True)
    assert seen.parent_url == f"{URL}/mona/x"
    assert seen.raw_base == f"{URL}/stadt/x/raw/branch/feature/%C3%A4/"
    assert seen.details == Details(topics=("daten",), languages=())
    assert (seen.activity.stars, seen.activity.pushed_at) == (3, world.clock.now())
    assert seen.created_at == world.clock.now()


async def test_every_scope_gives_the_same_facts(world: World, visit: Visit) -> None:
    world.create("mona/x", {"publiccode.yml": TEXT})
    world.create("stadt/x", {})
    world.clock.advance(days=1)
    whole = await visit.crawl()
    assert await visit.crawl(owners("mona", "stadt")) == whole
    assert await visit.crawl(repositories("mona/x", "stadt/x")) == whole
    async with visit.open() as connector:
        ids = [seen.repository.forge_id for seen in whole.values()]
        answers = await connector.look_up(ids)
        found = [a.sighting for a in answers.values() if isinstance(a, Found)]
        assert list(await connector.read(found)) == list(whole.values())


async def test_a_parent_that_not_everybody_sees_is_not_told(world: World, visit: Visit) -> None:
    parent = world.create("mona/x", {"a": "b"}, visibility=Visibility.PRIVATE)
    world.fork(parent, "stadt/x")
    seen = (await visit.crawl(token="good"))["stadt/x"].repository
    assert (seen.fork, seen.parent_url) == (True, None)


@needs_reference
@pytest.mark.parametrize(
    "recorded",
    [
        "gitea/swh/demo.gitea.com-repos-search-page1.json",
        "forgejo/swh/try.next.forgejo.org-repos-search-page1.json",
    ],
)
def test_recorded_answers_are_understood(recorded: str) -> None:
    told = json.loads((REFERENCE / "fixtures" / recorded).read_text(encoding="utf-8"))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for row in told["data"]:
        assert facts.is_public(row)
        seen = facts.repository(row, "user", URL, now)
        assert seen.path == row["full_name"]
        assert seen.forge_id == str(row["id"])
        assert seen.created_at is not None
        assert seen.default_branch == row["default_branch"]
        assert seen.revision == f"{row['updated_at']} {row['size']} {row['default_branch']}"


@pytest.mark.parametrize("told", [None, "", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])
def test_times_that_stand_for_none(told: str | None) -> None:
    assert facts.moment(told) is None


def test_times_are_told_in_the_zone_of_the_server() -> None:
    assert facts.moment("2026-03-02T09:00:00+01:00") == datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"private": True},
        {"private": None},
        {"internal": True},
        {"owner": {"visibility": "limited"}},
    ],
)
def test_whatever_speaks_against_public_counts(change: dict[str, Any]) -> None:
    row: dict[str, Any] = {"private": False, "owner": {"login": "mona"}}
    assert facts.is_public(row)
    assert not facts.is_public(row | change)


# --- files ----------------------------------------------------------------------------------


async def test_files_are_read_with_the_roots_tree(world: World, visit: Visit) -> None:
    languages = (("HTML", 10), ("Python", 90))
    both: dict[str, bytes | str] = {
        "publiccode.yaml": "b: 1",
        "publiccode.yml": TEXT,
        "docs/publiccode.yml": "c: 1",
    }
    world.create("mona/both", both, branch="dev", topics=("a",), languages=languages)
    world.create("mona/none", {"docs/publiccode.yml": TEXT}, languages=languages)
    world.create("mona/empty")
    read = await visit.crawl()
    assert read["mona/both"].files == (
        FileVersion(path="publiccode.yml", blob_id=blob_id(TEXT), size=8, content=TEXT),
        FileVersion(path="publiccode.yaml", blob_id=blob_id(b"b: 1"), size=4, content=b"b: 1"),
    )
    details = read["mona/both"].repository.details
    assert details == Details(topics=("a",), languages=("Python", "HTML"))
    assert (read["mona/none"].files, read["mona/empty"].files) == ((), ())
    assert read["mona/none"].repository.details == Details(topics=(), languages=("Python",))
    assert visit.forge.text_bytes == 12
    # listed with the organisations; tree, two files, languages; tree; nothing of the empty one
    assert visit.forge.requests() == 2 + 4 + 1


async def test_the_file_by_which_a_repository_opts_out_costs_no_request(
    world: World, visit: Visit
) -> None:
    world.create("mona/x", {"a": ""})
    world.create("mona/y", {IGNORE_FILE: ""})
    told = {path: seen.ignore_file for path, seen in (await visit.crawl()).items()}
    assert told == {"mona/x": False, "mona/y": True}


async def test_a_root_of_many_entries_is_read_to_its_end(world: World, visit: Visit) -> None:
    files: dict[str, bytes | str] = {f"a{number:04}": "" for number in range(1200)}
    world.create("mona/x", {**files, "publiccode.yml": TEXT})
    read = (await visit.crawl())["mona/x"]
    assert isinstance(read.files, tuple)
    assert read.files[0].content == TEXT


async def test_topics_of_a_forge_that_does_not_list_them(world: World, make: Make) -> None:
    world.create("mona/x", {"publiccode.yml": TEXT}, topics=("a", "b"))
    world.create("mona/y", {}, topics=("c",))
    visit = make(lacks=["topics", "licenses", "has_code"])
    read = await visit.crawl()
    assert read["mona/x"].repository.details == Details(topics=("a", "b"), languages=())
    assert read["mona/y"].repository.details == Details(topics=(), languages=())


async def test_code_that_is_switched_off_is_not_asked_for(world: World, visit: Visit) -> None:
    world.create("mona/x", {"publiccode.yml": TEXT}, code=Visibility.PRIVATE)
    assert (await visit.crawl())["mona/x"].files == ()
    assert visit.forge.requests() == 2


async def test_a_file_that_is_too_large_is_not_fetched(world: World, visit: Visit) -> None:
    world.create("mona/x", {"publiccode.yml": b"x" * (LARGEST + 1)})
    read = (await visit.crawl())["mona/x"]
    assert isinstance(read.files, tuple)
    [file] = read.files
    assert (file.size, file.content, file.unread) == (LARGEST + 1, None, None)
    assert visit.forge.text_bytes == 0


async def test_bytes_that_are_not_those_of_the_blob_id_are_unread(
    world: World, visit: Visit
) -> None:
    world.create("mona/x", {"publiccode.yml": TEXT})
    for content in ("eA==", "?", None):
        body = json.dumps({"sha": "0" * 40, "content": content}).encode()
        visit.forge.faults.plan(
            Answer(status=200, body=body), when=lambda r: "/contents/" in r.path
        )
        files = (await visit.crawl())["mona/x"].files
        assert isinstance(files, tuple)
        assert "not those of its blob id" in str(files[0].unread)


async def test_a_file_that_changes_meanwhile_comes_with_its_new_blob_id(
    world: World, visit: Visit
) -> None:
    repository = world.create("mona/x", {"publiccode.yml": TEXT})
    visit.forge.faults.plan(
        Call(lambda: world.push(repository, {"publiccode.yml": b"name: y\n"})),
        when=lambda r: "/contents/" in r.path,
    )
    files = (await visit.crawl())["mona/x"].files
    assert isinstance(files, tuple)
    assert (files[0].content, files[0].blob_id) == (b"name: y\n", blob_id(b"name: y\n"))


def test_object_ids_of_both_hashes() -> None:
    assert object_id(TEXT, "0" * 40) == blob_id(TEXT)
    assert len(object_id(TEXT, "0" * 64)) == 64


# --- what moves -----------------------------------------------------------------------------


async def test_a_revision_moves_with_what_may_change_the_files(world: World, visit: Visit) -> None:
    repository = world.create("mona/x", {"publiccode.yml": TEXT})

    async def revision() -> str:
        [seen] = sightings(await visit.pages())
        return seen.repository.revision

    young = await revision()
    world.clock.advance(minutes=1)
    assert await revision() != young
    world.clock.advance(minutes=5)
    aged = await revision()
    world.clock.advance(days=1)
    assert await revision() == aged
    world.change(repository, stars=5)
    world.clock.advance(hours=1)
    assert await revision() != aged


def test_the_size_of_a_mirror_tells_of_commits_that_are_old() -> None:
    row = {
        "id": 1,
        "name": "x",
        "full_name": "a/x",
        "owner": {"login": "a"},
        "updated_at": "2020-01-01T00:00:00Z",
        "size": 20,
    }
    now = datetime(2026, 1, 1, tzinfo=UTC)
    one = facts.repository(row, "user", URL, now)
    other = facts.repository(row | {"size": 21}, "user", URL, now + timedelta(days=1))
    assert one.revision != other.revision


# --- what cannot be read --------------------------------------------------------------------


@pytest.mark.parametrize("what", ["/git/trees/", "/contents/", "/languages"])
@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=403),
        Answer(status=404),
        Answer(status=451),
        Answer(status=500),
        Answer(status=200, body=b'{"a":"b"}'),
        html(),
    ],
)
async def test_a_repository_that_cannot_be_read_is_unknown(
    world: World, visit: Visit, what: str, answer: Answer
) -> None:
    filled(world, "mona", 2)
    visit.forge.faults.plan(answer, when=lambda r: "/r0/" in r.path and what in r.path, times=9)
    read = await visit.crawl()
    assert isinstance(read["mona/r0"].files, Unknown)
    assert read["mona/r0"].repository.revision == ""
    assert isinstance(read["mona/r1"].files, tuple)


async def test_a_tree_of_another_shape_is_unknown(world: World, visit: Visit) -> None:
    world.create("mona/x", {"publiccode.yml": TEXT})
    for body in (b"[]", b"{}", b'{"tree":null}', b'{"tree":[1]}', b'{"tree":[{"path":1}]}'):
        visit.forge.faults.plan(
            Answer(status=200, body=body), when=lambda r: "/git/trees/" in r.path
        )
        assert isinstance((await visit.crawl())["mona/x"].files, Unknown)


async def test_a_disabled_repository_is_unknown(world: World, visit: Visit) -> None:
    world.create("mona/x", {"publiccode.yml": TEXT}, disabled=True)
    assert isinstance((await visit.crawl())["mona/x"].files, Unknown)


async def test_a_forge_that_fails_on_one_after_the_other_has_failed(
    world: World, visit: Visit
) -> None:
    filled(world, "mona", 5)
    visit.forge.faults.plan(Answer(status=500), when=lambda r: "/git/" in r.path, times=99)
    with pytest.raises(ServerError):
        await visit.crawl()


async def test_a_budget_that_ends_half_way_keeps_what_was_read(world: World, make: Make) -> None:
    filled(world, "mona", 5)
    visit = make(limits={"rest": Limit(2 + 3 + 1, timedelta(hours=1))})
    async with visit.open(max_wait=60.0) as connector:
        pages = [page async for page in connector.pages(Listing(scope=EVERYWHERE))]
        read = await connector.read(sightings(pages))
        assert [isinstance(one.files, tuple) for one in read] == [True, False, False, False, False]
        assert {one.repository.revision for one in read[1:]} == {""}
        with pytest.raises(BudgetExhaustedError):
            await connector.read(sightings(pages))
        with pytest.raises(BudgetExhaustedError):
            [page async for page in connector.pages(Listing(scope=EVERYWHERE))]


# --- look-ups -------------------------------------------------------------------------------


async def test_look_ups(world: World, visit: Visit) -> None:
    kept = world.create("mona/alt", {})
    world.rename(kept, "neu")
    deleted = world.create("mona/weg", {})
    world.delete(deleted)
    hidden = world.create("mona/zu", {}, visibility=Visibility.PRIVATE)
    for token in (None, "good"):
        async with visit.open(token=token) as connector:
            answers = await connector.look_up([str(r.id) for r in (kept, deleted, hidden)])
        found = answers[str(kept.id)]
        assert isinstance(found, Found)
        assert (found.sighting.repository.path, found.sighting.files) == ("mona/neu", Unread())
        assert answers[str(deleted.id)] == Missing()
        assert answers[str(hidden.id)] == (Private() if token else Missing())


@pytest.mark.parametrize(
    "answer",
    [
        html(404),
        html(200),
        Answer(status=404, body=b"404 page not found"),
        Answer(status=404, body=b'["message","url"]'),
        Answer(status=403),
        Answer(status=500),
        Answer(status=200, body=b'{"id":1}'),
    ],
)
async def test_only_the_forges_own_word_means_missing(
    world: World, visit: Visit, answer: Answer
) -> None:
    there = [str(world.create(f"mona/r{n}", {}).id) for n in range(5)]
    visit.forge.faults.plan(answer, when=lambda r: "/repositories/" in r.path, times=99)
    async with visit.open() as connector:
        answers = await connector.look_up(there)
    assert set(answers) == set(there)
    assert all(isinstance(one, Unknown) for one in answers.values())


async def test_which_repository_a_path_leads_to(world: World, visit: Visit) -> None:
    kept = world.create("mona/alt", {})
    world.rename(kept, "neu")
    world.create("mona/zu", {}, visibility=Visibility.PRIVATE)
    for token in (None, "good"):
        async with visit.open(token=token) as connector:
            paths = ["mona/alt", "Mona/Neu", "mona/zu", "no/where", "mona", "a/b/c"]
            answers = await connector.resolve(paths)
        there = {"mona/alt": str(kept.id), "Mona/Neu": str(kept.id)}
        assert answers == dict.fromkeys(paths) | there


@pytest.mark.parametrize("answer", [html(404), Answer(status=500), Answer(status=200, body=b"{}")])
async def test_a_path_of_which_nobody_knows_where_it_leads(
    world: World, visit: Visit, answer: Answer
) -> None:
    world.create("mona/x", {})
    visit.forge.faults.plan(answer, times=9)
    async with visit.open() as connector:
        assert isinstance((await connector.resolve(["mona/x"]))["mona/x"], Unknown)


async def test_look_ups_end_where_the_forge_fails_on_all(world: World, visit: Visit) -> None:
    visit.forge.faults.plan(Answer(status=503), when=lambda _: True, times=99)
    async with visit.open(attempts=1) as connector:
        answers = await connector.look_up([str(n) for n in range(10)])
    assert all(isinstance(one, Unknown) for one in answers.values())
    assert visit.forge.requests() == 3


async def test_a_refused_token_is_told(world: World, visit: Visit) -> None:
    filled(world, "mona", 1)
    with pytest.raises(UnauthorisedError):
        await visit.pages(token="bad")
    listed = sightings(await visit.pages())
    async with visit.open(token="bad") as connector:
        with pytest.raises(UnauthorisedError):
            await connector.read(listed)


async def test_what_is_read_already_is_left_as_it_is(world: World, visit: Visit) -> None:
    filled(world, "mona", 1)
    [seen] = sightings(await visit.pages())
    known = replace(seen, files=())
    async with visit.open() as connector:
        assert [one.files for one in await connector.read([known])] == [()]
        unknown = Sighting(repository=seen.repository, files=Unknown(reason="x"))
        assert [one.files for one in await connector.read([unknown])] == [Unknown(reason="x")]
