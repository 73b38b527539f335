# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Packs and lines that nobody's git would send."""

import hashlib
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.git.lines import (
    Advertisement,
    ProtocolError,
    line,
    read_advertisement,
    read_head,
    read_pack,
)
from connectors.git.packs import content_of, files_of, read_objects

OID = "a" * 40


def pack(*objects: tuple[int, int, bytes]) -> bytes:
    """Make a pack: kind, told size and content of each object."""
    body = b"PACK" + (2).to_bytes(4, "big") + len(objects).to_bytes(4, "big")
    for kind, told, content in objects:
        byte, size = (kind << 4) | (told & 15), told >> 4
        while size:
            body += bytes([byte | 0x80])
            byte, size = size & 0x7F, size >> 7
        body += bytes([byte]) + zlib.compress(content)
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def oid_of(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()


def test_a_blob_comes_out_as_it_went_in() -> None:
    content = b"name: x\n" * 100
    store = read_objects(pack((3, len(content), content)))
    assert content_of(store, oid_of(content)) == content
    assert content_of(store, OID) is None


def test_a_bomb_is_refused_by_what_it_says_and_by_what_it_is() -> None:
    content = b"\0" * 5_000_000
    honest = pack((3, len(content), content))
    assert len(honest) < 10_000
    with pytest.raises(ProtocolError, match="more than 1000000 bytes"):
        read_objects(honest, limit=1_000_000)
    with pytest.raises(ProtocolError, match="larger than it says"):
        read_objects(pack((3, 10, content)))


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"PACK",
        pack((3, 1, b"x"))[:-25],
        pack((3, 5, b"x")),
        pack((3, 1, b"x"))[:-1] + b"!",
        pack((5, 3, b"abc")),
        pack((7, 1, b"x")),
    ],
)
def test_a_broken_pack_is_one_kind_of_error(broken: bytes) -> None:
    with pytest.raises(ProtocolError):
        files_of(read_objects(broken), OID)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_pack_or_an_error(noise: bytes) -> None:
    good = pack((3, 9, b"some text"))
    for data in (noise, good[:12] + noise, good[: len(noise) % len(good)] + noise):
        with suppress(ProtocolError):
            read_objects(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_lines_or_an_error(noise: bytes) -> None:
    for data in (noise, line("# service=git-upload-pack") + b"0000" + noise):
        with suppress(ProtocolError):
            read_head(data)
        with suppress(ProtocolError):
            read_advertisement(data)
        with suppress(ProtocolError):
            read_pack(data)


def test_what_a_server_says_went_wrong_is_told() -> None:
    with pytest.raises(ProtocolError, match="the server says: access denied"):
        read_head(line("ERR access denied"))
    with pytest.raises(ProtocolError, match="the server says: out of memory"):
        read_pack(line("packfile") + line("\x03out of memory"))


def test_a_repository_with_other_names_than_sha_1_is_told() -> None:
    with pytest.raises(ProtocolError, match="SHA-1"):
        read_head(line(f"{'a' * 64} HEAD symref-target:refs/heads/main") + b"0000")


def test_an_advertisement_without_a_head_is_of_an_empty_repository() -> None:
    start = line("# service=git-upload-pack") + b"0000"
    assert read_advertisement(start + b"0000") == Advertisement(None, frozenset())
    zero = line(f"{'0' * 40} capabilities^{{}}\0filter shallow") + b"0000"
    assert read_advertisement(start + zero) == Advertisement(None, frozenset({"filter", "shallow"}))
    detached = line(f"{OID} HEAD\0shallow") + b"0000"
    head = read_advertisement(start + detached).head
    assert head is not None
    assert (head.oid, head.branch) == (OID, None)
