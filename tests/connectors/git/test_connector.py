# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The connector against ``git http-backend``: its requests, and what it makes of the answers."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.git import GitConnector
from harvester.model import IGNORE_FILE, FileVersion, Origin, Sighting, Unknown, Unread
from harvester.ports.connector import ForgeAccess, HttpOptions
from harvester.ports.errors import SourceError, UnreachableError
from harvester.ports.listing import (
    FailureCode,
    Found,
    Listing,
    Missing,
    Page,
    Scope,
    ScopeKind,
    Size,
)
from tests.connectors.transport.support import MemoryBudgets, MemoryValidators
from tests.crawl.build import GOOD
from tests.forges.faults import Answer, Drop, html
from tests.forges.git import GitForge
from tests.staging import Stage

TEXT = b"publiccodeYmlVersion: '0'\nname: Example\n"
MANY = {f"file-{n}.txt": b"the same words again and again\n" * 50 + b"%d" % n for n in range(40)}


@pytest.fixture
def host(tmp_path: Path) -> Iterator[GitForge]:
    with GitForge(tmp_path / "repositories") as forge:
        yield forge


def connector_of(host: GitForge, max_body: int = 1 << 25) -> GitConnector:
    return GitConnector(
        ForgeAccess(
            source="plain",
            url=host.url,
            token="secret",
            http=HttpOptions(user_agent="harvester/test", attempts=2, max_body=max_body),
            clock=host.clock,
            budgets=MemoryBudgets(),
            validators=MemoryValidators(),
        )
    )


def listing(*paths: str, cursor: str | None = None) -> Listing:
    return Listing(scope=Scope(ScopeKind.REPOSITORIES, paths), contents=True, cursor=cursor)


async def pages(host: GitForge, asked: Listing) -> list[Page]:
    async with connector_of(host) as connector:
        return [page async for page in connector.pages(asked)]


async def read(host: GitForge, *paths: str, max_body: int = 1 << 25) -> list[Sighting]:
    """List and read, as a first crawl does."""
    async with connector_of(host, max_body) as connector:
        found = [s async for page in connector.pages(listing(*paths)) for s in page.sightings]
        wanted = [seen for seen in found if isinstance(seen.files, Unread)]
        done = {seen.repository.forge_id: seen for seen in await connector.read(wanted)}
        return [done.get(seen.repository.forge_id, seen) for seen in found]


def file_of(seen: Sighting) -> FileVersion:
    assert isinstance(seen.files, tuple), seen.files
    return seen.files[0]


@pytest.mark.anyio
class TestListing:
    async def test_an_unchanged_repository_costs_one_small_request(self, host: GitForge) -> None:
        commit = host.make("stadt/werkzeug", {"publiccode.yml": TEXT} | MANY)
        (page,) = await pages(host, listing("stadt/werkzeug.git"))
        (seen,) = page.sightings
        assert host.requests() == 1
        assert host.log[0].sent < 200
        assert isinstance(seen.files, Unread)
        assert seen.repository.revision == commit
        assert seen.repository.default_branch == "trunk"
        assert (seen.repository.path, seen.repository.name) == ("stadt/werkzeug", "werkzeug")
        assert seen.repository.owner.path == "stadt"
        assert seen.repository.forge_id == f"{host.url}/stadt/werkzeug"
        assert seen.repository.web_url == f"{host.url}/stadt/werkzeug"

    @pytest.mark.parametrize("path", ["werkzeug", "werkzeug.git", "werkzeug.git/"])
    async def test_with_and_without_its_ending(self, host: GitForge, path: str) -> None:
        host.make("werkzeug", {"a": b""})
        (page,) = await pages(host, listing(path))
        assert [seen.repository.name for seen in page.sightings] == ["werkzeug"]
        assert page.failures == ()

    async def test_who_rests_is_not_asked_for_and_the_cursor_still_fits(
        self, host: GitForge
    ) -> None:
        names = [f"r{number:02}" for number in range(25)]
        for name in names:
            host.make(name, {"a": b""})
        rested = replace(listing(*names), resting=frozenset(names[1:]))
        first, second = await pages(host, rested)
        assert host.requests() == 1
        assert [seen.repository.name for seen in first.sightings] == ["r00"]
        assert (second.sightings, second.cursor) == ((), None)
        on = replace(listing(*names, cursor=first.cursor), resting=frozenset(names[:24]))
        (page,) = await pages(host, on)
        assert [seen.repository.name for seen in page.sightings] == ["r24"]

    async def test_an_empty_repository_has_no_file(self, host: GitForge) -> None:
        host.make("leer")
        (seen,) = await read(host, "leer.git")
        assert (seen.files, seen.repository.default_branch) == ((), None)
        assert host.requests() == 1

    async def test_what_is_not_there_is_a_failure_and_the_others_go_on(
        self, host: GitForge
    ) -> None:
        host.make("a", {"x": b""})
        host.make("c", {"x": b""})
        (page,) = await pages(host, listing("a.git", "b.git", "c.git"))
        assert [seen.repository.path for seen in page.sightings] == ["a", "c"]
        (failure,) = page.failures
        assert (failure.code, failure.subject) == (FailureCode.NOT_FOUND, f"{host.url}/b")
        assert failure.forge_id is None

    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            (Answer(status=401), FailureCode.FORBIDDEN),
            (Answer(status=403), FailureCode.FORBIDDEN),
            (Answer(status=500), FailureCode.UNREADABLE),
            (html(), FailureCode.UNREADABLE),
            (Answer(status=200, body=b"0011ERR not now"), FailureCode.UNREADABLE),
            (Answer(status=200, body=b"0003"), FailureCode.UNREADABLE),
            (Answer(status=200, body=b"00ffcut"), FailureCode.UNREADABLE),
        ],
    )
    async def test_other_answers_are_failures_with_an_id(
        self, host: GitForge, answer: Answer, code: FailureCode
    ) -> None:
        host.make("a", {"x": b""})
        host.faults.plan(answer, times=9)
        (page,) = await pages(host, listing("a.git"))
        (failure,) = page.failures
        assert (failure.code, failure.forge_id) == (code, f"{host.url}/a")
        async with connector_of(host) as connector:
            (answered,) = (await connector.look_up([f"{host.url}/a"])).values()
        assert isinstance(answered, Unknown)

    async def test_look_ups_tell_what_is_there_from_what_is_not(self, host: GitForge) -> None:
        host.make("a", {"x": b""})
        ids = [f"{host.url}/{name}" for name in "ab"]
        async with connector_of(host) as connector:
            answers = await connector.look_up(ids)
        assert isinstance(answers[ids[0]], Found)
        assert isinstance(answers[ids[1]], Missing)

    async def test_a_host_that_is_down_ends_the_listing(self, host: GitForge) -> None:
        host.make("a", {"x": b""})
        host.faults.plan(Drop(), times=9)
        with pytest.raises(UnreachableError):
            await pages(host, listing("a.git"))

    async def test_what_a_host_that_is_down_has_is_unknown(self, host: GitForge) -> None:
        host.faults.plan(Drop(), times=99)
        ids = [f"{host.url}/{name}" for name in "abcde"]
        async with connector_of(host) as connector:
            answers = await connector.look_up(ids)
            paths = await connector.resolve(["a"])
        assert [type(answers[key]) for key in ids] == [Unknown] * 5
        assert isinstance(paths["a"], Unknown)

    async def test_a_path_leads_to_an_address(self, host: GitForge) -> None:
        host.make("stadt/a", {"x": b""})
        async with connector_of(host) as connector:
            answers = await connector.resolve(["stadt/a.git", "stadt/a", "stadt/b"])
        here = f"{host.url}/stadt/a"
        assert answers == {"stadt/a.git": here, "stadt/a": here, "stadt/b": None}

    async def test_pages_of_twenty_and_a_crawl_that_goes_on(self, host: GitForge) -> None:
        host.make("a", {"x": b""})
        names = ["a.git"] * 45
        found = await pages(host, listing(*names))
        assert [len(page.sightings) for page in found] == [20, 20, 5]
        assert found[-1].cursor is None
        rest = await pages(host, listing(*names, cursor=found[0].cursor))
        assert [len(page.sightings) for page in rest] == [20, 5]
        assert len(await pages(host, listing(*names, cursor="not ours"))) == 3

    async def test_only_repositories_can_be_named(self, host: GitForge) -> None:
        with pytest.raises(SourceError, match="name repositories"):
            await pages(host, Listing(scope=Scope(ScopeKind.INSTANCE)))
        assert host.requests() == 0


@pytest.mark.anyio
class TestFiles:
    async def test_a_file_costs_two_more_and_brings_nothing_else(self, host: GitForge) -> None:
        host.make("werkzeug", {"publiccode.yml": TEXT, "publiccode.yaml": b"x: y"} | MANY)
        (seen,) = await read(host, "werkzeug.git")
        file = file_of(seen)
        assert (file.path, file.content, file.size) == ("publiccode.yml", TEXT, len(TEXT))
        assert file.blob_id == host.git("werkzeug", "rev-parse", "trunk:publiccode.yml")
        assert isinstance(seen.files, tuple)
        assert [(f.path, f.content) for f in seen.files[1:]] == [("publiccode.yaml", None)]
        assert host.requests() == 3
        assert sum(exchange.sent for exchange in host.log) < 5000
        assert seen.repository.owner.path == host.url.removeprefix("http://")

    async def test_the_root_tells_who_opts_out(self, host: GitForge) -> None:
        host.make("out", {"publiccode.yml": TEXT, IGNORE_FILE: b""})
        host.make("in", {"publiccode.yml": TEXT})
        wishes = [seen.ignore_file for seen in await read(host, "out.git", "in.git")]
        assert wishes == [True, False]

    async def test_no_file_is_absent_after_one_more_request(self, host: GitForge) -> None:
        host.make("werkzeug", {"README.md": b"x"})
        (seen,) = await read(host, "werkzeug.git")
        assert seen.files == ()
        assert host.requests() == 2

    async def test_a_link_and_a_folder_are_no_files(self, host: GitForge) -> None:
        host.make("werkzeug")
        blob = host.git("werkzeug", "hash-object", "-w", "--stdin", put=b"elsewhere")
        inner = host.git("werkzeug", "mktree", put=f"100644 blob {blob}\tx\n".encode())
        rows = f"120000 blob {blob}\tpubliccode.yml\n040000 tree {inner}\tpubliccode.yaml\n"
        host.commit_tree("werkzeug", rows)
        assert [seen.files for seen in await read(host, "werkzeug.git")] == [()]

    async def test_a_host_that_gives_no_single_objects_gives_the_whole_commit(
        self, host: GitForge
    ) -> None:
        for name in ("a", "b"):
            host.make(name, {"publiccode.yml": TEXT + name.encode()} | MANY, partial=False)
            host.git(name, "repack", "-adq")
        seen = await read(host, "a.git", "b.git")
        assert [file_of(one).content for one in seen] == [TEXT + b"a", TEXT + b"b"]
        # 2 + 2 for the first, since the filter is refused; the host is not asked for that again.
        assert host.requests() == 2 + 2 + 1

    @pytest.mark.parametrize(("partial", "requests"), [(True, 2 + 2), (False, 2 + 1)])
    async def test_a_host_that_speaks_the_old_protocol_only(
        self, host: GitForge, partial: bool, requests: int
    ) -> None:
        host.knows_version_2 = False
        host.make("werkzeug", {"publiccode.yml": TEXT} | MANY, partial=partial)
        (seen,) = await read(host, "werkzeug.git")
        assert (file_of(seen).content, seen.repository.default_branch) == (TEXT, "trunk")
        assert host.requests() == requests

    async def test_an_empty_repository_in_the_old_protocol(self, host: GitForge) -> None:
        host.knows_version_2 = False
        host.make("leer")
        assert [seen.files for seen in await read(host, "leer.git")] == [()]

    @pytest.mark.parametrize("answer", [html(), Answer(status=200, body=b"0008NAK\n0000")])
    async def test_an_answer_about_objects_that_is_none_leaves_the_file_unknown(
        self, host: GitForge, answer: Answer
    ) -> None:
        host.make("a", {"publiccode.yml": TEXT})
        host.faults.plan(answer, skip=1, times=9)
        (seen,) = await read(host, "a.git")
        assert isinstance(seen.files, Unknown)

    async def test_a_commit_that_is_too_large_leaves_the_file_unknown(self, host: GitForge) -> None:
        noise = bytes(n * n * n % 251 for n in range(70_000))
        host.make("a", {"publiccode.yml": TEXT, "noise": noise}, partial=False)
        (seen,) = await read(host, "a.git", max_body=1024)
        assert isinstance(seen.files, Unknown)

    async def test_what_was_not_listed_by_this_connector_is_read_too(self, host: GitForge) -> None:
        host.make("a", {"publiccode.yml": TEXT})
        (page,) = await pages(host, listing("a.git"))
        host.commit("a", {"publiccode.yml": TEXT + b"more: true\n"})
        async with connector_of(host) as connector:
            (seen,) = await connector.read(page.sightings)
            (again,) = await connector.read([replace(seen, files=Unread())])
        assert file_of(seen).content == file_of(again).content == TEXT + b"more: true\n"
        assert seen.repository.revision != page.sightings[0].repository.revision


@pytest.mark.anyio
class TestAddresses:
    async def test_a_repository_that_moved_on_the_host_keeps_its_address(
        self, host: GitForge
    ) -> None:
        host.make("neu", {"publiccode.yml": TEXT})
        moved = Answer(status=301, headers={"location": "/neu.git/git-upload-pack"})
        host.faults.plan(moved, when=lambda request: request.path.startswith("/alt.git"))
        (seen,) = await read(host, "alt.git")
        assert (file_of(seen).content, seen.repository.path) == (TEXT, "alt")

    async def test_no_other_host_is_followed_to_and_no_token_is_shown(
        self, host: GitForge, tmp_path: Path
    ) -> None:
        with GitForge(tmp_path / "other") as other:
            other.make("a", {"publiccode.yml": TEXT})
            away = Answer(status=307, headers={"location": f"{other.url}/a.git/git-upload-pack"})
            host.faults.plan(away)
            (page,) = await pages(host, listing("a.git"))
            assert other.requests() == 0
        assert "redirects to" in page.failures[0].message
        assert host.tokens_seen == set()

    async def test_a_host_that_redirects_in_circles_is_left(self, host: GitForge) -> None:
        circle = Answer(status=302, headers={"location": "/a.git/git-upload-pack"})
        host.faults.plan(circle, times=9)
        (page,) = await pages(host, listing("a.git"))
        assert "again and again" in page.failures[0].message


@pytest.mark.anyio
async def test_what_it_is_and_what_it_costs(host: GitForge) -> None:
    scope = Scope(ScopeKind.REPOSITORIES, ("a", "b"))
    first = Size(repositories=0, files=0, owners=0, first=True)
    connector = connector_of(host)
    assert (connector.kind, connector.profile) == ("git", "standard")
    assert connector.origin is Origin.CRAWL
    with pytest.raises(RuntimeError, match="not open"):
        connector.spent()
    async with connector:
        costs = [connector.estimate(scope, size) for size in (first, replace(first, first=False))]
        assert [(cost.rest, cost.exact) for cost in costs] == [(4, False), (2, True)]
        assert "answers (" in await connector.check()
        assert connector.spent().rest == 1
        assert not await GitConnector.recognise(connector._access)


def test_a_source_of_plain_git_is_harvested(host: GitForge, tmp_path: Path) -> None:
    address = f"{host.url}/stadt/werkzeug"
    host.make("stadt/werkzeug", {"publiccode.yml": GOOD.format(name="W", url=address).encode()})
    source = {"name": "plain", "kind": "git", "url": host.url}
    stage = Stage(tmp_path / "stage", [{**source, "repositories": ["stadt/werkzeug.git"]}])
    for added, requests in ((1, 3), (0, 4)):
        done = stage.run("crawl", "--json", "--full")
        assert done.returncode == 0, done.stderr
        (summary,) = json.loads(done.stdout)["sources"]
        assert summary["items"]["added"] == added
        assert host.requests() == requests
    done = stage.run("export", "jsonl")
    entry = json.loads(done.stdout)
    assert (entry["url"], entry["state"], entry["origin"]) == (address, "listed", "crawl")
    assert entry["repository"]["default_branch"] == "trunk"
    done = stage.run("crawl", f"{address}.git", "--json")
    assert json.loads(done.stdout)["sources"][0]["items"]["unchanged"] == 1
