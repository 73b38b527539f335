# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What forges say about their limits, read from answers. Pure; times are aware, in UTC.

GitHub: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
(``x-ratelimit-*``, 403 or 429, ``retry-after``, else the reset where nothing remains, else at
least a minute, growing). GitLab: ``RateLimit-*`` and ``Retry-After`` with 429.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from math import ceil

import httpx

LEAST_WAIT = timedelta(minutes=1)
"""What GitHub asks for where a limit answer names no time; doubled at each further one."""
_LONGEST_GUESS = timedelta(hours=1)
_FARTHEST = timedelta(days=366)
"""A time that lies farther ahead is a defect of the forge and is cut to this."""
_EPOCH_FROM = 1_000_000_000
"""Smaller numbers in a reset header are seconds from now (IETF draft), not a moment (epoch)."""
_LIMIT_WORDS = re.compile(rb"rate.?limit|abuse detection|too many requests", re.IGNORECASE)
_WORDS_WITHIN = 64 * 1024
"""Bytes of an answer that are searched for them; a page of HTML begins with its style."""
_COUNT = re.compile(r"\s*(\d{1,30})(?:\.\d+)?\s*(?:[,;].*)?")
_SECONDS = re.compile(r"\d{1,30}(?:\.\d{1,30})?")
_GRAPHQL_LIMITS = frozenset({"RATE_LIMITED", "RATE_LIMIT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What an answer says about the budget that its request drew from."""

    resource: str | None
    """As the forge names it; None where it does not."""
    limit: int | None
    remaining: int | None
    reset_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """An answer that refused its request because of a limit."""

    primary: bool
    """True: the budget of one resource is used up. False: the account as a whole is too fast."""
    until: datetime | None
    """When the forge wants to be asked again; None where it did not say."""
    everybody: bool = False
    """True: the forge as a whole wants peace, whoever asks."""


def read_rates(headers: httpx.Headers, now: datetime) -> Rates | None:
    """Read ``x-ratelimit-*`` (GitHub, Gitea) or ``ratelimit-*`` (GitLab); None without them."""
    for prefix in ("x-ratelimit-", "ratelimit-"):
        limit = _number(headers.get(prefix + "limit"))
        remaining = _number(headers.get(prefix + "remaining"))
        if limit is not None or remaining is not None:
            return Rates(
                resource=headers.get(prefix + "resource"),
                limit=limit,
                remaining=remaining,
                reset_at=_reset(headers.get(prefix + "reset"), headers, now),
            )
    return None


def retry_after(headers: httpx.Headers, now: datetime) -> datetime | None:
    """Read ``Retry-After``, in seconds or as a date; None where it is absent or unreadable.

    A date is read against the ``Date`` of the same answer, so that a forge whose clock is wrong
    is still obeyed.
    """
    text = headers.get("retry-after", "").strip()
    exactly = _SECONDS.fullmatch(text)
    seconds = float(text) if exactly else _number(text)
    if seconds is not None:
        return now + timedelta(seconds=min(seconds, _FARTHEST.total_seconds()))
    moment = moment_of(text)
    return None if moment is None else ours(moment, headers, now)


def limit_of(response: httpx.Response, now: datetime) -> Limit | None:
    """Say whether an answer is a limit's refusal. The body must have been read.

    429 always is. 403 is with ``Retry-After``, with nothing remaining, or with words about a
    limit in its body. 503 is where it names a time. A 200 is where a GraphQL error says so, by its
    type or, where no data came, in words.
    """
    rates = read_rates(response.headers, now)
    used_up = rates is not None and rates.remaining == 0
    after = retry_after(response.headers, now)
    match response.status_code:
        case HTTPStatus.TOO_MANY_REQUESTS:
            limited = True
        case HTTPStatus.FORBIDDEN:
            words = _LIMIT_WORDS.search(response.content[:_WORDS_WITHIN])
            limited = after is not None or used_up or words is not None
        case HTTPStatus.SERVICE_UNAVAILABLE:
            limited = after is not None
        case HTTPStatus.OK:
            which = _graphql_limit(response.content)
            limited, used_up = which is not None, bool(which) or used_up
        case _:
            limited = False
    if not limited:
        return None
    primary = used_up and (after is None or response.status_code == HTTPStatus.OK)
    reset = rates.reset_at if rates is not None and used_up else None
    return Limit(
        primary=primary,
        until=after if after is not None else reset,
        everybody=response.status_code == HTTPStatus.SERVICE_UNAVAILABLE,
    )


def held_back(reserve: float, limit: int | None) -> int:
    """Say how much of a limit is left to others; one request is always harvester's own.

    Args:
        reserve: below 1 a share of the limit, else a number.
        limit: the budget's size; None where the forge does not tell it.
    """
    if limit is None:
        return int(reserve)
    return min(ceil(reserve * limit) if reserve < 1 else int(reserve), max(limit - 1, 0))


def guessed_wait(limits_in_a_row: int) -> timedelta:
    """Give the wait where a limit answer named no time: a minute, doubled each time."""
    return min(LEAST_WAIT * (1 << min(limits_in_a_row - 1, 10)), _LONGEST_GUESS)


def _graphql_limit(body: bytes) -> bool | None:
    """Say which limit the errors of a GraphQL answer tell of: True the primary; None: of none.

    The secondary one has no type, only words, and no data comes with it.
    """
    if b"RATE_LIMIT" not in body and not _LIMIT_WORDS.search(body[:4096]):
        return None
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict):
        return None
    told = answer.get("errors")
    errors = [e for e in told if isinstance(e, dict)] if isinstance(told, list) else []
    if any(error.get("type") in _GRAPHQL_LIMITS for error in errors):
        return True
    words = [str(said.get("message")).encode() for said in (*errors, answer)]
    too_fast = any(_LIMIT_WORDS.search(text) for text in words)
    return False if too_fast and not answer.get("data") else None


def _number(text: str | None) -> int | None:
    """Read a count; some forges send ``60.0``, and proxies ``100, 100;w=60``."""
    match = _COUNT.fullmatch(text or "")
    return None if match is None else int(match[1])


def _reset(text: str | None, headers: httpx.Headers, now: datetime) -> datetime | None:
    number = _number(text)
    if number is None:
        return None
    if number < _EPOCH_FROM:
        return now + timedelta(seconds=min(number, _FARTHEST.total_seconds()))
    try:
        return ours(datetime.fromtimestamp(number, UTC), headers, now)
    except (OverflowError, ValueError, OSError):
        return None


def moment_of(text: str) -> datetime | None:
    """Read a date as HTTP writes it; None where it is none."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def ours(moment: datetime, headers: httpx.Headers, now: datetime) -> datetime:
    """Move a moment of the forge's clock, which its answer shows, to ours; never too far."""
    theirs = moment_of(headers.get("date", ""))
    wait = moment - (theirs if theirs is not None else now)
    return now + min(max(wait, timedelta(0)), _FARTHEST)
