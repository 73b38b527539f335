# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The report as JSON, for programs."""

import json
from collections.abc import Iterable, Sequence

from harvester.model import Finding, JsonObject, Severity
from harvester.publiccode.links_check import LinksReport
from harvester.publiccode.messages import message, word
from harvester.publiccode.report.result import Result, count


def render_json(results: Sequence[Result], language: str) -> str:
    """Give the files with their findings, and a summary."""
    told = [finding for result in results for finding in result.reading.findings]
    valid = sum(result.reading.valid for result in results)
    document = {
        "files": [_file(result, language) for result in results],
        "summary": {
            "files": len(results),
            "valid": valid,
            "invalid": len(results) - valid,
            "errors": count(told, Severity.ERROR),
            "warnings": count(told, Severity.WARNING),
            "notices": count(told, Severity.NOTICE),
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _file(result: Result, language: str) -> JsonObject:
    file: JsonObject = {
        "path": result.path,
        "valid": result.reading.valid,
        "version": result.reading.version,
        "profile": result.profile,
        "findings": _findings(result.reading.findings, language),
    }
    if result.links is not None:
        file["network"] = _links(result.links, language)
    return file


def _links(links: LinksReport, language: str) -> JsonObject:
    return {
        "links": links.answered + len(links.silent) + len(links.unchecked),
        "answered": links.answered,
        "findings": _findings(links.silent, language),
        "unchecked": [
            {
                "url": link.address.url,
                "key": link.address.key,
                "line": link.address.line,
                "column": link.address.column,
                "reason": word(link.reason, language),
            }
            for link in links.unchecked
        ],
    }


def _findings(findings: Iterable[Finding], language: str) -> list[JsonObject]:
    return [
        {
            "code": finding.code,
            "severity": finding.severity.value,
            "key": finding.key,
            "line": finding.line,
            "column": finding.column,
            "message": message(finding, language),
            "suggestion": finding.suggestion,
        }
        for finding in findings
    ]
