# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a crawl will cost. Pure."""

from collections.abc import Mapping, Sequence
from math import ceil

from connectors.gitlab.graph import FEWEST_GROUPS, MOST_GROUPS, MOST_IDS, MOST_PATHS
from connectors.gitlab.places import outermost
from harvester.ports.listing import Estimate, Scope, ScopeKind, Size

_PAGE = 100
_VITALITY = 20
"""Repositories that the core asks about together."""
_REMARK = "pages of 100 projects over GraphQL; texts of new files come on top, 100 a request"


_AS_MEMBER = "; what the token's account is a member of is asked for once more without the token"


def estimate(scope: Scope, size: Size, *, with_token: bool) -> Estimate:
    """Predict the cost of the next crawl from what the catalogue knows.

    A first crawl brings the files with its pages. Later ones ask for texts where blob ids are new;
    how many will be is a guess from how many lately were.
    """
    exact = not size.first
    if scope.kind is ScopeKind.INSTANCE:
        pages = _listing(
            size.repositories, None if size.moved is None else sum(size.moved.values())
        )
    elif scope.kind is ScopeKind.REPOSITORIES:
        pages, exact = max(1, ceil(len(scope.paths) / MOST_PATHS)), True
    else:
        pages = _of_owners(outermost(scope.paths), size)
    texts = 0 if size.first else ceil(size.changed / MOST_IDS)
    return Estimate(
        graphql=pages + texts + ceil(size.vitality_due / _VITALITY),
        rest=(1 if with_token else 0) + size.topics + size.vitality_due,
        exact=exact and not with_token,
        remark=_REMARK + (_AS_MEMBER if with_token else ""),
    )


def _of_owners(paths: Sequence[str], size: Size) -> int:
    """Count the pages of owners; which of several moved is asked for together."""
    if size.moved is None:
        return sum(_listing(_below(path, size.by_owner), None) for path in paths)
    moved = {path: _below(path, size.moved) for path in paths}
    together = len(paths) >= FEWEST_GROUPS
    probes = ceil(len(paths) / MOST_GROUPS) if together else 0
    return probes + sum(
        _listing(_below(path, size.by_owner), number)
        for path, number in moved.items()
        if number or not together
    )


def _listing(projects: int, moved: int | None) -> int:
    """Count the pages of a place; an empty one takes a request too.

    Newest first, the listing ends with the first page on which nothing moved.
    """
    whole = max(1, ceil(projects / _PAGE))
    return whole if moved is None else min(whole, ceil(moved / _PAGE) + 1)


def _below(path: str, owners: Mapping[str, int]) -> int:
    """Add up what lies in a group and its subgroups."""
    place = path.casefold()
    return sum(
        count for owner, count in owners.items() if f"{owner.casefold()}/".startswith(f"{place}/")
    )
