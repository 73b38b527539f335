# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What people are told of repositories that are looked at seldom."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from harvester.cli import installed
from harvester.cli.adapters import SystemClock
from tests.cli.conftest import Shell
from tests.forges.git import GitForge

TEXT = b"publiccodeYmlVersion: '0'\nname: Example\n"
HOUR = timedelta(hours=1)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[GitForge]:
    with GitForge(tmp_path / "repositories") as forge:
        for name in ("one", "two"):
            forge.make(f"stadt/{name}", {"publiccode.yml": TEXT})
        yield forge


def test_who_rests_is_told_by_every_command(
    shell: Shell, host: GitForge, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    monkeypatch.setattr(SystemClock, "now", lambda _self: now)
    monkeypatch.setattr(installed, "entry_points", lambda group: entry_points(group=group))
    installed.forget()
    shell.settings(
        f'[[sources]]\nname = "plain"\nkind = "git"\nurl = "{host.url}"\n'
        'repositories = ["stadt/one.git", "stadt/two"]\nevery = "6h"\nsweep_every = "60d"\n'
    )
    shell("crawl")
    now += 6 * HOUR
    assert "at rest" not in shell("crawl").out
    asked = host.requests()

    now += 6 * HOUR
    (planned,) = shell("plan", "--json").json["sources"]
    assert (planned["requests"]["rest"], planned["resting"], planned["sweep"]) == (0, 2, False)
    assert "2 of them rest" in shell("plan").out
    ran = shell("crawl")
    assert (ran.code, host.requests()) == (0, asked)
    assert "  at rest       2 repositories, not asked for: changes seldom (--full" in ran.out
    (told,) = shell("sources", "--json").json["sources"]
    seen = told["revisits"]
    assert (seen["known"], seen["resting"]) == (2, 2)
    first = datetime.fromisoformat(seen["next_due_at"])
    assert now + 3 * HOUR <= first <= now + 6 * HOUR
    said = f"2 of 2 that cost a request each, since they change seldom; the first until {first:%Y}"
    assert said in shell("sources").out
    looks = [
        shell("status", f"{host.url}/stadt/{name}", "--json").json["next_crawl_at"]
        for name in ("one", "two")
    ]
    assert min(looks) >= seen["next_due_at"]

    (ended,) = shell("crawl", "--full", "--json").json["sources"]
    assert (ended["resting"], host.requests()) == (0, asked + 2)
