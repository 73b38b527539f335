# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Bytes are those of the blob id, or there are none."""

import hashlib

import pytest

from connectors.gitlab.texts import LARGEST, object_id
from harvester.model import FileVersion
from harvester.ports.listing import Listing
from tests.connectors.gitlab.support import EVERYWHERE, Make, Visit, one, sightings, winner
from tests.forges.faults import Answer
from tests.forges.gitlab.shapes import text_of
from tests.forges.world import World, blob_id

pytestmark = pytest.mark.anyio


def test_object_ids_in_both_of_gits_hashes() -> None:
    assert object_id(b"a\n", "0" * 40) == blob_id(b"a\n")
    assert object_id(b"a\n", "0" * 64) == hashlib.sha256(b"blob 2\0a\n").hexdigest()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        "\ufeffname: mit BOM\n".encode(),
        b"name: mit\r\nCRLF: ja\r\n",
        "name: 🦉 und \u2028\n".encode(),
    ],
)
async def test_odd_but_good_texts_need_no_request_of_their_own(
    world: World, visit: Visit, content: bytes
) -> None:
    world.create("mona/x", {"publiccode.yml": content})
    assert winner(one(await visit.pages())).content == content
    assert visit.forge.kinds == {"graphql": 1}


@pytest.mark.parametrize("content", ["name: Grüße\n".encode("latin-1"), b"\0\1\2", b"a\0b"])
async def test_what_is_not_utf8_is_fetched_once(world: World, visit: Visit, content: bytes) -> None:
    repository = world.create("mona/x", {"publiccode.yml": content})
    assert winner(one(await visit.pages())).content == content
    assert visit.forge.kinds == {"graphql": 1, "raw": 1}
    path = f"/api/v4/projects/{repository.id}/repository/blobs/{blob_id(content)}/raw"
    assert visit.forge.log[-1].request.path == path


async def test_a_text_that_was_changed_on_the_way_is_fetched(make: Make, world: World) -> None:
    content = b"name: a\r\nmehr: b\r\n"
    world.create("mona/x", {"publiccode.yml": content})
    visit = make(text=lambda given: (text_of(given) or "").replace("\r\n", "\n"))
    assert winner(one(await visit.pages())).content == content
    assert visit.forge.kinds == {"graphql": 1, "raw": 1}


async def test_bytes_that_are_wrong_twice_are_unread(make: Make, world: World) -> None:
    world.create("mona/x", {"publiccode.yml": b"right"})
    visit = make(text=lambda _: "wrong")
    visit.forge.faults.plan(
        Answer(status=200, body=b"wrong too"), when=lambda request: request.kind == "raw"
    )
    file = winner(one(await visit.pages()))
    assert file.content is None
    assert file.unread is not None
    assert "not those of its blob id" in file.unread


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_bytes_that_cannot_be_had_are_unread(make: Make, world: World, status: int) -> None:
    world.create("mona/x", {"publiccode.yml": b"a\0"})
    world.create("mona/y", {"publiccode.yml": b"b: 1"})
    visit = make()
    visit.forge.faults.plan(
        Answer(status=status), when=lambda request: request.kind == "raw", times=9
    )
    broken, good = (winner(sighting) for sighting in sightings(await visit.pages()))
    assert broken.content is None
    assert broken.unread is not None
    assert str(status) in broken.unread
    assert good.content == b"b: 1"


async def test_a_file_over_the_limit_is_told_by_its_size(world: World, visit: Visit) -> None:
    big = b"#" * (LARGEST + 1)
    world.create("mona/x", {"publiccode.yml": big})
    expected = FileVersion(path="publiccode.yml", blob_id=blob_id(big), size=len(big))
    seen = one(await visit.pages())
    assert seen.files == (expected,)
    async with visit.open() as connector:
        assert (await connector.read([seen]))[0].files == (expected,)
    assert visit.forge.requests("raw") == 0


async def test_a_file_of_just_the_limit_is_read(world: World, visit: Visit) -> None:
    world.create("mona/x", {"publiccode.yml": b"#" * LARGEST})
    assert winner(one(await visit.pages())).content == b"#" * LARGEST


async def test_text_bytes_are_counted(world: World, visit: Visit) -> None:
    world.create("mona/x", {"publiccode.yml": b"12345"})
    world.create("mona/y", {"publiccode.yml": b"1\0"})
    async with visit.open() as connector:
        async for _ in connector.pages(Listing(scope=EVERYWHERE, contents=True)):
            pass
        spent = connector.spent()
    assert spent.text_bytes == visit.forge.text_bytes == 7
    assert (spent.graphql, spent.rest, spent.raw) == (1, 0, 1)
