# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a database's error means, and what a person can do about it."""

import sqlite3
from dataclasses import dataclass

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from storage.types import RefusedValueError


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a database cannot be used, in words that follow its name, and the remedy."""

    cause: str
    remedy: str
    locked: bool = False


_SQLITE = {
    "SQLITE_BUSY": Fault("is locked by another process", "wait for it or end it", locked=True),
    "SQLITE_LOCKED": Fault("is locked by another process", "wait for it or end it", locked=True),
    "SQLITE_FULL": Fault(
        "cannot grow: the disk is full", "free some space and run the command again"
    ),
    "SQLITE_READONLY": Fault(
        "is read-only", "allow this user to write the file and the folder that it lies in"
    ),
    "SQLITE_CANTOPEN": Fault(
        "cannot be opened", "check that its folder exists and that this user may read and write it"
    ),
    "SQLITE_PERM": Fault("may not be opened", "allow this user to read and write the file"),
    "SQLITE_NOTADB": Fault(
        "is not an SQLite database", "check the path in database_url, or move that file away"
    ),
    "SQLITE_CORRUPT": Fault("is damaged", "restore it from a backup"),
    "SQLITE_IOERR": Fault("could not be read or written", "check the disk that it lies on"),
}

_POSTGRESQL = {
    "28P01": Fault("refused the password", "check user and password in database_url"),
    "28000": Fault("refused this user", "check the user in database_url and the server's pg_hba"),
    "3D000": Fault("does not exist", "create it, or check the name in database_url"),
    "42501": Fault("does not allow this user to do that", "grant the user all rights on it"),
    "25006": Fault("is read-only", "connect to the primary server"),
    "53100": Fault("cannot grow: the server's disk is full", "free some space on the server"),
    "53200": Fault("has no memory left", "ask the server's administrator"),
    "53300": Fault("takes no more connections", "end other clients, or raise max_connections"),
    "55P03": Fault("is locked by another process", "wait for it or end it", locked=True),
    "57014": Fault("cancelled a statement", "see the server's log"),
    "57P01": Fault("is shutting down", "start the server again"),
    "57P03": Fault("is not ready yet", "try again in a moment"),
}

_CONNECTING = (
    ("password authentication failed", _POSTGRESQL["28P01"]),
    ("no password supplied", _POSTGRESQL["28P01"]),
    ("no pg_hba.conf entry", _POSTGRESQL["28000"]),
    ("role ", _POSTGRESQL["28000"]),
    ("does not exist", _POSTGRESQL["3D000"]),
    ("too many clients", _POSTGRESQL["53300"]),
    ("starting up", _POSTGRESQL["57P03"]),
    ("shutting down", _POSTGRESQL["57P01"]),
    (
        "onnection refused",
        Fault("is not there: connection refused", "start the server, or check host and port"),
    ),
    (
        "No such file or directory",
        Fault("is not there: no server listens", "start the server, or check host and port"),
    ),
    ("resolve host", Fault("is not there: unknown host", "check the host in database_url")),
    ("translate host name", Fault("is not there: unknown host", "check the host in database_url")),
    ("timeout", Fault("does not answer", "check the network, host and port")),
    (
        "server closed the connection",
        Fault("closed the connection", "see the server's log, then run the command again"),
    ),
)
"""What libpq says of a connection that was not made carries no code, only words."""


def fault_of(error: DBAPIError) -> Fault:
    """Say what a database's error means."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorname", "")
        fault = _SQLITE.get("_".join(code.split("_")[:2]))
        return fault or Fault(f"failed: {_plain(cause)}", "see the message")
    state = getattr(cause, "sqlstate", None)
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    words = str(cause)
    if state is None:
        for part, fault in _CONNECTING:
            if part in words:
                return fault
    return Fault(f"failed: {_plain(cause)}", "see the message and the server's log")


def refusal_of(error: Exception) -> str | None:
    """Say why the database will not take a row; None if the error is of another kind."""
    if isinstance(error, RefusedValueError | OverflowError):
        return str(error)
    if isinstance(error, IntegrityError | DataError):
        return _plain(error.orig)
    if isinstance(error, StatementError):
        cause = error.orig
        if isinstance(cause, RefusedValueError):
            return str(cause)
        if str(getattr(cause, "sqlstate", "") or "").startswith("54"):
            return _plain(cause)
    return None


def _plain(cause: BaseException | None) -> str:
    """Give the first line of a driver's words; no statement, no parameters."""
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0]
