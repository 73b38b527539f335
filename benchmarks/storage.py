# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How many repositories a second storage takes: first, unchanged, and changed pages.

Run from a clone, for a database of its own that may be filled::

    python -m benchmarks.storage sqlite:////tmp/benchmark.db
    python -m benchmarks.storage postgresql://…/benchmark --repositories 10000

Without an address it measures an SQLite file in a temporary folder, and a PostgreSQL server
started as the tests start theirs (which does not wait for the disk).
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from harvester.model import ItemStatus
from harvester.ports.crawls import PageMark
from harvester.ports.rows import Keys, RepositoryRow, Writes
from storage import schema
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.engine import Store
from tests.storage import made

PAGE = 100
EVERY = 10
"""One repository in so many has a publiccode file, more than on any real forge."""

Decide = Callable[[Sequence[RepositoryRow]], Writes]


def first(rows: Sequence[RepositoryRow]) -> Writes:
    """Write everything."""
    with_file = made.first_page(*rows[::EVERY])
    return replace(
        with_file,
        repositories=tuple(rows),
        linked=tuple(row.id for row in rows),
        items=tuple(made.item(row) for row in rows),
    )


def unchanged(rows: Sequence[RepositoryRow]) -> Writes:
    """Write nothing."""
    return Writes(items=tuple(made.item(row, ItemStatus.UNCHANGED) for row in rows))


def changed(rows: Sequence[RepositoryRow]) -> Writes:
    """Write one repository in twenty anew."""
    moved = tuple(replace(row, missing_sweeps=row.missing_sweeps + 1) for row in rows[::20])
    return Writes(repositories=moved, items=tuple(made.item(row) for row in moved))


def crawl(catalogue: SqlCatalogue, rows: Sequence[RepositoryRow], decide: Decide) -> float:
    """Store all pages of a crawl; give repositories a second."""
    began = time.perf_counter()
    now = made.NOW + timedelta(days=1)
    opened = catalogue.begin(made.request(), made.ME, now)
    for start in range(0, len(rows), PAGE):
        page_rows = rows[start : start + PAGE]
        keys = Keys(
            repository_ids=frozenset(row.id for row in page_rows),
            urls=frozenset(row.facts.web_url for row in page_rows),
        )
        catalogue.known([row.id for row in page_rows], [])
        with catalogue.page(opened, now) as page:
            stored = page.load(keys)
            same = [row for row in page_rows if stored.repositories.get(row.id) == row]
            page.write(decide(same if decide is unchanged else page_rows), now)
            page.mark(PageMark(seen=tuple(row.id for row in page_rows), cursor=str(start)))
    catalogue.end(opened, made.end(), now)
    return len(rows) / (time.perf_counter() - began)


def measure(url: str, repositories: int) -> None:
    """Print one database's figures."""
    with closing(Store(url)) as store:
        schema.upgrade(store)
    rows = [made.repository(number) for number in range(repositories)]
    with closing(open_catalogue(url)) as catalogue:
        print(f"{catalogue.name}: {repositories} repositories, {PAGE} a page, per second:")
        for decide in (first, unchanged, changed):
            print(f"  {decide.__name__:10} {crawl(catalogue, rows, decide):10,.0f}", flush=True)


def main() -> None:
    """Measure the databases named, or both kinds."""
    parser = argparse.ArgumentParser(description="Measure storage.")
    parser.add_argument("urls", nargs="*", metavar="DATABASE_URL")
    parser.add_argument("--repositories", type=int, default=10_000)
    given = parser.parse_args()
    if given.urls:
        for url in given.urls:
            measure(url, given.repositories)
        return
    from tests.databases import postgres_server  # noqa: PLC0415 - starts nothing unless asked

    with tempfile.TemporaryDirectory() as folder:
        measure(f"sqlite:///{Path(folder) / 'benchmark.db'}", given.repositories)
    measure(postgres_server().create("benchmark"), given.repositories)


if __name__ == "__main__":
    main()
