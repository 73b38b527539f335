# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Catalogs within the catalogue, and who belongs to them."""

from typing import Any

import pytest

from harvester.ports.tokens import Scope
from harvester.ports.written import ROOT
from storage.catalogue import SqlCatalogue
from storage.serving import SqlFeed
from storage.written import SqlDesk
from tests.feed.api.shelf import Client, bearer, entry, store
from tests.storage import made

NORTH: dict[str, Any] = {
    "name": "Nordkatalog",
    "alternativeId": "nord",
    "publishersNamespace": "urn:x-nord:",
    "scopes": ["iso3166:DE-SH", "thematisch"],
    "sources": [
        {"url": "https://github.com/nord", "driver": "github", "args": ["a"]},
        {"url": "https://gitlab.example.org/nord"},
    ],
}
BODY: dict[str, Any] = {
    "description": "Hafenamt",
    "codeHosting": [{"url": "https://gitlab.example.org/hafen"}],
    "catalogId": "passed over: the address says it",
}
IMPLICIT = "/v1/catalogs/%E2%88%85"


@pytest.fixture
def token(feed: SqlFeed) -> str:
    return bearer(feed, Scope.CATALOGS, Scope.PUBLISHERS)


def test_a_catalog_is_written_changed_and_deleted(
    client: Client, feed: SqlFeed, token: str
) -> None:
    written = client.write("POST", "/v1/catalogs", NORTH, token).json()
    assert {key: written[key] for key in NORTH} == NORTH
    assert written["active"] is True
    assert client.json("/v1/catalogs")["data"] == [written]
    place = f"/v1/catalogs/{written['id']}"
    tag = client.get(place).headers["etag"]
    for where in (place, "/v1/catalogs/nord"):
        assert client.json(where) == written
    mark = feed.mark(written=True)
    assert client.write("PATCH", place, NORTH, token).json() == written
    assert feed.mark(written=True) == mark
    assert client.get(place, if_none_match=tag).status_code == 304
    patch: dict[str, Any] = {
        "active": False,
        "publishersNamespace": None,
        "alternativeId": None,
        "scopes": [],
    }
    changed = client.write("PATCH", "/v1/catalogs/nord", patch, token).json()
    assert "publishersNamespace" not in changed
    assert (changed["active"], changed["scopes"]) == (False, [])
    assert client.get(place, if_none_match=tag).json() == changed
    assert client.get("/v1/catalogs/nord").status_code == 404
    assert client.json("/v1/catalogs")["data"] == []
    assert client.json("/v1/catalogs?all=1")["data"] == [changed]
    assert client.write("DELETE", place, None, token).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert client.write(method, place, {}, token).status_code == 404


def test_what_a_catalog_has_to_be(alone: Client) -> None:
    client, token = alone, bearer(alone.feed, Scope.CATALOGS)
    client.write("POST", "/v1/catalogs", NORTH, token)
    assert client.write("POST", "/v1/catalogs", NORTH, token).status_code == 409
    south = client.write("POST", "/v1/catalogs", {**NORTH, "alternativeId": "sued"}, token).json()
    place = f"/v1/catalogs/{south['id']}"
    assert client.write("PATCH", place, {"alternativeId": "nord"}, token).status_code == 409
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"sources": []}, "sources"),
        ({"sources": [{"url": "no"}]}, "sources.0.url"),
        ({"sources": [{"url": "https://a.example", "args": []}]}, "sources.0.args"),
        ({"sources": [{"url": "https://a.example", "more": 1}]}, "sources.0.more"),
        ({"scopes": [""]}, "scopes.0"),
        ({"scopes": ["x"] * 21}, "scopes"),
        ({"alternativeId": ROOT, "sources": []}, "alternativeId"),
    ]
    for patch, field in wrong:
        answer = client.write("PATCH", place, patch, token)
        assert answer.status_code == 422, patch
        assert answer.json()["validationErrors"][0]["field"] == field
    assert client.json(place) == south


def test_the_implicit_catalog(client: Client, catalogue: SqlCatalogue, token: str) -> None:
    store(catalogue, [entry(1)])
    (derived,) = client.json(f"{IMPLICIT}/publishers")["data"]
    assert client.get(IMPLICIT).status_code == 404
    assert client.get(f"{IMPLICIT}/analysis").status_code == 404
    named = {"name": "Alles", "alternativeId": ROOT}
    with_sources = named | {"sources": [{"url": "https://a.example"}]}
    assert client.write("POST", "/v1/catalogs", with_sources, token).status_code == 422
    written = client.write("POST", "/v1/catalogs", named, token).json()
    assert client.json(IMPLICIT) == written
    assert written["sources"] == []
    fixed: list[Any] = [{"alternativeId": "x"}, {"alternativeId": None}, {"sources": [{}]}]
    fixed.append({"sources": NORTH["sources"]})
    for patch in fixed:
        assert client.write("PATCH", IMPLICIT, patch, token).status_code == 422
    assert client.write("PATCH", IMPLICIT, {"name": "All"}, token).json()["name"] == "All"
    body = client.write("POST", f"{IMPLICIT}/publishers", BODY, token).json()
    assert "catalogId" not in body
    by_id = f"/v1/catalogs/{written['id']}/publishers"
    for where in (by_id, f"{IMPLICIT}/publishers", "/v1/publishers"):
        assert {one["id"] for one in client.json(where)["data"]} == {body["id"], derived["id"]}
    assert client.write("DELETE", IMPLICIT, None, token).status_code == 204, "its name only"
    assert len(client.json(f"{IMPLICIT}/publishers")["data"]) == 2


def test_who_belongs_to_a_catalog(
    client: Client, catalogue: SqlCatalogue, feed: SqlFeed, token: str
) -> None:
    north = client.write("POST", "/v1/catalogs", NORTH, token).json()
    south = client.write("POST", "/v1/catalogs", {**NORTH, "alternativeId": "sued"}, token).json()
    body = client.write("POST", "/v1/catalogs/nord/publishers", BODY, token).json()
    assert body["catalogId"] == north["id"]
    inactive = {**BODY, "active": False, "codeHosting": [{"url": "https://a.example/b"}]}
    client.write("POST", "/v1/catalogs/nord/publishers", inactive, token)
    assert client.json("/v1/catalogs/nord/publishers")["data"] == [body]
    assert len(client.json("/v1/catalogs/nord/publishers?all=1")["data"]) == 2
    assert client.json("/v1/publishers")["data"] == [body]
    for empty in ("/v1/catalogs/sued", IMPLICIT):
        assert client.json(f"{empty}/publishers?all=1")["data"] == []
    place = f"publishers/{body['id']}"
    patch = {"description": "Hafen"}
    assert client.write("PATCH", f"/v1/catalogs/sued/{place}", patch, token).status_code == 404
    assert client.write("PATCH", f"/v1/catalogs/nix/{place}", patch, token).status_code == 404
    changed = client.write("PATCH", f"/v1/catalogs/nord/{place}", patch, token).json()
    assert (changed["description"], changed["catalogId"]) == ("Hafen", north["id"])
    assert client.write("DELETE", "/v1/catalogs/nord", None, token).status_code == 409

    desk = SqlDesk(feed.store)
    row = entry(1)
    store(catalogue, [row])
    desk.software_catalog(row.id, south["id"], made.NOW)
    assert client.write("DELETE", "/v1/catalogs/sued", None, token).status_code == 409
    mark = feed.mark(written=True)
    desk.software_catalog(row.id, south["id"], made.NOW)
    assert feed.mark(written=True) == mark
    desk.software_catalog(row.id, None, made.NOW)
    assert feed.mark(written=True).written == mark.written + 1
    assert client.write("DELETE", "/v1/catalogs/sued", None, token).status_code == 204


def test_each_thing_wants_its_own_scope(alone: Client) -> None:
    client, feed = alone, alone.feed
    for number, (method, path, scope) in enumerate(
        (
            ("POST", "/v1/catalogs", Scope.CATALOGS),
            ("PATCH", "/v1/catalogs/x", Scope.CATALOGS),
            ("DELETE", "/v1/catalogs/x", Scope.CATALOGS),
            ("POST", "/v1/catalogs/x/publishers", Scope.PUBLISHERS),
            ("PATCH", "/v1/catalogs/x/publishers/y", Scope.PUBLISHERS),
            ("POST", "/v1/catalogs/x/logs", Scope.LOGS),
            ("PATCH", "/v1/catalogs/x/analysis", Scope.ANALYSIS),
            ("POST", "/v1/publishers", Scope.PUBLISHERS),
            ("PATCH", "/v1/publishers/x", Scope.PUBLISHERS),
            ("DELETE", "/v1/publishers/x", Scope.PUBLISHERS),
            ("POST", "/v1/logs", Scope.LOGS),
            ("POST", "/v1/software/x/logs", Scope.LOGS),
            ("PATCH", "/v1/software/x/analysis", Scope.ANALYSIS),
        )
    ):
        assert client.write(method, path, {}).status_code == 401, path
        others = set(Scope) - {scope, Scope.ALL}
        refused = bearer(feed, *others, name=f"others{number}")
        assert client.write(method, path, {}, refused).status_code == 403, path
        allowed = bearer(feed, scope, name=f"own{number}")
        assert client.write(method, path, {}, allowed).status_code in (404, 422), path
