# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What forges say about their limits."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.transport.limits import guessed_wait, held_back, limit_of, read_rates, retry_after

NOW = datetime(2026, 11, 1, 12, 0, 0, tzinfo=UTC)
EPOCH = str(int((NOW + timedelta(minutes=10)).timestamp()))


def response(status: int, body: object = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, headers=named, content=content)


def test_githubs_headers() -> None:
    headers = httpx.Headers(
        {
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": "4999",
            "X-RateLimit-Reset": EPOCH,
            "X-RateLimit-Resource": "graphql",
        }
    )
    rates = read_rates(headers, NOW)
    assert rates is not None
    assert (rates.resource, rates.limit, rates.remaining) == ("graphql", 5000, 4999)
    assert rates.reset_at == NOW + timedelta(minutes=10)


def test_gitlabs_headers() -> None:
    headers = httpx.Headers(
        {"RateLimit-Limit": "400", "RateLimit-Remaining": "0", "RateLimit-Reset": EPOCH}
    )
    rates = read_rates(headers, NOW)
    assert rates is not None
    assert (rates.resource, rates.limit, rates.remaining) == (None, 400, 0)


def test_a_reset_in_seconds_from_now() -> None:
    rates = read_rates(httpx.Headers({"ratelimit-limit": "5", "ratelimit-reset": "30"}), NOW)
    assert rates is not None
    assert rates.reset_at == NOW + timedelta(seconds=30)


def test_a_reset_in_milliseconds_is_no_moment() -> None:
    headers = httpx.Headers({"x-ratelimit-limit": "5", "x-ratelimit-reset": EPOCH + "000"})
    rates = read_rates(headers, NOW)
    assert rates is not None
    assert rates.reset_at is None


def test_no_headers_no_rates() -> None:
    assert read_rates(httpx.Headers({"content-type": "x"}), NOW) is None
    assert read_rates(httpx.Headers({"x-ratelimit-limit": "many"}), NOW) is None


def test_a_forge_whose_clock_is_wrong_is_still_obeyed() -> None:
    theirs = NOW - timedelta(hours=3)
    headers = httpx.Headers(
        {
            "date": format_datetime(theirs, usegmt=True),
            "retry-after": format_datetime(theirs + timedelta(seconds=90), usegmt=True),
            "x-ratelimit-limit": "60",
            "x-ratelimit-reset": str(int((theirs + timedelta(seconds=50)).timestamp())),
        }
    )
    assert retry_after(headers, NOW) == NOW + timedelta(seconds=90)
    rates = read_rates(headers, NOW)
    assert rates is not None
    assert rates.reset_at == NOW + timedelta(seconds=50)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("3600", 3600),
        (" 60.0 ", 60),
        ("0.25", 0.25),
        ("59.5", 59.5),
        ("60, 60", 60),
        ("9" * 30 + ".5", 366 * 86400),
        ("Sun, 01 Nov 2026 12:01:00 GMT", 60),
        ("Sun, 01 Nov 2026 11:00:00 GMT", 0),
        ("99999999999999999999", 366 * 86400),
    ],
)
def test_retry_after(text: str, seconds: float) -> None:
    assert retry_after(httpx.Headers({"retry-after": text}), NOW) == NOW + timedelta(
        seconds=seconds
    )


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e3", "Sun, 99 Nov 2026 12:01:00 GMT"])
def test_an_unreadable_retry_after_says_nothing(text: str) -> None:
    assert retry_after(httpx.Headers({"retry-after": text}), NOW) is None


@given(
    st.dictionaries(
        st.sampled_from(
            ["retry-after", "date", "x-ratelimit-reset", "x-ratelimit-limit", "ratelimit-remaining"]
        ),
        st.one_of(
            st.integers().map(str),
            st.datetimes(timezones=st.just(UTC)).map(lambda d: format_datetime(d, usegmt=True)),
            st.text(st.characters(min_codepoint=32, max_codepoint=126)),
        ),
    )
)
def test_whatever_a_header_says_no_time_lies_in_the_past_or_beyond_a_year(
    headers: dict[str, str],
) -> None:
    read = httpx.Headers(headers)
    rates = read_rates(read, NOW)
    for moment in (retry_after(read, NOW), rates.reset_at if rates else None):
        assert moment is None or NOW <= moment <= NOW + timedelta(days=366)


@given(st.integers(min_value=0, max_value=10**6))
def test_seconds_are_kept_exactly(seconds: int) -> None:
    headers = httpx.Headers({"retry-after": str(seconds)})
    assert retry_after(headers, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("answer", "primary", "seconds"),
    [
        # GitHub, primary: 403 or 429, nothing remains
        (response(403, x_ratelimit_remaining="0", x_ratelimit_reset=EPOCH), True, 600),
        (response(429, x_ratelimit_remaining="0", x_ratelimit_reset=EPOCH), True, 600),
        # GitHub, secondary: a time, or words alone
        (response(403, x_ratelimit_remaining="50", retry_after="60"), False, 60),
        (response(403, {"message": "You have exceeded a secondary rate limit."}), False, None),
        (response(403, {"message": "… abuse detection mechanism"}), False, None),
        # GitHub, throttled pages of HTML: the words stand below the style
        (
            response(403, b"<html>" + b" " * 20_000 + b"exceeded a secondary rate limit"),
            False,
            None,
        ),
        (response(429, b"<!DOCTYPE html><title>Too many requests</title>"), False, None),
        # GitLab
        (response(429, ratelimit_remaining="0", retry_after="42"), False, 42),
        (response(429, b"Retry later\n"), False, None),
        # a maintenance that says how long
        (response(503, b"", retry_after="30"), False, 30),
        # GraphQL, in a 200; githubkit#272 saw the shorter word
        (
            response(
                200,
                {"errors": [{"type": "RATE_LIMITED"}]},
                x_ratelimit_remaining="0",
                x_ratelimit_reset=EPOCH,
            ),
            True,
            600,
        ),
        (response(200, {"data": None, "errors": [{"type": "RATE_LIMIT"}]}), True, None),
        # the secondary one in a 200: words, and points left that nobody has to wait for
        (
            response(
                200,
                {"errors": [{"message": "You have exceeded a secondary rate limit."}]},
                x_ratelimit_remaining="4000",
                x_ratelimit_reset=EPOCH,
            ),
            False,
            None,
        ),
        (
            response(
                200, {"message": "You have exceeded a secondary rate limit"}, retry_after="60"
            ),
            False,
            60,
        ),
    ],
)
def test_a_limits_refusal(answer: httpx.Response, primary: bool, seconds: int | None) -> None:
    limit = limit_of(answer, NOW)
    assert limit is not None
    assert limit.primary is primary
    assert limit.until == (None if seconds is None else NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "answer",
    [
        response(200, {"data": {"a": 1}}, x_ratelimit_remaining="0", x_ratelimit_reset=EPOCH),
        response(200, {"data": {"text": '{"type": "RATE_LIMITED"}'}, "errors": []}),
        response(200, b"RATE_LIMITED"),
        response(200, {"data": {"a": {"description": "A rate limit for all"}}}),
        response(200, {"data": {"a": 1}, "errors": [{"message": "rate limit of one field"}]}),
        response(200, [{"message": "rate limit"}]),
        response(200, b'["RATE_LIMITED"]'),
        response(403, {"message": "Resource not accessible by integration"}),
        response(404, x_ratelimit_remaining="0"),
        response(503, b"down"),
        response(502, b"", retry_after="5"),
    ],
)
def test_no_limits_refusal(answer: httpx.Response) -> None:
    assert limit_of(answer, NOW) is None


def test_a_maintenance_is_everybodys() -> None:
    for answer, everybody in (
        (response(503, b"", retry_after="30"), True),
        (response(429, b"", retry_after="30"), False),
    ):
        limit = limit_of(answer, NOW)
        assert limit is not None
        assert limit.everybody is everybody


@pytest.mark.parametrize(
    ("reserve", "limit", "others"),
    [
        (0, 5000, 0),
        (0.1, 5000, 500),
        (0.101, 60, 7),
        (1.0, 5000, 1),
        (500, 5000, 500),
        (500, 30, 29),
        (0.5, None, 0),
        (500, None, 500),
        (3, 0, 0),
    ],
)
def test_what_a_reserve_holds_back(reserve: float, limit: int | None, others: int) -> None:
    assert held_back(reserve, limit) == others


def test_the_guess_grows_and_stays_below_an_hour() -> None:
    waits = [guessed_wait(n).total_seconds() for n in (1, 2, 3, 50)]
    assert waits == [60, 120, 240, 3600]
