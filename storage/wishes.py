# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Keeps wishes until the daemon takes them: fulfils :class:`harvester.ports.wishes.WishBox`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from harvester.ports.wishes import FORGOTTEN_AFTER, MOST, Answer
from storage.engine import Store
from storage.tables import wish


class StoredWishes:
    """Wishes in an open database with the newest schema."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def leave(self, source: str, path: str, now: datetime) -> Answer:
        """Leave a wish, unless it or too many others wait."""
        key = {"source": source, "path_key": path.casefold()}
        with self._store.writing() as connection:
            connection.execute(delete(wish).where(wish.c.left_at <= now - FORGOTTEN_AFTER))
            there = select(wish.c.path).filter_by(**key)
            if connection.execute(there).first() is not None:
                return Answer.WAITING
            if connection.execute(select(func.count()).select_from(wish)).scalar_one() >= MOST:
                return Answer.FULL
            connection.execute(insert(wish).values(**key, path=path, left_at=now))
        return Answer.TAKEN

    def take(self, now: datetime) -> Sequence[tuple[str, str]]:
        """Take all wishes; asks for no lock where there are none."""
        with self._store.reading() as connection:
            if connection.execute(select(wish.c.source).limit(1)).first() is None:
                return ()
        with self._store.writing() as connection:
            found = connection.execute(
                select(wish).order_by(wish.c.left_at, wish.c.source, wish.c.path_key)
            ).all()
            connection.execute(delete(wish))
        return tuple((row.source, row.path) for row in found if row.left_at > now - FORGOTTEN_AFTER)
