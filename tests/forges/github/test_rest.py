# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The stand-in's REST API and its host of raw files."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from tests.forges.clock import START
from tests.forges.github import GitHubForge, RawForge
from tests.forges.limits import Limit
from tests.forges.world import Visibility, World, insider

TOKEN = {"Authorization": "Bearer good"}


@pytest.fixture
def world() -> World:
    world = World()
    world.organization("stadt")
    world.user("erika")
    return world


@pytest.fixture
def forge(world: World) -> Iterator[GitHubForge]:
    with GitHubForge(world, public_url="https://github.com") as running:
        running.tokens["good"] = insider()
        yield running


def test_lists_in_pages_with_links(forge: GitHubForge) -> None:
    for n in range(5):
        forge.world.create(f"stadt/r{n}", {"a": b""}, at=START + timedelta(minutes=n))
    url = f"{forge.url}/users/stadt/repos?per_page=2&sort=created&direction=asc"
    first = httpx.get(url)
    assert [r["full_name"] for r in first.json()] == ["stadt/r0", "stadt/r1"]
    assert first.json()[0]["html_url"] == "https://github.com/stadt/r0"
    second = httpx.get(first.links["next"]["url"])
    third = httpx.get(second.links["last"]["url"])
    assert [r["full_name"] for r in third.json()] == ["stadt/r4"]
    assert "next" not in third.links
    newest = httpx.get(f"{forge.url}/orgs/stadt/repos?sort=pushed&per_page=1").json()
    assert newest[0]["full_name"] == "stadt/r4"
    assert httpx.get(f"{forge.url}/orgs/erika/repos").status_code == 404
    assert httpx.get(f"{forge.url}/users/erika").json()["type"] == "User"


def test_an_unchanged_answer_is_304_and_free_only_with_a_token(forge: GitHubForge) -> None:
    url = f"{forge.url}/users/stadt/repos"
    first = httpx.get(url, headers=TOKEN)
    known = {"If-None-Match": first.headers["etag"]}
    again = httpx.get(url, headers=TOKEN | known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["x-ratelimit-remaining"] == first.headers["x-ratelimit-remaining"]
    assert httpx.get(url).headers["x-ratelimit-remaining"] == "59"
    assert httpx.get(url, headers=known).headers["x-ratelimit-remaining"] == "58"


def test_the_anonymous_budget_ends(forge: GitHubForge) -> None:
    forge.anonymous_limit = 1
    httpx.get(f"{forge.url}/users/stadt")
    refused = httpx.get(f"{forge.url}/users/stadt")
    assert refused.status_code == 403
    assert refused.json()["message"].startswith("API rate limit exceeded")
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert httpx.get(f"{forge.url}/users/stadt", headers=TOKEN).status_code == 200
    left = httpx.get(f"{forge.url}/rate_limit").json()
    assert left["resources"]["core"]["remaining"] == 0


def test_renamed_repositories_redirect_to_their_number(forge: GitHubForge) -> None:
    r = forge.world.create("stadt/alt", {"publiccode.yml": b"x"})
    forge.world.rename(r, "neu")
    moved = httpx.get(f"{forge.url}/repos/stadt/alt")
    assert (moved.status_code, moved.headers["location"]) == (
        301,
        f"{forge.url}/repositories/{r.id}",
    )
    assert httpx.get(moved.headers["location"]).json()["full_name"] == "stadt/neu"
    file = httpx.get(f"{forge.url}/repos/stadt/alt/contents/publiccode.yml", follow_redirects=True)
    assert file.json()["content"] == "eA==\n"


def test_private_repositories_need_a_token_that_sees_them(forge: GitHubForge) -> None:
    r = forge.world.create("stadt/zu", {"a": b""}, visibility=Visibility.PRIVATE)
    assert httpx.get(f"{forge.url}/repositories/{r.id}").status_code == 404
    seen = httpx.get(f"{forge.url}/repositories/{r.id}", headers=TOKEN).json()
    assert (seen["private"], seen["visibility"]) == (True, "private")


def test_wrong_tokens_and_unknown_addresses(forge: GitHubForge) -> None:
    wrong = httpx.get(f"{forge.url}/users/stadt", headers={"Authorization": "token bad"})
    assert (wrong.status_code, wrong.json()["message"]) == (401, "Bad credentials")
    assert httpx.get(f"{forge.url}/users/nobody").status_code == 404
    assert httpx.get(f"{forge.url}/no/such/thing").json()["message"] == "Not Found"


def test_an_enterprise_server_has_the_same_below_api(forge: GitHubForge) -> None:
    forge.world.create("stadt/r", {"a": b""})
    listed = httpx.get(f"{forge.url}/api/v3/users/stadt/repos?per_page=1").json()
    assert listed[0]["url"] == f"{forge.url}/api/v3/repos/stadt/r"


def test_raw_files_come_from_an_origin_with_a_limit_of_its_own(world: World) -> None:
    r = world.create("stadt/r", {"publiccode.yml": b"x"}, branch="trunk")
    world.create("stadt/zu", {"publiccode.yml": b"x"}, visibility=Visibility.PRIVATE)
    with RawForge(world) as raw:
        assert httpx.get(f"{raw.url}/stadt/r/HEAD/publiccode.yml").content == b"x"
        assert httpx.get(f"{raw.url}/stadt/r/HEAD/publiccode.yaml").status_code == 404
        assert httpx.get(f"{raw.url}/stadt/zu/HEAD/publiccode.yml").status_code == 404
        world.rename(r, "s")
        assert httpx.get(f"{raw.url}/stadt/r/trunk/publiccode.yml").content == b"x"
        assert (raw.requests("raw"), raw.text_bytes) == (4, 2)
        raw.limit = Limit(4, timedelta(hours=1), "raw")
        limited = httpx.get(f"{raw.url}/stadt/s/HEAD/publiccode.yml")
        assert (limited.status_code, limited.headers["retry-after"]) == (429, "3600")
