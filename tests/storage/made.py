# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Rows made for tests: whole and plausible, with what a test cares about replaced."""

import hashlib
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from harvester.model import (
    Activity,
    Change,
    ChangeType,
    Details,
    FileState,
    Finding,
    Forge,
    ItemStatus,
    Level,
    Origin,
    Outcome,
    Owner,
    Publisher,
    Repository,
    Severity,
    State,
    repository_id,
    software_id,
)
from harvester.ports.crawls import CrawlEnd, CrawlRequest, OpenCrawl, PageMark
from harvester.ports.listing import ScopeKind, Spent
from harvester.ports.rows import FileRow, Item, RecordRow, RepositoryRow, SoftwareRow, Writes
from harvester.ports.written import Hosting, WrittenLog, WrittenPublisher
from harvester.search.projection import project
from storage.catalogue import SqlCatalogue
from storage.lease import holder

FORGE = Forge(url="https://gitlab.example.org", kind="gitlab")
NOW = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
ME = holder()
ELSEWHERE = "other-host pid 4711 start 99"
"""A holder whose process nobody here can look for."""


def repository(number: int, **changes: Any) -> RepositoryRow:
    """Make a repository of :data:`FORGE`; ``changes`` of its facts or of the row itself."""
    facts = Repository(
        forge_id=str(number),
        path=f"amt/projekt-{number}",
        web_url=f"{FORGE.url}/amt/projekt-{number}",
        name=f"Projekt {number}",
        description="Für Bürgerinnen und Bürger 🏛",
        owner=Owner(path="amt", name="Das Amt", kind="group"),
        default_branch="entwicklung",
        archived=False,
        fork=False,
        mirror=False,
        license="EUPL-1.2",
        created_at=datetime(2020, 2, 29, 23, 59, 59, 123_456, tzinfo=UTC),
        raw_base=f"{FORGE.url}/amt/projekt-{number}/-/raw/entwicklung/",
        details=Details(topics=("ozg", "wahl"), languages=("Python",)),
        activity=Activity(stars=number, forks=0, open_issues=None, pushed_at=NOW),
        revision=f"r{number}",
    )
    of_facts = {key: value for key, value in changes.items() if hasattr(facts, key)}
    of_row = {key: value for key, value in changes.items() if key not in of_facts}
    row = RepositoryRow(
        id=repository_id(FORGE.url, str(number)),
        forge=FORGE,
        facts=replace(facts, **of_facts),
        first_seen_at=NOW,
        updated_at=NOW,
    )
    return replace(row, **of_row)


def blob_id(content: bytes) -> str:
    """Give git's object id of bytes."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def file(of: RepositoryRow, **changes: Any) -> FileRow:
    """Make the good publiccode file of a repository, which is a provenance of its entry."""
    content = f"url: {of.facts.web_url}\n".encode()
    row = FileRow(
        repository_id=of.id,
        path="publiccode.yml",
        blob_id=blob_id(content),
        state=FileState.VALID,
        outcome=Outcome.LISTED,
        reason="valid",
        software_id=software_id(of.forge.url, of.facts.forge_id),
        version="0.4",
        declared_url=of.facts.web_url,
        normaliser=1,
        findings=(
            Finding(
                code="PC201",
                severity=Severity.WARNING,
                key="maintenance.contacts[0].email",
                line=12,
                column=5,
                arguments=(("address", "amt@"), ("host", "")),
                suggestion=None,
            ),
            Finding(code="PC900", severity=Severity.NOTICE, key="", line=0, column=0),
        ),
        record=RecordRow(
            blob_id=blob_id(content), version="0.4", document='{"name":"Ä"}', normaliser=1
        ),
        context="c1",
        first_seen_at=NOW,
        changed_at=NOW,
    )
    return replace(row, **changes)


def software(of: RepositoryRow, **changes: Any) -> SoftwareRow:
    """Make the listed entry of a repository."""
    row = SoftwareRow(
        id=software_id(of.forge.url, of.facts.forge_id),
        url=of.facts.web_url,
        name=of.facts.name,
        state=State.LISTED,
        state_reason="valid",
        file_state=FileState.VALID,
        stale_since=None,
        origin=Origin.CRAWL,
        repository_id=of.id,
        file=(of.id, "publiccode.yml"),
        publisher=Publisher(name="Das Amt", uri="urn:x-amt", level=Level.MUNICIPAL),
        document='{"id":"…"}',
        first_seen_at=NOW,
        updated_at=NOW,
    )
    changed = replace(row, **changes)
    document = changed.document if changed.document.startswith("{") else "{}"
    return replace(changed, projection=project(document))


def created(entry: SoftwareRow) -> Change:
    """Make the change that tells of a new entry."""
    return Change(type=ChangeType.CREATED, software_id=entry.id, reason="new")


def item(of: RepositoryRow, status: ItemStatus = ItemStatus.ADDED, **changes: Any) -> Item:
    """Make the item of a repository."""
    return replace(Item(subject=of.facts.web_url, status=status, repository_id=of.id), **changes)


def request(source: str = "amt", **changes: Any) -> CrawlRequest:
    """Ask for a sweep of a whole instance."""
    asked = CrawlRequest(
        source=source,
        kind="gitlab",
        forge=FORGE,
        scope=ScopeKind.INSTANCE,
        fingerprint="f1",
        sweep=True,
    )
    return replace(asked, **changes)


def end(status: str = "complete", **changes: Any) -> CrawlEnd:
    """End a crawl."""
    return replace(CrawlEnd(status=status, error=None, not_before=None, spent=Spent()), **changes)


def first_page(*rows: RepositoryRow) -> Writes:
    """Make everything that the first sight of repositories with a good file writes."""
    return Writes(
        owners=((FORGE.url, Owner(path="amt", name="Das Amt", kind="group")),),
        repositories=rows,
        linked=tuple(row.id for row in rows),
        blobs=tuple((file(row).blob_id, f"url: {row.facts.web_url}\n".encode()) for row in rows),
        files=tuple(file(row) for row in rows),
        software=tuple(software(row) for row in rows),
        changes=tuple(created(software(row)) for row in rows),
        items=tuple(item(row) for row in rows),
    )


def store_page(
    catalogue: SqlCatalogue,
    crawl: OpenCrawl,
    writes: Writes,
    *,
    seen: tuple[RepositoryRow, ...] = (),
    cursor: str | None = None,
    now: datetime = NOW,
) -> None:
    """Commit one page."""
    with catalogue.page(crawl, now) as page:
        page.write(writes, now)
        page.mark(PageMark(seen=tuple(row.id for row in seen), cursor=cursor))


def swept(
    catalogue: SqlCatalogue,
    *rows: RepositoryRow,
    source: str = "amt",
    writes: Writes | None = None,
    now: datetime = NOW,
) -> OpenCrawl:
    """Sweep a source to its end: one page in which the rows are seen."""
    crawl = catalogue.begin(request(source), ME, now)
    store_page(
        catalogue, crawl, first_page(*rows) if writes is None else writes, seen=rows, now=now
    )
    catalogue.end(crawl, end(), now)
    return crawl


# --- what is written over the API -----------------------------------------------------------


def log(entity: str | None) -> WrittenLog:
    """Make a log."""
    return WrittenLog(
        id=str(uuid.uuid4()), entity=entity, message="gesehen", created_at=NOW, written_by="bot"
    )


def publisher(number: int, **changes: Any) -> WrittenPublisher:
    """Make a public body that was written; ``changes`` of it."""
    hosting = Hosting(
        url=f"https://werk.example/{number}", group=True, created_at=NOW, updated_at=NOW
    )
    body = WrittenPublisher(
        key=f"{number:032x}",
        catalog_id=None,
        name=f"Werk {number}",
        email=None,
        alternative_id=None,
        active=True,
        hosting=(hosting,),
        created_at=NOW,
        updated_at=NOW,
        written_by="bot",
    )
    return replace(body, **changes)
