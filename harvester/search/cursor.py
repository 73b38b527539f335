# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where a page ended, as a text that a client sends back unread. Pure."""

import base64
import binascii
import json

from harvester.ports.search import Position, Sort

_LONGEST = 2000
"""Characters of a cursor."""
_SHAPES: dict[Sort, tuple[type, ...]] = {
    Sort.RELEVANCE: (int, str, str),
    **{sort: (str, str) for sort in Sort if sort is not Sort.RELEVANCE},
}
_GREATEST = 2**31


class BadCursorError(ValueError):
    """A text is no cursor, or one of a question that is sorted otherwise."""


def encode(sort: Sort, position: Position) -> str:
    """Write a position so that it can stand in an address."""
    text = json.dumps([sort, *position], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(sort: Sort, cursor: str) -> Position:
    """Read what :func:`encode` wrote for the same order.

    Raises:
        BadCursorError: it is something else.
    """
    if len(cursor) > _LONGEST:
        raise BadCursorError(f"a cursor has at most {_LONGEST} characters")
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        told = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise BadCursorError(f"the cursor cannot be read: {error}") from None
    if not isinstance(told, list) or told[:1] != [sort]:
        raise BadCursorError(f"the cursor is not of a list that is sorted by {sort}")
    position = tuple(told[1:])
    shape = _SHAPES[sort]
    if len(position) != len(shape) or not all(map(_fits, position, shape)):
        raise BadCursorError("the cursor does not say where a page ended")
    return position


def _fits(value: object, kind: type) -> bool:
    if type(value) is not kind:
        return False
    if isinstance(value, int):
        return abs(value) < _GREATEST
    return isinstance(value, str) and "\x00" not in value and _is_text(value)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
