# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which files are looked for, and how their bytes are told from others. Pure."""

import hashlib
from dataclasses import replace

from harvester.model import FileVersion

PATHS = ("publiccode.yml", "publiccode.yaml")
"""The files of a repository's root that are looked for, the one that wins first."""
LARGEST = 1024 * 1024
"""Bytes; a larger file is not fetched. Its size is told, and the core says what that means."""
_SHA256_DIGITS = 64


def object_id(content: bytes, like: str = "") -> str:
    """Give git's object id of a file's bytes, in the hash that another id is of (else SHA-1)."""
    blob = b"blob %d\0" % len(content) + content
    if len(like) == _SHA256_DIGITS:
        return hashlib.sha256(blob).hexdigest()
    return hashlib.sha1(blob, usedforsecurity=False).hexdigest()


def with_bytes(file: FileVersion, content: bytes) -> FileVersion:
    """Fill in what a forge gave for a file, if it is what the blob id stands for."""
    if object_id(content, file.blob_id) != file.blob_id:
        reason = f"the bytes that the forge gives for {file.path} are not those of its blob id"
        return replace(file, unread=f"{reason} {file.blob_id}; the next crawl asks again")
    return replace(file, content=content, size=len(content))
