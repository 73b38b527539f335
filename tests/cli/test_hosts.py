# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What runs on the hosts that lists name: asked once, politely, and remembered."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from harvester.cli import hosts, installed
from harvester.cli.adapters import MemoryLeads
from harvester.cli.hosts import Bodies, HostFinder
from harvester.cli.tapes import NoTape
from harvester.crawl.expansion import KnownForge, Verdict
from harvester.leads import Lead, LeadKind, LeadReason, Leads
from harvester.model import Origin, Publisher
from harvester.ports.connector import ForgeAccess
from harvester.ports.directory import HostAnswer, KeptLeads
from harvester.ports.errors import ForbiddenError, RefusedAddressError, UnreachableError
from harvester.ports.listing import Scope, ScopeKind
from harvester.settings import load
from harvester.worker import Worker
from tests.forges.clock import ManualClock

anyio = pytest.mark.anyio
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Kind:
    """A connector that recognises the hosts it is told."""

    kind: str
    mine: tuple[str, ...] = ()
    profile: str = "standard"
    origin: Origin = Origin.CRAWL
    asked: list[ForgeAccess] = field(default_factory=list)
    Options: Any = None
    host_aliases: dict[str, str] = field(default_factory=dict)

    async def recognise(self, access: ForgeAccess) -> bool:
        self.asked.append(access)
        if "dead" in access.url:
            raise UnreachableError("nobody there")
        if "shut" in access.url and self.kind == "github":
            raise ForbiddenError("no")
        return any(word in access.url for word in self.mine)


class Way(NoTape):
    """The ways to hosts, with some that lead nowhere."""

    async def reach(self, url: str) -> None:
        if "private" in url:
            raise RefusedAddressError(url)
        if "nowhere" in url:
            raise UnreachableError(url)


@dataclass
class Scene:
    """A finder with its surroundings."""

    finder: HostFinder
    store: MemoryLeads
    clock: ManualClock
    kinds: dict[str, Kind]

    async def of(self, *urls: str, told: str | None = None) -> dict[str, Verdict]:
        groups = {url: (Lead(url=f"{url}/x", forge_kind=told),) for url in urls}
        return dict(await self.finder.verdicts(groups))

    @property
    def asked(self) -> int:
        return sum(len(kind.asked) for kind in self.kinds.values())


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Scene]:
    kinds = {
        "github": Kind("github"),
        "gitlab": Kind("gitlab", mine=("lab", "shut")),
        "catalogue": Kind("catalogue", mine=("lab",), origin=Origin.CATALOGUE),
    }
    monkeypatch.setattr(installed, "connector_types", lambda *_: kinds)
    monkeypatch.setattr(installed, "connector_kinds", lambda: frozenset(kinds))

    (tmp_path / "harvester.toml").write_text("[http]\ntimeout = 30\n")
    configuration = load(tmp_path / "harvester.toml", {}, {})
    store, clock = MemoryLeads(), ManualClock(START)
    own = KnownForge(
        source="own",
        url="https://git.own.example/lab",
        kind="gitlab",
        scope=Scope(ScopeKind.INSTANCE),
    )
    with Worker("test") as worker:
        finder = HostFinder(
            configuration, [own], store=store, worker=worker, tape=Way(clock), clock=clock
        )
        yield Scene(finder, store, clock, kinds)


@anyio
async def test_what_is_configured_or_well_known_is_not_asked(scene: Scene) -> None:
    found = await scene.of(
        "https://git.own.example/lab", "https://github.com", "https://bitbucket.org"
    )
    assert found == {
        "https://git.own.example/lab": Verdict(kind="gitlab"),
        "https://github.com": Verdict(kind="github", shared=True),
        "https://bitbucket.org": Verdict(kind=None, shared=True),
    }
    assert (scene.asked, scene.store.hosts()) == (0, {})


@anyio
async def test_others_are_asked_once_anonymously_and_guarded(scene: Scene) -> None:
    url = "https://lab.example"
    assert await scene.of(url) == {url: Verdict(kind="gitlab")}
    assert await scene.of(url) == {url: Verdict(kind="gitlab")}
    assert [len(kind.asked) for kind in scene.kinds.values()] == [1, 1, 0]
    (access,) = scene.kinds["gitlab"].asked
    assert (access.token, access.guarded) == (None, True)
    assert (access.http.attempts, access.http.timeout) == (1, hosts.PATIENCE)


@anyio
@pytest.mark.parametrize(
    ("url", "reason", "again"),
    [
        ("https://strange.example", LeadReason.UNSUPPORTED_HOST, timedelta(days=30)),
        ("https://dead.example", LeadReason.UNREACHABLE_HOST, timedelta(days=1)),
        ("https://nowhere.example", LeadReason.UNREACHABLE_HOST, timedelta(days=1)),
        ("https://private.example", LeadReason.PRIVATE_ADDRESS, timedelta(days=1)),
    ],
)
async def test_why_nothing_is_crawled_is_remembered_for_a_while(
    scene: Scene, url: str, reason: LeadReason, again: timedelta
) -> None:
    expected = {url: Verdict(kind=None, reason=reason)}
    assert await scene.of(url) == expected
    asked = scene.asked
    assert asked <= 2
    if reason is LeadReason.PRIVATE_ADDRESS:
        assert asked == 0
    scene.clock.advance(seconds=again.total_seconds() - 1)
    assert await scene.of(url) == expected
    assert scene.asked == asked
    scene.clock.advance(seconds=1)
    assert await scene.of(url) == expected
    assert scene.store.hosts()[url].asked_at == scene.clock.now(), "it was asked again"


@anyio
async def test_one_kind_s_refusal_does_not_end_the_asking(scene: Scene) -> None:
    assert (await scene.of("https://shut.example"))["https://shut.example"].kind == "gitlab"


@anyio
async def test_a_list_that_says_what_runs_there_is_believed_but_not_where(scene: Scene) -> None:
    assert (await scene.of("https://x.example", told="github"))["https://x.example"].kind == (
        "github"
    )
    told = await scene.of("https://y.example", told="gogs")
    assert told["https://y.example"].reason is LeadReason.UNSUPPORTED_HOST
    private = await scene.of("https://private.example", told="gitlab")
    assert private["https://private.example"].reason is LeadReason.PRIVATE_ADDRESS
    assert scene.asked == 0


@anyio
async def test_one_run_asks_so_many_hosts_and_the_next_goes_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "MOST_ASKED", 2)
    urls = [f"https://lab{number}.example" for number in range(3)]
    first = await scene.of(*urls)
    assert [first[url].reason for url in urls] == [None, None, LeadReason.NOT_ASKED_YET]
    assert all(verdict.kind == "gitlab" for verdict in (await scene.of(*urls)).values())


@anyio
async def test_a_kind_that_is_no_longer_installed_is_asked_anew(scene: Scene) -> None:
    url = "https://lab.example"
    scene.store.answer(HostAnswer(url=url, kind="former", reason=None, asked_at=START))
    assert await scene.of(url) == {url: Verdict(kind="gitlab")}


def test_who_names_a_shared_forge_names_nobody(tmp_path: Path) -> None:
    (tmp_path / "harvester.toml").write_text(
        '[[sources]]\nname = "towns"\nkind = "list"\nurl = "x.csv"\n'
    )
    configuration = load(tmp_path / "harvester.toml", {}, installed.options())
    body = Publisher(name="Body", uri=None)
    named = Leads(
        leads=(
            Lead(url="https://github.com", kind=LeadKind.FORGE, publisher=body),
            Lead(url="https://git.body.example", kind=LeadKind.FORGE, publisher=body),
        )
    )
    kept = KeptLeads(source="towns", read_at=START, leads=named)
    bodies = Bodies(configuration, {"towns": kept, "former": kept})
    assert bodies.of("https://github.com/anybody/x") is None
    assert bodies.of("https://git.body.example/a/b") == body
    bodies.learn({"former": kept})
    assert bodies.of("https://git.body.example/a/b") is None, "that list is no longer configured"
