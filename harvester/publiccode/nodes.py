# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The tree that a publiccode file is read into: texts as written, each with its place.

Scalars keep their text. What a text means is decided by the key that it stands at, so that
``1.10`` stays a version, ``no`` a language and ``2017-04-15`` a date. Only where no key says what
is meant do the rules of YAML 1.2 (core schema) decide.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Protocol


class Mark(Protocol):
    """A place in the text, as libyaml gives it: 0-based, in characters."""

    @property
    def line(self) -> int:
        """Number of the line."""
        ...

    @property
    def column(self) -> int:
        """Number of the character in its line."""
        ...


@dataclass(slots=True)
class Scalar:
    """One text."""

    text: str
    plain: bool
    """Written without quotes: the only texts that may mean something else than themselves."""
    mark: Mark | None
    block: bool = False
    """Written as a block (``|`` or ``>``)."""


@dataclass(slots=True)
class Sequence:
    """A list."""

    mark: Mark | None
    flow: bool = False
    items: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """Keys and values in the order of the file; a key that stands twice keeps its first value."""

    mark: Mark | None
    flow: bool = False
    entries: dict[str, tuple[Scalar, "Node"]] = field(default_factory=dict)
    complete: bool = True
    """False where reading broke off inside: what is missing here may only be unread."""


Node = Scalar | Sequence | Mapping

NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))
_YES = frozenset(("yes", "Yes", "YES", "on", "On", "ON", "y", "Y"))
_NO = frozenset(("no", "No", "NO", "off", "Off", "OFF", "n", "N"))
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NON_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
MAX_DIGITS = 15
"""Numbers with more are kept as text: other readers of JSON would round them."""


def is_null(node: Node) -> bool:
    """Say whether a node stands for *nothing here*."""
    return isinstance(node, Scalar) and node.plain and node.text in NULL


def boolean(scalar: Scalar) -> bool | None:
    """Give the truth value of a scalar by YAML 1.2; None where it is none."""
    if scalar.plain:
        if scalar.text in _TRUE:
            return True
        if scalar.text in _FALSE:
            return False
    return None


def former_boolean(text: str) -> bool | None:
    """Give the truth value of the words that only YAML 1.1 knew (``yes``, ``off``, …)."""
    if text in _YES:
        return True
    if text in _NO:
        return False
    return None


def is_number(scalar: Scalar) -> bool:
    """Say whether YAML 1.2 takes a scalar for a number."""
    text = scalar.text
    return scalar.plain and bool(
        _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text) or _NON_FINITE.fullmatch(text)
    )


def scalar_value(scalar: Scalar) -> str | int | float | bool | None:
    """Give what a scalar means by YAML 1.2, as far as JSON can hold it without loss.

    Numbers whose text would change on the way (``1.10``, ``1e3``, 40 digits, ``.inf``) stay text.
    """
    text = scalar.text
    if not scalar.plain:
        return text
    if text in NULL:
        return None
    truth = boolean(scalar)
    return _number(text) if truth is None else truth


def _number(text: str) -> int | float | str:
    """Give the number that a plain text spells in the only way, else the text."""
    if len(text) <= MAX_DIGITS:
        if _INTEGER.fullmatch(text) and text.lstrip("-+").isdigit() and str(int(text)) == text:
            return int(text)
        if _FLOAT.fullmatch(text) and repr(float(text)) == text:
            return float(text)
    return text


def plain_value(node: Node) -> Any:
    """Give what a node means by YAML 1.2 as a JSON value."""
    if isinstance(node, Scalar):
        return scalar_value(node)
    if isinstance(node, Sequence):
        return [plain_value(item) for item in node.items]
    return {key: plain_value(value) for key, (_, value) in node.entries.items()}


def from_json(value: Any) -> Node:
    """Build the tree of a JSON value, so that a record can be read like a file.

    Raises:
        TypeError: the value is not made of what JSON knows.
    """
    if isinstance(value, str):
        return Scalar(value, plain=False, mark=None)
    if value is None:
        return Scalar("null", plain=True, mark=None)
    if isinstance(value, bool):
        return Scalar("true" if value else "false", plain=True, mark=None)
    if isinstance(value, int | float):
        return Scalar(repr(value), plain=True, mark=None)
    if isinstance(value, list):
        return Sequence(None, items=[from_json(item) for item in value])
    if isinstance(value, dict):
        return Mapping(
            None,
            entries={
                str(key): (Scalar(str(key), plain=False, mark=None), from_json(item))
                for key, item in value.items()
            },
        )
    raise TypeError(f"a JSON value is needed, not {type(value).__name__}")
