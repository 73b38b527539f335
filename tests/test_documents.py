# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The documents keep up with the code."""

import re
import tomllib
from pathlib import Path

import pytest

from harvester.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("connectors/*/*.md")]


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["test"]]
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    told = set(re.findall(r"[a-z0-9][a-z0-9._-]*", "".join(re.findall(r"(?m)^\| .*?\|", text))))
    missing = {re.split(r"[\[><=]", one)[0].lower() for one in declared} - told
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_within_the_project_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (document.parent / target).exists(), target


def test_the_readme_shows_commands_that_there_are() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"(?m)^\$? ?(?:\.venv/bin/)?harvester ([a-z]+)", text)
    commands = {command.name for command in app.registered_commands}
    commands |= {group.name for group in app.registered_groups}
    assert set(shown) >= {"crawl", "plan", "status", "sources", "export", "check"}
    assert set(shown) <= commands
