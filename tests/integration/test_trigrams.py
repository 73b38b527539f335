# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A PostgreSQL that has ``pg_trgm``, as Debian's does: it is used where it may be, never needed."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from storage.catalogue import open_catalogue
from storage.engine import Store
from storage.schema import upgrade
from tests.databases import PASSWORD, PostgresServer, started
from tests.storage.test_search import ANSWERS, SOFTWARE, fill, find

pytestmark = pytest.mark.integration

OWNER, GUEST = "owner", "guest"
"""One has the database, the other only its schema."""


@pytest.fixture(scope="module")
def debian() -> Iterator[PostgresServer]:
    """Debian's newest PostgreSQL, as a server of its own."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))
    assert found, "tests/integration/prepare installs it"
    server = started(found[-1])
    yield server
    server.stop()


@pytest.mark.parametrize("role", [OWNER, GUEST])
def test_the_same_is_found_whoever_may_create_the_extension(
    debian: PostgresServer, role: str
) -> None:
    name = sql.Identifier(role)
    with psycopg.connect(debian.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, PASSWORD))
    address = debian.create(role)
    with psycopg.connect(address, autocommit=True) as connection:
        if role == OWNER:
            connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, name))
        connection.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(name))
    url = f"postgresql://{role}:{PASSWORD}@127.0.0.1:{debian.port}/{role}"
    with contextlib.closing(Store(url)) as store:
        upgrade(store)
    with contextlib.closing(open_catalogue(url)) as catalogue:
        fill(catalogue, *SOFTWARE)
        assert {text: find(catalogue, text) for text in ANSWERS} == ANSWERS
    with psycopg.connect(address) as connection:
        assert bool(_extensions(connection)) == (role == OWNER)
        if role == OWNER:
            assert "ix_search_word_trigrams" in _plan(connection)


def _extensions(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'").fetchall()


def _plan(connection: psycopg.Connection) -> str:
    """Say how words with a part in them would be found, were there many."""
    connection.execute("SET enable_seqscan = off")
    found = connection.execute("EXPLAIN SELECT word FROM search_word WHERE word LIKE '%verwalt%'")
    return "\n".join(str(row[0]) for row in found)
