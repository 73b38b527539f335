# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What is deleted when it is old, and what never is, on both databases."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from harvester.model import FileState
from harvester.ports.catalogue import Retention, Tidied
from harvester.ports.rows import ForwardingRow, Writes
from storage import retention, tables
from storage.catalogue import SqlCatalogue, open_catalogue
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
