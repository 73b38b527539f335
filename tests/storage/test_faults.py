# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Each way in which a database cannot be used says which, why, and what to do."""

import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import ArgumentError, DBAPIError

from harvester.ports.errors import CatalogueError
from harvester.ports.rows import Writes
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.engine import Store
from storage.faults import fault_of
from tests.databases import PostgresServer
from tests.storage import made

BRIEFLY = 0.05
"""Seconds of patience."""


def refusal(url: str, **options: Any) -> str:
    with pytest.raises(CatalogueError) as caught:
        open_catalogue(url, **options).close()
    return str(caught.value)


# --- addresses ------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["", "catalogue.db", "mysql://host/db", "postgresql//host", "://"])
def test_an_address_of_no_database(url: str) -> None:
    assert "write sqlite:///PATH or postgresql://" in refusal(url)


def test_a_secret_in_a_wrong_address_is_not_shown() -> None:
    assert "geheim" not in refusal("mysql://amt:geheim@host/db")


def test_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(open_catalogue("sqlite:///here.db")) as catalogue:
        assert catalogue.name == str(tmp_path / "here.db")
    for url in ("sqlite://", "sqlite:///:memory:"):
        with closing(open_catalogue(url)) as catalogue:
            assert catalogue.name == "memory"
            made.swept(catalogue, made.repository(1))
            assert len(list(catalogue.files())) == 1
    assert list(tmp_path.glob(":memory:*")) == []
    for url, name in {
        "postgresql://u:geheim@db.example:5433/harvester": "db.example:5433/harvester",
        "postgres://u:geheim@db.example/harvester": "db.example/harvester",
        "postgresql+psycopg:///harvester?host=/run/postgresql": "/run/postgresql/harvester",
        "postgresql:///harvester": "local server/harvester",
    }.items():
        with closing(Store(url)) as store:
            assert store.name == name


# --- SQLite ---------------------------------------------------------------------------------


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "none" / "catalogue.db"
    said = refusal(f"sqlite:///{path}")
    assert str(path) in said
    assert f"there is no folder {path.parent}; create it" in said


def test_a_folder_in_the_file_s_place(tmp_path: Path) -> None:
    said = refusal(f"sqlite:///{tmp_path}")
    assert f"the catalogue {tmp_path} cannot be opened" in said


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be told from one\n" * 40)
    said = refusal(f"sqlite:///{path}")
    assert f"{path} is not an SQLite database; check the path" in said


def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    with closing(open_catalogue(f"sqlite:///{path}")) as catalogue:
        made.swept(catalogue, *(made.repository(number) for number in range(50)))
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    path.write_bytes(content)
    assert "is damaged; restore it from a backup" in refusal(f"sqlite:///{path}")


def test_a_locked_file_names_who_crawls(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'catalogue.db'}"
    with (
        closing(open_catalogue(url)) as holding,
        closing(open_catalogue(url, patience=BRIEFLY)) as waiting,
    ):
        held = holding.begin(made.request(), made.ELSEWHERE, made.NOW)
        with (
            holding.page(held, made.NOW),
            pytest.raises(
                CatalogueError,
                match=r"is locked by another process \(waited 0.05 s; "
                r"process 4711 on other-host crawls amt\); wait for it or end it",
            ),
        ):
            waiting.begin(made.request("other"), made.ME, made.NOW)
        assert waiting.begin(made.request("other"), made.ME, made.NOW).id == held.id + 1


def test_a_reader_does_not_wait_for_a_writer(database_url: str) -> None:
    with (
        closing(open_catalogue(database_url)) as writing,
        closing(open_catalogue(database_url, patience=BRIEFLY)) as reading,
    ):
        crawl = writing.begin(made.request(), made.ME, made.NOW)
        with writing.page(crawl, made.NOW) as page:
            page.write(made.first_page(made.repository(1)), made.NOW)
            assert reading.totals() == {}
            assert list(reading.entries(None, activity=True)) == []
        assert len(list(reading.files())) == 1


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'catalogue.db'}"
    one, many = made.repository(1), [made.repository(number) for number in range(2, 300)]
    with closing(open_catalogue(url)) as catalogue:
        crawl = catalogue.begin(made.request(), made.ME, made.NOW)
        made.store_page(catalogue, crawl, made.first_page(one), seen=(one,), cursor="1")
        set_room(catalogue, pages=0)
        with pytest.raises(CatalogueError, match=r"catalogue.db cannot grow: the disk is full; fr"):
            made.store_page(catalogue, crawl, made.first_page(*many), cursor="2")
        set_room(catalogue, pages=100_000)
        made.store_page(catalogue, crawl, made.first_page(*many), cursor="2")
        assert len(list(catalogue.files())) == 299
        assert catalogue.head() == 299


def set_room(catalogue: SqlCatalogue, *, pages: int) -> None:
    """Let the file grow by so many pages at most, as a full disk would."""
    with catalogue.store.engine.connect() as connection:
        size = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {size + pages}")


UNPRIVILEGED = """
import os, sys
from harvester.ports.errors import CatalogueError
from storage.catalogue import open_catalogue
from tests.storage import made

open_catalogue("sqlite://").close()  # imports what it needs while it may read it
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    catalogue = open_catalogue(sys.argv[1])
    catalogue.begin(made.request(), made.ME, made.NOW)
except CatalogueError as error:
    print(error)
"""


@pytest.fixture
def guarded() -> Iterator[Path]:
    """A catalogue in a folder that others may look into, but not write."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        path = Path(name) / "catalogue.db"
        open_catalogue(f"sqlite:///{path}").close()
        path.parent.chmod(0o555)
        path.chmod(0o444)
        yield path
        path.parent.chmod(0o755)


def without_rights(path: Path) -> str:
    """Open a catalogue as a user without rights; what it says."""
    done = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, f"sqlite:///{path}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_read_only_file(guarded: Path) -> None:
    said = without_rights(guarded)
    assert f"the catalogue {guarded} " in said
    assert (
        "allow this user to write the file and the folder" in said or "may read and write" in said
    )


def test_a_file_that_may_not_be_read(guarded: Path) -> None:
    guarded.chmod(0o000)
    said = without_rights(guarded)
    assert f"the catalogue {guarded} cannot be opened; check that its folder exists" in said


# --- PostgreSQL -----------------------------------------------------------------------------


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    said = refusal(f"postgresql://u:geheim@127.0.0.1:{port}/harvester")
    assert said == (
        f"the catalogue 127.0.0.1:{port}/harvester is not there: connection refused; "
        "start the server, or check host and port"
    )


def test_a_host_that_is_not_there() -> None:
    said = refusal("postgresql://u:geheim@no-such-host.invalid/harvester")
    assert "no-such-host.invalid/harvester is not there: unknown host; check the host" in said


def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    said = refusal(f"postgresql:///harvester?host={tmp_path}")
    assert "is not there: no server listens" in said


def test_a_wrong_password_is_not_shown(postgres: PostgresServer) -> None:
    said = refusal(postgres.url("postgres", password="verkehrt"))
    assert "refused the password; check user and password in database_url" in said
    assert "verkehrt" not in said


def test_a_database_that_does_not_exist(postgres: PostgresServer) -> None:
    assert "nowhere does not exist; create it" in refusal(postgres.url("nowhere"))


def test_a_locked_server_names_who_crawls(postgres_url: str) -> None:
    with (
        closing(open_catalogue(postgres_url)) as holding,
        closing(open_catalogue(postgres_url, patience=BRIEFLY)) as waiting,
    ):
        held = holding.begin(made.request(), made.ELSEWHERE, made.NOW)
        with (
            holding.page(held, made.NOW),
            pytest.raises(CatalogueError, match=r"is locked .*process 4711 on other-host crawls"),
        ):
            waiting.begin(made.request("other"), made.ME, made.NOW)


def test_a_user_without_rights(postgres: PostgresServer, postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
    said = refusal(postgres_url.replace("harvester:not-a-secret", "guest:guest"))
    assert "does not allow this user to do that; grant" in said


def test_a_read_only_server(postgres_url: str) -> None:
    url = f"{postgres_url}?options=-cdefault_transaction_read_only%3Don"
    with (
        closing(open_catalogue(url)) as catalogue,
        pytest.raises(CatalogueError, match="is read-only; connect to the primary"),
    ):
        catalogue.begin(made.request(), made.ME, made.NOW)


def test_a_database_of_another_encoding(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'")
    try:
        assert "not kept in UTF-8; create the database with" in refusal(postgres.url("latin"))
    finally:
        postgres.drop("latin")


def test_a_connection_that_breaks_within_a_page_loses_the_page_alone(postgres_url: str) -> None:
    one, two = made.repository(1), made.repository(2)
    with closing(open_catalogue(postgres_url)) as catalogue:
        crawl = catalogue.begin(made.request(), made.ME, made.NOW)
        made.store_page(catalogue, crawl, made.first_page(one), seen=(one,), cursor="1")

        def break_off() -> None:
            with catalogue.page(crawl, made.NOW) as page:
                with psycopg.connect(postgres_url, autocommit=True) as other:
                    other.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                page.write(made.first_page(two), made.NOW)

        with pytest.raises(CatalogueError, match=r"127.0.0.1:\d+/test_\w+ (is shutting|closed)"):
            break_off()
        made.store_page(catalogue, crawl, Writes(), seen=(one,), cursor="2")
        assert catalogue.head() == 1


# --- the rest -------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", [sqlite3.OperationalError("odd"), psycopg.Error("odd\nSQL")])
def test_what_is_not_known_is_told_as_the_driver_tells_it(cause: Exception) -> None:
    fault = fault_of(DBAPIError("SELECT secret", {"token": "geheim"}, cause))
    assert fault.cause == "failed: odd"


def test_a_defect_is_not_taken_for_a_fault_of_the_database(catalogue: SqlCatalogue) -> None:
    with pytest.raises(ArgumentError), catalogue.store.reading() as connection:
        connection.execute(select(object()))  # type: ignore[call-overload]
