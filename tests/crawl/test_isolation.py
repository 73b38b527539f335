# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What goes wrong in one place ends nothing elsewhere, and is not met there for ever."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from harvester.crawl.reasons import ItemReason
from harvester.model import ItemStatus, Sighting, Unknown
from harvester.ports.crawls import CrawlRequest, PageMark
from harvester.ports.errors import (
    CatalogueError,
    ServerError,
    SourceBusyError,
    SourceError,
    UnreachableError,
)
from harvester.ports.listing import Found, Page
from storage.catalogue import SqlCatalogue
from tests.crawl.build import START, Scripted, good, sighting
from tests.crawl.conftest import House


def some(number: int) -> list[Sighting]:
    paths = [f"city/project-{one}" for one in range(1, number + 1)]
    return [sighting(n, path, good(path)) for n, path in enumerate(paths, 1)]


def fails_at(page: int, error: SourceError) -> Callable[[int], None]:
    def fail(number: int) -> None:
        if number == page:
            raise error

    return fail


@dataclass
class Illiterate(Scripted):
    """Lists well, but fails to read the texts of a batch that holds one repository."""

    bad: str = ""

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        if self.bad in [one.repository.forge_id for one in wanted]:
            raise ServerError("the forge failed; the next crawl tries again")
        return await super().read(wanted)


# --- a listing that fails -------------------------------------------------------------------


def test_pages_before_a_failure_are_stored(house: House) -> None:
    error = ServerError("page 3 failed")
    broken = Scripted(some(4), page_size=1, before_page=fails_at(2, error))
    house.crawl(connector=Scripted([]))  # else the texts come with the first listing
    summary = house.crawl(connector=broken)
    assert (summary.complete, summary.error, summary.cursor) == (False, "page 3 failed", "2")
    assert len(house.entries()) == 2
    summary = house.crawl(connector=Scripted(some(4), page_size=1))
    assert (summary.complete, summary.resumed_from) == (True, "2")
    assert len(house.entries()) == 4


def test_a_listing_that_fails_twice_at_one_place_is_begun_anew(house: House) -> None:
    def crawl() -> tuple[str | None, str | None, str | None]:
        broken = Scripted(some(4), page_size=1, before_page=fails_at(2, ServerError("not here")))
        summary = house.crawl(connector=broken)
        assert not summary.complete
        return summary.resumed_from, summary.cursor, summary.error

    assert crawl() == (None, "2", "not here")
    resumed_from, cursor, error = crawl()
    assert (resumed_from, cursor) == ("2", None)
    assert error is not None
    assert "the next one starts anew" in error
    assert house.catalogue.sources()["scripted"].last_status == "given-up"
    assert crawl() == (None, "2", "not here")
    summary = house.crawl(connector=Scripted(some(4), page_size=1))
    assert (summary.complete, len(house.entries())) == (True, 4)


def test_a_forge_that_is_down_is_waited_for_at_the_same_place(house: House) -> None:
    for _ in range(3):
        down = Scripted(some(4), page_size=1, before_page=fails_at(2, UnreachableError("down")))
        assert house.crawl(connector=down).cursor == "2"


# --- texts that cannot be read --------------------------------------------------------------


def test_texts_that_fail_twice_are_passed_over(house: House) -> None:
    house.crawl(connector=Scripted([]))
    summary = house.crawl(connector=Illiterate(some(3), page_size=1, read_batch=1, bad="2"))
    assert (summary.complete, summary.cursor) == (False, "1")
    summary = house.crawl(connector=Illiterate(some(3), page_size=1, read_batch=1, bad="2"))
    assert (summary.complete, summary.error, summary.cursor) == (False, None, None)
    assert summary.items[ItemStatus.ERRORED] == 1
    (errored,) = [item for item in house.ears.items if item.status is ItemStatus.ERRORED]
    assert errored.reason == ItemReason.FILE_UNKNOWN
    assert "the run before had failed here too" in (errored.message or "")
    assert len(house.entries()) == 2
    assert house.crawl(*some(3)).complete
    assert len(house.entries()) == 3


def test_a_file_of_another_name_that_cannot_be_read_replaces_nothing(house: House) -> None:
    (one,) = some(1)
    house.crawl(one)
    before = house.entries()
    renamed = replace(good("city/project-1", "Neu"), path="publiccode.yaml")
    unread = replace(renamed, content=None, unread="not today; the next crawl asks again")
    house.crawl(replace(one, files=(unread,)))
    assert house.entries() == before
    assert house.outcomes() == {f"{one.repository.web_url}/publiccode.yml": "listed"}
    assert house.crawl(replace(one, files=(renamed,)), full=True).complete
    (entry,) = house.entries()
    assert (entry["name"], entry["source_file"]["path"]) == ("Neu", "publiccode.yaml")


# --- look-ups -------------------------------------------------------------------------------


def test_a_look_up_that_says_nothing_is_told(house: House) -> None:
    house.crawl(*some(2))
    lost = Unknown(reason="the forge failed")
    summary = house.crawl(connector=Scripted(some(1), look_ups={"2": lost}), full=True)
    assert (summary.complete, summary.items[ItemStatus.ERRORED]) == (True, 1)
    (errored,) = [item for item in house.ears.items if item.status is ItemStatus.ERRORED]
    assert errored.reason == ItemReason.LOOK_UP_UNKNOWN
    assert "the forge failed; it stays until" in (errored.message or "")


def test_what_a_look_up_said_nothing_of_is_not_missed(house: House) -> None:
    def elsewhere() -> frozenset[str]:
        """Of what another source misses: what this one still has."""
        other = replace(house.source, name="other", fingerprint="other")
        mine, house.source = house.source, other
        house.crawl(*some(2), full=True)
        request = CrawlRequest(
            source="other",
            kind=other.kind,
            forge=other.forge,
            scope=other.scope.kind,
            fingerprint="other",
            sweep=True,
        )
        opened = house.catalogue.begin(request, "test", START)
        with house.catalogue.page(opened, START) as page:
            page.mark(PageMark(seen=(), cursor=None))
        unseen = house.catalogue.unseen(opened)
        house.catalogue.abandon(opened)
        house.source = mine
        return unseen.elsewhere

    house.crawl(*some(2))
    lost = Unknown(reason="the forge failed")
    house.crawl(connector=Scripted(some(1), look_ups={"2": lost}), full=True)
    assert len(elsewhere()) == 2
    house.crawl(connector=Scripted(some(1)), full=True)
    assert len(elsewhere()) == 1


# --- empty listings -------------------------------------------------------------------------


def test_an_empty_sweep_is_not_believed_if_a_look_up_finds_something(house: House) -> None:
    house.crawl(*some(2))
    hidden = dict(zip("12", (Found(sighting=one) for one in some(2)), strict=True))
    summary = house.crawl(connector=Scripted([], look_ups=hidden), full=True)
    assert not summary.complete
    assert "2 of them are there" in (summary.error or "")
    assert house.catalogue.sources()["scripted"].last_status == "flawed"


def test_an_empty_sweep_is_believed_if_no_look_up_finds_anything(house: House) -> None:
    house.crawl(*some(2))
    assert house.crawl(full=True).complete


@pytest.mark.parametrize(("total", "complete"), [(0, False), (None, True)])
def test_an_empty_incremental_listing(house: House, total: int | None, complete: bool) -> None:
    house.crawl(*some(2))

    def count(_number: int, page: Page) -> Page:
        return replace(page, total=total)

    summary = house.crawl(connector=Scripted([], decorate=count))
    assert summary.complete is complete
    assert ("2 repositories of this source are known" in (summary.error or "")) is not complete


# --- the database ---------------------------------------------------------------------------


def test_a_process_that_could_not_end_its_crawl_may_begin_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise CatalogueError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(SqlCatalogue, "page", fail)
        with pytest.raises(CatalogueError):
            house.crawl(*some(2))
    assert house.crawl(*some(2)).complete


def test_only_the_crawl_that_was_abandoned_gives_its_lease_away(house: House) -> None:
    plan = house.source
    request = CrawlRequest(
        source=plan.name,
        kind=plan.kind,
        forge=plan.forge,
        scope=plan.scope.kind,
        fingerprint=plan.fingerprint,
        sweep=True,
    )
    first = house.catalogue.begin(request, "test", START)
    house.catalogue.abandon(first)
    house.catalogue.begin(request, "test", START)
    with pytest.raises(SourceBusyError):
        house.catalogue.begin(request, "test", START)
