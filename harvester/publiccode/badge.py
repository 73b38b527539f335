# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A badge for README files: an SVG that says how a publiccode file stands.

What it says is in its text, never in its colour alone, and both can be read by everybody: the
colours keep a contrast of at least 4.5 to the white text (WCAG 2.2, AA).
"""

from enum import StrEnum
from xml.sax.saxutils import escape, quoteattr

from harvester.model import Reading, Severity


class BadgeState(StrEnum):
    """What a badge says."""

    VALID = "valid"
    WARNINGS = "warnings"
    INVALID = "invalid"
    MISSING = "missing"
    """There is no file."""


COLOURS = {
    BadgeState.VALID: "#1a7f37",
    BadgeState.WARNINGS: "#8a5a00",
    BadgeState.INVALID: "#b3261e",
    BadgeState.MISSING: "#57606a",
}
LABEL_COLOUR = "#333333"
_TEXTS = {
    "en": {
        BadgeState.VALID: "valid",
        BadgeState.WARNINGS: "valid, with warnings",
        BadgeState.INVALID: "invalid",
        BadgeState.MISSING: "not found",
    },
    "de": {
        BadgeState.VALID: "gültig",
        BadgeState.WARNINGS: "gültig, mit Warnungen",
        BadgeState.INVALID: "ungültig",
        BadgeState.MISSING: "nicht gefunden",
    },
}
_LABEL = "publiccode.yml"
_CHARACTER, _MARGIN = 6.6, 12
"""Width of a character of the text on average, and of both margins, in pixels."""


def badge_state(reading: Reading | None) -> BadgeState:
    """Give what a badge says of a reading; None stands for no file."""
    if reading is None:
        return BadgeState.MISSING
    if not reading.valid:
        return BadgeState.INVALID
    warned = any(finding.severity is Severity.WARNING for finding in reading.findings)
    return BadgeState.WARNINGS if warned else BadgeState.VALID


def render_badge(state: BadgeState, language: str = "en") -> str:
    """Give the badge as SVG.

    Raises:
        KeyError: there are no texts in the language.
    """
    text = _TEXTS[language][state]
    left, right = _width(_LABEL), _width(text)
    title = f"{_LABEL}: {text}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f"aria-label={quoteattr(title)}><title>{escape(title)}</title>"
        f'<rect width="{left}" height="20" fill="{LABEL_COLOUR}"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{COLOURS[state]}"/>'
        '<g fill="#ffffff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" '
        'text-anchor="middle">'
        f'<text x="{left / 2:g}" y="14">{escape(_LABEL)}</text>'
        f'<text x="{left + right / 2:g}" y="14">{escape(text)}</text></g></svg>\n'
    )


def _width(text: str) -> int:
    return round(len(text) * _CHARACTER) + _MARGIN
