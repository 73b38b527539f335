# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What may stand in an archive, and what may not."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.transport.archive.redaction import BLANK, Redaction, forms
from harvester.ports.archive import Call, NoReply, Reply

TOKEN = "tok+en/0123456789"
JSON_BODY = "application/json"


def call(url: str = "https://forge.example/api", body: bytes = b"", **headers: str) -> Call:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Call(source="s", method="POST", url=url, headers=named, body=body)


def reply(body: bytes, **headers: str) -> Reply:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply(status=200, reason="OK", headers=named, body=body)


def redacted(told: object) -> object:
    """Send JSON through and read it again."""
    outcome = Redaction().outcome(reply(json.dumps(told).encode()))
    assert isinstance(outcome, Reply)
    return json.loads(outcome.body)


def test_headers_are_kept_by_a_list() -> None:
    redaction = Redaction()
    shown = redaction.call(
        call(authorization=f"Bearer {TOKEN}", accept="text/plain", x_odd="1", cookie="a=b")
    )
    assert shown.headers == (("accept", "text/plain"),)
    assert shown.authenticated
    kept = redaction.outcome(
        reply(b"", Set_Cookie="a=b", X_RateLimit_Remaining="3", Date="now", X_OAuth_Scopes="repo")
    )
    assert isinstance(kept, Reply)
    assert kept.headers == (("x-ratelimit-remaining", "3"), ("date", "now"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:pw@h.example/a", f"https://{BLANK}@h.example/a"),
        ("https://h.example/a?private_token=x&page=2", f"https://h.example/a?private_token={BLANK}&page=2"),
        ("https://h.example/?page=2&ACCESS_TOKEN=x", f"https://h.example/?page=2&ACCESS_TOKEN={BLANK}"),
        ("https://h.example/?sig=abc#x", f"https://h.example/?sig={BLANK}#x"),
        ("https://h.example/?q=token&after=abc", "https://h.example/?q=token&after=abc"),
    ],
)  # fmt: skip
def test_addresses(url: str, shown: str) -> None:
    redaction = Redaction()
    assert redaction.call(call(url)).url == shown
    outcome = redaction.outcome(reply(b"", Location=url, Link=f'<{url}>; rel="next"'))
    assert isinstance(outcome, Reply)
    assert outcome.headers == (("location", shown), ("link", f'<{shown}>; rel="next"'))
    assert redaction.outcome(NoReply(kind="connect", message=f"{url} refused")) == NoReply(
        kind="connect", message=f"{shown} refused"
    )


def test_values_whose_keys_speak_of_secrets() -> None:
    told = {
        "token": "ghs_1",
        "runnersToken": "abc",
        "client_secret": "abc",
        "nested": [{"password": "abc", "tokens_left": 3, "token": None}],
        "import_url": "https://me:pw@h.example/x.git",
        "text": "see https://me@h.example and token: x",
        "ci_job_token_scope_enabled": "yes",
    }
    assert redacted(told) == {
        "token": BLANK,
        "runnersToken": BLANK,
        "client_secret": BLANK,
        "nested": [{"password": BLANK, "tokens_left": 3, "token": None}],
        "import_url": f"https://{BLANK}@h.example/x.git",
        "text": "see https://me@h.example and token: x",
        "ci_job_token_scope_enabled": "yes",
    }


def test_who_wrote_a_commit_becomes_a_pseudonym() -> None:
    told = redacted(
        [
            {"author_email": "a@x.example", "committer_email": "b@x.example"},
            {"commit": {"author": {"email": "a@x.example", "date": "d"}}},
            {"contact": {"email": "office@x.example"}},
        ]
    )
    assert isinstance(told, list)
    first, second = told[0]["author_email"], told[0]["committer_email"]
    assert first != second
    assert first.endswith("@redacted.invalid")
    assert told[1] == {"commit": {"author": {"email": first, "date": "d"}}}
    assert told[2] == {"contact": {"email": "office@x.example"}}


def test_what_holds_no_secret_stays_byte_for_byte() -> None:
    redaction = Redaction()
    for body in (
        b'{"a" :  1.0, "token_count": 3}',
        b'{"token": null}',
        b"\xff\xfe\x00",
        b'{"token": "cut',
        b"publiccodeYmlVersion: '0.4'\ntoken: x\n",
    ):
        assert redaction.outcome(reply(body)) == reply(body)


def test_a_token_that_was_told_is_blanked_wherever_it_stands_later() -> None:
    redaction = Redaction()
    redaction.outcome(reply(b'{"token": "ghs_0123456789abcdef"}'))
    shown = redaction.call(call(body=b"ghs_0123456789abcdef"))
    assert shown.body == BLANK.encode()


@pytest.mark.parametrize(
    "header",
    [
        {"authorization": f"Bearer {TOKEN}"},
        {"private-token": TOKEN},
        {"authorization": "Basic " + base64.b64encode(f"me:{TOKEN}".encode()).decode()},
    ],
)
def test_a_sent_token_is_blanked_in_every_form(header: dict[str, str]) -> None:
    redaction = Redaction()
    sent = Call(source="s", method="GET", url="https://forge.example/", headers=header, body=b"")
    redaction.call(sent)
    for before in (b"", b"a", b"ab", b"abc"):
        for after in (b"", b"z", b"zz"):
            content = before + TOKEN.encode() + after
            for packed in (
                content,
                base64.b64encode(content),
                base64.urlsafe_b64encode(content),
            ):
                outcome = redaction.outcome(reply(b"<" + packed + b">"))
                assert isinstance(outcome, Reply)
                assert BLANK.encode() in outcome.body, (packed, outcome.body)
    shown = redaction.call(
        call(f"https://h.example/{TOKEN.replace('+', '%2B').replace('/', '%2F')}")
    )
    assert shown.url == f"https://h.example/{BLANK}"


@given(st.text(min_size=8, max_size=40), st.binary(max_size=7), st.binary(max_size=7))
def test_no_form_of_a_secret_is_missed(secret: str, before: bytes, after: bytes) -> None:
    plain = secret.encode("utf-8", "surrogateescape") if _clean(secret) else b"x" * 8
    secret = plain.decode()
    packed = base64.b64encode(before + plain + after)
    assert any(form in packed for form in forms(secret))
    assert any(form in before + plain + after for form in forms(secret))


def _clean(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def test_short_words_are_no_secrets() -> None:
    redaction = Redaction()
    redaction.call(call(authorization="Bearer main"))
    assert redaction.outcome(reply(b"on main")) == reply(b"on main")


def test_a_replay_that_shows_the_blank_asks_the_same() -> None:
    body = json.dumps({"variables": {"path": TOKEN, "x": 1}}).encode()
    url = f"https://h.example/?private_token={TOKEN}"
    recorded = Redaction().call(call(url, body, authorization=f"Bearer {TOKEN}"))
    asked = Redaction().call(
        call(
            url.replace(TOKEN, BLANK),
            body.replace(TOKEN.encode(), BLANK.encode()),
            authorization=f"Bearer {BLANK}",
        )
    )
    assert asked == recorded
    assert asked.key == recorded.key
    anonymous = Redaction().call(call(asked.url, asked.body))
    assert anonymous.key != recorded.key
