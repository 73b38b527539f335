# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What goes wrong in a data centre, from the settings to the forge: message, exit code, and after.

Each fault is tried with the command as a user runs it, against real servers on loopback.
"""

import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawl.build import GOOD
from tests.forges.faults import Cut, Drop, Fault, html
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.world import Visibility, World, insider
from tests.staging import Stage, gitlab_source

IMPATIENT = [
    *(sys.executable, "-m", "tests.kill.driver"),
    *("2026-03-02T08:00:00+00:00", "none", "0", "counts.json"),
]
"""The command with a clock that nobody waits by."""
URL = "https://gitlab.opencode.de"


@pytest.fixture
def forge() -> Iterator[GitLabForge]:
    world = World()
    for group in ("stadt", "land"):
        world.group(group)
        for number in range(3):
            path = f"{group}/projekt-{number}"
            world.create(path, {"publiccode.yml": GOOD.format(name=path, url=f"{URL}/{path}")})
    with GitLabForge(world, public_url=URL) as made:
        yield made


def source_of(stage: Stage, *arguments: str) -> dict[str, object]:
    (source,) = stage.crawl(*arguments).values()
    return source


def listed(stage: Stage) -> int:
    return len(stage.good("export", "jsonl").splitlines())


def test_wrong_settings(tmp_path: Path) -> None:
    stage = Stage(tmp_path, [{"name": "x", "kind": "gitlab", "url": "https://x.example"}])
    text = stage.configuration.read_text().replace("[http]\n", "[http]\ntimeuot = 3\n")
    stage.configuration.write_text(text)
    done = stage.run("crawl")
    assert done.returncode == 2
    assert f"{stage.configuration}:3: http.timeuot" in done.stderr
    assert '"timeout"' in done.stderr or "timeout" in done.stderr


def test_a_wrong_token(forge: GitLabForge, tmp_path: Path) -> None:
    secret = "glpat-not-the-right-one"
    stage = Stage(
        tmp_path, [gitlab_source(forge, token_env="TOKEN")], environment={"TOKEN": secret}
    )
    done = stage.run("crawl", "--json")
    assert done.returncode == 1
    (source,) = json.loads(done.stdout)["sources"]
    assert "token" in source["error"]
    assert "opencode" in source["error"]
    assert secret not in done.stdout + done.stderr
    forge.tokens[secret] = insider()
    assert source_of(stage)["complete"]
    assert listed(stage) == 6


def test_an_unknown_owner_beside_a_known_one(forge: GitLabForge, tmp_path: Path) -> None:
    source = gitlab_source(forge, owners=["stadt", "nobody"])
    del source["scope"]
    stage = Stage(tmp_path, [source])
    done = stage.run("crawl", "--format", "ndjson")
    assert done.returncode == 1
    events = [json.loads(line) for line in done.stdout.splitlines()]
    (errored,) = [e for e in events if e["event"] == "item" and e["status"] == "errored"]
    assert "nobody" in errored["subject"]
    assert errored["reason"] == "not-found"
    assert listed(stage) == 3


def test_a_forge_that_is_down(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    source = {
        "name": "opencode",
        "kind": "opencode",
        "url": URL,
        "api_url": f"{address}/api/v4",
        "graphql_url": f"{address}/api/graphql",
        "raw_url": address,
        "scope": "instance",
    }
    done = Stage(tmp_path, [source]).run("crawl", "--json")
    assert done.returncode == 3
    (told,) = json.loads(done.stdout)["sources"]
    assert "127.0.0.1" in told["error"]


@pytest.mark.parametrize("first", ["down", "up"])
def test_a_forge_that_is_down_beside_one_that_is_up(
    forge: GitLabForge, tmp_path: Path, first: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    down = {
        "name": "down",
        "kind": "gitlab",
        "url": "https://gitlab.example.org",
        "api_url": f"{address}/api/v4",
        "graphql_url": f"{address}/api/graphql",
        "scope": "instance",
    }
    up = gitlab_source(forge, name="up")
    stage = Stage(tmp_path, [down, up] if first == "down" else [up, down])
    done = stage.run("crawl", "--json", command=IMPATIENT)
    assert done.returncode == 1, done.stderr
    told = {source["name"]: source for source in json.loads(done.stdout)["sources"]}
    assert (told["up"]["complete"], told["up"]["error"]) == (True, None)
    assert (told["down"]["complete"], "127.0.0.1" in told["down"]["error"]) == (False, True)
    assert listed(stage) == 6
    states = {source["name"]: source for source in stage.json("sources")["sources"]}
    assert states["down"]["last_error"] == told["down"]["error"]
    assert states["up"]["last_error"] is None


@pytest.mark.parametrize("fault", [html(), Drop(), Cut(after=200)], ids=["html", "drop", "cut"])
def test_answers_that_are_none(forge: GitLabForge, tmp_path: Path, fault: Fault) -> None:
    stage = Stage(tmp_path, [gitlab_source(forge)])
    assert source_of(stage)["complete"]
    before = stage.good("export", "jsonl", "--state", "all")
    forge.faults.plan(fault, times=1000)
    done = stage.run("crawl", "--full", "--json", command=IMPATIENT)
    assert done.returncode in (1, 3), done.stderr
    (told,) = json.loads(done.stdout)["sources"]
    assert told["error"]
    assert not told["complete"]
    assert stage.good("export", "jsonl", "--state", "all") == before
    forge.faults.clear()
    assert source_of(stage, "--full")["complete"]
    assert stage.good("export", "jsonl", "--state", "all") == before


def test_only_what_everybody_may_see_is_stored(forge: GitLabForge, tmp_path: Path) -> None:
    world = forge.world
    for visibility in (Visibility.INTERNAL, Visibility.PRIVATE):
        path = f"stadt/geheim-{visibility.value}"
        text = GOOD.format(name="Geheimsache", url=f"{URL}/{path}")
        world.create(path, {"publiccode.yml": text}, visibility=visibility)
    forge.tokens["glpat-sees-everything"] = insider()
    stage = Stage(
        tmp_path,
        [gitlab_source(forge, token_env="TOKEN")],
        environment={"TOKEN": "glpat-sees-everything"},
    )
    source = source_of(stage)
    assert forge.tokens_seen == {"glpat-sees-everything"}
    assert source["items"] == {
        "added": 6,
        "updated": 0,
        "unchanged": 0,
        "gone": 0,
        "skipped": source["items"]["skipped"],  # type: ignore[index]
        "errored": 0,
    }
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("harvester.db*"))
    assert b"projekt-1" in kept
    for secret in (b"geheim", b"Geheim", b"glpat-sees-everything"):
        assert secret not in kept
