# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a sweep will cost. Pure."""

from math import ceil

from connectors.github.details import BATCH
from connectors.github.streams import MOST_OWNERS
from harvester.model import Estimate, Scope, ScopeKind, Size

_PAGE = 100


def estimate(scope: Scope, size: Size, *, anonymous: bool) -> Estimate:
    """Predict the cost of a sweep from what the catalogue knows.

    Where nothing is known, the least: a page for everything that is named.
    """
    named = len(scope.paths)
    by_name = scope.kind is ScopeKind.REPOSITORIES
    known = not size.first and bool(size.largest_owners or by_name)
    if anonymous:
        return _anonymous(size, named, by_name=by_name, known=known)
    owners = 0 if by_name else max(named, size.owners)
    pages = _pages(size, owners) if owners else ceil(named / _PAGE)
    texts = ceil(size.files / BATCH) if size.first else 0
    queries = ceil(owners / MOST_OWNERS) + pages + texts
    return Estimate(
        graphql=queries,
        points=queries,
        exact=known,
        remark=None if known else "the owners' repositories were never counted",
    )


def _pages(size: Size, owners: int) -> int:
    """Count pages: each full, but of no more than so many owners."""
    known = [n for n in size.largest_owners if n]
    rest = max(0, size.repositories - sum(known))
    unknown = max(0, owners - len(size.largest_owners))
    pages = room = places = 0
    for repositories in [*known, *([1] * unknown), max(0, rest - unknown)]:
        left = repositories
        while left:
            if not room or not places:
                pages, room, places = pages + 1, _PAGE, MOST_OWNERS
            taken = min(left, room)
            left, room, places = left - taken, room - taken, places - 1
    return max(pages, 1)


def _anonymous(size: Size, named: int, *, by_name: bool, known: bool) -> Estimate:
    rest = named
    if not by_name:
        listed = [ceil(n / _PAGE) or 1 for n in size.largest_owners]
        rest = sum(listed) + max(0, max(named, size.owners) - len(listed))
    raw = 2 * size.repositories - size.files if size.first else 0
    return Estimate(
        rest=rest,
        raw=raw,
        exact=False,
        remark=(
            "without a token: 60 requests an hour; files are read where something was pushed"
            + ("" if known else "; the owners' repositories were never counted")
        ),
    )
