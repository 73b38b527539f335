# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a crawl is expected to cost, in words. Pure."""

from harvester.cli.output import count
from harvester.model import Estimate


def expected(estimate: Estimate) -> str:
    """Say what is expected: ``about 25 requests (20 GraphQL, 5 raw), 40 points``."""
    kinds = (("GraphQL", estimate.graphql), ("REST", estimate.rest), ("raw", estimate.raw))
    parts = [f"{amount} {word}" for word, amount in kinds if amount]
    total = estimate.graphql + estimate.rest + estimate.raw
    text = f"{'about' if estimate.exact else 'at least'} {count(total, 'request', 'requests')}"
    if parts:
        text += f" ({', '.join(parts)})"
    if estimate.points:
        text += f", {count(estimate.points, 'point', 'points')}"
    if estimate.remark:
        text += f"; {estimate.remark}"
    return f"expected: {text}"
