# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The made-up projects are what they are said to be, on both stand-ins."""

import re
from collections.abc import Callable

import httpx
import pytest

from harvester.model import Severity
from harvester.publiccode import FileContext, read
from tests.forges.github import GitHubForge
from tests.forges.gitlab import GitLabForge
from tests.forges.sample import github, github_world, opencode, opencode_world
from tests.forges.world import Visibility, World

WORLDS = [
    pytest.param(opencode_world, opencode.GOOD, opencode.URL, "opencode", id="opencode"),
    pytest.param(github_world, github.GOOD, github.URL, "standard", id="github"),
]


@pytest.mark.parametrize(("make", "good", "url", "profile"), WORLDS)
def test_good_files_are_good(
    make: Callable[[], World], good: dict[str, object], url: str, profile: str
) -> None:
    for repository in make().repositories:
        if repository.path not in good:
            continue
        context = FileContext(
            path="publiccode.yml", profile=profile, repository_url=f"{url}/{repository.path}"
        )
        reading = read(repository.files["publiccode.yml"], context)
        assert reading.valid
        worse = [f for f in reading.findings if f.severity is not Severity.NOTICE]
        assert worse == [], repository.path


def test_there_is_something_of_everything() -> None:
    repositories = [*opencode_world().repositories, *github_world().repositories]
    assert 60 <= len(repositories) <= 80
    found = {
        "empty": sum(r.default_branch is None for r in repositories),
        "archived": sum(r.archived for r in repositories),
        "fork": sum(r.parent is not None for r in repositories),
        "mirror": sum(r.mirror_of is not None for r in repositories),
        "hidden": sum(r.visibility is not Visibility.PUBLIC for r in repositories),
        "other name": sum("publiccode.yaml" in r.files for r in repositories),
        "without": sum("README.md" in r.files and len(r.files) == 1 for r in repositories),
        "branches": len({r.default_branch for r in repositories}),
    }
    assert all(number >= 2 for number in found.values()), found


@pytest.mark.parametrize("make", [opencode_world, github_world])
def test_it_is_the_same_each_time(make: Callable[[], World]) -> None:
    first, second = make().repositories, make().repositories
    assert [(r.id, r.path, r.branches, r.created_at) for r in first] == [
        (r.id, r.path, r.branches, r.created_at) for r in second
    ]


@pytest.mark.parametrize("make", [opencode_world, github_world])
def test_nobody_real_is_named(make: Callable[[], World]) -> None:
    for repository in make().repositories:
        for content in repository.files.values():
            text = content.decode("utf-8", "replace")
            for host in re.findall(r"[\w.+-]+(?:@|\[at\])([\w.]+)", text):
                assert host.endswith("example.org")


def test_each_world_can_be_played_by_either_stand_in() -> None:
    for world in (opencode_world(), github_world()):
        with GitLabForge(world) as gitlab, GitHubForge(world) as other:
            listed = httpx.get(f"{gitlab.url}/api/v4/projects?per_page=100").json()
            public = [r for r in world.repositories if r.visibility is Visibility.PUBLIC]
            assert len(listed) == len(public)
            flat = next(r for r in public if r.path.count("/") == 1)
            assert httpx.get(f"{other.url}/repos/{flat.path}").json()["id"] == flat.id
