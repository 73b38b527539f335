# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Whether software is worked on, in one word that can be explained. Pure.

No score: the word follows from named criteria, each of which was met or not, so that everybody can
see why it is that word, and disagree. It is as of the moment at which the repository was read.
``docs/activity.md`` tells the criteria to people.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from harvester.model import Vitality

ACTIVE_COMMITS = 3
"""Commits in ninety days; fewer are repairs rather than work."""
SEVERAL_AUTHORS = 2
YEAR = timedelta(days=365)


class Label(StrEnum):
    """How a repository is worked on."""

    ARCHIVED = "archived"
    ACTIVE = "active"
    SLOW = "slow"
    STALE = "stale"
    UNKNOWN = "unknown"


class Criterion(StrEnum):
    """What a label is explained by."""

    ARCHIVED = "archived"
    """Its forge says that it is archived."""
    COMMITS_90D = "commits-90d"
    """At least three commits in 90 days."""
    COMMITS_365D = "commits-365d"
    """At least one commit in 365 days."""
    RELEASE_365D = "release-365d"
    """A release in 365 days."""
    SEVERAL_AUTHORS = "several-authors"
    """Commits of at least two people in 365 days. Decides nothing: a fact to weigh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A label, and why."""

    label: Label
    criteria: tuple[tuple[Criterion, bool | None], ...]
    """Each with whether it was met; None where it could not be found out."""


def judge(vitality: Vitality | None, *, archived: bool) -> Verdict:
    """Give the label of a repository.

    Archived beats all; else three commits in ninety days are *active*, any commit or release in a
    year *slow*, none of them *stale*, and where neither was read, *unknown*.
    """
    lately = _at_least(vitality.commits_90d, ACTIVE_COMMITS) if vitality else None
    this_year = _at_least(vitality.commits_365d, 1) if vitality else None
    released = _released(vitality) if vitality else None
    several = _at_least(vitality.authors_365d, SEVERAL_AUTHORS) if vitality else None
    label = Label.UNKNOWN
    if archived:
        label = Label.ARCHIVED
    elif lately:
        label = Label.ACTIVE
    elif this_year or released:
        label = Label.SLOW
    elif this_year is False:
        label = Label.STALE
    return Verdict(
        label=label,
        criteria=(
            (Criterion.ARCHIVED, archived),
            (Criterion.COMMITS_90D, lately),
            (Criterion.COMMITS_365D, this_year),
            (Criterion.RELEASE_365D, released),
            (Criterion.SEVERAL_AUTHORS, several),
        ),
    )


def _at_least(amount: int | None, least: int) -> bool | None:
    return None if amount is None else amount >= least


def _released(vitality: Vitality) -> bool | None:
    if vitality.last_release_at is not None:
        return vitality.read_at - vitality.last_release_at <= YEAR
    return None if vitality.releases is None else False
