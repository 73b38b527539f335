# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The HTTP chain that all connectors share; README.md shows how it is used."""

from connectors.transport.ask import Ask, Kind
from connectors.transport.chain import Chain, open_chain
from connectors.transport.credential import BEARER, PRIVATE_TOKEN, credential
from connectors.transport.graphql import (
    Answer,
    Document,
    GraphQL,
    ItemUnreadableError,
    TooComplexError,
    load,
)
from connectors.transport.redirects import trail_of
from connectors.transport.validators import is_from_cache

__all__ = [
    "BEARER",
    "PRIVATE_TOKEN",
    "Answer",
    "Ask",
    "Chain",
    "Document",
    "GraphQL",
    "ItemUnreadableError",
    "Kind",
    "TooComplexError",
    "credential",
    "is_from_cache",
    "load",
    "open_chain",
    "trail_of",
]
