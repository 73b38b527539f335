# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which owners and which repositories a scope names. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.github.cursor import key, unique
from harvester.ports.errors import SourceError
from harvester.ports.listing import Scope, ScopeKind

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A scope, sorted out."""

    owners: tuple[str, ...]
    repositories: tuple[str, ...]
    """``owner/name``, in the order of their keys."""


def named(scope: Scope, source: str) -> Named:
    """Sort a scope's paths out: on GitHub one segment is an owner, two are a repository.

    Raises:
        SourceError: the scope is not one that GitHub can be asked about.
    """
    if scope.kind is ScopeKind.INSTANCE:
        raise SourceError(
            f"source {source}: a GitHub is not listed as a whole; give it owners, repositories"
            ' or publishers instead of scope = "instance"'
        )
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
                raise SourceError(f"source {source}: {path!r} is not {wanted} on a GitHub")
    return Named(
        owners=tuple(unique(owners)),
        repositories=tuple(sorted(unique(repositories), key=key)),
    )


def by_visit(owners: tuple[str, ...], recent: Mapping[str, datetime]) -> list[str]:
    """Order owners: the one that was least recently read to its end first, the unread before."""
    visits = {key(path): at for path, at in recent.items()}
    return sorted(owners, key=lambda owner: visits.get(key(owner), _NEVER))
