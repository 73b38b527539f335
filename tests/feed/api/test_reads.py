# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Entries, public bodies and logs as the Software Catalog API gives them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from harvester.model import ChangeType, FileState, Level, Publisher, State, Vitality
from harvester.ports.rows import AliasRow, Merge
from storage.catalogue import SqlCatalogue
from storage.serving import SqlFeed
from tests.feed.api.shelf import RECORD, Client, counted, entry, spread, store, tombstone
from tests.storage import made

INVALID: dict[str, Any] = {
    "state": State.INVALID,
    "state_reason": "never-valid",
    "file_state": FileState.INVALID,
}


def test_an_entry(catalogue: SqlCatalogue, client: Client) -> None:
    row = entry(1)
    store(catalogue, [row])
    (shown,) = client.json("/v1/software")["data"]
    text = shown.pop("publiccodeYml")
    assert "softwareVersion: '1e5'\n" in text
    publisher = shown.pop("publisher")
    assert shown == {
        "id": row.id,
        "url": row.url,
        "active": True,
        "name": "Projekt 1",
        "state": "listed",
        "stateReason": "valid",
        "fileState": "valid",
        "createdAt": "2026-03-01T12:00:00Z",
        "updatedAt": "2026-03-01T12:00:00Z",
    }
    assert client.json(f"/v1/publishers/{publisher['id']}")["description"] == publisher["name"]
    assert client.json(f"/v1/software/{row.id}")["publiccodeYml"] == text
    assert client.json(f"/v1/software/{row.id}?publiccode=json")["publiccode"] == RECORD
    assert "publiccodeYml" not in client.json(f"/v1/software/{row.id.upper()}?publiccode=none")


def test_what_is_not_listed_is_not_active(catalogue: SqlCatalogue, client: Client) -> None:
    rows = [entry(1), entry(2, **INVALID), entry(3, record=None, **INVALID), tombstone(4)]
    store(catalogue, rows)
    assert [one["id"] for one in client.json("/v1/software")["data"]] == [rows[0].id]
    shown = {one["id"]: one for one in client.json("/v1/software?all=true")["data"]}
    assert [shown[row.id]["active"] for row in rows] == [True, False, False, False]
    assert [shown[row.id]["publiccodeYml"] for row in rows[2:]] == ["{}\n", "{}\n"]
    gone = client.json(f"/v1/software/{rows[3].id}")
    assert (gone["state"], gone["stateReason"]) == ("gone", "deleted")
    assert client.get("/v1/software/4").status_code == 404


def test_an_entry_answers_to_its_former_id_and_addresses(
    catalogue: SqlCatalogue, client: Client
) -> None:
    row, former = entry(1), entry(2)
    store(catalogue, [row, former, entry(3)])
    old = AliasRow(url="https://old.example/a", repository_id=made.repository(1).id, since=made.NOW)
    store(
        catalogue,
        [row],
        change=ChangeType.UPDATED,
        merges=(Merge(id=former.id, into=row.id),),
        aliases=(old,),
        files=(made.file(made.repository(1), declared_url="https://declared.example/x/y"),),
    )
    answer = client.get(f"/v1/software/{former.id}")
    assert answer.json()["id"] == row.id
    assert answer.headers["content-location"] == f"/v1/software/{row.id}"
    for url in (
        row.url,
        row.url.upper().replace("HTTPS", "https") + "/",
        "http://old.example/a.git",
        "https://declared.example/x/y",
    ):
        found = client.json(f"/v1/software?url={quote(url, safe='')}")["data"]
        assert [one["id"] for one in found] == [row.id], url
    assert client.json("/v1/software?url=https://nowhere.example/x")["data"] == []


def test_times(catalogue: SqlCatalogue, client: Client) -> None:
    rows = [
        entry(number, first_seen_at=made.NOW + timedelta(days=number)) for number in range(1, 5)
    ]
    rows[0] = replace(rows[0], updated_at=made.NOW + timedelta(days=9))
    store(catalogue, rows)

    def found(query: str) -> list[int]:
        ids = [row.id for row in rows]
        return [ids.index(one["id"]) for one in client.json(f"/v1/software?{query}")["data"]]

    assert found("") == [0, 1, 2, 3]
    assert found("from=2026-03-03T12:00:00Z&to=2026-03-05T00:00:00Z") == [1, 2]
    assert found("from=2026-03-03T14:00:00+02:00") == [1, 2, 3]
    assert found("updated_since=2026-03-08T00:00:00Z") == [0]


def test_a_page_costs_the_same_statements_whatever_its_size(
    catalogue: SqlCatalogue, feed: SqlFeed, client: Client
) -> None:
    store(catalogue, spread(60))
    for path in ("/v1/software", "/v1/publishers", "/v1/logs"):
        sent = []
        for size in (1, 50):
            with counted(feed) as statements:
                client.json(f"{path}?page[size]={size}")
            sent.append([one.split("LIMIT")[0] for one in statements])
        assert sent[0] == sent[1]
        assert len(sent[0]) <= 5  # logs are of two kinds
    with counted(feed) as statements:
        client.json("/v1/software?publiccode=none")
    assert not any("document" in one for one in statements)


def test_publishers(catalogue: SqlCatalogue, client: Client) -> None:
    city = Publisher(name="Stadt", uri="urn:x-city", level=Level.MUNICIPAL)
    nobody = Publisher(name="Verein", uri=None, level=Level.UNKNOWN)
    rows = [
        entry(1, first_seen_at=made.NOW + timedelta(days=1)),
        entry(2, publisher=city),
        entry(3, publisher=city, repository_id=None, updated_at=made.NOW + timedelta(days=2)),
        entry(4, publisher=nobody, **INVALID),
    ]
    store(catalogue, rows)
    first, second = client.json("/v1/publishers")["data"]
    assert [first["description"], second["description"]] == ["Stadt", "Das Amt"]
    assert [(one["url"], one["group"]) for one in first["codeHosting"]] == [
        ("https://gitlab.example.org/amt", True),
        ("https://gitlab.example.org/amt/projekt-3", False),
    ]
    assert (first["createdAt"], first["updatedAt"]) == (
        "2026-03-01T12:00:00Z",
        "2026-03-03T12:00:00Z",
    )
    everybody = client.walk("/v1/publishers?all=1&page[size]=1")
    assert [one["active"] for one in everybody if one["description"] == "Verein"] == [False]
    assert len(everybody) == 3
    assert client.json(f"/v1/publishers/{first['id']}") == first
    assert client.json("/v1/publishers/urn:x-city") == first
    assert client.get("/v1/publishers/urn:x-town").status_code == 404
    assert client.get(f"/v1/publishers/{rows[0].id}").status_code == 404
    assert len(client.json("/v1/publishers?from=2026-03-02T00:00:00Z")["data"]) == 1
    assert client.json("/v1/publishers?to=2026-02-02T00:00:00Z")["data"] == []


def test_whether_it_is_worked_on(catalogue: SqlCatalogue, client: Client) -> None:
    row, page = entry(1), entry(2, repository_id=None)
    store(catalogue, [row, page])
    key = made.repository(1).id
    path = f"/v1/software/{row.id}/analysis"
    unread = client.get(path)
    assert unread.json()["harvester"]["label"] == "unknown"
    catalogue.keep_vitality({key: Vitality(read_at=made.NOW, commits_365d=3, releases=2)})
    told = client.get(path, if_none_match=unread.headers["etag"])
    assert told.status_code == 200, "what is volatile has a tag of its own"
    assert client.get(path, if_none_match=told.headers["etag"]).status_code == 304
    analysis = told.json()["harvester"]
    assert (analysis["v"], analysis["t"]) == (1, "2026-03-01T12:00:00Z")
    assert (analysis["stars"], analysis["commits_365d"], analysis["releases"]) == (1, 3, 2)
    assert client.json(f"/v1/software/{page.id}/analysis") == {}
    assert client.get(f"/v1/software/{'x' * 3000}/analysis").status_code == 404


def test_there_are_no_catalogs_within(client: Client) -> None:
    assert client.json("/v1/catalogs") == {"data": [], "links": {"prev": None, "next": None}}
    assert client.get("/v1/catalogs/%E2%88%85").status_code == 404
    assert client.get("/v1/status").status_code == 204


def test_logs(catalogue: SqlCatalogue, client: Client) -> None:
    rows = [entry(1), entry(2, updated_at=made.NOW + timedelta(days=1), **INVALID), tombstone(3)]
    store(catalogue, rows)
    bad, good = client.json("/v1/logs")["data"]
    assert good["message"] == "[amt/projekt-1] GOOD publiccode.yml"
    assert bad["entity"] == f"/software/{rows[1].id}"
    assert bad["message"].startswith(
        "[amt/projekt-2] BAD publiccode.yml: publiccode.yml:3:1: error: name: "
    )
    assert bad["message"].splitlines()[1].startswith("publiccode.yml:1:1: error: name: ")
    for query, found in (
        ("search=BAD%20publiccode", [bad]),
        ("search=nothing", []),
        ("from=2026-03-02T00:00:00Z", [bad]),
        ("to=2026-03-02T00:00:00Z", [good]),
    ):
        assert client.json(f"/v1/logs?{query}")["data"] == found, query
    own = f"/v1/software/{rows[1].id}/logs"
    assert client.json(own)["data"] == [bad]
    assert client.json(f"{own}?to=2026-03-01T00:00:00Z")["data"] == []
    assert client.json(f"/v1/software/{rows[2].id}/logs")["data"] == []
    assert client.get("/v1/software/x/logs").status_code == 404


def test_a_log_of_many_findings_ends_with_a_whole_line(
    catalogue: SqlCatalogue, client: Client
) -> None:
    row = entry(1, **INVALID)
    finding = '{"code":"PC102","severity":"error","key":"name","line":3,"column":1,"message":"'
    many = ",".join(f'{finding}{"x" * 300}"}}' for _ in range(20))
    text = row.document.replace('"findings":[', f'"findings":[{many},')
    store(catalogue, [replace(row, document=text)])
    (log,) = client.json("/v1/logs")["data"]
    lines = log["message"].splitlines()
    assert len(log["message"]) <= 2048
    assert lines[-1] == f"({22 - len(lines) + 1} more)"
    assert all(line.endswith("x" * 300) for line in lines[:-1])


def test_a_search_in_logs_pages_both_ways(catalogue: SqlCatalogue, client: Client) -> None:
    rows = [
        entry(n, updated_at=made.NOW + timedelta(seconds=n), **(INVALID if n % 3 else {}))
        for n in range(1, 31)
    ]
    store(catalogue, rows)
    wanted = [f"/software/{row.id}" for n, row in enumerate(rows, 1) if n % 3][::-1]
    found = client.walk("/v1/logs?search=BAD&page[size]=7")
    assert [one["entity"] for one in found] == wanted
    last = client.json("/v1/logs?search=BAD&page[size]=15")["links"]["next"]
    back = client.json("/v1/logs" + client.json("/v1/logs" + last)["links"]["prev"])["data"]
    assert [one["entity"] for one in back] == wanted[:15]
