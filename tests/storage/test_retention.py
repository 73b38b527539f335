# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What is deleted when it is old, and what never is, on both databases."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from harvester.model import FileState
from harvester.ports.crawls import PageMark, Retention, Tidied
from harvester.ports.paging import Window
from harvester.ports.rows import ForwardingRow, Writes
from harvester.ports.written import LogQuestion
from storage import retention, tables
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.serving import SqlFeed
from storage.written import SqlDesk
from tests.storage import made

KEEP = Retention(crawls=timedelta(days=90), changes=timedelta(days=365))
DAY = timedelta(days=1)


@pytest.fixture
def catalogue(database_url: str) -> Iterator[SqlCatalogue]:
    with closing(open_catalogue(database_url)) as opened:
        yield opened


def crawl(catalogue: SqlCatalogue, day: int, status: str = "complete", **changes: Any) -> int:
    """Crawl on a day, and give the crawl's number."""
    at = made.NOW + day * DAY
    opened = catalogue.begin(made.request(**changes), made.ME, at)
    with catalogue.page(opened, at) as page:
        row = made.repository(1)
        page.write(Writes(items=(made.item(row),)), at)
    catalogue.end(opened, made.end(status), at)
    return opened.id


def numbers(catalogue: SqlCatalogue) -> list[int]:
    with catalogue.store.reading() as connection:
        return list(
            connection.execute(select(tables.crawl.c.id).order_by(tables.crawl.c.id)).scalars()
        )


def count(catalogue: SqlCatalogue, table: object) -> int:
    with catalogue.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


def test_old_crawls_go_and_those_that_still_tell_something_stay(catalogue: SqlCatalogue) -> None:
    row = made.repository(1)
    made.swept(catalogue, row)
    sweep = numbers(catalogue)[0]
    middle = [crawl(catalogue, day, sweep=False) for day in (1, 2)]
    newest = crawl(catalogue, 3, sweep=False)
    failed = crawl(catalogue, 4, "failed", sweep=False)
    before = catalogue.sources()["amt"]

    tidied = catalogue.tidy(KEEP, made.NOW + 400 * DAY)

    assert tidied.crawls == len(middle)
    assert numbers(catalogue) == [sweep, newest, failed]
    assert count(catalogue, tables.crawl_item) == 3
    assert catalogue.sources()["amt"] == before


def unfinished(catalogue: SqlCatalogue, day: int, status: str, **changes: Any) -> int:
    """Begin a crawl on a day, store a page of it with an entry at rest, and leave it."""
    at = made.NOW + day * DAY
    opened = catalogue.begin(made.request(**changes), made.ME, at)
    row = made.repository(day)
    rests = ((made.software(row).id, None),)
    with catalogue.page(opened, at) as page:
        page.write(Writes(items=(made.item(row),), rests=rests), at)
        page.mark(PageMark(seen=(row.id,), cursor="on"))
    catalogue.end(opened, made.end(status), at)
    return opened.id


@pytest.mark.parametrize("status", ["stopped", "failed", "incomplete"])
def test_an_old_unfinished_crawl_goes_with_all_that_it_left(
    catalogue: SqlCatalogue, status: str
) -> None:
    old = unfinished(catalogue, 0, status, fingerprint="of before")
    with catalogue.store.writing() as connection:  # as a kill leaves it: nothing came after it
        newest = dict(connection.execute(select(tables.crawl).filter_by(id=old)).one()._mapping)
        connection.execute(insert(tables.crawl), newest | {"id": old + 1, "status": "complete"})
    assert catalogue.tidy(KEEP, made.NOW + 89 * DAY).crawls == 0
    assert catalogue.tidy(KEEP, made.NOW + 91 * DAY).crawls == 1
    assert numbers(catalogue) == [old + 1]
    left = (tables.crawl_item, tables.seen, tables.software_rest)
    assert [count(catalogue, table) for table in left] == [0, 0, 0]


def test_an_unfinished_crawl_that_can_be_gone_on_with_stays_however_old_its_items(
    catalogue: SqlCatalogue,
) -> None:
    short = Retention(crawls=DAY, changes=DAY)
    old = unfinished(catalogue, 0, "stopped")
    unfinished(catalogue, 1, "complete", source="another")
    assert catalogue.tidy(short, made.NOW + 6 * DAY).crawls == 0
    opened = catalogue.begin(made.request(), made.ME, made.NOW + 6 * DAY)
    assert (opened.id, opened.resumed, opened.cursor) == (old, True, "on")


def test_a_partial_crawl_that_was_killed_goes_when_it_is_old(catalogue: SqlCatalogue) -> None:
    killed = unfinished(catalogue, 0, "stopped", partial=True)
    newest = crawl(catalogue, 1)
    assert catalogue.tidy(KEEP, made.NOW + 91 * DAY).crawls == 1
    assert killed not in numbers(catalogue)
    assert numbers(catalogue) == [newest]


def test_young_crawls_stay(catalogue: SqlCatalogue) -> None:
    for day in range(5):
        crawl(catalogue, day)
    assert catalogue.tidy(KEEP, made.NOW + 30 * DAY).crawls == 0
    assert len(numbers(catalogue)) == 5


def test_bytes_go_that_no_file_has_any_more(catalogue: SqlCatalogue) -> None:
    row = made.repository(1)
    made.swept(catalogue, row)
    kept = made.file(row).blob_id
    opened = catalogue.begin(made.request(), made.ME, made.NOW)
    with catalogue.page(opened, made.NOW) as page:
        page.write(Writes(blobs=(("a" * 40, b"former"),)), made.NOW)
    assert set(catalogue.contents([kept, "a" * 40])) == {kept, "a" * 40}
    assert catalogue.tidy(KEEP, made.NOW).blobs == 1
    assert set(catalogue.contents([kept, "a" * 40])) == {kept}


def test_old_changes_go_and_numbers_go_on(catalogue: SqlCatalogue) -> None:
    made.swept(catalogue, made.repository(1))
    head = catalogue.head()
    assert head > 0
    assert catalogue.tidy(KEEP, made.NOW + 364 * DAY).changes == 0
    assert catalogue.tidy(KEEP, made.NOW + 366 * DAY).changes == head
    assert catalogue.changes(0, 10) == []
    assert catalogue.head() == head


def test_a_call_deletes_a_portion(catalogue: SqlCatalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for day in range(6):
        crawl(catalogue, day)
    told = [catalogue.tidy(KEEP, made.NOW + 400 * DAY) for _ in range(3)]
    assert [one.crawls for one in told] == [2, 2, 1]
    assert [one.more for one in told] == [True, True, False]
    assert isinstance(told[0], Tidied)


def test_where_an_address_leads_goes_once_no_file_declares_it(catalogue: SqlCatalogue) -> None:
    row = made.repository(1)
    made.swept(catalogue, row)
    asked = [
        ForwardingRow(url=url, forge_id=None, asked_at=made.NOW)
        for url in (row.facts.web_url, f"{made.FORGE.url}/amt/alt")
    ]
    opened = catalogue.begin(made.request(), made.ME, made.NOW)
    made.store_page(catalogue, opened, Writes(forwardings=tuple(asked)))
    catalogue.tidy(KEEP, made.NOW)
    with catalogue.store.reading() as connection:
        kept = connection.execute(select(tables.forwarding.c.url)).scalars().all()
    assert kept == [row.facts.web_url]
    absent = replace(made.file(row), state=FileState.ABSENT)
    made.store_page(catalogue, opened, Writes(files=(absent,)))
    catalogue.tidy(KEEP, made.NOW)
    assert count(catalogue, tables.forwarding) == 0


def test_logs_that_were_written_go_as_the_changes_do(
    catalogue: SqlCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    desk, feed = SqlDesk(catalogue.store), SqlFeed(catalogue.store)
    for day in range(5):
        desk.write_log(replace(made.log(None), id=f"{day}", created_at=made.NOW + day * DAY))
    at = made.NOW + 3 * DAY + KEEP.changes
    mark = feed.mark(written=True)
    first, second = (
        retention.tidy(catalogue.store, KEEP, at),
        retention.tidy(catalogue.store, KEEP, at),
    )
    assert [(one.logs, one.more) for one in (first, second)] == [(2, True), (1, False)]
    assert [one.id for one in feed.written_logs(LogQuestion(), Window(size=9)).rows] == ["4", "3"]
    assert feed.mark(written=True).written == mark.written + 2
    assert retention.tidy(catalogue.store, KEEP, at).logs == 0
    assert feed.mark(written=True).written == mark.written + 2
