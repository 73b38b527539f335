# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How GitLab's GraphQL tells of errors and costs. Pure.

Sources: https://docs.gitlab.com/api/graphql/ (limits), answers recorded in public.
"""

import re

from connectors.transport.graphql import Cost, ErrorKind, GraphQLError
from harvester.model import JsonObject

_TOO_COMPLEX = re.compile(r"has complexity of \d+, which exceeds|has depth of \d+, which exceeds")
_TOO_MUCH = re.compile(
    r"cannot accept more than \d+|cannot provide more than \d+|max blobs size limit exceeded"
    r"|timed?.?out|internal server error",
    re.IGNORECASE,
)


class GitLabDialect:
    """Fulfils :class:`connectors.transport.graphql.Dialect`."""

    def kind_of(self, error: GraphQLError) -> ErrorKind:
        """Say what an error means."""
        if _TOO_COMPLEX.search(error.message):
            return ErrorKind.TOO_COMPLEX
        if _TOO_MUCH.search(error.message):
            return ErrorKind.TOO_MUCH
        return ErrorKind.PARTIAL if error.path else ErrorKind.REFUSED

    def cost_of(self, data: JsonObject) -> Cost | None:
        """Read ``queryComplexity { score limit }``."""
        told = data.get("queryComplexity")
        if not isinstance(told, dict):
            return None
        score, limit = told.get("score"), told.get("limit")
        return Cost(
            complexity=score if isinstance(score, int) else None,
            complexity_limit=limit if isinstance(limit, int) else None,
        )
