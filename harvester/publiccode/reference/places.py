# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where the reference parser says that something is.

A key that is missing is told at the first key of the section that lacks it, at the brace where the
section is written with braces, and nowhere (None) where the section itself is missing.
"""

import re

from harvester.publiccode.nodes import Mapping, Mark, Node, Scalar, Sequence

_BRACKET = re.compile(r"(.*)\[([^\[\]]+)\]")


def place_of(root: Node, key: str) -> Mark | None:
    """Find the place of a dotted key."""
    return _find(root, key.split("."))


def key_at(node: Node, line: int, prefix: str = "") -> str:
    """Give the first key or entry that begins in a line (0-based), else an empty text."""
    if isinstance(node, Mapping):
        for name, (key, value) in node.entries.items():
            if key.mark is None:
                continue
            path = f"{prefix}.{name}" if prefix else name
            if key.mark.line == line:
                return path
            if found := key_at(value, line, path):
                return found
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            path = f"{prefix}[{index}]"
            if item.mark is not None and item.mark.line == line:
                return path
            if found := key_at(item, line, path):
                return found
    return ""


def _find(node: Node, parts: list[str]) -> Mark | None:
    if not isinstance(node, Mapping):
        return node.mark
    name, index = parts[0], -1
    if bracket := _BRACKET.fullmatch(name):
        name = bracket[1]
        if bracket[2].isdecimal():
            index = int(bracket[2])
        else:
            parts = [name, bracket[2], *parts[1:]]
    entry = node.entries.get(name)
    if entry is None or entry[0].mark is None:
        return _missing(node, parts)
    key, value = entry
    if index >= 0:
        if not isinstance(value, Sequence) or index >= len(value.items):
            return key.mark
        item = value.items[index]
        return item.mark if len(parts) == 1 else _find(item, parts[1:])
    return key.mark if len(parts) == 1 else _find(value, parts[1:])


def _missing(node: Mapping, parts: list[str]) -> Mark | None:
    if node.flow:
        return node.mark
    if len(parts) > 1:
        return None
    first: Scalar | None = next((key for key, _ in node.entries.values() if key.mark), None)
    return first.mark if first else None
