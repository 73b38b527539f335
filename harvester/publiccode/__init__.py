# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads, checks and normalises publiccode.yml. Pure: no network, no database.

>>> reading = read(b"name: Example", FileContext())
>>> reading.valid
False
"""

from harvester.publiccode.context import FileContext
from harvester.publiccode.decoding import MAX_BYTES
from harvester.publiccode.plain import plain_yaml
from harvester.publiccode.reading import NORMALISER, addresses, normalise, read, too_large

__all__ = [
    "MAX_BYTES",
    "NORMALISER",
    "FileContext",
    "addresses",
    "normalise",
    "plain_yaml",
    "read",
    "too_large",
]
