# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Budgets and validators of the HTTP chain, kept over restarts.

The chain runs on the event loop, which must not wait for a disk: each call goes to an executor.
Give it the one worker thread that also runs the crawl's catalogue, so that one thread at a time
uses the database, and a page's transaction and a budget's never wait for each other.
"""

import asyncio
import hashlib
from concurrent.futures import Executor
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, or_, select

from harvester.ports.http import Ledger, Validator
from storage import tables
from storage.engine import Store
from storage.tables import budget

KEPT_FOR = timedelta(days=30)
"""An answer that is older is asked for anew; so long, nobody may have asked for it again."""
MOST_KEPT = 20_000
"""Answers; the newest stay."""
MOST_BYTES = 256 * 1024 * 1024
"""Of all their bodies; the newest stay."""
PUTS_BETWEEN = 1000
"""How many more are put in before the store is tidied again."""


def all_ledgers(connection: Connection) -> tuple[Ledger, ...]:
    """Give every ledger that is kept."""
    keys = (budget.c.origin, budget.c.token, budget.c.resource)
    return tuple(map(_ledger, connection.execute(select(budget).order_by(*keys))))


def _ledger(row: Row[Any]) -> Ledger:
    return Ledger(
        origin=row.origin,
        token=row.token,
        resource=row.resource,
        limit=row.limit,
        remaining=row.remaining,
        reset_at=row.reset_at,
        not_before=row.not_before,
    )


class StoredBudgets:
    """Fulfils :class:`harvester.ports.http.Budgets`."""

    def __init__(self, store: Store, executor: Executor) -> None:
        self._store = store
        self._executor = executor

    async def load(self, origin: str, token: str) -> tuple[Ledger, ...]:
        """Give the ledgers of one token at one origin."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._load, origin, token)

    async def save(self, ledger: Ledger) -> None:
        """Keep one ledger, replacing the one with the same origin, token and resource."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._executor, self._save, ledger)

    def _load(self, origin: str, token: str) -> tuple[Ledger, ...]:
        statement = (
            select(budget)
            .where(budget.c.origin == origin, budget.c.token == token)
            .order_by(budget.c.resource)
        )
        with self._store.reading() as connection:
            return tuple(map(_ledger, connection.execute(statement)))

    def _save(self, ledger: Ledger) -> None:
        row = {
            "origin": ledger.origin,
            "token": ledger.token,
            "resource": ledger.resource,
            "limit": ledger.limit,
            "remaining": ledger.remaining,
            "reset_at": ledger.reset_at,
            "not_before": ledger.not_before,
        }
        with self._store.writing() as connection:
            self._store.dialect.insert(connection, budget, [row], replace=True)


class StoredValidators:
    """Fulfils :class:`harvester.ports.http.Validators`, and keeps no more than is good for."""

    def __init__(self, store: Store, executor: Executor) -> None:
        self._store = store
        self._executor = executor
        self._puts = 0

    async def get(self, url: str, token: str) -> Validator | None:
        """Give the validator of an earlier answer, if one is kept."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._get, url, token)

    async def put(self, url: str, token: str, validator: Validator) -> None:
        """Keep the validator of an answer."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._executor, self._put, url, token, validator)

    def _get(self, url: str, token: str) -> Validator | None:
        statement = select(tables.validator).where(tables.validator.c.id == _key(url, token))
        with self._store.reading() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            return None
        return Validator(
            etag=row.etag,
            last_modified=row.last_modified,
            headers=row.headers,
            body=bytes(row.body),
            stored_at=row.stored_at,
        )

    def _put(self, url: str, token: str, validator: Validator) -> None:
        row = {
            "id": _key(url, token),
            "url": url,
            "token": token,
            "etag": validator.etag,
            "last_modified": validator.last_modified,
            "headers": dict(validator.headers),
            "body": validator.body,
            "stored_at": validator.stored_at,
        }
        with self._store.writing() as connection:
            self._store.dialect.insert(connection, tables.validator, [row], replace=True)
            if self._puts % PUTS_BETWEEN == 0:
                _tidy(connection, validator.stored_at)
        self._puts += 1


def _tidy(connection: Connection, now: datetime) -> None:
    """Drop what is old, and the oldest of what is too many or too large together."""
    kept = tables.validator.c
    newest = (kept.stored_at.desc(), kept.id)
    ranked = select(
        kept.id,
        kept.stored_at,
        func.row_number().over(order_by=newest).label("rank"),
        func.sum(func.length(kept.body)).over(order_by=newest).label("bytes"),
    ).subquery()
    surplus = select(ranked.c.id).where(
        or_(
            ranked.c.stored_at < now - KEPT_FOR,
            ranked.c.rank > MOST_KEPT,
            ranked.c.bytes > MOST_BYTES,
        )
    )
    connection.execute(delete(tables.validator).where(kept.id.in_(surplus)))


def _key(url: str, token: str) -> str:
    """Give the key of an address, which may be longer than an index holds."""
    return hashlib.sha256(f"{token} {url}".encode(errors="surrogatepass")).hexdigest()
