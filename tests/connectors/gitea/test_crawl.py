# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Whole crawls of a Gitea, as a user runs them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawl.build import BROKEN, GOOD
from tests.forges.gitea import GiteaForge
from tests.forges.world import World
from tests.staging import Stage, gitea_source

URL = "https://codeberg.org"


@pytest.fixture
def forge() -> Iterator[GiteaForge]:
    world = World()
    world.organization("stadt", "Stadt Lindenfurt")
    world.user("mona")
    for number in range(60):
        path = f"{'stadt' if number % 2 else 'mona'}/r{number}"
        files: dict[str, bytes | str] = {"README.md": "x"}
        if number % 10 == 1:
            files["publiccode.yml"] = GOOD.format(name=f"Werkzeug {number}", url=f"{URL}/{path}")
        world.create(path, files)
    with GiteaForge(world, public_url=URL) as started:
        yield started


def test_the_life_of_a_catalogue(forge: GiteaForge, tmp_path: Path) -> None:
    stage = Stage(tmp_path, [gitea_source(forge)])
    [planned] = stage.json("plan")["sources"]
    assert planned["requests"]["rest"] == 2
    first = stage.crawl()["codeberg"]
    assert (first["complete"], first["items"]["added"], first["files"]["listed"]) == (True, 60, 6)
    # organisations, size of pages, two pages, a tree each, six files and their languages
    assert first["requests"]["rest"] == forge.requests() == 4 + 60 + 2 * 6
    forge.forget()
    again = stage.crawl("--full")["codeberg"]
    assert (again["complete"], again["items"]["unchanged"]) == (True, 60)
    assert again["requests"]["rest"] == forge.requests() == 4
    forge.forget()
    forge.world.clock.advance(hours=1)
    moved = forge.world.find("stadt/r1")
    assert moved is not None
    forge.world.rename(moved, "neu")
    broken = forge.world.find("stadt/r11")
    assert broken is not None
    forge.world.push(broken, {"publiccode.yml": BROKEN.format(name="x", url=f"{URL}/stadt/r11")})
    assert stage.crawl("--full")["codeberg"]["complete"]
    # the two that moved are read again, each with file and languages
    assert forge.requests() == 4 + 2 * 3
    entries = {entry["url"]: entry for entry in stage.entries()}
    assert entries[f"{URL}/stadt/r11"]["file_state"] == "invalid"
    assert f"{URL}/stadt/r1" in entries[f"{URL}/stadt/neu"]["aliases"]
    assert entries[f"{URL}/stadt/neu"]["repository"]["kind"] == "gitea"


def test_addresses_of_a_configured_source(forge: GiteaForge, tmp_path: Path) -> None:
    stage = Stage(tmp_path, [gitea_source(forge)])
    ran = stage.crawl(f"{URL}/stadt/r1/src/branch/main", f"{URL}/mona")
    assert ran["codeberg"]["items"]["added"] == 31


def test_any_other_host_is_recognised(forge: GiteaForge, tmp_path: Path) -> None:
    stage = Stage(tmp_path, [])
    ran = stage.crawl(f"{forge.url}/stadt/r1")
    assert ran["manual"]["items"]["added"] == 1
    assert [e.request.path for e in forge.log if e.request.path.endswith("/settings/api")]
    named = stage.crawl(f"{forge.url}/stadt/r11", "--kind", "gitea")
    assert named["manual"]["items"]["added"] == 1
