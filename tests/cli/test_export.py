# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import csv
import io
import json
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harvester.cli.export import KINDS
from harvester.crawl.reasons import StateReason
from harvester.model import FileState, Level, Origin, Outcome, State
from tests.cli.conftest import ROOT, SETTINGS, Shell
from tests.cli.test_purge import FILE, OFF, TRACES

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs/schemas/entry.schema.json").read_text("utf-8"))


@pytest.fixture
def crawled(shell: Shell) -> Shell:
    assert shell("crawl").code == 0
    return shell


def test_lines_fulfil_the_schema(crawled: Shell) -> None:
    ran = crawled("export", "jsonl", "--state", "all")
    assert len(ran.lines) == 2
    validator = jsonschema.Draft202012Validator(
        SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    for line in [*ran.lines, *crawled("export", "jsonl", "--activity").lines]:
        validator.validate(line)
    assert [line["id"] for line in ran.lines] == sorted(line["id"] for line in ran.lines)


def test_the_schema_knows_every_word() -> None:
    keys = SCHEMA["properties"]
    assert set(keys["state"]["enum"]) == set(State)
    assert set(keys["file_state"]["enum"]) == set(FileState)
    assert set(keys["origin"]["enum"]) == set(Origin)
    assert set(keys["state_reason"]["enum"]) == set(StateReason) - {
        StateReason.MERGED,
        StateReason.PURGED,
        StateReason.UNFOUNDED,
    }
    assert set(keys["publisher"]["properties"]["level"]["enum"]) == set(Level)
    provenance = keys["provenances"]["items"]["properties"]
    assert set(provenance["outcome"]["enum"]) == set(Outcome)


def test_keys_stand_in_the_schemas_order(crawled: Shell) -> None:
    (line,) = crawled("export", "jsonl", "--activity").lines
    assert list(line) == list(SCHEMA["properties"])
    assert list(line["repository"]) == list(SCHEMA["properties"]["repository"]["properties"])
    assert line["activity"]["stars"] == 3


def test_an_unchanged_catalogue_exports_the_same_bytes(crawled: Shell) -> None:
    before = crawled("export", "jsonl", "--state", "all").out
    crawled("crawl", "--full")
    assert crawled("export", "jsonl", "--state", "all").out == before


def test_states(crawled: Shell) -> None:
    states = {
        state: [line["state"] for line in crawled("export", "jsonl", "--state", state).lines]
        for state in ("listed", "invalid", "gone")
    }
    assert states == {"listed": ["listed"], "invalid": ["invalid"], "gone": []}
    both = crawled("export", "json", "--state", "listed", "--state", "invalid").json
    assert len(both) == 2
    ran = crawled("export", "jsonl", "--state", "listet")
    assert ran.code == 2
    assert ran.err == (
        'harvester: export: there is no state "listet"; there are listed, invalid, gone, '
        "withdrawn, blocked and all\n"
    )


def test_the_table(crawled: Shell) -> None:
    (row,) = csv.DictReader(io.StringIO(crawled("export", "csv").out, newline=""))
    assert row["url"] == "https://forge.example/city/one"
    assert row["license"] == "EUPL-1.2"


def test_to_a_file_in_one_step(crawled: Shell) -> None:
    target = crawled.folder / "out.jsonl"
    ran = crawled("export", "jsonl", "--output", "out.jsonl")
    assert (ran.code, ran.out) == (0, "")
    assert target.read_text("utf-8") == crawled("export", "jsonl").out
    target.chmod(0o640)
    crawled("export", "json", "--output", str(target))
    assert isinstance(json.loads(target.read_text("utf-8")), list)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert crawled("export", "jsonl", "--output", "-").out != ""


def test_a_file_that_cannot_be_written_is_left_as_it_was(
    crawled: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = crawled("export", "jsonl", "--output", "nowhere/out.jsonl")
    assert ran.code == 2
    assert "nowhere/out.jsonl: cannot be written: No such file or directory" in ran.err
    target = crawled.folder / "out.jsonl"
    target.write_text("before")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    ran = crawled("export", "jsonl", "--output", str(target))
    assert (ran.code, "No space left on device" in ran.err) == (2, True)
    assert target.read_text() == "before"
    assert sorted(path.name for path in crawled.folder.glob(".out*")) == []


def test_a_form_that_there_is_not(crawled: Shell) -> None:
    ran = crawled("export", "x")
    assert ran.code == 2
    assert 'there is no form "x" in this version; there are jsonl, json, csv, ' in ran.err


def test_every_form_twice(crawled: Shell) -> None:
    crawled.settings(SETTINGS + '[catalogue]\ntitle = "Ours"\nurl = "https://ours.example/"\n')
    for kind in KINDS:
        ran = crawled("export", kind, "--state", "all")
        assert (kind, ran.code, ran.err) == (kind, 0, "")
        assert ("city/one" in ran.out) is (kind != "table-schema"), kind
        assert ("ours.example" in ran.out) is (kind in ("atom", "dcat", "dcat-turtle")), kind
        assert crawled("export", kind, "--state", "all").out == ran.out


def test_without_contacts_no_form_has_any(shell: Shell) -> None:
    """A person in the contacts and a firm's address: told by default, in no form if not wanted."""
    shell.world({"id": 1, "path": "city/one", "file": FILE})

    def telling(database: str) -> set[str]:
        shell.environ["HARVESTER_DATABASE_URL"] = f"sqlite:///{database}.db"
        assert shell("crawl").code == 0
        exported = {kind: shell("export", kind, "--state", "all") for kind in KINDS}
        assert {ran.code for ran in exported.values()} == {0}
        return {kind for kind, ran in exported.items() if TRACES.search(ran.out.encode())}

    assert telling("with") == {
        *("jsonl", "json", "publiccode", "awesome"),
        *("codemeta", "codejson", "dcat", "dcat-turtle"),
    }
    shell.settings(SETTINGS + OFF)
    assert telling("without") == set()


def test_a_form_without_room_for_activity(crawled: Shell) -> None:
    ran = crawled("export", "urls", "--activity")
    assert ran.code == 2
    assert ran.err == (
        "harvester: export: urls has no room for --activity; jsonl, json, csv, table-schema have\n"
    )


def test_no_catalogue_yet(shell: Shell) -> None:
    ran = shell("export", "jsonl")
    assert ran.code == 3
    path = Path(shell.folder / "harvester.db")
    assert f"there is no catalogue at {path} yet; fill it with `harvester crawl`" in ran.err
    assert not path.exists()
