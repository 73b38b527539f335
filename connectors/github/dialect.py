# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How GitHub's GraphQL tells of errors and costs. Pure.

Sources: https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
and answers reported in public.
"""

import re
from datetime import UTC, datetime

from connectors.transport.graphql import Cost, ErrorKind, GraphQLError
from harvester.model import JsonObject

_TOO_MUCH = frozenset({"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED", "TIMEOUT"})
_TOO_MUCH_WORDS = re.compile(
    r"something went wrong while executing your query|timed?.?out|resource limits", re.IGNORECASE
)


class GitHubDialect:
    """Fulfils :class:`connectors.transport.graphql.Dialect`."""

    def kind_of(self, error: GraphQLError) -> ErrorKind:
        """Say what an error means."""
        if error.type in _TOO_MUCH or _TOO_MUCH_WORDS.search(error.message):
            return ErrorKind.TOO_MUCH
        return ErrorKind.PARTIAL if error.path else ErrorKind.REFUSED

    def cost_of(self, data: JsonObject) -> Cost | None:
        """Read ``rateLimit { cost limit remaining resetAt }``."""
        told = data.get("rateLimit")
        if not isinstance(told, dict):
            return None
        return Cost(
            points=_count(told.get("cost")) or 0,
            limit=_count(told.get("limit")),
            remaining=_count(told.get("remaining")),
            reset_at=_moment(told.get("resetAt")),
        )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
