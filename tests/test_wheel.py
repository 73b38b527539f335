# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What others install: the wheel holds the three packages, and works without the clone."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.crawl.build import GOOD
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.world import World
from tests.staging import Stage, gitlab_source

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("harvester", "connectors", "storage")
URL = "https://gitlab.opencode.de"
WHERE = """
import json, sys
import connectors, harvester, storage
files = [module.__file__ for module in (connectors, harvester, storage)]
print(json.dumps({"files": files, "path": sys.path}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    building = ["-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run([sys.executable, *building], check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    target = wheel.parent / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    asked = ["--no-deps", "--no-index", "--target", str(target), str(wheel)]
    subprocess.run([*pip, *asked], check=True, capture_output=True)
    return target


def run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the installed wheel and the libraries, but not with the clone."""
    libraries = dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    kept = {key: value for key, value in os.environ.items() if "HARVESTER" not in key}
    path = os.pathsep.join([str(installed), *libraries])
    return subprocess.run(
        # -S: an editable installation's .pth file would bring the clone back.
        [sys.executable, "-S", *arguments],
        cwd=folder,
        env=kept | {"PYTHONPATH": path, "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_holds_the_packages_and_the_configuration_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        metadata = {Path(name).name for name in archive.namelist() if ".dist-info/" in name}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name != "README.md"
    }
    wanted |= {
        f"harvester/_config/{path.relative_to(ROOT / 'config').as_posix()}"
        for path in (ROOT / "config").rglob("*")
        if path.is_file()
    }
    assert names == wanted
    assert names >= {
        "harvester/_config/harvester.toml",
        "harvester/_config/publishers/de.toml",
        "harvester/_config/settings.schema.json",
        "harvester/publiccode/standard/v0.toml",
        "connectors/gitlab/queries/instance.graphql",
        "connectors/github/queries/listed.graphql",
        "storage/migrations/env.py",
        "storage/migrations/versions/0001_first_tables.py",
        *(f"{package}/py.typed" for package in PACKAGES),
    }
    assert not [name for name in names if "test" in name.lower()]
    assert {"METADATA", "entry_points.txt", "EUPL-1.2.txt"} <= metadata


def test_it_runs_without_the_clone(installed: Path, tmp_path: Path) -> None:
    ran = run(installed, tmp_path, "-c", WHERE)
    told = json.loads(ran.stdout)
    assert [Path(file).parent.parent for file in told["files"]] == [installed] * 3
    assert str(ROOT) not in told["path"]
    ran = run(installed, tmp_path, str(installed / "bin" / "harvester"), "--version")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_it_checks(installed: Path, tmp_path: Path) -> None:
    text = GOOD.format(name="Werkzeug", url=f"{URL}/stadt/werkzeug")
    (tmp_path / "publiccode.yml").write_text(text, encoding="utf-8")
    ran = run(installed, tmp_path, "-m", "harvester", "check", "publiccode.yml", "--json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["summary"]["valid"] == 1


def test_it_crawls(installed: Path, tmp_path: Path) -> None:
    world = World()
    world.group("stadt")
    for number in range(3):
        path = f"stadt/projekt-{number}"
        world.create(path, {"publiccode.yml": GOOD.format(name=path, url=f"{URL}/{path}")})
    with GitLabForge(world, public_url=URL) as forge:
        Stage(tmp_path, [gitlab_source(forge, publishers="builtin:de")])
        ran = run(installed, tmp_path, "-m", "harvester", "crawl", "--dry-run", "--json")
        assert ran.returncode == 0, ran.stderr
        (source,) = json.loads(ran.stdout)["sources"]
        assert (source["complete"], source["files"]["listed"]) == (True, 3)
        assert not list(tmp_path.glob("harvester.db*"))
        ran = run(installed, tmp_path, "-m", "harvester", "database", "upgrade")
        assert ran.returncode == 0, ran.stderr
