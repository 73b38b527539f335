# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What others write of entries: logs beside the verdicts, and analyses."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from harvester.model import ChangeType
from harvester.ports.rows import Merge
from harvester.ports.tokens import Scope
from harvester.ports.written import WrittenLog
from storage.catalogue import SqlCatalogue
from storage.serving import SqlFeed
from storage.written import SqlDesk
from tests.feed.api.shelf import Client, bearer, entry, store
from tests.storage import made

SCAN = {"v": 1, "grade": "A", "more": {"deep": [1, None, "ä"]}}


@pytest.fixture
def token(feed: SqlFeed) -> str:
    return bearer(feed, Scope.LOGS, Scope.ANALYSIS, Scope.CATALOGS)


def log(desk: SqlDesk, number: int, seconds: float, entity: str | None = None) -> str:
    """Write a log at a time; gives its id."""
    key = f"00000000-0000-4000-8000-{number:012}"
    desk.write_log(
        WrittenLog(
            id=key,
            entity=entity,
            message=f"Bemerkung {number} (50%_)",
            created_at=made.NOW + timedelta(seconds=seconds),
            written_by="bot",
        )
    )
    return key


def test_logs_are_written(client: Client, catalogue: SqlCatalogue, token: str) -> None:
    row = entry(1)
    store(catalogue, [row])
    (verdict,) = client.json("/v1/logs")["data"]
    message = {"message": "Bad publiccode.yml: missing name", "entity": "/passed/over"}
    alone = client.write("POST", "/v1/logs", message, token).json()
    assert (alone["message"], "entity" in alone) == (message["message"], False)
    of_entry = client.write("POST", f"/v1/software/{row.id}/logs", message, token)
    assert (of_entry.status_code, of_entry.content) == (204, b"")
    client.write(
        "POST", "/v1/catalogs", {"name": "A", "sources": [{"url": "https://a.example"}]}, token
    )
    (catalog,) = client.json("/v1/catalogs")["data"]
    of_catalog = client.write("POST", f"/v1/catalogs/{catalog['id']}/logs", message, token).json()
    assert of_catalog["entity"] == f"/catalogs/{catalog['id']}"
    found = client.json("/v1/logs")["data"]
    assert len(found) == 4
    assert all(one in found for one in (verdict, alone, of_catalog))
    assert {one["id"] for one in client.json(f"/v1/software/{row.id}/logs")["data"]} == {
        one["id"] for one in found
    } - {alone["id"], of_catalog["id"]}
    for wrong in ({}, {"message": ""}, {"message": "x" * 2049}, {"message": "x", "other": 1}):
        assert client.write("POST", "/v1/logs", wrong, token).status_code == 422
    assert client.write("POST", "/v1/logs", {"message": "x" * 2048}, token).is_success
    for nowhere in ("/v1/software/x/logs", "/v1/catalogs/x/logs"):
        assert client.write("POST", nowhere, message, token).status_code == 404


def test_logs_stand_among_verdicts_in_the_order_of_time(
    client: Client, catalogue: SqlCatalogue, feed: SqlFeed
) -> None:
    rows = [entry(n, updated_at=made.NOW + timedelta(seconds=n)) for n in range(1, 6)]
    store(catalogue, rows)
    desk = SqlDesk(feed.store)
    first = rows[0].id
    written = [
        log(desk, number, number / 2, f"/software/{first}" if number % 2 else None)
        for number in range(2, 13)
    ]
    whole = client.json("/v1/logs")["data"]
    assert len(whole) == 16 == int(client.get("/v1/logs").headers["x-total-count"])
    assert [one["createdAt"] for one in whole] == sorted(
        (one["createdAt"] for one in whole), reverse=True
    )
    assert set(written) <= {one["id"] for one in whole}
    for size in (1, 2, 3, 7):
        assert client.walk(f"/v1/logs?page[size]={size}") == whole
    last = client.json("/v1/logs?page[size]=5")
    while last["links"]["next"]:
        last = client.json(f"/v1/logs{last['links']['next']}")
    back = [last["data"]]
    while last["links"]["prev"]:
        last = client.json(f"/v1/logs{last['links']['prev']}")
        back.insert(0, last["data"])
    assert list(itertools.chain(*back)) == whole
    between = "from=2026-03-01T12:00:02Z&to=2026-03-01T12:00:04Z"
    seconds = ("12:00:02Z", "12:00:03Z")
    assert client.json(f"/v1/logs?{between}")["data"] == [
        one for one in whole if one["createdAt"].endswith(seconds)
    ]
    of_first = client.walk(f"/v1/software/{first}/logs?page[size]=2")
    assert of_first == [one for one in whole if one.get("entity") == f"/software/{first}"]
    assert len(of_first) == 6
    for text, number in (
        ("Bemerkung 1", 3),
        ("50%25_", 11),
        ("50__", 0),
        ("GOOD", 5),
        ("bemerkung", 0),
        ("%00", 0),
    ):
        assert len(client.walk(f"/v1/logs?page[size]=2&search={text}")) == number, text


def test_what_was_written_of_an_entry_stays_when_it_becomes_another(
    client: Client, catalogue: SqlCatalogue, feed: SqlFeed, token: str
) -> None:
    one, two = entry(1), entry(2)
    store(catalogue, [one, two])
    log(SqlDesk(feed.store), 1, 1, f"/software/{two.id}")
    client.write("PATCH", f"/v1/software/{two.id}/analysis", {"scan": SCAN}, token)
    merges = (Merge(id=two.id, into=one.id),)
    store(catalogue, [one], change=ChangeType.UPDATED, merges=merges)
    for key in (one.id, two.id):
        assert len(client.json(f"/v1/software/{key}/logs")["data"]) == 2
        assert client.json(f"/v1/software/{key}/analysis")["scan"]["grade"] == "A"
    gone = client.write("PATCH", f"/v1/software/{two.id}/analysis", {"scan": None}, token).json()
    assert "scan" not in gone


def test_analyses_are_written_by_namespace(
    client: Client, catalogue: SqlCatalogue, feed: SqlFeed, token: str
) -> None:
    row = entry(1)
    store(catalogue, [row])
    place = f"/v1/software/{row.id}/analysis"
    own = client.json(place)
    assert list(own) == ["harvester"]
    written = client.write("PATCH", place, {"scan": SCAN, "b": {"v": 999, "t": "x"}}, token)
    at = "2026-03-01T12:00:00Z"
    assert written.json() == own | {"scan": {**SCAN, "t": at}, "b": {"v": 999, "t": at}}
    assert client.json(place) == written.json()
    mark = feed.mark(written=True)
    later = Client(feed)
    later.at = made.NOW + timedelta(hours=1)
    same = later.write("PATCH", place, {"scan": {**SCAN, "t": "anything"}}, token)
    assert same.json() == written.json(), "nothing differs: not even its time"
    assert feed.mark(written=True) == mark
    changed = later.write("PATCH", place, {"scan": {"v": 2}}, token).json()
    assert changed["scan"] == {"v": 2, "t": "2026-03-01T13:00:00Z"}, "a namespace is one whole"
    assert changed["b"]["t"] == at
    gone = client.write("PATCH", place, {"b": None, "nowhere": None}, token).json()
    assert gone.keys() == {"harvester", "scan"}


def test_what_an_analysis_has_to_be(alone: Client) -> None:
    client, token = alone, bearer(alone.feed, Scope.ANALYSIS)
    row = entry(1)
    store(SqlCatalogue(alone.feed.store), [row])
    place = f"/v1/software/{row.id}/analysis"
    wrong: list[Any] = [
        {"scan": {}},
        {"scan": {"v": 0}},
        {"scan": {"v": 1000}},
        {"scan": {"v": "1"}},
        {"scan": {"v": True}},
        {"scan": {"v": 1.5}},
        {"scan": []},
        {"": {"v": 1}},
        {"x" * 65: {"v": 1}},
        {"harvester": {"v": 1}},
        {"Harvester-more": {"v": 1}},
        {"harvester": None},
        [],
        {f"n{number}": {"v": 1} for number in range(101)},
    ]
    for patch in wrong:
        answer = client.write("PATCH", place, patch, token)
        assert answer.status_code == 422, patch
        assert answer.json()["validationErrors"]
    assert list(client.json(place)) == ["harvester"]
    assert client.write("PATCH", "/v1/software/x/analysis", {}, token).status_code == 404


def test_analyses_of_catalogs_go_with_them(client: Client, token: str) -> None:
    named = {"name": "A", "alternativeId": "a", "sources": [{"url": "https://a.example"}]}
    client.write("POST", "/v1/catalogs", named, token)
    assert client.json("/v1/catalogs/a/analysis") == {}
    written = client.write("PATCH", "/v1/catalogs/a/analysis", {"scan": SCAN}, token).json()
    assert client.json("/v1/catalogs/a/analysis") == written
    assert client.write("DELETE", "/v1/catalogs/a", None, token).status_code == 204
    assert client.get("/v1/catalogs/a/analysis").status_code == 404
    client.write("POST", "/v1/catalogs", named, token)
    assert client.json("/v1/catalogs/a/analysis") == {}
