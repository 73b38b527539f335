# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Change numbers: in the order of commits, without gaps, whoever writes when."""

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from harvester.model import Change, ChangeType
from harvester.ports.rows import Writes
from storage import feed
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.engine import Store
from tests.storage import made

PATIENCE = 20.0
"""Seconds that a thread may take on a busy machine."""


def change(name: str) -> Change:
    return Change(type=ChangeType.UPDATED, software_id=name, reason="test")


def numbered(catalogue: SqlCatalogue, after: int = 0) -> list[tuple[int, str]]:
    return [(row.seq, row.change.software_id) for row in catalogue.changes(after, 1000)]


def in_thread(function: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=function)
    thread.start()
    return thread


def test_a_follower_misses_nothing_of_commits_in_reverse_order(postgres_url: str) -> None:
    """The transaction that began first commits last; no lock but the feed's own is taken."""
    with closing(open_catalogue(postgres_url)) as follower, closing(Store(postgres_url)) as store:
        asked = threading.Event()
        numbers_given = threading.Event()

        def second() -> None:
            with store.engine.connect() as connection, connection.begin():
                connection.execute(text("SELECT 1"))
                asked.set()
                feed.append(connection, [change("b1"), change("b2")], made.NOW)
                numbers_given.set()

        with store.engine.connect() as connection, connection.begin():
            connection.execute(text("SELECT 1"))
            feed.append(connection, [change("a1")], made.NOW)
            thread = in_thread(second)
            assert asked.wait(PATIENCE)
            assert not numbered(follower), "nothing is committed yet"
            assert not numbers_given.wait(0.05), "the second must wait for the first's commit"
        thread.join(PATIENCE)
        assert numbers_given.is_set()
        assert numbered(follower) == [(1, "a1"), (2, "b1"), (3, "b2")]


def test_a_transaction_that_fails_leaves_no_gap(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    made.store_page(catalogue, crawl, Writes(changes=(change("a"),)), cursor="1")

    def fail() -> None:
        with catalogue.store.writing() as connection:
            feed.append(connection, [change("never")], made.NOW)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    made.store_page(catalogue, crawl, Writes(changes=(change("b"),)), cursor="2")
    assert numbered(catalogue) == [(1, "a"), (2, "b")]


def test_a_page_without_changes_takes_no_number_and_no_lock_of_the_feed(
    catalogue: SqlCatalogue,
) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    made.store_page(catalogue, crawl, Writes(), cursor="1")
    assert catalogue.head() == 0


def test_a_follower_of_four_writers_misses_nothing(database_url: str, tmp_path: Path) -> None:
    pages, writers = 15, 4
    failures: list[BaseException] = []

    def write(source: str) -> None:
        try:
            with closing(open_catalogue(database_url)) as catalogue:
                crawl = catalogue.begin(made.request(source), made.ME, made.NOW)
                for number in range(pages):
                    changes = (change(f"{source}-{number}-x"), change(f"{source}-{number}-y"))
                    made.store_page(catalogue, crawl, Writes(changes=changes), cursor="more")
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)

    with closing(open_catalogue(database_url)) as follower:
        threads = [in_thread(lambda name=f"s{n}": write(name)) for n in range(writers)]  # type: ignore[misc]
        read: list[tuple[int, str]] = []
        while any(thread.is_alive() for thread in threads):
            read += numbered(follower, read[-1][0] if read else 0)
        read += numbered(follower, read[-1][0] if read else 0)
        assert failures == []
        assert [seq for seq, _ in read] == list(range(1, 2 * pages * writers + 1))
        assert len({name for _, name in read}) == 2 * pages * writers
