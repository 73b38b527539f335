# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Budgets and validators hold over restarts, and never block the event loop."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from harvester.ports.http import Budgets, Ledger, Validator, Validators
from storage import ledgers
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.ledgers import StoredBudgets, StoredValidators
from storage.tables import validator
from tests.storage import made

LEDGER = Ledger(
    origin="https://api.example.org",
    token="anonymous",
    resource="core",
    limit=60,
    remaining=0,
    reset_at=made.NOW,
    not_before=made.NOW,
)
VALIDATOR = Validator(
    etag='W/"ä"',
    last_modified=None,
    headers={"link": '<https://x>; rel="next"', "a": ""},
    body=b"\x00\xff" * 10,
    stored_at=made.NOW,
)


@pytest.fixture
def worker() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=1) as executor:
        yield executor


def test_ledgers_hold_over_restarts(database_url: str, worker: ThreadPoolExecutor) -> None:
    graphql = replace(LEDGER, resource="graphql", limit=None, remaining=None, reset_at=None)
    spent = replace(LEDGER, remaining=59, not_before=None)

    async def before(budgets: Budgets) -> None:
        assert await budgets.load(LEDGER.origin, "anonymous") == ()
        for ledger in (LEDGER, graphql, replace(LEDGER, token="t1"), spent):
            await budgets.save(ledger)

    async def after(budgets: Budgets) -> None:
        assert await budgets.load(LEDGER.origin, "anonymous") == (spent, graphql)
        assert await budgets.load(LEDGER.origin, "t1") == (replace(LEDGER, token="t1"),)
        assert await budgets.load("https://other.example.org", "anonymous") == ()

    for step in (before, after):
        with closing(open_catalogue(database_url)) as catalogue:
            asyncio.run(step(StoredBudgets(catalogue.store, worker)))


def test_validators_hold_over_restarts(database_url: str, worker: ThreadPoolExecutor) -> None:
    long = "https://api.example.org/" + "é" * 5000
    newer = replace(VALIDATOR, etag=None, last_modified="yesterday", headers={}, body=b"")

    async def before(validators: Validators) -> None:
        assert await validators.get(long, "t1") is None
        await validators.put(long, "t1", VALIDATOR)
        await validators.put("https://x/", "t1", VALIDATOR)
        await validators.put("https://x/", "t1", newer)

    async def after(validators: Validators) -> None:
        assert await validators.get(long, "t1") == VALIDATOR
        assert await validators.get(long, "t2") is None
        assert await validators.get("https://x/", "t1") == newer

    for step in (before, after):
        with closing(open_catalogue(database_url)) as catalogue:
            asyncio.run(step(StoredValidators(catalogue.store, worker)))


def urls(catalogue: SqlCatalogue) -> set[str]:
    with catalogue.store.reading() as connection:
        return set(connection.execute(select(validator.c.url)).scalars())


def put(
    catalogue: SqlCatalogue, worker: ThreadPoolExecutor, *answers: tuple[str, timedelta, bytes]
) -> None:
    """Put answers in as a process of its own does: by address, age and body."""

    async def all_of_them() -> None:
        store = StoredValidators(catalogue.store, worker)
        for url, age, body in answers:
            await store.put(url, "t", replace(VALIDATOR, stored_at=made.NOW - age, body=body))

    asyncio.run(all_of_them())


DAY = timedelta(days=1)


def test_old_validators_are_dropped(catalogue: SqlCatalogue, worker: ThreadPoolExecutor) -> None:
    put(catalogue, worker, ("new", DAY, b""), ("old", 31 * DAY, b""))
    assert urls(catalogue) == {"new", "old"}, "tidied at the first of a process"
    put(catalogue, worker, ("newest", 0 * DAY, b""))
    assert urls(catalogue) == {"new", "newest"}


def test_of_too_many_validators_the_newest_stay(
    catalogue: SqlCatalogue, worker: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "MOST_KEPT", 3)
    monkeypatch.setattr(ledgers, "PUTS_BETWEEN", 5)
    put(catalogue, worker, *((f"{n}", (9 - n) * DAY, b"") for n in range(5)))
    assert len(urls(catalogue)) == 5
    put(catalogue, worker, *((f"{n}", (9 - n) * DAY, b"") for n in range(5, 8)))
    assert urls(catalogue) == {"3", "4", "5", "6", "7"}, "tidied when 5 came, not for 6 and 7"
    put(catalogue, worker, *((f"{n}", 0 * DAY, b"") for n in range(5)), ("x", 0 * DAY, b""))
    assert len(urls(catalogue)) == 3, "tidied again at the sixth"
    assert urls(catalogue) < {"0", "1", "2", "3", "4", "x"}


def test_of_too_large_validators_the_newest_stay(
    catalogue: SqlCatalogue, worker: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "MOST_BYTES", 250)
    put(catalogue, worker, *((f"{n}", (9 - n) * DAY, b"x" * 100) for n in range(4)))
    put(catalogue, worker, ("tiny", 0 * DAY, b"x"))
    assert urls(catalogue) == {"2", "3", "tiny"}


def test_the_loop_goes_on_while_the_worker_is_busy(
    catalogue: SqlCatalogue, worker: ThreadPoolExecutor
) -> None:
    """A page that is being stored holds the worker; a ledger waits for it, the loop does not."""
    budgets = StoredBudgets(catalogue.store, worker)
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    release = threading.Event()

    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        writing = asyncio.Event()

        def store() -> None:
            with catalogue.page(crawl, made.NOW) as page:
                page.write(made.first_page(made.repository(1)), made.NOW)
                loop.call_soon_threadsafe(writing.set)
                assert release.wait(20)

        page = loop.run_in_executor(worker, store)
        saving = asyncio.create_task(budgets.save(LEDGER))
        await writing.wait()
        assert not saving.done()
        release.set()
        await asyncio.gather(page, saving)
        assert await budgets.load(LEDGER.origin, LEDGER.token) == (LEDGER,)

    asyncio.run(scenario())
