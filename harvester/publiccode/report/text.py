# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Lines that editors and people read: ``PATH:LINE:COLUMN: SEVERITY: KEY: MESSAGE [CODE]``."""

from collections.abc import Sequence

from harvester.model import Finding
from harvester.publiccode.messages import message, verdict_words
from harvester.publiccode.report.result import Result, counts, links_told


def render_text(results: Sequence[Result], language: str) -> str:
    """Give one line a finding, and one with the verdict on each file."""
    words = verdict_words(language)
    lines = []
    for result in results:
        findings = result.reading.findings
        lines += [_line(result.path, finding, language) for finding in findings]
        told = counts(findings, language)
        verdict = words["valid" if result.reading.valid else "invalid"]
        line = verdict.format(path=result.path, counts=f", {told}" if told else "")
        lines += [_line(result.path, finding, language) for finding in result.network]
        lines.append("; ".join((line, *links_told(result, language))))
    return "".join(f"{line}\n" for line in lines)


def _line(path: str, finding: Finding, language: str) -> str:
    key = f"{finding.key}: " if finding.key else ""
    place = f"{path}:{finding.line}:{finding.column}"
    told = message(finding, language)
    return f"{place}: {finding.severity.value}: {key}{told} [{finding.code}]"
