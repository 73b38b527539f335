# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The GitLab stand-in over HTTP: what a real one answers, right or wrong."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.forges.gitlab import GitLabForge
from tests.forges.limits import Limit
from tests.forges.world import Visibility, World, blob_id, insider


@pytest.fixture
def world() -> World:
    made = World()
    made.group("a/b", "Gruppe B")
    made.user("mona", "Mona")
    for number in range(130):
        made.create(f"a/b/p{number}", {"publiccode.yml": f"name: p{number}\n"})
    return made


@pytest.fixture
def forge(world: World) -> Iterator[GitLabForge]:
    with GitLabForge(world) as running:
        running.tokens["good"] = insider()
        yield running


def ask(forge: GitLabForge, query: str, token: str | None = None, **variables: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"query": query, "variables": variables}
    return httpx.post(f"{forge.url}/api/graphql", json=body, headers=headers).json()


def get(forge: GitLabForge, path: str, **headers: str) -> httpx.Response:
    return httpx.get(
        f"{forge.url}{path}", headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


# --- GraphQL --------------------------------------------------------------------------------

PAGE = """query($first: Int, $after: String, $sort: String) {
  projects(first: $first, after: $after, sort: $sort) {
    count pageInfo { hasNextPage endCursor } nodes { id fullPath } } }"""


def test_pages_of_a_hundred_at_the_most(forge: GitLabForge) -> None:
    answer = ask(forge, PAGE, first=500, sort="id_asc")["data"]["projects"]
    assert (len(answer["nodes"]), answer["count"]) == (100, 130)
    rest = ask(forge, PAGE, after=answer["pageInfo"]["endCursor"], sort="id_asc")
    assert len(rest["data"]["projects"]["nodes"]) == 30
    assert not rest["data"]["projects"]["pageInfo"]["hasNextPage"]


def test_a_cursor_survives_what_happens_between_two_pages(forge: GitLabForge, world: World) -> None:
    first = ask(forge, PAGE, first=10, sort="id_asc")["data"]["projects"]
    for number in (0, 5, 11):
        project = world.find(f"a/b/p{number}")
        assert project is not None
        world.delete(project)
    after = first["pageInfo"]["endCursor"]
    second = ask(forge, PAGE, first=2, after=after, sort="id_asc")["data"]["projects"]
    assert [node["fullPath"] for node in second["nodes"]] == ["a/b/p10", "a/b/p12"]


def test_a_cursor_of_another_order_is_refused(forge: GitLabForge) -> None:
    first = ask(forge, PAGE, first=10, sort="id_asc")["data"]["projects"]
    after = first["pageInfo"]["endCursor"]
    answer = ask(forge, PAGE, after=after, sort="latest_activity_desc")
    assert answer["data"]["projects"] is None
    assert "valid cursor" in answer["errors"][0]["message"]


def test_newest_activity_first(forge: GitLabForge, world: World) -> None:
    world.clock.advance(hours=1)
    project = world.find("a/b/p7")
    assert project is not None
    world.push(project, {"x": "y"})
    query = """{ group(fullPath: "a") {
      projects(includeSubgroups: true, sort: ACTIVITY_DESC, first: 1) { nodes { path } } } }"""
    assert ask(forge, query)["data"]["group"]["projects"]["nodes"] == [{"path": "p7"}]
    assert ask(forge, query.replace("true", "false"))["data"]["group"]["projects"]["nodes"] == []


def test_undefined_names_are_told_as_gitlab_tells_them(forge: GitLabForge) -> None:
    [error] = ask(forge, 'query Q { project(fullPath: "a/b/p1") { nothing } }')["errors"]
    assert error["message"] == "Field 'nothing' doesn't exist on type 'Project'"
    assert error["path"] == ["query Q", "project", "nothing"]
    assert error["extensions"] == {
        "code": "undefinedField",
        "typeName": "Project",
        "fieldName": "nothing",
    }
    [error] = ask(forge, "{ projects(colour: 1) { count } }")["errors"]
    assert error["message"] == "Field 'projects' doesn't accept argument 'colour'"
    assert error["extensions"]["code"] == "argumentNotAccepted"
    assert error["extensions"]["argumentName"] == "colour"


def test_an_old_one_lacks_what_it_is_told_to(world: World) -> None:
    with GitLabForge(world, lacks=["Project.languages", "Query.projects.ids"]) as forge:
        query = "{ projects(ids: []) { nodes { languages { name } } } }"
        codes = {error["extensions"]["code"] for error in ask(forge, query)["errors"]}
        assert codes == {"undefinedField", "argumentNotAccepted"}


def test_no_more_than_so_many_ids_and_paths(forge: GitLabForge) -> None:
    ids = [f"gid://gitlab/Project/{n}" for n in range(1001)]
    query = "query($v: [%s!]) { projects(%s: $v) { count } }"
    answer = ask(forge, query % ("ID", "ids"), v=ids)
    assert answer["data"] == {"projects": None}
    assert answer["errors"][0]["path"] == ["projects"]
    assert "Resolvers::ProjectsResolver#ids cannot accept more than 1000 items" in str(answer)
    answer = ask(forge, query % ("String", "fullPaths"), v=["x"] * 51)
    assert answer["errors"][0]["message"] == "You cannot provide more than 50 full_paths"
    found = ask(forge, query % ("String", "fullPaths"), v=["A/B/P1", "a/b/p2", "no/where"])
    assert found["data"]["projects"]["count"] == 2


def test_limits_of_complexity_and_length(forge: GitLabForge) -> None:
    fields = " ".join(f"f{n}: fullPath" for n in range(110))
    dear = f"{{ projects(first: 100) {{ nodes {{ {fields} }} }} }}"
    assert "exceeds max complexity of 200" in str(ask(forge, dear))
    assert "data" in ask(forge, dear, token="good")
    long = "{ projects { count } }" + " " * 10_000
    assert ask(forge, long)["errors"] == [{"message": "Query too large"}]
    assert forge.log[1].points > 200


def test_rubbish_is_refused(forge: GitLabForge) -> None:
    answer = httpx.post(f"{forge.url}/api/graphql", content=b"{")
    assert answer.status_code == 422
    assert "errors" in ask(forge, "{ projects {")
    assert "errors" in ask(forge, "query($i: Int!) { projects(first: $i) { count } }")
    assert "errors" in ask(forge, '{ projects(ids: ["5"]) { count } }')


def test_texts(forge: GitLabForge, world: World) -> None:
    world.create("mona/odd", {"a": b"\0", "b": "ä".encode("latin-1"), "c": "ü"})
    query = """{ project(fullPath: "mona/odd") { repository { rootRef empty
      blobs(paths: ["a", "b", "c", "d"]) { nodes { path oid size rawTextBlob } } } } }"""
    repository = ask(forge, query)["data"]["project"]["repository"]
    nodes = repository["blobs"]["nodes"]
    assert [node["rawTextBlob"] for node in nodes] == [None, "ä", "ü"]
    assert (nodes[2]["oid"], nodes[2]["size"]) == (blob_id("ü".encode()), "2")
    assert forge.text_bytes == 4


# --- who sees what --------------------------------------------------------------------------


def test_visibility_by_token(forge: GitLabForge, world: World) -> None:
    world.create("mona/intern", {}, visibility=Visibility.INTERNAL)
    world.create("mona/members", {}, code=Visibility.PRIVATE)
    query = """{ a: project(fullPath: "mona/intern") { id }
      b: project(fullPath: "mona/members") { repository { rootRef } } }"""
    assert ask(forge, query)["data"] == {"a": None, "b": {"repository": None}}
    assert ask(forge, query, token="good")["data"]["b"] == {"repository": {"rootRef": "main"}}
    assert get(forge, "/api/v4/projects/mona%2Fintern").status_code == 404
    for header in ({"private_token": "good"}, {"authorization": "Bearer good"}):
        assert get(forge, "/api/v4/projects/mona%2Fintern", **header).status_code == 200
    assert get(forge, "/api/v4/projects/mona%2Fintern?private_token=good").status_code == 200


def test_a_wrong_token_is_refused(forge: GitLabForge) -> None:
    answer = get(forge, "/api/v4/projects", private_token="bad")
    assert (answer.status_code, answer.json()) == (401, {"message": "401 Unauthorized"})
    assert ask(forge, "{ projects { count } }", token="bad")["errors"] == [
        {"message": "Invalid token"}
    ]


def test_pages_of_the_web(forge: GitLabForge, world: World) -> None:
    world.create("mona/intern", {"f": "x"}, visibility=Visibility.INTERNAL)
    moved = world.create("mona/alt", {"dir/f": "inhalt"})
    world.rename(moved, "neu")
    assert get(forge, "/mona/neu/-/raw/main/dir/f").text == "inhalt"
    assert get(forge, "/mona/neu/-/raw/main/none").status_code == 404
    assert "html" in get(forge, "/mona/neu").headers["content-type"]
    for path in ("/mona/intern", "/mona/intern/-/raw/main/f"):
        assert get(forge, path).headers["location"] == f"{forge.url}/users/sign_in"
    assert "Sign in" in get(forge, "/users/sign_in").text
    assert get(forge, "/mona/alt").headers["location"] == f"{forge.url}/mona/neu"


def test_limits_of_rate(world: World) -> None:
    limit = Limit(2, timedelta(minutes=1), "throttle_unauthenticated_api")
    with GitLabForge(world, limits={"rest": limit}) as forge:
        first = get(forge, "/api/v4/projects?per_page=1")
        assert first.headers["ratelimit-remaining"] == "1"
        get(forge, "/api/v4/projects?per_page=1")
        refused = get(forge, "/api/v4/projects?per_page=1")
        assert (refused.status_code, refused.text) == (429, "Retry later\n")
        assert refused.headers["retry-after"] == "60"
        assert refused.headers["ratelimit-name"] == "throttle_unauthenticated_api"
        assert refused.headers["ratelimit-observed"] == "3"
        assert "errors" not in ask(forge, "{ projects { count } }")


# --- REST -----------------------------------------------------------------------------------


def test_offset_pages(forge: GitLabForge) -> None:
    answer = get(forge, "/api/v4/projects?per_page=500&page=2&order_by=id&sort=asc")
    assert len(answer.json()) == 30
    assert answer.headers["x-total"] == "130"
    assert answer.headers["x-next-page"] == ""
    assert set(answer.links) == {"first", "last"}
    assert len(get(forge, "/api/v4/projects").json()) == 20
    assert get(forge, "/api/v4/projects?per_page=100&page=501").status_code == 405


def test_keyset_pages(forge: GitLabForge) -> None:
    base = "/api/v4/projects?pagination=keyset&per_page=100"
    answer = get(forge, f"{base}&order_by=id&sort=asc")
    following = httpx.get(answer.links["next"]["url"])
    assert len(following.json()) == 30
    assert "next" not in following.links
    assert "x-total" not in answer.headers
    assert get(forge, f"{base}&order_by=name").status_code == 405
    down = get(forge, f"{base}&order_by=id&sort=desc")
    assert len(httpx.get(down.links["next"]["url"]).json()) == 30


def test_groups_users_and_their_projects(forge: GitLabForge, world: World) -> None:
    world.create("mona/x", {}, archived=True)
    group = get(forge, "/api/v4/groups/a%2Fb").json()
    assert (group["name"], group["full_name"]) == ("Gruppe B", "a / Gruppe B")
    below = get(forge, "/api/v4/groups/a/projects?include_subgroups=true&per_page=100")
    assert below.headers["x-total"] == "130"
    assert get(forge, "/api/v4/groups/a/projects").json() == []
    assert get(forge, "/api/v4/groups/mona").status_code == 404
    [user] = get(forge, "/api/v4/users?username=MONA").json()
    assert get(forge, "/api/v4/users?username=nobody").json() == []
    [project] = get(forge, f"/api/v4/users/{user['id']}/projects").json()
    assert project["path_with_namespace"] == "mona/x"
    assert get(forge, "/api/v4/users/mona/projects?archived=false").json() == []
    assert get(forge, "/api/v4/users/nobody/projects").status_code == 404


def test_what_a_token_adds(forge: GitLabForge, world: World) -> None:
    fork = world.fork(world.create("mona/x", {}, license="MIT"), "a/b/x", license="MIT")
    anonymous = get(forge, f"/api/v4/projects/{fork.id}").json()
    assert "visibility" not in anonymous
    known = get(forge, f"/api/v4/projects/{fork.id}?license=true", private_token="good").json()
    assert (known["visibility"], known["archived"], known["mirror"]) == ("public", False, False)
    assert known["forked_from_project"]["path_with_namespace"] == "mona/x"
    assert known["license"]["key"] == "mit"
    assert get(forge, "/api/v4/version").status_code == 401
    assert get(forge, "/api/v4/version", private_token="good").json()["version"] == "18.6.1-ee"


def test_files(forge: GitLabForge, world: World) -> None:
    project = world.create("mona/x", {"dir/f.yml": "inhalt", "publiccode.yml": "y"}, branch="dev")
    base = f"/api/v4/projects/{project.id}/repository"
    told = get(forge, f"{base}/files/dir%2Ff.yml?ref=HEAD").json()
    assert (told["content"], told["blob_id"]) == ("aW5oYWx0", blob_id(b"inhalt"))
    assert get(forge, f"{base}/files/dir%2Ff.yml/raw?ref=dev").text == "inhalt"
    head = httpx.head(f"{forge.url}{base}/files/publiccode.yml")
    assert head.headers["x-gitlab-blob-id"] == blob_id(b"y")
    assert head.content == b""
    assert get(forge, f"{base}/files/nope?ref=HEAD").json() == {"message": "404 File Not Found"}
    assert get(forge, f"{base}/files/publiccode.yml?ref=main").status_code == 404
    assert get(forge, f"{base}/blobs/{blob_id(b'y')}/raw").content == b"y"
    assert get(forge, f"{base}/blobs/{'0' * 40}/raw").status_code == 404
    assert get(forge, f"{base}/tree").status_code == 404
    world.change(project, disabled=True)
    assert get(forge, f"{base}/files/publiccode.yml").status_code == 500


def test_a_moved_project_redirects_by_its_id(forge: GitLabForge, world: World) -> None:
    project = world.create("mona/alt", {"f": "x"})
    world.rename(project, "neu")
    answer = get(forge, "/api/v4/projects/mona%2Falt")
    assert answer.status_code == 301
    assert answer.headers["location"] == f"{forge.url}/api/v4/projects/{project.id}"
    assert get(forge, "/api/v4/nothing").status_code == 404


def test_it_plays_a_real_host(world: World) -> None:
    with GitLabForge(world, public_url="https://gitlab.opencode.de") as forge:
        project = get(forge, "/api/v4/projects/a%2Fb%2Fp1").json()
        assert project["web_url"] == "https://gitlab.opencode.de/a/b/p1"
        keyset = "/api/v4/projects?pagination=keyset&order_by=id&per_page=100"
        assert get(forge, keyset).links["next"]["url"].startswith(forge.url)
