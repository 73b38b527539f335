# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What people and bots write over the API, beside what crawls find: bodies, catalogs, remarks.

Only what differs is written: to write what is there already changes nothing, not even a time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from harvester.model import JsonObject
from harvester.ports.paging import Slice, Window

ROOT = "∅"
"""Alternative id of the implicit catalog, to which belongs what names no other."""


class TakenError(Exception):
    """Something else is known by this already.

    Attributes:
        field: of what was to be written, in the API's words.
        value: that is taken.
    """

    def __init__(self, field: str, value: str) -> None:
        super().__init__(f"{field} {value} is taken")
        self.field, self.value = field, value


class StillHeldError(Exception):
    """A catalog still has members, and cannot be deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosting:
    """Where a public body keeps code."""

    url: str
    group: bool
    """Whether it is an owner of repositories, else one repository."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPublisher:
    """A public body that somebody entered."""

    key: str
    """32 hex digits, of a UUID v4."""
    catalog_id: str | None
    """None: of the implicit catalog."""
    name: str
    email: str | None
    """Personal data."""
    alternative_id: str | None
    active: bool
    hosting: tuple[Hosting, ...]
    created_at: datetime
    updated_at: datetime
    written_by: str
    """Name of the token with which it was written last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogSource:
    """Where a catalog says that it takes its entries from."""

    url: str
    driver: str | None = None
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """A catalog within the catalogue."""

    id: str
    """A UUID v4."""
    name: str
    alternative_id: str | None
    active: bool
    publishers_namespace: str | None
    scopes: tuple[str, ...]
    sources: tuple[CatalogSource, ...]
    created_at: datetime
    updated_at: datetime
    written_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogQuestion:
    """Which catalogs are asked for; None asks for all."""

    active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenLog:
    """A remark on something, or on nothing that has an address."""

    id: str
    """A UUID v4."""
    entity: str | None
    """``/software/ID`` or ``/catalogs/ID``."""
    message: str
    created_at: datetime
    written_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuestion:
    """Which written logs are asked for; None asks for all."""

    entities: tuple[str, ...] | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    containing: str | None = None
    """A text that the message has, to the letter."""


class WrittenReads(Protocol):
    """What front-ends read of it. Texts that no database holds are asked for in vain."""

    def catalogs(self, question: CatalogQuestion, window: Window) -> Slice[Catalog]:
        """Give catalogs by ``created_at`` and id."""
        ...

    def catalog_amount(self, question: CatalogQuestion) -> int:
        """Count catalogs."""
        ...

    def catalog(self, name: str) -> Catalog | None:
        """Give one by its id or its alternative id; an id goes before."""
        ...

    def written_logs(self, question: LogQuestion, window: Window) -> Slice[WrittenLog]:
        """Give logs by ``created_at`` and id, the newest first."""
        ...

    def written_log_amount(self, question: LogQuestion) -> int:
        """Count logs."""
        ...

    def former_ids(self, software_id: str) -> Sequence[str]:
        """Give the ids that an entry had before."""
        ...

    def analyses(self, entities: Sequence[str]) -> Mapping[str, JsonObject]:
        """Give what was found out about an entity, under its addresses, by namespace."""
        ...


class Desk(Protocol):
    """Takes what is written. Its methods may run in any thread.

    Each is one transaction, in which the count of :class:`harvester.ports.feed.Mark` moves if
    anything else did. Every method can raise ``CatalogueError``: the database cannot be used.
    """

    def create_publisher(self, publisher: WrittenPublisher) -> None:
        """Enter a public body.

        Raises:
            TakenError: another one has its alternative id, or one of its addresses.
        """
        ...

    def change_publisher(
        self, key: str, edit: Callable[[WrittenPublisher], WrittenPublisher]
    ) -> tuple[WrittenPublisher, bool] | None:
        """Replace a public body by what ``edit`` makes of it; None: there is none.

        Gives the body as it is now, and whether it differs from what it was. Whatever ``edit``
        raises leaves everything as it was. What it gives back with another
        ``updated_at`` or ``written_by`` alone is no difference.

        Raises:
            TakenError: another one has its alternative id, or one of its addresses.
        """
        ...

    def delete_publisher(self, key: str, now: datetime) -> bool:
        """Delete a public body; False if there is none."""
        ...

    def create_catalog(self, catalog: Catalog) -> None:
        """Enter a catalog.

        Raises:
            TakenError: another one has its alternative id.
        """
        ...

    def change_catalog(
        self, catalog_id: str, edit: Callable[[Catalog], Catalog]
    ) -> tuple[Catalog, bool] | None:
        """Replace a catalog, as :meth:`change_publisher` does a public body.

        Raises:
            TakenError: another one has its alternative id.
        """
        ...

    def delete_catalog(self, catalog_id: str, now: datetime) -> bool:
        """Delete a catalog with its analyses; False if there is none.

        Raises:
            StillHeldError: it has software or publishers.
        """
        ...

    def software_catalog(self, software_id: str, catalog_id: str | None, now: datetime) -> None:
        """Put an entry into a catalog, out of any other; None: into the implicit one.

        Both have to be there.
        """
        ...

    def write_log(self, log: WrittenLog) -> None:
        """Add a log."""
        ...

    def change_analyses(
        self,
        entities: Sequence[str],
        edit: Callable[[Mapping[str, JsonObject]], Mapping[str, JsonObject]],
        now: datetime,
        written_by: str,
    ) -> tuple[Mapping[str, JsonObject], bool]:
        """Replace what was found out about an entity by what ``edit`` makes of it.

        Gives it as it is now, and whether it differs from what it was.

        Args:
            entities: its addresses; what differs is kept under the last one, which is today's.
            edit: makes what is to be of what is, by namespace.
            now: when that is written.
            written_by: name of the token with which it is.
        """
        ...
