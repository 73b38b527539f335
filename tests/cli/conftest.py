# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Runs commands as a user does: in a folder with a harvester.toml, and a connector installed."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

import harvester
from harvester.cli import installed, main
from tests.databases import database_url, postgres, postgres_url, sqlite_url

__all__ = ["database_url", "postgres", "postgres_url", "shell", "sqlite_url"]

ROOT = Path(harvester.__file__).parent.parent
KIND = "standin"
SETTINGS = """\
[http]
contact = "https://example.org/harvester"

[[sources]]
name = "forge"
kind = "standin"
url = "https://forge.example"
scope = "instance"
exclude = ["city/private-*"]
world_file = "world.json"
every = "6h"
"""


@dataclass(frozen=True)
class Ran:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Shell:
    """A folder, and commands that run in it."""

    folder: Path
    site: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    environ: dict[str, str] = field(default_factory=dict)

    def settings(self, text: str = SETTINGS, name: str = "harvester.toml") -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def world(self, *repositories: Mapping[str, Any], **more: Any) -> None:
        """Say what the forge has."""
        world = {"repositories": repositories, **more}
        (self.folder / "world.json").write_text(json.dumps(world), encoding="utf-8")

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Ran:
        """Run a command in this process."""
        self.monkeypatch.setattr(sys, "argv", ["harvester", *arguments])
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        for name, value in self.environ.items():
            self.monkeypatch.setenv(name, value)
        self.capsys.readouterr()
        code = main()
        out, err = self.capsys.readouterr()
        return Ran(code, out, err)

    def start(self, *arguments: str, stderr_to: int = subprocess.PIPE) -> "subprocess.Popen[str]":
        """Start a command as a process of its own."""
        environ = {key: value for key, value in os.environ.items() if "HARVESTER" not in key}
        environ |= self.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{self.site}"}
        return subprocess.Popen(
            [sys.executable, "-m", "harvester", *arguments],
            cwd=self.folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=stderr_to,
            text=True,
        )

    def spawn(self, *arguments: str) -> Ran:
        """Run a command as a process of its own."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=60)
        return Ran(process.returncode, out, err)


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    site = tmp_path / "site"
    metadata = site / "standin-1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: standin\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(
        "[harvester.connectors]\nstandin = tests.cli.standin:StandIn\n"
    )
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.chdir(folder)
    for name in list(os.environ):
        if name.startswith("HARVESTER_"):
            monkeypatch.delenv(name)
    # Whatever else is installed where the tests run would ask real forges.
    monkeypatch.setattr(
        installed, "entry_points", lambda group: entry_points(group=group, name=KIND)
    )
    installed.forget()
    made = Shell(folder, site, monkeypatch, capsys)
    made.settings()
    made.world(
        {"id": 1, "path": "city/one", "stars": 3},
        {"id": 2, "path": "city/two", "file": "broken"},
        {"id": 3, "path": "city/three", "file": None},
        {"id": 4, "path": "city/private-four"},
    )
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield made
    root.handlers[:] = handlers
    root.setLevel(level)
    installed.forget()
