# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who may write over the API: bearer tokens, as the catalogue keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Scope(StrEnum):
    """What a token lets its bearer do; reading the catalogue needs none."""

    SOFTWARE = "software"
    """Write entries."""
    PUBLISHERS = "publishers"
    """Write public bodies, in catalogs too."""
    CATALOGS = "catalogs"
    """Write catalogs themselves."""
    LOGS = "logs"
    """Write logs, of whatever they are."""
    ANALYSIS = "analysis"
    """Write analyses, of entries and catalogs."""
    WEBHOOKS = "webhooks"
    """Write webhooks, and read them."""
    ALL = "all"
    """All of that, and what comes later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One bearer token; its secret is nowhere, but for its hash."""

    id: str
    """Twelve hex digits, which the bearer's text has in it."""
    name: str
    """Of whoever it was made for; among those that were not revoked, it is the only one."""
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    """From then on it opens nothing; None: never."""
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    """To within an hour: using a token does not write each time."""


class Tokens(Protocol):
    """Keeps tokens. Its methods may run in any thread, and can raise ``CatalogueError``."""

    def create(self, token: Token, digest: str) -> bool:
        """Keep a new one with the SHA-256 of its secret in hex; False if its name is in use."""
        ...

    def tokens(self) -> Sequence[Token]:
        """Give all there ever were, by the time when they were made."""
        ...

    def find(self, token_id: str) -> tuple[Token, str] | None:
        """Give one with the SHA-256 of its secret: one cheap read."""
        ...

    def revoke(self, name_or_id: str, now: datetime) -> Token | None:
        """Let one open nothing from now on, and give it; None if no live one is called so."""
        ...

    def used(self, token_id: str, now: datetime) -> None:
        """Note that one was used."""
        ...
