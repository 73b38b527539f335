# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Renames, moves and names that are used again, with the command as a user runs it.

Two forges on loopback play gitlab.opencode.de and github.com.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harvester.model import software_id
from tests.crawl.build import GOOD
from tests.forges.github.forge import GitHubForge
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.world import Repository, World, insider
from tests.staging import Stage, github_source, gitlab_source

HOMES = ("https://gitlab.opencode.de", "https://github.com")


@dataclass
class Town:
    """Two forges, each with the same owners, and a stage that reaches both."""

    gitlab: GitLabForge
    hub: GitHubForge
    stage: Stage

    def create(self, home: str, path: str, url: str | None = None) -> Repository:
        """Make a repository whose file declares an address, its own if None."""
        text = GOOD.format(name=path, url=url or f"{home}/{path}")
        return self.world(home).create(path, {"publiccode.yml": text})

    def world(self, home: str) -> World:
        return (self.gitlab if home == HOMES[0] else self.hub).world

    def asked(self) -> int:
        """How many requests both have had."""
        return sum(self.gitlab.kinds.values()) + sum(self.hub.kinds.values())


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    gitlab, hub = World(), World()
    for owner in ("stadt", "kreis"):
        gitlab.group(owner)
        hub.organization(owner)
    there = GitLabForge(gitlab, public_url=HOMES[0])
    other = GitHubForge(hub, public_url=HOMES[1])
    other.tokens["hub-token"] = insider()
    with there, other:
        sources = [
            gitlab_source(there),
            github_source(other, owners=["stadt"], token_env="HUB_TOKEN"),
        ]
        stage = Stage(tmp_path, sources, environment={"HUB_TOKEN": "hub-token"})
        yield Town(there, other, stage)


def test_what_moved_before_it_was_seen_is_listed_and_asked_for_once(town: Town) -> None:
    moved = []
    for home in HOMES:
        renamed = town.create(home, "stadt/alt")
        town.world(home).rename(renamed, "neu")
        town.create(home, "stadt/verirrt", f"{home}/stadt/nie-dagewesen")
        transferred = town.create(home, "kreis/umzug")
        owner = town.world(home).owner("stadt")
        assert owner is not None
        town.world(home).transfer(transferred, owner)
        moved += [(home, renamed), (home, transferred)]
    summary = town.stage.crawl()
    assert [one["files"]["listed"] for one in summary.values()] == [2, 2]
    assert [one["files"]["other_place"] for one in summary.values()] == [1, 1]
    entries = {entry["id"]: entry for entry in town.stage.entries()}
    for home, repository in moved:
        entry = entries[software_id(home, str(repository.id))]
        assert (entry["state"], entry["url"]) == ("listed", f"{home}/{repository.path}")
        assert len(entry["aliases"]) == 1
    town.stage.crawl("--full")  # which reads, once a week, how the repositories are worked on
    exported, asked = town.stage.good("export", "jsonl"), town.asked()
    again = town.stage.crawl("--full")
    requests = [sum(one["requests"].values()) for one in again.values()]
    sweeps = town.asked() - asked
    assert (sum(requests), sweeps) == (sweeps, 3), "one page of GitLab; totals and a page of GitHub"
    assert town.stage.good("export", "jsonl") == exported


def test_a_name_that_comes_back_is_told_to_whoever_looks(town: Town) -> None:
    for home in HOMES:
        town.create(home, "stadt/a")
    town.stage.crawl()
    for home in HOMES:
        world = town.world(home)
        old = world.find("stadt/a")
        assert old is not None
        world.rename(old, "b")
        town.create(home, "stadt/a")
    done = town.stage.run("crawl", "--full")
    for home in HOMES:
        assert f"{home}/stadt/a: warning: another repository had this address before" in done.stderr
        told = town.stage.good("status", f"{home}/stadt/a")
        assert "another repository had its address before" in told
        assert f"was the address of another repository before; that is now {home}/stadt/b" in told
        german = town.stage.good("status", f"{home}/stadt/a", "--lang", "de")
        assert "ein anderes Repository hatte vorher seine Adresse" in german
    assert len({entry["id"] for entry in town.stage.entries()}) == 4
