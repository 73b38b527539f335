# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Each host sees its own token and no other: through redirects, page links and links in data."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest

from connectors.transport.fetcher import GuardedFetcher
from harvester.cli.links import ask_all
from harvester.ports.connector import HttpOptions
from tests.forges.faults import Answer, Predicate, Request
from tests.tokens.stage import HUB, LAB, Two, requests_with


def away(location: str, status: int = 302) -> Answer:
    return Answer(status=status, headers={"location": location})


def lead_away(two: Two) -> None:
    """Let each API send its client to the other: by redirects of any kind, and by page links."""
    github, gitlab = two.github, two.gitlab

    def on(path: str) -> Predicate:
        return lambda request: path in request.path

    github.faults.plan(away(f"{gitlab.url}/api/v4/projects/1"), when=on("/contents/"))
    gitlab.refuse_graphql(Answer(status=404, headers={"content-type": "text/html"}))
    listed = httpx.get(
        f"{gitlab.url}/api/v4/projects",
        params={"order_by": "id", "sort": "asc", "per_page": 1, "visibility": "public"},
    )
    gitlab.forget()
    foreign_page = Answer(
        status=200,
        headers={
            "content-type": "application/json",
            "link": f'<{github.url}/users/stadt/repos?page=2>; rel="next"',
        },
        body=listed.content,
    )

    def lists(request: Request) -> bool:
        return request.path == "/api/v4/projects" and "membership" not in request.query

    def asks_for_members(request: Request) -> bool:
        return "membership" in request.query

    gitlab.faults.plan(away(f"{github.url}/users/stadt/repos", 307), when=asks_for_members)
    gitlab.faults.plan(foreign_page, when=lists)
    gitlab.faults.plan(away(f"{github.url}/repos/stadt/r0", 301), when=on("/repository/files/"))
    gitlab.faults.plan(away(f"{github.url}/repos/stadt/r1", 308), when=on("/languages"))


def shown_in(two: Two) -> str:
    return "\n".join([*two.said, two.rows()])


def test_each_host_sees_its_own_token_only(two: Two) -> None:
    lead_away(two)
    github, gitlab = two.github, two.gitlab
    two.run("sources", "--check")
    crawled = two.run("crawl", "--json")
    assert "HUB_FIRST" in crawled.stderr, "the refused token is named"
    two.run("crawl", "--full", "--json", later=timedelta(hours=1))
    two.run("plan")
    two.run("status", "--files")
    two.run("export", "jsonl", "--state", "all")
    pages = [f"{forge.public_url}/stadt/r{n}" for forge in (github, gitlab) for n in (0, 1)]
    text = gitlab.world.repositories[0].files["publiccode.yml"]
    (two.stage.folder / "publiccode.yml").write_bytes(text)
    two.run("check", *pages, "publiccode.yml", "--network", "--config", "harvester.toml")

    assert (requests_with(github, *LAB), requests_with(gitlab, *HUB)) == (0, 0)
    assert requests_with(github, *HUB) > 5
    assert requests_with(gitlab, *LAB) > 5
    assert github.tokens_seen == set(HUB[:2]), "the third had not to be asked"
    assert gitlab.tokens_seen == set(LAB)

    strangers = [e.request for e in github.log if e.request.token is None]
    assert {request.path for request in strangers} >= {"/users/stadt/repos", "/repos/stadt/r0"}
    assert any(e.request.path == "/api/v4/projects/1" for e in gitlab.log), "it was led away"
    told = shown_in(two)
    assert [token for token in (*HUB, *LAB) if token in told] == []
    files = [path for path in two.stage.folder.rglob("*") if path.is_file()]
    files += [path for path in two.stage.folder.parent.glob("*.db*") if path.is_file()]
    for path in files:
        content = path.read_bytes()
        assert not any(token.encode() in content for token in (*HUB, *LAB)), path


def test_links_in_data_are_followed_as_anybody(two: Two) -> None:
    """The command refuses addresses on this machine; here they are let through and counted."""
    urls = [f"{forge.url}/stadt/r0/raw/logo.svg" for forge in (two.github, two.gitlab)]

    async def follow() -> Mapping[str, object]:
        http = HttpOptions(user_agent="harvester/test", timeout=5)
        async with GuardedFetcher(http, allow=lambda *_: True) as fetcher:
            return await ask_all(fetcher, urls)

    assert set(asyncio.run(follow())) == set(urls)
    for forge in (two.github, two.gitlab):
        assert forge.requests() > 0
        assert requests_with(forge, *HUB, *LAB) == 0


@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_query_that_is_sent_elsewhere_goes_nowhere(two: Two, status: int) -> None:
    github, gitlab = two.github, two.gitlab
    for forge, other in ((github, gitlab), (gitlab, github)):
        forge.faults.plan(
            away(f"{other.url}/graphql", status), when=lambda r: r.kind == "graphql", times=20
        )
    done = two.run("crawl", "--json")
    errors = {one["name"]: one["error"] for one in json.loads(done.stdout)["sources"]}
    assert "redirects to" in errors["github"]
    assert (requests_with(github, *LAB), requests_with(gitlab, *HUB)) == (0, 0)
    told = shown_in(two)
    assert [token for token in (*HUB, *LAB) if token in told] == []


def test_a_long_wait_of_one_source_leaves_the_other_and_holds_over_restarts(two: Two) -> None:
    slow = Answer(status=429, headers={"retry-after": "7200.5"})
    two.gitlab.faults.plan(slow, times=1000)
    first = json.loads(two.run("crawl", "--json").stdout)["sources"]
    github, opencode = first
    assert (github["complete"], opencode["complete"]) == (True, False)
    assert opencode["not_before"] == "2026-11-01T14:00:00Z"
    assert "the limit" in opencode["error"]
    assert str(two.stage.folder.parent / "lab-token") in opencode["error"], "says which token"
    asked = two.gitlab.requests()

    two.gitlab.faults.clear()
    later = two.run("crawl", "opencode", "--json", later=timedelta(minutes=119))
    # asked without the token, as another visitor, it may: that is the witness of membership
    assert requests_with(two.gitlab, *LAB) == asked
    assert later.returncode == 1
    done = two.run("crawl", "opencode", "--json", later=timedelta(minutes=121))
    assert json.loads(done.stdout)["sources"][0]["complete"] is True


def test_an_empty_token_leaves_its_work_to_the_next_also_in_the_next_process(two: Two) -> None:
    github = two.github
    body = b'{"message": "You have exceeded a secondary rate limit."}'
    slow = Answer(status=403, headers={"retry-after": "7200"}, body=body)
    github.faults.plan(slow, when=lambda r: r.token == "ghp_second0002", times=1000)
    for minutes in (0, 60):
        done = two.run("crawl", "github", "--full", "--json", later=timedelta(minutes=minutes))
        (source,) = json.loads(done.stdout)["sources"]
        assert source["complete"] is True
    assert requests_with(github, "ghp_second0002") == 1
    assert requests_with(github, "ghp_third0003") > 1
