# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A small GraphQL client for both forges: partial data, costs, pages that fit, old servers."""

from connectors.transport.graphql.answer import Answer, GraphQLError
from connectors.transport.graphql.client import GraphQL, ItemUnreadableError, TooComplexError
from connectors.transport.graphql.dialect import Cost, Dialect, ErrorKind
from connectors.transport.graphql.document import Document, load

__all__ = [
    "Answer",
    "Cost",
    "Dialect",
    "Document",
    "ErrorKind",
    "GraphQL",
    "GraphQLError",
    "ItemUnreadableError",
    "TooComplexError",
    "load",
]
