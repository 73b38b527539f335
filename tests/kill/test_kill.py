# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``kill -9`` anywhere: what is gone on with ends as if nothing had happened.

A few kills in every run of the tests, a hundred more on each database with ``make test-long``. The
seed is part of each test's name; ``KILL_SEED`` gives another one.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypedDict

import pytest
from sqlalchemy import select

from storage.catalogue import open_catalogue
from storage.engine import Store
from storage.tables import crawl
from tests.databases import PostgresServer, postgres  # noqa: F401 - a fixture
from tests.forges.clock import START
from tests.forges.faults import Call, Cut
from tests.forges.github.forge import GitHubForge
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.server import Forge
from tests.forges.world import insider
from tests.kill import worlds
from tests.kill.driver import POINTS
from tests.staging import Stage, github_source, gitlab_source

SEED = int(os.environ.get("KILL_SEED", "20261122"))
KILLS = 24
"""On each database, spread over the scenarios and the kinds of points."""
MORE_KILLS = 100
"""On each database, in ``make test-long``."""


class SceneKind(TypedDict):
    """What makes a scenario."""

    later: bool
    arguments: tuple[str, ...]
    daemon: bool


SCENARIOS: dict[str, SceneKind] = {
    "first": {"later": False, "arguments": (), "daemon": False},
    "unchanged": {"later": False, "arguments": ("--full",), "daemon": False},
    "changed": {"later": True, "arguments": ("--full",), "daemon": False},
    "daemon-first": {"later": False, "arguments": (), "daemon": True},
    "daemon-changed": {"later": True, "arguments": ("--full",), "daemon": True},
}
STRIDE = 7
"""Through all scenarios and kinds, so that a few kills meet each of them."""
DAEMON = {"tick": "1s", "lease": "2s", "listen": "127.0.0.1:0"}
KINDS = ("request", "within-answer", *POINTS)
DATABASES = ("sqlite", "postgresql")
SOURCES = ("opencode", "github")
"""In the order in which they are crawled."""


@dataclass
class Databases:
    """Makes catalogues and copies of them."""

    kind: str
    folder: Path
    server: PostgresServer | None
    made: list[str] = field(default_factory=list)

    def create(self, copied: str | None = None) -> str:
        """Give the address of a new catalogue: empty, or a copy of another."""
        if self.server is not None:
            name = f"kill_{uuid.uuid4().hex}"
            template = copied.rpartition("/")[2] if copied else "template_harvester"
            self.made.append(name)
            return self.server.create(name, template=template)
        path = self.folder / f"{uuid.uuid4().hex}.db"
        if copied is not None:
            shutil.copy(copied.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    def close(self) -> None:
        for name in self.made:
            if self.server is not None:
                self.server.drop(name)


@dataclass
class Scene:
    """The forges as they are in one scenario, and how the command is run against them."""

    folder: Path
    gitlab: GitLabForge
    github: GitHubForge
    time: datetime
    arguments: tuple[str, ...]
    daemon: bool = False
    """It is a daemon that is killed; it takes the sources in the order of their names."""
    truth: dict[str, Any] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    start: str | None = None
    """The catalogue that the scenario begins with."""

    @property
    def forges(self) -> dict[str, Forge]:
        return {"gitlab": self.gitlab, "github": self.github}

    def stage(self, database_url: str) -> Stage:
        owners = [owner.path for owner in self.github.world.owners]
        sources = [
            gitlab_source(self.gitlab, every="1d"),
            github_source(self.github, owners=owners, token_env="FORGE_TOKEN", every="1d"),
        ]
        return Stage(
            self.folder / uuid.uuid4().hex,
            sorted(sources, key=lambda one: str(one["name"])) if self.daemon else sources,
            database_url=database_url,
            environment={"FORGE_TOKEN": "token"},
            daemon=DAEMON,
        )

    @property
    def killed(self) -> tuple[str, ...]:
        """The command that is killed."""
        return ("daemon",) if self.daemon else ("crawl", *self.arguments)

    def command(self, point: str = "none", number: int = 0) -> list[str]:
        counts = str(self.folder / "counts.json")
        time = self.time.isoformat()
        return [sys.executable, "-m", "tests.kill.driver", time, point, str(number), counts]

    def finish(self, stage: Stage, *sources: str) -> dict[str, Any]:
        """Crawl sources to their end, and give everything that the catalogue says then."""
        for forge in self.forges.values():
            forge.faults.clear()
            forge.forget()
        done = stage.run("crawl", *sources, *self.arguments, command=self.command())
        assert done.returncode == 0, f"{done.returncode}\n{done.stderr}\n{done.stdout}"
        return contents(stage.database_url or "")


def contents(database_url: str) -> dict[str, Any]:
    """Give all that a catalogue tells: entries, files with findings, aliases, the change feed."""
    with closing(open_catalogue(database_url)) as catalogue:
        return {
            "entries": list(catalogue.entries(None, activity=True)),
            "files": list(catalogue.files()),
            "changes": list(catalogue.changes(0, 100_000)),
            "aliases": catalogue.around(f"{worlds.OPENCODE}/stadt/projekt-51").aliases,
            "totals": catalogue.totals(),
        }


@contextmanager
def scene(
    folder: Path, *, later: bool, arguments: tuple[str, ...], daemon: bool
) -> Iterator[Scene]:
    gitlab = GitLabForge(worlds.opencode(later=later), public_url=worlds.OPENCODE)
    github = GitHubForge(worlds.github(later=later), public_url=worlds.GITHUB)
    github.tokens["token"] = insider()
    with gitlab, github:
        time = START + (worlds.LATER if later else worlds.LATER * 0)
        folder.mkdir(parents=True)
        yield Scene(folder, gitlab, github, time, arguments, daemon)


@pytest.fixture(scope="module", params=DATABASES)
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    made = Databases(request.param, tmp_path_factory.mktemp("catalogues"), server)
    yield made
    made.close()


@pytest.fixture(scope="module")
def scenes(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Scene]]:
    """Each scenario, crawled once without a disturbance."""
    folder = tmp_path_factory.mktemp("scenes")
    with ExitStack() as stack:
        made = {
            name: stack.enter_context(scene(folder / name, **kind))
            for name, kind in SCENARIOS.items()
        }
        crawled: str | None = None
        for name, each in made.items():
            each.start = None if name.endswith("first") else crawled
            stage = each.stage(databases.create(each.start))
            each.truth = each.finish(stage)
            each.points = json.loads((each.folder / "counts.json").read_text())
            each.points |= {name: forge.requests() for name, forge in each.forges.items()}
            crawled = crawled or stage.database_url
        yield made


def plans(kills: int, seed: int) -> Iterator[tuple[str, str, int]]:
    """Spread the kills: scenario, kind of point, and a number that chance picks the point by."""
    chance = random.Random(seed)
    spread = [(scenario, kind) for kind in KINDS for scenario in SCENARIOS]
    for number in range(kills):
        scenario, kind = spread[number * STRIDE % len(spread)]
        yield scenario, kind, chance.randrange(1_000_000)


@pytest.mark.parametrize(
    ("scenario", "kind", "luck"),
    [
        *plans(KILLS, SEED),
        *(pytest.param(*plan, marks=pytest.mark.long) for plan in plans(MORE_KILLS, -SEED)),
    ],
    ids=lambda part: f"{SEED}-{part}" if isinstance(part, int) else part,
)
def test_a_killed_crawl_ends_as_if_nothing_had_happened(
    scenes: dict[str, Scene], databases: Databases, scenario: str, kind: str, luck: int
) -> None:
    here = scenes[scenario]
    chance = random.Random(luck)
    database_url = databases.create(here.start)
    stage = here.stage(database_url)
    where = kill(here, stage, kind, chance)
    assert sum(forge.requests() for forge in here.forges.values()), f"{where}: no progress"
    ended = finished(database_url) - finished(here.start) if here.start else finished(database_url)
    left = [name for name in SOURCES if name not in ended]
    # Only the last commit of all leaves nothing to go on with.
    assert left or kind == "committed", f"{where}: the run had ended already"
    # A source that was swept to its end is not swept once more: that would count as another sweep.
    end = here.finish(stage, *left) if left else contents(database_url)
    assert end == here.truth, where


def kill(here: Scene, stage: Stage, kind: str, chance: random.Random) -> str:
    """Run the command until it is killed; say where that was."""
    for forge in here.forges.values():
        forge.faults.clear()
        forge.forget()
    if kind in POINTS:
        number = chance.randint(1, here.points[kind])
        done = stage.run(*here.killed, command=here.command(kind, number))
        assert done.returncode == -signal.SIGKILL, done.stderr
        return f"{kind} {number} of {here.points[kind]}"
    name = chance.choice(sorted(here.forges))
    number = chance.randint(1, here.points[name])
    started = threading.Event()
    process: list[subprocess.Popen[str]] = []

    def end() -> None:
        started.wait(30)
        process[0].kill()
        process[0].wait()

    fault = Call(end) if kind == "request" else Cut(after=chance.randint(0, 200), then=end)
    here.forges[name].faults.plan(fault, skip=number - 1)
    process.append(stage.start(*here.killed, command=here.command()))
    started.set()
    _, said = process[0].communicate(timeout=120)
    assert process[0].returncode == -signal.SIGKILL, said
    return f"{kind} {number} of {here.points[name]} at {name}"


def finished(database_url: str) -> Counter[str]:
    """Count the complete crawls of each source."""
    with closing(Store(database_url)) as store, store.reading() as connection:
        rows = connection.execute(select(crawl.c.source).where(crawl.c.status == "complete"))
        return Counter(rows.scalars())
