# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""One checked file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harvester.model import Finding, Reading, Severity
from harvester.publiccode.messages import message, verdict_words, why


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a check of one file told."""

    path: str
    """As the user named it: a path, an address, or ``-``."""
    reading: Reading
    profile: str = "standard"
    network: Sequence[Finding] = ()
    """What following its links told; apart, because a link that does not answer today says
    nothing about the file."""


def count(findings: Iterable[Finding], severity: Severity) -> int:
    """Count the findings of one severity."""
    return sum(finding.severity is severity for finding in findings)


def sentence(finding: Finding, language: str) -> str:
    """Give a finding's message together with why it matters."""
    return f"{message(finding, language)} {why(finding, language)}"


def counts(findings: Sequence[Finding], language: str) -> str:
    """Give ``2 warnings, 1 notice``; empty where there is nothing to count."""
    words = verdict_words(language)
    parts = []
    for severity in Severity:
        number = count(findings, severity)
        if number:
            name = severity.value if number == 1 else f"{severity.value}s"
            parts.append(words[name].format(count=number))
    return ", ".join(parts)
