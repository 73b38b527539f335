# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Whether software is worked on: from the forges' answers to the label that people see."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.crawl.build import GOOD
from tests.forges.faults import Answer
from tests.forges.github.forge import GitHubForge
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.server import Forge
from tests.forges.world import Repository, World, insider
from tests.staging import Stage, github_source, gitlab_source

SCHEMA = Path(__file__).resolve().parents[1] / "docs" / "schemas" / "entry.schema.json"
TOKEN = "demo-token"
NOW = datetime.now(UTC).replace(microsecond=0)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def fill(world: World, host: str) -> dict[str, Repository]:
    """Make a repository for each label, and one that has no file."""
    made = {}
    for name, history, releases in (
        ("active", [(1, "a@x.example"), (2, "A@x.example"), (80, "b@x.example")], [30, 400]),
        ("slow", [(1, "a@x.example"), (200, "a@x.example")], []),
        ("released", [], [100]),
        ("stale", [(400, "a@x.example")], [500]),
        ("busy", [(1 + n / 10, f"{n}@x.example") for n in range(150)], []),
        ("archived", [(1, "a@x.example")] * 9, []),
        ("plain", [(1, "a@x.example")] * 9, []),
    ):
        path = f"amt/{name}"
        text = GOOD.format(name=name, url=f"{host}/{path}")
        files = {"README.md": "x"} if name == "plain" else {"publiccode.yml": text}
        made[name] = world.create(
            path,
            files,
            archived=name == "archived",
            history=tuple((ago(days), email) for days, email in history),
            releases=tuple(ago(days) for days in releases),
        )
    return made


@pytest.fixture
def gitlab() -> Iterator[GitLabForge]:
    world = World()
    world.group("amt")
    fill(world, "https://gitlab.opencode.de")
    with GitLabForge(world, public_url="https://gitlab.opencode.de") as forge:
        yield forge


@pytest.fixture
def hub() -> Iterator[GitHubForge]:
    world = World()
    world.organization("amt")
    fill(world, "https://github.com")
    forge = GitHubForge(world, public_url="https://github.com")
    forge.tokens[TOKEN] = insider()
    with forge:
        yield forge


def stage_of(folder: Path, forge: Forge, **more: Any) -> Stage:
    if isinstance(forge, GitHubForge):
        source = github_source(forge, owners=["amt"], token_env="FORGE_TOKEN")
        return Stage(folder, [source], environment={"FORGE_TOKEN": TOKEN})
    assert isinstance(forge, GitLabForge)
    return Stage(folder, [gitlab_source(forge, **more)])


def activities(stage: Stage) -> dict[str, dict[str, Any]]:
    """Give what the export says, by name; each line as its schema has it."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    entries = stage.entries("--activity")
    for entry in entries:
        jsonschema.validate(entry, schema)
    return {entry["name"]: entry["activity"] for entry in entries}


@pytest.mark.parametrize("kind", ["gitlab", "github"])
def test_labels_from_the_forge_to_the_export(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    forge: Forge = request.getfixturevalue("gitlab" if kind == "gitlab" else "hub")
    stage = stage_of(tmp_path, forge)
    stage.crawl()
    assert {told["label"] for told in activities(stage).values()} == {"unknown", "archived"}
    before = (stage.good("export", "jsonl", "--state", "all"), forge.requests())

    stage.crawl("--full")

    told = activities(stage)
    assert {name: one["label"] for name, one in told.items()} == {
        "active": "active",
        "slow": "slow",
        "released": "slow",
        "stale": "stale",
        "busy": "active",
        "archived": "archived",
    }
    active = told["active"]
    assert (active["commits_90d"], active["commits_365d"], active["authors_365d"]) == (3, 3, 2)
    assert active["releases"] == 2
    assert active["last_release_at"] == ago(30).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert active["criteria"]["several-authors"] is True
    assert active["as_of"] is not None
    assert told["busy"]["counts_are_least"] is True
    assert told["busy"]["authors_365d"] == 100
    assert told["stale"]["criteria"] == {
        "archived": False,
        "commits-90d": False,
        "commits-365d": False,
        "release-365d": False,
        "several-authors": False,
    }
    assert stage.good("export", "jsonl", "--state", "all") == before[0], "never a change"
    asked = forge.requests() - before[1]
    assert b"@x.example" not in (tmp_path / "harvester.db").read_bytes()

    forge.forget()
    stage.crawl("--full")
    assert forge.requests() < asked, "a week must pass before they are asked about again"
    assert activities(stage) == told


def test_people_see_why(tmp_path: Path, gitlab: GitLabForge) -> None:
    stage = stage_of(tmp_path, gitlab)
    stage.crawl()
    url = "https://gitlab.opencode.de/amt/slow"
    assert "activity: unknown" in stage.good("status", url)
    stage.crawl("--full")
    english, german = stage.good("status", url), stage.good("status", url, "--lang", "de")
    assert "activity: slow (as of " in english
    assert "at least 3 commits in 90 days: no" in english
    assert "at least one commit in a year: yes" in english
    assert "Aktivität: langsam (Stand " in german
    assert "mindestens 3 Commits in 90 Tagen: nein" in german
    (software,) = stage.json("status", url)["software"]
    assert software["activity"]["label"] == "slow"


def test_a_forge_that_will_not_tell_harms_nothing(tmp_path: Path, gitlab: GitLabForge) -> None:
    stage = stage_of(tmp_path, gitlab)
    stage.crawl()
    gitlab.faults.plan(
        Answer(status=500), when=lambda r: r.path.endswith("/repository/commits"), times=100
    )
    (told,) = stage.crawl("--full").values()
    assert told["complete"] is True
    assert told["error"] is None
    assert {one["label"] for one in activities(stage).values()} == {"unknown", "archived"}
    refused = [e for e in gitlab.log if e.request.path.endswith("/repository/commits")]
    assert len(refused) == 6, "three projects, each tried twice, are the forge"


def test_one_project_that_fails_does_not_take_the_others_along(
    tmp_path: Path, gitlab: GitLabForge
) -> None:
    stage = stage_of(tmp_path, gitlab)
    stage.crawl()
    slow = gitlab.world.find("amt/slow")
    assert slow is not None
    gitlab.faults.plan(
        Answer(status=403, body=b'{"message": "403 Forbidden"}'),
        when=lambda r: r.path.endswith(f"/{slow.id}/repository/commits"),
        times=100,
    )
    stage.crawl("--full")
    told = activities(stage)
    assert told["slow"]["label"] == "unknown"
    assert told["active"]["label"] == "active"


def test_badges_are_opencodes(tmp_path: Path, gitlab: GitLabForge) -> None:
    sarif = {
        "runs": [
            {
                "properties": {
                    "badges": [
                        {"badgeId": "SECURITY", "badgeLevel": "BRONZE", "badgeGranted": False},
                        {
                            "badgeId": "MAINTAINED",
                            "badgeLevel": "BRONZE",
                            "badgeGranted": True,
                            "badgeUrl": "https://badges.example/1.svg",
                            "isHighestGrantedBadge": False,
                        },
                        {
                            "badgeId": "MAINTAINED",
                            "badgeLevel": "SILVER",
                            "badgeGranted": True,
                            "badgeUrl": "https://badges.example/2.svg",
                            "isHighestGrantedBadge": True,
                        },
                    ]
                }
            }
        ]
    }
    with GitLabForge(World()) as api:
        api.faults.plan(
            Answer(
                status=200,
                headers={"content-type": "application/json"},
                body=json.dumps(sarif).encode(),
            ),
            when=lambda r: "amt/active" in r.path,
        )
        api.faults.plan(Answer(status=404), when=lambda r: "amt/active" not in r.path, times=9)
        stage = Stage(
            tmp_path,
            [gitlab_source(gitlab, badges_url=api.url, token_env="FORGE_TOKEN")],
            environment={"FORGE_TOKEN": TOKEN},
        )
        gitlab.tokens[TOKEN] = insider()
        stage.crawl()
        stage.crawl("--full")
        assert {e.request.path for e in api.log} >= {
            "/api/v1/repositories/https://gitlab.opencode.de/amt/active/sarif"
        }
        assert api.requests() == 6
        assert api.tokens_seen == set(), "the token belongs to the forge"
    told = activities(stage)
    assert told["active"]["badges"] == [
        {
            "by": "openCode",
            "id": "MAINTAINED",
            "level": "SILVER",
            "url": "https://badges.example/2.svg",
        }
    ]
    assert told["slow"]["badges"] == []
