# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``python -m tests.replays.record``: archives the crawls of this folder anew.

Needed when a connector asks for something else than it did; look at the difference before you
commit it.
"""

import shutil
import tempfile
from pathlib import Path

from tests.crawl.build import GOOD
from tests.forges.faults import html
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.world import World
from tests.staging import Stage, gitlab_source

FOLDER = Path(__file__).parent
URL = "https://git.stadt.example"


def behind_a_sign_in() -> GitLabForge:
    """Make a GitLab whose proxy shows a sign-in page instead of GraphQL: REST has to do."""
    world = World()
    world.group("stadt", "Stadt Beispiel")
    for name in ("fahrplan", "friedhof"):
        path = f"stadt/{name}"
        world.create(path, {"publiccode.yml": GOOD.format(name=name, url=f"{URL}/{path}")})
    world.create("stadt/notizen", {"README.md": "no software"})
    forge = GitLabForge(world, public_url=URL)
    forge.faults.plan(html(), when=lambda r: r.kind == "graphql", times=1000)
    return forge


def record() -> None:
    """Crawl each forge once more."""
    archive = FOLDER / "sign_in_page"
    shutil.rmtree(archive, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder, behind_a_sign_in() as forge:
        source = gitlab_source(forge, name="stadt", kind="gitlab", url=URL)
        stage = Stage(Path(folder), [source])
        stage.crawl("--archive", str(archive))
        shutil.copy(stage.configuration, archive)


if __name__ == "__main__":
    record()
