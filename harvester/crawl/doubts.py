# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""When a forge's answer says nothing, and how that is told. Pure; ``docs/outcomes.md``."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from harvester.crawl.reasons import ItemReason
from harvester.model import ItemStatus, Sighting, Unknown
from harvester.ports.errors import (
    BudgetExhaustedError,
    SourceError,
    UnauthorisedError,
    UnreachableError,
)
from harvester.ports.listing import LookUp
from harvester.ports.rows import Item, RepositoryRow

_NOT_THE_PLACE = (BudgetExhaustedError, UnauthorisedError, UnreachableError)
"""These are about the way to the forge, or who asks; another place would meet them too."""

ANEW = "; it failed at the same place as the run before, so that the next one starts anew"
"""Told after the error of a run that will not be gone on with."""


def unanswered(rows: Iterable[RepositoryRow], answers: Mapping[str, LookUp]) -> tuple[Item, ...]:
    """Tell which look-ups said nothing; those repositories stay as they are.

    Args:
        rows: repositories that the crawl did not see.
        answers: of their look-ups, by repository id.
    """
    items = []
    for row in rows:
        answer = answers.get(row.id)
        if isinstance(answer, Unknown):
            items.append(
                Item(
                    subject=row.facts.web_url,
                    status=ItemStatus.ERRORED,
                    reason=ItemReason.LOOK_UP_UNKNOWN,
                    message=f"{answer.reason}; it stays until a look-up says what became of it",
                    repository_id=row.id,
                )
            )
    return tuple(items)


def emptiness(known: int, *, seen: int, total: int | None, sweep: bool, there: int) -> str | None:
    """Say why an empty listing is not believed; None where it is, or was not empty.

    Args:
        known: repositories that the source had before.
        seen: repositories that the listing gave.
        total: what the forge said that the whole listing has.
        sweep: the whole listing was asked for.
        there: known repositories that look-ups found though the listing did not give them.
    """
    if seen or not known:
        return None
    if there or (total == 0 and not sweep):
        return (
            f"the forge gave an empty listing, but {known} repositories of this source are known"
            + (f", and {there} of them are there when asked for by id" if there else "")
            + "; nothing was concluded from it, and the next crawl lists again"
        )
    return None


def is_stuck(error: SourceError, *, failed_before: bool, moved: bool) -> bool:
    """Say whether it is the place that fails, so that a run that comes there again fails again.

    Args:
        error: what a crawl failed with.
        failed_before: so did the run before, and this one goes on where that one ended.
        moved: it got on since then.
    """
    return failed_before and not moved and not isinstance(error, _NOT_THE_PLACE)


def unread(sighting: Sighting, error: SourceError) -> Sighting:
    """Pass over what cannot be read: its file is unknown, and what is known of it stays."""
    reason = f"{error}; it was passed over, because the run before had failed here too"
    files = sighting.files
    if not isinstance(files, tuple):
        return replace(sighting, files=Unknown(reason=reason))
    return replace(sighting, files=tuple(replace(one, unread=reason) for one in files))
