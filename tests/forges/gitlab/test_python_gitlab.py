# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""python-gitlab itself, unmodified, works against the stand-in."""

from collections.abc import Iterator
from datetime import timedelta

import gitlab
import pytest

from tests.forges.gitlab import GitLabForge
from tests.forges.limits import Limit
from tests.forges.world import World, blob_id, insider


@pytest.fixture
def forge() -> Iterator[GitLabForge]:
    world = World()
    world.group("stadt/amt", "Amt")
    world.user("mona", "Mona")
    for number in range(45):
        world.create(f"stadt/amt/p{number}", {"publiccode.yml": f"name: p{number}\n"})
    world.create("mona/x", {})
    with GitLabForge(world) as running:
        running.tokens["good"] = insider()
        yield running


@pytest.fixture
def client(forge: GitLabForge) -> Iterator[gitlab.Gitlab]:
    with gitlab.Gitlab(forge.url, private_token="good", per_page=20) as opened:
        yield opened


def test_lists_by_keyset(forge: GitLabForge, client: gitlab.Gitlab) -> None:
    listed = client.projects.list(iterator=True, pagination="keyset", order_by="id", sort="asc")
    assert len([project.path for project in listed]) == 46
    assert forge.kinds == {"rest": 3}


def test_lists_in_pages(forge: GitLabForge, client: gitlab.Gitlab) -> None:
    group = client.groups.get("stadt")
    projects = group.projects.list(iterator=True, include_subgroups=True)
    assert projects.total == 45
    assert len(list(projects)) == 45
    [user] = client.users.list(username="mona")
    assert [project.path for project in user.projects.list(get_all=True)] == ["x"]


def test_reads_a_file(client: gitlab.Gitlab) -> None:
    project = client.projects.get("stadt/amt/p3")
    file = project.files.get("publiccode.yml", ref="HEAD")
    assert file.decode() == b"name: p3\n"
    assert file.blob_id == blob_id(b"name: p3\n")
    assert project.files.raw("publiccode.yml", ref="main") == b"name: p3\n"
    assert project.repository_raw_blob(file.blob_id) == b"name: p3\n"
    assert project.languages() == {}
    with pytest.raises(gitlab.GitlabGetError, match="404 File Not Found"):
        project.files.get("publiccode.yaml", ref="HEAD")


def test_follows_a_renamed_project(forge: GitLabForge, client: gitlab.Gitlab) -> None:
    project = forge.world.find("stadt/amt/p1")
    assert project is not None
    forge.world.rename(project, "neu")
    assert client.projects.get("stadt/amt/p1").path == "neu"


def test_waits_for_a_limit_or_says_so(forge: GitLabForge, client: gitlab.Gitlab) -> None:
    forge.limits["rest"] = Limit(1, timedelta(minutes=1))
    client.projects.get("mona/x")
    with pytest.raises(gitlab.GitlabHttpError) as caught:
        client.http_get("/projects", obey_rate_limit=False)
    assert caught.value.response_code == 429
    forge.clock.advance(minutes=2)
    assert client.projects.get("mona/x").visibility == "public"


def test_a_wrong_token(forge: GitLabForge) -> None:
    with (
        gitlab.Gitlab(forge.url, private_token="bad") as client,
        pytest.raises(gitlab.GitlabAuthenticationError),
    ):
        client.projects.list(get_all=False)
