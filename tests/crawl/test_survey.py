# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The reading of a list: what is believed, what stands, what is kept, on a real database."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Self

import pytest

from harvester.crawl import survey as module
from harvester.crawl.expansion import Verdict
from harvester.crawl.survey import Survey, SurveyTask, survey
from harvester.leads import Lead, LeadReason, Leads, LeftOut, Named, gather
from harvester.model import Forge, ItemStatus
from harvester.ports.crawls import CrawlRequest
from harvester.ports.errors import (
    BudgetExhaustedError,
    CatalogueError,
    SourceError,
    UnreachableError,
)
from harvester.ports.listing import Estimate, ScopeKind, Spent
from harvester.worker import Worker
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.lead_lists import StoredLeads
from tests.crawl.build import Ears
from tests.databases import database_url, postgres, postgres_url, sqlite_url  # noqa: F401
from tests.forges.clock import ManualClock

TASK = SurveyTask(
    name="towns",
    forge=Forge(url="https://lists.example/l.csv", kind="list"),
    max_shrink=0.5,
    grace=timedelta(days=3),
    known=(),
    aliases={},
)


class Written:
    """A list that says what a test writes."""

    def __init__(self, *urls: str, error: SourceError | None = None) -> None:
        self.urls, self.error = urls, error
        self.then: Callable[[], None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    async def leads(self) -> Leads:
        if self.then is not None:
            self.then()
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        return gather(Named(address=url) for url in self.urls)

    def estimate(self, leads: int) -> Estimate:
        return Estimate(rest=leads)

    async def check(self) -> str:
        return "here"

    def spent(self) -> Spent:
        return Spent(rest=1)


class Everywhere:
    """Finds a GitLab on each host but one."""

    async def verdicts(self, groups: Mapping[str, Sequence[Lead]]) -> Mapping[str, Verdict]:
        return {
            url: Verdict(kind=None, reason=LeadReason.UNSUPPORTED_HOST)
            if "strange" in url
            else Verdict(kind="gitlab")
            for url in groups
        }


@dataclass
class Scene:
    catalogue: SqlCatalogue
    clock: ManualClock = field(default_factory=ManualClock)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def read(self, directory: Written, task: SurveyTask = TASK) -> Survey:
        async def run() -> Survey:
            with Worker("test") as worker:
                return await survey(
                    task,
                    directory=directory,
                    store=StoredLeads(self.catalogue.store),
                    hosts=Everywhere(),
                    catalogue=self.catalogue,
                    worker=worker,
                    clock=self.clock,
                    listener=Ears(),
                    stop=self.stop,
                    holder="me",
                )

        return asyncio.run(run())

    def meant(self, found: Survey) -> list[str]:
        assert found.expansion is not None
        return [f"{one.url}/{path}" for one in found.expansion.derived for path in one.scope.paths]


@pytest.fixture
def scene(database_url: str) -> Iterator[Scene]:  # noqa: F811 - the fixture
    with contextlib.closing(open_catalogue(database_url)) as opened:
        yield Scene(opened)


def test_what_it_says_is_kept_with_what_became_of_it(scene: Scene) -> None:
    found = scene.read(Written("https://a.example/x", "https://strange.example/y", "mailto:z"))
    assert scene.meant(found) == ["https://a.example/x"]
    told = found.summary
    assert (told.complete, told.error, told.spent.rest) == (True, None, 1)
    assert told.items[ItemStatus.SKIPPED] == 2
    assert told.leads is not None
    assert told.leads.left_out == {"not-an-address": 1, "unsupported-host": 1}
    kept = StoredLeads(scene.catalogue.store).kept()["towns"]
    assert (len(kept.leads.leads), kept.sources) == (2, ("towns@a.example",))
    assert kept.leads.left_out == (LeftOut(subject="mailto:z", reason=LeadReason.NOT_AN_ADDRESS),)
    state = scene.catalogue.sources()["towns"]
    assert (state.last_status, state.last_success_at) == ("complete", scene.clock.now())


def test_a_list_whose_end_could_not_be_stored_is_read_again_at_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise CatalogueError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(scene.catalogue, "end", full)
        with pytest.raises(CatalogueError):
            scene.read(Written("https://a.example/x"))
    assert scene.read(Written("https://a.example/x")).summary.complete


@pytest.mark.parametrize(
    ("trouble", "status", "answered"),
    [
        (Written(error=SourceError("broken")), "failed", True),
        (Written(error=UnreachableError("silent")), "failed", False),
        (Written(), "flawed", True),
        (Written(*(f"https://b.example/{n}" for n in range(9))), "flawed", True),
    ],
)
def test_what_it_said_before_stands(
    scene: Scene, trouble: Written, status: str, answered: bool
) -> None:
    before = scene.read(Written(*(f"https://a.example/{n}" for n in range(9))))
    scene.clock.advance(days=30)
    found = scene.read(trouble)
    assert found.expansion == before.expansion
    assert (found.summary.complete, found.summary.answered) == (False, answered)
    assert "stands" in (found.summary.error or "")
    assert scene.catalogue.sources()["towns"].last_status == status
    assert scene.read(Written("https://a.example/1", *(f"https://a.example/{n}" for n in range(8)))
    ).summary.complete  # fmt: skip


def test_a_list_that_was_never_read_well_says_nothing(scene: Scene) -> None:
    found = scene.read(Written(error=SourceError("broken")))
    assert (found.expansion, found.summary.error) == (None, "broken")


def test_a_wait_that_is_too_long_is_told(scene: Scene) -> None:
    until = scene.clock.now() + timedelta(hours=1)
    found = scene.read(Written(error=BudgetExhaustedError("later", until)))
    assert found.summary.not_before == until
    assert scene.catalogue.sources()["towns"].not_before == until


def test_a_lead_that_left_is_crawled_until_its_grace_is_over(scene: Scene) -> None:
    whole = ("https://a.example/x", "https://a.example/y", "https://b.example/z")
    scene.read(Written(*whole))
    scene.clock.advance(days=1)
    assert sorted(scene.meant(scene.read(Written(whole[0])))) == list(whole)
    scene.clock.advance(days=2, hours=23)
    assert sorted(scene.meant(scene.read(Written(whole[0])))) == list(whole)
    scene.clock.advance(hours=1)
    assert scene.meant(scene.read(Written(whole[0]))) == ["https://a.example/x"]
    kept = StoredLeads(scene.catalogue.store).kept()["towns"]
    assert (kept.leaving, kept.sources) == ((), ("towns@a.example",))


def test_two_never_read_one_list_at_once(scene: Scene) -> None:
    def meanwhile() -> None:
        scene.stop.set()

    waiting = Written()
    waiting.then = meanwhile
    found = scene.read(waiting)
    assert (found.summary.stopped, found.expansion) == (True, None)
    scene.stop.clear()
    held = scene.catalogue.begin(
        CrawlRequest(
            source="towns",
            kind="list",
            forge=TASK.forge,
            scope=ScopeKind.ADDRESSES,
            fingerprint="leads",
            sweep=True,
        ),
        "another",
        scene.clock.now(),
    )
    busy = scene.read(Written("https://a.example/x"))
    assert (busy.summary.busy, busy.expansion, held.source) == (True, None, "towns")


def test_so_many_names_of_what_is_left_out_are_kept_and_all_are_counted(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_ITEMS", 2)
    found = scene.read(Written("https://a.example/x", *(f"mailto:{n}" for n in range(5))))
    assert found.summary.items[ItemStatus.SKIPPED] == 5
    assert found.summary.complete


def test_a_defect_gives_the_list_back(scene: Scene) -> None:
    class Wrong(Written):
        async def leads(self) -> Leads:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        scene.read(Wrong())
    assert scene.catalogue.sources()["towns"].last_error == "it ended with ZeroDivisionError"
    assert scene.read(Written("https://a.example/x")).summary.complete
