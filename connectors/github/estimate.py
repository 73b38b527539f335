# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a crawl will cost. Pure."""

from collections.abc import Sequence
from math import ceil

from connectors.github.cursor import Order, Position
from connectors.github.details import BATCH
from connectors.github.streams import MOST_OWNERS, Agenda, pack
from connectors.github.vitality import BATCH as VITALITY_BATCH
from harvester.ports.listing import Estimate, Scope, ScopeKind, Size

_PAGE = 100


def estimate(scope: Scope, size: Size, *, anonymous: bool) -> Estimate:
    """Predict the cost of the next crawl from what the catalogue knows.

    Where nothing is known, the least: a page for everything that is named.
    """
    named = len(scope.paths)
    by_name = scope.kind is ScopeKind.REPOSITORIES
    known = not size.first and bool(size.largest_owners or by_name)
    if anonymous:
        return _anonymous(size, named, by_name=by_name, known=known)
    owners = 0 if by_name else max(named, size.owners)
    if by_name:
        pages = ceil(named / _PAGE)
    elif size.moved is None:
        pages = _pages(size, owners)
    else:
        pages = _news(tuple(size.moved.values()))
    texts = ceil((size.files if size.first else size.changed) / BATCH)
    vitality = ceil(size.vitality_due / VITALITY_BATCH)
    queries = ceil(owners / MOST_OWNERS) + pages + texts + vitality
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


def _news(moved: Sequence[int]) -> int:
    """Count the queries for what moved of each owner: in stretches that grow, by two orders."""
    agenda = Agenda((), Position())
    left: dict[tuple[str, Order], int] = {}
    for number, repositories in enumerate(moved):
        orders = (Order.PUSHED, Order.UPDATED)
        agenda.follow(str(number), orders)
        left |= dict.fromkeys(((str(number), order) for order in orders), repositories)
    queries = 0
    while agenda.streams:
        queries += 1
        for slot in pack(agenda.streams, _PAGE):
            stream = slot.stream
            left[stream.login, stream.order] -= slot.first
            if left[stream.login, stream.order] > 0:
                agenda.went_on(slot, "")
            else:
                agenda.ended(stream)
    return queries


def _anonymous(size: Size, named: int, *, by_name: bool, known: bool) -> Estimate:
    rest = named
    if not by_name:
        counts = size.largest_owners if size.moved is None else tuple(size.moved.values())
        listed = [ceil(n / _PAGE) or 1 for n in counts]
        rest = sum(listed) + max(0, max(named, size.owners) - len(listed))
    # where there is no publiccode.yml, a second request looks for the other name; where there is
    # one, whether the repository opts out
    raw = 2 * (size.repositories if size.first else size.changed)
    return Estimate(
        rest=rest + size.topics,
        raw=raw,
        exact=False,
        remark=(
            "without a token: 60 requests an hour; files are read where something was pushed"
            + ("" if known else "; the owners' repositories were never counted")
        ),
    )
