# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Crawls: begun, gone on with, taken over, concluded, remembered."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from harvester.model import Activity, FileState, ItemStatus, Outcome, State
from harvester.ports.crawls import Movement, OpenCrawl, PageMark
from harvester.ports.errors import LeaseLostError, SourceBusyError
from harvester.ports.listing import Spent
from harvester.ports.rows import RepositoryRow, Writes
from storage import history, tables
from storage.catalogue import SqlCatalogue
from tests.storage import made
from tests.storage.made import ELSEWHERE, ME, NOW

ONE, TWO, THREE = (made.repository(number) for number in (1, 2, 3))
MINUTE = timedelta(minutes=1)


def stopped(
    catalogue: SqlCatalogue, status: str = "stopped", cursor: str | None = "1", **asked: Any
) -> OpenCrawl:
    """Crawl one page and stop."""
    crawl = catalogue.begin(made.request(**asked), ME, NOW)
    made.store_page(catalogue, crawl, made.first_page(ONE), seen=(ONE,), cursor=cursor)
    catalogue.end(crawl, made.end(status), NOW)
    return crawl


def statuses(catalogue: SqlCatalogue) -> list[str]:
    with catalogue.store.reading() as connection:
        found = connection.execute(select(tables.crawl.c.status).order_by(tables.crawl.c.id))
        return list(found.scalars())


# --- the lease ------------------------------------------------------------------------------


def test_a_busy_source_names_who_and_since_when(catalogue: SqlCatalogue) -> None:
    catalogue.begin(made.request(), ELSEWHERE, NOW)
    with pytest.raises(
        SourceBusyError, match=r"source amt .* process 4711 on other-host.* 120 s ago.*--wait"
    ):
        catalogue.begin(made.request(), ME, NOW + 2 * MINUTE)
    catalogue.begin(made.request("other"), ME, NOW)


def test_this_process_cannot_crawl_a_source_twice_at_once(catalogue: SqlCatalogue) -> None:
    catalogue.begin(made.request(), ME, NOW)
    with pytest.raises(SourceBusyError):
        catalogue.begin(made.request(), ME, NOW)


def test_each_page_is_progress(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request(), ELSEWHERE, NOW)
    made.store_page(catalogue, crawl, Writes(), cursor="1", now=NOW + 10 * MINUTE)
    with pytest.raises(SourceBusyError):
        catalogue.begin(made.request(), ME, NOW + 20 * MINUTE)
    assert catalogue.begin(made.request(), ME, NOW + 25 * MINUTE).resumed


def test_who_was_taken_over_can_write_no_more(catalogue: SqlCatalogue) -> None:
    slow = catalogue.begin(made.request(), ELSEWHERE, NOW)
    made.store_page(catalogue, slow, made.first_page(ONE), seen=(ONE,), cursor="1")
    quick = catalogue.begin(made.request(), ME, NOW + 15 * MINUTE)
    assert (quick.id, quick.fence) == (slow.id, slow.fence + 1)
    with pytest.raises(LeaseLostError, match=r"amt .* took it over"):
        made.store_page(catalogue, slow, made.first_page(TWO), seen=(TWO,), cursor="2")
    with pytest.raises(LeaseLostError):
        catalogue.end(slow, made.end(), NOW)
    made.store_page(catalogue, quick, made.first_page(THREE), seen=(THREE,))
    assert {row.id for _, row in catalogue.files()} == {ONE.id, THREE.id}


def test_a_dead_process_is_taken_over_at_once(catalogue: SqlCatalogue) -> None:
    head, _, start = ME.rpartition(" ")
    dead = catalogue.begin(made.request(), f"{head} {int(start) - 1}", NOW)
    made.store_page(catalogue, dead, Writes(), cursor="1")
    assert catalogue.begin(made.request(), ME, NOW).cursor == "1"


def test_an_ended_crawl_gives_the_lease_back(catalogue: SqlCatalogue) -> None:
    first = stopped(catalogue)
    assert catalogue.begin(made.request(), ELSEWHERE, NOW).fence == first.fence + 1


# --- going on -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["stopped", "incomplete", "failed"])
@pytest.mark.parametrize("cursor", ["1", None])
def test_an_unfinished_crawl_is_gone_on_with(
    catalogue: SqlCatalogue, status: str, cursor: str | None
) -> None:
    before = stopped(catalogue, status, cursor)
    crawl = catalogue.begin(made.request(), ME, NOW + timedelta(days=6, hours=23))
    assert crawl == replace(
        before,
        fence=before.fence + 1,
        resumed=True,
        cursor=cursor,
        listed=cursor is None,
        items={ItemStatus.ADDED: 1},
    )
    assert catalogue.sources()["amt"].last_status == "running"


@pytest.mark.parametrize("status", ["complete", "flawed"])
def test_a_crawl_read_to_its_end_is_not(catalogue: SqlCatalogue, status: str) -> None:
    before = stopped(catalogue, status, None)
    crawl = catalogue.begin(made.request(), ME, NOW)
    assert (crawl.id, crawl.resumed, crawl.cursor, crawl.listed) == (
        before.id + 1,
        False,
        None,
        False,
    )
    assert (crawl.items, crawl.clean) == ({}, True)
    assert crawl.first is (status == "flawed")


@pytest.mark.parametrize(
    ("asked", "now"),
    [
        ({"fingerprint": "f2"}, NOW),
        ({}, NOW + timedelta(days=7)),
    ],
)
def test_an_unfinished_crawl_of_another_kind_or_too_old_is_dropped(
    catalogue: SqlCatalogue, asked: dict[str, Any], now: datetime
) -> None:
    stopped(catalogue)
    crawl = catalogue.begin(made.request(**asked), ME, now)
    assert not crawl.resumed
    assert statuses(catalogue) == ["dropped", "running"]
    catalogue.end(crawl, made.end("failed"), now)
    assert not catalogue.begin(made.request(), ME, now).resumed


@pytest.mark.parametrize("sweep", [True, False])
def test_a_sweep_goes_on_whatever_is_asked_for_and_takes_the_place_of_less(
    catalogue: SqlCatalogue, sweep: bool
) -> None:
    stopped(catalogue, sweep=sweep)
    crawl = catalogue.begin(made.request(sweep=not sweep), ME, NOW)
    assert (crawl.resumed, crawl.sweep) == (sweep, True)


def test_a_crawl_that_failed_before_its_first_page_is_remembered(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request(), ME, NOW)
    catalogue.end(crawl, made.end("failed", error="no answer"), NOW)
    assert not catalogue.begin(made.request(), ME, NOW).resumed
    assert statuses(catalogue) == ["failed", "running"]


def test_a_partial_crawl_neither_resumes_nor_is_resumed(catalogue: SqlCatalogue) -> None:
    whole = stopped(catalogue)
    part = catalogue.begin(made.request(partial=True), ME, NOW)
    assert (part.resumed, part.cursor) == (False, None)
    made.store_page(catalogue, part, Writes(), cursor="p")
    catalogue.end(part, made.end("stopped"), NOW)
    assert not catalogue.begin(made.request(partial=True), ELSEWHERE, NOW).resumed
    again = catalogue.begin(made.request(), ME, NOW + 15 * MINUTE)
    assert (again.id, again.cursor) == (whole.id, "1")
    assert statuses(catalogue) == ["running", "stopped", "dropped"]


def test_a_partial_crawl_is_not_the_first(catalogue: SqlCatalogue) -> None:
    part = catalogue.begin(made.request(partial=True), ME, NOW)
    made.store_page(catalogue, part, made.first_page(ONE), seen=(ONE,))
    catalogue.end(part, made.end(), NOW)
    assert catalogue.size("amt").first
    crawl = catalogue.begin(made.request(), ME, NOW)
    assert crawl.first
    catalogue.end(crawl, made.end(), NOW)
    assert not catalogue.size("amt").first


def test_what_was_spent_adds_up_over_runs(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request(), ME, NOW)
    made.store_page(catalogue, crawl, Writes(), cursor="1")
    spent = Spent(graphql=3, points=2, budget_left=9, waited_seconds=0.5)
    catalogue.end(crawl, made.end("stopped", spent=spent), NOW)
    crawl = catalogue.begin(made.request(), ME, NOW)
    catalogue.end(crawl, made.end(spent=Spent(graphql=4, budget_left=5)), NOW)
    with catalogue.store.reading() as connection:
        kept = connection.execute(select(tables.crawl.c.spent)).scalar_one()
    assert Spent(**kept) == Spent(graphql=7, points=2, budget_left=5, waited_seconds=0.5)


# --- the conclusion's start -----------------------------------------------------------------


def listed(
    catalogue: SqlCatalogue, *seen: Any, source: str = "amt", clean: bool = True, **asked: Any
) -> OpenCrawl:
    """List a source to its end in two pages, without changes, and do not end the crawl."""
    crawl = catalogue.begin(made.request(source, **asked), ME, NOW)
    with catalogue.page(crawl, NOW) as page:
        page.mark(PageMark(seen=tuple(row.id for row in seen[:1]), cursor="1", clean=clean))
    with catalogue.page(crawl, NOW) as page:
        page.mark(PageMark(seen=tuple(row.id for row in seen[1:]), cursor=None))
    return crawl


def test_unseen_are_the_linked_that_a_sweep_did_not_see(catalogue: SqlCatalogue) -> None:
    gone = made.repository(4, gone_reason="deleted")
    made.swept(catalogue, ONE, TWO, THREE, gone)
    found = catalogue.unseen(listed(catalogue, ONE, THREE))
    assert found.repositories == (TWO,)
    assert found.linked == 3
    assert found.elsewhere == frozenset()
    assert found.marked.software == {made.software(TWO).id: made.software(TWO)}
    assert found.marked.files == (made.file(TWO),)


@pytest.mark.parametrize(
    "asked", [{"sweep": False}, {"partial": True}, {"clean": False}], ids=lambda it: next(iter(it))
)
def test_nothing_is_unseen_unless_it_was_a_whole_clean_sweep(
    catalogue: SqlCatalogue, asked: dict[str, Any]
) -> None:
    made.swept(catalogue, ONE, TWO)
    found = catalogue.unseen(listed(catalogue, ONE, **asked))
    assert (found.repositories, found.linked) == ((), 2)


def test_nothing_is_unseen_before_the_end_of_the_listing(catalogue: SqlCatalogue) -> None:
    made.swept(catalogue, ONE, TWO)
    crawl = catalogue.begin(made.request(), ME, NOW)
    made.store_page(catalogue, crawl, Writes(), seen=(ONE,), cursor="1")
    assert catalogue.unseen(crawl).repositories == ()


def test_a_crawl_that_was_gone_on_with_saw_what_its_runs_saw(catalogue: SqlCatalogue) -> None:
    made.swept(catalogue, ONE, TWO, THREE)
    crawl = catalogue.begin(made.request(), ME, NOW)
    made.store_page(catalogue, crawl, Writes(), seen=(ONE,), cursor="1")
    catalogue.end(crawl, made.end("stopped"), NOW)
    crawl = catalogue.begin(made.request(), ME, NOW)
    made.store_page(catalogue, crawl, Writes(), seen=(TWO,), cursor=None)
    assert catalogue.unseen(crawl).repositories == (THREE,)


def test_another_source_has_it_until_it_misses_it_too(catalogue: SqlCatalogue) -> None:
    made.swept(catalogue, ONE, TWO, source="a")
    made.swept(catalogue, ONE, TWO, source="b")

    crawl = listed(catalogue, ONE, source="a")
    assert catalogue.unseen(crawl).elsewhere == {TWO.id}
    catalogue.end(crawl, made.end(), NOW)

    crawl = listed(catalogue, ONE, source="b")
    assert catalogue.unseen(crawl).repositories == (TWO,)
    assert catalogue.unseen(crawl).elsewhere == frozenset()
    catalogue.end(crawl, made.end(), NOW)

    catalogue.end(listed(catalogue, ONE, TWO, source="a"), made.end(), NOW)
    crawl = listed(catalogue, ONE, source="b")
    assert catalogue.unseen(crawl).elsewhere == {TWO.id}, "a has seen it again"


def test_a_flawed_sweep_misses_nothing(catalogue: SqlCatalogue) -> None:
    made.swept(catalogue, ONE, source="a")
    made.swept(catalogue, ONE, source="b")
    catalogue.end(listed(catalogue, source="a"), made.end("flawed"), NOW)
    assert catalogue.unseen(listed(catalogue, source="b")).elsewhere == {ONE.id}


@pytest.mark.parametrize(
    ("file", "entry", "of", "marked"),
    [
        ({}, {}, {}, False),
        ({"bad_since": NOW}, {}, {}, True),
        ({"absent_sweeps": 1}, {}, {}, True),
        ({}, {"stale_since": NOW}, {}, True),
        ({}, {}, {"missing_since": NOW, "missing_sweeps": 1}, True),
        ({"bad_since": NOW}, {"state": State.INVALID}, {}, True),
        ({"bad_since": NOW}, {"state": State.GONE}, {}, False),
        ({}, {}, {"missing_since": NOW, "gone_reason": "deleted"}, False),
    ],
)
def test_entries_with_a_mark_come_with_all_that_belongs_to_them(
    catalogue: SqlCatalogue, file: Any, entry: Any, of: Any, marked: bool
) -> None:
    row = replace(ONE, **of)
    writes = replace(
        made.first_page(row),
        files=(made.file(ONE, **file),),
        software=(made.software(ONE, **entry),),
    )
    made.swept(catalogue, row, writes=writes)
    made.swept(catalogue, TWO, source="other", writes=made.first_page(TWO))
    found = catalogue.unseen(listed(catalogue, ONE)).marked
    assert found.files == (writes.files if marked else ())
    assert found.repositories == ({ONE.id: row} if marked else {})


def test_an_entry_without_any_file_is_every_source_s(catalogue: SqlCatalogue) -> None:
    orphan = made.software(ONE, file=None)
    gone = made.software(TWO, file=None, state=State.GONE)
    made.swept(catalogue, ONE, TWO, writes=Writes(repositories=(ONE, TWO), software=(orphan, gone)))
    found = catalogue.unseen(listed(catalogue, THREE, source="other", sweep=False)).marked
    assert found.software == {orphan.id: orphan}


def test_size(catalogue: SqlCatalogue) -> None:
    elsewhere = made.repository(3, owner=replace(ONE.facts.owner, path="stadt"))
    gone = made.repository(4, gone_reason="deleted")
    writes = replace(
        made.first_page(ONE, TWO, elsewhere, gone),
        files=(made.file(ONE), made.file(TWO, state=FileState.ABSENT), made.file(gone)),
    )
    made.swept(catalogue, ONE, TWO, elsewhere, gone, writes=writes)
    size = catalogue.size("amt")
    assert (size.repositories, size.files, size.owners) == (3, 1, 2)
    assert (size.largest_owners, size.first) == ((2, 1), False)
    assert catalogue.size("never").first
    assert (size.by_owner, size.moved, size.changed) == ({"amt": 2, "stadt": 1}, None, 0)


def test_what_is_expected_to_move(catalogue: SqlCatalogue) -> None:
    def pushed(number: int, hours: int | None, **owner: str) -> RepositoryRow:
        row = made.repository(number, owner=replace(ONE.facts.owner, **owner))
        at = None if hours is None else made.NOW - timedelta(hours=hours)
        return replace(row, facts=replace(row.facts, activity=Activity(pushed_at=at)))

    rows = [
        pushed(1, 1),
        pushed(2, 4),
        pushed(3, 3, path="stadt"),
        pushed(4, 9, path="land"),
        pushed(5, None),
    ]
    made.swept(catalogue, *rows, writes=made.first_page(*rows))
    hours = made.NOW - timedelta(hours=4), made.NOW - timedelta(hours=3)
    size = catalogue.size("amt", Movement(listed_since=hours[0], changed_since=hours[1]))
    assert (size.repositories, size.moved, size.changed) == (5, {"amt": 2, "stadt": 1}, 1)


# --- what is remembered ---------------------------------------------------------------------


def test_sources(catalogue: SqlCatalogue) -> None:
    later, wait = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    made.swept(
        catalogue,
        ONE,
        TWO,
        writes=replace(
            made.first_page(ONE, TWO),
            files=(made.file(ONE), made.file(TWO, outcome=Outcome.OTHER_PLACE)),
        ),
    )
    crawl = catalogue.begin(made.request(sweep=False), ME, later)
    catalogue.end(crawl, made.end(), later)
    crawl = catalogue.begin(made.request(), ME, later)
    catalogue.end(
        crawl, made.end("incomplete", error="budget spent", not_before=wait), later + MINUTE
    )
    part = catalogue.begin(made.request(partial=True), ME, later + 2 * MINUTE)
    catalogue.end(part, made.end(), later + 2 * MINUTE)
    catalogue.begin(made.request("bund"), ME, later)

    amt, bund = catalogue.sources()["amt"], catalogue.sources()["bund"]

    assert (amt.last_success_at, amt.last_sweep_at) == (later, NOW)
    assert (amt.last_crawl_at, amt.last_status) == (later + MINUTE, "incomplete")
    assert (amt.last_error, amt.not_before) == ("budget spent", wait)
    assert (amt.repositories, amt.listed) == (2, 1)
    assert (bund.last_success_at, bund.last_status, bund.last_crawl_at) == (None, "running", later)
    assert list(catalogue.sources()) == ["amt", "bund"]


def test_a_source_that_was_only_looked_at_in_part(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request("manual", partial=True), ME, NOW)
    catalogue.end(crawl, made.end("failed", error="not there"), NOW)
    state = catalogue.sources()["manual"]
    assert (state.last_status, state.last_error, state.last_success_at) == (
        "failed",
        "not there",
        None,
    )


def test_last_items_tell_also_of_crawls_that_changed_nothing(catalogue: SqlCatalogue) -> None:
    made.swept(catalogue, ONE, TWO)
    later = NOW + timedelta(hours=6)
    skipped = made.item(TWO, ItemStatus.SKIPPED, reason="excluded")
    made.swept(
        catalogue,
        ONE,
        TWO,
        writes=Writes(items=(made.item(ONE, ItemStatus.UNCHANGED), skipped)),
        now=later,
    )
    assert catalogue.last_items(ONE.id) == [
        ("amt", later, made.item(ONE, ItemStatus.UNCHANGED)),
        ("amt", NOW, made.item(ONE)),
    ]
    assert catalogue.last_items(TWO.id) == [
        ("amt", later, skipped),
        ("amt", NOW, made.item(TWO)),
    ]
    assert catalogue.last_items(THREE.id) == []


def test_only_the_newest_crawls_are_remembered_item_by_item(
    catalogue: SqlCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "KEPT_CRAWLS", 2)
    errored = Writes(items=(made.item(ONE, ItemStatus.ERRORED),))
    made.swept(catalogue, ONE)
    made.swept(catalogue, TWO, source="other")
    for number in range(1, 5):
        made.swept(catalogue, ONE, writes=errored, now=NOW + number * MINUTE)
    with catalogue.store.reading() as connection:
        kept = connection.execute(
            select(tables.crawl_item.c.crawl_id, func.count())
            .group_by(tables.crawl_item.c.crawl_id)
            .order_by(tables.crawl_item.c.crawl_id)
        ).all()
        pages = connection.execute(text("SELECT crawl_id FROM seen ORDER BY 1")).scalars().all()
    assert [tuple(row) for row in kept] == [(2, 1), (5, 1), (6, 1)]
    assert pages == [2, 6]
