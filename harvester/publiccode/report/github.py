# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Annotations of GitHub Actions: workflow commands on standard output."""

from collections.abc import Sequence

from harvester.publiccode.messages import verdict_words
from harvester.publiccode.report.result import Result, counts, links_told, sentence

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render_github(results: Sequence[Result], language: str) -> str:
    """Give one annotation a finding, and the verdicts as plain lines of the log."""
    lines = []
    words = verdict_words(language)
    for result in results:
        path = result.path.translate(_PROPERTY)
        for finding in (*result.reading.findings, *result.network):
            title = f"{finding.code} {finding.key}".strip().translate(_PROPERTY)
            text = sentence(finding, language).translate(_DATA)
            place = f"file={path}"
            if finding.line:
                place += f",line={finding.line},col={finding.column}"
            lines.append(f"::{finding.severity.value} {place},title={title}::{text}")
        told = counts(result.reading.findings, language)
        verdict = words["valid" if result.reading.valid else "invalid"]
        line = verdict.format(path=result.path, counts=f", {told}" if told else "")
        lines.append("; ".join((line, *links_told(result, language))))
    return "".join(f"{line}\n" for line in lines)
