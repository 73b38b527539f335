# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A catalogue on each database, and the API that reads it.

A database is made once and emptied after each test: making one takes longer than most tests here.
"""

import contextlib
from collections.abc import Iterator

import pytest

from storage import schema
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.engine import Store
from storage.search.words import word_index
from storage.serving import SqlFeed, open_feed
from storage.tables import feed_head, metadata, search_rules
from tests.databases import PostgresServer, postgres, postgres_url, sqlite_url
from tests.feed.api.shelf import Client

__all__ = ["postgres", "postgres_url", "sqlite_url"]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a database that the tests here take in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('api') / 'catalogue.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create("api")
    with contextlib.closing(Store(url)) as store:
        schema.upgrade(store)
    yield url
    server.drop("api")


@pytest.fixture
def catalogue(database_url: str) -> Iterator[SqlCatalogue]:
    """An open catalogue, empty, on each database in turn."""
    with contextlib.closing(open_catalogue(database_url)) as opened:
        yield opened
        with opened.store.writing() as connection:
            for table in reversed(metadata.sorted_tables):
                if table not in (feed_head, search_rules):
                    connection.execute(table.delete())
            connection.execute(feed_head.update().values(seq=0, written=0, written_at=None))
            word_index(opened.store.dialect).sweep(connection)


@pytest.fixture
def feed(catalogue: SqlCatalogue, database_url: str) -> Iterator[SqlFeed]:
    """The catalogue as front-ends read it."""
    with contextlib.closing(open_feed(database_url)) as opened:
        yield opened


@pytest.fixture
def client(feed: SqlFeed) -> Client:
    """A front-end."""
    return Client(feed)


@pytest.fixture
def alone() -> Iterator[Client]:
    """A front-end of an empty catalogue in memory, for what no database has a part in."""
    with contextlib.closing(open_catalogue("sqlite://")) as opened:
        yield Client(SqlFeed(opened.store))
