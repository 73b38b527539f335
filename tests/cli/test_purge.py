# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Lawful deletion, on both databases: what was deleted is nowhere any more, and stays away."""

import re
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.catalogue import open_catalogue
from storage.tables import metadata
from tests.cli.conftest import SETTINGS, Shell
from tests.crawl.build import GOOD
from tests.crawl.conftest import House
from tests.crawl.test_told import Writer

FORGE = "https://forge.example"
PERSON = "Erika.Mustermann@amt.example"
FILE = GOOD.format(name="Werkzeug", url=f"{FORGE}/city/one").replace(
    "contacts: [{name: The team}]",
    f"contacts: [{{name: Erika Mustermann, email: {PERSON}, phone: 0123 not a number}}]\n"
    "  contractors: [{name: Firma Beispiel, until: 2030-01-01, email: max@firma.example}]",
)
TRACES = re.compile(rb"Mustermann|firma\.example|0123 not", re.IGNORECASE)
OFF = "\n[privacy]\ncontacts = false\n"
BLOCK = f'\n[[blocks]]\nurl = "{FORGE}/city/one"\nreason = "Auf Antrag gelöscht"\n'


@pytest.fixture
def town(shell: Shell, database_url: str) -> Shell:
    shell.environ["HARVESTER_DATABASE_URL"] = database_url
    shell("database", "upgrade")
    world(shell)
    return shell


def world(shell: Shell, text: str = FILE) -> None:
    shell.world({"id": 1, "path": "city/one", "file": text}, {"id": 2, "path": "city/two"})


def everything(shell: Shell) -> bytes:
    """Give all rows of all tables, and of SQLite the bytes of its files."""
    url = shell.environ["HARVESTER_DATABASE_URL"]
    told = b""
    with closing(open_catalogue(url)) as opened, opened.store.reading() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                told += b" ".join(
                    value if isinstance(value, bytes) else str(value).encode() for value in row
                )
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        told += b"".join(part.read_bytes() for part in path.parent.glob(f"{path.name}*"))
    return told


def changes(shell: Shell) -> list[tuple[str, str]]:
    with closing(open_catalogue(shell.environ["HARVESTER_DATABASE_URL"])) as opened:
        return [(row.change.type.value, row.change.reason) for row in opened.changes(0, 100)]


def test_contacts_are_deleted_everywhere_and_stay_away(town: Shell) -> None:
    town("crawl")
    assert TRACES.search(everything(town))
    head = len(changes(town))
    town.settings(OFF + SETTINGS)
    shown = town("database", "purge", "contacts", "--dry-run", "--json").json
    assert (shown["entries"], shown["records"], shown["files"]) == (2, 2, 2)
    assert TRACES.search(everything(town))

    ran = town("database", "purge", "contacts", "--yes")
    assert ran.code == 0
    assert ran.out.startswith("contacts: 2 records, ")
    assert "Backups" in ran.err

    assert TRACES.search(everything(town)) is None
    before = town("export", "jsonl", "--state", "all").out
    assert "contacts" not in town("export", "jsonl").lines[0]["publiccode"]["maintenance"]
    assert changes(town)[head:] == [("updated", "publiccode")] * 2
    town("crawl", "--full")
    assert town("export", "jsonl", "--state", "all").out == before

    world(town, FILE.replace("Werkzeug", "Neues Werkzeug"))
    town("crawl", "--full")
    assert "Neues Werkzeug" in town("export", "jsonl").out
    assert TRACES.search(everything(town)) is None
    again = town("database", "purge", "contacts", "--yes", "--json").json
    assert (again["entries"], again["records"], again["findings"]) == (0, 0, 0)


def test_a_repository_is_deleted_wholly_and_not_taken_up_again(town: Shell) -> None:
    town("crawl")
    head = len(changes(town))
    url = f"{FORGE}/city/one"
    ran = town("database", "purge", url, "--yes")
    assert (ran.code, "[[blocks]]" in ran.err) == (2, True)

    town.settings(SETTINGS + BLOCK)
    shown = town("database", "purge", url, "--dry-run", "--json").json
    assert (shown["entries"], shown["repositories"]) == (1, 1)
    ran = town("database", "purge", url, "--yes")
    assert ran.code == 0
    assert "1 entries, 1 repositories and 1 files deleted" in ran.out
    assert changes(town)[head:] == [("deleted", "purged")]
    assert not re.search(rb"city/one|Mustermann", everything(town))
    assert "city/two" in town("export", "jsonl", "--state", "all").out

    (source,) = town("crawl", "--full", "--json").json["sources"]
    assert source["left_out"] == {"blocked": 1}
    assert changes(town)[head:] == [("deleted", "purged")]
    assert "city/one" not in town("export", "jsonl", "--state", "all").out
    assert "Mustermann" not in everything(town).decode(errors="replace")
    assert town("database", "purge", url, "--yes").code == 2

    town.settings()
    town("crawl", "--full")
    assert "city/one" in town("export", "jsonl").out


def test_an_entry_by_its_id_after_the_block_took_effect(town: Shell) -> None:
    town("crawl")
    (entry,) = [row for row in town("export", "jsonl").lines if row["url"].endswith("/one")]
    town.settings(SETTINGS + BLOCK)
    town("crawl", f"{FORGE}/city/two")
    ran = town("database", "purge", entry["id"], "--yes", "--lang", "de")
    assert (ran.code, "1 Einträge, 1 Repositories" in ran.out) == (0, True)
    assert entry["id"] not in town("export", "jsonl", "--state", "all").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("contacts",), "--yes"),
        (("contacts", "--yes"), "contacts = false"),
        (("contacts", "--yes", "--lang", "de"), "schreiben Sie zuerst"),
        ((f"{FORGE}/city/nobody", "--yes"), "knows no such entry"),
        (("no-such-id", "--dry-run"), "knows no such entry"),
    ],
)
def test_what_is_refused(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    shell("crawl")
    ran = shell("database", "purge", *arguments)
    assert (ran.code, said in ran.err) == (2, True), ran


def test_what_was_told_of_an_address_is_deleted_with_it(town: Shell) -> None:
    url = f"{FORGE}/city/one"
    with closing(open_catalogue(town.environ["HARVESTER_DATABASE_URL"])) as opened:
        writer = Writer(House(opened))
        writer.post(url, FILE, f"{FORGE}/city/eins")
        writer.post(f"{FORGE}/city/two")
    town.settings(SETTINGS + BLOCK)
    shown = town("database", "purge", f"{FORGE}/city/one", "--yes", "--json").json
    assert (shown["entries"], shown["repositories"], shown["elsewhere"]) == (1, 1, [])
    assert not re.search(rb"city/one|city/eins|Mustermann", everything(town))
    assert "city/two" in town("export", "jsonl", "--state", "all").out
