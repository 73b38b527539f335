# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A copy of the catalogue while it is in use."""

import sqlite3
from contextlib import closing
from pathlib import Path

from harvester.ports.errors import CatalogueError
from storage.engine import Store


def backup(store: Store, target: Path) -> Path:
    """Copy an SQLite catalogue, as it is at one moment, into a new file; give its full path.

    Crawls go on meanwhile: readers and a writer do not wait for each other. The copy is a database
    of its own, which ``database_url`` can name. It gets its name when it is whole.

    Raises:
        CatalogueError: the target is there already or cannot be written, or the catalogue lies on
            a server, whose own tools make better copies.
    """
    if store.path is None:
        raise CatalogueError(
            f"the catalogue {store.name} does not lie in a file; copy it with the server's own "
            "tool: pg_dump --format=custom --file=FILE and the address in database_url"
        )
    if not store.path.exists():
        raise CatalogueError(f"there is no catalogue {store.name} to copy; check database_url")
    target = target.absolute()
    if target.exists():
        raise CatalogueError(f"{target} is there already; delete it, or name another file")
    partial = target.with_name(f"{target.name}.part")
    try:
        partial.unlink(missing_ok=True)
        # Secrets of webhooks are in it: nobody may read it who may not read the catalogue.
        partial.touch(mode=0o600)
        partial.chmod(store.path.stat().st_mode & 0o777)
        with (
            closing(sqlite3.connect(store.path, timeout=store.patience)) as source,
            closing(sqlite3.connect(partial)) as copy,
        ):
            source.backup(copy)
        partial.rename(target)
    except (sqlite3.Error, OSError) as error:
        partial.unlink(missing_ok=True)
        raise CatalogueError(
            f"the catalogue {store.name} could not be copied to {target}: {error}; "
            "check that its folder exists, may be written and has room"
        ) from error
    return target
