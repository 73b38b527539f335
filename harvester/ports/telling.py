# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How what somebody tells gets into the catalogue: one short transaction of its own, no crawl.

It takes no lease and belongs to no source. What keeps it apart from crawls, and from other tellings
of other processes, is the lock that all writers take.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from harvester.ports.rows import Keys, Stored, Writes


class TellingTransaction(Protocol):
    """One open transaction; between its ``load`` and its commit nobody else writes."""

    def load(self, keys: Keys) -> Stored:
        """Read what the keys touch."""
        ...

    def contents(self, blob_ids: Sequence[str]) -> Mapping[str, bytes]:
        """Give the bytes of stored blobs."""
        ...

    def write(self, writes: Writes, now: datetime) -> None:
        """Write the rows; what of them belongs to a crawl or its source is left out.

        Raises:
            RefusedRowError: the database will not take one of them.
        """
        ...


class Tellings(Protocol):
    """Opens such transactions; any number of threads may."""

    def telling(self, now: datetime) -> AbstractContextManager[TellingTransaction]:
        """Open one; leaving it without an error commits, with its changes last.

        Raises:
            CatalogueError: the database cannot be used, or somebody else writes for too long.
        """
        ...
