# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How often a repository is looked at that costs a request of its own; ``docs/revisits.md``.

Where a listing tells what moved, quiet repositories cost nothing. Where each has to be asked, by a
request of its own, each has an interval of its own: doubled where a look found nothing new, halved
where it did, between the pause of its source and :data:`CEILING`.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from harvester.model import ItemStatus
from harvester.ports.catalogue import Catalogue
from harvester.ports.connector import AsksForEach, Connector
from harvester.ports.listing import Scope
from harvester.ports.rows import Item, RevisitRow
from harvester.urls import url_key

CEILING = timedelta(days=16)
"""No repository rests for longer, unless its source itself is crawled less often."""
_SPREAD = 0.25
"""Share of what an interval has above the floor by which it is cut, so that repositories which
came on one day do not come back on one day."""
_CHANGED = (ItemStatus.ADDED, ItemStatus.UPDATED, ItemStatus.GONE)
_LOOKED = (*_CHANGED, ItemStatus.UNCHANGED, ItemStatus.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Between which intervals a source's repositories are looked at."""

    floor: timedelta
    """The usual pause between two crawls of the source."""
    ceiling: timedelta = CEILING

    def interval(self, before: timedelta | None, *, served: bool, changed: bool) -> timedelta:
        """Give the interval after a look.

        Args:
            before: the interval until then; None at the first look.
            served: whether as long had passed since the look before; a look that came early,
                because somebody asked for it, tells nothing of how long nothing changes.
            changed: whether it found something new.
        """
        if before is None:
            return self.floor
        after = before
        if changed:
            after = before / 2
        elif served:
            after = before * 2
        return max(self.floor, min(after, self.ceiling))

    def rest(self, row: RevisitRow) -> timedelta:
        """Say how long after its last look a repository rests: its interval, less its share.

        The share is made of the repository and the look, the same whenever it is asked for.
        """
        room = max(timedelta(0), min(row.interval, self.ceiling) - self.floor)
        digest = hashlib.sha256(f"{row.repository_id} {row.looked_at.isoformat()}".encode())
        share = int.from_bytes(digest.digest()[:4]) / 2**32
        return self.floor + room * (1 - _SPREAD * share)

    def is_due(self, row: RevisitRow, now: datetime) -> bool:
        """Say whether a crawl that begins now looks at a repository.

        One whose interval is the floor is looked at by every crawl. The others by the crawl that
        is nearest to when their rest ends. A look that lies ahead was written by a clock that ran
        ahead.
        """
        passed = now - row.looked_at
        if row.interval <= self.floor or passed < timedelta(0):
            return True
        return passed + self.floor / 2 >= self.rest(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisits:
    """What is remembered of the looks at a source's repositories.

    Args:
        rhythm: of the source.
        rows: by repository id.
        urls: canonical addresses of those repositories that nothing speaks against leaving at
            rest, by repository id.
    """

    rhythm: Rhythm
    rows: Mapping[str, RevisitRow]
    urls: Mapping[str, str]

    def resting(self, base: str, paths: Collection[str], now: datetime) -> frozenset[str]:
        """Give those of the paths below a forge that a crawl which begins now need not ask for."""
        at_rest = {
            url_key(url)
            for key, url in self.urls.items()
            if not self.rhythm.is_due(self.rows[key], now)
        }
        return frozenset(path for path in paths if _key(base, path) in at_rest)

    def next_due(self, now: datetime) -> datetime | None:
        """Say when the first of those that rest is due; None where none rests."""
        rests = (row for row in self.rows.values() if not self.rhythm.is_due(row, now))
        return min((row.looked_at + self.rhythm.rest(row) for row in rests), default=None)

    def until(self, repository_id: str, now: datetime) -> datetime | None:
        """Say until when a repository rests; None where it does not."""
        row = self.rows.get(repository_id)
        if row is None or repository_id not in self.urls or self.rhythm.is_due(row, now):
            return None
        return row.looked_at + self.rhythm.rest(row)

    def after(self, items: Iterable[Item], began: datetime) -> tuple[RevisitRow, ...]:
        """Give the rows that follow from what a crawl did.

        A look that failed tells nothing: the repository is due as it was before.

        Args:
            items: of one page.
            began: when the crawl did; all its looks count from then.
        """
        looks: dict[str, bool | None] = {}
        for item in items:
            key = item.repository_id
            if key is not None:
                sure = item.status in _LOOKED and looks.get(key, False) is not None
                looks[key] = (looks.get(key) or item.status in _CHANGED) if sure else None
        return tuple(
            self._looked(key, began, changed=changed)
            for key, changed in sorted(looks.items())
            if changed is not None
        )

    def _looked(self, key: str, began: datetime, *, changed: bool) -> RevisitRow:
        row = self.rows.get(key)
        if row is None:
            first = self.rhythm.interval(None, served=False, changed=changed)
            return RevisitRow(repository_id=key, looked_at=began, interval=first)
        served = self._served(row, began)
        interval = self.rhythm.interval(row.interval, served=served, changed=changed)
        return RevisitRow(repository_id=key, looked_at=began, interval=interval)

    def _served(self, row: RevisitRow, began: datetime) -> bool:
        """Say whether a rest is over, or all but."""
        return began - row.looked_at + self.rhythm.floor / 2 >= self.rhythm.rest(row)


def remembered(catalogue: Catalogue, source: str, every: timedelta) -> Revisits:
    """Ask the catalogue for the looks at a source's repositories.

    Args:
        catalogue: is asked.
        source: its name.
        every: the usual pause between two crawls of it.
    """
    found = catalogue.revisits(source)
    return Revisits(
        rhythm=Rhythm(floor=every, ceiling=max(every, CEILING)),
        rows={row.repository_id: row for row, _ in found},
        urls={row.repository_id: url for row, url in found if url is not None},
    )


def asks_for_each(connector: Connector, scope: Scope) -> bool:
    """Say whether a listing costs a request for each repository of a scope."""
    return isinstance(connector, AsksForEach) and connector.asks_for_each(scope)


def _key(base: str, path: str) -> str:
    """Write a path as the settings name it in the way that addresses are compared."""
    return url_key(f"{base}/{path.strip('/').removesuffix('.git')}")
