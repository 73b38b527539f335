# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What all answers have in common, and what no request may do."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from harvester.model import ChangeType
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.serving import SqlFeed, open_feed
from tests.feed.api.shelf import Client, counted, entry, spread, store

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "api" / "openapi.json"
LISTS = ("/v1/software", "/v1/publishers", "/v1/logs", "/v1/catalogs", "/v1/openapi.json")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SqlCatalogue, SqlFeed]]:
    """A small catalogue that tests here share."""
    url = f"sqlite:///{tmp_path_factory.mktemp('small') / 'catalogue.db'}"
    with closing(open_catalogue(url)) as catalogue, closing(open_feed(url)) as feed:
        store(catalogue, spread(4))
        yield catalogue, feed


@pytest.fixture
def reader(small: tuple[SqlCatalogue, SqlFeed]) -> Client:
    return Client(small[1])


def test_what_is_unchanged_costs_one_read(catalogue: SqlCatalogue, feed: SqlFeed) -> None:
    row = entry(1)
    store(catalogue, [row])
    client = Client(feed)
    for path in (*LISTS, f"/v1/software/{row.id}", f"/v1/software/{row.id}/logs"):
        first = client.get(path)
        tag = first.headers["etag"]
        assert tag.startswith('"')
        assert first.headers["cache-control"] == "public, max-age=10"
        assert first.headers["last-modified"] == "Sun, 01 Mar 2026 12:00:00 GMT"
        with counted(feed) as statements:
            for known in (tag, f'"other", W/{tag}', "*"):
                again = client.get(path, if_none_match=known)
                assert (again.status_code, again.content) == (304, b"")
                assert again.headers["etag"] == tag
        assert len([one for one in statements if "SELECT" in one]) == 3
    before = {path: client.get(path).headers["etag"] for path in LISTS}
    assert len(set(before.values())) == len(LISTS)
    assert client.get("/v1/software?all=1").headers["etag"] != before["/v1/software"]
    store(catalogue, [row], change=ChangeType.UPDATED)
    for path in LISTS:
        assert client.get(path, if_none_match=before[path]).status_code == 200


def test_a_packed_answer_has_a_tag_of_its_own(reader: Client) -> None:
    packed = reader.get("/v1/software", accept_encoding="gzip")
    plain = reader.get("/v1/software", accept_encoding="identity")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "Accept-Encoding" in plain.headers["vary"]


def test_head_is_get_without_the_body(reader: Client) -> None:
    got = reader.get("/v1/software", accept_encoding="identity")
    head = reader.get("/v1/software", method="HEAD", accept_encoding="identity")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-length", "content-type", "x-total-count"):
        assert head.headers[name] == got.headers[name]
    assert reader.get("/nowhere", method="HEAD").content == b""


def test_scripts_of_other_origins_may_read(small: tuple[SqlCatalogue, SqlFeed]) -> None:
    everybody = Client(small[1]).get("/v1/software", origin="https://front.example")
    assert everybody.headers["access-control-allow-origin"] == "*"
    assert "ETag" in everybody.headers["access-control-expose-headers"]
    some = Client(small[1], cors_origins=("https://front.example",))
    allowed = some.get("/v1/software", origin="https://front.example").headers
    assert allowed["access-control-allow-origin"] == "https://front.example"
    refused = some.get("/v1/software", origin="https://evil.example").headers
    assert "access-control-allow-origin" not in refused
    asked = some.get(
        "/v1/software",
        method="OPTIONS",
        origin="https://front.example",
        access_control_request_method="GET",
        access_control_request_headers="if-none-match",
    )
    assert asked.status_code == 200


def test_request_ids(reader: Client) -> None:
    assert reader.get("/v1/status", x_request_id="abc-1").headers["x-request-id"] == "abc-1"
    for odd in ("a b", "x" * 65, "a\tb"):
        assert reader.get("/v1/status", x_request_id=odd).headers["x-request-id"] != odd


def test_unknown_parameters_are_refused_only_on_demand(reader: Client) -> None:
    assert reader.get("/v1/software?pagesize=3&x=1").status_code == 200
    for path in (*LISTS[:4], "/v1/software/x"):
        refused = reader.get(f"{path}?strict=1&pagesize=3")
        assert refused.status_code == 422
        assert "there is no parameter pagesize; there are " in refused.json()["detail"]
    assert reader.get("/v1/software?strict=1&page[size]=3&all=0").status_code == 200


def test_problems_have_the_shape_of_the_api(reader: Client) -> None:
    answer = reader.get("/v1/software?from=yesterday&all=perhaps")
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == {"title", "detail", "status", "validationErrors"}
    assert [(one["field"], one["value"]) for one in problem["validationErrors"]] == [
        ("all", "perhaps"),
        ("from", "yesterday"),
    ]
    assert reader.get("/v1/nothing").json()["status"] == 404
    assert reader.get("/v1/software", method="DELETE").status_code == 405


def test_a_catalogue_that_cannot_be_read_is_no_defect(
    small: tuple[SqlCatalogue, SqlFeed], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise OperationalError("SELECT", None, Exception("disk I/O error"))

    monkeypatch.setattr(small[1].store.engine, "connect", broken)
    answer = Client(small[1]).get("/v1/software")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "10"
    assert "disk" not in answer.text


def test_a_defect_is_told_under_the_requests_id(
    small: tuple[SqlCatalogue, SqlFeed], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    client = Client(small[1])
    monkeypatch.setattr(small[1], "mark", broken)
    with structlog.testing.capture_logs() as logged:
        answer = client.get("/v1/openapi.json", x_request_id="r-1")
    assert (answer.status_code, answer.json()["status"]) == (500, 500)
    assert answer.headers["x-request-id"] == "r-1"
    assert [line["event"] for line in logged] == ["a request met a defect"]


ODD = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("\0&=[]%+-0123456789:TZ")),
    max_size=25,
)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(
        [
            "/v1/software",
            "/v1/publishers",
            "/v1/logs",
            "/v1/catalogs",
            "/v1/software/{}",
            "/v1/publishers/{}",
            "/v1/software/{}/logs",
            "/v1/catalogs/{}",
            "/v1/software/{}/analysis",
            "/v1/changes",
        ]
    ),
    name=st.sampled_from(
        [
            "all",
            "url",
            "from",
            "to",
            "page[size]",
            "page[after]",
            "page[before]",
            "search",
            "updated_since",
            "publiccode",
            "strict",
        ]
    ),
    value=ODD
    | st.sampled_from(["9" * 5000, "0001-01-01T00:00:00+14:00", "http://[", "-0", "1e999"]),
    raw=st.binary(max_size=6),
)
def test_no_request_meets_a_defect(
    reader: Client, path: str, name: str, value: str, raw: bytes
) -> None:
    """The client also holds every answer against the OpenAPI document."""
    from urllib.parse import quote  # noqa: PLC0415

    encoded = quote(value, safe="") + "".join(f"%{byte:02X}" for byte in raw)
    segment = encoded.replace("%2F", "_").replace("%3F", "_") or "_"
    answer = reader.get(f"{path.format(segment)}?{name}={encoded}", if_none_match="\x7f,W/,")
    assert answer.status_code in (200, 404, 422)


def test_the_document_in_the_repository_is_current(reader: Client) -> None:
    text = json.dumps(reader.json("/v1/openapi.json"), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("WRITE_OPENAPI"):
        DOCUMENT.write_text(text, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == text, (
        "WRITE_OPENAPI=1 python -m pytest tests/feed/api/test_manners.py -k document"
    )
    document = json.loads(text)
    assert document["openapi"].startswith("3.1")
    ids = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids))


def test_whatever_is_written_is_guarded(reader: Client) -> None:
    """As it is described, and as it is: another operation that is not would be found here."""
    document = reader.json("/v1/openapi.json")
    assert document["components"]["securitySchemes"]["bearerAuth"]["scheme"] == "bearer"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "get":
                continue
            assert operation["security"] == [{"bearerAuth": []}], path
            assert {"401", "403"} <= operation["responses"].keys(), path
            assert ("requestBody" in operation) == (method != "delete"), path
            where = re.sub(r"\{.*?\}", "x", path)
            answer = reader.write(method.upper(), where, {})
            assert answer.status_code == 401, path
            assert answer.headers["www-authenticate"] == 'Bearer realm="harvester"'
            assert answer.headers["cache-control"] == "no-store"
