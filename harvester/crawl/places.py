# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which repository an address names, and which entry a file belongs to. Pure.

The declared ``url`` beats the place where a file was found. An entry is named by its canonical
repository where the catalogue knows that, else by the address that its files declare.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harvester.model import Origin, software_id, software_id_of_url
from harvester.ports.rows import AliasRow, FileRow, RepositoryRow
from harvester.urls import url_key


@dataclass(frozen=True, slots=True)
class Place:
    """The entry that a file belongs to."""

    software_id: str
    repository: RepositoryRow | None
    """The canonical repository, where the catalogue knows it; or the page that tells of software
    without any."""
    url: str


class Places:
    """Finds the repository behind an address, among those that a page touches."""

    def __init__(
        self,
        repositories: Mapping[str, RepositoryRow],
        aliases: Iterable[AliasRow],
    ) -> None:
        """Learn where everything is.

        Args:
            repositories: by id. Where two have one address, the later to take it has it: the
                other lost it, and was not seen since.
            aliases: addresses that they had before. One that is there comes before one that is
                gone, and before one that was last heard of when the other was not known yet: who
                had an address after somebody else did not lose it to that one by moving on.
                Those that somebody told are for finding: they claim nothing.
        """
        self._repositories = repositories
        self._ids: dict[str, str] = {}
        for alias in sorted(aliases, key=lambda row: (row.since, row.repository_id)):
            holder = repositories.get(alias.repository_id)
            if holder is not None and is_told(holder):
                continue
            self._ids[url_key(alias.url)] = alias.repository_id
        by_certainty = sorted(
            repositories.values(),
            key=lambda row: (row.gone_reason is None, row.updated_at, row.id),
        )
        for row in by_certainty:
            key = url_key(row.facts.web_url)
            former = repositories.get(self._ids.get(key, ""))
            if former is None or not _came_after(former, row):
                self._ids[key] = row.id

    def find(self, url: str) -> RepositoryRow | None:
        """Give the repository that has, or else had, an address."""
        return self._repositories.get(self._ids.get(url_key(url), ""))

    def of(self, file: FileRow) -> Place:
        """Give the entry that a file belongs to."""
        host = self._repositories[file.repository_id]
        if file.declared_url is None:
            return place_of(host)
        if url_key(file.declared_url) == url_key(host.facts.web_url):
            return place_of(host)
        target = self.find(file.declared_url)
        if target is not None:
            return place_of(target)
        return Place(unclaimed_id(file.declared_url), None, file.declared_url)


def _came_after(former: RepositoryRow, row: RepositoryRow) -> bool:
    """Say whether who once had an address had it after the one that is thought to have it."""
    if former.gone_reason is not None or url_key(former.facts.web_url) == url_key(
        row.facts.web_url
    ):
        return False
    return row.gone_reason is not None or row.updated_at < former.first_seen_at


def is_entered(repository: RepositoryRow) -> bool:
    """Say whether this is a page or another catalogue's entry, not a repository."""
    return repository.forge.origin is not Origin.CRAWL


def is_told(repository: RepositoryRow) -> bool:
    """Say whether this is what somebody wrote through the API."""
    return repository.forge.origin is Origin.API


def place_of(repository: RepositoryRow) -> Place:
    """Give the entry whose canonical repository this is."""
    identity = software_id(repository.forge.url, repository.facts.forge_id)
    return Place(identity, repository, repository.facts.web_url)


def unclaimed_id(url: str) -> str:
    """Give the id of the entry for an address that no known repository has.

    The address is folded as for comparison, so that two spellings make one entry in any order.
    """
    return software_id_of_url(f"https://{url_key(url)}")
