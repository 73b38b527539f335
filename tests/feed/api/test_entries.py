# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Large pages: given part by part, each with its documents, at a cost that does not grow."""

import asyncio
import tracemalloc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.types import Message, Scope

from harvester.feed.api.entries import AT_ONCE
from harvester.model import State
from harvester.ports.errors import CatalogueError
from harvester.ports.feed import Title
from harvester.search.projection import project
from storage.catalogue import open_catalogue
from storage.serving import SqlFeed, open_feed
from tests.feed.api.shelf import RECORD, Client, counted, entry, store
from tests.storage import made

ENTRIES = 600
LONG = RECORD | {"description": {"de": {"longDescription": "Lang und breit. " * 1000}}}
EVERYTHING = "/v1/software?publiccode=json&page[size]=10000"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlFeed]:
    """A catalogue of many long entries."""
    url = f"sqlite:///{tmp_path_factory.mktemp('large') / 'catalogue.db'}"
    rows = [
        entry(
            number,
            record=LONG,
            repository_id=None,
            first_seen_at=made.NOW + timedelta(seconds=number // 3),
        )
        for number in range(1, ENTRIES + 1)
    ]
    found = project(rows[0].document)
    with closing(open_catalogue(url)) as catalogue, closing(open_feed(url)) as feed:
        store(catalogue, [replace(row, projection=found) for row in rows])
        yield feed


def test_a_large_page_costs_few_statements(large: SqlFeed) -> None:
    client = Client(large)

    def cost(path: str) -> int:
        with counted(large) as statements:
            assert client.get(path).status_code == 200
        return len([one for one in statements if "SELECT" in one])

    for path in ("/v1/software?publiccode=none", "/v1/software?sort=name", "/v1/logs?search=x"):
        hundred = cost(f"{path}&page[size]=100")
        assert cost(f"{path}&page[size]=1") == hundred, path
        assert cost(f"{path}&page[size]=10000") <= hundred + ENTRIES / AT_ONCE, path


def test_a_large_page_is_what_small_ones_are_together(large: SqlFeed) -> None:
    client = Client(large)
    for path in (
        "/v1/software?publiccode=json",
        "/v1/logs?to=2030-01-01",
        "/v1/software?sort=added",
    ):
        small = client.walk(f"{path}&page[size]={AT_ONCE}")
        assert len(small) == ENTRIES
        assert client.json(f"{path}&page[size]=10000")["data"] == small
        first = client.get(f"{path}&page[size]=500")
        assert first.headers["x-total-count"] == str(ENTRIES)
        rest = client.json(f"{path.partition('?')[0]}{first.json()['links']['next']}")
        assert first.json()["data"] + rest["data"] == small
        last = client.get(f"{path}&page[size]=10000", method="HEAD")
        assert (last.status_code, last.content) == (200, b"")
        whole = client.get(f"{path}&page[size]=10000")
        assert {**last.headers, "x-request-id": ""} == {**whole.headers, "x-request-id": ""}
        known = client.get(f"{path}&page[size]=500", if_none_match=first.headers["etag"])
        assert known.status_code == 304


class Leaving(SqlFeed):
    """A catalogue from which entries go while a page of it is being sent."""

    gone: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()

    def titles(self, software_ids: Sequence[str], *, documents: bool) -> Mapping[str, Title]:
        """Give entries; some have gone since their ids were read."""
        found = super().titles(software_ids, documents=documents)
        return {
            key: replace(title, state=State.WITHDRAWN) if key in self.withdrawn else title
            for key, title in found.items()
            if key not in self.gone
        }


def test_who_leaves_meanwhile_is_left_out(large: SqlFeed) -> None:
    feed = Leaving(large.store)
    ids = [
        one["id"]
        for one in Client(large).json("/v1/software?publiccode=none&page[size]=10000")["data"]
    ]
    feed.gone, feed.withdrawn = frozenset(ids[:1]), frozenset(ids[300:302])
    client = Client(feed)
    large_page = "/v1/software?publiccode=none&page[size]=10000"
    staying = [key for key in ids if key not in feed.gone | feed.withdrawn]
    listed = client.json(large_page)
    assert [one["id"] for one in listed["data"]] == staying
    everything = client.json(f"{large_page}&all=true")["data"]
    assert {one["id"]: one["active"] for one in everything}[ids[300]] is False


def test_memory_is_that_of_a_part(large: SqlFeed) -> None:
    """Nothing of the whole is held, neither here nor while it is packed."""
    client = Client(large)
    size = 0

    async def receive() -> Message:
        await asyncio.sleep(3600)
        raise AssertionError

    async def send(message: Message) -> None:
        nonlocal size
        size += len(message.get("body", b""))

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "method": "GET",
        "path": "/v1/software",
        "root_path": "",
        "query_string": EVERYTHING.partition("?")[2].encode(),
        "headers": [(b"host", b"api")],
        "server": ("api", 80),
    }
    asyncio.run(client.app(scope, receive, send))  # what is loaded once is no part of it
    size = 0
    tracemalloc.start()
    asyncio.run(client.app(scope, receive, send))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > ENTRIES * 16_000
    assert peak < size * 1.5, "an emoji makes each character of a text four bytes long"


def test_large_pages_take_turns(large: SqlFeed) -> None:
    """Two at once are worked on: so those of a crowd leave threads for what is small."""
    together: list[int] = []
    most: list[int] = []

    class Busy(SqlFeed):
        def titles(self, software_ids: Sequence[str], *, documents: bool) -> Mapping[str, Title]:
            """Note how many are asking at this moment."""
            together.append(1)
            most.append(len(together))
            try:
                return super().titles(software_ids, documents=documents)
            finally:
                together.pop()

    client = Client(Busy(large.store))
    answers = client.get_all(["/v1/software?publiccode=json&page[size]=500"] * 6)
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.content for answer in answers}) == 1
    assert max(most) <= 2
    refused = client.get("/v1/software?page[size]=500&page[after]=nonsense")
    assert refused.status_code == 422
    crowd = client.get_all(["/v1/software?publiccode=none&page[size]=101"] * 60)
    told = {(answer.status_code, answer.headers.get("retry-after")) for answer in crowd}
    assert told == {(200, None), (503, "10")}


def test_what_fails_before_the_first_part_is_an_answer(
    large: SqlFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise CatalogueError("disk I/O error")

    monkeypatch.setattr(SqlFeed, "titles", broken)
    answer = Client(SqlFeed(large.store)).get(EVERYTHING)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
