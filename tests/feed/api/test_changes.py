# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Followers: whoever applies the changes in order has the catalogue."""

import json
import threading
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvester.model import Change, ChangeType
from harvester.ports.crawls import Retention
from harvester.ports.rows import Merge, SoftwareRow, Writes
from storage.catalogue import SqlCatalogue, open_catalogue
from tests.feed.api.shelf import Client, entry, store, tombstone
from tests.storage import made

LISTED = "/v1/dump.jsonl"


class Follower:
    """A front-end's copy of what is listed, as ``docs/feed.md`` tells to keep it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.after = 0
        self.copy: dict[str, Any] = {}

    def start(self) -> None:
        """Begin with the dump."""
        answer = self.client.get(LISTED)
        self.after = int(answer.headers["x-change-sequence"])
        self.copy = {one["id"]: one for one in map(json.loads, answer.text.splitlines())}

    def step(self, limit: int) -> bool:
        """Apply some changes; says whether there are no more."""
        told = self.client.json(f"/v1/changes?after={self.after}&limit={limit}")
        for change in told["data"]:
            self.copy.pop(change["id"], None)
            if change["software"] is not None and change["software"]["state"] == "listed":
                self.copy[change["id"]] = change["software"]
        self.after = told["next"]
        return bool(told["next"] == told["head"])

    def catch_up(self) -> None:
        while not self.step(100):
            pass

    def holds_the_catalogue(self) -> bool:
        lines = self.client.get(LISTED).text.splitlines()
        return [self.copy[key] for key in sorted(self.copy)] == [json.loads(one) for one in lines]


class History:
    """What writers do to a catalogue, one after another."""

    def __init__(self, catalogue: SqlCatalogue) -> None:
        self.catalogue = catalogue
        self.rows: dict[int, SoftwareRow] = {}
        self.moment = 0

    def act(self, number: int, what: str, source: str) -> None:
        """Do one thing to the entry with this number, if it can be done."""
        self.moment += 1
        now = made.NOW + timedelta(minutes=self.moment)
        old = self.rows.get(number)
        if what == "put":
            kind = ChangeType.CREATED if old is None else ChangeType.UPDATED
            fresh = entry(number, name=f"v{self.moment}", updated_at=now)
            self._store([fresh], kind, now, source)
            self.rows[number] = fresh
        elif old is None:
            return
        elif what == "lose":
            gone = tombstone(number, updated_at=now)
            self._store([gone], ChangeType.DELETED, now, source)
            self.rows[number] = gone
        else:
            other = next((row for key, row in self.rows.items() if key != number), None)
            del self.rows[number]
            merged = what == "merge" and other is not None
            self._write(
                Writes(
                    merges=(Merge(id=old.id, into=other.id),) if merged and other else (),
                    erased=() if merged else (old.id,),
                    changes=(Change(type=ChangeType.DELETED, software_id=old.id, reason="merged"),),
                ),
                now,
                source,
            )

    def _store(
        self, rows: Sequence[SoftwareRow], change: ChangeType, now: Any, source: str
    ) -> None:
        store(self.catalogue, rows, change=change, now=now, source=source)

    def _write(self, writes: Writes, now: Any, source: str) -> None:
        crawl = self.catalogue.begin(made.request(source), made.ME, now)
        made.store_page(self.catalogue, crawl, writes, now=now)
        self.catalogue.end(crawl, made.end(), now)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 4),
            st.sampled_from(["put", "put", "put", "lose", "erase", "merge"]),
            st.sampled_from(["amt", "stadt"]),
            st.integers(0, 3),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_a_follower_has_the_catalogue_at_every_moment(
    catalogue: SqlCatalogue, client: Client, steps: list[tuple[int, str, str, int]]
) -> None:
    """One follows from 0, one from a dump on the way, in parts of some size or none at all."""
    with catalogue.store.writing() as connection:
        for table in ("software_alias", "software", "change"):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
        connection.exec_driver_sql("UPDATE feed_head SET seq = 0")
    history = History(catalogue)
    from_zero, from_dump = Follower(client), Follower(client)
    for number, (key, what, source, limit) in enumerate(steps):
        history.act(key, what, source)
        if number == len(steps) // 2:
            from_dump.start()
        for follower in (from_zero, from_dump):
            if limit and follower.step(limit):
                assert follower.holds_the_catalogue()
    for follower in (from_zero, from_dump):
        follower.catch_up()
        assert follower.holds_the_catalogue()


def test_a_follower_of_several_writers_at_once(
    catalogue: SqlCatalogue, database_url: str, client: Client
) -> None:
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            with closing(open_catalogue(database_url)) as own:
                history = History(own)
                for turn in range(8):
                    what = ("put", "put", "lose", "erase")[turn % 4]
                    history.act(writer * 10 + turn // 3, what, f"s{writer}")
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(1, 4)]
    from_zero = Follower(client)
    for thread in writers:
        thread.start()
    begun: list[Follower] = [from_zero]
    while any(thread.is_alive() for thread in writers):
        begun.append(Follower(client))
        begun[-1].start()
        for follower in begun[-3:]:
            follower.step(3)
    assert failures == []
    for follower in (from_zero, *begun[-3:], begun[len(begun) // 2]):
        follower.catch_up()
        assert follower.holds_the_catalogue()
    assert from_zero.after == catalogue.head()


def test_what_a_change_tells(catalogue: SqlCatalogue, client: Client) -> None:
    row = entry(1)
    store(catalogue, [row])
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    update = Change(type=ChangeType.UPDATED, software_id=row.id, reason="name,publiccode")
    made.store_page(catalogue, crawl, Writes(changes=(update,)))
    answer = client.get("/v1/changes")
    created, updated = answer.json()["data"]
    assert answer.headers["x-change-sequence"] == "2"
    (line,) = client.get(LISTED).text.splitlines()
    assert created == {
        "seq": 1,
        "type": "created",
        "id": row.id,
        "at": "2026-03-01T12:00:00Z",
        "reason": "new",
        "software": json.loads(line),
    }
    assert updated["changed"] == ["name", "publiccode"]
    assert client.json("/v1/changes?after=1&limit=1")["data"] == [updated]
    assert client.json("/v1/changes?after=2") == {"data": [], "next": 2, "head": 2}
    for limit, amount in ((-1, 1), (10**9, 2)):
        assert len(client.json(f"/v1/changes?limit={limit}")["data"]) == amount
    for wrong in ("-1", "x", str(2**63), "9" * 5000):
        assert client.get(f"/v1/changes?after={wrong}").status_code == 422


def test_what_is_forgotten_is_refused(catalogue: SqlCatalogue, client: Client) -> None:
    for number in range(1, 4):
        store(catalogue, [entry(number)], now=made.NOW + timedelta(days=number))
    assert client.get("/v1/changes?after=4").status_code == 410
    keep = Retention(crawls=timedelta(days=99), changes=timedelta(days=1))
    catalogue.tidy(keep, made.NOW + timedelta(days=3, hours=1))
    answer = client.get("/v1/changes?after=1")
    assert answer.status_code == 410
    assert "not remembered any more" in answer.json()["detail"]
    assert answer.headers["link"] == '</v1/dump.jsonl>; rel="start"'
    assert [one["seq"] for one in client.json("/v1/changes?after=2")["data"]] == [3]
    catalogue.tidy(keep, made.NOW + timedelta(days=9))
    assert client.get("/v1/changes?after=2").status_code == 410
    assert client.json("/v1/changes?after=3") == {"data": [], "next": 3, "head": 3}


def test_only_addresses_have_a_status(client: Client) -> None:
    for url in ("", "ftp://x/y", "https://host", "%00"):
        assert client.get(f"/v1/repositories/status?url={url}").status_code == 422
    assert client.get("/v1/repositories/status").status_code == 422
