# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The reference parser's verdict: its own cases where they are at hand, and some of ours."""

import json
import struct
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from harvester.model import Reading
from harvester.publiccode import FileContext, read
from harvester.publiccode.reference import LocalFiles
from harvester.publiccode.reference.surroundings import is_png
from tests.publiccode.examples import GOOD, spoiled, with_more
from tests.reference import REFERENCE, needs_reference

CASES = REFERENCE / "publiccode" / "parser-go"
STRICT = FileContext(strict=True)


class Network(LocalFiles):
    """Follows links to a server of the test that plays every host."""

    def __init__(self, folder: Path, server: str) -> None:
        super().__init__(folder)
        self._server = server

    def unreachable(self, url: str) -> str | None:
        if not urlsplit(url).scheme:
            return "missing URL scheme"
        try:
            self._get(url)
        except URLError as error:
            return str(error)
        return None

    def fetched(self, url: str) -> bytes | None:
        try:
            return self._get(url)
        except URLError:
            return None

    def is_repository(self, url: str) -> bool:
        return bool(urlsplit(url).netloc)

    def _get(self, url: str) -> bytes:
        parts = urlsplit(url)
        request = Request(f"{self._server}{parts.path or '/'}", headers={"Host": parts.netloc})  # noqa: S310
        with urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
            body: bytes = answer.read(64)
            return body


class Handler(BaseHTTPRequestHandler):
    """Answers everything with 200, but what is called a missing file."""

    def do_GET(self) -> None:
        missing = "no_such_file" in self.path
        self.send_response(404 if missing else 200)
        self.end_headers()
        if self.path.endswith(".png"):
            self.wfile.write(PNG)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


_HEADER = b"IHDR" + struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
PNG = (
    b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + _HEADER + struct.pack(">I", zlib.crc32(_HEADER))
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def _cases() -> list[str]:
    expected = CASES / "expected.json"
    return list(json.loads(expected.read_text())) if expected.exists() else ["absent"]


@needs_reference
@pytest.mark.parametrize("case", _cases())
def test_a_case_of_the_reference_parser(case: str, server: str) -> None:
    expected = json.loads((CASES / "expected.json").read_text())[case]
    file = CASES / case
    around: LocalFiles = LocalFiles(file.parent)
    if expected["mode"] == "network":
        around = Network(file.parent, server)
    reading = read(file.read_bytes(), STRICT, around)
    results = expected["results"] or []
    wanted = {(result["type"], result["key"], result["line"]) for result in results}
    assert said(reading) == wanted
    assert reading.valid == all(result["type"] != "error" for result in results)


def said(reading: Reading) -> set[tuple[str, str, int]]:
    return {(finding.severity.value, finding.key, finding.line) for finding in reading.findings}


def strictly(content: bytes) -> set[tuple[str, str, int]]:
    return said(read(content, STRICT))


def test_the_good_file_is_good() -> None:
    assert strictly(GOOD.encode()) == set()


def test_the_record_is_harvesters_own() -> None:
    reading = read(with_more("softwareVersion: 1.10\nfoo: bar\n"), STRICT)
    assert reading.record is not None
    assert reading.record["softwareVersion"] == "1.10"
    assert not reading.valid


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", {("error", "publiccodeYmlVersion", 0)}),
        (b"- a\n", {("error", "publiccodeYmlVersion", 0)}),
        (GOOD.encode() + b"---\n", {("error", "", 0)}),
        (GOOD.encode("latin-1"), {("error", "", 0)}),
        (spoiled('"0"', '"1"'), {("error", "publiccodeYmlVersion", 0)}),
        (spoiled('"0"', "0.4"), {("error", "publiccodeYmlVersion", 1)}),
        (spoiled('"0"', "0.5.0"), {("warning", "publiccodeYmlVersion", 1)}),
        (spoiled('"0"', "'0.7'"), set()),
        (with_more("name: twice\n"), {("error", "", 27)}),
        (with_more("foo: bar\nbar: foo\n"), {("error", "foo", 27), ("error", "bar", 28)}),
        (with_more("softwareVersion:\n  - 1\n"), {("error", "softwareVersion[0]", 28)}),
        (with_more("isBasedOn: [[]]\n"), {("error", "isBasedOn", 27)}),
        (with_more("isBasedOn: ''\n"), {("error", "isBasedOn[0]", 27)}),
        (with_more("landingURL: ':x'\n"), {("error", "", 0)}),
        (with_more("logo: logo.svg\nreleaseDate:\nusedBy: [~]\n"), set()),
        (
            with_more("IT: {countryExtensionVersion: 1.0}\n"),
            {("error", "IT.countryExtensionVersion", 27)},
        ),
        (with_more("de: {leika: []}\n"), {("error", "de", 27)}),
        (
            with_more("supports: [{}, {id: 'urn:a b'}]\n"),
            {("error", "supports[0].id", 27), ("error", "supports[1].id", 27)},
        ),
        (
            spoiled("    - name: Fachdienst IT", "    - {name: IT, email: '', foo: 1}"),
            {("error", "maintenance.contacts[0]", 22), ("error", "maintenance.type", 20)},
        ),
        (
            spoiled("    - name: Fachdienst IT", "    - {name: IT, email: ''}"),
            {("error", "maintenance.contacts[0].email", 22)},
        ),
        (
            spoiled("  de:\n    short", "  de-DE:\n    genericName: x\n    short"),
            {("warning", "description.de-DE.genericName", 10)},
        ),
        (
            spoiled("    features:\n      - Karte\n", "    features: []\n"),
            {("error", "description.de.features", 15)},
        ),
        (
            spoiled("  de:\n    short", "  de-DE:\n    short").replace(
                b"    features:\n      - Karte\n", b""
            ),
            {("error", "description[de-DE].features", 10)},
        ),
        (spoiled("EUPL-1.2", "LicenseRef-x"), set()),
        (spoiled("EUPL-1.2", "mit"), set()),
        (spoiled("EUPL-1.2", "MIT or Apache-2.0"), {("error", "legal.license", 18)}),
        (
            spoiled("    - de\n", "    - ita\n"),
            {("error", "localisation.availableLanguages[0]", 26)},
        ),
        (spoiled("    - de\n", "    - sl-rozaj\n    - ca-valencia\n    - de-CH-1996\n"), set()),
        (
            spoiled("    - de\n", "    - en-valencia\n"),
            {("error", "localisation.availableLanguages[0]", 26)},
        ),
    ],
)
def test_what_the_reference_parser_would_say(
    content: bytes, wanted: set[tuple[str, str, int]]
) -> None:
    assert strictly(content) == wanted


def test_files_are_looked_for_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes(PNG)
    (tmp_path / "bad.png").write_bytes(b"not an image")
    (tmp_path / "logo.svg").write_bytes(b"<svg/>")
    around = LocalFiles(tmp_path)
    for logo, fine in {
        "good.png": True,
        "bad.png": False,
        "logo.svg": True,
        "./x/../logo.svg": True,
        "none.png": False,
        "logo.gif": False,
        "/logo.svg": False,
        "file:logo.svg": False,
        "https://x.example/y.png": True,
        "bad\x00.png": False,
    }.items():
        content = with_more(f"logo: {json.dumps(logo)}\n")
        assert read(content, STRICT, around).valid == fine, logo


def test_a_png_is_known_by_its_header() -> None:
    assert is_png(PNG)
    assert not is_png(PNG[:-1] + b"\x00")
    assert not is_png(PNG[:20])
