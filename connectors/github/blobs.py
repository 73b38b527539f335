# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Git's ids of file contents, and which files harvester looks for. Pure."""

import hashlib

WINNER, SECOND = "publiccode.yml", "publiccode.yaml"
PATHS = (WINNER, SECOND)
"""In the root; the first wins where both are there."""

LARGEST = 1024 * 1024
"""Bytes; the reader refuses what is larger, so that nobody asks for it."""


def blob_id(content: bytes) -> str:
    """Give git's object id of a file's bytes."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
