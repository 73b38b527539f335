# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a statement is about: which of what was told before it goes on from. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from harvester.crawl.places import Places, is_entered, is_told, place_of, unclaimed_id
from harvester.model import FileState, Forge, Origin, repository_id
from harvester.ports.rows import FileRow, RepositoryRow, SoftwareRow, Stored
from harvester.ports.telling import Statement
from harvester.urls import url_key

FORGE = Forge(url="urn:harvester:told", kind="api", origin=Origin.API)
"""Where all that is told lies; nobody can go there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a statement is about."""

    url: str
    """The address that it has now, or gets."""
    rows: tuple[RepositoryRow, ...]
    """What was told of it before, the one that goes on being told first."""


def place_key(url: str) -> str:
    """Give the id of the row for what is told of an address for the first time."""
    return repository_id(FORGE.url, url_key(url))


def subject(stored: Stored, url: str, aliases: Iterable[str]) -> Subject:
    """Find what was told before of the software at an address.

    It was told of that address; or of another one, and this was one that it had; or of the same
    entry; or of an address that is said now to be a former one. A former address goes on naming
    the present one, unless all that was told of it is deleted.
    """
    key, entry = url_key(url), _entry_at(stored, url)
    former = {url_key(alias) for alias in aliases}
    ranked = []
    for row in filter(is_told, stored.repositories.values()):
        file = file_of(stored, row)
        at = url_key(file.declared_url) if file is not None and file.declared_url else None
        same = file is not None and file.software_id == entry
        matches = (at == key, key in former_keys(stored, row), same, at in former)
        if any(matches) or row.id == place_key(url):
            rank = matches.index(True) if any(matches) else len(matches)
            ranked.append((row.gone_reason is not None, rank, row.id, row))
    rows = tuple(row for *_, row in sorted(ranked, key=lambda each: each[:3]))
    return Subject(url=_address(stored, url, rows, by_former=True), rows=rows)


def subject_of(stored: Stored, entry: SoftwareRow, said: Statement) -> Subject:
    """Find what was told before of an entry, or of addresses that it is said to have had.

    Args:
        stored: what the catalogue holds about the entry and the addresses.
        entry: the entry.
        said: what is told of it now.
    """
    url = said.url or entry.url
    former = {url_key(alias) for alias in said.aliases}
    own, others = [], []
    for row in filter(is_told, stored.repositories.values()):
        file = file_of(stored, row)
        at = url_key(file.declared_url) if file is not None and file.declared_url else None
        deleted_there = row.id == place_key(url) and row.gone_reason is not None
        if file is not None and (
            file.software_id == entry.id or (file.software_id is None and at == url_key(entry.url))
        ):
            own.append(row)
        elif at in former or deleted_there:
            others.append(row)
    order = sorted(own, key=lambda row: (row.gone_reason is not None, row.id))
    rows = (*order, *sorted(others, key=lambda row: row.id))
    return Subject(url=_address(stored, url, rows, by_former=False), rows=rows)


def file_of(stored: Stored, row: RepositoryRow) -> FileRow | None:
    """Give the file of what was told."""
    return next((file for file in stored.files if file.repository_id == row.id), None)


def speakers(stored: Stored, entry: SoftwareRow) -> tuple[RepositoryRow, ...]:
    """Give the repositories and pages that speak for an entry, beside what was told; sorted."""
    hosts = {
        row.repository_id: stored.repositories[row.repository_id]
        for row in stored.files
        if row.software_id == entry.id and row.state is not FileState.ABSENT
    }
    speaking = (row for row in hosts.values() if not is_told(row) and row.gone_reason is None)
    return tuple(sorted(speaking, key=lambda row: (is_entered(row), row.facts.web_url)))


def _address(stored: Stored, url: str, rows: Iterable[RepositoryRow], *, by_former: bool) -> str:
    """Give the address of software that somebody calls by this one.

    That of its repository, where one is known; else as it was told first, for another spelling is
    no news. With ``by_former``, an address that it had means the one that it has.
    """
    repository = Places(stored.repositories, stored.aliases).find(url)
    if repository is not None and not is_entered(repository):
        return repository.facts.web_url
    key = url_key(url)
    for row in rows:
        file = file_of(stored, row)
        if row.gone_reason is None and file is not None and file.declared_url is not None:
            at = url_key(file.declared_url)
            if at == key or (by_former and key in former_keys(stored, row)):
                return file.declared_url
    return url


def _entry_at(stored: Stored, url: str) -> str:
    repository = Places(stored.repositories, stored.aliases).find(url)
    return unclaimed_id(url) if repository is None else place_of(repository).software_id


def former_keys(stored: Stored, row: RepositoryRow) -> frozenset[str]:
    """Give the keys of the addresses that what was told had before."""
    own = (alias.url for alias in stored.aliases if alias.repository_id == row.id)
    return frozenset(map(url_key, own))
