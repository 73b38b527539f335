# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Node ids and cursors: opaque to clients, but of the form that GitHub's have."""

import base64
import binascii
import json
import struct

_HEAD = b"\x92\x00\xce"
"""What a new-style id begins with: a pair of zero and an unsigned number of 32 bits."""


def node_id(prefix: str, database_id: int) -> str:
    """Give the global id of a thing: ``R_kgDOAAAAZQ`` for the repository 101."""
    packed = _HEAD + struct.pack(">I", database_id)
    return f"{prefix}_{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def database_id(prefix: str, text: str) -> int | None:
    """Read a global id; None where it is not one of this kind."""
    kind, _, rest = text.partition("_")
    try:
        packed = base64.urlsafe_b64decode(rest + "=" * (-len(rest) % 4))
    except (binascii.Error, ValueError):
        return None
    if kind != prefix or not packed.startswith(_HEAD) or len(packed) != len(_HEAD) + 4:
        return None
    return int(struct.unpack(">I", packed[len(_HEAD) :])[0])


def cursor_of(key: tuple[str, int]) -> str:
    """Give the cursor after an entry with this sort key."""
    return base64.b64encode(b"cursor:v2:" + json.dumps(key).encode()).decode()


def key_of(cursor: str) -> tuple[str, int]:
    """Read a cursor.

    Raises:
        ValueError: it is none.
    """
    plain = base64.b64decode(cursor, validate=True)
    if not plain.startswith(b"cursor:v2:"):
        raise ValueError(cursor)
    value, number = json.loads(plain.removeprefix(b"cursor:v2:"))
    return str(value), int(number)
