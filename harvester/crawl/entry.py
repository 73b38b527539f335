# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The document of an entry: the line of ``harvester export jsonl``, apart from what is volatile.

``updated_at`` and ``activity`` are added when it is written out; everything else is here, so that
two documents are the same bytes exactly when nothing changed.
"""

import json
from collections.abc import Container, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from harvester.crawl.places import is_entered, is_told
from harvester.model import Finding, Owner, Publisher, Repository
from harvester.ports.rows import FileRow, RecordRow, RepositoryRow, SoftwareRow
from harvester.publiccode import messages
from harvester.urls import BadUrlError, repository_url, url_key


def canonical_json(value: object) -> str:
    """Write JSON in the one form that is stored and compared: keys as given, no white space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def timestamp(moment: datetime | None) -> str | None:
    """Write a time as RFC 3339 in UTC, whole seconds, ``Z``."""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def document(
    row: SoftwareRow,
    *,
    repository: RepositoryRow | None,
    aliases: Iterable[str],
    own: FileRow | None,
    file: FileRow | None,
    provenances: Iterable[tuple[FileRow, RepositoryRow]],
    record: RecordRow | None,
) -> str:
    """Write an entry's document.

    Args:
        row: the entry; its ``document`` is not read.
        repository: the canonical repository, where it is known.
        aliases: addresses that the canonical repository had, or that its files declare.
        own: the file that counts in the canonical repository, whatever it declares.
        file: the file whose record is shown.
        provenances: all files that describe the entry, with the repository each lies in.
        record: what is shown.
    """
    publiccode = json.loads(record.document) if record else None
    former = {alias for alias in aliases if url_key(alias) != url_key(row.url)}
    described = own is not None and own is file and record == own.record
    return canonical_json(
        {
            "id": row.id,
            "url": row.url,
            "aliases": sorted(former),
            "name": row.name,
            "state": row.state,
            "state_reason": row.state_reason,
            "file_state": row.file_state,
            "stale_since": timestamp(row.stale_since),
            "origin": row.origin,
            "repository": _repository(repository, own, publiccode if described else None)
            if repository
            else None,
            "publisher": _publisher(row.publisher),
            "publiccode": publiccode,
            "publiccode_version": record.version if record else None,
            "source_file": {"path": file.path, "blob_id": file.blob_id} if file else None,
            "provenances": [_provenance(*pair, repository) for pair in provenances],
            "based_on": based_on(publiccode, {url_key(url) for url in (row.url, *former)}),
            "findings": [_finding(finding) for finding in file.findings] if file else [],
            "first_seen_at": timestamp(row.first_seen_at),
        }
    )


def publisher_of(
    listed: Publisher | None, publiccode: Mapping[str, Any] | None, owner: Owner | None
) -> Publisher | None:
    """Name the public body: as the lists know it, else as the file does, else as the forge does.

    An account of a person names no public body.
    """
    if listed is not None:
        return listed
    organisation = (publiccode or {}).get("organisation")
    if isinstance(organisation, dict):
        uri, name = organisation.get("uri"), organisation.get("name")
        if isinstance(name, str) and name:
            return Publisher(name=name, uri=uri if isinstance(uri, str) else None)
    if owner is not None and owner.kind != "user":
        return Publisher(name=owner.name or owner.path, uri=None)
    return None


def fork_kind(
    facts: Repository, own: FileRow | None, publiccode: Mapping[str, Any] | None
) -> str | None:
    """Name the kind of fork, in the words of the standard's forks.rst and the Dutch register.

    Args:
        facts: of the repository.
        own: its own publiccode file, whatever it declares.
        publiccode: what that file says.
    """
    if own is not None and _differs(own.declared_url, facts.web_url):
        return None if facts.mirror else _copy_kind(facts)
    if based_on(publiccode, {url_key(facts.web_url)}):
        return "variant"
    return "git-fork" if facts.fork and own is None else None


def based_on(publiccode: Mapping[str, Any] | None, own: Container[str]) -> list[str]:
    """Give the repositories that the software says it is based on, apart from itself.

    What is no address of a repository is left out; what the publisher wrote stands in the record.

    Args:
        publiccode: the record; its ``isBasedOn`` is an address or a list of them.
        own: the software's own addresses, as :func:`~harvester.urls.url_key` gives them.
    """
    told = (publiccode or {}).get("isBasedOn")
    origins: dict[str, str] = {}
    for origin in told if isinstance(told, list) else [told]:
        try:
            url = repository_url(origin) if isinstance(origin, str) else ""
        except BadUrlError:
            continue
        if url and url_key(url) not in own:
            origins.setdefault(url_key(url), url)
    return sorted(origins.values())


def _copy_kind(facts: Repository) -> str:
    """Name what a repository is whose file describes another one."""
    if facts.mirror:
        return "mirror"
    return "technical-fork" if facts.fork else "url-mistake"


def _differs(url: str | None, web_url: str) -> bool:
    if url is None:
        return False
    try:
        return url_key(repository_url(url)) != url_key(web_url)
    except BadUrlError:
        return False


def _repository(
    row: RepositoryRow, own: FileRow | None, publiccode: Mapping[str, Any] | None
) -> dict[str, object]:
    facts = row.facts
    return {
        "forge": row.forge.url,
        "kind": row.forge.kind,
        "forge_id": facts.forge_id,
        "path": facts.path,
        "web_url": facts.web_url,
        "default_branch": facts.default_branch,
        "archived": facts.archived,
        "fork": facts.fork,
        "fork_kind": fork_kind(facts, own, publiccode),
        "mirror": facts.mirror,
        "topics": list(facts.details.topics) if facts.details else None,
        "languages": list(facts.details.languages) if facts.details else None,
        "license": facts.license,
        "created_at": timestamp(facts.created_at),
    }


def _publisher(publisher: Publisher | None) -> dict[str, object] | None:
    if publisher is None:
        return None
    return {"name": publisher.name, "uri": publisher.uri, "level": publisher.level}


def _provenance(
    file: FileRow, repository: RepositoryRow, canonical: RepositoryRow | None
) -> dict[str, object]:
    if is_told(repository):
        kind = "told"
    elif is_entered(repository):
        kind = "entered"
    elif canonical is not None and repository.id == canonical.id:
        kind = "canonical"
    else:
        kind = _copy_kind(repository.facts)
    return {
        "web_url": (is_told(repository) and file.declared_url) or repository.facts.web_url,
        "kind": kind,
        "path": file.path,
        "blob_id": file.blob_id,
        "outcome": file.outcome,
        "reason": file.reason,
        "file_state": file.state,
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "key": finding.key,
        "line": finding.line,
        "column": finding.column,
        "message": messages.message(finding, "en"),
        "suggestion": finding.suggestion,
    }
