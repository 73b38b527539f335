# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The reports of ``harvester check`` hold to the schemas that others publish for their forms.

SARIF's comes with an npm package, JUnit's (as Jenkins reads it) with pytest's source distribution.
GitLab publishes none for Code Quality; ``tests/publiccode/test_report.py`` demands all that its
own validator does, and more.
"""

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import jsonschema
import pytest

from harvester.publiccode import FileContext, read
from harvester.publiccode.report import Result, render
from tests.crawl.build import BROKEN, GOOD

LANGUAGES = ("de", "en")
FILES = {
    "good/publiccode.yml": GOOD.format(name="x", url="https://github.com/a/b").encode(),
    "broken/publiccode.yml": BROKEN.format(name="x", url="https://github.com/a/b").encode(),
    "a b/ü & <odd>.yaml": b"\x00\xff",
    "nothing.yml": b"",
}
pytestmark = pytest.mark.integration


def results() -> list[Result]:
    return [Result(path=path, reading=read(it, FileContext())) for path, it in FILES.items()]


def unpack(archive: Path, member: str) -> bytes:
    with tarfile.open(archive) as files:
        name = next(name for name in files.getnames() if name.endswith(member))
        found = files.extractfile(name)
        assert found is not None
        return found.read()


@pytest.mark.parametrize("language", LANGUAGES)
def test_sarif(tmp_path: Path, language: str) -> None:
    package = "@microsoft/jest-sarif@1.0.0-beta.0"
    subprocess.run(["npm", "pack", "--silent", package], cwd=tmp_path, check=True, timeout=300)
    (archive,) = tmp_path.glob("*.tgz")
    schema = json.loads(unpack(archive, "sarif-2.1.0-rtm.5.json"))
    schema.pop("$schema", None)
    document = json.loads(render("sarif", results(), language))
    jsonschema.Draft7Validator(schema).validate(document)


def test_junit(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    source = ["--no-binary", ":all:", "--dest", str(tmp_path), f"pytest=={pytest.__version__}"]
    subprocess.run([*command, *source], check=True, timeout=600)
    (archive,) = tmp_path.glob("pytest-*.tar.gz")
    schema = tmp_path / "junit-10.xsd"
    schema.write_bytes(unpack(archive, "junit-10.xsd"))
    for language in LANGUAGES:
        report = tmp_path / f"{language}.xml"
        report.write_text(render("junit", results(), language), encoding="utf-8")
        held = subprocess.run(
            ["xmllint", "--noout", "--nonet", "--schema", str(schema), str(report)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert held.returncode == 0, held.stderr
