# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The addresses in a file that a check over the network follows, and what it then says.

Following them is somebody else's work; here is what to follow, and how to tell of it. What comes of
it is never an error: whether a link answers today says nothing about the file.
"""

from dataclasses import dataclass
from enum import StrEnum

from harvester.model import Finding
from harvester.publiccode.codes import Code


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


def unreachable(address: Address, reason: str) -> Finding:
    """Tell of an address that did not answer as it should; ``reason`` in a few words."""
    code = Code.FILE_MISSING if address.kind is AddressKind.FILE else Code.UNREACHABLE
    return Finding(
        code=code.code,
        severity=code.severity,
        key=address.key,
        line=address.line,
        column=address.column,
        arguments=(("value", address.url), ("reason", reason)),
    )
