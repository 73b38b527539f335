# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""JUnit XML: a test suite a file, a failed test case an error; the rest stands in the output."""

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from harvester.model import Finding, Severity
from harvester.publiccode.report.result import Result, sentence

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(results: Sequence[Result], language: str) -> str:
    """Give one document for all files."""
    suites = [_suite(result, language) for result in results]
    failures = sum(_failures(result) for result in results)
    tests = sum(max(1, _failures(result)) for result in results)
    head = f'<testsuites name="harvester check" tests="{tests}" failures="{failures}" errors="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>", ""])


def _failures(result: Result) -> int:
    return sum(finding.severity is Severity.ERROR for finding in result.reading.findings)


def _suite(result: Result, language: str) -> str:
    errors = [found for found in result.reading.findings if found.severity is Severity.ERROR]
    others = [found for found in result.reading.findings if found.severity is not Severity.ERROR]
    name = _attribute(result.path)
    head = (
        f'  <testsuite name={name} tests="{max(1, len(errors))}" failures="{len(errors)}"'
        ' errors="0" skipped="0">'
    )
    lines = [head]
    lines += [_case(result.path, finding, language) for finding in errors]
    if not errors:
        lines.append(f"    <testcase name={name} classname={name}/>")
    told = [_line(finding, language) for finding in (*others, *result.network)]
    if told:
        text = _text("\n".join(told))
        lines.append(f"    <system-out>{text}</system-out>")
    lines.append("  </testsuite>")
    return "\n".join(lines)


def _case(path: str, finding: Finding, language: str) -> str:
    title = _attribute(f"{finding.code} {finding.key} {finding.line}:{finding.column}")
    message = _attribute(sentence(finding, language))
    body = _text(f"{path}:{finding.line}:{finding.column}: {_line(finding, language)}")
    return (
        f"    <testcase name={title} classname={_attribute(path)}>\n"
        f'      <failure message={message} type="{finding.code}">{body}</failure>\n'
        "    </testcase>"
    )


def _line(finding: Finding, language: str) -> str:
    key = f"{finding.key}: " if finding.key else ""
    return f"{finding.line}: {finding.severity.value}: {key}{sentence(finding, language)}"


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\ufffd", text))


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text))
