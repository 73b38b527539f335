# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What somebody tells of software, and how it gets into the catalogue: without a crawl.

Each statement is one short transaction of its own. It takes no lease and belongs to no source. What
keeps it apart from crawls, and from statements that other processes take, is the lock that all
writers take.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from harvester.ports.errors import HarvesterError
from harvester.ports.rows import Keys, SoftwareRow, Stored, Writes


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What somebody tells; addresses are canonical ones of repositories."""

    url: str | None = None
    """Where the software is; None: where it was."""
    aliases: tuple[str, ...] = ()
    """Where it was before. An address that it once had stays one of its addresses."""
    text: bytes | None = None
    """Its publiccode file; None: the one that was told before, if any."""
    active: bool | None = None
    """Whether it is to be shown; None: says nothing of it."""
    amends: bool = False
    """It amends what is known (PATCH), and does not tell of it as of something new (POST)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of a statement."""

    id: str
    """Of the entry that it is about."""
    changed: bool
    """Whether it said anything that was not known."""


Amend = Callable[[SoftwareRow], Statement]
"""Makes of an entry as it is what somebody tells of it; may raise what its caller knows."""


class UnknownSoftwareError(HarvesterError):
    """There is no entry with this id, or what was written of it is deleted."""


class ConflictError(HarvesterError):
    """What somebody asks for cannot be, as things stand; the message says what can."""


class Teller(Protocol):
    """Takes what somebody tells, in any thread.

    Every method can raise ``CatalogueError``: the database cannot be used.
    """

    def post(self, said: Statement, now: datetime) -> Told:
        """Take what is told as of something new, which it need not be.

        Args:
            said: with an address and a text.
            now: the time.

        Raises:
            ConflictError: the operator blocks one of the addresses.
            RefusedRowError: no database holds what is said.
        """
        ...

    def patch(self, software_id: str, amend: Amend, now: datetime) -> Told:
        """Take what is told of an entry, which may get another id by it.

        Args:
            software_id: the entry's, or one that it had before.
            amend: says what is told; called within the transaction, with the entry as it is.
            now: the time.

        Raises:
            UnknownSoftwareError: there is no such entry, or it is deleted.
            ConflictError: it cannot have the address that it is to get.
            RefusedRowError: no database holds what is said.
        """
        ...

    def delete(self, software_id: str, now: datetime) -> None:
        """Delete what was told of an entry; its tombstone stays.

        Args:
            software_id: the entry's, or one that it had before.
            now: the time.

        Raises:
            UnknownSoftwareError: there is no such entry, or it is deleted.
            ConflictError: others speak for it.
        """
        ...


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
