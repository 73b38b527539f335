# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Takes what is written: fulfils :class:`harvester.ports.written.Desk`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from harvester.model import JsonObject
from harvester.ports.written import Catalog, WrittenLog, WrittenPublisher
from storage import feed
from storage.engine import Store
from storage.written import catalogs, publishers, remarks


class SqlDesk:
    """Takes what is written, in an open database with the newest schema."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create_publisher(self, publisher: WrittenPublisher) -> None:
        """Enter a public body."""
        with self._store.writing() as connection:
            publishers.create(connection, publisher)
            feed.note_written(connection, publisher.updated_at)

    def change_publisher(
        self, key: str, edit: Callable[[WrittenPublisher], WrittenPublisher]
    ) -> tuple[WrittenPublisher, bool] | None:
        """Replace a public body by what ``edit`` makes of it; None: there is none."""
        with self._store.writing() as connection:
            there = publishers.one(connection, self._store.dialect, key)
            if there is None:
                return None
            edited = edit(there)
            if _differ(there, edited):
                publishers.replace(connection, edited)
                feed.note_written(connection, edited.updated_at)
                return edited, True
            return there, False

    def delete_publisher(self, key: str, now: datetime) -> bool:
        """Delete a public body; False if there is none."""
        with self._store.writing() as connection:
            there = publishers.delete(connection, key)
            if there:
                feed.note_written(connection, now)
            return there

    def create_catalog(self, catalog: Catalog) -> None:
        """Enter a catalog."""
        with self._store.writing() as connection:
            catalogs.create(connection, catalog)
            feed.note_written(connection, catalog.updated_at)

    def change_catalog(
        self, catalog_id: str, edit: Callable[[Catalog], Catalog]
    ) -> tuple[Catalog, bool] | None:
        """Replace a catalog by what ``edit`` makes of it; None: there is none."""
        with self._store.writing() as connection:
            there = catalogs.one(connection, catalog_id)
            if there is None:
                return None
            edited = edit(there)
            if _differ(there, edited):
                catalogs.replace(connection, edited)
                feed.note_written(connection, edited.updated_at)
                return edited, True
            return there, False

    def delete_catalog(self, catalog_id: str, now: datetime) -> bool:
        """Delete a catalog with its analyses; False if there is none."""
        with self._store.writing() as connection:
            there = catalogs.delete(connection, catalog_id)
            if there:
                remarks.forget_analyses(connection, f"/catalogs/{catalog_id}")
                feed.note_written(connection, now)
            return there

    def software_catalog(self, software_id: str, catalog_id: str | None, now: datetime) -> None:
        """Put an entry into a catalog, out of any other."""
        with self._store.writing() as connection:
            if catalogs.put(connection, software_id, catalog_id):
                feed.note_written(connection, now)

    def write_log(self, log: WrittenLog) -> None:
        """Add a log."""
        with self._store.writing() as connection:
            remarks.add_log(connection, log)
            feed.note_written(connection, log.created_at)

    def change_analyses(
        self,
        entities: Sequence[str],
        edit: Callable[[Mapping[str, JsonObject]], Mapping[str, JsonObject]],
        now: datetime,
        written_by: str,
    ) -> tuple[Mapping[str, JsonObject], bool]:
        """Replace what was found out about an entity by what ``edit`` makes of it."""
        with self._store.writing() as connection:
            there = remarks.analyses(connection, entities)
            edited = edit(there)
            if edited != there:
                differing = {
                    name: edited.get(name)
                    for name in {*there, *edited}
                    if there.get(name) != edited.get(name)
                }
                remarks.replace_analyses(connection, entities, differing, (now, written_by))
                feed.note_written(connection, now)
            return edited, edited != there


def _differ(there: Catalog | WrittenPublisher, edited: Catalog | WrittenPublisher) -> bool:
    """Say whether anything but the time and the hand of the last write differs."""
    return _facts(there) != _facts(edited)


def _facts(row: Catalog | WrittenPublisher) -> dict[str, object]:
    names = set(row.__dataclass_fields__) - {"updated_at", "written_by"}
    return {name: getattr(row, name) for name in names}
