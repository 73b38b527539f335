# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What lies around a file: the other files of its repository, and what its links lead to."""

import struct
import zlib
from pathlib import Path
from posixpath import normpath
from typing import Protocol

_PNG = b"\x89PNG\r\n\x1a\n"
_HEADER = 33
"""Bytes of a PNG's signature and first chunk."""
_READ = 64


class Surroundings(Protocol):
    """What a check beyond the file itself asks. Every answer is for one moment only."""

    def head(self, path: str) -> bytes | None:
        """Give the first 64 bytes of a file, or all that it has.

        The path goes from the file's own folder; None says that nothing is there.
        """
        ...

    def unreachable(self, url: str) -> str | None:
        """Say why an address does not answer with 200.

        None says that it does, or that links are not followed.
        """
        ...

    def fetched(self, url: str) -> bytes | None:
        """Give the first bytes of what an address leads to.

        None says that nothing is there, or that links are not followed.
        """
        ...

    def is_repository(self, url: str) -> bool:
        """Say whether an address is that of a repository; true where nobody asks."""
        ...


class LocalFiles:
    """The files of a folder; links are not followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def head(self, path: str) -> bytes | None:
        """Give the first bytes of a file; None where there is none."""
        file = self._folder / normpath(path)
        try:
            with file.open("rb") as stream:
                return stream.read(_READ)
        except IsADirectoryError:
            return b""
        except (OSError, ValueError):
            return None

    def unreachable(self, url: str) -> str | None:  # noqa: ARG002 - the protocol's
        """Say nothing of links."""
        return None

    def fetched(self, url: str) -> bytes | None:  # noqa: ARG002 - the protocol's
        """Say nothing of links."""
        return None

    def is_repository(self, url: str) -> bool:  # noqa: ARG002 - the protocol's
        """Believe every address."""
        return True


def is_png(head: bytes) -> bool:
    """Say whether the first bytes of a file are those of a PNG image."""
    if len(head) < _HEADER or not head.startswith(_PNG) or head[12:16] != b"IHDR":
        return False
    (length,) = struct.unpack(">I", head[8:12])
    (checksum,) = struct.unpack(">I", head[29:33])
    return bool(length == _HEADER - 20 and zlib.crc32(head[12:29]) == checksum)
