# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""When repositories were looked at, on both databases."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from harvester.ports.crawls import PageMark
from harvester.ports.rows import RepositoryRow, RevisitRow, Writes
from storage.catalogue import SqlCatalogue, open_catalogue
from tests.storage import made

DAY = timedelta(days=1)


@pytest.fixture
def catalogue(database_url: str) -> Iterator[SqlCatalogue]:
    with closing(open_catalogue(database_url)) as opened:
        yield opened


def look(of: RepositoryRow, days: int) -> RevisitRow:
    return RevisitRow(repository_id=of.id, looked_at=made.NOW, interval=days * DAY)


def keep(catalogue: SqlCatalogue, *looks: RevisitRow, rows: tuple[RepositoryRow, ...] = ()) -> None:
    opened = catalogue.begin(made.request(sweep=False), made.ME, made.NOW)
    with catalogue.page(opened, made.NOW) as page:
        page.write(Writes(repositories=rows), made.NOW)
        page.mark(PageMark(seen=(), cursor=None, revisits=looks))
    catalogue.end(opened, made.end(), made.NOW)


def test_the_newest_look_is_kept_and_each_source_has_its_own(catalogue: SqlCatalogue) -> None:
    rows = [made.repository(number) for number in (1, 2)]
    made.swept(catalogue, *rows)
    keep(catalogue, look(rows[0], 1), look(rows[1], 1))
    keep(catalogue, look(rows[1], 2))
    assert dict(catalogue.revisits("amt")) == {
        look(rows[0], 1): rows[0].facts.web_url,
        look(rows[1], 2): rows[1].facts.web_url,
    }
    assert catalogue.revisits("another") == []


def test_what_is_missing_or_gone_has_no_address(catalogue: SqlCatalogue) -> None:
    rows = [made.repository(number) for number in (1, 2)]
    made.swept(catalogue, *rows)
    keep(
        catalogue,
        *(look(row, 1) for row in rows),
        rows=(
            replace(rows[0], missing_since=made.NOW),
            replace(rows[1], gone_reason="deleted"),
        ),
    )
    told = {row.repository_id: url for row, url in catalogue.revisits("amt")}
    assert told == {rows[0].id: None, rows[1].id: None}


def test_a_page_that_is_rolled_back_has_not_looked(catalogue: SqlCatalogue) -> None:
    row = made.repository(1)
    made.swept(catalogue, row)
    opened = catalogue.begin(made.request(), made.ME, made.NOW)

    def fails() -> None:
        with catalogue.page(opened, made.NOW) as page:
            page.mark(PageMark(seen=(), cursor=None, revisits=(look(row, 1),)))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert catalogue.revisits("amt") == []
