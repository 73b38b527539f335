# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How the reference parser fills its fields, and what it refuses to.

One value of the wrong type, or one key that it does not know, and the whole key of the file's root
that it lies in stays empty. That is where follow-up errors come from, and why they are told.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from harvester.publiccode.nodes import (
    Mapping,
    Mark,
    Node,
    Scalar,
    Sequence,
    boolean,
    is_null,
)
from harvester.publiccode.reference.tables import ROOT, Field, tables

_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+")
_BASES = {"0x": 16, "0o": 8, "0b": 2}
_LEAST, _MOST = -(2**63), 2**64 - 1
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that does not fit its field, or a key that has none."""

    mark: Mark | None
    kind: str
    """``type``, ``unknown`` or ``address`` (which the reference parser tells without a place)."""
    name: str = ""
    found: str = "text"
    expected: str = "text"


class Decoder:
    """Fills the fields of one file."""

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []
        self._simple: dict[str, Callable[[Node], Any]] = {
            "string": self._string,
            "boolean": self._boolean,
            "link": self._link,
            "links": self._links,
            "strings": self._strings,
            "videos": self._videos,
        }

    def file(self, root: Mapping) -> dict[str, Any]:
        """Give the fields of the root; those that something was refused in are None."""
        fields = tables().sections[ROOT]
        values: dict[str, Any] = {}
        for name, field in fields.items():
            entry = root.entries.get(name)
            if entry is None or is_null(entry[1]):
                continue
            refused = len(self.refusals)
            value = self._value(entry[1], field)
            if len(self.refusals) == refused:
                values[name] = value
        self._unknown(root, fields)
        return values

    def _section(self, node: Node, section: str) -> dict[str, Any] | None:
        if is_null(node):
            return {}
        if not isinstance(node, Mapping):
            self._refuse(node, "section")
            return None
        fields = tables().sections[section]
        values = {}
        for name, field in fields.items():
            entry = node.entries.get(name)
            if entry is not None and not is_null(entry[1]):
                values[name] = self._value(entry[1], field)
        self._unknown(node, fields)
        return values

    def _unknown(self, node: Mapping, fields: Any) -> None:
        for name, (key, _) in node.entries.items():
            if name not in fields and key.mark is not None:
                self.refusals.append(Refusal(key.mark, "unknown", name))

    def _value(self, node: Node, field: Field) -> Any:
        simple = self._simple.get(field.kind)
        if simple is not None:
            return simple(node)
        if field.kind == "list":
            return self._list(node, lambda item: self._section(item, field.section))
        if field.kind == "languages":
            return self._languages(node, field)
        return self._section(node, field.section)

    def _links(self, node: Node) -> list[str | None]:
        """Read one address or several."""
        if isinstance(node, Sequence) and all(isinstance(item, Scalar) for item in node.items):
            return [self._link(item) for item in node.items]
        return [self._link(node)]

    def _strings(self, node: Node) -> list[Any] | None:
        return self._list(node, lambda item: "" if is_null(item) else self._string(item))

    def _videos(self, node: Node) -> list[Any] | None:
        return self._list(node, lambda item: None if is_null(item) else self._link(item))

    def _list(self, node: Node, read: Any) -> list[Any] | None:
        if not isinstance(node, Sequence):
            self._refuse(node, "list")
            return None
        return [read(item) for item in node.items]

    def _languages(self, node: Node, field: Field) -> dict[str, Any] | None:
        if not isinstance(node, Mapping):
            self._refuse(node, "section")
            return None
        return {
            name: self._section(value, field.section) for name, (_, value) in node.entries.items()
        }

    def _string(self, node: Node) -> str | None:
        if not isinstance(node, Scalar):
            self._refuse(node, "text")
            return None
        return go_text(node)

    def _boolean(self, node: Node) -> bool | None:
        truth = boolean(node) if isinstance(node, Scalar) else None
        if truth is None:
            self._refuse(node, "boolean")
        return truth

    def _link(self, node: Node) -> str | None:
        text = self._string(node)
        if text is not None and not is_parsable(text):
            self.refusals.append(Refusal(None, "address", text))
            return None
        return text

    def _refuse(self, node: Node, expected: str) -> None:
        """Note a value of the wrong type; the field stays empty."""
        found = "text"
        if not isinstance(node, Scalar):
            found = "list" if isinstance(node, Sequence) else "section"
        self.refusals.append(Refusal(node.mark, "type", "", found, expected))


def go_text(scalar: Scalar) -> str:
    """Give the text that a scalar becomes in the reference parser: 1.0 becomes 1."""
    number = go_number(scalar)
    if isinstance(number, float):
        return format(Decimal(repr(number)).normalize(), "f")
    if number is not None:
        return str(number)
    truth = boolean(scalar)
    if truth is not None:
        return "true" if truth else "false"
    return scalar.text


def go_number(scalar: Scalar) -> int | float | None:
    """Give the number that the reference parser takes a scalar for.

    Unlike YAML 1.2 it knows underscores, octal numbers with a leading zero, and nothing beyond
    64 bits.
    """
    text = scalar.text.replace("_", "")
    if not scalar.plain or not text:
        return None
    digits = text.lstrip("+-")
    base = _BASES.get(digits[:2].lower(), 10)
    if base == 10 and digits.isdecimal() and digits[0] == "0" and digits != "0":  # noqa: PLR2004
        base = 8
    try:
        if base != 10 or digits.isdecimal():  # noqa: PLR2004 - the decimal system
            whole = int(text, base)
            return whole if _LEAST <= whole <= _MOST else None
        return float(text) if _FLOAT.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None


def is_parsable(text: str) -> bool:
    """Say whether Go's net/url takes a text for an address or a reference to one."""
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in text):  # noqa: PLR2004
        return False
    scheme, colon, rest = text.partition(":")
    first = re.split(r"[/?#]", text, maxsplit=1)[0]
    if colon and ":" in first and not _SCHEME.fullmatch(scheme):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    if " " in parts.netloc or _BAD_ESCAPE.search(parts.path):
        return False
    return not (colon and rest == "" and scheme == "")
