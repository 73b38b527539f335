# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reports of ``harvester check`` and forms of ``harvester export`` hold to what others publish.

SARIF's comes with an npm package, JUnit's (as Jenkins reads it) with pytest's source distribution.
The Table Schema's comes with npm's tableschema, CodeMeta's context with codemetapy.
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
from rdflib import RDF, Graph, Namespace, URIRef

from harvester.feed.documents import document
from harvester.feed.table_schema import table_schema
from harvester.publiccode import FileContext, read
from harvester.publiccode.report import Result, render
from tests.crawl.build import BROKEN, GOOD
from tests.feed.catalogue import RECORD, catalogue
from tests.feed.test_codemeta import KINDS, TERMS, graph
from tests.feed.test_dcat import pytestmark as rdflib_of_itself
from tests.feed.test_documents import TEXTS
from tests.feed.test_forms import written

LANGUAGES = ("de", "en")
FILES = {
    "good/publiccode.yml": GOOD.format(name="x", url="https://github.com/a/b").encode(),
    "broken/publiccode.yml": BROKEN.format(name="x", url="https://github.com/a/b").encode(),
    "a b/ü & <odd>.yaml": b"\x00\xff",
    "nothing.yml": b"",
}
pytestmark = [pytest.mark.integration, rdflib_of_itself]


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


def test_table_schema(tmp_path: Path) -> None:
    package = "tableschema@1.12.6"
    subprocess.run(["npm", "pack", "--silent", package], cwd=tmp_path, check=True, timeout=300)
    (archive,) = tmp_path.glob("*.tgz")
    profile = json.loads(unpack(archive, "lib/profiles/table-schema.json"))
    document = json.loads(table_schema(activity=True))
    jsonschema.Draft4Validator(profile).validate(document)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(profile).validate(document | {"fields": [{"type": "string"}]})


def test_yaml_that_front_ends_load(tmp_path: Path) -> None:
    """js-yaml, which front-ends build with, gets out of a record what is in it."""
    texts = {str(number): text for number, text in enumerate(TEXTS)}
    package = "js-yaml@4.1.1"
    subprocess.run(["npm", "pack", "--silent", package], cwd=tmp_path, check=True, timeout=300)
    (archive,) = tmp_path.glob("*.tgz")
    (tmp_path / "js-yaml.js").write_bytes(unpack(archive, "dist/js-yaml.js"))
    (tmp_path / "texts.yml").write_text(document(texts | {"x": RECORD}), encoding="utf-8")
    script = (
        "const load = require('./js-yaml.js').load;"
        "const text = require('fs').readFileSync('texts.yml', 'utf8');"
        "console.log(JSON.stringify(load(text)));"
    )
    ran = subprocess.run(
        ["node", "-e", script], cwd=tmp_path, check=True, capture_output=True, timeout=60
    )
    assert json.loads(ran.stdout) == texts | {"x": RECORD}


def test_codemeta(tmp_path: Path) -> None:
    """CodeMeta 3.0's own context, as a package brings it, gives every key a meaning."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    source = ["--no-binary", "codemetapy", "--dest", str(tmp_path), "codemetapy==3.0.4"]
    subprocess.run([*command, *source], check=True, timeout=600)
    (archive,) = tmp_path.glob("codemetapy-*.tar.gz")
    context = json.loads(unpack(archive, "schema/codemeta.jsonld"))["@context"]
    assert set(context) >= TERMS | KINDS
    text = written("codemeta", catalogue())
    things = graph(text)
    read = Graph().parse(data=json.dumps({"@context": context, "@graph": things}), format="json-ld")
    schema = Namespace("http://schema.org/")
    assert len(set(read.subjects(RDF.type, schema.SoftwareSourceCode))) == len(things)
    first = URIRef(things[0]["@id"])
    assert list(read.objects(first, schema.license)) == [
        URIRef("https://spdx.org/licenses/EUPL-1.2")
    ]
    keys = {context.get(key, {}).get("@id", key) for key in things[0] if not key.startswith("@")}
    assert {
        str(predicate).replace(str(schema), "schema:").replace(context["codemeta"], "codemeta:")
        for predicate in read.predicates(first)
        if predicate != RDF.type
    } == keys
