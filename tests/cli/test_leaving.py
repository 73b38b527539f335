# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What people are told of who is not let in, and of sources that are no longer configured."""

from datetime import UTC, datetime, timedelta

import pytest

from harvester.cli.adapters import SystemClock
from tests.cli.conftest import SETTINGS, Shell
from tests.crawl.build import GOOD

FORGE = "https://forge.example"
OPTED_OUT = GOOD.format(name="Werkzeug", url=f"{FORGE}/city/one") + "x-publiccode-ignore: true\n"
BLOCK = f'\n[[blocks]]\nurl = "{FORGE}/city/one"\nreason = "Kein Code einer Behörde"\n'


def test_who_opts_out(shell: Shell) -> None:
    shell("crawl")
    shell.world({"id": 1, "path": "city/one", "file": OPTED_OUT})
    (source,) = shell("crawl", "--json").json["sources"]
    assert source["left_out"] == {"opt-out-key": 1}
    out = shell("crawl").out
    assert "  left out      1 opt-out-key" in out
    out = shell("status", f"{FORGE}/city/one").out
    assert "withdrawn, its publiccode.yml opts out (x-publiccode-ignore: true)" in out
    assert "has been opted out since 20" in out
    assert ": left out: it opts out in its publiccode.yml" in out
    german = shell("status", f"{FORGE}/city/one", "--lang", "de").out
    assert "widerspricht der Aufnahme seit 20" in german
    assert "zurückgezogen, seine publiccode.yml widerspricht der Aufnahme" in german
    (repository,) = shell("status", f"{FORGE}/city/one", "--json").json["repositories"]
    assert repository["opt_outs"] == ["opt-out-key"]
    assert repository["ignored_since"] is not None


def test_who_is_blocked(shell: Shell) -> None:
    shell("crawl")
    shell.settings(SETTINGS + BLOCK)
    shell("crawl", f"{FORGE}/city/two")
    assert "0 listed" in shell("status").out
    out = shell("status", f"{FORGE}/city/one").out
    assert "is blocked by whoever keeps this catalogue: Kein Code einer Behörde" in out
    assert "blocked, who keeps this catalogue does not list it" in out
    assert "gesperrt: Kein Code" in shell("status", f"{FORGE}/city/one", "--lang", "de").out
    seen = shell("status", f"{FORGE}/city/one", "--json").json
    assert (seen["blocked"], seen["software"][0]["state"]) == ("Kein Code einer Behörde", "blocked")
    shell.settings()
    shell("crawl", f"{FORGE}/city/two")
    assert "1 listed" in shell("status").out


def test_what_is_blocked_and_was_never_seen(shell: Shell) -> None:
    shell.settings(SETTINGS + BLOCK.replace("one", "nine"))
    shell("crawl")
    out = shell("status", f"{FORGE}/city/nine").out
    assert "is blocked by whoever keeps this catalogue: Kein Code einer Behörde" in out


def test_what_is_excluded_now(shell: Shell) -> None:
    shell("crawl")
    shell.settings(SETTINGS.replace("city/private-*", "city/one"))
    shell("crawl")
    out = shell("status", f"{FORGE}/city/one").out
    assert "is left out (no source's scope and patterns want it any more)" in out


def test_a_source_that_is_no_longer_configured(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell("crawl")
    other = SETTINGS.replace('"forge"', '"other"').replace('"instance"', '"instance"')
    other = other.replace('scope = "instance"', 'owners = ["nobody"]')
    shell.settings(other)
    shell.world()
    out = shell("sources").out
    assert "forge: no longer configured (standin, https://forge.example)" in out
    assert "kept until the next harvester crawl and a grace time" in out
    ran = shell("crawl")
    assert "forge: no longer configured; its 3 repositories are kept until 20" in ran.err
    (retired,) = shell("sources", "--json").json["retired"]
    assert retired["name"] == "forge"
    assert datetime.fromisoformat(retired["leaves_at"]) > datetime.now(UTC)
    assert "1 listed" in shell("status").out
    shell("crawl", "other")
    later = datetime.now(UTC) + timedelta(days=4)
    monkeypatch.setattr(SystemClock, "now", lambda _: later)
    ran = shell("crawl", "--json")
    assert "forge: no longer configured; its 3 repositories leave the catalogue" in ran.err
    told = {source["name"]: source for source in ran.json["sources"]}
    assert (told["forge"]["complete"], told["forge"]["items"]["gone"]) == (True, 3)
    assert shell("sources", "--json").json["retired"] == []
    assert "0 listed" in shell("status").out
    assert "no longer configured" not in shell("crawl").err
