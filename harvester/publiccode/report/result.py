# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""One checked file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harvester.model import Finding, Reading, Severity
from harvester.publiccode.links_check import LinksReport
from harvester.publiccode.messages import message, verdict_words, why


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a check of one file told."""

    path: str
    """As the user named it: a path, an address, or ``-``."""
    reading: Reading
    profile: str = "standard"
    links: LinksReport | None = None
    """What following its links told; apart, because a link that does not answer today says
    nothing about the file. None: they were not followed."""

    @property
    def network(self) -> Sequence[Finding]:
        """The links that gave no good answer."""
        return self.links.silent if self.links else ()


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


def links_told(result: Result, language: str) -> list[str]:
    """Give ``2 links did not answer today`` and ``3 could not be checked``, where it is so."""
    if result.links is None:
        return []
    words = verdict_words(language)
    silent, unchecked = len(result.links.silent), len(result.links.unchecked)
    if not silent:
        answered = result.links.answered
        name = "link_answered" if answered == 1 else "links_answered"
        parts = [words[name].format(count=answered)]
    else:
        parts = [words["link" if silent == 1 else "links"].format(count=silent)]
    if unchecked:
        parts.append(words["unchecked"].format(count=unchecked))
    return parts
