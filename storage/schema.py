# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which schema a database has, and how it gets the newest."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from harvester.ports.errors import CatalogueError, SchemaAheadError, SchemaBehindError
from storage.engine import PATIENCE, Store
from storage.tables import metadata

REVISIONS = (
    "0001_first_tables",
    "0002_origin_of_a_forge",
    "0003_guard",
    "0004_vitality",
    "0005_software_at_rest",
    "0006_forwardings",
    "0007_who_takes_leave",
    "0008_lists",
    "0009_losses_that_wait",
    "0010_lists_for_front_ends",
    "0011_search_index",
    "0012_revisits",
    "0013_written",
    "0014_wishes",
    "0015_webhooks",
)
"""Every migration's id, the oldest first."""
NEWEST = REVISIONS[-1]
_VERSION_TABLE = "alembic_version"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaVersion:
    """What schema a database has, beside the one that this harvester writes."""

    database: str
    """Its name, see :attr:`Store.name`."""
    current: str | None
    """Id of the last migration that it went through; None if it is empty or not there."""
    newest: str = NEWEST


def opened(database_url: str, *, patience: float = PATIENCE) -> Store:
    """Open a database at the newest schema; an SQLite file that is missing is made.

    Args:
        database_url: ``sqlite:///PATH``, ``sqlite://`` (in memory) or
            ``postgresql://USER:PASSWORD@HOST/DATABASE``.
        patience: seconds to wait for another process's transaction.

    Raises:
        SchemaBehindError: ``harvester database upgrade`` mends it.
        SchemaAheadError: the database was written by a newer harvester.
        CatalogueError: it cannot be used; the message names the cause and the remedy.
    """
    store = Store(database_url, patience=patience)
    try:
        prepare(store)
    except BaseException:
        store.close()
        raise
    return store


def prepare(store: Store) -> None:
    """Make sure that a database has the newest schema; an SQLite file that is missing is made.

    Raises:
        SchemaBehindError: it is older.
        SchemaAheadError: it was written by a newer harvester.
        CatalogueError: it cannot be used, or holds something else.
    """
    _check_folder(store)
    with store.reading() as connection:
        version = _current(connection, store)
    if version == NEWEST:
        return
    if version is None and (store.path is not None or store.in_memory):
        upgrade(store)
        return
    if version is not None and version not in REVISIONS:
        raise SchemaAheadError(
            f"the catalogue {store.name} was written by a newer harvester (schema {version}, "
            f"this one knows {NEWEST}); install that one, or use another database"
        )
    raise SchemaBehindError(
        f"the catalogue {store.name} has the schema {version or 'of an empty database'}, "
        f"harvester needs {NEWEST}; run `harvester database upgrade`"
    )


def upgrade(store: Store) -> SchemaVersion:
    """Bring a database to the newest schema, in one transaction; give what it had before.

    Raises:
        SchemaAheadError: it was written by a newer harvester.
        CatalogueError: it cannot be used, or holds something else.
    """
    from alembic import command  # noqa: PLC0415 - slow to import, seldom needed
    from alembic.config import Config  # noqa: PLC0415

    _check_folder(store)
    with store.writing() as connection:
        version = _current(connection, store)
        if version is not None and version not in REVISIONS:
            raise SchemaAheadError(
                f"the catalogue {store.name} was written by a newer harvester (schema {version}); "
                "there is nothing to upgrade"
            )
        if version != NEWEST:
            config = Config()
            config.set_main_option("script_location", "storage:migrations")
            config.set_main_option("path_separator", "os")
            config.attributes["connection"] = connection
            command.upgrade(config, NEWEST)
    return SchemaVersion(database=store.name, current=version)


def current(store: Store) -> SchemaVersion:
    """Say which schema a database has, without changing anything.

    Raises:
        CatalogueError: it cannot be used, or holds something else.
    """
    if store.path is not None and not store.path.exists():
        return SchemaVersion(database=store.name, current=None)
    with store.reading() as connection:
        return SchemaVersion(database=store.name, current=_current(connection, store))


def _current(connection: Connection, store: Store) -> str | None:
    tables = set(inspect(connection).get_table_names())
    if _VERSION_TABLE in tables:
        version = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()  # noqa: S608
        if version is not None:
            return str(version)
    foreign = tables - {_VERSION_TABLE}
    if foreign and not foreign <= set(metadata.tables):
        raise CatalogueError(
            f"the database {store.name} holds something else (table {min(foreign)}); "
            "give harvester a database of its own in database_url"
        )
    return None


def _check_folder(store: Store) -> None:
    folder: Path | None = None if store.path is None else store.path.parent
    if folder is not None and not folder.is_dir():
        raise CatalogueError(
            f"the catalogue {store.name} cannot be made: there is no folder {folder}; create it, "
            "or write another path in database_url"
        )
