# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Opt-outs by a topic that no listing of what moved shows."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from harvester.crawl import SourceSummary, closing
from harvester.model import Details, ItemStatus, Sighting
from harvester.ports.errors import ForbiddenError, ServerError, SourceError, UnreachableError
from harvester.ports.listing import LookUp, Page, Tagged
from tests.crawl.build import Scripted, good, plan, sighting, url_of
from tests.crawl.conftest import House

TOPIC = "publiccode-ignore"


@dataclass
class Quiet(Scripted):
    """A forge whose listing shows nothing unless it is swept, and that knows who has a topic."""

    fault: SourceError | None = None
    shows_topics: bool = False
    most: int | None = None
    """So many are told of, if more have a topic."""
    asked: list[list[str]] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    summary: SourceSummary | None = None

    def __post_init__(self) -> None:
        self.decorate = self._only_in_sweeps

    def _only_in_sweeps(self, _: int, page: Page) -> Page:
        incremental = self.listings[-1].since is not None
        return replace(page, sightings=()) if incremental else page

    async def with_topics(self, topics: Sequence[str]) -> Tagged | None:
        if self.shows_topics:
            return None
        self.asked.append(list(topics))
        if self.fault is not None:
            raise self.fault
        ids = [
            seen.repository.forge_id
            for seen in self.sightings
            if seen.repository.details is not None
            and set(topics) & set(seen.repository.details.topics)
        ]
        most = len(ids) if self.most is None else self.most
        return Tagged(forge_ids=frozenset(ids[:most]), whole=len(ids) <= most)

    async def look_up(self, forge_ids: Sequence[str]) -> Mapping[str, LookUp]:
        self.looked_up += forge_ids
        return await super().look_up(forge_ids)


def tagged(seen: Sighting) -> Sighting:
    details = Details(topics=(TOPIC,), languages=("Python",))
    return replace(seen, repository=replace(seen.repository, details=details))


def some(*out: int) -> list[Sighting]:
    there = [sighting(n, f"city/p{n}", good(f"city/p{n}", f"N{n}")) for n in range(3)]
    return [tagged(seen) if n in out else seen for n, seen in enumerate(there)]


def crawl(house: House, *sightings: Sighting, fault: SourceError | None = None) -> Quiet:
    house.clock.advance(hours=6)
    connector = Quiet(list(sightings), fault=fault)
    connector.summary = house.crawl(connector=connector)
    return connector


@pytest.fixture(autouse=True)
def begun(house: House) -> None:
    house.source = plan(opt_out_topics=(TOPIC,))
    house.crawl(*some())


def state(house: House, number: int) -> str:
    return str(house.entry(url_of(f"city/p{number}"))["state"])


def test_it_takes_effect_in_the_next_run_and_so_does_its_end(house: House) -> None:
    connector = crawl(house, *some(1))
    assert (connector.asked, connector.looked_up) == ([[TOPIC]], ["1"])
    assert connector.summary is not None
    assert connector.summary.complete
    assert connector.summary.items[ItemStatus.SKIPPED] == 1
    assert connector.summary.left_out == {"opt-out-topic": 1}
    assert [state(house, number) for number in range(3)] == ["listed", "withdrawn", "listed"]
    assert house.changes()[-1] == ("deleted", "opt-out-topic")

    head = house.catalogue.head()
    assert crawl(house, *some(1)).looked_up == []
    assert house.catalogue.head() == head

    assert crawl(house, *some()).looked_up == ["1"]
    assert state(house, 1) == "listed"
    assert house.changes()[-1] == ("restored", "valid")


def test_whom_nobody_knows_is_not_looked_at(house: House) -> None:
    stranger = tagged(sighting(9, "else/where", good("else/where")))
    assert crawl(house, *some(), stranger).looked_up == []
    assert len(house.entries()) == 3


def test_who_left_the_scope_is_not_stored(house: House) -> None:
    house.source = plan(opt_out_topics=(TOPIC,), exclude=("city/x*",))
    house.crawl(*some())
    moved = tagged(sighting(1, "city/x1", good("city/x1", "N1")))
    assert crawl(house, some()[0], moved, some()[2]).looked_up == ["1"]
    assert state(house, 1) == "listed"


@pytest.mark.parametrize("fault", [ForbiddenError("not for you"), ServerError("ill")])
def test_a_forge_that_will_not_say_is_no_failure_but_told(
    house: House, caplog: pytest.LogCaptureFixture, fault: SourceError
) -> None:
    with caplog.at_level(logging.WARNING):
        connector = crawl(house, *some(1), fault=fault)
    assert connector.summary is not None
    assert (connector.summary.complete, state(house, 1)) == (True, "listed")
    assert f"not known before the next sweep: {fault}" in caplog.text


def test_of_whom_a_forge_does_not_tell_nothing_is_known(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    crawl(house, *some(1))
    house.clock.advance(hours=6)
    connector = Quiet(some(0, 1, 2), most=1)
    with caplog.at_level(logging.WARNING):
        assert house.crawl(connector=connector).complete
    assert connector.looked_up == ["0"]
    assert [state(house, number) for number in range(3)] == ["withdrawn", "withdrawn", "listed"]
    assert "more than the 1 repositories" in caplog.text


def test_however_many_opt_out_at_once_one_run_sees_them_all(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "LOOK_UPS", 2)
    assert sorted(crawl(house, *some(0, 1, 2)).looked_up) == ["0", "1", "2"]
    assert {state(house, number) for number in range(3)} == {"withdrawn"}


def test_a_way_that_breaks_ends_the_run_and_the_next_asks_again(house: House) -> None:
    broken = crawl(house, *some(1), fault=UnreachableError("nobody answers"))
    assert broken.summary is not None
    assert (broken.summary.complete, state(house, 1)) == (False, "listed")
    mended = crawl(house, *some(1))
    assert mended.summary is not None
    assert (mended.listings, mended.looked_up) == ([], ["1"])
    assert (mended.summary.complete, state(house, 1)) == (True, "withdrawn")


def test_a_forge_whose_listing_shows_topics_is_not_compared_with_what_is_known(
    house: House,
) -> None:
    house.crawl(*some(1), full=True)
    house.clock.advance(hours=6)
    connector = Quiet(some(1), shows_topics=True)
    assert house.crawl(connector=connector).complete
    assert connector.looked_up == []


def test_sweeps_do_not_ask(house: House) -> None:
    connector = Quiet(some(1))
    house.crawl(connector=connector, full=True)
    assert (connector.asked, state(house, 1)) == ([], "withdrawn")


def test_who_wants_no_topics_asks_nobody(house: House) -> None:
    house.source = plan()
    house.crawl(*some(), full=True)
    assert crawl(house, *some(1)).asked == []
