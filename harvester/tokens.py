# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Bearer tokens: how they are made, written and told from others. Pure, but for chance.

A token is ``harvester_ID_SECRET``: a prefix by which scanners of repositories know a leaked one, an
id that is no secret, and 256 random bits. Of the secret only its SHA-256 is kept. The slow hashes
that passwords want are there because people choose passwords that can be guessed; nobody guesses
256 random bits, however fast a guess is, and each request would wait for the slow hash.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from harvester.ports.tokens import Scope, Token

_WRITTEN = re.compile(r"harvester_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_SECRET_BYTES = 32
_ID_BYTES = 6
_USE_IS_NOTED_EVERY = timedelta(hours=1)


class Shown(NamedTuple):
    """A token as its bearer shows it."""

    id: str
    secret: str


def mint(
    name: str, scopes: frozenset[Scope], now: datetime, expires_at: datetime | None
) -> tuple[Token, str, str]:
    """Make a token; give it, the text that its bearer is to show, and the digest to keep."""
    token = Token(
        id=secrets.token_hex(_ID_BYTES),
        name=name,
        scopes=scopes,
        created_at=now,
        expires_at=expires_at,
    )
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return token, f"harvester_{token.id}_{secret}", digest_of(secret)


def digest_of(secret: str) -> str:
    """Give what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def shown(text: str) -> Shown | None:
    """Read what a bearer shows; None if it is no token of harvester's."""
    found = _WRITTEN.fullmatch(text)
    return None if found is None else Shown(found[1], found[2])


def is_of(secret: str, digest: str) -> bool:
    """Say whether a secret is the one that was hashed; takes as long for each that is not."""
    return hmac.compare_digest(digest_of(secret), digest)


def trouble(token: Token, now: datetime) -> str | None:
    """Say why a token opens nothing; None if it does."""
    if token.revoked_at is not None:
        return "it was revoked"
    if token.expires_at is not None and now >= token.expires_at:
        return "it has expired"
    return None


def allows(token: Token, scope: Scope) -> bool:
    """Say whether a token has a scope."""
    return bool(token.scopes & {scope, Scope.ALL})


def is_use_to_note(token: Token, now: datetime) -> bool:
    """Say whether the last noted use is long enough ago that another one is worth a write."""
    return token.last_used_at is None or now - token.last_used_at >= _USE_IS_NOTED_EVERY
