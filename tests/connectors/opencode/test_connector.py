# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""OpenCoDE is a GitLab with words of its own."""

import pytest

from connectors.opencode import OpenCodeConnector
from harvester.model import Owner, Sighting
from harvester.ports.connector import ConnectorType
from harvester.ports.listing import Listing, Scope, ScopeKind
from harvester.urls import with_host
from tests.connectors.gitlab.support import Visit
from tests.forges.gitlab import GitLabForge
from tests.forges.world import World

pytestmark = pytest.mark.anyio

URL = "https://gitlab.opencode.de"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_it_is_a_connector_type() -> None:
    connector_type: ConnectorType = OpenCodeConnector
    assert (connector_type.kind, connector_type.profile) == ("opencode", "opencode")
    aliases = dict(connector_type.host_aliases)
    assert with_host("https://gitlab.o4oe.de/bmi/x", aliases) == f"{URL}/bmi/x"


@pytest.mark.parametrize(
    ("url", "known"),
    [(URL, True), ("https://gitlab.o4oe.de", True), ("https://gitlab.com", False)],
)
async def test_only_opencode_is_recognised_and_no_other_gitlab(url: str, known: bool) -> None:
    with GitLabForge(World()) as forge:
        visit = Visit(forge=forge, connector_type=OpenCodeConnector, url=url)
        assert await OpenCodeConnector.recognise(visit.access()) is known


async def crawled(world: World) -> dict[str, Sighting]:
    with GitLabForge(world, public_url=URL) as forge:
        visit = Visit(forge=forge, connector_type=OpenCodeConnector, url=URL)
        scope = Scope(ScopeKind.INSTANCE)
        async with visit.open() as connector:
            pages = connector.pages(Listing(scope=scope, contents=True))
            return {s.repository.path: s async for page in pages for s in page.sightings}


async def test_groups_with_a_number_for_a_name() -> None:
    world = World()
    world.group("OC000000000042", "Landkreis Beispiel")
    world.group("OC000000000042/kita", "Kita-Portal")
    world.create("OC000000000042/portal", {"publiccode.yml": "name: Portal\n"})
    world.create("OC000000000042/kita/app", {})
    seen = await crawled(world)
    owners = {path: sighting.repository.owner for path, sighting in seen.items()}
    assert owners == {
        "OC000000000042/portal": Owner(
            path="OC000000000042", name="Landkreis Beispiel", kind="group"
        ),
        "OC000000000042/kita/app": Owner(
            path="OC000000000042/kita", name="Kita-Portal", kind="group"
        ),
    }
    assert seen["OC000000000042/portal"].repository.web_url == f"{URL}/OC000000000042/portal"


async def test_a_file_of_the_other_name_is_brought_for_its_publisher_to_be_told() -> None:
    world = World()
    world.group("stadt")
    world.create("stadt/x", {"publiccode.yaml": "name: X\n"})
    files = (await crawled(world))["stadt/x"].files
    assert isinstance(files, tuple)
    assert [file.path for file in files] == ["publiccode.yaml"]
    assert files[0].content == b"name: X\n"
