# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A good file, and ways to spoil it."""

from harvester.model import Finding, Reading
from harvester.publiccode import FileContext, read

GOOD = """\
publiccodeYmlVersion: "0"
name: Meldeportal
url: https://forge.example/stadt/meldeportal
platforms:
  - web
developmentStatus: stable
softwareType: standalone/web
description:
  de:
    shortDescription: Bürger melden Schäden im Stadtgebiet.
    longDescription: >-
      Mit dem Meldeportal melden Bürgerinnen und Bürger Schäden an Straßen, Wegen und Anlagen.
      Die Verwaltung sieht jede Meldung auf einer Karte, verteilt sie an das zuständige Amt und
      antwortet.
    features:
      - Karte
legal:
  license: EUPL-1.2
maintenance:
  type: internal
  contacts:
    - name: Fachdienst IT
localisation:
  localisationReady: true
  availableLanguages:
    - de
"""
"""Valid, and nothing to say about it."""


def spoiled(old: str, new: str) -> bytes:
    """Replace a part of the good file, which has to be there once."""
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new).encode()


def with_more(text: str) -> bytes:
    """Add keys to the good file."""
    return (GOOD + text).encode()


def check(content: bytes, **context: object) -> Reading:
    """Read a file in a context."""
    return read(content, FileContext(**context))  # type: ignore[arg-type]


def codes(reading: Reading) -> list[str]:
    """Give the codes of all findings."""
    return [finding.code for finding in reading.findings]


def only(reading: Reading) -> Finding:
    """Give the only finding of a reading."""
    assert len(reading.findings) == 1, reading.findings
    return reading.findings[0]
