# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Drafts of clones and of repositories on forges, and back again through ``check``."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import pytest

from harvester.cli import clone
from harvester.ports.errors import UnreachableError
from harvester.ports.http import Fetched
from tests.cli.conftest import Shell
from tests.cli.test_check import write

GIT = shutil.which("git") or "git"
"""The project demands it; without it these tests fail."""
FILES = {
    "README.md": "# Meldeportal\n\n" + "Das Portal nimmt die Meldungen der Bürger an. " * 6,
    "LICENSES/EUPL-1.2.txt": "text",
    "package.json": '{"version": "2.0.0", "description": "Meldungen der Bürger"}',
    "assets/logo.svg": "<svg/>",
}
ADDRESS = "https://forge.example/city/one"


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run([GIT, "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def cloned(shell: Shell) -> Path:
    """A clone with two tags and an origin."""
    folder = shell.folder / "portal"
    write(folder, FILES)
    git(folder, "init", "-q")
    git(folder, "remote", "add", "origin", "git@gitlab.example.org:stadt/portal.git")
    git(folder, "add", ".")
    for day, tag in (("2026-01-31", "v1.9.0"), ("2026-02-28", "v1.10.0")):
        shell.monkeypatch.setenv("GIT_COMMITTER_DATE", f"{day}T12:00:00Z")
        git(folder, "commit", "-q", "--allow-empty", "-m", tag)
        git(folder, "tag", tag)
    return folder


def findings(shell: Shell, path: str) -> set[str]:
    """Check a draft; gives the codes of its findings."""
    file = shell("check", path, "--json").json["files"][0]
    return {found["code"] for found in file["findings"]}


def test_a_clone_there_and_back_again(shell: Shell, cloned: Path) -> None:
    ran = shell("draft", "portal", "--output", "portal/publiccode.yml", "--lang", "de")
    assert (ran.code, ran.out) == (0, "")
    assert "portal/publiccode.yml: left for you to fill in: description.de.features" in ran.err
    text = (cloned / "publiccode.yml").read_text(encoding="utf-8")
    for line in (
        'name: "Meldeportal"  # geraten, Quelle: README; bitte prüfen',
        'url: "https://gitlab.example.org/stadt/portal"  # geraten, Quelle: Adresse, die git als',
        'softwareVersion: "v1.10.0"  # geraten, Quelle: neuester Tag',
        "releaseDate: 2026-02-28",
        'logo: "assets/logo.svg"',
        '  license: "EUPL-1.2"',
        '    shortDescription: "Meldungen der Bürger"',
        '    longDescription: "Das Portal',
    ):
        assert f"\n{line}" in text, line
    assert findings(shell, "portal") <= {"PC103", "PC104", "PC105"}


def test_a_file_is_not_overwritten_unasked(shell: Shell) -> None:
    write(shell.folder, {"portal/README.md": "# Portal", "out.yml": "mine"})
    ran = shell("draft", "portal", "--output", "out.yml")
    assert (ran.code, "out.yml: is there already; --force overwrites it" in ran.err) == (2, True)
    assert (shell.folder / "out.yml").read_text() == "mine"
    assert shell("draft", "portal", "--output", "out.yml", "--force").code == 0
    assert 'name: "Portal"' in (shell.folder / "out.yml").read_text()


def test_a_bare_folder_and_a_file_that_is_there(shell: Shell) -> None:
    write(shell.folder, {"bare/publiccode.yml": "name: x"})
    ran = shell("draft", "bare")
    assert ran.code == 0
    assert 'name: "bare"  # guessed from the name of the repository; please check' in ran.out
    assert "\nurl:  # to be filled in" in ran.out
    assert "bare/publiccode.yml is there already; `harvester check`" in ran.err
    ran = shell("draft", "bare", "--quiet")
    assert "left for you" not in ran.err


def test_no_folder(shell: Shell) -> None:
    ran = shell("draft", "none")
    assert (ran.code, ran.out, "none: is no folder" in ran.err) == (2, "", True)


@pytest.mark.parametrize("origin", ["/srv/git/portal.git", "file:///srv/x", "https://"])
def test_an_origin_that_is_no_web_address(shell: Shell, cloned: Path, origin: str) -> None:
    git(cloned, "remote", "set-url", "origin", origin)
    assert clone.facts_of(cloned).url is None


def test_a_password_in_the_origin_is_not_told(shell: Shell, cloned: Path) -> None:
    git(cloned, "remote", "set-url", "origin", "https://me:secret@forge.example/a/b.git")
    url = clone.facts_of(cloned).url
    assert url is not None
    assert url.text == "https://forge.example/a/b"


def test_without_git_the_files_tell(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path, FILES | {".git/HEAD": ""})
    for program in (None, "/nowhere/git"):
        monkeypatch.setattr(shutil, "which", lambda _, program=program: program)
        facts = clone.facts_of(tmp_path)
        assert (facts.url, facts.released_on) == (None, None)
        assert facts.version is not None
        assert facts.version.text == "2.0.0"


def test_of_several_licences_none_is_guessed(tmp_path: Path) -> None:
    write(tmp_path, {"LICENSES/MIT.txt": "", "LICENSES/EUPL-1.2.txt": "", "LICENSE": "MIT License"})
    assert clone.facts_of(tmp_path).license is None
    write(tmp_path / "b", {"LICENSE": "MIT License\n"})
    found = clone.facts_of(tmp_path / "b").license
    assert found is not None
    assert found.text == "MIT"


# --- addresses ------------------------------------------------------------------------------


class Raw:
    """Files of a repository's default branch; whatever else is asked for is not there."""

    def __init__(self, files: Mapping[str, str], *, page: bool = False) -> None:
        self.files = {f"{ADDRESS}/-/raw/main/{name}": text for name, text in files.items()}
        self.kind = "text/html" if page else "text/plain"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def get(self, url: str, *, limit: int) -> Fetched:
        body = self.files.get(url)
        return Fetched(
            url=url,
            status=404 if body is None else 200,
            headers={"content-type": self.kind},
            body=(body or "").encode(),
        )

    async def status(self, url: str) -> int:
        return 200 if url in self.files else 404


class Down(Raw):
    """Does not answer."""

    async def get(self, url: str, *, limit: int) -> Fetched:
        raise UnreachableError(f"{url} cannot be reached")

    async def status(self, url: str) -> int:
        raise UnreachableError(f"{url} cannot be reached")


def drawn(shell: Shell, raw: Raw, *arguments: str) -> str:
    shell.monkeypatch.setattr("harvester.cli.compose.fetcher", lambda _: raw)
    ran = shell("draft", ADDRESS, *arguments)
    assert ran.code == 0, ran.err
    assert "city/one: publiccode.yml is there already" in ran.err
    return ran.out


def test_a_repository_on_a_forge_there_and_back_again(shell: Shell) -> None:
    files = {
        "README.md": FILES["README.md"],
        "logo.png": "x",
        "pyproject.toml": '[project]\nversion = "0.9"\nlicense = "MIT"\n',
    }
    text = drawn(shell, Raw(files), "--lang", "de")
    for line in (
        'name: "Meldeportal"',
        f'url: "{ADDRESS}"',
        'softwareVersion: "0.9"',
        'developmentStatus: "beta"',
        'logo: "logo.png"',
        '  name: "City"  # geraten, Quelle: Name des Eigentümers',
        '  license: "MIT"  # geraten, Quelle: Projektdatei',
    ):
        assert f"\n{line}" in text, line
    write(shell.folder, {"drawn.yml": text})
    assert findings(shell, "drawn.yml") <= {"PC103", "PC104", "PC105"}


@pytest.mark.parametrize("raw", [Raw({}), Down({}), Raw({"README.md": "# Sign in"}, page=True)])
def test_without_its_files_the_forge_alone_tells(shell: Shell, raw: Raw) -> None:
    text = drawn(shell, raw)
    assert '\nname: "one"  # guessed from the name of the repository' in text
    assert "\nlogo" not in text


def test_an_address_that_is_none(shell: Shell) -> None:
    ran = shell("draft", "https://other.example/a/b")
    assert (ran.code, "it is not clear what kind of forge" in ran.err) == (2, True)
