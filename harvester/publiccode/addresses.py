# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The addresses in a file that lead somewhere."""

from dataclasses import dataclass
from enum import StrEnum


class AddressKind(StrEnum):
    """What an address is expected to lead to."""

    LINK = "link"
    REPOSITORY = "repository"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address to follow."""

    url: str
    kind: AddressKind
    key: str
    line: int
    """1-based."""
    column: int
    """1-based."""
