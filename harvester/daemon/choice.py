# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which of the sources that are due are crawled now. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A source that a crawl may be begun of."""

    name: str
    forge: str
    """Address of its forge; two crawls of one forge would ask it twice as often."""
    due: datetime


def chosen(
    waiting: Iterable[Candidate],
    running: Collection[Candidate],
    *,
    parallel: int,
    now: datetime,
) -> list[Candidate]:
    """Give the sources to begin with now, the longest overdue first.

    Args:
        waiting: sources with a schedule, due or not.
        running: sources that are being crawled.
        parallel: how many may be crawled at once.
        now: the time.
    """
    busy = {one.forge for one in running}
    names = {one.name for one in running}
    begun: list[Candidate] = []
    for one in sorted(waiting, key=lambda one: (one.due, one.name)):
        if len(running) + len(begun) >= parallel:
            break
        if one.due <= now and one.name not in names and one.forge not in busy:
            busy.add(one.forge)
            begun.append(one)
    return begun
