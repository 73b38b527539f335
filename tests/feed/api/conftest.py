# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A catalogue on each database, and the API that reads it."""

import contextlib
from collections.abc import Iterator

import pytest

from storage.catalogue import SqlCatalogue
from storage.serving import SqlFeed, open_feed
from tests.databases import catalogue, database_url, postgres, postgres_url, sqlite_url
from tests.feed.api.shelf import Client

__all__ = ["catalogue", "database_url", "postgres", "postgres_url", "sqlite_url"]


@pytest.fixture
def feed(catalogue: SqlCatalogue, database_url: str) -> Iterator[SqlFeed]:
    """The catalogue as front-ends read it."""
    with contextlib.closing(open_feed(database_url)) as opened:
        yield opened


@pytest.fixture
def client(feed: SqlFeed) -> Client:
    """A front-end."""
    return Client(feed)
