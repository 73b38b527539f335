# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The queries of this connector, for one thing and, by aliases, for many."""

from connectors import kit
from connectors.kit import numbered
from connectors.transport import Document, load

__all__ = ["QUERIES", "document", "numbered", "repeated"]

QUERIES = "connectors.github.queries"


def document(*names: str) -> Document:
    """Read a document that asks for one thing."""
    return load(QUERIES, *names)


def repeated(times: int, name: str, *fragments: str) -> Document:
    """Make the document that asks for so many things; see :func:`connectors.kit.repeated`."""
    return kit.repeated(QUERIES, times, name, *fragments)
