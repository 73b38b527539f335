# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What is posted and how it is signed; how long what failed is left alone."""

import hashlib
import hmac
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvester.feed.webhooks import message, patience, signing
from harvester.feed.webhooks.patience import Breaker
from harvester.model import ChangeType
from harvester.ports.webhooks import Delivery, Outcome

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
SECRET = "a secret\r\nX-Injected: ü\x7f"
DELIVERY = Delivery(
    webhook_id="w",
    seq=7,
    subject="/software/c353756e-8597-4e46-a99b-7da2e141603b",
    change=ChangeType.UPDATED,
    taken_at=NOW,
    next_try_at=NOW,
)


def signed(text: bytes) -> str:
    return hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()


def test_a_message_is_what_clients_of_the_api_expect() -> None:
    body = message.body(DELIVERY)
    assert json.loads(body) == {"event": "update", "subject": DELIVERY.subject}
    headers = message.headers(DELIVERY, body, SECRET, NOW)
    assert headers["x-webhook-signature"] == signed(body)
    at = str(int(NOW.timestamp()))
    assert headers["x-harvester-signature"] == f"t={at},v1={signed(at.encode() + b'.' + body)}"
    assert headers["x-change-sequence"] == "7"


@pytest.mark.parametrize(
    ("change", "event"),
    [("created", "create"), ("updated", "update"), ("deleted", "delete"), ("restored", "create")],
)
def test_what_is_back_is_created(change: str, event: str) -> None:
    assert message.event_of(ChangeType(change)) == event


def test_a_secret_is_a_key_and_nothing_else() -> None:
    """Whatever characters it has, headers have none of them; without one, nothing is signed."""
    headers = message.headers(DELIVERY, b"{}", SECRET, NOW)
    assert all(value.isascii() and value.isprintable() for value in headers.values())
    assert "Injected" not in repr(headers)
    unsigned = message.headers(DELIVERY, b"{}", None, NOW)
    assert not {signing.PLAIN, signing.TIMED} & unsigned.keys()


def test_an_event_has_one_id_at_every_try_and_another_for_every_other_event() -> None:
    later = replace(DELIVERY, tries=3, taken_at=NOW + timedelta(days=1))
    assert message.identity(later) == message.identity(DELIVERY)
    others = [
        replace(DELIVERY, seq=8),
        replace(DELIVERY, webhook_id="v"),
        replace(DELIVERY, subject="/software/x"),
    ]
    assert len({message.identity(one) for one in [DELIVERY, *others]}) == 4


def test_only_yes_and_never_again_are_final() -> None:
    said = {status: patience.outcome_of(status) for status in (200, 204, 299, 302, 404, 410, 500)}
    final = {status for status, outcome in said.items() if outcome is not Outcome.FAILED}
    assert final == {200, 204, 299, 410}


def test_an_event_rests_longer_each_time() -> None:
    rests = [patience.rest(tries).total_seconds() for tries in range(1, 13)]
    assert rests[:4] == [30, 60, 120, 240]
    assert rests[-1] == 6 * 3600
    assert patience.rest(10**6) == timedelta(hours=6)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("9" * 400, 3600),
        ("Sun, 01 Mar 2026 12:00:40 GMT", 40),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Sun, 01 Mar 2026 12:00:40", 40),
        ("Sun, 01 Mar 9999 12:00:00 -2359", 3600),
        ("soon", None),
        ("-1", None),
        ("١٢", None),
        (None, None),
    ],
)
def test_a_receiver_may_ask_for_a_pause_within_bounds(
    text: str | None, seconds: float | None
) -> None:
    asked = patience.retry_after(text, NOW)
    assert (None if asked is None else asked.total_seconds()) == seconds


@given(st.text(max_size=40))
def test_whatever_a_receiver_asks_for_is_within_bounds(text: str) -> None:
    asked = patience.retry_after(text, NOW)
    assert asked is None or timedelta(0) <= asked <= patience.LONGEST_ASKED


def test_a_receiver_that_takes_nothing_is_asked_once_a_pause() -> None:
    breaker = Breaker()
    for _ in range(patience.TROUBLE - 1):
        breaker = breaker.failed(NOW)
        assert (breaker.is_open, breaker.wait(NOW)) == (False, timedelta(0))
    pauses = []
    now = NOW
    for _ in range(8):
        breaker = breaker.failed(now)
        assert breaker.is_open
        pauses.append(breaker.wait(now).total_seconds())
        now += breaker.wait(now)
    assert pauses == [30, 60, 120, 240, 480, 900, 900, 900]
    assert breaker.succeeded() == Breaker()


steps = st.lists(
    st.tuples(
        st.booleans(),
        st.none() | st.timedeltas(timedelta(0), patience.LONGEST_ASKED),
        st.timedeltas(timedelta(0), timedelta(hours=2)),
    ),
    max_size=30,
)


@given(steps)
def test_a_receiver_is_never_stormed_and_never_forgotten(
    steps: list[tuple[bool, timedelta | None, timedelta]],
) -> None:
    """Whatever happens: no pause is cut short by a failure, none is longer than its bound."""
    breaker, now = Breaker(), NOW
    for works, asked, passes in steps:
        before = breaker.wait(now)
        breaker = breaker.succeeded() if works else breaker.failed(now, asked)
        pause = breaker.wait(now)
        if works:
            assert not pause
        else:
            assert pause >= max(before, asked or timedelta(0))
            assert pause >= (patience.FIRST_PAUSE if breaker.is_open else timedelta(0))
        assert pause <= patience.LONGEST_ASKED
        now += passes


def test_the_guide_checks_signatures() -> None:
    guide = (Path(__file__).resolve().parents[3] / "docs" / "feed.md").read_text(encoding="utf-8")
    (script,) = (
        one for one in re.findall(r"```python\n(.*?)```", guide, re.DOTALL) if "hmac" in one
    )
    defined: dict[str, Any] = {}
    exec(script, defined)  # noqa: S102 - what readers are told to run
    is_genuine = defined["is_genuine"]
    body, now = message.body(DELIVERY), datetime.now(UTC)
    headers = message.headers(DELIVERY, body, SECRET, now)
    assert is_genuine(headers, body, SECRET)
    assert not is_genuine(headers, body + b" ", SECRET)
    assert not is_genuine(headers, body, "another")
    old = message.headers(DELIVERY, body, SECRET, now - timedelta(hours=1))
    assert not is_genuine(old, body, SECRET)
