# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Commands that read one repository by its address: here of stand-in forges, over HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tests.crawl.build import BROKEN, GOOD
from tests.forges.github.forge import GitHubForge
from tests.forges.github.raw import RawForge
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.world import Visibility, World
from tests.staging import Stage, github_source, gitlab_source

OPENCODE = "https://gitlab.opencode.de"
GITHUB = "https://github.com"


def file_of(url: str, text: str = GOOD) -> bytes:
    return text.format(name="Portal", url=url).encode()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Settings whose OpenCoDE and GitHub are played on loopback; nobody has a token."""
    german, other = World(), World()
    german.group("stadt", "Stadt Beispiel")
    german.create("stadt/portal", {"publiccode.yml": file_of(f"{OPENCODE}/stadt/portal")})
    german.create("stadt/bare", {"README.md": "# Kita"}, description="Plätze für Kinder")
    german.create("stadt/secret", {"publiccode.yml": b"name: x"}, visibility=Visibility.PRIVATE)
    other.organization("city", "City")
    broken = file_of(f"{GITHUB}/city/tool", BROKEN)
    other.create("city/tool", {"publiccode.yaml": broken})
    gitlab = GitLabForge(german, public_url=OPENCODE)
    github, raw = GitHubForge(other, public_url=GITHUB), RawForge(other)
    with gitlab, github, raw:
        owners = {"owners": ["city"]}
        yield Stage(tmp_path, [gitlab_source(gitlab), github_source(github, raw, **owners)])


def checked(stage: Stage, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Check with the stage's settings; gives the exit code and the only file."""
    done = stage.run("check", *arguments, "--json", "--config", "harvester.toml")
    assert done.returncode in (0, 1), done.stderr
    (file,) = json.loads(done.stdout)["files"]
    return done.returncode, file


@pytest.mark.parametrize(
    "address", [f"{OPENCODE}/stadt/portal", f"{OPENCODE}/stadt/portal/-/tree/main"]
)
def test_a_project_on_opencode_is_read_by_its_rules(stage: Stage, address: str) -> None:
    code, file = checked(stage, address)
    assert (code, file["valid"], file["profile"]) == (0, True, "opencode")
    assert file["path"] == f"{OPENCODE}/stadt/portal/-/raw/main/publiccode.yml"
    code, file = checked(stage, address, "--profile", "standard")
    assert file["profile"] == "standard"


def test_a_repository_on_github_without_a_token(stage: Stage) -> None:
    code, file = checked(stage, f"{GITHUB}/city/tool")
    assert (code, file["valid"], file["profile"]) == (1, False, "standard")
    assert file["path"].endswith("/city/tool/HEAD/publiccode.yaml")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (f"{OPENCODE}/stadt/bare", "there is no publiccode.yml in the root"),
        (f"{OPENCODE}/stadt/none", "there is no such repository that everybody can see"),
        (f"{OPENCODE}/stadt/secret", "there is no such repository that everybody can see"),
        (f"{GITHUB}/city/none", "there is no such repository that everybody can see"),
    ],
)
def test_what_is_not_there(stage: Stage, address: str, said: str) -> None:
    done = stage.run("check", address, "--config", "harvester.toml")
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr


def test_a_forge_without_settings_is_recognised(shell: Shell) -> None:
    shell.settings("wrong = 1")
    ran = shell("check", "https://forge.example/city/one.git", "--json")
    assert ran.code == 0, ran.err
    (file,) = ran.json["files"]
    assert file["path"] == "https://forge.example/city/one/-/raw/main/publiccode.yml"
    ran = shell("check", "https://other.example/city/one")
    assert (ran.code, "it is not clear what kind of forge this is" in ran.err) == (2, True)

    ran = shell("check", "https://other.example/city/one", "--kind", "standin")
    assert ran.code == 0, ran.err
    ran = shell("check", "https://other.example/city/one", "--kind", "standing")
    assert (ran.code, 'no connector for "standing"' in ran.err) == (2, True)


def test_an_address_without_a_path_names_no_repository(shell: Shell) -> None:
    ran = shell("check", "https://forge.example/")
    assert (ran.code, "forge.example" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (f"{OPENCODE}/stadt/bare", ['name: "bare"', 'shortDescription: "Plätze für Kinder"']),
        (f"{OPENCODE}/stadt/bare", ['  name: "Stadt Beispiel"', f'url: "{OPENCODE}/stadt/bare"']),
        (f"{GITHUB}/city/tool", ['name: "tool"', f'url: "{GITHUB}/city/tool"']),
    ],
)
def test_a_draft_of_what_a_forge_tells(stage: Stage, address: str, told: list[str]) -> None:
    text = stage.good("draft", address, "--config", "harvester.toml")
    for line in told:
        assert f"{line}  # guessed from " in text
    (stage.folder / "publiccode.yml").write_text(text, encoding="utf-8")
    file = json.loads(stage.run("check", "publiccode.yml", "--json").stdout)["files"][0]
    assert {found["code"] for found in file["findings"]} <= {"PC103", "PC104", "PC105"}
