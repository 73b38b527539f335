# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What publishers copy is run as their pipelines run it, with pip and the forge played here."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.publiccode.examples import GOOD

ROOT = Path(__file__).resolve().parents[2]
PUBLISHERS = ROOT / "deploy" / "publishers"


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture
def pipeline(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """Give a checkout, and an environment in which pip only notes what it is to install."""
    programs, checkout = tmp_path / "bin", tmp_path / "checkout"
    programs.mkdir()
    checkout.mkdir()
    start = "from harvester.cli import main; raise SystemExit(main())"
    scripts = {
        "harvester": f'exec {sys.executable} -c "{start}" "$@"',
        "pip": f'echo "$@" > {tmp_path}/installed',
    }
    for name, line in scripts.items():
        program = programs / name
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    return checkout, environment


def run(
    script: str, checkout: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=checkout, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


class TestGitLab:
    JOB = load(PUBLISHERS / "gitlab-ci.yml")["publiccode"]

    def run(self, pipeline: tuple[Path, dict[str, str]], **variables: str) -> Any:
        checkout, environment = pipeline
        environment |= self.JOB["variables"] | variables
        return run("\n".join(self.JOB["script"]), checkout, environment)

    def test_a_good_file_passes(
        self, pipeline: tuple[Path, dict[str, str]], tmp_path: Path
    ) -> None:
        (pipeline[0] / "publiccode.yml").write_text(GOOD)
        done = self.run(pipeline, HARVESTER_SOURCE="https://forge.example/harvester.tar.gz")
        assert (done.returncode, done.stdout) == (0, "publiccode.yml: gültig\n")
        assert json.loads((pipeline[0] / "publiccode-quality.json").read_text()) == []
        told = (tmp_path / "installed").read_text()
        assert told.strip().endswith("harvester @ https://forge.example/harvester.tar.gz")

    def test_a_broken_file_fails_and_leaves_a_report(
        self, pipeline: tuple[Path, dict[str, str]]
    ) -> None:
        (pipeline[0] / "publiccode.yaml").write_text(GOOD)
        done = self.run(pipeline, HARVESTER_SOURCE="x")
        assert done.returncode == 1
        report = pipeline[0] / self.JOB["artifacts"]["reports"]["codequality"]
        assert [issue["check_name"] for issue in json.loads(report.read_text())] == ["PC009"]

    def test_it_says_what_is_not_set(self, pipeline: tuple[Path, dict[str, str]]) -> None:
        done = self.run(pipeline)
        assert done.returncode == 2
        assert "HARVESTER_SOURCE" in done.stdout


def test_the_hook_finds_the_file_wherever_it_lies() -> None:
    (hook,) = load(ROOT / ".pre-commit-hooks.yaml")
    for path in ("publiccode.yml", "a/b/publiccode.yml", "publiccode.yaml"):
        assert re.search(hook["files"], path)
    assert not re.search(hook["files"], "notpubliccode.yml")


def test_the_action_runs_what_exists(pipeline: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    action = load(PUBLISHERS / "action.yml")
    step = action["runs"]["steps"][-1]
    defaults = {name: row["default"] for name, row in action["inputs"].items()}
    checkout, environment = pipeline
    (checkout / "publiccode.yml").write_text(GOOD.replace("stable", "stabel"))
    environment |= {"RUNNER_TEMP": str(tmp_path / "run"), "SOURCE": str(ROOT)}
    environment |= {
        "FILE": defaults["path"], "PROFILE": defaults["profile"],
        "LANGUAGE": defaults["language"], "STRICT": "true",
    }  # fmt: skip
    programs = tmp_path / "run" / "harvester"
    programs.mkdir(parents=True)
    (programs / "bin").symlink_to(tmp_path / "bin")
    script = "\n".join(line for line in step["run"].splitlines() if "-m venv" not in line)
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=checkout, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=publiccode.yml,line=6,col=1,title=PC201")
