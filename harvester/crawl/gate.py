# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The gate before losses: too many at once wait for an operator. Pure.

Held is what looks like an accident: repositories that vanished, files that are gone or broken for
too long. Not held is somebody's will: opt-outs, blocks, and what the settings leave out (there,
``max_vanish`` stands before lists that shrink); nor what is private now, which nobody may read for
another day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harvester.crawl.places import place_of
from harvester.crawl.reasons import StateReason
from harvester.crawl.task import KeepPolicy
from harvester.model import State
from harvester.ports.rows import FileRow, RepositoryRow, SoftwareRow

FEW = 5
"""So many may always be lost at once, however small the source or the catalogue is."""
OF_REPOSITORIES = frozenset({StateReason.DELETED, StateReason.MOVED})
"""Losses that only a sweep finds; the others are of files."""
_ACCIDENTS = OF_REPOSITORIES | {StateReason.FILE_REMOVED, StateReason.STALE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate does with the losses of one conclusion."""

    held: frozenset[str]
    """Ids of the entries that stay listed."""
    waiting: Mapping[str, str]
    """Reasons of all the source's losses that wait now, by entry id."""


def losses(before: Mapping[str, SoftwareRow], after: Iterable[SoftwareRow]) -> dict[str, str]:
    """Find the listed entries that would be lost by accident.

    Args:
        before: the entries as they are stored, by id.
        after: those that would differ.

    Returns:
        The reasons, by entry id.
    """
    return {
        row.id: row.state_reason
        for row in after
        if row.id in before
        and before[row.id].state is State.LISTED
        and row.state is not State.LISTED
        and row.state_reason in _ACCIDENTS
    }


def judge(
    keep: KeepPolicy,
    lost: Mapping[str, str],
    *,
    standing: Mapping[str, str],
    elsewhere: frozenset[str],
    listed: int,
) -> Verdict:
    """Let losses through, or hold all of them.

    Args:
        keep: the policy.
        lost: reasons of what this conclusion would take, by entry id.
        standing: reasons of what waits already and could not be looked at anew; counts with them.
        elsewhere: ids of the entries that wait as losses of other sources; no source takes what
            another one's gate holds.
        listed: how many entries the whole catalogue lists.
    """
    together = {**standing, **lost}
    if len(together) > max(FEW, int(keep.gate * listed)):
        return Verdict(held=frozenset(lost), waiting=together)
    return Verdict(held=frozenset(lost.keys() & elsewhere), waiting=standing)


def shown_by(row: RepositoryRow, files: Iterable[FileRow]) -> set[str]:
    """Give the ids of the entries that a repository is the place of, or has a file of.

    Args:
        row: the repository.
        files: those that lie in it.
    """
    own = {file.software_id for file in files if file.software_id is not None}
    return own | {place_of(row).software_id}
