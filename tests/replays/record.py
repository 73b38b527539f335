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
from tests.forges.faults import Answer, Cut
from tests.forges.gitea.forge import GiteaForge
from tests.forges.world import World
from tests.staging import Stage, gitea_source

FOLDER = Path(__file__).parent
URL = "https://git.stadt.example"


def shaky() -> GiteaForge:
    """Make a Gitea whose gateway fails at first, and whose answers are cut once."""
    world = World()
    world.organization("stadt", "Stadt Beispiel")
    for name in ("fahrplan", "friedhof"):
        path = f"stadt/{name}"
        world.create(path, {"publiccode.yml": GOOD.format(name=name, url=f"{URL}/{path}")})
    world.create("stadt/notizen", {"README.md": "no software"})
    forge = GiteaForge(world, public_url=URL)
    forge.faults.on(1, Answer(status=502, headers={"content-type": "text/html"}, body=b"<html>"))
    forge.faults.on(3, Cut())
    return forge


def record() -> None:
    """Crawl each forge once more."""
    archive = FOLDER / "shaky_forge"
    shutil.rmtree(archive, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder, shaky() as forge:
        stage = Stage(Path(folder), [gitea_source(forge, name="stadt", url=URL)])
        stage.crawl("--archive", str(archive))
        shutil.copy(stage.configuration, archive)


if __name__ == "__main__":
    record()
