# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester database``: migrations, copies, and lawful deletion."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harvester.cli import console
from harvester.cli.exits import ExitCode
from harvester.cli.invocation import Invocation, command
from harvester.cli.options import Form, FormOption, JsonOption
from harvester.cli.output import write_json
from harvester.cli.purge import purge

if TYPE_CHECKING:
    from storage.engine import Store

app = typer.Typer(help="Look after the catalogue's database.")


def upgrade(invocation: Invocation) -> int:
    """Bring the database to this harvester's schema.

    Where there is none yet, it is made. What the catalogue is searched by is made anew if this
    harvester reads entries by other rules.
    """
    from harvester.search.projection import VERSION, project
    from storage import schema
    from storage.catalogue import SqlCatalogue

    with _store(invocation) as store:
        before = schema.upgrade(store)
        indexed = SqlCatalogue(store).reindex(VERSION, project)
    if before.current == before.newest:
        console.out(f"{before.database}: has the newest schema already ({before.newest})")
    else:
        console.out(f"{before.database}: {before.current or 'empty'} -> {before.newest}")
    if indexed:
        console.out(f"{before.database}: {indexed} entries indexed for searching")
    return ExitCode.OK


def current(
    invocation: Invocation, *, form: FormOption = Form.TEXT, json: JsonOption = False
) -> int:
    """Say which schema the database has."""
    from storage import schema

    with _store(invocation) as store:
        version = schema.current(store)
    if json or form is Form.JSON:
        write_json(
            {"database": version.database, "current": version.current, "newest": version.newest}
        )
        return ExitCode.OK
    here = version.current or "no schema yet"
    if version.current == version.newest:
        console.out(f"{version.database}: {here}, the newest")
    else:
        console.out(
            f"{version.database}: {here}; this harvester writes {version.newest}: "
            "harvester database upgrade"
        )
    return ExitCode.OK


def backup(
    invocation: Invocation,
    *,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="New file for the copy.")],
) -> int:
    """Copy the catalogue while crawls go on."""
    from storage import backup as copying

    with _store(invocation) as store:
        console.out(str(copying.backup(store, target)))
    return ExitCode.OK


command(app, "upgrade")(upgrade)
command(app, "current")(current)
command(app, "backup")(backup)
command(app, "purge")(purge)


def _store(invocation: Invocation) -> "closing[Store]":
    from harvester.cli import compose
    from storage.engine import Store

    return closing(Store(compose.configuration(invocation).database_url()))
