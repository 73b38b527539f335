# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where our API differs from the description that it follows: each row of the list, shown."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from harvester import tokens
from harvester.feed.webhooks import message
from harvester.model import ChangeType
from harvester.ports.projection import Facet
from harvester.ports.rows import Merge
from harvester.ports.tokens import Scope
from harvester.ports.webhooks import Delivery
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.serving import SqlFeed
from storage.tokens import StoredTokens
from tests.feed.api.shelf import Client, entry, store, tombstone
from tests.reference import REFERENCE, needs_reference
from tests.storage import made

LIST = Path(__file__).resolve().parents[3] / "docs" / "api-deviations.md"
ROWS = re.findall(r"^\| `([a-z-]+)` \|", LIST.read_text(encoding="utf-8"), re.MULTILINE)
ABSENT = set(re.findall(r"`((?:GET|POST|PATCH|DELETE) /[^`]*)`", LIST.read_text(encoding="utf-8")))
FIRST, SECOND, FORMER, GONE = (made.software(made.repository(n)).id for n in (1, 2, 3, 4))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """Two entries, the former id of one, one without a record, and one that has gone."""
    catalogue: SqlCatalogue = open_catalogue(
        f"sqlite:///{tmp_path_factory.mktemp('deviations') / 'catalogue.db'}"
    )
    store(catalogue, [entry(1), entry(2, record=None), entry(3), tombstone(4)])
    merge = (Merge(id=FORMER, into=FIRST),)
    store(catalogue, [entry(1)], change=ChangeType.UPDATED, merges=merge)
    return Client(SqlFeed(catalogue.store))


def links(client: Client) -> None:
    page = client.json("/v1/software?page[size]=1")
    assert page["links"]["next"].startswith("?page[after]=")


def page_size(client: Client) -> None:
    assert len(client.json("/v1/software?page[size]=10000")["data"]) == 2
    assert len(client.json("/v1/software?page[size]=0")["data"]) == 1


def publiccode_made(client: Client) -> None:
    assert yaml.safe_load(client.json(f"/v1/software/{FIRST}")["publiccodeYml"])["name"]


def no_record(client: Client) -> None:
    assert client.json(f"/v1/software/{SECOND}")["publiccodeYml"] == "{}\n"


def publiccode_form(client: Client) -> None:
    for form in ("json", "none"):
        shown = client.json(f"/v1/software?publiccode={form}")["data"][0]
        assert "publiccodeYml" not in shown


def more_properties(client: Client) -> None:
    shown = client.json(f"/v1/software/{FIRST}")
    assert {"name", "state", "stateReason", "fileState", "publisher"} <= shown.keys()
    assert client.json("/v1/publishers")["data"][0]["level"] == "municipal"


def more_parameters(client: Client) -> None:
    for more in ("updated_since=2026-03-02T00:00:00Z", "q=nowhere"):
        assert client.json(f"/v1/software?{more}&strict=1")["data"] == []


def inactive_stay(client: Client) -> None:
    shown = client.json(f"/v1/software/{GONE}")
    assert (shown["active"], shown["stateReason"]) == (False, "deleted")
    assert GONE in {one["id"] for one in client.json("/v1/software?all=true")["data"]}


def former_ids(client: Client) -> None:
    answer = client.get(f"/v1/software/{FORMER}")
    assert answer.json()["id"] == FIRST
    assert answer.headers["content-location"] == f"/v1/software/{FIRST}"


def url_lookup(client: Client) -> None:
    found = client.json("/v1/software?url=http://www.GitLab.example.org/amt/projekt-1.git/")["data"]
    assert [one["id"] for one in found] == [FIRST]
    assert client.get("/v1/software?url=nonsense").status_code == 422


def statuses(client: Client) -> None:
    assert client.get("/v1/software?from=nonsense").status_code == 422
    assert client.get("/v1/software", if_none_match="*").status_code == 304
    assert client.get("/v1/changes?after=99").status_code == 410


def logs_derived(client: Client) -> None:
    logs = client.json("/v1/logs")["data"]
    assert sorted(one["entity"] for one in logs) == sorted(
        f"/software/{key}" for key in (FIRST, SECOND)
    )


def publishers_derived(client: Client) -> None:
    (body,) = client.json("/v1/publishers")["data"]
    assert (body["alternativeId"], "email" in body) == ("urn:x-amt", False)


def one_catalog(client: Client) -> None:
    assert client.json("/v1/catalogs")["data"] == []
    assert client.get("/v1/catalogs/x").status_code == 404


def webhooks_guarded(client: Client) -> None:
    for path in ("software/webhooks", f"software/{FIRST}/webhooks", "publishers/webhooks"):
        assert client.get(f"/v1/{path}").status_code == 401
    assert client.get("/v1/webhooks/x").status_code == 401


def webhooks_active(client: Client) -> None:
    document = client.app.openapi()
    assert set(document["components"]["schemas"]["WebhookShape"]["properties"]) == {
        "id",
        "url",
        "active",
        "createdAt",
        "updatedAt",
    }
    assert "get" in document["paths"]["/v1/webhooks/{webhook_id}/deliveries"]


def webhooks_public(client: Client) -> None:
    token, text, digest = tokens.mint("deviant", frozenset({Scope.WEBHOOKS}), made.NOW, None)
    StoredTokens(client.feed.store).create(token, digest)
    body = {"url": "https://private.example/"}
    assert client.write("POST", "/v1/software/webhooks", body, text).status_code == 422


def _posted(change: ChangeType, secret: str | None) -> tuple[dict[str, str], bytes]:
    delivery = Delivery(
        webhook_id="w",
        seq=1,
        subject=f"/software/{FIRST}",
        change=change,
        taken_at=made.NOW,
        next_try_at=made.NOW,
    )
    body = message.body(delivery)
    return message.headers(delivery, body, secret, made.NOW), body


def webhooks_headers(_client: Client) -> None:
    more = {"x-harvester-delivery", "x-change-sequence", "content-type"}
    assert _posted(ChangeType.UPDATED, None)[0].keys() == more
    signed = _posted(ChangeType.UPDATED, "x" * 16)[0].keys()
    assert signed == more | {"x-webhook-signature", "x-harvester-signature"}


def webhooks_events(_client: Client) -> None:
    said = json.loads(_posted(ChangeType.RESTORED, None)[1])
    assert said == {"event": "create", "subject": f"/software/{FIRST}"}


def read_only(client: Client) -> None:
    for operation in sorted(ABSENT):
        method, path = operation.split(" ")
        where = "/v1" + re.sub(r"\{.*?\}", "x", path)
        assert client.get(where, method=method).status_code in (404, 405), operation


SHOWN: dict[str, Callable[[Client], None]] = {
    check.__name__.replace("_", "-"): check
    for check in (
        links,
        page_size,
        publiccode_made,
        no_record,
        publiccode_form,
        more_properties,
        more_parameters,
        inactive_stay,
        former_ids,
        url_lookup,
        statuses,
        logs_derived,
        publishers_derived,
        one_catalog,
        webhooks_guarded,
        webhooks_active,
        webhooks_public,
        webhooks_headers,
        webhooks_events,
        read_only,
    )
}


def test_every_row_has_a_test_and_every_test_a_row() -> None:
    assert list(SHOWN) == ROWS


@pytest.mark.parametrize("row", ROWS)
def test_a_deviation(client: Client, row: str) -> None:
    SHOWN[row](client)


MORE = {"updated_since", "publiccode", "strict"}
SEARCH = {"q", "sort", "facets", "active_since", *(facet.value for facet in Facet)}
PROPERTIES = {
    "/software": {"name", "state", "stateReason", "fileState", "publisher", "publiccode"},
    "/publishers": {"level"},
}
LACKING = {"/software": {"vitality", "catalogId"}, "/publishers": {"email", "catalogId"}}


@needs_reference
def test_there_are_no_other_deviations(client: Client) -> None:
    """Operations, parameters and properties, held against the description itself."""
    theirs = yaml.safe_load(
        (REFERENCE / "api" / "developers-italia-api-openapi.yml").read_text(encoding="utf-8")
    )
    ours = client.app.openapi()
    named = {_plain(path): methods for path, methods in ours["paths"].items()}
    absent = set()
    for path, operations in theirs["paths"].items():
        for method in operations.keys() & {"get", "post", "patch", "delete", "put"}:
            mine = named.get(_plain("/v1" + path), {}).get(method)
            if mine is None:
                absent.add(f"{method.upper()} {path}")
                continue
            given = _parameters(operations) | _parameters(operations[method])
            assert given <= _parameters(mine), path
            more = MORE | (SEARCH if path == "/software" else set())
            assert _parameters(mine) - given <= more, path
    assert absent == ABSENT
    for path, model in (("/software", "Software"), ("/publishers", "Publisher"), ("/logs", "Log")):
        there = theirs["components"]["schemas"][model]["properties"].keys()
        here = ours["components"]["schemas"][model]["properties"].keys()
        assert here - there == PROPERTIES.get(path, set())
        assert there - here == LACKING.get(path, set())


def _plain(path: str) -> str:
    return re.sub(r"\{.*?\}", "{}", path)


def _parameters(operation: Any) -> set[str]:
    return {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
