# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""GitLab's Code Quality report, a subset of Code Climate's format."""

import hashlib
import json
from collections.abc import Sequence

from harvester.model import Finding, JsonObject, Severity
from harvester.publiccode.report.result import Result, sentence

_SEVERITIES = {
    Severity.ERROR: "critical",
    Severity.WARNING: "minor",
    Severity.NOTICE: "info",
}


def render_codequality(results: Sequence[Result], language: str) -> str:
    """Give a list of issues."""
    issues: list[JsonObject] = []
    seen: dict[str, int] = {}
    for result in results:
        for finding in (*result.reading.findings, *result.network):
            mark = _mark(result.path, finding)
            seen[mark] = seen.get(mark, 0) + 1
            issues.append(
                {
                    "type": "issue",
                    "check_name": finding.code,
                    "description": sentence(finding, language),
                    "categories": ["Style"],
                    "severity": _SEVERITIES[finding.severity],
                    "fingerprint": _fingerprint(mark, seen[mark]),
                    "location": {
                        "path": result.path.removeprefix("./"),
                        "lines": {"begin": max(1, finding.line)},
                    },
                }
            )
    return json.dumps(issues, ensure_ascii=False, indent=2) + "\n"


def _mark(path: str, finding: Finding) -> str:
    """Name a finding so that it keeps its name while lines above it move."""
    arguments = "".join(f"\0{name}={text}" for name, text in finding.arguments)
    return f"{path}\0{finding.code}\0{finding.key}{arguments}"


def _fingerprint(mark: str, number: int) -> str:
    return hashlib.sha256(f"{mark}\0{number}".encode()).hexdigest()[:32]
