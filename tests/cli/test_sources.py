# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from datetime import UTC, datetime, timedelta

import pytest

from harvester.cli.output import size, span
from harvester.cli.sources import next_run
from harvester.model import Forge
from harvester.ports.crawls import SourceState
from harvester.settings import Source
from tests.cli.conftest import SETTINGS, Shell

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_before_any_crawl(shell: Shell) -> None:
    ran = shell("sources")
    assert ran.code == 0
    assert ran.out.startswith("forge: standin, https://forge.example, scope instance\n")
    assert "  last success  never\n" in ran.out
    assert not (shell.folder / "harvester.db").exists()


def test_after_a_crawl(shell: Shell) -> None:
    shell("crawl")
    (source,) = shell("sources", "--json").json["sources"]
    assert source["last_status"] == "complete"
    assert source["age_seconds"] >= 0
    assert source["repositories"] == 3
    assert source["listed"] == 1
    begun = datetime.fromisoformat(source["last_crawl_at"])
    assert datetime.fromisoformat(source["next_run_at"]) == begun + timedelta(hours=6)
    assert " ago)\n" in shell("sources").out


def test_the_last_error(shell: Shell) -> None:
    shell.world(accident={"page": 0, "kind": "ServerError", "message": "the forge failed"})
    shell("crawl")
    assert "  last error    the forge failed\n" in shell("sources").out


def test_what_could_not_be_read_is_told(shell: Shell) -> None:
    shell.world({"id": 1, "path": "a/one"}, {"id": 2, "path": "a/two", "unknown": "not today"})
    shell("crawl")
    out = shell("sources").out
    assert "  errored       1 items of the newest crawl, such as\n" in out
    assert "    https://forge.example/a/two: not today\n" in out
    (source,) = shell("sources", "--json").json["sources"]
    assert source["errored"] == 1
    assert source["errors"] == [
        {
            "subject": "https://forge.example/a/two",
            "reason": "file-unknown",
            "message": "not today",
        }
    ]
    told = shell("status", "https://forge.example/a/two").out
    assert "is known, but not whether it has a publiccode.yml" in told
    assert "failed: the forge would not show its files (not today)" in told


def test_owners_and_no_schedule(shell: Shell) -> None:
    text = SETTINGS.replace('scope = "instance"', 'owners = ["a", "b"]')
    shell.settings(text.replace('every = "6h"', ""))
    out = shell("sources").out
    assert "scope owners of 2 paths" in out
    assert "  next run      by hand only\n" in out


def test_each_is_tried(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = shell("sources", "--check")
    assert (ran.code, "  check         ok: answers anonymously" in ran.out) == (0, True)
    shell.world(accident={"page": 0, "kind": "UnauthorisedError", "message": "renew the token"})
    ran = shell("sources", "--check", "--json")
    assert ran.code == 1
    assert ran.json["sources"][0]["check"] == {"ok": False, "message": "renew the token"}
    shell.settings(SETTINGS + 'token_env = "T"\ntoken_required = true')
    ran = shell("sources", "--check")
    assert (ran.code, "  check         failed: " in ran.out) == (1, True)


def test_tokens_of_a_pool_and_those_that_are_missing(shell: Shell) -> None:
    shell.environ |= {"TOKEN_B": "hidden-b", "TOKEN_D": "hidden-d"}
    pool = 'token_env = "TOKEN_A"\ntoken_envs = ["TOKEN_B", "TOKEN_C", "TOKEN_D"]\n'
    shell.settings(SETTINGS + pool)
    ran = shell("sources", "--check")
    assert "ok: answers with TOKEN_B, TOKEN_D" in ran.out
    assert (
        "forge: the environment variables TOKEN_A, TOKEN_C are not set; reading with TOKEN_B,"
        " TOKEN_D alone"
    ) in ran.err
    assert "hidden" not in ran.out + ran.err


def test_a_check_that_waits_says_so(shell: Shell) -> None:
    shell.world(accident={"page": 0, "kind": "wait"})
    ran = shell("sources", "--check")
    told = "forge: waiting until 2030-01-01T00:00:00Z: the forge wants a pause"
    assert told in ran.err.splitlines()


def test_no_sources(shell: Shell) -> None:
    shell.settings("")
    assert "No source is configured" in shell("sources").out


def test_never_before_the_forge_allows_it() -> None:
    source = Source(
        name="a", kind="x", url="https://x.example", scope="instance", every=timedelta(hours=1)
    )
    state = SourceState(
        name="a",
        last_success_at=NOW,
        last_sweep_at=NOW,
        last_crawl_at=NOW,
        last_status="complete",
        last_error=None,
        not_before=NOW + timedelta(hours=3),
        forge=Forge(url="https://x.example", kind="x"),
        repositories=0,
        listed=0,
    )
    assert next_run(source, state, NOW) == NOW + timedelta(hours=3)
    assert next_run(source, None, NOW) == NOW


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (200000, "2 d")],
)
def test_spans(seconds: int, text: str) -> None:
    assert span(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 << 20, "5.0 MiB"), (3 << 30, "3.0 GiB")],
)
def test_sizes(amount: int, text: str) -> None:
    assert size(amount) == text
