# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where declared addresses lead that no known repository has. Pure.

A project that was renamed or moved before it was first seen may still declare its old path. The
forge knows where that leads: it is asked once, at the end of a listing, and what it said is
remembered until a file that declares the address changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from harvester.crawl.entries import Catalog, settle
from harvester.crawl.places import place_of
from harvester.crawl.task import SourcePlan
from harvester.model import Unknown, repository_id
from harvester.ports.crawls import Unclaimed
from harvester.ports.listing import Resolution
from harvester.ports.rows import AliasRow, ForwardingRow, Stored, Writes
from harvester.urls import path_below


@dataclass(frozen=True, slots=True)
class Forwardings:
    """The addresses below a source's forge that no known repository claims."""

    plan: SourcePlan
    unclaimed: Sequence[Unclaimed]

    def open(self, most: int) -> Mapping[str, str]:
        """Give those that the forge is to be asked for: addresses by path."""
        paths = {
            path: one.url
            for one in self.unclaimed
            if one.forwarding is None
            and (path := path_below(one.url, self.plan.forge.url)) is not None
            and "/" in path
        }
        return dict(list(paths.items())[:most])

    def answered(self, told: Mapping[str, Resolution], now: datetime) -> tuple[ForwardingRow, ...]:
        """Give what is to be remembered of the answers, by address.

        What the forge would not tell is not known, and asked again by the next crawl.
        """
        return tuple(
            ForwardingRow(url=url, forge_id=answer, asked_at=now)
            for url, answer in sorted(told.items())
            if not isinstance(answer, Unknown)
        )

    def leading(self, fresh: Sequence[ForwardingRow]) -> Sequence[tuple[str, ForwardingRow]]:
        """Give the forwardings, old and new, that lead somewhere: each with the repository's id."""
        remembered = (one.forwarding for one in self.unclaimed if one.forwarding is not None)
        return [
            (repository_id(self.plan.forge.url, forwarding.forge_id), forwarding)
            for forwarding in (*remembered, *fresh)
            if forwarding.forge_id is not None
        ]

    def follow(self, fresh: Sequence[ForwardingRow], stored: Stored, now: datetime) -> Writes:
        """Make addresses aliases of the repositories that they lead to, where those are known.

        Args:
            fresh: from :meth:`answered`.
            stored: what the catalogue holds about the repositories and addresses of
                :meth:`leading`.
            now: the time.
        """
        aliases = tuple(
            AliasRow(url=forwarding.url, repository_id=target, since=now)
            for target, forwarding in self.leading(fresh)
            if target in stored.repositories
        )
        catalog = Catalog(
            repositories=stored.repositories,
            files={(row.repository_id, row.path): row for row in stored.files},
            before=stored.files,
            software=stored.software,
            aliases=(*stored.aliases, *aliases),
            rests=stored.rests,
            neighbours=stored.neighbours,
        )
        touched = {place_of(stored.repositories[row.repository_id]).software_id for row in aliases}
        settled = settle(catalog, frozenset(touched), self.plan.publishers, now)
        return Writes(
            aliases=aliases,
            forwardings=tuple(fresh),
            files=settled.files,
            software=settled.software,
            merges=settled.merges,
            erased=settled.erased,
            rests=settled.rests,
            changes=settled.changes,
        )
