# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How GitHub tells errors and costs in GraphQL.

https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

import re

from connectors.github.times import moment
from connectors.transport.graphql import Cost, ErrorKind, GraphQLError
from harvester.model import JsonObject

_TOO_MUCH = frozenset(
    {"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED", "EXCESSIVE_PAGINATION", "TIMEOUT"}
)
_TIMEOUT = re.compile(r"something went wrong while executing your query|timed? ?out", re.IGNORECASE)


class GitHubDialect:
    """Fulfils :class:`connectors.transport.graphql.Dialect`. A used-up budget the chain sees."""

    def kind_of(self, error: GraphQLError) -> ErrorKind:
        """Say what an error means: a time-out is told in a 200, whatever place it names."""
        if error.type in _TOO_MUCH:
            return ErrorKind.TOO_MUCH
        if error.type is None and _TIMEOUT.search(error.message):
            return ErrorKind.TOO_MUCH
        return ErrorKind.PARTIAL if error.path else ErrorKind.REFUSED

    def cost_of(self, data: JsonObject) -> Cost | None:
        """Read ``rateLimit``; null on an Enterprise Server that has no limits."""
        told = data.get("rateLimit")
        if not isinstance(told, dict):
            return None
        return Cost(
            points=told.get("cost") or 0,
            limit=told.get("limit"),
            remaining=told.get("remaining"),
            reset_at=moment(told.get("resetAt")),
        )
