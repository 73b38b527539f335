# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the core relies on, asked of every connector alike.

A connector's tests say how it and a stand-in of its forge are made, and take the suite over::

    class TestConformance(Conformance):
        @pytest.fixture
        def candidate(self, world: World) -> Iterator[Candidate]:
            with GiteaForge(world) as forge:
                access = {"api_url": f"{forge.url}/api/v1"}
                yield Candidate(forge=forge, make=GiteaConnector, access=access)

The world has the owners ``stadt`` (an organisation or group) and ``mona`` (a user), and no
repositories.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from harvester.crawl.visit import is_wanted
from harvester.model import Details, Origin, Sighting, Unknown, Unread
from harvester.ports.connector import Connector, ConnectorType, ForgeAccess, HttpOptions
from harvester.ports.crawls import Known
from harvester.ports.errors import SourceError
from harvester.ports.listing import Found, Listing, Missing, Page, Scope, ScopeKind, Size
from tests.connectors.transport.support import MemoryBudgets, MemoryValidators
from tests.forges.faults import Answer, Call, Request, html
from tests.forges.server import Forge
from tests.forges.world import Repository, Visibility, World, blob_id

OWNER, USER = "stadt", "mona"
TEXT = b"publiccodeYmlVersion: '0.4'\nname: Werkzeug\n"


@dataclass(kw_only=True)
class Candidate:
    """A connector, and a stand-in of its forge that runs."""

    forge: Forge
    make: ConnectorType
    access: Mapping[str, Any]
    """What ``ForgeAccess`` needs beside: ``api_url`` and the like."""
    url: str = "https://forge.example"
    """What the forge is to be taken for."""
    token: str | None = None
    """Of an account that sees everything; the stand-in has to know it. None: it takes none."""
    needs_token: bool = False
    """Whether everything is to be asked for with it."""
    instance: bool = True
    """Whether the forge can be listed as a whole."""
    page: int = 50
    """Repositories of a full page."""
    id_of: Callable[[Repository], str] = lambda repository: str(repository.id)
    is_listing: Callable[[Request], bool] = lambda request: request.kind != "raw"
    """Whether a request asks for a page of a listing (and not, say, for a file)."""
    budgets: MemoryBudgets = field(default_factory=MemoryBudgets)
    validators: MemoryValidators = field(default_factory=MemoryValidators)

    @property
    def world(self) -> World:
        return self.forge.world

    @property
    def everything(self) -> Scope:
        """The scope that holds both owners."""
        if self.instance:
            return Scope(ScopeKind.INSTANCE)
        return Scope(ScopeKind.OWNERS, (OWNER, USER))

    def reach(self, *, with_token: bool = False) -> ForgeAccess:
        """Say how the forge is reached, as the settings would."""
        return ForgeAccess(
            source="here",
            url=self.url,
            token=self.token if with_token or self.needs_token else None,
            http=HttpOptions(user_agent="harvester/test", timeout=5.0, attempts=2),
            clock=self.forge.clock,
            budgets=self.budgets,
            validators=self.validators,
            **self.access,
        )

    @asynccontextmanager
    async def open(self, *, with_token: bool = False) -> AsyncIterator[Connector]:
        async with self.make(self.reach(with_token=with_token)) as connector:
            yield connector

    async def pages(
        self, scope: Scope | None = None, *, with_token: bool = False, **more: Any
    ) -> list[Page]:
        listing = Listing(scope=scope or self.everything, **more)
        async with self.open(with_token=with_token) as connector:
            return [page async for page in connector.pages(listing)]

    def fill(self, count: int, owner: str = OWNER, every: int = 10) -> list[Repository]:
        """Make repositories, each so-manieth with a file, at moments that differ."""
        made = []
        for number in range(count):
            files = {"README.md": b"x"} | ({"publiccode.yml": TEXT} if not number % every else {})
            made.append(self.world.create(f"{owner}/r{number}", files))
            self.world.clock.advance(seconds=1)
        return made


@dataclass
class Memory:
    """What a catalogue would know: the core's own rule decides what is asked for again."""

    revisions: dict[str, str] = field(default_factory=dict)
    blobs: set[str] = field(default_factory=set)

    async def crawl(self, candidate: Candidate, **more: Any) -> dict[str, Sighting]:
        """List and read as the core does; sightings by path."""
        seen: dict[str, Sighting] = {}
        async with candidate.open() as connector:
            listing = Listing(scope=candidate.everything, **more)
            async for page in connector.pages(listing):
                wanted = [one for one in page.sightings if self._wants(one)]
                read = await connector.read(wanted) if wanted else ()
                assert len(read) == len(wanted)
                for one in (*page.sightings, *read):
                    seen[one.repository.path] = one
                for one in read or page.sightings:
                    self._keep(one)
        return seen

    def _wants(self, sighting: Sighting) -> bool:
        key = sighting.repository.forge_id
        known = Known(revisions=self.revisions, files={}, blobs=frozenset(self.blobs))
        return is_wanted(sighting, key, known)

    def _keep(self, sighting: Sighting) -> None:
        seen = sighting.repository
        if isinstance(sighting.files, tuple):
            self.blobs |= {file.blob_id for file in sighting.files if file.content is not None}
            if seen.details is not None:
                self.revisions[seen.forge_id] = seen.revision


def paths(pages: Sequence[Page]) -> list[str]:
    return [sighting.repository.path for page in pages for sighting in page.sightings]


class Conformance:
    """Subclass it under a name that begins with ``Test``; see the module."""

    pytestmark = pytest.mark.anyio

    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"

    @pytest.fixture
    def world(self) -> World:
        made = World()
        made.organization(OWNER, "Stadt")
        made.user(USER, "Mona")
        return made

    # --- what it is -------------------------------------------------------------------------

    def test_it_says_what_it_is(self, candidate: Candidate) -> None:
        made = candidate.make
        assert made.kind
        assert made.kind == made.kind.lower()
        assert made.origin is Origin.CRAWL
        assert made.profile in ("standard", "opencode")
        assert made.Options.model_config.get("extra") == "forbid"

    async def test_a_check_says_something_and_costs_next_to_nothing(
        self, candidate: Candidate
    ) -> None:
        async with candidate.open() as connector:
            assert await connector.check()
            spent = connector.spent()
        assert candidate.forge.requests() == spent.rest + spent.graphql + spent.raw <= 2

    async def test_an_estimate_asks_nobody(self, candidate: Candidate) -> None:
        by_owner = {OWNER: 100, USER: 20}
        size = Size(repositories=120, files=12, owners=2, by_owner=by_owner, first=False)
        async with candidate.open() as connector:
            sweep = connector.estimate(candidate.everything, size)
            short = connector.estimate(candidate.everything, replace(size, moved={}))
            first = connector.estimate(candidate.everything, replace(size, first=True))
        costs = [one.rest + one.graphql + one.raw for one in (short, sweep, first)]
        assert costs == sorted(costs)
        assert 0 < costs[1] < 60
        assert not first.exact
        assert candidate.forge.requests() == 0

    # --- listing ----------------------------------------------------------------------------

    async def test_everything_is_listed_once(self, candidate: Candidate) -> None:
        candidate.fill(candidate.page * 2 + 5)
        candidate.fill(3, USER)
        pages = await candidate.pages()
        assert sorted(paths(pages)) == sorted(r.path for r in candidate.world.repositories)
        assert [page.cursor is None for page in pages] == [False] * (len(pages) - 1) + [True]
        ids = {one.repository.forge_id: one.repository.path for p in pages for one in p.sightings}
        assert ids == {candidate.id_of(r): r.path for r in candidate.world.repositories}

    async def test_nothing_is_a_listing_too(self, candidate: Candidate) -> None:
        pages = await candidate.pages()
        assert (paths(pages), pages[-1].cursor) == ([], None)
        assert not any(page.failures for page in pages)

    async def test_owners_are_told_when_they_are_read(self, candidate: Candidate) -> None:
        candidate.fill(candidate.page + 5)
        candidate.fill(3, USER)
        pages = await candidate.pages(Scope(ScopeKind.OWNERS, (OWNER, USER)))
        assert sorted(owner for page in pages for owner in page.owners_read) == [USER, OWNER]
        assert len(set(paths(pages))) == candidate.page + 8

    async def test_the_owner_that_waited_longest_comes_first(self, candidate: Candidate) -> None:
        candidate.fill(1)
        candidate.fill(1, USER)
        now = candidate.forge.clock.now()
        for first, last in ((OWNER, USER), (USER, OWNER)):
            pages = await candidate.pages(
                Scope(ScopeKind.OWNERS, (OWNER, USER)),
                recent_owners={first: now - timedelta(days=2), last: now - timedelta(days=1)},
            )
            assert [path.partition("/")[0] for path in paths(pages)] == [first, last]

    async def test_single_repositories_also_under_old_names(self, candidate: Candidate) -> None:
        moved, _ = candidate.fill(2)
        candidate.world.rename(moved, "neu")
        pages = await candidate.pages(Scope(ScopeKind.REPOSITORIES, ("stadt/r0", "stadt/r1")))
        assert sorted(paths(pages)) == ["stadt/neu", "stadt/r1"]
        assert pages[-1].cursor is None

    async def test_it_goes_on_behind_every_page(self, candidate: Candidate) -> None:
        candidate.fill(candidate.page * 2 + 5)
        candidate.fill(3, USER)
        pages = await candidate.pages()
        for index, page in enumerate(pages[:-1]):
            rest = await candidate.pages(cursor=page.cursor)
            assert set(paths(pages[: index + 1])) | set(paths(rest)) == set(paths(pages))
            assert len(paths(rest)) < len(paths(pages))

    async def test_a_cursor_that_makes_no_sense_is_the_beginning(
        self, candidate: Candidate
    ) -> None:
        candidate.fill(2)
        assert len(paths(await candidate.pages(cursor="{nonsense"))) == 2

    async def test_a_sweep_misses_nothing_while_the_forge_moves(self, candidate: Candidate) -> None:
        made = candidate.fill(candidate.page * 3)
        world, gone = candidate.world, made[1:9]

        def live() -> None:
            for repository in gone:
                world.delete(repository)
            world.push(made[0], {"x": "y"})
            world.create(f"{OWNER}/neu", {})

        candidate.forge.faults.plan(
            Call(live),
            when=candidate.is_listing,
            skip=1,  # one page is read by then, and several are not
        )
        seen = paths(await candidate.pages())
        assert len(seen) == len(set(seen))
        assert world.find(f"{OWNER}/neu") is not None, "the forge did not move"
        assert {r.path for r in made} - {r.path for r in gone} <= set(seen)

    # --- only public ------------------------------------------------------------------------

    async def test_only_what_everybody_sees(self, candidate: Candidate) -> None:
        candidate.fill(1)
        for name, visibility in (("intern", Visibility.INTERNAL), ("zu", Visibility.PRIVATE)):
            candidate.world.create(f"{OWNER}/{name}", {}, visibility=visibility)
        hidden = (f"{OWNER}/intern", f"{OWNER}/zu")
        for with_token in {False, candidate.token is not None}:
            assert paths(await candidate.pages(with_token=with_token)) == [f"{OWNER}/r0"]
            named = Scope(ScopeKind.REPOSITORIES, hidden)
            assert paths(await candidate.pages(named, with_token=with_token)) == []
            ids = [candidate.id_of(self._found(candidate, path)) for path in hidden]
            async with candidate.open(with_token=with_token) as connector:
                answers = await connector.look_up(ids)
                assert not any(isinstance(answer, Found) for answer in answers.values())
                assert await connector.resolve(hidden) == dict.fromkeys(hidden)

    async def test_the_token_is_shown_to_its_own_origin_alone(self, candidate: Candidate) -> None:
        candidate.fill(2)
        await candidate.pages(with_token=True)
        assert candidate.forge.tokens_seen <= {candidate.token}

    # --- files ------------------------------------------------------------------------------

    async def test_files_come_with_their_bytes(self, candidate: Candidate) -> None:
        create = candidate.world.create
        create(f"{OWNER}/yml", {"publiccode.yml": TEXT, "publiccode.yaml": b"b: 1\n"})
        create(f"{OWNER}/yaml", {"publiccode.yaml": TEXT}, branch="dev")
        create(f"{OWNER}/latin", {"publiccode.yml": "name: Bür".encode("latin-1")})
        create(f"{OWNER}/none", {"docs/publiccode.yml": TEXT, "README.md": b"x"})
        create(f"{OWNER}/empty")
        seen = await Memory().crawl(candidate)
        told = {path.partition("/")[2]: one.files for path, one in seen.items()}
        assert (told["none"], told["empty"]) == ((), ())
        for name, path in (("yml", "publiccode.yml"), ("yaml", "publiccode.yaml")):
            files = told[name]
            assert isinstance(files, tuple)
            assert (files[0].path, files[0].content) == (path, TEXT)
            assert (files[0].blob_id, files[0].size) == (blob_id(TEXT), len(TEXT))
        latin = told["latin"]
        assert isinstance(latin, tuple)
        assert latin[0].content == "name: Bür".encode("latin-1")
        assert all(isinstance(one.repository.details, Details | None) for one in seen.values())
        assert seen[f"{OWNER}/yml"].repository.details is not None
        assert seen[f"{OWNER}/empty"].repository.default_branch is None
        base = seen[f"{OWNER}/yaml"].repository.raw_base
        assert base is not None
        assert base.startswith("https://")
        assert base.endswith("/")

    async def test_what_did_not_move_is_not_asked_for_again(self, candidate: Candidate) -> None:
        made = candidate.fill(candidate.page + 10)
        candidate.world.clock.advance(days=1)
        memory = Memory()
        first = await memory.crawl(candidate, contents=True)
        candidate.forge.forget()
        listed = await candidate.pages()
        cost = candidate.forge.requests()
        assert cost <= 8
        candidate.forge.forget()
        candidate.world.clock.advance(days=1)
        again = await memory.crawl(candidate)
        assert again.keys() == first.keys() == set(paths(listed))
        assert candidate.forge.requests() == cost
        assert candidate.forge.text_bytes == 0
        candidate.world.push(made[3], {"publiccode.yml": TEXT + b"# new\n"})
        candidate.forge.forget()
        files = (await memory.crawl(candidate))[made[3].path].files
        assert isinstance(files, tuple)
        assert files[0].content == TEXT + b"# new\n"
        assert candidate.forge.requests() <= cost + 5

    async def test_an_incremental_crawl_brings_what_moved(self, candidate: Candidate) -> None:
        made = candidate.fill(candidate.page * 2)
        candidate.world.clock.advance(days=3)
        since = candidate.world.clock.now() - timedelta(hours=1)
        candidate.world.push(made[7], {"x": "y"})
        candidate.world.create(f"{OWNER}/neu", {})
        now = candidate.world.clock.now()
        pages = await candidate.pages(since=since, recent_owners={OWNER: now, USER: now})
        assert {made[7].path, f"{OWNER}/neu"} <= set(paths(pages))
        assert len(set(paths(pages))) < len(candidate.world.repositories)

    # --- look-ups ---------------------------------------------------------------------------

    async def test_every_id_has_an_answer(self, candidate: Candidate) -> None:
        there, renamed, deleted = candidate.fill(3, every=1)
        candidate.world.rename(renamed, "neu")
        candidate.world.delete(deleted)
        ids = {candidate.id_of(r): r for r in (there, renamed, deleted)}
        async with candidate.open() as connector:
            answers = await connector.look_up(list(ids))
            assert await connector.look_up([]) == {}
        assert set(answers) == set(ids)
        for key, repository in ids.items():
            answer = answers[key]
            if repository is deleted:
                assert answer == Missing()
            else:
                assert isinstance(answer, Found)
                assert answer.sighting.repository.path == repository.path

    async def test_a_name_that_comes_back_is_another_repository(self, candidate: Candidate) -> None:
        [old] = candidate.fill(1)
        candidate.world.recreate(old)
        [new] = candidate.world.repositories
        [page] = [page for page in await candidate.pages() if page.sightings]
        assert page.sightings[0].repository.forge_id == candidate.id_of(new)
        async with candidate.open() as connector:
            answers = await connector.look_up([candidate.id_of(old)])
        assert answers == {candidate.id_of(old): Missing()}

    async def test_every_path_has_an_answer(self, candidate: Candidate) -> None:
        kept, renamed = candidate.fill(2)
        candidate.world.rename(renamed, "neu")
        asked = ["stadt/r0", "stadt/r1", "stadt/neu", "no/where"]
        async with candidate.open() as connector:
            answers = await connector.resolve(asked)
            assert await connector.resolve([]) == {}
        ids = [candidate.id_of(kept), *[candidate.id_of(renamed)] * 2, None]
        assert answers == dict(zip(asked, ids, strict=True))

    # --- what goes wrong --------------------------------------------------------------------

    async def test_an_unknown_owner_is_no_loss_of_the_others(self, candidate: Candidate) -> None:
        candidate.fill(2)
        pages = await candidate.pages(Scope(ScopeKind.OWNERS, ("nobody", OWNER)))
        assert sorted(paths(pages)) == ["stadt/r0", "stadt/r1"]
        [failure] = [failure for page in pages for failure in page.failures]
        assert failure.subject == f"{candidate.url}/nobody"
        assert failure.message
        assert pages[-1].cursor is None

    async def test_an_unknown_repository_is_no_loss_of_the_others(
        self, candidate: Candidate
    ) -> None:
        candidate.fill(2)
        pages = await candidate.pages(Scope(ScopeKind.REPOSITORIES, ("no/where", "stadt/r1")))
        assert paths(pages) == ["stadt/r1"]
        assert [f.subject for page in pages for f in page.failures] == [f"{candidate.url}/no/where"]

    @pytest.mark.parametrize("answer", [html(200), html(404), Answer(status=500)])
    async def test_trouble_is_never_nothing(self, candidate: Candidate, answer: Answer) -> None:
        """No answer but the forge's own says that something is not there."""
        repositories = candidate.fill(2, every=1)
        candidate.forge.faults.plan(answer, times=1000)
        pages: list[Page] = []
        try:
            pages = await candidate.pages()
        except SourceError:
            pass
        else:
            assert any(page.failures for page in pages)
        async with candidate.open() as connector:
            ids = [candidate.id_of(r) for r in repositories]
            answers = await connector.look_up(ids)
            assert [type(answers[key]) for key in ids] == [Unknown, Unknown]
            resolved = await connector.resolve(["stadt/r0"])
            assert isinstance(resolved["stadt/r0"], Unknown)

    async def test_trouble_with_a_file_is_never_its_absence(self, candidate: Candidate) -> None:
        candidate.fill(1, every=1)
        pages = await candidate.pages()
        [seen] = [one for page in pages for one in page.sightings]
        if isinstance(seen.files, tuple):
            assert seen.files
            return  # the listing tells the files; its troubles are above
        assert isinstance(seen.files, Unread)
        for answer in (html(200), html(404), Answer(status=403), Answer(status=500)):
            candidate.forge.faults.clear()
            candidate.forge.faults.plan(answer, times=1000)
            async with candidate.open() as connector:
                [read] = await connector.read([seen])
            if not isinstance(read.files, Unknown):
                assert isinstance(read.files, tuple)
                assert read.files, f"absent, said by {answer}"
                assert read.files[0].unread, f"taken for a file: {answer}"

    # --- inside -----------------------------------------------------------------------------

    def _found(self, candidate: Candidate, path: str) -> Repository:
        found = candidate.world.find(path)
        assert found is not None
        return found
