# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who leaves without a page that tells it: hidden by the forge, blocked by the operator. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from harvester.crawl.entries import Catalog, Settled, settle
from harvester.crawl.places import place_of
from harvester.crawl.reasons import ItemReason, StateReason
from harvester.crawl.task import SourcePlan
from harvester.model import ItemStatus, State
from harvester.ports.rows import Item, RepositoryRow, Stored, Writes


def turn_private(plan: SourcePlan, hidden: Iterable[str], stored: Stored, now: datetime) -> Writes:
    """Take leave of known repositories that the forge says are no longer for everybody.

    Args:
        plan: the source.
        hidden: ids of the repositories; of those that nobody knew, nothing is kept.
        stored: what the catalogue holds about them.
        now: the time.
    """
    left = {
        key: farewell(stored.repositories[key], StateReason.PRIVATE, now)
        for key in sorted(hidden)
        if key in stored.repositories
        and stored.repositories[key].gone_reason != StateReason.PRIVATE
    }
    touched = {place_of(row).software_id for row in left.values()}
    touched |= {
        row.software_id
        for row in stored.files
        if row.repository_id in left and row.software_id is not None
    }
    settled = _settled(plan, stored, {**stored.repositories, **left}, touched, now)
    return Writes(
        repositories=tuple(left.values()),
        files=settled.files,
        software=settled.software,
        merges=settled.merges,
        erased=settled.erased,
        rests=settled.rests,
        changes=settled.changes,
        items=tuple(gone(row) for row in left.values()),
    )


def review_blocks(plan: SourcePlan, stored: Stored, now: datetime) -> Writes:
    """Bring entries into line with the block list as it is now: both ways, at once.

    Args:
        plan: the source, with the list.
        stored: what hangs together with the addresses that the list names, or named before.
        now: the time.
    """
    touched = set(stored.software)
    settled = _settled(plan, stored, stored.repositories, touched, now)
    items = []
    for row in settled.software:
        was = stored.software[row.id].state if row.id in stored.software else None
        if (was is State.BLOCKED) == (row.state is State.BLOCKED):
            continue
        block = plan.blocks.find((row.url,))
        blocked = row.state is State.BLOCKED
        items.append(
            Item(
                subject=row.url,
                status=ItemStatus.GONE if blocked else ItemStatus.UPDATED,
                reason=ItemReason.BLOCKED if blocked else None,
                message=block.reason if block is not None else None,
                repository_id=row.repository_id,
            )
        )
    return Writes(
        files=settled.files,
        software=settled.software,
        merges=settled.merges,
        erased=settled.erased,
        rests=settled.rests,
        changes=settled.changes,
        items=tuple(items),
    )


def farewell(row: RepositoryRow, reason: StateReason, now: datetime) -> RepositoryRow:
    """Give a repository that is gone for a reason that knows no grace time."""
    return replace(row, gone_reason=reason.value, updated_at=now)


def gone(row: RepositoryRow) -> Item:
    """Tell of a repository that is gone."""
    return Item(
        subject=row.facts.web_url,
        status=ItemStatus.GONE,
        reason=row.gone_reason,
        repository_id=row.id,
    )


def _settled(
    plan: SourcePlan,
    stored: Stored,
    repositories: Mapping[str, RepositoryRow],
    touched: Iterable[str],
    now: datetime,
) -> Settled:
    catalog = Catalog(
        repositories=repositories,
        files={(row.repository_id, row.path): row for row in stored.files},
        before=stored.files,
        software=stored.software,
        aliases=stored.aliases,
        rests=stored.rests,
        neighbours=stored.neighbours,
    )
    return settle(catalog, frozenset(touched), plan.publishers, now, blocks=plan.blocks)
