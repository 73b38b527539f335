# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Between the ports' row values and the tables' columns. Pure; every field goes both ways."""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from harvester.model import (
    Activity,
    Details,
    FileState,
    Finding,
    Forge,
    Level,
    Origin,
    Outcome,
    Owner,
    Publisher,
    Repository,
    Severity,
    State,
)
from harvester.ports.rows import (
    AliasRow,
    FileRow,
    ForwardingRow,
    Item,
    RecordRow,
    RepositoryRow,
    SoftwareRow,
    Wait,
)
from harvester.urls import url_key
from storage.types import canonical_json

Values = dict[str, Any]
"""One row for a table, by column."""

_LOOKUP_LIMIT = 1000
"""Bytes of an address that an index holds as they are."""


def lookup_key(url: str) -> str:
    """Give the text by which an address is looked up: its :func:`url_key`, a hash if very long.

    People can declare addresses of any length; an index cannot hold them.
    """
    return hashed_key(url_key(url))


def hashed_key(key: str) -> str:
    """Give a :func:`url_key` as the columns ``…_key`` have it: a hash if it is very long."""
    if len(key) * 4 <= _LOOKUP_LIMIT:
        return key
    raw = key.encode(errors="surrogatepass")
    return key if len(raw) <= _LOOKUP_LIMIT else f"sha256:{hashlib.sha256(raw).hexdigest()}"


# --- forges ---------------------------------------------------------------------------------


def forge_values(value: Forge) -> Values:
    """Give the row for table ``forge``."""
    return {
        "url": value.url,
        "kind": value.kind,
        "origin": value.origin.value,
        "priority": value.priority,
    }


# --- repositories ---------------------------------------------------------------------------


def repository_values(row: RepositoryRow) -> Values:
    """Give the row for table ``repository``."""
    facts, details = row.facts, row.facts.details
    return {
        "id": row.id,
        "forge_url": row.forge.url,
        "forge_id": facts.forge_id,
        "path": facts.path,
        "web_url": facts.web_url,
        "web_url_key": lookup_key(facts.web_url),
        "name": facts.name,
        "description": facts.description,
        "owner_path": facts.owner.path,
        "owner_name": facts.owner.name,
        "owner_kind": facts.owner.kind,
        "default_branch": facts.default_branch,
        "archived": facts.archived,
        "fork": facts.fork,
        "mirror": facts.mirror,
        "parent_url": facts.parent_url,
        "license": facts.license,
        "created_at": facts.created_at,
        "raw_base": facts.raw_base,
        "topics": None if details is None else list(details.topics),
        "languages": None if details is None else list(details.languages),
        **activity_values(facts.activity),
        "revision": facts.revision,
        "first_seen_at": row.first_seen_at,
        "updated_at": row.updated_at,
        "missing_since": row.missing_since,
        "missing_sweeps": row.missing_sweeps,
        "gone_reason": row.gone_reason,
        "opt_outs": list(row.opt_outs),
        "ignored_since": row.ignored_since,
    }


def repository_row(row: Row[Any]) -> RepositoryRow:
    """Make the value of a row of ``repository`` joined to ``forge`` (``forge_…``)."""
    return RepositoryRow(
        id=row.id,
        forge=Forge(
            url=row.forge_url,
            kind=row.forge_kind,
            origin=Origin(row.forge_origin),
            priority=row.forge_priority,
        ),
        facts=Repository(
            forge_id=row.forge_id,
            path=row.path,
            web_url=row.web_url,
            name=row.name,
            description=row.description,
            owner=Owner(path=row.owner_path, name=row.owner_name, kind=row.owner_kind),
            default_branch=row.default_branch,
            archived=row.archived,
            fork=row.fork,
            mirror=row.mirror,
            parent_url=row.parent_url,
            license=row.license,
            created_at=row.created_at,
            raw_base=row.raw_base,
            details=None
            if row.topics is None
            else Details(topics=tuple(row.topics), languages=tuple(row.languages)),
            activity=activity(row),
            revision=row.revision,
        ),
        first_seen_at=row.first_seen_at,
        updated_at=row.updated_at,
        missing_since=row.missing_since,
        missing_sweeps=row.missing_sweeps,
        gone_reason=row.gone_reason,
        opt_outs=tuple(row.opt_outs),
        ignored_since=row.ignored_since,
    )


def activity_values(value: Activity) -> Values:
    """Give the volatile columns of table ``repository``."""
    return {
        "stars": value.stars,
        "forks": value.forks,
        "open_issues": value.open_issues,
        "pushed_at": value.pushed_at,
    }


def activity(row: Row[Any]) -> Activity:
    """Make the value of the volatile columns."""
    return Activity(
        stars=row.stars, forks=row.forks, open_issues=row.open_issues, pushed_at=row.pushed_at
    )


def owner_values(forge_url: str, value: Owner) -> Values:
    """Give the row for table ``owner``."""
    return {"forge_url": forge_url, "path": value.path, "name": value.name, "kind": value.kind}


def alias_values(row: AliasRow) -> Values:
    """Give the row for table ``alias``."""
    return {
        "repository_id": row.repository_id,
        "url": row.url,
        "url_key": lookup_key(row.url),
        "since": row.since,
    }


def alias_row(row: Row[Any]) -> AliasRow:
    """Make the value of a row of ``alias``."""
    return AliasRow(url=row.url, repository_id=row.repository_id, since=row.since)


def forwarding_values(row: ForwardingRow) -> Values:
    """Give the row for table ``forwarding``."""
    return {
        "url_key": lookup_key(row.url),
        "url": row.url,
        "forge_id": row.forge_id,
        "asked_at": row.asked_at,
    }


def wait_values(row: Wait) -> Values:
    """Give the row for table ``wait``."""
    return {
        "source": row.source,
        "software_id": row.software_id,
        "reason": row.reason,
        "since": row.since,
    }


def wait(row: Row[Any]) -> Wait:
    """Make the value of a row of table ``wait``."""
    return Wait(source=row.source, software_id=row.software_id, reason=row.reason, since=row.since)


# --- files ----------------------------------------------------------------------------------


def file_values(row: FileRow) -> Values:
    """Give the row for table ``file``."""
    return {
        "repository_id": row.repository_id,
        "path": row.path,
        "blob_id": row.blob_id,
        "state": row.state.value,
        "outcome": row.outcome.value,
        "reason": row.reason,
        "software_id": row.software_id,
        "version": row.version,
        "declared_url": row.declared_url,
        "declared_url_key": None if row.declared_url is None else lookup_key(row.declared_url),
        "normaliser": row.normaliser,
        "context": row.context,
        "first_seen_at": row.first_seen_at,
        "changed_at": row.changed_at,
        "bad_since": row.bad_since,
        "absent_sweeps": row.absent_sweeps,
    }


def record_values(row: FileRow, record: RecordRow) -> Values:
    """Give the row for table ``record``."""
    return {
        "repository_id": row.repository_id,
        "path": row.path,
        "blob_id": record.blob_id,
        "version": record.version,
        "document": record.document,
        "normaliser": record.normaliser,
        "good": record.good,
    }


def finding_values(row: FileRow) -> Iterable[Values]:
    """Give the rows for table ``finding``, in the reader's order."""
    for number, finding in enumerate(row.findings):
        yield {
            "repository_id": row.repository_id,
            "path": row.path,
            "number": number,
            "code": finding.code,
            "severity": finding.severity.value,
            "key": finding.key,
            "line": finding.line,
            "column": finding.column,
            "arguments": [list(pair) for pair in finding.arguments],
            "suggestion": finding.suggestion,
        }


def finding(row: Row[Any]) -> Finding:
    """Make the value of a row of ``finding``."""
    return Finding(
        code=row.code,
        severity=Severity(row.severity),
        key=row.key,
        line=row.line,
        column=row.column,
        arguments=tuple((name, text) for name, text in row.arguments),
        suggestion=row.suggestion,
    )


def file_row(row: Row[Any], findings: tuple[Finding, ...]) -> FileRow:
    """Make the value of a row of ``file`` joined to ``record`` (columns ``record_…``)."""
    return FileRow(
        repository_id=row.repository_id,
        path=row.path,
        blob_id=row.blob_id,
        state=FileState(row.state),
        outcome=Outcome(row.outcome),
        reason=row.reason,
        software_id=row.software_id,
        version=row.version,
        declared_url=row.declared_url,
        normaliser=row.normaliser,
        context=row.context,
        findings=findings,
        record=None
        if row.record_document is None
        else RecordRow(
            blob_id=row.record_blob_id,
            version=row.record_version,
            document=row.record_document,
            normaliser=row.record_normaliser,
            good=row.record_good,
        ),
        first_seen_at=row.first_seen_at,
        changed_at=row.changed_at,
        bad_since=row.bad_since,
        absent_sweeps=row.absent_sweeps,
    )


# --- entries --------------------------------------------------------------------------------


def publisher_id(value: Publisher) -> str:
    """Derive the key of a publisher from all that is known of it: 32 hex digits."""
    text = canonical_json([value.name, value.uri, value.level.value])
    return hashlib.sha256(f"harvester:publisher:{text}".encode()).hexdigest()[:32]


def publisher_values(value: Publisher) -> Values:
    """Give the row for table ``publisher``."""
    return {
        "id": publisher_id(value),
        "name": value.name,
        "uri": value.uri,
        "level": value.level.value,
    }


def software_values(row: SoftwareRow) -> Values:
    """Give the row for table ``software``."""
    file_repository_id, file_path = row.file or (None, None)
    return {
        "id": row.id,
        "url": row.url,
        "url_key": lookup_key(row.url),
        "name": row.name,
        "state": row.state.value,
        "state_reason": row.state_reason,
        "file_state": row.file_state.value,
        "stale_since": row.stale_since,
        "origin": row.origin.value,
        "repository_id": row.repository_id,
        "file_repository_id": file_repository_id,
        "file_path": file_path,
        "publisher_id": None if row.publisher is None else publisher_id(row.publisher),
        "document": row.document,
        "first_seen_at": row.first_seen_at,
        "updated_at": row.updated_at,
    }


def software_row(row: Row[Any]) -> SoftwareRow:
    """Make the value of a row of ``software`` joined to ``publisher`` (``publisher_…``)."""
    return SoftwareRow(
        id=row.id,
        url=row.url,
        name=row.name,
        state=State(row.state),
        state_reason=row.state_reason,
        file_state=FileState(row.file_state),
        stale_since=row.stale_since,
        origin=Origin(row.origin),
        repository_id=row.repository_id,
        file=None if row.file_repository_id is None else (row.file_repository_id, row.file_path),
        publisher=None
        if row.publisher_id is None
        else Publisher(
            name=row.publisher_name, uri=row.publisher_uri, level=Level(row.publisher_level)
        ),
        document=row.document,
        first_seen_at=row.first_seen_at,
        updated_at=row.updated_at,
    )


def item_values(item: Item) -> Values:
    """Give what table ``crawl_item`` keeps of an item, without its place and time."""
    return {
        "subject": item.subject,
        "status": item.status.value,
        "reason": item.reason,
        "message": item.message,
        "repository_id": item.repository_id,
    }
