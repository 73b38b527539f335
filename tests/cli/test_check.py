# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import pytest

from harvester.cli.check import Profile
from harvester.ports.errors import RefusedAddressError
from harvester.ports.http import Fetched
from harvester.publiccode.context import PROFILES
from tests.cli.conftest import Shell
from tests.crawl.build import BROKEN, GOOD

VALID = GOOD.format(name="A", url="https://forge.example/a/b")
INVALID = BROKEN.format(name="A", url="https://forge.example/a/b")


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_a_good_and_a_bad_file(shell: Shell) -> None:
    write(shell.folder, {"good.yml": VALID, "bad.yml": INVALID})
    (shell.folder / "harvester.toml").write_text("wrong = 1")
    ran = shell("check", "good.yml")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[-1].startswith("good.yml: valid")
    ran = shell("check", "good.yml", "bad.yml", "--json")
    assert ran.code == 1
    assert [file["valid"] for file in ran.json["files"]] == [True, False]
    assert ran.json["summary"]["files"] == 2


@pytest.mark.parametrize("form", ["text", "json", "sarif", "codequality", "junit", "github"])
def test_every_form(shell: Shell, form: str) -> None:
    write(shell.folder, {"bad.yml": INVALID})
    ran = shell("check", "bad.yml", "--format", form)
    assert ran.code == 1
    assert "bad.yml" in ran.out


def test_german_profile_and_strict(shell: Shell) -> None:
    write(shell.folder, {"publiccode.yml": INVALID})
    assert shell("check", ".", "--lang", "de").out != shell("check", ".").out
    ran = shell("check", ".", "--profile", "opencode", "--strict", "--json")
    assert ran.json["files"][0]["profile"] == "opencode"
    assert shell("check", ".", "--profile", "x").code == 2


def test_strict_looks_at_the_files_beside(shell: Shell) -> None:
    write(shell.folder, {"publiccode.yml": VALID + "logo: logo.svg\n"})
    assert shell("check", "publiccode.yml").code == 0
    ran = shell("check", "publiccode.yml", "--strict", "--json")
    assert ran.code == 1
    keys = [finding["key"] for finding in ran.json["files"][0]["findings"]]
    assert "logo" in keys
    write(shell.folder, {"logo.svg": "<svg/>"})
    assert shell("check", "publiccode.yml", "--strict").code == 0


def test_a_badge_tells_the_worst(shell: Shell) -> None:
    write(shell.folder, {"good.yml": VALID, "bad.yml": INVALID})
    assert shell("check", "good.yml", "--badge", "badge.svg", "--lang", "de").code == 0
    assert "publiccode.yml: gültig" in (shell.folder / "badge.svg").read_text(encoding="utf-8")
    assert shell("check", "good.yml", "bad.yml", "--badge", "badge.svg").code == 1
    assert "publiccode.yml: invalid" in (shell.folder / "badge.svg").read_text(encoding="utf-8")
    assert shell("check", "good.yml", "--badge", "no/such/folder.svg").code == 2


def test_every_profile_that_the_reader_knows(shell: Shell) -> None:
    assert {profile.value for profile in Profile} == set(PROFILES)
    write(shell.folder, {"publiccode.yml": VALID})
    file = shell("check", ".", "--profile", "v1", "--json").json["files"][0]
    assert file["profile"] == "v1"


def test_folders_are_searched(shell: Shell) -> None:
    write(
        shell.folder,
        {
            "publiccode.yml": VALID,
            "b/publiccode.yaml": VALID,
            "b/other.yml": "x",
            ".git/publiccode.yml": "x",
            "node_modules/x/publiccode.yml": "x",
        },
    )
    files = shell("check", ".", "--json").json["files"]
    assert [file["path"] for file in files] == ["b/publiccode.yaml", "publiccode.yml"]
    empty = shell.folder / "empty"
    empty.mkdir()
    ran = shell("check", str(empty))
    assert ran.code == 2
    assert f"{empty}: there is no publiccode.yml in this folder or below it" in ran.err


def test_patterns_and_each_file_once(shell: Shell) -> None:
    write(shell.folder, {"a/x.yml": VALID, "b/x.yml": VALID, "odd[1].yml": VALID})
    files = shell("check", "*/x.yml", "a/x.yml", "odd[1].yml", "--json").json["files"]
    assert [file["path"] for file in files] == ["a/x.yml", "b/x.yml", "odd[1].yml"]
    ran = shell("check", "*.yaml")
    assert (ran.code, "*.yaml: no file matches this pattern" in ran.err) == (2, True)


def test_standard_input(shell: Shell) -> None:
    ran = shell("check", "-", "--json", stdin=VALID.encode())
    assert (ran.code, ran.json["files"][0]["path"]) == (0, "-")


def test_what_cannot_be_read(shell: Shell) -> None:
    ran = shell("check", "none.yml")
    assert ran.code == 2
    assert ran.err == "harvester: none.yml: cannot be read: No such file or directory\n"


def test_a_file_over_the_limit_is_a_finding(shell: Shell) -> None:
    write(shell.folder, {"big.yml": "#" * (1 << 21)})
    ran = shell("check", "big.yml", "--json")
    assert ran.code == 1
    assert len(ran.json["files"][0]["findings"]) == 1


class Web:
    """Answers for the guarded fetcher."""

    def __init__(self, answer: Fetched | Exception) -> None:
        self.answer = answer

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def get(self, url: str, *, limit: int) -> Fetched:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def fetched(body: str, status: int = 200, kind: str = "text/plain") -> Fetched:
    return Fetched(url="x", status=status, headers={"content-type": kind}, body=body.encode())


def test_an_address(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://forge.example/a/b/raw/publiccode.yml"
    for answer, code, said in (
        (fetched(VALID), 0, ""),
        (fetched(INVALID), 1, ""),
        (
            fetched("", status=404),
            1,
            "answered with status 404; give the address of the raw file, or of",
        ),
        (fetched("<p>", kind="text/html"), 1, "is a web page, not a file"),
        (RefusedAddressError("not public"), 1, "harvester: not public"),
    ):
        monkeypatch.setattr("harvester.cli.compose.fetcher", lambda _, answer=answer: Web(answer))
        ran = shell("check", url, "--json")
        assert ran.code == code, ran.err
        assert said in ran.err
        if not said:
            assert json.loads(ran.out)["files"][0]["path"] == url


def test_an_address_on_a_private_network_is_not_fetched(shell: Shell) -> None:
    ran = shell("check", "http://127.0.0.1:9/publiccode.yml")
    assert ran.code == 1
    assert "127.0.0.1" in ran.err


def test_settings_are_read_only_when_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.settings("wrong = 1")
    monkeypatch.setattr("harvester.cli.compose.fetcher", lambda _: Web(fetched(VALID)))
    assert shell("check", "https://x.example/publiccode.yml").code == 0
    ran = shell("check", "https://x.example/publiccode.yml", "--config", "harvester.toml")
    assert (ran.code, "harvester.toml:1: wrong: unknown key" in ran.err) == (2, True)
