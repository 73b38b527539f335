# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where our API differs from the description that it follows: each row of the list, shown."""

import contextlib
import json
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harvester.feed.webhooks import message
from harvester.model import ChangeType
from harvester.ports.projection import Facet
from harvester.ports.rows import Merge
from harvester.ports.tokens import Scope
from harvester.ports.webhooks import Delivery
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.serving import SqlFeed
from tests.crawl.build import BROKEN as BROKEN_FORM
from tests.crawl.build import GOOD as GOOD_FORM
from tests.feed.api.author import Author
from tests.feed.api.shelf import Client, bearer, entry, store, tombstone
from tests.reference import REFERENCE, needs_reference
from tests.storage import made

LIST = Path(__file__).resolve().parents[3] / "docs" / "api-deviations.md"
ROWS = re.findall(r"^\| `([a-z-]+)` \|", LIST.read_text(encoding="utf-8"), re.MULTILINE)
ABSENT = set(re.findall(r"`((?:GET|POST|PATCH|DELETE) /[^`]*)`", LIST.read_text(encoding="utf-8")))
URL = "https://github.com/amt/werkzeug"
GOOD = GOOD_FORM.format(name="Werkzeug", url=URL)
BAD = BROKEN_FORM.format(name="Werkzeug", url=URL)
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


@contextlib.contextmanager
def writing() -> Iterator[tuple[Author, SqlCatalogue]]:
    """Somebody with a token, and an empty catalogue."""
    with contextlib.closing(open_catalogue("sqlite://")) as catalogue:
        yield Author(SqlFeed(catalogue.store)), catalogue


BODY: dict[str, Any] = {
    "description": "Amt",
    "codeHosting": [{"url": "https://www.GitHub.com/Amt.git/"}],
}


@contextlib.contextmanager
def written(client: Client, what: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Something that was written, until it is deleted again."""
    token = bearer(client.feed, Scope.ALL, name=f"{what} {uuid.uuid4()}")
    made_there = client.write("POST", f"/v1/{what}", body, token).json()
    yield made_there
    gone = client.write("DELETE", f"/v1/{what}/{made_there['id']}", None, token)
    assert gone.status_code == 204


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
    for operations in client.app.openapi()["paths"].values():
        for operation in operations.values():
            assert operation["responses"]["429"]["headers"]["retry-after"]["required"]
    assert "ratelimit" not in client.get("/v1/software").headers, "off, unless the operator sets it"
    token = bearer(client.feed, Scope.PUBLISHERS, name="statuses")
    assert client.write("POST", "/v1/catalogs", {}, token).status_code == 403
    assert client.write("POST", "/v1/publishers", {}, token, "text/plain").status_code == 415
    assert client.write("POST", "/v1/publishers", "x" * 2**20, token).status_code == 413
    with written(client, "publishers", BODY):
        assert client.write("POST", "/v1/publishers", BODY, token).status_code == 409


def logs_derived(client: Client) -> None:
    logs = client.json("/v1/logs")["data"]
    assert sorted(one["entity"] for one in logs) == sorted(
        f"/software/{key}" for key in (FIRST, SECOND)
    )


def publishers_derived(client: Client) -> None:
    (body,) = client.json("/v1/publishers")["data"]
    assert (body["alternativeId"], "email" in body) == ("urn:x-amt", False)
    token = bearer(client.feed, Scope.ALL, name="derived")
    assert client.write("DELETE", f"/v1/publishers/{body['id']}", None, token).status_code == 409


def publishers_stand_in(client: Client) -> None:
    (body,) = client.json("/v1/publishers")["data"]
    with written(client, "publishers", {**BODY, "alternativeId": "urn:x-amt"}) as mine:
        assert client.json("/v1/publishers")["data"] == [mine]
        assert client.json(f"/v1/publishers/{body['id']}") == mine


def canonical_addresses(client: Client) -> None:
    with written(client, "publishers", BODY) as mine:
        assert mine["codeHosting"][0]["url"] == "https://github.com/Amt"


def plain_names(client: Client) -> None:
    token = bearer(client.feed, Scope.ALL, name="names")
    for name in ("webhooks", FIRST):
        body = {**BODY, "alternativeId": name}
        assert client.write("POST", "/v1/publishers", body, token).status_code == 422


def contacts_off(client: Client) -> None:
    with written(client, "publishers", {**BODY, "email": "a@amt.example.org"}) as mine:
        shown = Client(client.feed, contacts=False).json(f"/v1/publishers/{mine['id']}")
        assert ("email" in mine, "email" in shown) == (True, False)


def patches(client: Client) -> None:
    token = bearer(client.feed, Scope.ALL, name="patches")
    with written(client, "publishers", {**BODY, "alternativeId": "x"}) as mine:
        place = f"/v1/publishers/{mine['id']}"
        shown = client.write("PATCH", place, {"alternativeId": None}, token).json()
        assert "alternativeId" not in shown
        refused = client.write("PATCH", place, [], token, "application/json-patch+json")
        assert refused.status_code == 415


def implicit_catalog(client: Client) -> None:
    root = "/v1/catalogs/%E2%88%85"
    assert client.get(root).status_code == 404
    assert len(client.json(f"{root}/publishers")["data"]) == 1
    named = {"name": "Nord", "sources": [{"url": "https://github.com/nord"}]}
    token = bearer(client.feed, Scope.ALL, name="implicit")
    with written(client, "catalogs", named) as mine:
        patch = {"alternativeId": "∅", "sources": None}
        answer = client.write("PATCH", f"/v1/catalogs/{mine['id']}", patch, token)
        assert answer.status_code == 422


def own_namespaces(client: Client) -> None:
    place = f"/v1/software/{FIRST}/analysis"
    assert "harvester" in client.json(place)
    token = bearer(client.feed, Scope.ALL, name="namespaces")
    assert client.write("PATCH", place, {"harvester2": {"v": 1}}, token).status_code == 422
    assert "scan" in client.write("PATCH", place, {"scan": {"v": 1}}, token).json()
    assert "scan" not in client.write("PATCH", place, {"scan": None}, token).json()


def tokens(client: Client) -> None:
    token = bearer(client.feed, Scope.LOGS, name="tokens")
    assert token.startswith("harvester_")
    assert client.write("POST", "/v1/publishers", BODY, token).status_code == 403


def post_known(_client: Client) -> None:
    with writing() as (here, _):
        first = here.post(URL, BAD, active=False).json()
        again = here.post(URL)
        assert (again.status_code, again.json()["id"]) == (200, first["id"])
        assert len(here.json("/v1/software?all=true")["data"]) == 1


def broken_kept(_client: Client) -> None:
    with writing() as (here, _):
        first = here.post(URL, BAD).json()
        assert (first["active"], first["state"]) == (False, "invalid")
        assert "BAD publiccode.yml" in here.json("/v1/logs")["data"][0]["message"]
        assert here.patch(first["id"], {"publiccodeYml": GOOD}).json()["active"] is True


def active_told(_client: Client) -> None:
    with writing() as (here, _):
        shown = here.post(URL, active=False).json()
        assert shown["stateReason"] == "written-inactive"
        assert here.post(URL).json()["active"] is True
        shown = here.patch(shown["id"], {"active": False}).json()
        assert shown["stateReason"] == here.post(URL).json()["stateReason"] == "deactivated"
        assert here.patch(shown["id"], {"active": True}).json()["active"] is True


def repository_wins(_client: Client) -> None:
    with writing() as (here, catalogue):
        crawled = here.crawled(catalogue)
        told = here.patch(crawled["id"], {"publiccodeYml": GOOD.replace("Werkzeug", "Gesagt")})
        assert (told.status_code, told.json()["name"]) == (200, crawled["name"])
        assert here.patch(crawled["id"], {"url": URL}).status_code == 409
        assert here.delete(crawled["id"]).status_code == 409
        hidden = here.patch(crawled["id"], {"active": False}).json()
        assert hidden["stateReason"] == "deactivated"


def aliases_stay(_client: Client) -> None:
    with writing() as (here, _):
        told = here.post(URL, aliases=[f"{URL}-alt"]).json()
        assert here.patch(told["id"], {"aliases": []}).json()["aliases"] == [f"{URL}-alt"]


def deleted_stay(_client: Client) -> None:
    with writing() as (here, _):
        told = here.post(URL).json()
        assert here.delete(told["id"]).status_code == 204
        assert here.json(f"/v1/software/{told['id']}")["stateReason"] == "retracted"
        assert here.post(URL).json()["id"] == told["id"]


def vitality_beside(_client: Client) -> None:
    with writing() as (here, _):
        told = here.post(URL, vitality="90,80").json()
        assert "vitality" not in told
        kept = here.json(f"/v1/software/{told['id']}/analysis")
        assert kept["vitality"]["text"] == "90,80"


def no_other_members(_client: Client) -> None:
    with writing() as (here, _):
        assert here.post(URL, colour="red").status_code == 422


def catalog_of_its_own(_client: Client) -> None:
    with writing() as (here, catalogue):
        curator = bearer(SqlFeed(catalogue.store), Scope.CATALOGS, name="curator")
        for name in ("nord", "sued"):
            source = {"url": f"https://{name}.example"}
            body = {"name": name, "alternativeId": name, "sources": [source]}
            assert here.write("POST", "/v1/catalogs", body, curator).status_code == 200
        told = here.post(URL, to="/v1/catalogs/nord/software").json()
        assert told["catalogId"]
        assert "catalogId" not in here.json("/v1/software")["data"][0]
        assert here.post(URL, to="/v1/catalogs/sued/software").status_code == 409


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
    token = bearer(client.feed, Scope.WEBHOOKS, name="public")
    body = {"url": "https://private.example/"}
    assert client.write("POST", "/v1/software/webhooks", body, token).status_code == 422


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
        publishers_stand_in,
        canonical_addresses,
        plain_names,
        contacts_off,
        patches,
        implicit_catalog,
        own_namespaces,
        tokens,
        post_known,
        broken_kept,
        active_told,
        repository_wins,
        aliases_stay,
        deleted_stay,
        vitality_beside,
        no_other_members,
        catalog_of_its_own,
        webhooks_guarded,
        webhooks_active,
        webhooks_public,
        webhooks_headers,
        webhooks_events,
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
LACKING = {"/software": {"vitality"}}


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
    for path, model in (
        ("/software", "Software"),
        ("/publishers", "Publisher"),
        ("/logs", "Log"),
        ("/catalogs", "Catalog"),
        ("/catalogs", "CatalogSource"),
    ):
        there = theirs["components"]["schemas"][model]["properties"].keys()
        here = ours["components"]["schemas"][model]["properties"].keys()
        assert here - there == PROPERTIES.get(path, set())
        assert there - here == LACKING.get(path, set())


def _plain(path: str) -> str:
    return re.sub(r"\{.*?\}", "{}", path)


def _parameters(operation: Any) -> set[str]:
    return {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
