# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from harvester.model import Reading
from harvester.publiccode import FileContext, addresses
from harvester.publiccode.codes import Code
from harvester.publiccode.links_check import Answer, Hindrance, LinksReport, judged
from harvester.publiccode.messages import LANGUAGES
from harvester.publiccode.report import FORMATS, Result, render
from tests.publiccode.examples import GOOD, check, spoiled

BROKEN = check(
    spoiled("stable\n", "stabel\nsoftwareVersion: 1.10\nnamee: x\n").replace(
        b"name: Meldeportal\n", b""
    )
)
FINE = check(GOOD.encode())

SARIF = {
    # What of SARIF 2.1.0 (OASIS) this report uses, with the standard's own constraints.
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {"required": ["driver"]},
                    "results": {
                        "items": {
                            "required": ["message", "ruleId", "ruleIndex", "level", "locations"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "message": {"required": ["text"]},
                            },
                        }
                    },
                },
            },
        },
    },
}
CODE_QUALITY = {
    # GitLab, doc/ci/testing/code_quality.md: what an entry of a report needs.
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "fingerprint": {"type": "string", "minLength": 1},
            "location": {
                "required": ["path", "lines"],
                "properties": {
                    "path": {"not": {"pattern": "^\\./"}},
                    "lines": {"properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}


def results(*readings: Reading) -> list[Result]:
    return [Result(path=f"./{n}/publiccode.yml", reading=one) for n, one in enumerate(readings)]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_ends_with_a_line_break_and_takes_any_number_of_files(
    form: str, language: str
) -> None:
    for readings in ([], [FINE], [BROKEN, FINE]):
        text = render(form, results(*readings), language)
        assert text == "" or text.endswith("\n")


def test_the_text_form() -> None:
    lines = render("text", results(BROKEN, FINE), "en").splitlines()
    assert lines[0].startswith("./0/publiccode.yml:1:1: error: name: `name` is missing.")
    assert lines[0].endswith("[PC101]")
    assert lines[-2] == "./0/publiccode.yml: invalid, 1 error, 1 warning, 2 notices"
    assert lines[-1] == "./1/publiccode.yml: valid"


def test_the_verdict_in_german() -> None:
    assert render("text", results(FINE), "de") == "./0/publiccode.yml: gültig\n"
    told = render("text", results(BROKEN), "de").splitlines()[-1]
    assert told == "./0/publiccode.yml: ungültig, 1 Fehler, 1 Warnung, 2 Hinweise"


def links(*answers: Answer) -> LinksReport:
    """What following as many links told."""
    (address,) = addresses(GOOD.encode(), FileContext())
    found = [replace(address, url=f"{address.url}/{n}") for n in range(len(answers))]
    return judged(found, {one.url: answer for one, answer in zip(found, answers, strict=True)})


@pytest.mark.parametrize(
    ("answers", "english", "german"),
    [
        ([503], "1 link did not answer today", "1 Verweis hat heute nicht geantwortet"),
        (
            [404, Hindrance.NO_HOST, 403],
            "2 links did not answer today; 1 could not be checked",
            "2 Verweise haben heute nicht geantwortet; nicht prüfbar: 1",
        ),
        ([200], "1 link answered", "1 Verweis hat geantwortet"),
        ([200, 204], "2 links answered", "2 Verweise haben geantwortet"),
    ],
)
def test_links_are_told_apart_from_the_verdict(
    answers: list[Answer], english: str, german: str
) -> None:
    result = Result(path="p.yml", reading=FINE, links=links(*answers))
    for form in ("text", "github"):
        assert render(form, [result], "en").splitlines()[-1] == f"p.yml: valid; {english}"
        assert render(form, [result], "de").splitlines()[-1] == f"p.yml: gültig; {german}"


def test_links_in_json() -> None:
    result = Result(path="p.yml", reading=FINE, links=links(200, 404, Hindrance.SPARED))
    document = json.loads(render("json", [result], "de"))
    file = document["files"][0]
    assert file["valid"]
    assert file["findings"] == []
    assert document["summary"]["notices"] == 0
    network = file["network"]
    assert (network["links"], network["answered"]) == (3, 1)
    assert [found["code"] for found in network["findings"]] == [Code.UNREACHABLE.code]
    assert network["unchecked"] == [
        {
            "url": "https://forge.example/stadt/meldeportal/2",
            "key": "url",
            "line": 3,
            "column": 1,
            "reason": "nicht gefragt, weil der Server zuvor keine Antwort mehr gab",
        }
    ]


def test_links_are_notes_in_the_other_forms() -> None:
    result = Result(path="p.yml", reading=FINE, links=links(404))
    run = json.loads(render("sarif", [result]))["runs"][0]
    assert [told["level"] for told in run["results"]] == ["note"]
    issues = json.loads(render("codequality", [result]))
    assert [issue["severity"] for issue in issues] == ["info"]
    suite = ET.fromstring(render("junit", [result]))[0]  # noqa: S314 - our own
    assert suite.get("failures") == "0"
    assert "HTTP 404" in (suite.findtext("system-out") or "")
    assert render("github", [result]).startswith("::notice file=p.yml,line=3,col=1,title=PC403")


def test_the_json_form_is_the_contracts() -> None:
    document = json.loads(render("json", results(BROKEN, FINE), "en"))
    assert document["summary"] == {
        "files": 2, "valid": 1, "invalid": 1, "errors": 1, "warnings": 1, "notices": 2,
    }  # fmt: skip
    file = document["files"][0]
    assert list(file) == ["path", "valid", "version", "profile", "findings"]
    assert list(file["findings"][0]) == [
        "code", "severity", "key", "line", "column", "message", "suggestion",
    ]  # fmt: skip


def test_sarif_holds_to_its_schema() -> None:
    document = json.loads(render("sarif", results(BROKEN, FINE), "en"))
    jsonschema.validate(document, SARIF)
    (run,) = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "0/publiccode.yml"
    assert location["region"] == {"startLine": 1, "startColumn": 1}


def test_code_quality_holds_to_its_schema_and_fingerprints_do_not_move_with_lines() -> None:
    issues = json.loads(render("codequality", results(BROKEN), "en"))
    jsonschema.validate(issues, CODE_QUALITY)
    marks = [issue["fingerprint"] for issue in issues]
    assert len(set(marks)) == len(marks) == 4
    moved = check(b"# a comment\n" + spoiled("stable\n", "stabel\n"))
    still = check(spoiled("stable\n", "stabel\n"))
    first = json.loads(render("codequality", results(moved), "en"))[0]
    assert (
        first["fingerprint"]
        == json.loads(render("codequality", results(still), "de"))[0]["fingerprint"]
    )


def test_junit_counts_errors_as_failures() -> None:
    root = ET.fromstring(render("junit", results(BROKEN, FINE), "de"))  # noqa: S314 - our own
    assert root.attrib == {"name": "harvester check", "tests": "2", "failures": "1", "errors": "0"}
    first, second = root.findall("testsuite")
    assert len(first.findall("testcase/failure")) == 1
    assert "stabel" in (first.findtext("system-out") or "")
    assert second.attrib["failures"] == "0"


def test_junit_holds_what_xml_cannot() -> None:
    odd = check(b'name: "a\\x07b<&>"\nurl: x\n')
    ET.fromstring(render("junit", results(odd), "en"))  # noqa: S314 - our own


def test_annotations_escape_what_would_end_them() -> None:
    reading = check(spoiled("stable", '"sta,b:el\\n%"'))
    text = render("github", [Result(path="a,b/p.yml", reading=reading)], "en")
    first = text.splitlines()[0]
    assert first.startswith(
        "::warning file=a%2Cb/p.yml,line=6,col=1,title=PC201 developmentStatus::"
    )
    assert "%25" in first
