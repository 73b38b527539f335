# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

from datetime import UTC, datetime

import pytest

from harvester import tokens
from harvester.cli import logs
from tests.cli.conftest import Shell


def test_a_token_is_shown_once_listed_and_revoked(shell: Shell) -> None:
    assert shell("token", "list", "--json").json == {"tokens": []}
    assert "nobody can write" in shell("token", "list").err
    made = shell("token", "create", "bot", "--scope", "logs, analysis", "--expires", "90d")
    assert made.code == 0
    shown = tokens.shown(made.out.strip())
    assert shown is not None
    assert f"token {shown.id}, shown this once" in made.err
    told = shell("token", "create", "site", "--scope", "all", "--scope", "logs", "--json").json
    assert (told["name"], told["scopes"], told["expires_at"]) == ("site", ["all", "logs"], None)
    assert tokens.shown(told["token"]) is not None
    listed = shell("token", "list")
    assert [line.split("  ")[:4] for line in listed.out.splitlines()] == [
        [shown.id, "bot", "analysis,logs", "live"],
        [told["id"], "site", "all,logs", "live"],
    ]
    for text in (made.out.strip(), told["token"]):
        assert text.rsplit("_", 1)[1] not in listed.out + listed.err
    assert shell("token", "revoke", "bot").out == f"bot ({shown.id}) opens nothing any more\n"
    assert shell("token", "revoke", told["id"], "--json").json["state"] == "revoked"
    states = [one["state"] for one in shell("token", "list", "--json").json["tokens"]]
    assert states == ["revoked", "revoked"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("revoke", "nobody"), "no live token nobody"),
        (("create", "a", "--scope", "write"), "'write' is no scope; there are software, "),
        (("create", "a", "--scope", ""), "'' is no scope"),
        (("create", "", "--scope", "all"), "a token's name is"),
        (("create", "a\tb", "--scope", "all"), "a token's name is"),
        (("create", "a", "--scope", "all", "--expires", "soon"), "write a number and a unit"),
        (("create", "a", "--scope", "all", "--expires", "0d"), "write a number and a unit"),
        (("create", "a", "--scope", "all", "--expires", "9999999d"), "write a number and a unit"),
        (("create", "a"), "--scope"),
    ],
)
def test_what_cannot_be_done_says_why(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    ran = shell("token", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_live_name_is_taken(shell: Shell) -> None:
    shell("token", "create", "bot", "--scope", "all")
    ran = shell("token", "create", "bot", "--scope", "all", "--lang", "de")
    assert (ran.code, ran.out) == (2, "")
    assert "ein Token bot gibt es schon" in ran.err


def test_a_token_is_in_no_line_of_a_log() -> None:
    _, text, _ = tokens.mint("bot", frozenset(), datetime.now(UTC), None)
    for line in (f"Authorization: Bearer {text}", f"a letter with {text} in it"):
        assert text.rsplit("_", 1)[1] not in logs.redacted(line)
        assert logs.HIDDEN in logs.redacted(line)
