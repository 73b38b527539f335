# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What crawls cost: requests and points by connector, counted by the chain and by the forge.

Run from a clone::

    python -m benchmarks.cost            # prints the table for 1,000 repositories
    python -m benchmarks.cost --write    # and puts it into docs/cost.md

A connector is one entry of :data:`CASES`. The world is the same for all: owners of fifty
repositories each, one repository in ten with a publiccode.yml.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.crawl.build import GOOD
from tests.forges.bitbucket.forge import BitbucketForge
from tests.forges.faults import html
from tests.forges.gitea.forge import GiteaForge
from tests.forges.github.forge import GitHubForge
from tests.forges.github.raw import RawForge
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.server import Forge
from tests.forges.world import World, insider
from tests.staging import Stage, github_source, gitlab_source

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "cost.md"
BEGIN, END = "<!-- made by benchmarks.cost -->\n", "<!-- end -->\n"
REPOSITORIES = 1000
PER_OWNER = 50
EVERY = 10
"""One repository in so many has a publiccode.yml; on real forges it is one in forty or fewer."""
TOKEN = "benchmark-token"  # noqa: S105 - of a stand-in
VARIABLE = "FORGE_TOKEN"
_UNLIMITED = 1_000_000
_PATIENCE = 1800
"""Seconds for one crawl on a busy machine; what is measured does not depend on it."""

RUNS: Mapping[str, tuple[str, ...]] = {
    "first": (),
    "incremental, unchanged": (),
    "sweep, activity read": ("--full",),
    "sweep, unchanged": ("--full",),
}
"""Crawls of the same source, one after another, with their arguments."""


@dataclass(frozen=True, slots=True)
class Play:
    """Forges on loopback, and the source that reaches them."""

    source: dict[str, Any]
    forges: Sequence[Forge]


@dataclass(frozen=True, slots=True)
class Case:
    """One connector, used in one way."""

    kind: str
    """The connector's word for itself."""
    way: str
    """Scope and rights, for the table."""
    play: Callable[[World], AbstractContextManager[Play]]
    organisations: bool = False
    """Owners are organisations, not groups."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one crawl cost."""

    graphql: int
    rest: int
    raw: int
    points: int

    @property
    def requests(self) -> int:
        """All of them."""
        return self.graphql + self.rest + self.raw


@contextmanager
def _gitlab(
    world: World,
    *,
    kind: str = "opencode",
    token: bool = False,
    instance: bool = True,
    rest_only: bool = False,
) -> Iterator[Play]:
    forge = GitLabForge(world, public_url="https://gitlab.opencode.de")
    if rest_only:
        forge.refuse_graphql(html())
    forge.tokens[TOKEN] = insider()
    with forge:
        source = gitlab_source(forge, kind=kind)
        if token:
            source |= {"token_env": VARIABLE}
        if not instance:
            del source["scope"]
            source |= {"owners": [owner.path for owner in world.owners]}
        yield Play(source, [forge])


@contextmanager
def _github(world: World, *, token: bool) -> Iterator[Play]:
    forge = GitHubForge(world, public_url="https://github.com")
    forge.anonymous_limit = _UNLIMITED
    owners = [owner.path for owner in world.owners]
    forge.tokens[TOKEN] = insider()
    with forge, RawForge(world) as raw:
        source = github_source(forge, raw, owners=owners)
        if token:
            source |= {"token_env": VARIABLE}
        yield Play(source, [forge, raw])


@contextmanager
def _gitea(world: World, *, instance: bool = True) -> Iterator[Play]:
    with GiteaForge(world, public_url="https://codeberg.org") as forge:
        yield Play(
            _source(
                "gitea", "https://codeberg.org", f"{forge.url}/api/v1", world, instance=instance
            ),
            [forge],
        )


@contextmanager
def _bitbucket(world: World) -> Iterator[Play]:
    with BitbucketForge(world, public_url="https://bitbucket.org") as forge:
        yield Play(
            _source(
                "bitbucket", "https://bitbucket.org", f"{forge.url}/2.0", world, instance=False
            ),
            [forge],
        )


def _source(kind: str, url: str, api_url: str, world: World, *, instance: bool) -> dict[str, Any]:
    scope = {"scope": "instance"} if instance else {"owners": [o.path for o in world.owners]}
    return {"name": kind, "kind": kind, "url": url, "api_url": api_url, **scope}


CASES: Sequence[Case] = (
    Case("gitlab", "instance, anonymous", partial(_gitlab, kind="gitlab")),
    Case("gitlab", "instance, with a token", partial(_gitlab, kind="gitlab", token=True)),
    Case("gitlab", "groups, anonymous", partial(_gitlab, kind="gitlab", instance=False)),
    Case("gitlab", "instance, GraphQL refused", partial(_gitlab, kind="gitlab", rest_only=True)),
    Case("opencode", "instance, anonymous", _gitlab),
    Case("github", "owners, with a token", partial(_github, token=True), organisations=True),
    Case("github", "owners, anonymous", partial(_github, token=False), organisations=True),
    Case("gitea", "instance, anonymous", _gitea, organisations=True),
    Case("gitea", "owners, anonymous", partial(_gitea, instance=False), organisations=True),
    Case("bitbucket", "workspaces, anonymous", _bitbucket, organisations=True),
)


def world(repositories: int, *, organisations: bool) -> World:
    """Make what all cases read."""
    made = World()
    for number in range(-(-repositories // PER_OWNER)):
        name = f"amt-{number:03}"
        owner = made.organization(name) if organisations else made.group(name)
        for place in range(min(PER_OWNER, repositories - number * PER_OWNER)):
            path = f"{owner.path}/projekt-{place:03}"
            files: dict[str, bytes | str] = {"README.md": "# Projekt\n"}
            if place % EVERY == 0:
                host = "github.com" if organisations else "gitlab.opencode.de"
                files["publiccode.yml"] = GOOD.format(name=path, url=f"https://{host}/{path}")
            made.create(path, files, languages=(("Python", 9),), topics=("verwaltung",))
    return made


def measure(case: Case, repositories: int, folder: Path) -> dict[str, Cost]:
    """Crawl a fresh world in each way, by the command as a user runs it."""
    costs = {}
    with case.play(world(repositories, organisations=case.organisations)) as play:
        stage = Stage(folder, [play.source], environment={VARIABLE: TOKEN})
        for name, arguments in RUNS.items():
            for forge in play.forges:
                forge.forget()
            done = stage.run("crawl", *arguments, "--json", timeout=_PATIENCE)
            (told,) = json.loads(done.stdout)["sources"]
            if not told["complete"]:
                raise SystemExit(f"{case.kind}, {case.way}, {name}: {told['error']}")
            cost = Cost(points=told["points"], **told["requests"])
            asked = sum(forge.requests() for forge in play.forges)
            if asked != cost.requests:
                raise SystemExit(f"{case.kind}: {asked} requests came, {cost.requests} were told")
            costs[name] = cost
    return costs


def table(costs: Mapping[Case, Mapping[str, Cost]]) -> str:
    """Write the costs as Markdown."""
    lines = [
        "| connector | scope and rights | crawl | GraphQL | REST | raw | points |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for case, runs in costs.items():
        for name, cost in runs.items():
            points = str(cost.points) if cost.points else ""
            lines.append(
                f"| {case.kind} | {case.way} | {name} | {cost.graphql:,} | {cost.rest:,}"
                f" | {cost.raw:,} | {points} |"
            )
    return "\n".join(lines) + "\n"


def told() -> dict[tuple[str, str, str], Cost]:
    """Read the table that docs/cost.md has: by connector, way and crawl."""
    text = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    found = {}
    for line in text.strip().splitlines()[2:]:
        kind, way, run, *figures = (cell.strip() for cell in line.strip("|").split("|"))
        numbers = [int(figure.replace(",", "") or 0) for figure in figures]
        found[kind, way, run] = Cost(*numbers)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repositories", type=int, default=REPOSITORIES)
    parser.add_argument("--write", action="store_true", help=f"into {DOCUMENT.name}")
    given = parser.parse_args()
    if given.write and given.repositories != REPOSITORIES:
        parser.error(f"the document's table is of {REPOSITORIES} repositories")
    costs = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(CASES):
            costs[case] = measure(case, given.repositories, Path(folder) / str(number))
    made = table(costs)
    print(made, end="")
    if given.write:
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        DOCUMENT.write_text(f"{before}{BEGIN}{made}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
