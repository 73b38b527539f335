# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A crawl that is archived and replayed: the same catalogue, no network, no secret."""

import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.forges.faults import Answer, Cut, Drop
from tests.forges.github.forge import GitHubForge
from tests.forges.github.raw import RawForge
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.sample import ORGANISATIONS, github, github_world, opencode, opencode_world
from tests.forges.world import insider
from tests.staging import Stage, github_source, gitlab_source

GITLAB_TOKEN = "glpat-Zu9vWx-Yz0123456789"
GITHUB_TOKEN = "ghp_Secret0Secret1Secret2Secret3"
OFFLINE = [
    sys.executable,
    "-c",
    """
import socket, sys

def refused(*_):
    raise SystemExit("a socket was opened")

for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refused)
for name in ("getaddrinfo", "gethostbyname", "create_connection"):
    setattr(socket, name, refused)
from harvester.cli import main
sys.exit(main())
""",
]
"""The command in a process that can reach nobody."""


@pytest.fixture
def gitlab() -> Iterator[GitLabForge]:
    forge = GitLabForge(opencode_world(), public_url=opencode.URL)
    forge.tokens[GITLAB_TOKEN] = insider()
    with forge:
        yield forge


@pytest.fixture
def hub() -> Iterator[GitHubForge]:
    forge = GitHubForge(github_world(), public_url=github.URL)
    forge.tokens[GITHUB_TOKEN] = insider()
    with forge:
        yield forge


def stage_of(folder: Path, *sources: dict[str, Any], **environment: str) -> Stage:
    return Stage(folder, list(sources), environment=environment)


def elsewhere(stage: Stage, folder: Path) -> Stage:
    """Give the same settings in another folder, without any secret in the environment."""
    return Stage(folder, stage.sources)


def replayed(stage: Stage, archive: Path, *arguments: str) -> list[dict[str, Any]]:
    """Replay offline and give what was told of the sources."""
    done = stage.run("crawl", "--replay", str(archive), "--json", *arguments, command=OFFLINE)
    assert done.returncode in (0, 1), done.stderr
    sources: list[dict[str, Any]] = json.loads(done.stdout)["sources"]
    return sources


def size(response: dict[str, str]) -> int:
    packed = response.get("body_base64")
    return len(base64.b64decode(packed) if packed else response.get("body", "").encode())


def export(stage: Stage) -> str:
    return stage.good("export", "jsonl", "--state", "all", "--activity")


def everything(archive: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(archive.iterdir()))


def assert_hidden(secret: str, archive: Path) -> None:
    """Look for a secret in every form that it could have."""
    told = everything(archive)
    assert secret.encode() not in told
    for before in range(3):
        for pack in (base64.b64encode, base64.urlsafe_b64encode):
            core = pack(bytes(before) + secret.encode()).rstrip(b"=")[4:-2]
            assert core not in told


def test_a_replay_gives_the_same_catalogue(
    tmp_path: Path, gitlab: GitLabForge, hub: GitHubForge
) -> None:
    stage = stage_of(
        tmp_path / "here",
        gitlab_source(gitlab, token_env="OPENCODE_TOKEN"),
        github_source(hub, owners=sorted(ORGANISATIONS), token_env="HUB_TOKEN"),
        OPENCODE_TOKEN=GITLAB_TOKEN,
        HUB_TOKEN=GITHUB_TOKEN,
    )
    archive = tmp_path / "archive"
    recorded = stage.crawl("--archive", str(archive))
    assert all(source["complete"] for source in recorded.values())
    assert gitlab.tokens_seen == {GITLAB_TOKEN}
    assert hub.tokens_seen == {GITHUB_TOKEN}
    asked = gitlab.requests() + hub.requests()

    there = elsewhere(stage, tmp_path / "there")
    told = replayed(there, archive)

    assert export(there) == export(stage)
    assert len(export(there).splitlines()) > 20
    assert gitlab.requests() + hub.requests() == asked
    for source in told:
        before = recorded[source["name"]]
        for key in ("complete", "items", "files", "requests", "points", "retries"):
            assert source[key] == before[key], key
    for token in (GITLAB_TOKEN, GITHUB_TOKEN):
        assert_hidden(token, archive)


def test_the_answers_are_whole_and_in_order(tmp_path: Path, gitlab: GitLabForge) -> None:
    stage = stage_of(tmp_path / "here", gitlab_source(gitlab))
    archive = tmp_path / "archive"
    (source,) = stage.crawl("--archive", str(archive)).values()
    lines = [json.loads(line) for line in (archive / "crawl.jsonl").read_text().splitlines()]
    exchanges = [line for line in lines if "exchange" in line]
    assert [line["exchange"] for line in exchanges] == list(range(1, gitlab.requests() + 1))
    assert len(exchanges) == sum(source["requests"].values())
    assert [size(line["response"]) for line in exchanges] == [e.sent for e in gitlab.log]
    head = json.loads((archive / "archive.json").read_text())
    assert head["format"] == 1
    assert head["exchanges"] == len(exchanges)
    assert head["ended_at"] is not None
    # A run over all sources also asks for the time to let go of those that are configured no more.
    moments = {line["source"] for line in lines if "moment" in line}
    assert moments == {"opencode", "no longer configured"}


def test_without_a_token_from_the_raw_host(tmp_path: Path) -> None:
    world = github_world()
    hub = GitHubForge(world, public_url=github.URL)
    with hub, RawForge(world) as raw:
        stage = stage_of(
            tmp_path / "here", github_source(hub, raw, owners=sorted(ORGANISATIONS)[:1])
        )
        (recorded,) = stage.crawl("--archive", str(tmp_path / "archive")).values()
    assert recorded["requests"]["raw"] > 0
    there = elsewhere(stage, tmp_path / "there")
    (told,) = replayed(there, tmp_path / "archive")
    assert told["requests"] == recorded["requests"]
    assert export(there) == export(stage)


def test_an_app_buys_its_tokens_again(tmp_path: Path, hub: GitHubForge) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (tmp_path / "app.pem").write_bytes(private)
    hub.apps.register(12, 34, public.decode())
    source = github_source(
        hub,
        owners=sorted(ORGANISATIONS),
        app_id=12,
        installation_id=34,
        private_key_file=str(tmp_path / "app.pem"),
    )
    stage = stage_of(tmp_path / "here", source)
    archive = tmp_path / "archive"
    (recorded,) = stage.crawl("--archive", str(archive)).values()
    assert recorded["complete"], recorded
    assert hub.apps.issued
    assert hub.tokens_seen > set(hub.apps.issued), "the App's own JWT was shown too"
    there = elsewhere(stage, tmp_path / "there")
    (told,) = replayed(there, archive)
    assert told["requests"] == recorded["requests"]
    assert export(there) == export(stage)
    for shown in hub.tokens_seen:
        assert_hidden(shown, archive)


def test_failures_limits_and_waits_replay_without_waiting(
    tmp_path: Path, gitlab: GitLabForge
) -> None:
    gitlab.faults.on(1, Answer(status=429, headers={"retry-after": "840"}))
    gitlab.faults.on(2, Drop())
    gitlab.faults.on(3, Answer(status=502))
    gitlab.faults.on(5, Cut())
    stage = stage_of(tmp_path / "here", gitlab_source(gitlab))
    archive = tmp_path / "archive"
    impatient = [
        *(sys.executable, "-m", "tests.replaying"),
        *("crawl", "--archive", str(archive), "--json"),
    ]
    done = stage.run(command=impatient)
    assert done.returncode == 0, done.stderr
    (recorded,) = json.loads(done.stdout)["sources"]
    assert recorded["retries"] == 3, "a smaller page is asked for after the 502"
    assert recorded["waited_seconds"] > 840
    there = elsewhere(stage, tmp_path / "there")
    (told,) = replayed(there, archive)
    for key in ("complete", "items", "requests", "retries"):
        assert told[key] == recorded[key]
    assert told["waited_seconds"] == pytest.approx(recorded["waited_seconds"], abs=30)
    assert export(there) == export(stage)


def test_a_limit_that_ended_the_crawl_ends_the_replay(tmp_path: Path, gitlab: GitLabForge) -> None:
    gitlab.faults.on(1, Answer(status=429, headers={"retry-after": "7200"}))
    stage = stage_of(tmp_path / "here", gitlab_source(gitlab))
    archive = tmp_path / "archive"
    (recorded,) = stage.crawl("--archive", str(archive)).values()
    there = elsewhere(stage, tmp_path / "there")
    (told,) = replayed(there, archive)
    assert told["complete"] is recorded["complete"] is False
    assert "no request before" in told["error"]
    assert told["error"][:60] == recorded["error"][:60]


def test_addresses_of_an_unknown_host(tmp_path: Path, gitlab: GitLabForge) -> None:
    path = next(r.path for r in gitlab.world.repositories if "publiccode.yml" in r.files)
    stage = stage_of(tmp_path / "here")
    archive = tmp_path / "archive"
    (recorded,) = stage.crawl(f"{gitlab.url}/{path}", "--archive", str(archive)).values()
    assert recorded["items"]["added"] == 1
    there = elsewhere(stage, tmp_path / "there")
    (told,) = replayed(there, archive)
    assert told["items"] == recorded["items"]
    assert export(there) == export(stage)


def test_a_recrawl_replays_on_a_copy_of_its_catalogue(tmp_path: Path, gitlab: GitLabForge) -> None:
    stage = stage_of(tmp_path / "here", gitlab_source(gitlab))
    stage.crawl()
    there = elsewhere(stage, tmp_path / "there")
    stage.good("database", "backup", str(there.folder / "harvester.db"))
    repository = next(r for r in gitlab.world.repositories if "publiccode.yml" in r.files)
    gitlab.world.clock.advance(days=1)
    text = repository.files["publiccode.yml"] + b"\n# moved\n"
    gitlab.world.push(repository, {"publiccode.yml": text})
    archive = tmp_path / "archive"
    (recorded,) = stage.crawl("--full", "--archive", str(archive)).values()
    assert recorded["items"]["updated"] == 1
    (told,) = replayed(there, archive)
    assert told["items"] == recorded["items"]
    assert export(there) == export(stage)


def test_what_was_not_recorded_is_named(tmp_path: Path, gitlab: GitLabForge) -> None:
    stage = stage_of(tmp_path / "here", gitlab_source(gitlab))
    archive = tmp_path / "archive"
    stage.crawl("--archive", str(archive))
    there = stage_of(tmp_path / "there", gitlab_source(gitlab, scope="instance", name="opencode"))
    there.sources[0]["owners"] = ["gibt-es-nicht"]
    del there.sources[0]["scope"]
    there.__post_init__()
    (told,) = replayed(there, archive)
    assert told["complete"] is False
    assert f"has no answer to POST {gitlab.url}/api/graphql (Group)" in told["error"]
    assert "record anew with --archive" in told["error"]


def test_a_catalogue_that_went_on_is_not_replayed_into(tmp_path: Path, gitlab: GitLabForge) -> None:
    stage = stage_of(tmp_path / "here", gitlab_source(gitlab))
    archive = tmp_path / "archive"
    stage.crawl("--archive", str(archive))
    before = export(stage)
    done = stage.run("crawl", "--replay", str(archive))
    assert done.returncode == 2
    assert "began with a catalogue at change 0" in done.stderr
    assert "sqlite:///replay.db" in done.stderr
    assert export(stage) == before
    assert stage.run("crawl", "--replay", str(archive), "--dry-run").returncode == 0


def test_replay_stands_alone(tmp_path: Path) -> None:
    stage = stage_of(tmp_path)
    for more in (["opencode"], ["--full", "--limit", "3"], ["--archive", "y"]):
        done = stage.run("crawl", "--replay", "x", *more)
        assert done.returncode == 2
        assert "--replay runs the recorded crawl" in done.stderr


@pytest.mark.parametrize("what", ["nothing", "rubbish", "newer"])
def test_no_archive_to_replay(tmp_path: Path, what: str) -> None:
    stage = stage_of(tmp_path / "here")
    archive = tmp_path / "archive"
    archive.mkdir()
    if what != "nothing":
        (archive / "crawl.jsonl").write_text("")
        form = 2 if what == "newer" else 1
        (archive / "archive.json").write_text(f'{{"format": {form}, "harvester": "9.9"}}')
    done = stage.run("crawl", "--replay", str(archive))
    assert done.returncode == 2
    said = {
        "nothing": "there is no archive that can be read",
        "rubbish": "the archive is damaged",
        "newer": "replay it with harvester 9.9",
    }
    assert said[what] in done.stderr


@pytest.mark.parametrize("what", ["a file", "not empty", "below a file"])
def test_a_folder_that_cannot_be_used_is_refused_at_start(
    tmp_path: Path, gitlab: GitLabForge, what: str
) -> None:
    stage = stage_of(tmp_path / "here", gitlab_source(gitlab))
    folder = tmp_path / "archive"
    if what == "not empty":
        folder.mkdir()
        (folder / "notes.txt").write_text("mine")
    else:
        folder.write_text("a file")
    if what == "below a file":
        folder /= "archive"
    done = stage.run("crawl", "--archive", str(folder))
    assert done.returncode == 2
    assert f"--archive {folder}: " in done.stderr
    assert gitlab.requests() == 0


def test_a_full_disk_ends_the_archive_and_not_the_crawl(
    tmp_path: Path, gitlab: GitLabForge
) -> None:
    stage = stage_of(tmp_path / "here", gitlab_source(gitlab))
    archive = tmp_path / "archive"
    limited = [sys.executable, "-m", "tests.replaying", "--disk", "20000"]
    done = stage.run("crawl", "--archive", str(archive), command=limited)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("cannot be written any more (No space left on device)") == 1
    assert stage.good("status")
    there = elsewhere(stage, tmp_path / "there")
    done = there.run("crawl", "--replay", str(archive))
    assert "this archive was broken off" in done.stderr
