# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import os
import pty
from datetime import UTC, datetime

import pytest

from harvester.cli import console
from harvester.cli.progress import Bars, Events, Lines, Quiet, beginning, listener, standing
from harvester.crawl.reasons import ItemReason
from harvester.model import ItemStatus
from harvester.ports.listing import Spent
from harvester.ports.rows import Item
from tests.cli.conftest import Shell


def test_a_total_is_told_on_every_page_until_the_next_source(
    capsys: pytest.CaptureFixture[str],
) -> None:
    console.configure(quiet=False, debug=False)
    lines = Lines()
    for source in ("one", "two"):
        lines.started(source, sweep=True, resumed_from=None)
        lines.page(source, 1, 9 if source == "one" else None, None, Spent())
        lines.page(source, 2, None, None, Spent())
    told = capsys.readouterr().err.splitlines()
    assert told[1:3] == [
        "one: 1 of 9 repositories, 0 requests",
        "one: 2 of 9 repositories, 0 requests",
    ]
    assert told[4:] == ["two: 1 repository, 0 requests", "two: 2 repositories, 0 requests"]


def test_standing() -> None:
    spent = Spent(graphql=2, rest=1, budget_left=40)
    assert standing(7, None, None, spent) == "7 repositories, 3 requests, 40 left"
    assert standing(1, None, 1, Spent(raw=1)) == "1 repository, 1 owner to go, 1 request"
    assert standing(7, 9, 2, Spent()) == "7 of 9 repositories, 2 owners to go, 0 requests"


def test_beginnings() -> None:
    assert beginning("a", sweep=True, resumed_from=None) == "a: reads the whole listing"
    assert beginning("a", sweep=False, resumed_from="c").startswith("a: goes on where the last")


def test_which_one_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    assert type(listener("c", events=False)) is Lines
    assert type(listener("c", events=True)) is Events


def test_lines_name_errors_and_waits(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    until = datetime(2026, 3, 1, tzinfo=UTC)
    lines.item("a", Item(subject="x/y", status=ItemStatus.ERRORED, message="no answer"))
    lines.item("a", Item(subject="x/z", status=ItemStatus.ERRORED, reason="forbidden"))
    lines.item("a", Item(subject="x/fine", status=ItemStatus.ADDED))
    reused = ItemReason.NAME_REUSED
    lines.item("a", Item(subject="x/a", status=ItemStatus.ADDED, reason=reused, message="warning"))
    lines.waiting("a", until, "the forge asked for it")
    assert capsys.readouterr().err.splitlines() == [
        "a: x/y: no answer",
        "a: x/z: forbidden",
        "a: x/a: warning",
        "a: waiting until 2026-03-01T00:00:00Z: the forge asked for it",
    ]
    Quiet().waiting("a", until, "x")
    assert capsys.readouterr().err == ""
    Events("c").waiting("a", until, "x")
    assert capsys.readouterr().out == (
        '{"event": "waiting", "source": "a", "until": "2026-03-01T00:00:00Z", "why": "x"}\n'
    )


def test_a_wait_of_the_connector_is_shown(shell: Shell) -> None:
    shell.world({"id": 1, "path": "city/one"}, accident={"page": 0, "kind": "wait"})
    told = "forge: waiting until 2030-01-01T00:00:00Z: the forge wants a pause"
    assert told in shell("crawl").err.splitlines()
    assert {
        "event": "waiting",
        "source": "forge",
        "until": "2030-01-01T00:00:00Z",
        "why": "the forge wants a pause",
    } in shell("crawl", "--full", "--format", "ndjson").lines
    assert told not in shell("crawl", "--full", "--quiet").err
    by_hand = shell("crawl", "https://forge.example/city/one")
    assert told in by_hand.err.splitlines()


def test_a_bar_on_a_terminal_and_the_result_on_stdout(shell: Shell) -> None:
    rows = [{"id": number, "path": f"city/p{number}"} for number in range(12)]
    shell.world(*rows, page_size=1)
    ours, theirs = pty.openpty()
    shell.environ |= {"TERM": "xterm", "COLUMNS": "200"}
    with shell.start("crawl", "--json", stderr_to=theirs) as process:
        os.close(theirs)
        assert process.stdout is not None
        out = process.stdout.read()
        shown = b""
        while part := _read(ours):
            shown += part
    os.close(ours)
    assert process.returncode == 0
    assert out.startswith("{")
    assert b"forge: reads the whole listing" in shown
    assert b"12 of 12 repositories" in shown
    assert b"\xe2\x94\x81" in shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's way of saying that the other side is closed
        return b""


def test_bars_without_a_task_stand_still() -> None:
    bars = Bars()
    bars.page("a", 1, None, None, Spent())
    with bars.shown():
        bars.started("a", sweep=True, resumed_from=None)
        bars.page("a", 1, 2, None, Spent())
