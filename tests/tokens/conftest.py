# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Two forges on two hosts, each with tokens of its own, and one configuration for both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawl.build import GOOD
from tests.databases import database_url, postgres, postgres_url, sqlite_url
from tests.forges.github import GitHubForge
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.world import World, insider, outsider
from tests.staging import Stage, github_source, gitlab_source
from tests.tokens.stage import Two

__all__ = ["database_url", "postgres", "postgres_url", "sqlite_url"]


@pytest.fixture
def two(tmp_path: Path, database_url: str) -> Iterator[Two]:
    """Each entry of one forge points to addresses of the other."""
    hub, lab = World(), World()
    hub.organization("stadt")
    lab.group("stadt")
    github = GitHubForge(hub, public_url="https://github.com")
    gitlab = GitLabForge(lab, public_url="https://gitlab.opencode.de")
    with github, gitlab:
        for world, forge, other in ((hub, github, gitlab), (lab, gitlab, github)):
            for n in range(4):
                path = f"stadt/r{n}"
                url = other.public_url if n == 1 else forge.public_url
                text = GOOD.format(name=f"Werkzeug {n}", url=f"{url}/{path}")
                text += f"logo: {other.url}/stadt/r0/raw/logo.svg\n"
                text += f"landingURL: {other.public_url}/stadt\n"
                world.create(path, {"publiccode.yml": text})
        # whose text GraphQL does not give as it is
        hub.create("stadt/latin", {"publiccode.yml": "name: Bürgeramt\n".encode("latin-1")})
        github.tokens |= {"ghp_second0002": insider("one"), "ghp_third0003": insider("two")}
        gitlab.tokens |= {"glpat-lab-only-0004": outsider("reader")}
        stage = Stage(
            tmp_path / "stage",
            [
                github_source(
                    github,
                    owners=["stadt"],
                    token_env="HUB_FIRST",
                    token_envs=["HUB_SECOND", "HUB_THIRD"],
                ),
                gitlab_source(gitlab, token_file=str(tmp_path / "lab-token")),
            ],
            database_url=database_url,
            environment={
                "HUB_FIRST": "ghp_revoked0001",
                "HUB_SECOND": "ghp_second0002",
                "HUB_THIRD": "ghp_third0003",
            },
        )
        (tmp_path / "lab-token").write_text("glpat-lab-only-0004\n", encoding="utf-8")
        if database_url.startswith("postgresql"):
            stage.good("database", "upgrade")
        yield Two(github, gitlab, stage)
