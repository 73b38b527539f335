# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Bearer tokens in the catalogue's database: fulfils :class:`harvester.ports.tokens.Tokens`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update

from harvester.ports.tokens import Scope, Token
from storage.engine import Store
from storage.tables import token
from storage.types import KEY_LIMIT, is_holdable


class StoredTokens:
    """Tokens in an open database with the newest schema."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, made: Token, digest: str) -> bool:
        """Keep a new one; False if a live one has its name."""
        with self._store.writing() as connection:
            taken = select(token.c.id).where(
                token.c.name == made.name, token.c.revoked_at.is_(None)
            )
            if connection.execute(taken).first() is not None:
                return False
            connection.execute(
                insert(token).values(
                    id=made.id,
                    name=made.name,
                    digest=digest,
                    scopes=sorted(made.scopes),
                    created_at=made.created_at,
                    expires_at=made.expires_at,
                    revoked_at=made.revoked_at,
                    last_used_at=made.last_used_at,
                )
            )
        return True

    def tokens(self) -> Sequence[Token]:
        """Give all there ever were, by the time when they were made."""
        with self._store.reading() as connection:
            rows = connection.execute(select(token).order_by(token.c.created_at, token.c.id)).all()
        return [_token(row) for row in rows]

    def find(self, token_id: str) -> tuple[Token, str] | None:
        """Give one with the digest of its secret."""
        with self._store.reading() as connection:
            row = connection.execute(select(token).where(token.c.id == token_id)).one_or_none()
        return None if row is None else (_token(row), row.digest)

    def revoke(self, name_or_id: str, now: datetime) -> Token | None:
        """Let one open nothing from now on; an id goes before a name."""
        if not is_holdable(name_or_id, KEY_LIMIT):
            return None
        called = or_(token.c.id == name_or_id, token.c.name == name_or_id)
        live = select(token).where(called, token.c.revoked_at.is_(None))
        with self._store.writing() as connection:
            row = connection.execute(live.order_by((token.c.id == name_or_id).desc())).first()
            if row is None:
                return None
            connection.execute(update(token).where(token.c.id == row.id).values(revoked_at=now))
            return _token(connection.execute(select(token).where(token.c.id == row.id)).one())

    def used(self, token_id: str, now: datetime) -> None:
        """Note that one was used."""
        with self._store.writing() as connection:
            connection.execute(update(token).where(token.c.id == token_id).values(last_used_at=now))


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        scopes=frozenset(Scope(one) for one in row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
