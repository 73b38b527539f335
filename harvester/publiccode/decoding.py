# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""From bytes to text: size, encoding and characters, each refusal one finding at its line."""

import re
from dataclasses import dataclass

from harvester.publiccode.codes import Code
from harvester.publiccode.findings import Findings

MAX_BYTES = 1024 * 1024
"""The largest real file known has 176 kB."""
REPLACEMENT = "\ufffd"
_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_BINARY_SHARE = 0.02
"""More control characters than this, and nobody wrote the file as a text."""
_SAMPLE = 8192
# YAML 1.2, production 1 (c-printable), turned round; lone surrogates cannot come out of UTF-8.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the text, 0-based."""

    line: int
    column: int


def decode(content: bytes, findings: Findings) -> str | None:
    """Give the text of a file, or None where it is none.

    What is broken in an otherwise readable text is replaced by U+FFFD, so that the rest can be
    read, and is an error all the same: the text is not what its author wrote.
    """
    if len(content) > MAX_BYTES:
        refuse_size(len(content), findings)
        return None
    if content.startswith(_BOM):
        findings.add(Code.BYTE_ORDER_MARK, "", Place(0, 0))
        content = content[len(_BOM) :]
    elif _is_utf16(content):
        findings.add(Code.UTF16, "", None)
        return None
    elif _is_binary(content):
        findings.add(Code.BINARY, "", None)
        return None
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        byte = f"0x{content[error.start]:02X}"
        place = _place(content[: error.start].decode(errors="replace"))
        findings.add(Code.NOT_UTF8, "", place, byte=byte)
        text = content.decode(errors="replace")
    bad = None if text.isascii() and text.isprintable() else UNPRINTABLE.search(text)
    if bad is not None:
        character = f"U+{ord(bad[0]):04X}"
        findings.add(Code.CONTROL_CHARACTER, "", _place(text[: bad.start()]), character=character)
        text = UNPRINTABLE.sub(REPLACEMENT, text)
    return text


def refuse_size(size: int, findings: Findings) -> None:
    """Say that a file of so many bytes is not read."""
    findings.add(Code.TOO_LARGE, "", None, size=str(size), limit=str(MAX_BYTES))


def _is_utf16(content: bytes) -> bool:
    """Recognise UTF-16 and UTF-32 by their mark, or by a zero in every other byte."""
    if content.startswith(_UTF16_BOMS) or content.startswith(b"\x00\x00\xfe\xff"):
        return True
    sample = content[:_SAMPLE]
    if b"\x00" not in sample:
        return False
    half = max(1, len(sample) // 2)
    return any(sample[start::2].count(0) >= 0.9 * half for start in (0, 1))


def _is_binary(content: bytes) -> bool:
    sample = content[:_SAMPLE]
    if b"\x00" not in sample:
        return False
    controls = len(sample) - len(sample.translate(None, bytes((*range(9), *range(14, 32)))))
    return controls > max(1, _BINARY_SHARE * len(sample))


def _place(before: str) -> Place:
    """Give the place that follows a text."""
    lines = re.split("\r\n|\r|\n", before)
    return Place(len(lines) - 1, len(lines[-1]))
