# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who asks to be told, on both databases. The client holds each answer against OpenAPI."""

import json
from datetime import timedelta
from typing import Any

import pytest
import structlog

from harvester.model import publisher_uuid
from harvester.ports.feed import PublisherQuestion
from harvester.ports.paging import Window
from harvester.ports.tokens import Scope
from harvester.ports.webhooks import Outcome, Tried
from storage.catalogue import SqlCatalogue
from storage.outbox import StoredOutbox
from storage.serving import SqlFeed
from storage.webhooks import StoredWebhooks
from tests.feed.api import shelf
from tests.feed.api.shelf import Client
from tests.storage import made

URL = "https://hooks.example/x?key=1"
SECRET = "sixteen-letters!\r\nX-Injected: 1"


@pytest.fixture
def bearer(feed: SqlFeed) -> str:
    return shelf.bearer(feed, Scope.WEBHOOKS)


def post(client: Client, path: str, bearer: str, **body: Any) -> Any:
    answer = client.write("POST", f"/v1{path}", {"url": URL, **body}, bearer)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


def get(client: Client, path: str, bearer: str) -> Any:
    answer = client.get(f"/v1{path}", authorization=f"Bearer {bearer}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_webhook_is_registered_shown_changed_and_removed(
    client: Client, feed: SqlFeed, bearer: str
) -> None:
    with structlog.testing.capture_logs() as logged:
        made_one = post(client, "/software/webhooks", bearer, secret=SECRET)
    assert made_one.keys() == {"id", "url", "active", "createdAt", "updatedAt"}
    assert (made_one["url"], made_one["active"]) == (URL, True)
    assert [(one["event"], one["by"]) for one in logged] == [("created", "bot")]
    assert URL not in json.dumps(logged, default=str)
    path = f"/webhooks/{made_one['id']}"
    assert get(client, path.upper().replace("/WEBHOOKS", "/webhooks"), bearer) == made_one
    stored = StoredWebhooks(feed.store)
    kept = stored.webhook(made_one["id"])
    assert kept is not None
    assert kept.secret == SECRET

    def patch(body: dict[str, Any], media: str = "application/merge-patch+json") -> Any:
        answer = client.write("PATCH", f"/v1{path}", body, bearer, media)
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert patch({"url": "https://b.example/"})["url"] == "https://b.example/"
    assert patch({"active": False}, "application/json")["active"] is False
    assert patch({**made_one, "secret": None})["active"] is True
    kept = stored.webhook(made_one["id"])
    assert kept is not None
    assert (kept.secret, kept.ended, kept.url) == (None, None, URL)

    assert client.write("DELETE", f"/v1{path}", None, bearer).status_code == 204
    for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None)):
        media = "application/merge-patch+json"
        assert client.write(method, f"/v1{path}", body, bearer, media).status_code == 404


def test_webhooks_are_of_all_entries_or_of_one(
    client: Client, catalogue: SqlCatalogue, feed: SqlFeed, bearer: str
) -> None:
    entry = shelf.entry(1)
    shelf.store(catalogue, [entry])
    (body,) = feed.publishers(PublisherQuestion(), Window(size=1)).rows
    paths = [
        "/software/webhooks",
        f"/software/{entry.id}/webhooks",
        "/publishers/webhooks",
        f"/publishers/{publisher_uuid(body.key)}/webhooks",
    ]
    ids = [post(client, path, bearer)["id"] for path in paths]
    more = post(client, paths[0], bearer)["id"]
    for path, known in zip(paths, ids, strict=True):
        listed = [one["id"] for one in get(client, path, bearer)["data"]]
        assert listed == sorted([known, more] if path == paths[0] else [known])
    first = get(client, f"{paths[0]}?page[size]=1", bearer)
    second = get(client, f"{paths[0]}{first['links']['next']}", bearer)
    assert sorted([ids[0], more]) == [one["data"][0]["id"] for one in (first, second)]
    late = made.NOW + timedelta(days=1)
    assert get(client, f"{paths[0]}?from={late:%Y-%m-%dT%H:%M:%SZ}", bearer)["data"] == []
    for path in ("/software/x/webhooks", "/publishers/x/webhooks"):
        assert client.write("POST", f"/v1{path}", {"url": URL}, bearer).status_code == 404
        answer = client.get(f"/v1{path}", authorization=f"Bearer {bearer}")
        assert answer.status_code == 404


def test_nothing_is_shown_or_written_without_a_token(client: Client, feed: SqlFeed) -> None:
    text = shelf.bearer(feed, Scope.LOGS)
    for method in ("GET", "POST"):
        for path in ("/v1/software/webhooks", "/v1/publishers/webhooks", "/v1/software/x/webhooks"):
            assert client.write(method, path, {"url": URL}).status_code == 401
            assert client.write(method, path, {"url": URL}, text).status_code == 403
    for method in ("GET", "PATCH", "DELETE"):
        assert client.write(method, "/v1/webhooks/x", {}).status_code == 401
    assert client.get("/v1/webhooks/x/deliveries").status_code == 401


def test_only_the_bearer_may_keep_what_is_shown(client: Client, bearer: str) -> None:
    post(client, "/software/webhooks", bearer)
    answer = client.get("/v1/software/webhooks", authorization=f"Bearer {bearer}")
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in answer.headers["vary"]
    known = {"authorization": f"Bearer {bearer}", "if_none_match": answer.headers["etag"]}
    assert client.get("/v1/software/webhooks", **known).status_code == 304
    post(client, "/software/webhooks", bearer)
    assert client.get("/v1/software/webhooks", **known).status_code == 200


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"url": "ftp://hooks.example/"}, "url"),
    ({"url": "https:///x"}, "url"),
    ({"url": "https://user:pass@hooks.example/"}, "url"),
    ({"url": "https://user@hooks.example/"}, "url"),
    ({"url": "https://hooks.example/\r\nX-Injected: 1"}, "url"),
    ({"url": "https://hooks.example:0/"}, "url"),
    ({"url": "https://hooks.example:99999/"}, "url"),
    ({"url": "https://[::1/"}, "url"),
    ({"url": "https://hooks.example/" + "x" * 255}, "url"),
    ({"url": "https://private.example/"}, "url"),
    ({"url": "hooks.example"}, "url"),
    ({"url": 7}, "url"),
    ({}, "url"),
    ({"url": URL, "secret": "short"}, "secret"),
    ({"url": URL, "secret": "x" * 257}, "secret"),
    ({"url": URL, "secret": "x" * 20 + "\0"}, "secret"),
    ({"url": URL, "sceret": "x" * 20}, "sceret"),
]


def test_what_is_wrong_is_named(client: Client, bearer: str) -> None:
    for body, field in WRONG:
        answer = client.write("POST", "/v1/software/webhooks", body, bearer)
        assert answer.status_code == 422, body
        assert [one["field"] for one in answer.json()["validationErrors"]] == [field], body


def test_a_patch_is_held_to_the_same(client: Client, bearer: str) -> None:
    path = f"/v1/webhooks/{post(client, '/software/webhooks', bearer)['id']}"
    for body in (
        {"url": None},
        {"active": None},
        {"url": "https://private.example/"},
        {"secret": "short"},
    ):
        answer = client.write("PATCH", path, body, bearer, "application/merge-patch+json")
        assert answer.status_code == 422, body
    answer = client.write("PATCH", path, [], bearer, "application/json-patch+json")
    assert answer.status_code == 415


def test_no_more_are_kept_than_some(
    client: Client, bearer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harvester.feed.api.webhooks.MOST", 1)
    post(client, "/software/webhooks", bearer)
    answer = client.write("POST", "/v1/publishers/webhooks", {"url": URL}, bearer)
    assert answer.status_code == 422
    assert "delete one" in answer.json()["detail"]


def test_what_became_of_events_is_shown(
    client: Client, catalogue: SqlCatalogue, bearer: str
) -> None:
    known = post(client, "/software/webhooks", bearer)["id"]
    shelf.store(catalogue, [shelf.entry(1), shelf.entry(2)])
    outbox = StoredOutbox(catalogue.store)
    outbox.hold(made.ME, timedelta(minutes=1), made.NOW)
    first, second = outbox.due(made.ME, [known], made.NOW, 9, early=False) or ()
    failed = Tried(
        delivery=first, outcome=Outcome.FAILED, at=made.NOW, said="answered 500", next_try_at=None
    )
    outbox.settle(made.ME, [failed], made.NOW)
    path = f"/webhooks/{known}/deliveries"
    waiting, given_up = get(client, path, bearer)["data"]
    assert (waiting["subject"], waiting["state"], waiting["tries"]) == (
        second.subject,
        "waiting",
        0,
    )
    assert (given_up["event"], given_up["said"], given_up["state"]) == (
        "create",
        "answered 500",
        "given-up",
    )
    assert get(client, f"{path}?state=given-up", bearer)["data"] == [given_up]
    assert get(client, f"{path}?page[size]=1", bearer)["data"] == [waiting]
    answer = client.get(f"/v1{path}?state=lost", authorization=f"Bearer {bearer}")
    assert answer.status_code == 422
    unknown = client.get("/v1/webhooks/x/deliveries", authorization=f"Bearer {bearer}")
    assert unknown.status_code == 404
