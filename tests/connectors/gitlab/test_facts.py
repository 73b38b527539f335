# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What one project looks like after a crawl."""

from datetime import UTC, datetime

import pytest

from harvester.model import IGNORE_FILE, Activity, Details, FileVersion, Owner, Unknown
from harvester.ports.listing import Private
from tests.connectors.gitlab.support import URL, Make, Visit, facts, one, paths, sightings, winner
from tests.forges.world import Visibility, World, blob_id

pytestmark = pytest.mark.anyio

TEXT = "name: Grüße\n"


async def test_all_that_graphql_tells(world: World, visit: Visit) -> None:
    parent = world.create("mona/x", {"a": "b"}, visibility=Visibility.PRIVATE)
    repository = world.fork(
        parent,
        "bund/amt/x",
        name="Ein X",
        description="Kann X.",
        topics=("smart-city", "daten"),
        languages=(("HTML", 10), ("Python", 90)),
        stars=7,
        archived=True,
        at=datetime(2020, 5, 17, 12, 30, tzinfo=UTC),
    )
    world.push(repository, {"publiccode.yml": TEXT})
    sighting = one(await visit.pages())
    seen = sighting.repository
    assert seen.forge_id == str(repository.id)
    assert (seen.path, seen.web_url) == ("bund/amt/x", f"{URL}/bund/amt/x")
    assert (seen.name, seen.description) == ("Ein X", "Kann X.")
    assert seen.owner == Owner(path="bund/amt", name="Amt für Beispiele", kind="group")
    assert (seen.archived, seen.fork, seen.mirror) == (True, True, False)
    assert (seen.license, seen.parent_url) == (None, None)
    assert seen.created_at == datetime(2020, 5, 17, 12, 30, tzinfo=UTC)
    assert seen.default_branch == "main"
    assert seen.raw_base == f"{URL}/bund/amt/x/-/raw/main/"
    assert seen.details == Details(topics=("smart-city", "daten"), languages=("Python", "HTML"))
    assert seen.activity == Activity(stars=7, forks=0, pushed_at=world.clock.now())
    assert sighting.files == (
        FileVersion(
            path="publiccode.yml",
            blob_id=blob_id(TEXT.encode()),
            size=len(TEXT.encode()),
            content=TEXT.encode(),
        ),
    )


@pytest.mark.parametrize("branch", ["main", "master", "trunk", "release/1.x", "größe#1"])
async def test_the_default_branch_of_any_name(world: World, visit: Visit, branch: str) -> None:
    repository = world.create("mona/x", {"publiccode.yml": TEXT}, branch=branch)
    world.push(repository, {"publiccode.yaml": "elsewhere"}, branch="other")
    sighting = one(await visit.pages())
    assert sighting.repository.default_branch == branch
    assert winner(sighting).path == "publiccode.yml"
    assert len(sighting.files if isinstance(sighting.files, tuple) else ()) == 1
    assert sighting.repository.raw_base is not None
    assert "#" not in sighting.repository.raw_base


async def test_an_empty_repository_has_no_file(world: World, visit: Visit) -> None:
    world.create("mona/x")
    sighting = one(await visit.pages())
    assert sighting.files == ()
    assert (sighting.repository.default_branch, sighting.repository.raw_base) == (None, None)
    assert sighting.repository.owner == Owner(path="mona", name="Team Mona", kind="user")


async def test_a_file_in_a_folder_does_not_count(world: World, visit: Visit) -> None:
    world.create("mona/x", {"docs/publiccode.yml": TEXT})
    assert one(await visit.pages()).files == ()


async def test_both_names_the_winner_first(world: World, visit: Visit) -> None:
    world.create("mona/x", {"publiccode.yaml": "b: 1\n", "publiccode.yml": "a: 1\n"})
    files = one(await visit.pages()).files
    assert isinstance(files, tuple)
    assert [(file.path, file.content) for file in files] == [
        ("publiccode.yml", b"a: 1\n"),
        ("publiccode.yaml", None),
    ]


async def test_the_other_name_alone(world: World, visit: Visit) -> None:
    world.create("mona/x", {"publiccode.yaml": TEXT})
    assert winner(one(await visit.pages())).path == "publiccode.yaml"


async def test_a_rename_keeps_the_id(world: World, visit: Visit) -> None:
    repository = world.create("mona/x")
    before = facts(await visit.pages())
    group = world.owner("bund/amt")
    assert group is not None
    world.transfer(repository, group, "y")
    after = facts(await visit.pages())
    assert after.forge_id == before.forge_id
    assert (after.path, after.web_url) == ("bund/amt/y", f"{URL}/bund/amt/y")
    assert world.recreate(repository).id != int(before.forge_id)
    assert facts(await visit.pages()).forge_id != before.forge_id


async def test_a_project_that_waits_for_its_deletion_is_still_there(
    world: World, visit: Visit
) -> None:
    world.create("mona/x", {"publiccode.yml": TEXT}, marked_for_deletion=True)
    assert paths(await visit.pages()) == ["mona/x"]


async def test_files_that_cannot_be_read_are_unknown(world: World, visit: Visit) -> None:
    world.create("mona/x", {"publiccode.yml": TEXT}, disabled=True)
    world.create("mona/y", {"publiccode.yml": TEXT})
    pages = await visit.pages()
    broken, good = pages[0].sightings
    assert isinstance(broken.files, Unknown)
    assert "no such repository on disk" in broken.files.reason
    assert winner(good).content == TEXT.encode()


@pytest.mark.parametrize("token", [None, "good"])
async def test_only_what_everybody_sees(make: Make, world: World, token: str | None) -> None:
    world.group("geheim", visibility=Visibility.PRIVATE)
    world.create("mona/public", {"publiccode.yml": TEXT})
    world.create("mona/internal", {"publiccode.yml": TEXT}, visibility=Visibility.INTERNAL)
    world.create("geheim/private", {"publiccode.yml": TEXT}, visibility=Visibility.PRIVATE)
    for lacks in ((), ("Query.projects.visibilityLevel",)):
        visit = make(lacks=lacks)
        pages = await visit.pages(token=token)
        assert paths(pages) == ["mona/public"]
        assert sum(page.skipped for page in pages) == (2 if token and lacks else 0)
        assert visit.forge.tokens_seen == ({token} if token else set())


async def test_code_for_members_only_is_not_public(world: World, visit: Visit) -> None:
    hidden = world.create("mona/x", {"publiccode.yml": TEXT}, code=Visibility.PRIVATE)
    pages = await visit.pages()
    assert (paths(pages), pages[0].skipped) == ([], 1)
    async with visit.open() as connector:
        answers = await connector.look_up([str(hidden.id)])
    assert answers == {str(hidden.id): Private()}


async def test_an_old_gitlab(make: Make, world: World) -> None:
    lacks = (
        "Query.queryComplexity",
        "Query.projects.archived",
        "Query.projects.visibilityLevel",
        "ProjectConnection.count",
        "Project.topics",
        "Project.languages",
        "Project.isForked",
    )
    world.create("mona/x", {"publiccode.yml": TEXT}, archived=True)
    visit = make(lacks=lacks)
    sighting = one(await visit.pages())
    assert winner(sighting).content == TEXT.encode()
    assert sighting.repository.details == Details(topics=(), languages=())
    assert sighting.repository.archived is True
    assert visit.forge.requests("rest") == 0


@pytest.mark.parametrize("contents", [True, False])
async def test_the_file_by_which_a_project_opts_out_costs_no_request(
    world: World, visit: Visit, contents: bool
) -> None:
    world.create("mona/x", {"publiccode.yml": TEXT})
    world.create("mona/y", {"publiccode.yml": TEXT, IGNORE_FILE: ""})
    world.create("mona/z")
    told = {s.repository.path: s for s in sightings(await visit.pages(contents=contents))}
    assert visit.forge.requests() == 1
    assert {path: one.ignore_file for path, one in told.items()} == {
        "mona/x": False,
        "mona/y": True,
        "mona/z": False,
    }
    async with visit.open() as connector:
        [read] = await connector.read([told["mona/y"]])
    assert read.ignore_file


async def test_a_gitlab_that_bears_one_file_a_query_is_asked_where_there_is_a_file(
    world: World, make: Make
) -> None:
    world.create("mona/x", {"publiccode.yaml": TEXT})
    world.create("mona/y", {"publiccode.yml": TEXT, IGNORE_FILE: ""})
    world.create("mona/z", {IGNORE_FILE: ""})
    visit = make(dear_blobs=True)
    told = {s.repository.path: s.ignore_file for s in sightings(await visit.pages())}
    assert told == {"mona/x": False, "mona/y": True, "mona/z": None}
    # the other name of those without the first, and who opts out of those with a file
    asked = [one.request.body for one in visit.forge.log if b"query Ids" in one.request.body]
    assert len(asked) == 2
