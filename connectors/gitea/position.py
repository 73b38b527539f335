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

from connectors.gitea.overlap import Mark, Window
from harvester.model import Scope, ScopeKind
from harvester.ports.errors import SourceError

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
    mark: Mark | None = None
    """The page that comes next, of that owner or of the whole forge."""

    def text(self) -> str:
        """Write it down as a cursor."""
        mark = self.mark
        told = {
            "since": self.since.isoformat() if self.since else None,
            "named": self.named,
            "done": list(self.done),
            "owner": self.owner,
            "mark": [mark.window.page, mark.window.limit, mark.last] if mark else None,
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
        page, limit, last = told.get("mark") or (1, 1, 0)
        mark = Mark(Window(max(1, int(page)), max(1, int(limit))), int(last))
        return Position(
            since=min(began, since) if began and since else None,
            named=told.get("named"),
            done=tuple(str(owner) for owner in told.get("done", ())),
            owner=told.get("owner"),
            mark=mark if "mark" in told else None,
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
                    f"source {source}: {path!r} is not {wanted}; this forge knows no groups"
                    " within groups. Correct it in the configuration"
                )
    times = {key(path): time for path, time in visited.items()}
    return Named(
        owners=tuple(sorted(_unique(owners), key=lambda name: times.get(key(name), _NEVER))),
        repositories=tuple(sorted(_unique(repositories), key=key)),
    )


def key(path: str) -> str:
    """Give the text by which names are compared: the forge does not mind the case."""
    return path.casefold()


def _unique(paths: Iterable[str]) -> list[str]:
    first: dict[str, str] = {}
    for path in paths:
        first.setdefault(key(path), path)
    return list(first.values())
