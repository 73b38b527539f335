# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Two forges with some two hundred repositories, and what happens to them in a week."""

from datetime import timedelta

from tests.crawl.build import BROKEN, GOOD
from tests.forges.world import World

OPENCODE = "https://gitlab.opencode.de"
GITHUB = "https://github.com"
LATER = timedelta(days=8)
PROJECTS = 130
"""Two pages of a listing."""


def good(url: str, name: str) -> str:
    return GOOD.format(name=name, url=url)


def broken(url: str, name: str) -> str:
    return BROKEN.format(name=name, url=url)


def opencode(*, later: bool) -> World:
    """Groups with projects; every third has a file, every ninth a broken one."""
    world = World()
    for group in ("stadt", "land/amt", "bund"):
        world.group(group)
    for number in range(PROJECTS):
        path = f"{('stadt', 'land/amt', 'bund')[number % 3]}/projekt-{number}"
        files = {"README.md": "x"}
        if number % 9 == 0:
            files["publiccode.yml"] = broken(f"{OPENCODE}/{path}", f"Projekt {number}")
        elif number % 3 == 0:
            files["publiccode.yml"] = good(f"{OPENCODE}/{path}", f"Projekt {number}")
        world.create(path, files)
    if later:
        _a_week_on_opencode(world)
    return world


def _a_week_on_opencode(world: World) -> None:
    world.clock.advance(days=LATER.days)
    for number in range(PROJECTS):
        path = f"{('stadt', 'land/amt', 'bund')[number % 3]}/projekt-{number}"
        repository = world.find(path)
        assert repository is not None
        url = f"{OPENCODE}/{path}"
        if number % 27 == 0:
            world.push(repository, {"publiccode.yml": good(url, f"Repariert {number}")})
        elif number % 21 == 0:
            world.push(repository, {"publiccode.yml": broken(url, f"Kaputt {number}")})
        elif number % 33 == 0:
            world.push(repository, {"publiccode.yml": None})
        elif number % 50 == 1:
            world.rename(repository, f"umbenannt-{number}")
        elif number % 60 == 5:
            world.delete(repository)
        elif number % 17 == 0:
            world.push(repository, {"publiccode.yml": good(url, f"Neu {number}")})
    for number in range(12):
        path = f"stadt/dazu-{number}"
        world.create(path, {"publiccode.yml": good(f"{OPENCODE}/{path}", f"Dazu {number}")})


def github(*, later: bool) -> World:
    """Five organisations; some files describe projects on OpenCoDE, known and unknown."""
    world = World()
    for owner in range(5):
        world.organization(f"amt-{owner}")
        for number in range(3 + 8 * owner):
            path = f"amt-{owner}/werkzeug-{number}"
            files = {"README.md": "x"}
            if number % 5 == 0:
                files["publiccode.yml"] = good(f"{GITHUB}/{path}", f"Werkzeug {owner} {number}")
            elif number % 11 == 3:
                there = f"{OPENCODE}/stadt/projekt-{number * 3}"
                files["publiccode.yml"] = good(there, "Spiegel")
            elif number % 13 == 7:
                files["publiccode.yml"] = good(f"{OPENCODE}/anderswo/unbekannt", "Anderswo")
            world.create(path, files)
    if later:
        world.clock.advance(days=LATER.days)
        for number in (0, 5, 10):
            repository = world.find(f"amt-4/werkzeug-{number}")
            assert repository is not None
            url = f"{GITHUB}/{repository.path}"
            world.push(repository, {"publiccode.yml": good(url, f"Neuer {number}")})
        world.delete(world.find("amt-3/werkzeug-1") or world.repositories[0])
    return world
