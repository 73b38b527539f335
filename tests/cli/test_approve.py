# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What an operator is told of losses that wait, and how they are let through."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from harvester.cli.adapters import SystemClock
from tests.cli.conftest import Shell

FORGE = "https://forge.example"


@pytest.fixture
def waiting(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Let files of eight of twelve repositories be broken; the next crawl is forty days later."""
    shell.world(*({"id": n, "path": f"city/p{n}"} for n in range(12)))
    shell("crawl")
    shell.world(
        *(
            {"id": n, "path": f"city/p{n}", **({"file": "broken"} if n < 8 else {})}
            for n in range(12)
        )
    )
    shell("crawl")
    later = datetime.now(UTC) + timedelta(days=40)
    monkeypatch.setattr(SystemClock, "now", lambda _: later)
    return shell


def test_a_crawl_whose_losses_wait(waiting: Shell) -> None:
    ran = waiting("crawl", "--full")
    assert ran.code == 1
    assert "forge: complete, but losses wait" in ran.out
    assert "  error         8 listed entries would be lost, more than [keep] gate lets" in ran.out
    ran = waiting("crawl", "--json")
    (source,) = ran.json["sources"]
    assert (ran.code, source["complete"], source["waiting"]) == (1, True, 8)
    assert "  waiting       8 losses, for harvester approve forge" in waiting("sources").out
    assert waiting("sources", "--json").json["sources"][0]["waiting"] == 8
    assert "  waiting: 8 losses, for harvester approve forge" in waiting("status").out
    seen = waiting("status", "--json").json
    assert (seen["sources"][0]["waiting"], seen["entries"]["listed"]) == (8, 12)


def test_what_would_be_lost_and_its_approval(waiting: Shell) -> None:
    waiting("crawl", "--full")
    ran = waiting("approve", "forge", "--dry-run")
    assert ran.code == 0
    assert ran.out.startswith("forge: 8 listed entries would be lost; they wait for harvester")
    assert f"  Werkzeug ({FORGE}/city/p3): the file has been broken for so long that" in ran.out
    german = waiting("approve", "forge", "--dry-run", "--lang", "de").out
    assert german.startswith("forge: 8 gelistete Einträge gingen verloren; sie warten auf")
    assert "die Datei ist so lange fehlerhaft" in german
    assert waiting("status", "--json").json["entries"]["listed"] == 12
    told = waiting("approve", "forge", "--json").json
    assert (told["source"], told["dry_run"], len(told["losses"])) == ("forge", False, 8)
    assert told["losses"][0].keys() == {"id", "url", "name", "reason", "since", "lost"}
    assert all(loss["lost"] and loss["reason"] == "stale" for loss in told["losses"])
    entries = waiting("status", "--json").json["entries"]
    assert (entries["listed"], entries["invalid"]) == (4, 8)
    assert waiting("crawl").code == 0
    assert "waiting" not in waiting("sources").out


def test_nothing_is_approved_that_does_not_wait(waiting: Shell) -> None:
    ran = waiting("approve", "forge")
    assert ran.code == 2
    assert ran.err == "harvester: forge: no losses wait for approval\n"
    assert "Keine Verluste warten" in waiting("approve", "forge", "--lang", "de").err
    ran = waiting("approve", "froge")
    assert (ran.code, 'there is no source "froge"' in ran.err) == (2, True)


def test_what_was_mended_meanwhile_stays(waiting: Shell) -> None:
    waiting("crawl", "--full")
    waiting.world({"id": 0, "path": "city/p0"})
    waiting("crawl", f"{FORGE}/city/p0")
    ran = waiting("approve", "forge")
    assert ran.out.startswith("forge: 7 of 8 losses that waited took effect\n")
    assert f"  Werkzeug ({FORGE}/city/p0): back or mended meanwhile; it stays listed" in ran.out


def test_a_source_that_is_being_crawled(waiting: Shell) -> None:
    waiting("crawl", "--full")
    (database,) = waiting.folder.glob("*.db")
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE lease SET holder = 'elsewhere:1:1', progress_at = '2999-01-01T00:00:00Z'"
        )
    ran = waiting("approve", "forge")
    assert (ran.code, "is being crawled by" in ran.err) == (1, True)
    assert waiting("status", "--json").json["sources"][0]["waiting"] == 8
