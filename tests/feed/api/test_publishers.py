# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Public bodies that are written, beside those that follow from entries."""

from dataclasses import replace
from typing import Any

import pytest
import structlog

from harvester.model import Level, Publisher
from harvester.ports.tokens import Scope
from storage.catalogue import SqlCatalogue
from storage.serving import SqlFeed
from tests.feed.api.shelf import Client, bearer, counted, entry, store

AMT: dict[str, Any] = {
    "description": "Vermessungsamt",
    "email": "open@amt.example.org",
    "codeHosting": [
        {"url": "https://GitLab.example.org/vermessung/", "group": True},
        {"url": "https://www.codeberg.org/amt/karte.git", "group": False},
    ],
    "alternativeId": "urn:x-vermessung",
}


def by_id(bodies: list[Any]) -> dict[str, Any]:
    """Tell them apart; those of one moment are in the order of their ids, which are random."""
    return {body["id"]: body for body in bodies}


@pytest.fixture
def token(feed: SqlFeed) -> str:
    return bearer(feed, Scope.PUBLISHERS)


def test_a_body_is_written_changed_and_deleted(client: Client, token: str) -> None:
    answer = client.write("POST", "/v1/publishers", AMT, token)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    written = answer.json()
    at = "2026-03-01T12:00:00Z"
    assert written == {
        "id": written["id"],
        "description": "Vermessungsamt",
        "codeHosting": [
            {
                "url": "https://gitlab.example.org/vermessung",
                "group": True,
                "createdAt": at,
                "updatedAt": at,
            },
            {
                "url": "https://codeberg.org/amt/karte",
                "group": False,
                "createdAt": at,
                "updatedAt": at,
            },
        ],
        "active": True,
        "level": "unknown",
        "alternativeId": "urn:x-vermessung",
        "email": "open@amt.example.org",
        "createdAt": at,
        "updatedAt": at,
    }
    place = f"/v1/publishers/{written['id']}"
    for where in (place, "/v1/publishers/urn:x-vermessung"):
        assert client.json(where) == written
        assert client.get(where).headers["content-location"] == place
    assert client.json("/v1/publishers")["data"] == [written]

    patch = {"email": None, "active": False, "codeHosting": AMT["codeHosting"][:1]}
    changed = client.write(
        "PATCH", "/v1/publishers/urn:x-vermessung", patch, token, "application/merge-patch+json"
    ).json()
    assert (changed["active"], "email" in changed) == (False, False)
    assert changed["codeHosting"] == written["codeHosting"][:1]
    assert client.json("/v1/publishers")["data"] == []
    assert client.json("/v1/publishers?all=1")["data"] == [changed]

    assert client.write("DELETE", place, None, token).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert client.write(method, place, {}, token).status_code == 404


def test_only_what_differs_is_a_write(client: Client, feed: SqlFeed, token: str) -> None:
    place = f"/v1/publishers/{client.write('POST', '/v1/publishers', AMT, token).json()['id']}"
    tag = client.get(place).headers["etag"]
    mark, listed = feed.mark(written=True), client.get("/v1/software").headers["etag"]
    with counted(feed) as sent, structlog.testing.capture_logs() as lines:
        same = client.write("PATCH", place, AMT, token)
    assert same.status_code == 200
    assert not any(one.startswith(("UPDATE", "INSERT", "DELETE")) for one in sent)
    assert lines == []
    assert feed.mark(written=True) == mark
    assert client.get(place, if_none_match=tag).status_code == 304
    client.write("PATCH", place, {"description": "Amt"}, token)
    assert client.get(place, if_none_match=tag).status_code == 200
    assert feed.mark(written=True).written == mark.written + 1
    assert client.get("/v1/software", if_none_match=listed).status_code == 304
    bad: list[Any] = [{"description": None}, {"description": ""}, {"codeHosting": []}, {"x": 1}, []]
    for patch in bad:
        assert client.write("PATCH", place, patch, token).status_code == 422
    assert client.json(place)["description"] == "Amt"


def test_no_two_have_an_address_or_an_id(client: Client, token: str) -> None:
    one = client.write("POST", "/v1/publishers", AMT, token).json()
    other = {**AMT, "alternativeId": "b", "codeHosting": [{"url": "https://b.example/b"}]}
    two = client.write("POST", "/v1/publishers", other, token).json()
    for taking, said in (
        ({"alternativeId": "urn:x-vermessung"}, "alternativeId urn:x-vermessung"),
        (
            {"codeHosting": [{"url": "http://GITLAB.example.org/Vermessung"}]},
            "codeHosting http://gitlab.example.org/Vermessung",
        ),
    ):
        fresh = {**other, "alternativeId": "c", "codeHosting": [{"url": "https://c.example/c"}]}
        for answer in (
            client.write("POST", "/v1/publishers", fresh | taking, token),
            client.write("PATCH", f"/v1/publishers/{two['id']}", taking, token),
        ):
            assert answer.status_code == 409
            assert answer.json()["detail"] == f"there is a publisher with the {said} already"
    assert by_id(client.json("/v1/publishers")["data"]) == by_id([one, two])
    again = {"alternativeId": "urn:x-vermessung", "codeHosting": AMT["codeHosting"]}
    assert client.write("PATCH", f"/v1/publishers/{one['id']}", again, token).json() == one


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"description": ""}, "description", "min"),
    ({"description": "x" * 256}, "description", "max"),
    ({"codeHosting": []}, "codeHosting", "min"),
    ({"codeHosting": [{"url": "ftp://x.example/y"}]}, "codeHosting.0.url", "value_error"),
    ({"codeHosting": [{"url": "x"}] * 2}, "codeHosting.0.url", "value_error"),
    (
        {"codeHosting": [{"url": "https://a.example/b"}, {"url": "http://A.example/B/"}]},
        "codeHosting",
        "value_error",
    ),
    (
        {"codeHosting": [{"url": "https://a.example/b", "group": 1}]},
        "codeHosting.0.group",
        "bool_type",
    ),
    ({"email": "nobody"}, "email", "value_error"),
    ({"active": "yes"}, "active", "bool_type"),
    ({"alternativeId": "webhooks"}, "alternativeId", "value_error"),
    ({"alternativeId": "c353756e-8597-4e46-a99b-7da2e141603b"}, "alternativeId", "value_error"),
    ({"name": "x"}, "name", "unknown"),
]


def test_what_is_wrong_is_named(alone: Client) -> None:
    client, token = alone, bearer(alone.feed, Scope.PUBLISHERS)
    for wrong, field, rule in WRONG:
        answer = client.write("POST", "/v1/publishers", AMT | wrong, token)
        assert answer.status_code == 422, wrong
        named = {one["field"]: one["rule"] for one in answer.json()["validationErrors"]}
        assert named.get(field) == rule, wrong
    assert client.json("/v1/publishers?all=1")["data"] == []


def test_a_written_body_stands_in_for_that_of_entries(
    client: Client, catalogue: SqlCatalogue, token: str
) -> None:
    row = entry(1)
    nameless = replace(entry(2), publisher=Publisher(name="Stadt", uri=None, level=Level.MUNICIPAL))
    store(catalogue, [row, nameless])
    amt, stadt = client.json("/v1/publishers")["data"]
    assert amt["alternativeId"] == "urn:x-amt"
    for body in (amt, stadt):
        for method in ("PATCH", "DELETE"):
            answer = client.write(method, f"/v1/publishers/{body['id']}", {}, token)
            assert answer.status_code == 409
            assert "stands in for it" in answer.json()["detail"]
    written = [
        client.write("POST", "/v1/publishers", {**AMT, **more}, token).json()
        for more in (
            {"alternativeId": "urn:x-amt"},
            {
                "alternativeId": None,
                "description": "Stadt",
                "codeHosting": [{"url": "https://stadt.example"}],
            },
            {
                "alternativeId": "urn:x-stadt",
                "description": "Stadt",
                "codeHosting": [{"url": "https://stadt2.example"}],
            },
        )
    ]
    assert by_id(client.json("/v1/publishers?all=1")["data"]) == by_id(written)
    for before, after in zip((amt, stadt), written[:2], strict=True):
        answer = client.get(f"/v1/publishers/{before['id']}")
        assert answer.json() == after
        assert answer.headers["content-location"] == f"/v1/publishers/{after['id']}"
    assert client.json("/v1/publishers/urn:x-amt") == written[0]
    shown = client.json(f"/v1/software/{row.id}")["publisher"]
    assert (shown["id"], shown["uri"]) == (amt["id"], written[0]["alternativeId"])
    for body in written:
        assert client.write("DELETE", f"/v1/publishers/{body['id']}", None, token).is_success
    assert client.json("/v1/publishers")["data"] == [amt, stadt]


def test_every_body_is_given_once_while_others_come_and_go(
    client: Client, catalogue: SqlCatalogue, token: str
) -> None:
    """Written ones and those of entries are in one order, and cursors hold in it."""
    rows = [
        replace(
            entry(number),
            publisher=Publisher(name=f"Amt {number}", uri=f"urn:x:{number}", level=Level.STATE),
        )
        for number in range(1, 8)
    ]
    store(catalogue, rows)

    def hosted(number: int) -> dict[str, Any]:
        return {
            "description": f"Werk {number}",
            "codeHosting": [{"url": f"https://werk.example/{number}"}],
        }

    ids = [
        client.write("POST", "/v1/publishers", hosted(number), token).json()["id"]
        for number in range(8)
    ]
    stay = {one["id"] for one in client.json("/v1/publishers")["data"]} - {ids[0]}
    numbers = iter(range(100, 200))

    def turn() -> None:
        number = next(numbers)
        client.write("POST", "/v1/publishers", hosted(number), token)
        client.write("DELETE", f"/v1/publishers/{ids[0]}", None, token)

    for link, start in (("next", ""), ("prev", "&page[before]=WyI5OTk5LTAxLTAxIiwiIl0")):
        found = [
            one["id"] for one in client.walk(f"/v1/publishers?page[size]=5{start}", turn, link)
        ]
        assert len(found) == len(set(found))
        assert stay <= set(found)


def test_without_contacts_no_address_is_kept_or_shown(
    client: Client, feed: SqlFeed, token: str
) -> None:
    known = client.write("POST", "/v1/publishers", AMT, token).json()
    private = Client(feed, contacts=False)
    assert "email" not in private.json(f"/v1/publishers/{known['id']}")
    assert "email" not in private.json("/v1/publishers")["data"][0]
    other = {**AMT, "alternativeId": "b", "codeHosting": [{"url": "https://b.example/b"}]}
    made_there = private.write("POST", "/v1/publishers", other, token).json()
    assert "email" not in client.json(f"/v1/publishers/{made_there['id']}")
