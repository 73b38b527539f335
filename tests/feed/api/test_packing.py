# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How an answer is packed: chosen by weights, the same bytes each time, in streams too."""

import asyncio
import gzip
import sys
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing

import pytest
from starlette.datastructures import Headers
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from harvester.feed.api.packing import Coding, Packing, coding_of
from storage.catalogue import open_catalogue
from storage.serving import open_feed
from tests.feed.api.shelf import Client, spread, store

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, decompress
else:
    from backports.zstd import ZstdDecompressor, decompress

VARY = "Accept-Encoding, Origin"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    url = f"sqlite:///{tmp_path_factory.mktemp('packed') / 'catalogue.db'}"
    with closing(open_catalogue(url)) as catalogue, closing(open_feed(url)) as feed:
        store(catalogue, spread(4))
        yield Client(feed)


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ([], Coding.IDENTITY),
        ([""], Coding.IDENTITY),
        (["identity"], Coding.IDENTITY),
        (["gzip"], Coding.GZIP),
        (["x-gzip"], Coding.GZIP),
        (["GZip , deflate, br"], Coding.GZIP),
        (["gzip, deflate, br, zstd"], Coding.ZSTD),
        (["gzip", "zstd"], Coding.ZSTD),
        (["gzip;q=1.0, zstd;q=0.5"], Coding.GZIP),
        (["zstd; q=0.5, gzip;Q=0.4"], Coding.ZSTD),
        (["gzip;q=0"], Coding.IDENTITY),
        (["gzip;q=0.000, *"], Coding.ZSTD),
        (["zstd;q=0, *;q=0.1"], Coding.GZIP),
        (["*;q=0"], Coding.IDENTITY),
        (["identity;q=0, br"], Coding.IDENTITY),
        (["identity, gzip;q=0.5"], Coding.IDENTITY),
        (["identity;q=0.5, gzip"], Coding.GZIP),
        (["gzip;q=nan, zstd;q=2"], Coding.IDENTITY),
        (["gzip;q=1e9"], Coding.IDENTITY),
        (["gzip;level=9"], Coding.IDENTITY),
        (["notgzip, zstd2"], Coding.IDENTITY),
        ([",;=,;q=,\x00\xff"], Coding.IDENTITY),
    ],
)
def test_the_choice(asked: list[str], chosen: Coding) -> None:
    raw = [(b"accept-encoding", line.encode("latin-1")) for line in asked]
    assert coding_of(Headers(raw=raw)) is chosen


def test_each_form_has_its_tag_and_its_own_bytes(reader: Client) -> None:
    """A strong tag promises the same bytes: those of gzip would hold a time, if one let them."""
    unpack: dict[str, Callable[[bytes], bytes]] = {
        "identity": bytes,
        "gzip": gzip.decompress,
        "zstd": decompress,
    }
    for path in ("/v1/software", "/v1/dump.jsonl"):
        tags = {}
        plain = reader.get(path, accept_encoding="identity").content
        for coding, unpacked in unpack.items():
            answer = reader.get(path, accept_encoding=coding)
            assert answer.headers.get("content-encoding", "identity") == coding
            assert answer.headers["vary"] == VARY
            raw = reader.raw(path, coding)
            assert unpacked(raw) == plain
            assert reader.raw(path, coding) == raw
            tags[coding] = tag = answer.headers["etag"]
            known = reader.get(path, accept_encoding=coding, if_none_match=tag)
            assert (known.status_code, known.headers["vary"]) == (304, VARY)
            head = reader.get(path, method="HEAD", accept_encoding=coding)
            for name in ("etag", "content-encoding", "vary"):
                assert head.headers.get(name) == answer.headers.get(name)
            # Of a list HEAD tells the very length; of a stream nobody knows it.
            assert head.headers.get("content-length") == answer.headers.get("content-length")
        assert len(set(tags.values())) == len(tags)
        crossed = reader.get(path, accept_encoding="zstd", if_none_match=tags["gzip"])
        assert crossed.status_code == 200


def test_what_is_small_stays_as_it_is(reader: Client) -> None:
    answer = reader.get("/v1/catalogs", accept_encoding="zstd, gzip")
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == VARY


def test_a_range_is_not_served_but_the_whole(reader: Client) -> None:
    whole = reader.get("/v1/software", accept_encoding="identity")
    part = reader.get("/v1/software", accept_encoding="identity", range="bytes=0-9", if_range='"x"')
    assert (part.status_code, part.content) == (200, whole.content)


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_stream_is_packed_part_by_part(coding: str) -> None:
    """What was given can be read at once, and neither end ever holds all of it."""
    parts, size = 200, 100_000
    decoder = zlib.decompressobj(31) if coding == "gzip" else ZstdDecompressor()
    given = read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal given
        for number in range(parts):
            given += size
            yield bytes([number % 251]) * size

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await StreamingResponse(body())(scope, receive, send)

    async def receive() -> Message:
        await asyncio.sleep(3600)
        raise AssertionError

    async def send(message: Message) -> None:
        nonlocal read
        if packed := message.get("body", b""):
            read += len(decoder.decompress(packed))
            assert read == given

    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [(b"accept-encoding", coding.encode())],
    }
    tracemalloc.start()
    asyncio.run(Packing(app)(scope, receive, send))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read == parts * size
    assert peak < parts * size / 4
