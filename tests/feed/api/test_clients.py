# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The calls of three real clients of the Software Catalog API, word for word, over real HTTP."""

import asyncio
import json
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.applications import Starlette

from harvester.daemon.views import ListenError, served
from harvester.publiccode.plain import plain_yaml
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.sample import opencode_world
from tests.staging import Stage, gitlab_source

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "feed.md"
BAD = re.compile(r"^\[(?P<repo>.+?)\] BAD publiccode.yml: ")
LINE = re.compile(
    r"publiccode\.yml:(?P<line>\d+):(?P<column>\d+): (?P<kind>error|warning): (?P<text>.+)"
)


@dataclass(frozen=True)
class Api:
    """`harvester serve`, or a daemon with the API, and what was exported before."""

    url: str
    stage: Stage
    entries: dict[str, dict[str, Any]]

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/v1{path}", timeout=60) as answer:  # noqa: S310
            assert answer.headers["content-type"] == "application/json"
            return json.load(answer)


@contextmanager
def running(stage: Stage, *command: str) -> Iterator[str]:
    """Run a command that serves; gives its address."""
    with stage.start(*command, "--log-format", "json") as process:
        assert process.stderr is not None
        rest: list[str] = []
        # Read all along: a pipe that is full would keep the server waiting.
        reader = threading.Thread(target=rest.extend, args=(process.stderr,))
        try:
            for line in process.stderr:
                said = json.loads(line) if line.startswith("{") else {}
                if "listening" in said:
                    reader.start()
                    yield said["listening"]
                    break
            else:
                pytest.fail("it did not begin to serve")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
            if reader.ident is not None:
                reader.join(timeout=60)
            assert process.returncode == 143, "".join(rest)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with GitLabForge(opencode_world(), public_url="https://gitlab.opencode.de") as forge:
        stage = Stage(
            tmp_path_factory.mktemp("api"),
            [gitlab_source(forge)],
            daemon={"listen": "127.0.0.1:0"},
        )
        stage.environment["HARVESTER_API__LISTEN"] = "127.0.0.1:0"
        stage.crawl()
        entries = {entry["id"]: entry for entry in stage.entries()}
        with running(stage, "serve") as url:
            yield Api(url, stage, entries)


def listed(api: Api) -> set[str]:
    return {key for key, entry in api.entries.items() if entry["state"] == "listed"}


def test_a_static_build_pages_through_by_next(api: Api) -> None:
    """The Italian site: what `links.next` says is pasted behind the address of the list."""
    found, query = [], "?page[size]=10"
    while query:
        page = api.get(f"/software{query}")
        found += page["data"]
        query = page["links"]["next"]
        assert query is None or query.split("page[after]=")[1]
    assert len(found) == len(listed(api)) > 10
    for one in found:
        assert plain_yaml(one["publiccodeYml"].encode()) == api.entries[one["id"]]["publiccode"]


def test_a_static_build_asks_for_everything_at_once(api: Api) -> None:
    """The Swiss site: 10,000 in one request; it does not look at the links."""
    page = api.get("/software?page[size]=10000")
    assert {one["id"] for one in page["data"]} == listed(api)
    assert page["links"] == {"prev": None, "next": None}
    assert all(one["active"] and plain_yaml(one["publiccodeYml"].encode()) for one in page["data"])


def test_a_bot_finds_what_to_tell_publishers(api: Api) -> None:
    """The issue bot: parses the logs, asks for the entity, builds links to the lines."""
    bad: dict[str, str] = {}
    query = "?from=2020-01-01T00:00:00Z&page[size]=5"
    while query:
        page = api.get(f"/logs{query}")
        for log in page["data"]:
            found = BAD.match(log["message"])
            if found is None:
                assert "GOOD publiccode.yml" in log["message"]
                continue
            software = api.get(log["entity"])
            assert software["url"].endswith(found["repo"])
            lines = [LINE.fullmatch(line) for line in log["message"][found.end() :].splitlines()]
            assert lines
            assert all(line and int(line["line"]) >= 1 for line in lines)
            bad[software["id"]] = software["url"]
        query = page["links"]["next"]
    broken = {
        key: entry["url"]
        for key, entry in api.entries.items()
        if entry["file_state"] == "invalid" and entry["state"] in ("listed", "invalid")
    }
    assert bad == broken
    assert broken


def test_a_daemon_serves_the_same_beside_its_own(api: Api) -> None:
    with running(api.stage, "daemon", "--api") as url:
        everything = "/software?page[size]=100&publiccode=none"
        assert Api(url, api.stage, {}).get(everything) == api.get(everything)
        for path, said in (
            ("/livez", b"ok"),
            ("/metrics", b"harvester_"),
            ("/v1/openapi.json", b"3.1"),
        ):
            with urllib.request.urlopen(f"{url}{path}", timeout=60) as answer:  # noqa: S310
                assert said in answer.read()


def test_a_publisher_asks_what_became_of_a_repository(api: Api) -> None:
    broken = next(entry for entry in api.entries.values() if entry["file_state"] == "invalid")
    told = api.get(f"/repositories/status?url={quote(broken['url'], safe='')}")
    assert told == api.stage.json("status", broken["url"])
    told = api.get("/repositories/status?url=https://else.example/a/b.git")
    assert (told["url"], told["why_not"]) == ("https://else.example/a/b", "no-source")


def test_a_follower_begins_with_the_dump(api: Api) -> None:
    with urllib.request.urlopen(f"{api.url}/v1/dump.jsonl", timeout=60) as answer:  # noqa: S310
        lines = [json.loads(line) for line in answer]
        sequence = answer.headers["x-change-sequence"]
    assert lines == [
        entry for _, entry in sorted(api.entries.items()) if entry["id"] in listed(api)
    ]
    assert api.get(f"/changes?after={sequence}")["data"] == []


def test_the_front_end_of_the_guide_follows(api: Api, tmp_path: Path) -> None:
    """What ``docs/feed.md`` has people save runs as it stands there."""
    script = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert script is not None
    (tmp_path / "follow.py").write_text(script[1], encoding="utf-8")
    said = f"{len(listed(api))} entries, at change "
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "follow.py", api.url],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith(said)
    copy = json.loads((tmp_path / "catalogue.json").read_text(encoding="utf-8"))
    assert copy["entries"] == {key: api.entries[key] for key in listed(api)}
    copy["after"] = 10**9
    (tmp_path / "catalogue.json").write_text(json.dumps(copy), encoding="utf-8")
    again = [sys.executable, "follow.py", api.url]
    assert (
        said
        in subprocess.run(again, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    )
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.count("<li>") == len(listed(api))


def test_the_server_alone_says_how_it_is(api: Api) -> None:
    for path in ("/livez", "/readyz"):
        with urllib.request.urlopen(f"{api.url}{path}", timeout=60) as answer:  # noqa: S310
            assert answer.read() == b"ok\n"


def test_a_port_that_is_taken_is_told(api: Api) -> None:
    async def serve() -> None:
        async with served(Starlette(), api.url.removeprefix("http://"), table="api"):
            pass

    with pytest.raises(ListenError, match=r"set listen in \[api\]"):
        asyncio.run(serve())
