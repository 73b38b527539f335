# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a crawl is expected to cost, and how far that was off. Pure."""

from typing import Any

from harvester.cli.output import count
from harvester.ports.listing import Estimate, Spent


def expected(estimate: Estimate) -> str:
    """Say what is expected: ``about 25 requests (20 GraphQL, 5 raw), 40 points``."""
    kinds = (("GraphQL", estimate.graphql), ("REST", estimate.rest), ("raw", estimate.raw))
    parts = [f"{amount} {word}" for word, amount in kinds if amount]
    total = requests_of(estimate)
    text = f"{'about' if estimate.exact else 'at least'} {count(total, 'request', 'requests')}"
    if parts:
        text += f" ({', '.join(parts)})"
    if estimate.points:
        text += f", {count(estimate.points, 'point', 'points')}"
    if estimate.remark:
        text += f"; {estimate.remark}"
    return f"expected: {text}"


def as_json(estimate: Estimate) -> dict[str, Any]:
    """Give the figures as ``plan --json`` and a crawl's summary have them."""
    return {
        "requests": {"graphql": estimate.graphql, "rest": estimate.rest, "raw": estimate.raw},
        "points": estimate.points,
        "exact": estimate.exact,
    }


def requests_of(estimate: Estimate) -> int:
    """Give how many requests are expected, of every kind."""
    return estimate.graphql + estimate.rest + estimate.raw


def hit_or_missed(estimate: Estimate, spent: Spent) -> str:
    """Say how far a prediction was off: ``at least 4 requests (12 more were sent)``."""
    predicted = requests_of(estimate)
    parts = [_off(predicted, spent.graphql + spent.rest + spent.raw, "request", "sent")]
    if estimate.points or spent.points:
        parts.append(_off(estimate.points, spent.points, "point", "charged"))
    return ("" if estimate.exact else "at least ") + ", ".join(parts)


def _off(predicted: int, real: int, word: str, what: str) -> str:
    by = real - predicted
    verb = "was" if abs(by) == 1 else "were"
    off = f"{abs(by)} {'more' if by > 0 else 'fewer'} {verb} {what}" if by else f"as many {what}"
    return f"{count(predicted, word, word + 's')} ({off})"
