# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How GitLab tells errors and costs over GraphQL. Pure."""

import re

from connectors.transport.graphql import Cost, ErrorKind, GraphQLError
from harvester.model import JsonObject

_TOO_COMPLEX = re.compile(r"exceeds max complexity", re.IGNORECASE)
_TOO_MUCH = re.compile(r"time[d ]*.?out|internal server error|deadline exceeded", re.IGNORECASE)
_TOO_MUCH_ANYWHERE = re.compile(
    r"^Timeout on \w+\.\w+|(?:cannot accept|cannot provide) more than \d+ ", re.IGNORECASE
)
"""Told of a field, but meant of the query: when its time is over, every field that is left says so,
and a list that is too long loses all that was asked for."""
_DOCUMENT_PARTS = ("query", "mutation", "subscription", "fragment")


class GitLabDialect:
    """Fulfils :class:`connectors.transport.graphql.Dialect`."""

    def kind_of(self, error: GraphQLError) -> ErrorKind:
        """Say what an error means.

        The words are those of GitLab's server: ``Query has complexity of 1421, which exceeds max
        complexity of 300``, ``Request timed out``, ``Internal server error``. Other errors that
        name a place of the data are about that place (``Max blobs size limit exceeded``: one
        project's files); errors of the validator name a place of the query instead, or none
        (``Query has depth of 21, which exceeds max depth of 20``: so have smaller pages).
        """
        if _TOO_COMPLEX.search(error.message):
            return ErrorKind.TOO_COMPLEX
        if _TOO_MUCH_ANYWHERE.search(error.message):
            return ErrorKind.TOO_MUCH
        in_data = bool(error.path) and not str(error.path[0]).startswith(_DOCUMENT_PARTS)
        if in_data:
            return ErrorKind.PARTIAL
        return ErrorKind.TOO_MUCH if _TOO_MUCH.search(error.message) else ErrorKind.REFUSED

    def cost_of(self, data: JsonObject) -> Cost | None:
        """Read ``queryComplexity``; GitLab charges nothing, it only refuses what is too complex."""
        told = data.get("queryComplexity")
        if not isinstance(told, dict):
            return None
        return Cost(complexity=told.get("score"), complexity_limit=told.get("limit"))
