# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A real MediaWiki: Debian's package, PHP's own server, SQLite."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.connectors.mediawiki.scenario import Reader, play

CODE = Path("/usr/share/mediawiki")
pytestmark = pytest.mark.integration


class RealWiki:
    """A wiki of its own in a temporary folder, written with MediaWiki's maintenance scripts."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("php") is None or not CODE.is_dir():
            pytest.fail("MediaWiki or PHP is not installed; run tests/integration/prepare")
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._settings = folder / "LocalSettings.php"
        self._deleted: dict[str, str] = {}
        self._run(
            "install.php",
            *("--dbtype", "sqlite", "--dbpath", str(folder / "data"), "--dbname", "wiki"),
            *("--confpath", str(folder), "--server", self.url, "--scriptpath", "", "--lang", "de"),
            *("--pass", "a-password-of-a-test", "Smart Floss", "Admin"),
        )
        first = folder / "first.php"
        first.write_text(f"<?php define( 'MW_CONFIG_FILE', '{self._settings}' );\n")
        self._log = (folder / "php.log").open("w")
        self._server = subprocess.Popen(
            # Without its cache of code PHP sees a changed setting at once, not within two seconds.
            [
                *("php", "-d", "opcache.enable=0", "-d", f"auto_prepend_file={first}"),
                *("-S", f"127.0.0.1:{port}"),
            ],
            cwd=CODE,
            stdout=self._log,
            stderr=self._log,
        )
        transport = httpx.HTTPTransport(retries=8)
        with httpx.Client(transport=transport, timeout=60) as client:
            client.get(f"{self.url}/api.php").raise_for_status()

    def close(self) -> None:
        self._server.terminate()
        self._server.wait(timeout=20)
        self._log.close()

    def edit(self, title: str, text: str) -> None:
        self._script("edit.php", "-u", "Admin", title, text=text)

    def move(self, old: str, new: str) -> None:
        self._script("moveBatch.php", "-u", "Admin", self._list(f"{old}|{new}"))

    def delete(self, title: str) -> None:
        self._script("deleteBatch.php", "-u", "Admin", self._list(title))

    def restore(self, title: str) -> None:
        self._script("undelete.php", "-u", "Admin", title)

    def settle(self, line: str) -> None:
        """Add a setting."""
        with self._settings.open("a") as settings:
            settings.write(f"{line}\n")

    def _list(self, line: str) -> str:
        path = self.folder / "list.txt"
        path.write_text(f"{line}\n")
        return str(path)

    def _script(self, name: str, *arguments: str, text: str = "") -> None:
        self._run(name, "--conf", str(self._settings), *arguments, text=text)
        # What hangs on an edit (categories) is done by jobs.
        self._run("runJobs.php", "--conf", str(self._settings))

    def _run(self, name: str, *arguments: str, text: str = "") -> None:
        done = subprocess.run(
            ["php", str(CODE / "maintenance" / name), *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": os.environ["PATH"], "TMPDIR": str(self.folder)},
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def wiki(tmp_path: Path) -> Iterator[RealWiki]:
    real = RealWiki(tmp_path)
    yield real
    real.close()


def test_ten_pages_and_what_becomes_of_them(wiki: RealWiki) -> None:
    play(wiki, datetime.now(UTC))


def test_an_answer_in_parts_and_the_words_of_a_private_wiki(wiki: RealWiki) -> None:
    for number in range(4):
        wiki.edit(
            f"Seite {number}",
            f"{{{{Software|Name=N{number}}}}} [[Kategorie:Software]]" + "x" * 4000,
        )
    wiki.settle("$wgAPIMaxResultSize = 9000;")
    reader = Reader(wiki.url, datetime.now(UTC))
    summary = reader.crawl()
    assert sorted(reader.entries()) == ["N0", "N1", "N2", "N3"]
    assert summary.spent.rest > 1
    wiki.settle("$wgGroupPermissions['*']['read'] = false;")
    summary = reader.attempt(full=True)
    assert "readapidenied" in str(summary.error)
    assert not summary.complete
    assert {entry["state"] for entry in reader.entries().values()} == {"listed"}
