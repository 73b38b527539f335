# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Searching over the API; the client holds every answer against the OpenAPI document."""

import contextlib
import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from harvester.ports.projection import Facet
from harvester.ports.rows import SoftwareRow
from harvester.search.projection import project
from storage.catalogue import SqlCatalogue
from storage.serving import open_feed
from tests.feed.api.shelf import RECORD, Client, entry, store


def of(number: int, name: str, **record: Any) -> SoftwareRow:
    """Make an entry that can be searched for."""
    row = entry(number, record={**RECORD, "name": name, **record}, name=name)
    line = json.loads(row.document) | {"name": name}
    line["repository"]["topics"] = []
    document = json.dumps(line, ensure_ascii=False)
    return replace(row, document=document, projection=project(document))


@pytest.fixture
def shelf(catalogue: SqlCatalogue, client: Client) -> Client:
    """A front-end of four entries."""
    rows = [
        of(1, "Wahlhelfer", categories=["elections"], developmentStatus="stable"),
        of(2, "Antragsportal", categories=["crm"], developmentStatus="beta"),
        of(3, "Wahl", categories=["elections", "crm"], developmentStatus="beta"),
        of(4, "Kasse", dependsOn={"open": [{"name": "Wahl"}]}, developmentStatus="stable"),
    ]
    store(catalogue, rows)
    return client


def names(page: dict[str, Any]) -> list[str]:
    return [one["name"] for one in page["data"]]


def test_words_and_filters(shelf: Client) -> None:
    def asked(query: str) -> list[str]:
        return names(shelf.json(f"/v1/software?{query}"))

    assert asked("q=wahl") == ["Wahl", "Wahlhelfer"]
    assert asked("q=" + quote("Anträge")) == ["Antragsportal"]
    assert asked("category=crm&category=elections&sort=name") == [
        "Antragsportal",
        "Wahl",
        "Wahlhelfer",
    ]
    assert asked("category=crm&development_status=stable") == []
    assert asked("q=wahl&updated_since=2030-01-01T00:00:00Z") == []
    assert asked("sort=name&active_since=2030-01-01T00:00:00Z") == []
    assert len(asked("all=true&publisher=Das+Amt")) == 4
    assert asked("q=wahl&category=a%00b&category=%ED%A0%80") == []
    assert asked("q=wahl&category=" + "x" * 30_000) == []


def test_facets_and_corrections(shelf: Client) -> None:
    page = shelf.json("/v1/software?q=whalhelfer&facets=category,development_status&category=crm")
    assert (names(page), page["corrected"]) == ([], {"whalhelfer": ["wahlhelfer"]})
    assert page["facets"] == {
        "category": [{"value": "elections", "count": 1}],
        "development_status": [],
    }
    assert set(shelf.json("/v1/software?facets=all")["facets"]) == set(Facet)
    assert "facets" not in shelf.json("/v1/software?q=wahl")


def test_pages_keep_the_question(shelf: Client) -> None:
    both = "development_status=stable&development_status=beta"
    query = f"/v1/software?q=antrag&sort=name&page[size]=1&{both}"
    assert [one["name"] for one in shelf.walk(query)] == ["Antragsportal"]
    many = "/v1/software?sort=name&category=crm&category=elections&page[size]=2"
    assert [one["name"] for one in shelf.walk(many)] == ["Antragsportal", "Wahl", "Wahlhelfer"]
    first = shelf.get(many)
    assert first.headers["x-total-count"] == "3"
    assert 'rel="next"' in first.headers["link"]


def test_an_answer_is_known_again(shelf: Client) -> None:
    first = shelf.get("/v1/software?q=wahl")
    again = shelf.get("/v1/software?q=wahl", if_none_match=first.headers["etag"])
    assert (first.status_code, again.status_code) == (200, 304)


@pytest.mark.parametrize(
    "query",
    [
        "q=x&page[after]=nonsense",
        "q=x&page[before]=nonsense",
        "sort=size",
        "facets=colour",
        "q=x&url=https://a.example/b/c",
        "q=x&from=2026-01-01T00:00:00Z",
        "q=" + "x" * 1001,
    ],
)
def test_what_a_search_cannot_do_is_refused(sqlite_url: str, query: str) -> None:
    with contextlib.closing(open_feed(sqlite_url)) as feed:
        assert Client(feed).get(f"/v1/software?{query}").status_code == 422


def test_related_entries(shelf: Client) -> None:
    wahl = next(one for one in shelf.json("/v1/software")["data"] if one["name"] == "Wahl")
    found = shelf.json(f"/v1/software/{wahl['id']}/related")
    assert {kind: [one["name"] for one in its] for kind, its in found.items()} == {
        "variant": [],
        "dependency": [],
        "dependent": ["Kasse"],
        "samePublisher": ["Antragsportal", "Kasse", "Wahlhelfer"],
    }
    assert shelf.get("/v1/software/00000000-0000-4000-8000-000000000000/related").status_code == 404
