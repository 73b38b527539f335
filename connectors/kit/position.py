# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where a listing stands, as text that a later run goes on from. Pure.

It names what is done and what is under way, not what is left: that follows from the scope of the
day, so that a changed list of owners or another order of visits do no harm.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from harvester.ports.errors import SourceError
from harvester.ports.listing import Scope, ScopeKind

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a listing has come."""

    since: datetime | None = None
    """As in the listing; a position of a sweep is no good for another kind."""
    named: str | None = None
    """The last of the repositories that were asked for by name, in the order of their keys."""
    done: tuple[str, ...] = ()
    """Keys of the owners that were read to their ends, or cannot be read."""
    owner: str | None = None
    """Key of the owner that is being read."""
    after: str | None = None
    """Where the next page begins, of that owner or of the whole forge: the forge's own text."""

    def text(self) -> str:
        """Write it down as a cursor."""
        told = {
            "since": self.since.isoformat() if self.since else None,
            "named": self.named,
            "done": list(self.done),
            "owner": self.owner,
            "after": self.after,
        }
        return json.dumps({k: v for k, v in told.items() if v}, separators=(",", ":"))


def position(cursor: str | None, since: datetime | None) -> Position:
    """Read a cursor; what is none, or of another kind of listing, is the beginning.

    An incremental listing that is resumed looks as far back as when it was begun.
    """
    fresh = Position(since=since)
    if cursor is None:
        return fresh
    try:
        told = json.loads(cursor)
        began = datetime.fromisoformat(told["since"]) if "since" in told else None
        if (began is None) is not (since is None):
            return fresh
        return Position(
            since=min(began, since) if began and since else None,
            named=_text(told.get("named")),
            done=tuple(str(owner) for owner in told.get("done", ())),
            owner=_text(told.get("owner")),
            after=_text(told.get("after")),
        )
    except (ValueError, TypeError, AttributeError):
        return fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A scope, sorted out."""

    owners: tuple[str, ...]
    """The least recently visited first."""
    repositories: tuple[str, ...]
    """``owner/name``, in the order of their keys."""


def named(scope: Scope, visited: Mapping[str, datetime], source: str) -> Named:
    """Sort a scope's paths out: one segment is an owner, two are a repository.

    Raises:
        SourceError: a path is of another kind than the scope.
    """
    owners, repositories = [], []
    for path in scope.paths:
        segments = path.strip("/").split("/")
        match scope.kind, len(segments):
            case ((ScopeKind.OWNERS | ScopeKind.ADDRESSES), 1):
                owners.append(segments[0])
            case ((ScopeKind.REPOSITORIES | ScopeKind.ADDRESSES), n) if n > 1:
                repositories.append("/".join(segments[:2]))
            case _:
                wanted = "an owner" if scope.kind is ScopeKind.OWNERS else "owner/name"
                raise SourceError(
                    f"source {source}: {path!r} is not {wanted}; here owners have"
                    " repositories, and no groups below them. Correct it in the configuration"
                )
    times = {key(path): time for path, time in visited.items()}
    return Named(
        owners=tuple(sorted(_unique(owners), key=lambda name: times.get(key(name), _NEVER))),
        repositories=tuple(sorted(_unique(repositories), key=key)),
    )


def counts(scope: Scope, by_owner: Mapping[str, int]) -> dict[str, int]:
    """Give, by key, what is counted of each owner of a scope; of one that is not known, nothing."""
    known = {key(owner): count for owner, count in by_owner.items()}
    owners = _unique(scope.paths)
    return {key(owner): known.get(key(owner), 0) for owner in owners}


def key(path: str) -> str:
    """Give the text by which names are compared: the forge does not mind the case."""
    return path.casefold()


def _text(told: object) -> str | None:
    if told is not None and not isinstance(told, str):
        raise TypeError("a cursor holds texts")
    return told


def _unique(paths: Iterable[str]) -> list[str]:
    first: dict[str, str] = {}
    for path in paths:
        first.setdefault(key(path), path)
    return list(first.values())
