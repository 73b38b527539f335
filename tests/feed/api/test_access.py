# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who is let in, and which bodies are read: an application of one guarded operation."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

import pytest
import structlog
from fastapi import FastAPI
from pydantic import Field

from harvester import tokens
from harvester.feed.api import problems
from harvester.feed.api.access import Caller, writer
from harvester.feed.api.bodies import JSON, LARGEST, Body, body
from harvester.feed.api.context import Context
from harvester.ports.tokens import Scope, Token
from storage import schema
from storage.engine import Store
from storage.serving import SqlFeed, open_feed
from storage.tokens import StoredTokens
from tests.feed.api.shelf import asked, context, counted
from tests.storage import made


class Note(Body):
    """A body."""

    text: str = Field(min_length=1, max_length=5)
    inner: dict[str, Any] | None = None


class Gate:
    """The guarded operation, and the tokens that open it."""

    def __init__(self, feed: SqlFeed) -> None:
        self.feed = feed
        self.tokens = StoredTokens(feed.store)
        self.now = made.NOW
        app = FastAPI()
        problems.install(app)
        guarded: Context = replace(context(feed), now=lambda: self.now)

        @app.post("/notes")
        def write(
            caller: Annotated[Caller, writer(guarded, Scope.LOGS)],
            note: Annotated[Note, body(Note, JSON)],
        ) -> dict[str, Any]:
            caller.wrote("created", "/notes/1")
            return {"by": caller.name, "text": note.text, "inner": note.inner}

        self._app = app

    def token(self, name: str, *scopes: Scope, days: int | None = None) -> str:
        expires_at = None if days is None else self.now + timedelta(days=days)
        token, text, digest = tokens.mint(name, frozenset(scopes), self.now, expires_at)
        assert self.tokens.create(token, digest)
        return text

    def __call__(
        self, bearer: str | None, content: bytes = b'{"text": "a"}', media: str = JSON
    ) -> tuple[int, Any]:
        headers = {"content-type": media}
        if bearer is not None:
            headers["authorization"] = bearer
        answer = asked(self._app, "POST", "/notes", content, headers)
        self.challenge = answer.headers.get("www-authenticate")
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == problems.MEDIA_TYPE
            assert answer.headers["cache-control"] == "no-store"
        return answer.status_code, answer.json()


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlFeed]:
    path = tmp_path_factory.mktemp("access") / "catalogue.db"
    with closing(open_feed(f"sqlite:///{path}")) as opened:
        yield opened


@pytest.fixture
def gate(feed: SqlFeed) -> Gate:
    with feed.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM token")
    return Gate(feed)


def test_without_a_token_nothing_is_written(gate: Gate) -> None:
    assert gate(None)[0] == 401
    assert gate.challenge == 'Bearer realm="harvester"'
    good = gate.token("bot", Scope.LOGS)
    secret = good.rsplit("_", 1)[1]
    unknown = f"harvester_000000000000_{'A' * 43}"
    wrong = good[:-4] + ("AAAA" if not good.endswith("AAAA") else "BBBB")
    for bearer in ("Basic Zm9vOmJhcg==", f"Basic {good}", f"Token {good}"):
        assert gate(bearer)[0] == 401
        assert gate.challenge == 'Bearer realm="harvester"'
    for bearer in (secret, unknown, wrong, f"{good}x", good.upper(), "ab", "\x7f"):
        status, problem = gate(f"Bearer {bearer}")
        assert (status, problem["title"]) == (401, "Unauthorized"), bearer
        assert gate.challenge == 'Bearer realm="harvester", error="invalid_token"'
    assert gate(f"Bearer {good}")[0] == 200
    assert gate(f"bearer   {good} ")[0] == 200


def test_a_token_opens_what_its_scopes_say(gate: Gate) -> None:
    assert gate(f"Bearer {gate.token('all', Scope.ALL)}")[0] == 200
    assert gate(f"Bearer {gate.token('two', Scope.LOGS, Scope.SOFTWARE)}")[0] == 200
    status, problem = gate(f"Bearer {gate.token('other', Scope.ANALYSIS)}")
    assert status == 403
    assert problem["detail"] == "this token has not the scope logs; it has analysis"
    assert gate.challenge == ('Bearer realm="harvester", error="insufficient_scope", scope="logs"')


def test_a_token_ends_at_its_time_and_at_once_when_revoked(gate: Gate) -> None:
    short, long = gate.token("short", Scope.LOGS, days=1), gate.token("long", Scope.LOGS)
    gate.now += timedelta(days=1) - timedelta(microseconds=1)
    assert gate(f"Bearer {short}")[0] == 200
    gate.now += timedelta(microseconds=1)
    assert gate(f"Bearer {short}")[1]["detail"].endswith("it has expired")
    assert gate(f"Bearer {long}")[0] == 200
    assert gate.tokens.revoke("long", gate.now) is not None
    assert gate(f"Bearer {long}")[1]["detail"].endswith("it was revoked")


def test_a_token_costs_one_read_and_one_write_an_hour(gate: Gate) -> None:
    text = gate.token("bot", Scope.LOGS)
    with counted(gate.feed) as sent:
        gate(f"Bearer {text}")
    assert [one.split()[0] for one in sent if "IMMEDIATE" not in one] == [
        "SELECT",
        "UPDATE",
    ]
    for minutes, words in ((59, ["SELECT"]), (60, ["SELECT", "UPDATE"])):
        gate.now = made.NOW + timedelta(minutes=minutes)
        with counted(gate.feed) as sent:
            gate(f"Bearer {text}")
        assert [one.split()[0] for one in sent if "IMMEDIATE" not in one] == words
    (kept,) = gate.tokens.tokens()
    assert kept.last_used_at == gate.now


def test_the_log_says_who_and_never_the_secret(gate: Gate) -> None:
    good, poor = gate.token("bot", Scope.LOGS), gate.token("poor", Scope.SOFTWARE)
    with structlog.testing.capture_logs() as lines:
        gate(f"Bearer {good}")
        gate(f"Bearer {poor}")
        gate(f"Bearer {good}x")
    assert [(line["event"], line["by"]) for line in lines] == [
        ("created", "bot"),
        ("a caller was refused", "poor"),
        ("a caller was refused", None),
    ]
    assert lines[0]["subject"] == "/notes/1"
    for text in (good, poor):
        assert text.rsplit("_", 1)[1] not in str(lines)


def test_who_is_not_let_in_has_no_body_read(gate: Gate) -> None:
    assert gate(None, b"[" * (LARGEST + 1))[0] == 401


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 400, "malformed JSON"),
        (b"{", 400, "malformed JSON"),
        (b"\xff{}", 400, "not UTF-8"),
        (b'{"text": "a", "text": "b"}', 400, "the name 'text' twice"),
        (b'{"text": "a", "inner": {"x": NaN}}', 400, "NaN is no number"),
        (b'{"text": "a", "inner": {"x": -Infinity}}', 400, "no number"),
        (b'{"text": "a", "inner": {"x": 1e999}}', 400, "too great a number"),
        (b'{"text": "a", "inner": {"x": ' + b"9" * 5000 + b"}}", 400, "malformed JSON"),
        (b"[" * 100_000, 400, "malformed JSON"),
        (b"[" * 100_000 + b"]" * 100_000, 400, "deeper than 32"),
        (b'{"inner": ' + b'{"a":' * 32 + b"1" + b"}" * 33, 400, "deeper than 32"),
        (b'{"text": "\\u0000"}', 422, "cannot be stored"),
        (b'{"text": "\\ud800"}', 422, "cannot be stored"),
        (b'{"text": "a", "inner": {"\\u0000": 1}}', 422, "cannot be stored"),
        (b"{}", 422, "text: Field required"),
        (b"[]", 422, "body: "),
        (b"null", 422, "body: "),
        (b'{"text": 5}', 422, "text: "),
        (b'{"text": "abcdef"}', 422, "text: "),
        (b'{"text": "a", "more": 1}', 422, "more: "),
        (b'{"text": "' + b"a" * LARGEST + b'"}', 413, "more than 1048576 bytes"),
    ],
    ids=range(21),
)
def test_bad_bodies(gate: Gate, content: bytes, status: int, said: str) -> None:
    token = gate.token("bot", Scope.LOGS)
    answered, problem = gate(f"Bearer {token}", content)
    assert (answered, problem["status"]) == (status, status)
    assert said in problem["detail"]
    assert ("validationErrors" in problem) == (status == 422)


def test_what_is_wrong_is_named_in_the_apis_words(gate: Gate) -> None:
    token = gate.token("bot", Scope.LOGS)
    found = gate(f"Bearer {token}", b'{"text": "abcdef", "more": "x"}')[1]["validationErrors"]
    assert found == [
        {"field": "text", "rule": "max", "value": "abcdef"},
        {"field": "more", "rule": "unknown", "value": "x"},
    ]
    found = gate(f"Bearer {token}", b"{}")[1]["validationErrors"]
    assert [(one["field"], one["rule"]) for one in found] == [("text", "required")]


def test_good_bodies(gate: Gate) -> None:
    bearer = f"Bearer {gate.token('bot', Scope.LOGS)}"
    deep = b'{"text": "a", "inner": ' + b'{"a":' * 31 + b"1" + b"}" * 32
    assert gate(bearer, deep)[0] == 200
    whole = json.dumps({"text": "ä", "id": "1", "createdAt": "x", "updatedAt": 2, "catalogId": []})
    assert gate(bearer, whole.encode(), "application/json; charset=utf-8")[1]["text"] == "ä"
    for media in ("text/plain", "", "application/x-www-form-urlencoded", "application/xml"):
        assert gate(bearer, b"{}", media)[0] == 415


def test_tokens_are_kept_by_the_hash_of_their_secret(postgres_url: str, sqlite_url: str) -> None:
    for url in (postgres_url, sqlite_url):
        with closing(Store(url)) as store:
            schema.upgrade(store)
            kept = StoredTokens(store)
            token, text, digest = tokens.mint("a", frozenset({Scope.ALL}), made.NOW, None)
            assert kept.create(token, digest)
            twin = replace(token, id="0" * 12)
            assert not kept.create(twin, digest), "a live one has this name"
            assert kept.find(token.id) == (token, digest)
            with store.reading() as connection:
                row = connection.exec_driver_sql("SELECT * FROM token").one()
            assert text.rsplit("_", 1)[1] not in str(row)
            assert kept.find("no") is None
            assert kept.revoke("nobody", made.NOW) is None
            assert kept.revoke("\x00", made.NOW) is None
            ended = kept.revoke("a", made.NOW)
            assert ended == replace(token, revoked_at=made.NOW)
            assert kept.revoke("a", made.NOW) is None, "it is not live any more"
            again = Token(
                id=token.id[::-1], name="a", scopes=frozenset({Scope.LOGS}), created_at=made.NOW
            )
            assert kept.create(again, digest), "a name is free once its token was revoked"
            assert {one.id for one in kept.tokens()} == {token.id, again.id}
            assert kept.revoke(again.id, made.NOW) is not None


def test_a_packed_text_is_read_as_it_was_written() -> None:
    token, text, digest = tokens.mint("a", frozenset(), made.NOW, None)
    shown = tokens.shown(text)
    assert shown is not None
    assert (shown.id, tokens.digest_of(shown.secret)) == (token.id, digest)
    assert len(shown.secret) * 6 >= 256
    assert tokens.shown(text + "\n") is None
