# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""SARIF 2.1.0, which code scanning of many forges and editors reads."""

import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import quote

from harvester.model import Finding, JsonObject, Severity
from harvester.publiccode.messages import message, why
from harvester.publiccode.report.result import Result

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}


def render_sarif(results: Sequence[Result], language: str) -> str:
    """Give one run over all files."""
    told = [
        (result.path, finding)
        for result in results
        for finding in (*result.reading.findings, *result.network)
    ]
    rules = {finding.code: finding for _, finding in reversed(told)}
    codes = sorted(rules)
    document = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "harvester",
                        "semanticVersion": _version(),
                        "rules": [_rule(rules[code], language) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(path, finding, codes.index(finding.code), language)
                    for path, finding in told
                ],
            }
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _version() -> str:
    try:
        return version("harvester")
    except PackageNotFoundError:
        return "0.0.0"


def _rule(finding: Finding, language: str) -> JsonObject:
    return {
        "id": finding.code,
        "shortDescription": {"text": why(finding, language)},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
    }


def _result(path: str, finding: Finding, rule: int, language: str) -> JsonObject:
    location: JsonObject = {"artifactLocation": {"uri": _uri(path)}}
    if finding.line:
        location["region"] = {"startLine": finding.line, "startColumn": finding.column}
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": message(finding, language)},
        "locations": [{"physicalLocation": location}],
    }


def _uri(path: str) -> str:
    if "://" in path:
        return path
    return quote(path.replace("\\", "/").removeprefix("./"), safe="/~!$&'()*+,;=@-._")
