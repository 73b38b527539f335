# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""TOML documents whose errors can be shown with their line.

:mod:`tomllib` gives values without positions. Where a position is needed, which is only when
something is refused, it is found by asking :mod:`tomllib` again: the line of a key is where the
shortest beginning of the document that holds the key ends. No second reader of TOML is needed.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harvester.ports.errors import HarvesterError

KeyPath = tuple[str | int, ...]
"""Where a value stands: ``("sources", 1, "token_file")``."""

_ABSENT = object()
_POSITION = re.compile(r" \(at line (\d+), column (\d+)\)$")


class TomlError(HarvesterError):
    """A TOML file cannot be read; the message has the file and the line."""


@dataclass(frozen=True, slots=True)
class TomlDocument:
    """The contents of a TOML file, and where in it each key stands."""

    path: Path
    data: dict[str, Any]
    _lines: Sequence[str] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> "TomlDocument":
        """Read a file.

        Raises:
            TomlError: it is missing, unreadable, not UTF-8 or not TOML.
        """
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            raise TomlError(f"{path}: there is no such file") from None
        except OSError as error:
            raise TomlError(f"{path}: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise TomlError(f"{path}:{line}: not UTF-8; save the file as UTF-8") from None
        return cls.parse(text, path)

    @classmethod
    def parse(cls, text: str, path: Path) -> "TomlDocument":
        """Read a text; ``path`` is where it came from, for messages.

        Raises:
            TomlError: it is not TOML.
        """
        text = text.replace("\r\n", "\n")
        lines = text.split("\n")
        try:
            return cls(path, tomllib.loads(text), lines)
        except tomllib.TOMLDecodeError as error:
            message, line = _without_position(str(error), len(lines))
            raise TomlError(f"{path}:{line}: not TOML: {message}") from None

    def line(self, key: KeyPath) -> int:
        """Give the line (from 1) where a key stands, or the nearest table that would hold it.

        Inside an array or table that stands in one assignment, it is the assignment's line.
        """
        while key and not _holds(self.data, key):
            key = key[:-1]
        if not key:
            return 1
        before, low, high = 0, 1, len(self._lines)
        # A beginning either parses or ends within a value; among those that parse, once the key
        # is there it stays, so that bisection finds the first that holds it.
        while low <= high:
            middle = (low + high) // 2
            end, data = self._beginning(middle, high)
            if data is None or _holds(data, key):
                high = middle - 1
            else:
                before, low = end, end + 1
        return before + 1

    def _beginning(self, end: int, last: int) -> tuple[int, dict[str, Any] | None]:
        """Parse the first lines, ``end`` of them or as many more, up to ``last``, as it takes."""
        while end <= last:
            try:
                return end, tomllib.loads("\n".join(self._lines[:end]))
            except tomllib.TOMLDecodeError:
                end += 1
        return last, None


def shown(key: KeyPath) -> str:
    """Write a key as people do: ``sources[1].token_file``."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _holds(data: Any, key: KeyPath) -> bool:
    for part in key:
        if isinstance(part, int):
            data = data[part] if isinstance(data, list) and 0 <= part < len(data) else _ABSENT
        else:
            data = data.get(part, _ABSENT) if isinstance(data, dict) else _ABSENT
        if data is _ABSENT:
            return False
    return True


def _without_position(message: str, last_line: int) -> tuple[str, int]:
    if found := _POSITION.search(message):
        return message[: found.start()], int(found.group(1))
    return message.removesuffix(" (at end of document)"), last_line
