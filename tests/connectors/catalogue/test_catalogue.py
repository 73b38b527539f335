# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Another catalogue: its API page by page, its entries as places, and any JSON."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.catalogue import CatalogueConnector, CatalogueDirectory
from connectors.catalogue.options import CatalogueOptions
from harvester.feed.api import shapes
from harvester.leads import LeadKind, LeadReason
from harvester.model import Level, Publisher, Unknown
from harvester.ports.directory import DirectoryAccess
from harvester.ports.errors import SourceError, UnexpectedAnswerError
from harvester.ports.feed import PublisherQuestion
from harvester.ports.listing import Found, Listing, Missing, Page, Scope, ScopeKind, Size
from harvester.ports.paging import Window
from harvester.publiccode import plain_yaml
from storage.serving import open_feed
from storage.written import SqlDesk
from tests.connectors.transport.support import (
    Got,
    Reply,
    Surroundings,
    answer,
    html,
    in_turn,
    serving,
)
from tests.feed.catalogue import catalogue
from tests.feed.test_forms import written
from tests.forges.catalogue import CatalogueForge
from tests.forges.world import World
from tests.storage import made

anyio = pytest.mark.anyio
HOST = "git.strange.example"


@pytest.fixture
def forge() -> Iterator[CatalogueForge]:
    with CatalogueForge(World()) as running:
        yield running


@asynccontextmanager
async def reading(
    around: Surroundings, address: str, **options: Any
) -> AsyncIterator[CatalogueDirectory]:
    forge = replace(around.access("https://other.example"), options=CatalogueOptions(**options))
    access = DirectoryAccess(address=address, is_file=False, forge=forge, read_yaml=plain_yaml)
    async with CatalogueDirectory(access) as directory:
        yield directory


# --- as a directory -------------------------------------------------------------------------


@anyio
async def test_it_is_read_page_by_page(around: Surroundings, forge: CatalogueForge) -> None:
    for number in range(250):
        forge.add(f"id-{number:03}", f"https://{HOST}/o/r{number}")
    forge.add("off", f"https://{HOST}/o/off", active=False)
    async with reading(around, f"{forge.url}/v1/") as directory:
        found = await directory.leads()
        assert directory.spent().rest == 3
    assert len(found.leads) == 250
    assert {lead.kind for lead in found.leads} == {LeadKind.REPOSITORY}
    assert forge.log[0].request.query == "page%5Bsize%5D=100"
    async with reading(around, f"{forge.url}/v1") as directory:
        assert directory.estimate(250).rest == 3
        assert await directory.check() == "a Software Catalog API with 100 entries and more"


@anyio
async def test_one_catalog_of_it_and_its_publishers(
    around: Surroundings, forge: CatalogueForge
) -> None:
    forge.add("a", f"https://{HOST}/o/a", catalogId="one")
    forge.add("b", f"https://{HOST}/o/b", catalogId="two")
    forge.publishers = [
        {
            "description": "Town",
            "codeHosting": [
                {"url": "https://github.com/town", "group": True},
                {"url": "https://github.com/x/tool", "group": False},
            ],
        },
        {"description": "Former", "active": False, "codeHosting": [{"url": "https://x.example/y"}]},
        {"description": "Nothing"},
    ]
    async with reading(around, f"{forge.url}/v1", catalog="one", with_publishers=True) as directory:
        with pytest.raises(SourceError):
            await directory.leads()  # this stand-in has no publishers below a catalog
    async with reading(around, f"{forge.url}/v1", with_publishers=True) as directory:
        found = await directory.leads()
    named = {lead.url: (lead.kind.value, lead.publisher) for lead in found.leads}
    assert set(named) == {
        f"https://{HOST}/o/a",
        f"https://{HOST}/o/b",
        "https://github.com/town",
        "https://github.com/x/tool",
    }
    kind, publisher = named["https://github.com/town"]
    assert publisher is not None
    assert (kind, publisher.name) == ("owner", "Town")
    assert [one.reason for one in found.left_out] == [LeadReason.IGNORED]
    async with reading(around, f"{forge.url}/v1", catalog="two") as directory:
        assert [lead.url for lead in (await directory.leads()).leads] == [f"https://{HOST}/o/b"]


@anyio
async def test_what_is_entered_over_our_own_api_is_crawled(
    around: Surroundings, forge: CatalogueForge, tmp_path: Path
) -> None:
    """As our API answers it; entries are not asked for."""
    with closing(open_feed(f"sqlite:///{tmp_path / 'catalogue.db'}")) as feed:
        desk = SqlDesk(feed.store)
        desk.create_publisher(made.publisher(1, name="Werk", alternative_id="urn:x-werk"))
        desk.create_publisher(made.publisher(2, name="Hafen", alternative_id="4711"))
        desk.create_publisher(made.publisher(3, active=False))
        rows = feed.publishers(PublisherQuestion(), Window(size=9)).rows
        forge.publishers = [shapes.publisher(row) for row in rows]
    forge.add("1", "https://github.com/some/software")
    only = {"with_publishers": True, "with_software": False}
    async with reading(around, f"{forge.url}/v1", **only) as directory:
        found = await directory.leads()
        assert await directory.check() == "a Software Catalog API with 3 publishers"
    assert {lead.url: lead.publisher for lead in found.leads} == {
        "https://werk.example/1": Publisher(name="Werk", uri="urn:x-werk", level=Level.UNKNOWN),
        "https://werk.example/2": Publisher(name="Hafen", uri=None, level=Level.UNKNOWN),
    }
    assert [one.reason for one in found.left_out] == [LeadReason.IGNORED]


def test_a_source_reads_something() -> None:
    assert not CatalogueOptions(with_publishers=True, with_software=False).carries_entries
    nothings: list[dict[str, Any]] = [{}, {"with_publishers": True, "json_path": "$[*].url"}]
    for nothing in nothings:
        with pytest.raises(ValidationError, match="leaves nothing to read"):
            CatalogueOptions(with_software=False, **nothing)


def page(following: object, *urls: object) -> Reply:
    rows = [{"id": str(number), "url": url} for number, url in enumerate(urls)]
    return answer({"data": rows, "links": {"prev": None, "next": following}})


@anyio
@pytest.mark.parametrize(
    ("following", "query"),
    [
        ("?page[after]=WyI%3D&page[size]=2", "page%5Bafter%5D=WyI%3D&page%5Bsize%5D=2"),
        ("WyI=", "page%5Bsize%5D=100&page%5Bafter%5D=WyI%3D"),
        ("https://evil.example/v1/software?page[after]=x", "page%5Bafter%5D=x"),
    ],
)
async def test_whatever_follows_is_asked_of_the_address_that_the_operator_wrote(
    around: Surroundings, following: str, query: str
) -> None:
    replies = in_turn(page(following, "https://a.example/b"), page(None, "https://a.example/c"))
    async with serving(replies) as server, reading(around, f"{server.url}/v1") as directory:
        assert len((await directory.leads()).leads) == 2
        assert server.got[1].target == f"/v1/software?{query}"


@anyio
@pytest.mark.parametrize(
    "reply",
    [
        page("?page[size]=100"),
        html(),
        answer([]),
        answer({"data": "x"}),
        answer({"data": []}),
        answer({"data": [], "links": {}}),
        answer({"data": [], "links": {"next": 3}}),
        answer({"message": "no"}, 500),
        Reply(headers={"content-type": "application/json"}, body=b"{"),
    ],
)
async def test_half_a_catalogue_is_none(around: Surroundings, reply: Reply) -> None:
    """Also one whose pages lead in a circle."""
    async with (
        serving(lambda _got: reply) as server,
        reading(around, f"{server.url}/v1") as directory,
    ):
        with pytest.raises(SourceError):
            await directory.leads()


@anyio
async def test_a_longer_circle_ends_too(around: Surroundings) -> None:
    def handler(got: Got) -> Reply:
        return page("?page[after]=b" if "=a" in got.target else "?page[after]=a")

    async with serving(handler) as server, reading(around, f"{server.url}/v1") as directory:
        with pytest.raises(UnexpectedAnswerError, match="lead in a circle"):
            await directory.leads()
        assert len(server.got) == 3


@anyio
async def test_hostile_rows_are_left_out_by_name(around: Surroundings) -> None:
    reply = page(None, "javascript:alert(1)", None, 3, "https://a.example/b", "file:///etc/passwd")
    async with (
        serving(lambda _got: reply) as server,
        reading(around, f"{server.url}/v1") as directory,
    ):
        found = await directory.leads()
    assert [lead.url for lead in found.leads] == ["https://a.example/b"]
    assert len(found.left_out) == 4


# --- any JSON -------------------------------------------------------------------------------


@anyio
@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'[{"url": "https://a.example/b"}, {"name": "x"}]', "$[*].url"),
        (b'{"url": "https://a.example/b"}\n{"url": null}\n', "$[*].url"),
        (b'{"repos": {"x": {"urls": ["https://a.example/b"]}}}', "$..urls"),
        (b'[{"u": "https://a.example/b", "on": true}]', "$[?@.on == true].u"),
    ],
)
async def test_any_json_with_a_path(around: Surroundings, body: bytes, path: str) -> None:
    async with (
        serving(lambda _got: Reply(body=body)) as server,
        reading(around, f"{server.url}/x.json?raw", json_path=path) as directory,
    ):
        assert [lead.url for lead in (await directory.leads()).leads] == ["https://a.example/b"]
        assert server.got[0].target == "/x.json?raw"
        assert await directory.check() == "a JSON document with 1 addresses"


@anyio
async def test_what_harvester_hands_out_leads_back_to_every_repository(
    around: Surroundings,
) -> None:
    body = written("urls", catalogue()).encode()
    async with (
        serving(lambda _got: Reply(body=body)) as server,
        reading(around, f"{server.url}/urls.json", json_path="$[*].url") as directory,
    ):
        assert {lead.url for lead in (await directory.leads()).leads} == {
            "https://forge.example/city/wegweiser",
            "https://forge.example/city/3",
            "https://forge.example/city/4",
        }


@anyio
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'{"a": 1}', b'{"url": ', b"[" * 100_000, b"nonsense\nlines"],
)
async def test_json_that_says_nothing_is_unknown(around: Surroundings, body: bytes) -> None:
    async with (
        serving(lambda _got: Reply(body=body)) as server,
        reading(around, f"{server.url}/x.json", json_path="$[*].url") as directory,
    ):
        with pytest.raises(UnexpectedAnswerError):
            await directory.leads()


def test_a_path_is_checked_when_the_settings_are_read() -> None:
    with pytest.raises(ValueError, match="no JSONPath"):
        CatalogueOptions(json_path="$[")
    assert CatalogueOptions().carries_entries
    assert not CatalogueOptions(json_path="$").carries_entries


# --- as a connector -------------------------------------------------------------------------


@asynccontextmanager
async def connected(
    around: Surroundings, forge: CatalogueForge
) -> AsyncIterator[CatalogueConnector]:
    access = replace(
        around.access("https://other.example/v1"),
        api_url=f"{forge.url}/v1",
        options=CatalogueOptions(),
    )
    async with CatalogueConnector(access) as connector:
        yield connector


async def listed(
    connector: CatalogueConnector, scope: Scope, cursor: str | None = None
) -> list[Page]:
    return [page async for page in connector.pages(Listing(scope=scope, cursor=cursor))]


@anyio
async def test_entries_of_the_hosts_that_are_meant_are_seen(
    around: Surroundings, forge: CatalogueForge
) -> None:
    forge.add("a", f"https://{HOST}/o/a.git", "name: A\n", updatedAt="2026-02-02T00:00:00Z")
    forge.add("b", "https://github.com/o/b", "name: B\n")
    forge.add("c", f"https://{HOST}/o/c", "")
    forge.add("d", f"https://{HOST}/o/d", "name: D", active=False)
    forge.add("e", "mailto:x", "name: E")
    async with connected(around, forge) as connector:
        (only,) = await listed(connector, Scope(ScopeKind.OWNERS, (HOST,)))
        assert [one.repository.forge_id for one in only.sightings] == ["a", "c"]
        first, second = only.sightings
        assert first.repository.path == f"{HOST}/o/a"
        assert first.repository.web_url == "https://other.example/v1/software/a"
        assert first.repository.revision == "2026-02-02T00:00:00Z"
        assert isinstance(first.files, tuple)
        assert [(file.path, file.content) for file in first.files] == [
            ("publiccode.yml", b"name: A\n")
        ]
        assert second.files == ()
        assert await connector.read([first]) == [first]
        (whole,) = await listed(connector, Scope(ScopeKind.INSTANCE))
        assert len(whole.sightings) == 3
        assert [failure.subject for failure in whole.failures] == [
            "https://other.example/v1: entry e"
        ]
        assert connector.spent().rest == 2


@anyio
async def test_nothing_is_asked_where_nothing_is_meant(
    around: Surroundings, forge: CatalogueForge
) -> None:
    async with connected(around, forge) as connector:
        (only,) = await listed(connector, Scope(ScopeKind.OWNERS))
        assert (only.sightings, only.cursor, connector.spent().rest) == ((), None, 0)
        assert await connector.resolve(["a/b"]) == {"a/b": None}
        assert not await CatalogueConnector.recognise(around.access(forge.url))


@anyio
async def test_a_crawl_goes_on_after_a_page(around: Surroundings, forge: CatalogueForge) -> None:
    for number in range(150):
        forge.add(f"id-{number:03}", f"https://{HOST}/o/r{number}", "name: X")
    async with connected(around, forge) as connector:
        size = Size(repositories=150, files=150, owners=1, first=False)
        assert connector.estimate(Scope(ScopeKind.INSTANCE), size).rest == 2
        pages = await listed(connector, Scope(ScopeKind.INSTANCE))
        assert [len(page.sightings) for page in pages] == [100, 50]
        forge.add("new", f"https://{HOST}/o/new", "name: X")
        (rest,) = await listed(connector, Scope(ScopeKind.INSTANCE), pages[0].cursor)
        assert len(rest.sightings) == 51, "the newest come last, so that nothing moves"
        assert "100 entries" in await connector.check()


@anyio
async def test_an_entry_is_looked_up_by_its_id(around: Surroundings, forge: CatalogueForge) -> None:
    forge.add("a", f"https://{HOST}/o/a", "name: A\n")
    forge.add("off", f"https://{HOST}/o/off", "name: A\n", active=False)
    forge.add("odd", "nowhere", "name: A\n")
    async with connected(around, forge) as connector:
        answers = await connector.look_up(["a", "off", "odd", "gone", "../x"])
    assert isinstance(answers["a"], Found)
    assert isinstance(answers["off"], Missing)
    assert isinstance(answers["odd"], Unknown)
    assert isinstance(answers["gone"], Missing)
    assert isinstance(answers["../x"], Missing)
