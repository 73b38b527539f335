# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Real publiccode.yml files, served from where they really are, among repositories without one."""

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harvester.urls import path_of
from tests.forges.github.forge import GitHubForge
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.world import World
from tests.reference import REFERENCE, needs_reference
from tests.staging import Stage, github_source, gitlab_source

OTHERS = 2000
OUTCOMES = {"listed", "invalid", "other-place", "superseded"}


def real_files() -> list[dict[str, str]]:
    with (REFERENCE / "publiccode/wild/index.csv").open(encoding="utf-8", newline="") as index:
        return list(csv.DictReader(index))


def places() -> dict[tuple[str, str], bytes]:
    """Give repository path and file name of every real file, with its bytes.

    Each lies at the root. Where one repository holds several files, in folders, each of the others
    gets a repository of its own beside it, because a forge's catalogue reads the root only.
    """
    found: dict[tuple[str, str], bytes] = {}
    for row in real_files():
        path = f"{row['owner']}/{row['repo']}"
        name = "publiccode.yaml" if row["path"] == "publiccode.yaml" else "publiccode.yml"
        if any(taken.casefold() == path.casefold() for taken, _ in found):
            path += f"-{Path(row['file']).stem.casefold().replace('__', '-')}"
        found[path, name] = (REFERENCE / "publiccode/wild" / row["file"]).read_bytes()
    return found


def populate(world: World, *, groups: bool) -> list[str]:
    """Put every file into its repository, among 2,000 repositories without one."""
    make = world.group if groups else world.organization
    for (path, name), content in places().items():
        owner = path.partition("/")[0]
        if world.owner(owner) is None:
            make(owner)
        world.create(path, {name: content})
    for number in range(OTHERS):
        owner = f"others-{number // 250}"
        if world.owner(owner) is None:
            make(owner)
        world.create(f"{owner}/project-{number}", {"README.md": "Nothing to see."})
    return [owner.path for owner in world.owners]


@contextmanager
def github(folder: Path) -> Iterator[Stage]:
    world = World()
    owners = populate(world, groups=False)
    with GitHubForge(world, public_url="https://github.com") as forge:
        forge.tokens["token"] = _insider()
        source = github_source(forge, owners=owners, token_env="FORGE_TOKEN")
        yield Stage(folder, [source], environment={"FORGE_TOKEN": "token"})


@contextmanager
def gitlab(folder: Path) -> Iterator[Stage]:
    world = World()
    populate(world, groups=True)
    with GitLabForge(world, public_url="https://gitlab.com") as forge:
        source = gitlab_source(forge, name="gitlab", kind="gitlab", url="https://gitlab.com")
        yield Stage(folder, [source])


def _insider() -> Any:
    from tests.forges.world import insider  # noqa: PLC0415

    return insider()


def _table(stage: Stage) -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = stage.json("status", "--files")["files"]
    return files


@needs_reference
def test_every_real_file_has_one_outcome_on_github(tmp_path: Path) -> None:
    with github(tmp_path) as stage:
        summary = stage.crawl()["github"]
        files = _table(stage)
    assert summary["complete"]
    assert sum(summary["files"].values()) == len(real_files())
    _check(files)
    sums = Counter(file["outcome"] for file in files)
    assert sums == {key.replace("_", "-"): n for key, n in summary["files"].items() if n}
    assert sums["listed"] > sums["invalid"]


@needs_reference
def test_every_real_file_has_one_outcome_on_gitlab(tmp_path: Path) -> None:
    with gitlab(tmp_path) as stage:
        summary = stage.crawl()["gitlab"]
        files = _table(stage)
    assert summary["complete"]
    assert sum(summary["files"].values()) == len(real_files())
    _check(files)


@needs_reference
def test_two_files_that_declare_one_address_are_one_entry(tmp_path: Path) -> None:
    with github(tmp_path) as on_github, gitlab(tmp_path / "gitlab") as on_gitlab:
        both = Stage(
            tmp_path / "both",
            [*on_github.sources, *on_gitlab.sources],
            environment=on_github.environment,
        )
        both.crawl()
        entries = both.entries()
        files = _table(both)
    assert len(files) == 2 * len(real_files())
    assert len({entry["url"].casefold() for entry in entries}) == len(entries)
    twice = [entry for entry in entries if len(entry["provenances"]) > 1]
    assert len(twice) > len(real_files()) / 2
    provenances = sum(len(entry["provenances"]) for entry in entries)
    superseded = sum(1 for file in files if file["outcome"] == "superseded")
    assert provenances + superseded == len(files)


def _check(files: list[dict[str, Any]]) -> None:
    assert len(files) == len(places()) == len(real_files())
    expected = {(path.casefold(), name) for path, name in places()}
    found = {(path_of(file["repository"]).casefold(), file["path"]) for file in files}
    assert found == expected
    assert {file["outcome"] for file in files} <= OUTCOMES
    assert all(file["reason"] for file in files)
