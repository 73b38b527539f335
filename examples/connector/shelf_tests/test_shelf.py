# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the core asks of every connector, and what is peculiar to this one."""

from collections.abc import Iterator

import pytest

from harvester.model import FileVersion
from harvester_shelf import ShelfConnector
from shelf_tests.standin import ShelfForge
from tests.connectors.conformance import Candidate, Conformance
from tests.forges.faults import Answer, html
from tests.forges.world import World, insider

URL = "https://shelf.example"


class TestShelf(Conformance):
    """Runs the suite; methods below are added to it."""

    @pytest.fixture
    def candidate(self, world: World) -> Iterator[Candidate]:
        with ShelfForge(world, public_url=URL) as forge:
            forge.tokens["good"] = insider()
            yield Candidate(
                forge=forge,
                make=ShelfConnector,
                access={"api_url": f"{forge.url}/api"},
                url=URL,
                token="good",
            )

    async def test_a_page_tells_the_blob_ids(self, candidate: Candidate) -> None:
        candidate.fill(1)
        [page] = await candidate.pages()
        [sighting] = page.sightings
        assert isinstance(sighting.files, tuple)
        [file] = sighting.files
        assert isinstance(file, FileVersion)
        assert file.content is None

    async def test_bytes_that_are_not_those_of_the_blob_id(self, candidate: Candidate) -> None:
        candidate.fill(1)
        [page] = await candidate.pages()
        candidate.forge.faults.plan(Answer(status=200, body=b"something else"))
        async with candidate.open() as connector:
            [read] = await connector.read(page.sightings)
        assert isinstance(read.files, tuple)
        assert "not those of its blob id" in str(read.files[0].unread)

    async def test_a_shelf_is_recognised(self, candidate: Candidate) -> None:
        assert await ShelfConnector.recognise(candidate.reach())
        for answer in (html(200), html(404), Answer(status=200, body=b"{}")):
            candidate.forge.faults.plan(answer)
            assert not await ShelfConnector.recognise(candidate.reach())
