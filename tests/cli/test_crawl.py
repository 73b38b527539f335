# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import pytest

from harvester.cli import installed
from harvester.model import ItemStatus
from tests.cli.conftest import SETTINGS, Shell


def test_a_crawl_and_its_summary(shell: Shell) -> None:
    ran = shell("crawl", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["catalogue"] == str(shell.folder / "harvester.db")
    (source,) = ran.json["sources"]
    assert source["name"] == "forge"
    assert source["complete"] is True
    assert source["resumed_from"] is None
    assert source["items"] == {
        "added": 3,
        "updated": 0,
        "unchanged": 0,
        "gone": 0,
        "skipped": 1,
        "errored": 0,
    }
    assert source["files"] == {"listed": 1, "invalid": 1, "other_place": 0, "superseded": 0}
    assert set(source["requests"]) == {"graphql", "rest", "raw"}
    assert {
        "points",
        "budget_left",
        "text_bytes",
        "bytes",
        "retries",
        "waited_seconds",
        "seconds",
        "cursor",
        "error",
    } <= set(source)
    assert "forge: reads the whole listing" in ran.err
    assert "forge: expected: about 4 requests (4 REST)" in ran.err
    assert "forge: 3 of 4 repositories" in ran.err


def test_the_summary_for_people(shell: Shell) -> None:
    ran = shell("crawl", "--quiet")
    assert ran.code == 0
    assert ran.err == ""
    assert ran.out.startswith("forge: complete, ")
    assert (
        "  repositories  3 added, 0 updated, 0 unchanged, 0 gone, 1 skipped, 0 errored" in ran.out
    )
    assert "  files         1 listed, 1 invalid, 0 other-place, 0 superseded" in ran.out
    assert ran.out.endswith(f"Catalogue: {shell.folder / 'harvester.db'}\n")


def test_events(shell: Shell) -> None:
    ran = shell("crawl", "--format", "ndjson")
    events = ran.lines
    kinds = ["started", "item", "item", "item", "item", "page", "source"]
    assert [event["event"] for event in events] == kinds
    assert events[-2]["repositories"] == 3
    assert events[-1]["complete"] is True
    assert events[-1]["catalogue"] == str(shell.folder / "harvester.db")
    assert {event["status"] for event in events if event["event"] == "item"} == {
        ItemStatus.ADDED,
        ItemStatus.SKIPPED,
    }


def test_again_and_nothing_new(shell: Shell) -> None:
    shell("crawl")
    ran = shell("crawl", "forge", "--json")
    assert ran.json["sources"][0]["items"]["unchanged"] == 3
    assert ran.json["sources"][0]["items"]["added"] == 0
    assert "forge: reads what moved since the last crawl" in ran.err
    assert "reads the whole listing" in shell("crawl", "--full").err


def test_a_dry_run_keeps_nothing(shell: Shell) -> None:
    ran = shell("crawl", "--dry-run")
    assert ran.code == 0
    assert "3 added" in ran.out
    assert ran.out.endswith("Catalogue: kept nothing (dry run)\n")
    assert not (shell.folder / "harvester.db").exists()
    assert shell("crawl", "--dry-run", "--wait").code == 2


def test_a_limit_is_no_failure(shell: Shell) -> None:
    ran = shell("crawl", "--limit", "1", "--json")
    assert ran.code == 0
    (source,) = ran.json["sources"]
    assert (source["complete"], source["limited"], source["items"]["added"]) == (False, True, 1)
    assert "forge: ended by --limit" in shell("crawl", "--limit", "1").out
    assert shell("crawl", "--limit", "0").code == 2


# --- what is meant --------------------------------------------------------------------------


def test_an_unknown_source(shell: Shell) -> None:
    ran = shell("crawl", "forgge")
    assert ran.code == 2
    assert ran.err == (
        f'harvester: {shell.folder}/harvester.toml: there is no source "forgge"; '
        'did you mean "forge"?\n'
    )


def test_no_source_at_all(shell: Shell) -> None:
    shell.settings("")
    ran = shell("crawl")
    assert ran.code == 2
    assert "no source is configured; add a [[sources]] table" in ran.err


def test_an_address_of_a_configured_source(shell: Shell) -> None:
    ran = shell("crawl", "https://forge.example/city/two/-/tree/main", "--json")
    assert ran.code == 0, ran.err
    (source,) = ran.json["sources"]
    assert (source["name"], source["complete"], source["error"]) == ("forge", False, None)
    assert "expected:" not in ran.err
    assert "forge: reads the addresses that were given" in ran.err


def test_an_address_at_the_old_host_of_a_source(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = installed.connector_types()["standin"]
    monkeypatch.setattr(connector, "host_aliases", {"old.example": "forge.example"})
    ran = shell("crawl", "https://old.example/city/two", "--json")
    assert ran.code == 0, ran.err
    (source,) = ran.json["sources"]
    assert (source["name"], source["complete"]) == ("forge", False)


def test_the_address_of_a_whole_source_is_the_source(shell: Shell) -> None:
    ran = shell("crawl", "https://FORGE.example/", "https://forge.example/city/one", "--json")
    assert [source["complete"] for source in ran.json["sources"]] == [True]


def test_an_address_elsewhere_is_recognised(shell: Shell) -> None:
    shell.settings("")
    ran = shell("crawl", "https://forge.example/city/one", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["sources"][0]["name"] == "manual"
    ran = shell("crawl", "https://other.example/a/b")
    assert ran.code == 2
    assert "it is not clear what kind of forge this is; name it with --kind, one of" in ran.err
    ran = shell("crawl", "https://other.example/a/b", "--kind", "standin", "--json")
    assert ran.code == 0, ran.err


def test_an_address_elsewhere_that_does_not_answer(shell: Shell) -> None:
    shell.settings("")
    ran = shell("crawl", "https://down.example/a/b")
    assert ran.code == 3
    assert "  error         https://down.example does not answer; check the address" in ran.out
    assert "repositories" not in ran.out


def test_addresses_that_cannot_be_crawled(shell: Shell) -> None:
    ran = shell("crawl", "https://other.example")
    assert (ran.code, "is a whole forge; configure it" in ran.err) == (2, True)
    ran = shell("crawl", "ftp://x/y")
    assert (ran.code, "is not an http or https address" in ran.err) == (2, True)
    ran = shell("crawl", "https://x.example/y", "--kind", "standing")
    assert (ran.code, 'did you mean "standin"?' in ran.err) == (2, True)


def test_of_two_sources_on_one_forge_the_one_that_covers_the_address_is_taken(
    shell: Shell,
) -> None:
    owners = SETTINGS.replace('"forge"', '"owners"').replace(
        'scope = "instance"', 'owners = ["town"]'
    )
    shell.settings(owners + SETTINGS.partition("\n\n")[2])
    names = [
        shell("crawl", f"https://forge.example/{path}", "--json").json["sources"][0]["name"]
        for path in ("town/x", "city/one")
    ]
    assert names == ["owners", "forge"]


# --- what goes wrong ------------------------------------------------------------------------


def test_a_forge_that_does_not_answer(shell: Shell) -> None:
    message = "forge.example does not answer: refused; check url and the network"
    shell.world(accident={"page": 0, "kind": "UnreachableError", "message": message})
    ran = shell("crawl")
    assert ran.code == 3
    assert f"  error         {message}" in ran.out
    assert ran.out.startswith("forge: failed, ")


def test_one_forge_of_two_that_does_not_answer(shell: Shell) -> None:
    shell.settings(
        SETTINGS
        + SETTINGS.partition("\n\n")[2].replace('"forge"', '"two"').replace("world.j", "down.j")
    )
    (shell.folder / "down.json").write_text(
        '{"repositories": [], "accident": {"page": 0, "kind": "UnreachableError", "message": "x"}}'
    )
    ran = shell("crawl", "--json")
    assert ran.code == 1
    assert [source["complete"] for source in ran.json["sources"]] == [True, False]


def test_a_refused_token(shell: Shell) -> None:
    shell.world(accident={"page": 0, "kind": "UnauthorisedError", "message": "renew the token"})
    ran = shell("crawl", "--json")
    assert ran.code == 1
    assert ran.json["sources"][0]["error"] == "renew the token"


def test_an_empty_budget_is_told_with_its_end_and_the_next_run_goes_on(shell: Shell) -> None:
    rows = [{"id": number, "path": f"city/p{number}"} for number in range(12)]
    accident = {"page": 6, "kind": "budget"}
    shell.world(*rows, page_size=1, accident=accident)
    ran = shell("crawl")
    assert ran.code == 1
    assert ran.out.startswith("forge: incomplete, ")
    assert "  not before    2030-01-01T00:00:00Z" in ran.out
    assert "  goes on with  harvester crawl forge" in ran.out
    shell.world(*rows, page_size=1)
    ran = shell("crawl", "--json")
    assert ran.code == 0
    assert "forge: goes on where the last crawl ended (" in ran.err
    (source,) = ran.json["sources"]
    assert source["resumed_from"] is not None
    assert source["items"]["added"] == 12


def test_settings_are_refused_before_anything_is_asked(shell: Shell) -> None:
    shell.settings(SETTINGS + 'token_file = "no-token"\n')
    ran = shell("crawl")
    assert ran.code == 2
    assert 'harvester.toml:12: sources[0].token_file (source "forge"): ' in ran.err
    assert "mend the path or its permissions" in ran.err
    assert ran.out == ""


def test_secrets_of_other_sources_are_not_touched(shell: Shell) -> None:
    other = SETTINGS.partition("\n\n")[2].replace('"forge"', '"two"')
    shell.settings(SETTINGS + other + 'token_file = "no-token"\n')
    assert shell("crawl", "forge").code == 0


def test_a_token_that_is_not_set_is_warned_of_once(shell: Shell) -> None:
    shell.settings(SETTINGS + 'token_env = "STANDIN_TOKEN"\n')
    ran = shell("crawl")
    assert ran.code == 0
    assert ran.err.count("STANDIN_TOKEN is not set; reading anonymously") == 1


def test_no_contact_is_warned_of(shell: Shell) -> None:
    shell.settings(SETTINGS.partition("\n\n")[2])
    assert "warning: no contact in the User-Agent: set contact in [http]" in shell("crawl").err


def test_a_database_that_cannot_be_made(shell: Shell) -> None:
    shell.environ["HARVESTER_DATABASE_URL"] = "sqlite:///nowhere/x.db"
    ran = shell("crawl")
    assert ran.code == 3
    assert f"there is no folder {shell.folder}/nowhere; create it" in ran.err


def test_a_defect_is_told_in_one_line(shell: Shell) -> None:
    shell.world({"id": 1, "path": "a/b"}, accident={"page": 0, "kind": "defect"})
    ran = shell("crawl", "--quiet")
    assert ran.code == 70
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("harvester: a defect of harvester 0.1.0: ZeroDivisionError in ")
    assert "please report it, with this line" in ran.err
    assert "Traceback" in shell("crawl", "--dry-run", "--log-level", "debug").err


def test_signals_end_a_crawl_after_a_clean_commit(shell: Shell) -> None:
    rows = [{"id": number, "path": f"city/p{number}"} for number in range(12)]
    for name, code, page in (("SIGINT", 130, 6), ("SIGTERM", 143, 2)):
        accident = {"page": page, "kind": "signal", "name": name}
        shell.world(*rows, page_size=1, accident=accident)
        ran = shell.spawn("crawl", "--full")
        assert ran.code == code, ran.err
        assert "Go on with: harvester crawl forge" in ran.err
        assert ran.out.startswith("forge: stopped, ")
    shell.world(*rows, page_size=1)
    ran = shell("crawl", "--full", "--json")
    assert ran.json["sources"][0]["resumed_from"] is not None
    assert ran.code == 0


def test_a_second_signal_ends_at_once(shell: Shell) -> None:
    accident = {"page": 0, "kind": "signal", "name": "SIGTERM", "twice": True}
    shell.world({"id": 1, "path": "a/b"}, accident=accident)
    assert shell.spawn("crawl").code == 143


def test_a_busy_source(shell: Shell) -> None:
    holding = {"page": 0, "kind": "hold"}
    shell.world({"id": 1, "path": "a/b"}, accident=holding)
    with shell.start("crawl", "--format", "ndjson") as first:
        assert first.stdout is not None
        assert "started" in first.stdout.readline()
        ran = shell("crawl", "--json")
        (source,) = ran.json["sources"]
        assert ran.code == 1
        assert source["busy"] is True
        assert "process" in source["error"]
        with shell.start("crawl", "--wait") as waiting:
            assert waiting.stderr is not None
            while "waiting (Ctrl-C ends it)" not in waiting.stderr.readline():
                assert waiting.poll() is None
            waiting.terminate()
            waiting.communicate(timeout=20)
            assert waiting.returncode == 143
        first.kill()
