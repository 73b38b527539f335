# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Column types that hold the same on SQLite and PostgreSQL, and refuse the same.

Times are fixed-width UTC text, ``2026-01-31T12:00:00.000000Z``, microseconds kept: the same bytes
on both databases, their order as text is their order in time, and what was written is what is
loaded, so that a fact never seems changed because a database rounded it. JSON is canonical text
for the same reason. Text is compared by its bytes on both (collation ``C`` on PostgreSQL).
"""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

KEY_LIMIT = 2000
"""Bytes of UTF-8; PostgreSQL indexes no text of more than about 2,700."""


class RefusedValueError(ValueError):
    """A value that no database of ours holds, although one of them might take it."""


def checked(text: str, limit: int | None = None) -> str:
    """Give the text back if both databases can hold it.

    Raises:
        RefusedValueError: it has a NUL or a lone surrogate, or more UTF-8 bytes than ``limit``.
    """
    if "\x00" in text:
        raise RefusedValueError("a NUL character cannot be stored")
    size = len(text)
    if not text.isascii():
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            raise RefusedValueError("a lone surrogate cannot be stored") from None
    if limit is not None and size > limit:
        raise RefusedValueError(f"a key of {size} bytes cannot be stored, {limit} are the most")
    return text


def is_holdable(text: str, limit: int | None = None) -> bool:
    """Say whether both databases can hold a text; what they cannot, they do not have."""
    try:
        checked(text, limit)
    except RefusedValueError:
        return False
    return True


def canonical_json(value: object) -> str:
    """Give JSON without needless blanks, not escaped, keys sorted.

    Raises:
        RefusedValueError: a text in it, or a number, cannot be stored.
    """
    try:
        text = json.dumps(
            value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        )
    except ValueError as error:
        raise RefusedValueError(str(error)) from None
    if "\\u0000" in text:
        _refuse_nul(value)
    return checked(text)


def _refuse_nul(value: object) -> None:
    """Find a NUL that JSON escaped; a text may also spell the escape out and mean it."""
    if isinstance(value, str):
        checked(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_nul(key)
            _refuse_nul(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_nul(item)


class Words(TypeDecorator[Any]):
    """Text, at most ``limit`` bytes of it where it is (part of) a key."""

    impl = Text
    cache_ok = True

    def __init__(self, limit: int | None = None) -> None:
        super().__init__()
        self.limit = limit

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Compare by bytes everywhere; SQLite does so of itself."""
        if dialect.name == "postgresql":
            return postgresql.TEXT(collation="C")
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write it as :meth:`stored` says."""
        return self.stored(value)

    def stored(self, value: Any) -> str | None:
        """Give the text that is kept; None stays NULL.

        Raises:
            RefusedValueError: not every database of ours can hold it.
        """
        return None if value is None else checked(value, self.limit)


class Moment(Words):
    """An aware time, as fixed-width UTC text."""

    cache_ok = True

    def stored(self, value: datetime | None) -> str | None:
        """Write it in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise RefusedValueError(f"the time {value} has no time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read it, aware, in UTC."""
        return None if value is None else datetime.fromisoformat(value)


class Json(Words):
    """A JSON value as canonical text; lists come back as lists."""

    cache_ok = True

    def stored(self, value: object) -> str | None:
        """Write it canonically; None is NULL, never ``null``."""
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Read it."""
        return None if value is None else json.loads(value)


def key_text() -> Words:
    """Give the type of a key."""
    return Words(KEY_LIMIT)
