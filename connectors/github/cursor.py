# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where a listing stands, as text that a later run goes on from.

It names what is done and what is under way, not what is left: that follows from the scope of the
day, so that a changed list of owners, another order of visits or moved totals do no harm.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connectors.github.times import moment

_VERSION = 1


class Order(StrEnum):
    """In which order an owner's repositories are read."""

    CREATED = "created"
    """Oldest first: does not move while it is read."""
    PUSHED = "pushed"
    """Newest first."""
    UPDATED = "updated"
    """Newest first."""


@dataclass(slots=True)
class Stream:
    """One owner's repositories in one order, read up to somewhere."""

    login: str
    order: Order
    left: int
    """How many are expected to come; at least 1."""
    after: str | None = None
    """GitHub's own cursor, or the page's number over REST; None: from the beginning."""


@dataclass(slots=True, kw_only=True)
class Position:
    """What a listing has read."""

    since: datetime | None = None
    """As in the listing; a position of a sweep is no good for another kind."""
    anonymous: bool = False
    named: str | None = None
    """The last of the repositories that were asked for by name, in the order of their keys."""
    done: set[str] = field(default_factory=set)
    """Owners that were read to their end, or cannot be read; by key."""
    open: list[Stream] = field(default_factory=list)
    total: int = 0
    """Repositories of all owners whose total is known."""

    def after(self, repositories: Sequence[str]) -> list[str]:
        """Give those of some repositories, in the order of their keys, that are still to come."""
        return [r for r in repositories if self.named is None or key(r) > self.named]

    def text(self) -> str:
        """Write the position down."""
        return json.dumps(
            {
                "version": _VERSION,
                "since": self.since.isoformat() if self.since else None,
                "anonymous": self.anonymous,
                "named": self.named,
                "done": sorted(self.done),
                "open": [[s.login, s.order.value, s.left, s.after] for s in self.open],
                "total": self.total,
            },
            separators=(",", ":"),
        )


def position(text: str | None, since: datetime | None, *, anonymous: bool) -> Position:
    """Read a position; the beginning, where the text is of another kind of listing.

    An incremental listing that is resumed looks as far back as when it was begun.
    """
    fresh = Position(since=since, anonymous=anonymous)
    if text is None:
        return fresh
    try:
        told = json.loads(text)
        began = moment(told["since"])
        if told["version"] != _VERSION or told["anonymous"] is not anonymous:
            return fresh
        if (began is None) is not (since is None):
            return fresh
        return Position(
            since=min(began, since) if began and since else None,
            anonymous=anonymous,
            named=told["named"],
            done=set(told["done"]),
            open=[Stream(o[0], Order(o[1]), max(1, int(o[2])), o[3]) for o in told["open"]],
            total=int(told["total"]),
        )
    except (ValueError, KeyError, TypeError, IndexError):
        return fresh


def key(path: str) -> str:
    """Give the text by which logins and paths are compared: GitHub does not mind the case."""
    return path.casefold()


def unique(paths: Iterable[str]) -> list[str]:
    """Drop what names the same thing twice; the first spelling stays."""
    first: dict[str, str] = {}
    for path in paths:
        first.setdefault(key(path), path)
    return list(first.values())
