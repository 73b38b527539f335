# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The connector to begin with, installed as anybody's package is, and crawled with."""

import subprocess
import sys
from pathlib import Path

import pytest

from shelf_tests.standin import ShelfForge
from tests.crawl.build import GOOD
from tests.forges.world import World
from tests.staging import Stage

ROOT = Path(__file__).resolve().parents[2]
URL = "https://shelf.example"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the package was installed into."""
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index", "--no-build-isolation", "--target", str(target)]
    package = str(ROOT / "examples" / "connector")
    subprocess.run([*pip, *offline, package], check=True, capture_output=True)
    return target


def test_an_installed_package_brings_its_kind(site: Path, tmp_path: Path) -> None:
    assert (site / "harvester_shelf" / "__init__.py").exists()
    assert not (site / "shelf_tests").exists()
    world = World()
    world.organization("stadt")
    for name in ("eins", "zwei"):
        text = GOOD.format(name=name, url=f"{URL}/stadt/{name}")
        world.create(f"stadt/{name}", {"publiccode.yml": text})
    with ShelfForge(world, public_url=URL) as forge:
        source = {"name": "shelf", "kind": "shelf", "url": URL, "api_url": f"{forge.url}/api"}
        stage = Stage(tmp_path / "stage", [{**source, "scope": "instance"}])
        stage.environment["PYTHONPATH"] = f"{site}:{ROOT}"
        first = stage.crawl()["shelf"]
        assert (first["complete"], first["files"]["listed"]) == (True, 2)
        assert forge.kinds == {"rest": 1, "raw": 2}
        forge.forget()
        assert stage.crawl("--full")["shelf"]["items"]["unchanged"] == 2
        assert forge.kinds == {"rest": 1}
        assert {entry["name"] for entry in stage.entries()} == {"eins", "zwei"}


def test_it_stands_on_its_own() -> None:
    """Nothing else of the core than connectors may use is imported."""
    package = ROOT / "examples" / "connector" / "harvester_shelf"
    allowed = ("harvester.model", "harvester.ports", "harvester.urls", "harvester_shelf")
    lines = [line for file in package.glob("*.py") for line in file.read_text().splitlines()]
    imported = [line.split()[1] for line in lines if line.startswith(("from harvester", "import "))]
    assert imported
    assert all(module.startswith(allowed) for module in imported)
