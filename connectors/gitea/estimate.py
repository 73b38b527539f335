# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a crawl will cost. Pure."""

from math import ceil

from connectors.gitea.overlap import MOST, pages
from connectors.kit import counts
from harvester.ports.listing import Estimate, Scope, ScopeKind, Size

_REMARK = (
    "pages of up to 50 repositories; where something moved, 1 request a repository and 2 more where"
    " it has a file"
)


def estimate(scope: Scope, size: Size, *, with_token: bool) -> Estimate:
    """Predict the cost of the next crawl from what the catalogue knows.

    A first crawl reads each repository; how many will have moved later is a guess.
    """
    exact = not size.first
    if scope.kind is ScopeKind.REPOSITORIES:
        listed = (
            len(scope.paths) - size.resting + len({path.partition("/")[0] for path in scope.paths})
        )
    elif scope.kind is ScopeKind.INSTANCE:
        moved = None if size.moved is None else sum(size.moved.values())
        listed = max(1, ceil(size.owners / MOST)) + _listing(size.repositories, moved)
    else:
        # an organisation is found by one request, a user by two
        known, moving = counts(scope, size.by_owner), counts(scope, size.moved or {})
        listed = sum(
            1 + _listing(known[owner], None if size.moved is None else moving[owner])
            for owner in known
        )
        exact = False
    read = size.repositories if size.first else size.changed
    share = size.files / size.repositories if size.repositories else 0
    return Estimate(
        rest=listed + read + 2 * round(read * share) + with_token,
        exact=exact and not read,
        remark=_REMARK,
    )


def _listing(repositories: int, moved: int | None) -> int:
    """Count the pages of a listing, and the question how large they may be.

    Newest first, the listing ends with the first page on which something old stands.
    """
    whole = pages(repositories)
    if moved is not None:
        return min(whole, moved // MOST + 1)
    return whole + (whole > 1)
