# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import sqlite3

from storage.schema import NEWEST
from tests.cli.conftest import Shell


def test_upgrade_makes_and_says(shell: Shell) -> None:
    path = shell.folder / "harvester.db"
    ran = shell("database", "upgrade")
    assert ran.code == 0
    assert ran.out.startswith(f"{path}: empty -> {NEWEST}")
    ran = shell("database", "upgrade")
    assert ran.out.startswith(f"{path}: has the newest schema already (")


def test_upgrade_makes_what_is_searched_anew(shell: Shell) -> None:
    shell("crawl")
    path = shell.folder / "harvester.db"
    with sqlite3.connect(path) as connection:
        indexed = connection.execute("SELECT count(*) FROM search_entry").fetchone()[0]
        connection.execute("UPDATE search_rules SET version = 0")
    connection.close()
    assert indexed > 0
    ran = shell("database", "upgrade")
    assert ran.out.splitlines()[1] == f"{path}: {indexed} entries indexed for searching"
    assert len(shell("database", "upgrade").out.splitlines()) == 1


def test_current(shell: Shell) -> None:
    assert "no schema yet; this harvester writes" in shell("database", "current").out
    seen = shell("database", "current", "--json").json
    assert (seen["current"], bool(seen["newest"])) == (None, True)
    shell("database", "upgrade")
    assert shell("database", "current").out.endswith(", the newest\n")


def test_a_database_of_a_newer_harvester(shell: Shell) -> None:
    shell("database", "upgrade")
    with sqlite3.connect(shell.folder / "harvester.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_future'")
    connection.close()
    for command in (("database", "upgrade"), ("crawl",), ("export", "jsonl")):
        ran = shell(*command)
        assert ran.code == 3
        assert "was written by a newer harvester" in ran.err


def test_backup(shell: Shell) -> None:
    shell("crawl")
    ran = shell("database", "backup", "copy.db")
    assert (ran.code, ran.out) == (0, f"{shell.folder / 'copy.db'}\n")
    before = shell("export", "jsonl", "--state", "all").out
    shell.environ["HARVESTER_DATABASE_URL"] = "sqlite:///copy.db"
    assert shell("export", "jsonl", "--state", "all").out == before
    ran = shell("database", "backup", "copy.db")
    assert (ran.code, "is there already" in ran.err) == (3, True)


def test_a_file_that_is_no_database(shell: Shell) -> None:
    (shell.folder / "harvester.db").write_text("This is a text, and a long one too. " * 100)
    ran = shell("crawl")
    assert ran.code == 3
    assert str(shell.folder / "harvester.db") in ran.err
