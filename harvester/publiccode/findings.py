# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Gathers what there is to say about one file."""

from collections.abc import Callable
from operator import attrgetter

from harvester.model import Finding, Severity
from harvester.publiccode.codes import Code
from harvester.publiccode.nodes import Mark

_NAME = "name"
"""What an entry must have, whoever entered it."""
_PLACE = attrgetter("line", "column")
MAX_FINDINGS = 500
"""A file with more is not helped by the rest; the verdict does not change."""
MAX_ARGUMENT = 120
"""Characters of a value that a message repeats."""


Suggestion = str | Callable[[], str | None] | None
"""A function is asked only where the finding is kept: looking for what was meant takes time."""


class Findings:
    """All findings of one file, in the order in which they were made."""

    def __init__(self, *, by_hand: bool = False) -> None:
        """Start with none.

        Args:
            by_hand: nobody promised to meet the standard: what it demands is at most a notice,
                but for a name, and for what keeps the text from being read at all.
        """
        self._by_hand = by_hand
        self._found: list[Finding] = []
        self.fatal = False
        """True once an error was found."""

    def add(
        self,
        code: Code,
        key: str,
        mark: Mark | None,
        suggestion: Suggestion = None,
        *,
        severity: Severity | None = None,
        **arguments: str,
    ) -> None:
        """Note a finding at a place; without one, the file as a whole is meant.

        ``severity`` takes the place of the code's own.
        """
        severity = severity or code.severity
        if self._by_hand and not code.is_about_text and key != _NAME:
            severity = Severity.NOTICE
        if severity is Severity.ERROR:
            self.fatal = True
        if self.full:
            return
        if callable(suggestion):
            suggestion = suggestion()
        self._found.append(
            Finding(
                code=code.code,
                severity=severity,
                key=key,
                line=mark.line + 1 if mark else 0,
                column=mark.column + 1 if mark else 0,
                arguments=tuple((name, _short(text)) for name, text in arguments.items()),
                suggestion=suggestion,
            )
        )

    @property
    def full(self) -> bool:
        """Say whether nothing more is kept."""
        return len(self._found) >= MAX_FINDINGS

    def sorted(self) -> tuple[Finding, ...]:
        """Give the findings in the order of the file, each once."""
        unique = {
            (found.line, found.column, found.code, found.key, found.arguments): found
            for found in self._found
        }
        if len(unique) < len(self._found):
            self._found = list(unique.values())
        return tuple(sorted(self._found, key=_PLACE))


def _short(text: str) -> str:
    """Make a value fit into one line of a message."""
    if len(text) <= MAX_ARGUMENT and text.isprintable():
        return text
    line = " ".join(text.split())
    return line if len(line) <= MAX_ARGUMENT else line[: MAX_ARGUMENT - 1] + "…"
