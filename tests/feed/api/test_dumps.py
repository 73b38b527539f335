# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The catalogue of one moment, over HTTP, in every form that there is."""

import asyncio
import json
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from typing import Any

from rdflib import DCAT, RDF, Graph, Namespace, URIRef
from sqlalchemy.pool import QueuePool
from starlette.types import Message
from structlog.testing import capture_logs

from harvester.feed.api.dumps import streamed
from harvester.feed.forms import FORMS
from harvester.feed.heading import Setting
from harvester.feed.lines import json_lines
from harvester.model import ChangeType, State
from harvester.ports.feed import Dump, Part
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.serving import SqlFeed
from tests.feed.api.shelf import Client, counted, entry, store, tombstone
from tests.feed.catalogue import HEADING
from tests.feed.test_dcat import pytestmark  # noqa: F401 - rdflib warns of itself

LISTED = "/v1/dump.jsonl"
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")


def test_every_form_is_served(catalogue: SqlCatalogue, feed: SqlFeed, client: Client) -> None:
    """What is served is what an export writes, and nothing is read for who has it."""
    store(catalogue, [entry(1), entry(2), tombstone(3)])
    tags: dict[str, str] = {}
    for form in FORMS.values():
        path = f"/v1/{form.file_name}"
        for query, states in (("", frozenset({State.LISTED})), ("?state=gone&state=all", None)):
            setting = Setting(heading=HEADING, address=f"http://api{path}{query}")
            exported = form.write(catalogue.entries(states, activity=False), setting)
            answer = client.get(path + query)
            assert answer.text == "".join(exported), form.name
            assert answer.headers["content-type"].startswith(form.media_type)
            assert answer.headers["x-change-sequence"] == "3"
            head = client.get(path + query, method="HEAD")
            assert (head.status_code, head.content) == (200, b"")
            for name in ("etag", "content-type", "x-change-sequence", "last-modified"):
                assert head.headers[name] == answer.headers[name]
        tags[path] = client.get(path).headers["etag"]
        with counted(feed) as statements:
            known = client.get(path, if_none_match=tags[path])
        assert (known.status_code, known.content) == (304, b"")
        assert len([one for one in statements if "SELECT" in one]) == 1
        assert client.get(f"{path}?state=lost").status_code == 422
    assert len(set(tags.values())) == len(FORMS)
    store(catalogue, [entry(1)], change=ChangeType.UPDATED)
    for path, tag in tags.items():
        assert client.get(path, if_none_match=tag).status_code == 200


def test_a_record_has_one_text(catalogue: SqlCatalogue, client: Client) -> None:
    store(catalogue, [row := entry(1)])
    shown = client.json(f"/v1/software/{row.id}")["publiccodeYml"]
    assert client.get("/v1/publiccode.yml").text == f"---\n{shown}"


def test_pages_give_every_entry_once(catalogue: SqlCatalogue, client: Client) -> None:
    """Others come and go meanwhile; what stays is given once, and no page leads nowhere."""
    store(catalogue, [entry(number) for number in range(1, 8)])
    ids = sorted(entry(number).id for number in range(1, 8))
    address: str | None = "/v1/catalog.ttl?page%5Bsize%5D=3&state=listed"
    first = "http://api/v1/catalog.ttl?state=listed&page%5Bsize%5D=3"
    found: list[str] = []
    turns = 0
    while address is not None:
        graph = Graph().parse(data=client.get(address).text, format="turtle")
        (page,) = graph.subjects(RDF.type, HYDRA.PagedCollection)
        assert str(page).startswith(first)
        assert graph.value(page, HYDRA.first) == URIRef(first)
        assert graph.value(page, HYDRA.itemsPerPage).toPython() == 3  # type: ignore[union-attr]
        found += sorted(str(one) for one in graph.subjects(RDF.type, DCAT.Dataset))
        following = graph.value(page, HYDRA.next)
        assert graph.value(page, HYDRA.nextPage) == following
        address = None if following is None else str(following).removeprefix("http://api")
        if turns == 0:
            assert graph.value(page, HYDRA.totalItems).toPython() == 7  # type: ignore[union-attr]
            gone = next(n for n in range(1, 8) if entry(n).id == ids[2])
            store(catalogue, [tombstone(gone)], change=ChangeType.DELETED)
        turns += 1
    assert found == [f"urn:uuid:{key}" for key in ids]
    assert turns == 3


def test_pages_are_asked_for_within_bounds(catalogue: SqlCatalogue, client: Client) -> None:
    store(catalogue, [entry(number) for number in range(1, 4)])

    def page(query: str) -> dict[str, Any]:
        nodes = client.json(f"/v1/catalog.jsonld?{query}")["@graph"]
        return next(one for one in nodes if "hydra:totalItems" in one)

    assert page("page[size]=-1")["hydra:itemsPerPage"]["@value"] == "1"
    assert page("page[size]=1000000000")["hydra:itemsPerPage"]["@value"] == "10000"
    last = max(entry(number).id for number in range(1, 4))
    assert page(f"page[after]={last}")["hydra:itemsPerPage"]["@value"] == "25"
    assert "hydra:next" not in page(f"page[after]={last}")
    assert "hydra:next" not in page("page[size]=3"), "a full page may be the last one"
    for cursor in ("%00", "x", f"{last}%0A", "%3E", ""):
        answer = client.get(f"/v1/catalog.jsonld?page[after]={cursor}")
        assert answer.status_code == 422, cursor
    assert client.get("/v1/dump.json?strict=1&page[size]=3").status_code == 422


def test_another_title_page_is_another_answer(catalogue: SqlCatalogue, feed: SqlFeed) -> None:
    store(catalogue, [entry(1)])
    path = "/v1/feed.atom"
    before = Client(feed).get(path).headers["etag"]
    renamed = Client(feed, heading=replace(HEADING, title="Neuer Titel"))
    answer = renamed.get(path, if_none_match=before)
    assert answer.status_code == 200
    assert "<title>Neuer Titel</title>" in answer.text


def test_addresses_are_those_that_were_asked_for(catalogue: SqlCatalogue, client: Client) -> None:
    store(catalogue, [entry(1)])
    path = "/v1/catalog.ttl?page[size]=1"
    here = client.get(path)
    there = client.get(path, host="katalog.example:8443")
    assert "<http://katalog.example:8443/v1/catalog.ttl?" in there.text
    assert here.headers["etag"] != there.headers["etag"], "another address, other bytes"
    odd = client.get(path, host="x> <http://evil.example/")
    assert "evil" not in odd.text
    assert Graph().parse(data=odd.text, format="turtle")


def test_a_dump_of_other_states(catalogue: SqlCatalogue, client: Client) -> None:
    rows = [entry(1), tombstone(2), entry(3, state=State.INVALID, state_reason="never-valid")]
    store(catalogue, rows)
    for query, found in (
        ("", rows[:1]),
        ("?state=all", rows),
        ("?state=gone&state=invalid", rows[1:]),
    ):
        lines = client.get(LISTED + query).text.splitlines()
        assert [json.loads(one)["id"] for one in lines] == sorted(row.id for row in found)
    assert client.get(f"{LISTED}?state=lost").status_code == 422
    first = client.get(LISTED)
    head = client.get(LISTED, method="HEAD")
    assert (head.content, head.headers["etag"]) == (b"", first.headers["etag"])
    assert head.headers["x-change-sequence"] == "3"
    assert client.get(LISTED, if_none_match=first.headers["etag"]).status_code == 304


def test_dumps_at_once_are_few(catalogue: SqlCatalogue, feed: SqlFeed) -> None:
    """Who reads slowly holds a connection; the others must have some left."""
    store(catalogue, [entry(1)])
    client = Client(feed)
    held = [client.get(LISTED).status_code for _ in range(6)]
    assert held == [200] * 6, "a dump that was read gives its room back"
    answers: list[int] = []

    class Nested(SqlFeed):
        @contextmanager
        def dump(self, states: frozenset[State] | None, part: Part | None = None) -> Iterator[Dump]:
            """Let another ask while this one is being answered; which form it is does not count."""
            answers.append(nested.get("/v1/feed.atom").status_code)
            with feed.dump(states, part) as opened:
                yield opened

    nested = Client(Nested(feed.store))
    answers.append(nested.get(LISTED).status_code)
    assert answers == [503, 200, 200, 200, 200]


def test_who_leaves_before_the_first_word_gives_the_room_back(
    catalogue: SqlCatalogue, client: Client
) -> None:
    store(catalogue, [entry(1)])
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "http",
        "method": "GET",
        "path": LISTED,
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"api")],
        "server": ("api", 80),
    }

    async def nobody() -> Message:
        return {"type": "http.disconnect"}

    async def gone(_message: Message) -> None:
        raise OSError

    for _ in range(5):
        with capture_logs() as logged:
            asyncio.run(client.app(scope, nobody, gone))
        assert [(line["event"], line["log_level"]) for line in logged] == [
            ("a client left before its answer ended", "info")
        ], "to leave is no defect of harvester"
    assert client.get(LISTED).status_code == 200


def test_a_dump_streams(sqlite_url: str) -> None:
    """It never holds more than a part, and whoever leaves frees its place."""
    row = entry(1)
    with closing(open_catalogue(sqlite_url)) as catalogue:
        store(catalogue, [row])
        with catalogue.store.writing() as connection:
            connection.exec_driver_sql(
                "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 12000) "
                "INSERT INTO software SELECT x, url, url_key, name, state, state_reason,"
                " file_state, stale_since, origin, repository_id, file_repository_id,"
                " file_path, publisher_id, document, first_seen_at, updated_at FROM software, n"
            )
        feed = SqlFeed(catalogue.store)
        stack = ExitStack()
        opened = stack.enter_context(feed.dump(None))
        tracemalloc.start()
        size = sum(map(len, streamed(json_lines(opened.entries), stack)))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert size > 12_000_000
        assert peak < size / 2
        pool = catalogue.store.engine.pool
        assert isinstance(pool, QueuePool)
        stack = ExitStack()
        opened = stack.enter_context(feed.dump(None))
        begun = streamed(json_lines(opened.entries), stack)
        next(begun)
        assert pool.checkedout() == 1
        del begun, opened, stack
        assert pool.checkedout() == 0
