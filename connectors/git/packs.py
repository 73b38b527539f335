# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads the objects of a pack, within limits. Pure.

dulwich reads packs; but it believes the sizes that they tell, so that they are measured before.
"""

import zlib
from collections.abc import Mapping
from typing import TypeVar

from dulwich.object_store import MemoryObjectStore
from dulwich.objects import Blob, Commit, ObjectID, Tree

from connectors.git.lines import ProtocolError

Kind = TypeVar("Kind", Commit, Tree)

LIMIT = 256 * 1024 * 1024
"""Bytes that the objects of a pack may have together."""
_HEADER = 12
_STEP = 64 * 1024
_OFFSET_DELTA, _NAMED_DELTA = 6, 7
_OID_BYTES = 20
_FILE_MODES = frozenset({0o100644, 0o100755, 0o100664})
"""Of files; what a link points to, and another repository, is not read."""


def read_objects(pack: bytes, limit: int = LIMIT) -> MemoryObjectStore:
    """Give the objects of a pack.

    Raises:
        ProtocolError: it is broken, or has more than ``limit`` bytes in it.
    """
    try:
        _measure(pack, limit)
        store = MemoryObjectStore()
        file, commit, abort = store.add_pack()
        try:
            file.write(pack)
            commit()
        except BaseException:
            abort()
            raise
    except ProtocolError:
        raise
    except Exception as error:  # dulwich raises whatever a broken pack leads to
        raise ProtocolError(f"the pack is broken ({type(error).__name__}: {error})") from error
    return store


def files_of(store: MemoryObjectStore, oid: str) -> Mapping[str, str]:
    """Give the files in the root of a commit, by name: the ids of their blobs.

    Raises:
        ProtocolError: the commit or its root is not there.
    """
    tree = _object(store, _object(store, oid.encode(), Commit).tree, Tree)
    return {
        entry.path.decode(errors="surrogateescape"): entry.sha.decode()
        for entry in tree.items()
        if entry.mode in _FILE_MODES
    }


def _object(store: MemoryObjectStore, oid: bytes, kind: type[Kind]) -> Kind:
    try:
        found = store[ObjectID(oid)]
    except KeyError:
        found = None
    if not isinstance(found, kind):
        raise ProtocolError(f"the server left out the {kind.__name__.lower()} {oid.decode()}")
    return found


def content_of(store: MemoryObjectStore, oid: str) -> bytes | None:
    """Give the bytes of a blob; None where the pack does not have it."""
    try:
        blob = store[ObjectID(oid.encode())]
    except KeyError:
        return None
    return blob.as_raw_string() if isinstance(blob, Blob) else None


def _measure(pack: bytes, limit: int) -> None:
    """Make sure that the objects are as small as they say, without keeping them."""
    at, total = _HEADER, 0
    for _ in range(int.from_bytes(pack[8:_HEADER], "big")):
        kind, size, at = _object_header(pack, at)
        total += size
        if total > limit:
            raise ProtocolError(f"its objects have more than {limit} bytes")
        if kind == _OFFSET_DELTA:
            while pack[at] & 0x80:
                at += 1
            at += 1
        elif kind == _NAMED_DELTA:
            at += _OID_BYTES
        at = _behind(pack, at, size)


def _object_header(pack: bytes, at: int) -> tuple[int, int, int]:
    """Read kind and size; give the place behind them too."""
    byte = pack[at]
    kind, size, shift = (byte >> 4) & 7, byte & 15, 4
    while byte & 0x80:
        at += 1
        byte = pack[at]
        size |= (byte & 0x7F) << shift
        shift += 7
    return kind, size, at + 1


def _behind(pack: bytes, at: int, size: int) -> int:
    """Give the place behind a compressed object, which must have the size that it says."""
    reader, have = zlib.decompressobj(), 0
    while not reader.eof:
        part = pack[at : at + _STEP]
        if not part:
            raise ProtocolError("the pack is cut off")
        have += len(reader.decompress(part, size - have + 1))
        at += len(part) - len(reader.unused_data) - len(reader.unconsumed_tail)
        if have > size:
            raise ProtocolError("an object of the pack is larger than it says")
    return at
