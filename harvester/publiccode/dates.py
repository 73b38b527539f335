# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Dates as people write them."""

import re
from datetime import date

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_ISO_LIKE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_DOTTED = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MONTHS = 12


def iso_date(text: str) -> str | None:
    """Give a text that is a date of the form YYYY-MM-DD, or None."""
    if not _ISO.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def meant_date(text: str) -> str | None:
    """Give the date that a text in another form can only mean, or None where two are possible."""
    if found := _ISO_LIKE.fullmatch(text):
        return _date(*found.groups())
    if found := _DOTTED.fullmatch(text):
        day, month, year = found.groups()
        return _date(year, month, day)
    if found := _SLASHED.fullmatch(text):
        first, second, year = found.groups()
        # Italians write the day first, Americans the month; only a number over twelve tells.
        if int(first) > _MONTHS or first == second:
            return _date(year, second, first)
        if int(second) > _MONTHS:
            return _date(year, first, second)
    return None


def _date(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
