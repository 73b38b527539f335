# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""One open transaction of a crawl: rows, what was seen, the cursor and the changes together."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from harvester.model import Change, ItemStatus
from harvester.ports.crawls import CrawlEnd, OpenCrawl, PageMark
from harvester.ports.errors import LeaseLostError, RefusedRowError
from harvester.ports.listing import Spent
from harvester.ports.rows import Item, Keys, Stored, Writes
from storage import closure, crawls, feed, history, revisits, rows
from storage.engine import Store
from storage.faults import refusal_of
from storage.lease import readable
from storage.tables import crawl, crawl_item, lease, owner_visit, seen
from storage.writing import Writer

_ANALYSED_AFTER = (5, 50)
"""Pages of a source's first crawl."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Progress:
    """What is written last, and what a savepoint takes back."""

    cursor: str | None
    listed: bool
    clean: bool
    pages: int
    items: Mapping[str, int]
    changes: tuple[Change, ...] = ()
    end: CrawlEnd | None = None


@contextmanager
def refusing() -> Iterator[None]:
    """Tell apart what the database will not take.

    Raises:
        RefusedRowError: it will not take one of the rows that were written inside.
    """
    try:
        yield
    except (SQLAlchemyError, ValueError, OverflowError) as error:
        reason = refusal_of(error)
        if reason is None:
            raise
        raise RefusedRowError(f"a row cannot be stored: {reason}") from error


class Page:
    """Fulfils :class:`harvester.ports.catalogue.PageTransaction`.

    Args:
        store: whose transaction it is.
        connection: in a transaction that no other writer comes between.
        opened: the crawl.
        now: the time.

    Raises:
        LeaseLostError: the source is no longer this crawl's.
    """

    def __init__(
        self, store: Store, connection: Connection, opened: OpenCrawl, now: datetime
    ) -> None:
        self.connection = connection
        self._store = store
        self._crawl = opened
        self._now = now
        self._writer = Writer(connection, store.dialect, opened)
        self._progress = self._held()

    def load(self, keys: Keys) -> Stored:
        """Read what the keys touch."""
        with self._store.translated():
            return closure.load(self.connection, self._store.dialect, keys)

    def write(self, writes: Writes, now: datetime) -> None:
        """Write the rows, all or none of them.

        Raises:
            RefusedRowError: the database will not take one of them.
        """
        if writes == Writes():
            return
        with self.savepoint():
            with refusing():
                self._writer.write(writes, now)
                self._keep(writes.items, now)
            self._progress = replace(
                self._progress, changes=self._progress.changes + writes.changes
            )

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Open a savepoint; an error inside rolls back to it."""
        before = self._progress
        with self._store.translated():
            try:
                with self.connection.begin_nested():
                    yield
            except BaseException:
                self._progress = before
                raise

    def mark(self, mark: PageMark) -> None:
        """Move the crawl on: what was seen, and the cursor; the last page has none."""
        number = self._progress.pages + 1
        with self._store.translated():
            if mark.seen:
                self.connection.execute(
                    insert(seen),
                    {
                        "crawl_id": self._crawl.id,
                        "number": number,
                        "at": self._now,
                        "ids": list(mark.seen),
                    },
                )
                history.see(self.connection, self._store.dialect, self._crawl.source, mark.seen)
            self._store.dialect.insert(
                self.connection,
                owner_visit,
                [
                    {"source": self._crawl.source, "path": path, "visited_at": self._now}
                    for path in mark.owners_read
                ],
                replace=True,
            )
            revisits.keep(self.connection, self._store.dialect, self._crawl.source, mark.revisits)
        self._progress = replace(
            self._progress,
            cursor=mark.cursor,
            listed=mark.cursor is None,
            clean=self._progress.clean and mark.clean,
            pages=number,
            items=Counter(self._progress.items) + Counter({ItemStatus.SKIPPED.value: mark.skipped}),
        )

    def finish(self, end: CrawlEnd) -> None:
        """End the crawl with this transaction."""
        self._progress = replace(self._progress, end=end)

    def flush(self) -> None:
        """Write what goes last: the crawl, the lease, and then the changes."""
        end = self._progress.end
        self.connection.execute(
            update(crawl)
            .where(crawl.c.id == self._crawl.id)
            .values(
                cursor=self._progress.cursor,
                listed=self._progress.listed,
                clean=self._progress.clean,
                pages=self._progress.pages,
                item_counts=dict(self._progress.items),
                progress_at=self._now,
                **({} if end is None else self._ended(end)),
            )
        )
        freed: dict[str, None] = {} if end is None else {"holder": None}
        self.connection.execute(
            update(lease)
            .where(lease.c.source == self._crawl.source)
            .values(progress_at=self._now, **freed)
        )
        if self._crawl.first and self._progress.pages in _ANALYSED_AFTER:
            self._store.dialect.analyse(self.connection)
        feed.append(self.connection, self._progress.changes, self._now)

    def _held(self) -> _Progress:
        """Read where the crawl stands, if the source is still its own."""
        row = self.connection.execute(
            select(
                lease.c.fence,
                lease.c.holder,
                crawl.c.cursor,
                crawl.c.listed,
                crawl.c.clean,
                crawl.c.pages,
                crawl.c.item_counts,
            )
            .join_from(lease, crawl, lease.c.source == crawl.c.source)
            .where(crawl.c.id == self._crawl.id)
        ).one_or_none()
        if row is None or row.holder is None or row.fence != self._crawl.fence:
            taker = row.holder if row is not None else None
            who = f"{readable(taker)} took it over" if taker else "the crawl has ended"
            raise LeaseLostError(
                f"source {self._crawl.source} is no longer crawled by this process: {who}; "
                "nothing of this page was stored"
            )
        return _Progress(
            cursor=row.cursor,
            listed=row.listed,
            clean=row.clean,
            pages=row.pages,
            items=row.item_counts,
        )

    def _keep(self, items: tuple[Item, ...], now: datetime) -> None:
        """Count items, and keep those that tell more than ``unchanged``."""
        first = sum(self._progress.items.values()) + 1
        self._store.dialect.insert(
            self.connection,
            crawl_item,
            [
                {
                    "crawl_id": self._crawl.id,
                    "number": number,
                    "at": now,
                    **rows.item_values(item),
                }
                for number, item in enumerate(items, first)
                if item.status is not ItemStatus.UNCHANGED
            ],
            replace=False,
        )
        counts = Counter(item.status.value for item in items)
        self._progress = replace(self._progress, items=Counter(self._progress.items) + counts)

    def _ended(self, end: CrawlEnd) -> dict[str, Any]:
        """Conclude the books, and give the crawl's last columns."""
        opened = self._crawl
        row = self.connection.execute(select(crawl).where(crawl.c.id == opened.id)).one()
        if row.partial or end.status in history.ENDED:
            crawls.rest(self.connection, opened.id, self._now)
        if not row.partial and end.status in history.ENDED:
            if row.sweep and end.status == history.COMPLETE:
                history.miss(self.connection, self._store.dialect, opened, end.doubtful, self._now)
            history.forget(self.connection, opened)
        return {
            "status": end.status,
            "ended_at": self._now,
            "error": end.error,
            "not_before": end.not_before,
            "spent": _sum(row.spent, end.spent),
        }


def _sum(before: Mapping[str, Any], spent: Spent) -> dict[str, Any]:
    """Add what a run spent to what the runs before it did; what is left is left of the last."""
    return {
        name: value if name == "budget_left" else value + (before.get(name) or 0)
        for name, value in asdict(spent).items()
    }
