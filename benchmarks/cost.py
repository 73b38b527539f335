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
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from harvester.ports.directory import HostAnswer
from storage.catalogue import open_catalogue
from storage.lead_lists import StoredLeads
from tests.crawl.build import GOOD
from tests.forges.bitbucket.forge import BitbucketForge
from tests.forges.catalogue import CatalogueForge
from tests.forges.faults import html
from tests.forges.git.forge import GitForge
from tests.forges.gitea.forge import GiteaForge
from tests.forges.github.forge import GitHubForge
from tests.forges.github.raw import RawForge
from tests.forges.gitlab.forge import GitLabForge
from tests.forges.mediawiki import MediaWikiForge
from tests.forges.server import Forge
from tests.forges.world import World, insider
from tests.staging import Stage, gitea_source, github_source, gitlab_source

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "cost.md"
BEGIN, END = "<!-- made by benchmarks.cost -->\n", "<!-- end -->\n"
REPOSITORIES = 1000
PER_OWNER = 50
EVERY = 10
"""One repository in so many has a publiccode.yml; on real forges it is one in forty or fewer."""
TOKEN = "benchmark-token"  # noqa: S105 - of a stand-in
VARIABLE = "FORGE_TOKEN"
STRANGE = "https://git.strange.example"
PAGE = "{{{{Software|Name={path}|Url=https://forge.example/{path}}}}} [[Kategorie:Software]]"
_UNLIMITED = 1_000_000
_PATIENCE = 1800
"""Seconds for one crawl on a busy machine; what is measured does not depend on it."""

KINDS = ("graphql", "rest", "raw")
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
    strange: str | None = None
    """A host of which it is known already that no connector reads it."""


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
    sample: int = 1
    """One repository in so many is measured, and the cost multiplied: each costs the same."""


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

    def times(self, number: int) -> "Cost":
        """Give the cost of so many times as much."""
        return Cost(*(figure * number for figure in astuple(self)))


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
        source = gitea_source(forge)
        if not instance:
            del source["scope"]
            source |= {"owners": [owner.path for owner in world.owners]}
        yield Play(source, [forge])


@contextmanager
def _bitbucket(world: World) -> Iterator[Play]:
    with BitbucketForge(world, public_url="https://bitbucket.org") as forge:
        source = {
            "name": "bitbucket",
            "kind": "bitbucket",
            "url": "https://bitbucket.org",
            "api_url": f"{forge.url}/2.0",
            "owners": [owner.path for owner in world.owners],
        }
        yield Play(source, [forge])


@contextmanager
def _mediawiki(world: World) -> Iterator[Play]:
    """Play a wiki with a page of software for each repository of the world."""
    with MediaWikiForge() as forge:
        for repository in world.repositories:
            forge.wiki.edit(repository.path, PAGE.format(path=repository.path))
        source = {
            "name": "wiki",
            "kind": "mediawiki",
            "url": forge.url,
            "scope": "instance",
            "category": "Software",
        }
        yield Play(source, [forge])


@contextmanager
def _git(world: World) -> Iterator[Play]:
    with tempfile.TemporaryDirectory() as folder, GitForge(Path(folder)) as forge:
        for repository in world.repositories:
            forge.make(repository.path, repository.files)
        source = {
            "name": "git",
            "kind": "git",
            "url": forge.url,
            "repositories": [f"{repository.path}.git" for repository in world.repositories],
        }
        yield Play(source, [forge])


@contextmanager
def _catalogue(world: World) -> Iterator[Play]:
    """Play a Software Catalog API with an entry for each repository, on a host nobody reads."""
    with CatalogueForge(World()) as forge:
        for repository in world.repositories:
            url = f"{STRANGE}/{repository.path}"
            text = GOOD.format(name=repository.path, url=url)
            forge.add(str(repository.id), url, text)
        source = {"name": "catalogue", "kind": "catalogue", "url": f"{forge.url}/v1"}
        yield Play(source, [forge], strange=STRANGE)


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
    Case("catalogue", "a Software Catalog API", _catalogue),
    Case("mediawiki", "pages of a category", _mediawiki),
    Case("git", "repositories", _git, sample=10),
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
    sampled = repositories // case.sample
    with case.play(world(sampled, organisations=case.organisations)) as play:
        stage = Stage(folder, [play.source], environment={VARIABLE: TOKEN})
        if play.strange is not None:
            _remember(stage, play.strange)
        for name, arguments in RUNS.items():
            for forge in play.forges:
                forge.forget()
            done = stage.run("crawl", *arguments, "--json", timeout=_PATIENCE)
            told = json.loads(done.stdout)["sources"]
            if not all(source["complete"] for source in told):
                raise SystemExit(f"{case.kind}, {case.way}, {name}: {told}")
            cost = Cost(
                **{kind: sum(source["requests"][kind] for source in told) for kind in KINDS},
                points=sum(source["points"] for source in told),
            )
            asked = sum(forge.requests() for forge in play.forges)
            if asked != cost.requests:
                raise SystemExit(f"{case.kind}: {asked} requests came, {cost.requests} were told")
            costs[name] = cost.times(case.sample)
    return costs


def _remember(stage: Stage, host: str) -> None:
    """Let an earlier run have found out that nobody reads a host."""
    now = datetime.now(UTC)
    answer = HostAnswer(url=host, kind=None, reason="unsupported-host", asked_at=now)
    with closing(open_catalogue(f"sqlite:///{stage.folder / 'harvester.db'}")) as catalogue:
        StoredLeads(catalogue.store).answer(answer)


def table(costs: Mapping[tuple[str, str, str], Cost]) -> str:
    """Write the costs of all cases as Markdown."""
    lines = [
        "| connector | scope and rights | crawl | GraphQL | REST | raw | points |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for case in CASES:
        for run in RUNS:
            cost = costs.get((case.kind, case.way, run))
            if cost is None:
                continue
            points = f"{cost.points:,}" if cost.points else ""
            lines.append(
                f"| {case.kind} | {case.way} | {run} | {cost.graphql:,} | {cost.rest:,}"
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


def write(made: str) -> None:
    """Put the table into the document."""
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{BEGIN}{made}{END}{after}", encoding="utf-8")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repositories", type=int, default=REPOSITORIES)
    parser.add_argument("--only", metavar="KIND", nargs="+", help="connectors that are measured")
    parser.add_argument(
        "--write", action="store_true", help=f"into {DOCUMENT.name}; what is not measured stays"
    )
    given = parser.parse_args()
    if given.write and given.repositories != REPOSITORIES:
        parser.error(f"the document's table is of {REPOSITORIES} repositories")
    costs = told() if given.write else {}
    for case in CASES:
        if given.only and case.kind not in given.only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            measured = measure(case, given.repositories, Path(folder))
        costs |= {(case.kind, case.way, run): cost for run, cost in measured.items()}
        if given.write:
            write(table(costs))
    print(table(costs), end="")


if __name__ == "__main__":
    main()
