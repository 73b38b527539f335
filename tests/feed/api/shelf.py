# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Entries with whole documents for the API to give, and a front-end that asks it."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx
import jsonschema
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from sqlalchemy import event
from starlette.types import ASGIApp

from harvester import tokens
from harvester.crawl.entry import document
from harvester.crawl.scribe import Scribe
from harvester.crawl.subject import FORGE
from harvester.feed.api import Context, Options, application
from harvester.model import ChangeType, FileState, Finding, Severity, State
from harvester.ports.errors import RefusedAddressError
from harvester.ports.rows import SoftwareRow, Writes
from harvester.ports.tokens import Scope
from storage.catalogue import SqlCatalogue
from storage.serving import SqlFeed
from storage.telling import SqlTellings
from storage.tokens import StoredTokens
from storage.webhooks import StoredWebhooks
from storage.written import SqlDesk
from tests.crawl.build import plan
from tests.feed.catalogue import HEADING
from tests.storage import made

if sys.version_info >= (3, 14):
    from compression.zstd import decompress
else:
    from backports.zstd import decompress

RECORD: dict[str, Any] = {
    "publiccodeYmlVersion": "0.4",
    "name": "Gästekarte 🏛",
    "softwareVersion": "1e5",
    "releaseDate": "2026-01-31",
    "platforms": ["web", "no", "0o17"],
    "description": {"de": {"shortDescription": "Zeile eins\nZeile zwei: mit Punkt\n"}},
    "x-odd": {"float": 1.5, "null": None, "yes": True, "1_000": "~"},
}


def entry(number: int, *, record: dict[str, Any] | None = RECORD, **changes: Any) -> SoftwareRow:
    """Make an entry with its document; ``changes`` of the row."""
    repository = made.repository(number)
    row = made.software(repository, **changes)
    finding = Finding(code="PC002", severity=Severity.ERROR, key="name", line=3, column=1)
    file = made.file(
        repository,
        state=row.file_state,
        findings=() if row.file_state is FileState.VALID else (finding, replace(finding, line=0)),
    )
    shown = file.record
    if record is None or shown is None:
        shown = None
    else:
        shown = replace(shown, document=json.dumps(record, ensure_ascii=False))
    text = document(
        row,
        repository=repository,
        aliases=(),
        own=file,
        file=file,
        provenances=((file, repository),),
        record=shown,
    )
    return replace(row, document=text, updated_at=changes.get("updated_at", row.updated_at))


def tombstone(number: int, **changes: Any) -> SoftwareRow:
    """Make what is left of an entry that has gone."""
    row = made.software(
        made.repository(number),
        **{
            "state": State.GONE,
            "state_reason": "deleted",
            "file_state": FileState.UNKNOWN,
            "name": None,
            "publisher": None,
            "repository_id": None,
            "file": None,
            **changes,
        },
    )
    text = document(
        row, repository=None, aliases=(), own=None, file=None, provenances=(), record=None
    )
    return replace(row, document=text)


def spread(amount: int, **changes: Any) -> list[SoftwareRow]:
    """Make entries that were first seen one after another; each fourth with its neighbour."""
    return [
        entry(number, first_seen_at=made.NOW + timedelta(seconds=number - (number % 4 == 0)))
        for number in range(1, amount + 1)
    ]


def store(
    catalogue: SqlCatalogue,
    rows: Sequence[SoftwareRow],
    *,
    change: ChangeType = ChangeType.CREATED,
    now: datetime = made.NOW,
    source: str = "amt",
    **others: Any,
) -> None:
    """Commit entries with what they refer to, each with a change row."""
    numbers = {made.software(made.repository(n)).id: n for n in range(1, 400)}
    repositories = [made.repository(numbers[row.id]) for row in rows if row.id in numbers]
    writes = Writes(
        repositories=tuple(repositories),
        software=tuple(rows),
        changes=tuple(replace(made.created(row), type=change) for row in rows),
        **others,
    )
    crawl = catalogue.begin(made.request(source), made.ME, now)
    made.store_page(catalogue, crawl, writes, now=now)
    catalogue.end(crawl, made.end(), now)


def looked(url: str) -> dict[str, Any]:
    """Tell nothing of an address."""
    nothing: dict[str, Any] = dict.fromkeys(("repositories", "software", "files"), ())
    return {
        "url": url,
        "found": False,
        "why_not": "no-source",
        "blocked": None,
        "next_crawl_at": None,
    } | nothing


@contextlib.contextmanager
def counted(feed: SqlFeed) -> Iterator[list[str]]:
    """Note the statements that a database is sent."""
    sent: list[str] = []

    def note(*arguments: Any) -> None:
        if arguments[2] != "BEGIN":
            sent.append(arguments[2])

    event.listen(feed.store.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(feed.store.engine, "before_cursor_execute", note)


def bearer(feed: SqlFeed, *scopes: Scope, name: str = "bot") -> str:
    """Make a token."""
    token, text, digest = tokens.mint(name, frozenset(scopes), made.NOW, None)
    assert StoredTokens(feed.store).create(token, digest)
    return text


@cache
def openapi() -> dict[str, Any]:
    """Give the API's own description, which does not depend on what is in the catalogue."""
    return application(context(None)).openapi()


def admitted(url: str) -> None:
    """Let every address be posted to but one."""
    if "private.example" in url:
        raise RefusedAddressError("it leads to 10.0.0.1 port 443")


def context(feed: SqlFeed | None, **options: Any) -> Context:
    """Give what handlers have at hand."""
    opened: Any = feed
    store: Any = opened and opened.store
    return Context(
        feed=opened,
        tokens=StoredTokens(store),
        webhooks=StoredWebhooks(store),
        admit=admitted,
        desk=SqlDesk(store),
        teller=Scribe(
            SqlTellings(store), lambda: plan(name=FORGE.kind, kind=FORGE.kind, forge=FORGE)
        ),
        look=looked,
        options=Options(**{"heading": HEADING, **options}),
        now=lambda: made.NOW,
    )


@cache
def _validator(operation: str, status: str, media: str) -> jsonschema.Draft202012Validator:
    """Give what holds an answer against the description."""
    document = openapi()
    (wanted,) = (
        described["responses"][status]["content"][media]["schema"]
        for methods in document["paths"].values()
        for described in methods.values()
        if described["operationId"] == operation
    )
    registry = Registry().with_resource("urn:api", DRAFT202012.create_resource(document)).crawl()
    schema = json.loads(json.dumps(wanted).replace('"#/components', '"urn:api#/components'))
    return jsonschema.Draft202012Validator(schema, registry=registry)


def asked(
    app: ASGIApp, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
) -> httpx.Response:
    """Ask an application over ASGI; a failure of it is raised."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            return await client.request(method, path, headers=headers, content=content)

    return asyncio.run(ask())


class Client:
    """A front-end: asks the application over ASGI, and holds each answer against its document."""

    def __init__(self, feed: SqlFeed, **options: Any) -> None:
        self.feed = feed
        self.at = made.NOW
        """What the clock says."""
        self.app = application(replace(context(feed, **options), now=lambda: self.at))
        self.app.openapi_schema = openapi()

    def get(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """Ask; a failure of the application fails the test."""
        return self.send(method, path, None, **headers)

    def write(
        self,
        method: str,
        path: str,
        value: Any,
        token: str | None = None,
        media: str = "application/json",
    ) -> httpx.Response:
        """Send JSON as the bearer of a token."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return self.send(method, path, json.dumps(value).encode(), content_type=media, **headers)

    def send(self, method: str, path: str, content: bytes | None, **headers: str) -> httpx.Response:
        """Send bytes; a failure of the application fails the test."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        answer = asked(self.app, method, path, content, named)
        self._check(answer)
        return answer

    def get_all(self, paths: Sequence[str]) -> list[httpx.Response]:
        """Ask all at once."""

        async def ask() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
                return await asyncio.gather(*(client.get(path) for path in paths))

        return asyncio.run(ask())

    def raw(self, path: str, coding: str) -> bytes:
        """Ask, and give the bytes as they come over the wire."""

        async def ask() -> bytes:
            transport = httpx.ASGITransport(self.app)
            headers = {"accept-encoding": coding}
            async with (
                httpx.AsyncClient(transport=transport, base_url="http://api") as client,
                client.stream("GET", path, headers=headers) as answer,
            ):
                return b"".join([part async for part in answer.aiter_raw()])

        return asyncio.run(ask())

    def json(self, path: str) -> Any:
        """Ask for what must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def walk(
        self, path: str, turn: Callable[[], None] = lambda: None, link: str = "next"
    ) -> list[Any]:
        """Follow the links as clients do: what they say is pasted behind the list's address."""
        base, _, asked = path.partition("?")
        query: str | None = f"?{asked}"
        found: list[Any] = []
        while True:
            page = self.json(f"{base}{query}")
            found += page["data"]
            query = page["links"][link]
            if query is None:
                return found
            turn()

    def _check(self, answer: httpx.Response) -> None:
        """No undocumented status, no shape violated."""
        assert answer.headers["x-request-id"]
        method = answer.request.method.replace("HEAD", "GET").lower()
        operation = next(
            (
                methods[method]
                for template, methods in openapi()["paths"].items()
                if method in methods and _fits(template, answer.request.url.path)
            ),
            None,
        )
        if operation is None:
            return
        described = operation["responses"].get(str(answer.status_code))
        assert described is not None, f"{answer.status_code} is not documented: {answer.text}"
        media = answer.headers.get("content-type", "").partition(";")[0]
        if not answer.content or media not in ("application/json", "application/problem+json"):
            return
        packed = answer.headers.get("content-encoding") == "zstd"  # which httpx cannot read
        said = json.loads(decompress(answer.content) if packed else answer.content)
        _validator(operation["operationId"], str(answer.status_code), media).validate(said)


def _fits(template: str, path: str) -> bool:
    parts, given = template.split("/"), path.split("/")
    return len(parts) == len(given) and all(
        part.startswith("{") or part == one for part, one in zip(parts, given, strict=True)
    )
