# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A connector that somebody else's package brings, and that cannot be loaded."""

from importlib.metadata import entry_points

import pytest

from harvester.cli import installed
from tests.cli.conftest import SETTINGS, Shell

BROKEN = """
[[sources]]
name = "elsewhere"
kind = "elsewhere"
url = "https://elsewhere.example"
scope = "instance"
whatever = "only its connector knows"
"""
SAID = (
    'the connector for "elsewhere" of the package elsewhere 2.1 cannot be loaded: '
    "ModuleNotFoundError: No module named 'no_such_module'; update, mend or remove the package"
)


@pytest.fixture
def beside(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A broken package beside the one that works."""
    metadata = shell.site / "elsewhere-2.1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 2.1\n")
    (metadata / "entry_points.txt").write_text(
        "[harvester.connectors]\nelsewhere = no_such_module:Connector\n"
    )
    monkeypatch.setattr(
        installed,
        "entry_points",
        lambda group: [
            *entry_points(group=group, name="standin"),
            *entry_points(group=group, name="elsewhere"),
        ],
    )
    return shell


def test_it_is_nothing_to_other_sources(beside: Shell) -> None:
    for arguments in (("crawl",), ("plan",), ("sources",), ("status",), ("crawl", "forge")):
        ran = beside(*arguments)
        assert (ran.code, "elsewhere" in ran.out + ran.err) == (0, False), ran.err


def test_its_own_source_fails_and_the_others_go_on(beside: Shell) -> None:
    beside.settings(BROKEN + SETTINGS.partition("\n\n")[2])
    assert beside("crawl", "forge").code == 0
    ran = beside("crawl", "--json")
    assert ran.code == 1
    elsewhere, forge = ran.json["sources"]
    assert (elsewhere["name"], elsewhere["error"]) == ("elsewhere", SAID)
    assert (forge["name"], forge["complete"]) == ("forge", True)


def test_a_plan_and_a_check_tell_it_too(beside: Shell) -> None:
    beside.settings(BROKEN + SETTINGS.partition("\n\n")[2])
    ran = beside("plan", "--json")
    assert ran.code == 1
    assert f"elsewhere: {SAID}" in ran.err
    assert [source["name"] for source in ran.json["sources"]] == ["forge"]
    assert beside("sources").code == 0
    ran = beside("sources", "--check", "--json")
    assert ran.code == 1
    assert [row["check"]["ok"] for row in ran.json["sources"]] == [False, True]


def test_it_is_named_by_kind(beside: Shell) -> None:
    ran = beside("crawl", "https://x.example/a", "--kind", "elsewhere")
    assert (ran.code, SAID in ran.err + ran.out) == (1, True)
