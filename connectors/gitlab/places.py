# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where projects are listed, in which order, and how a cursor keeps the way. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from harvester.model import Sighting
from harvester.ports.listing import Failure

_NEVER = datetime.min.replace(tzinfo=UTC)


class PlaceKind(StrEnum):
    """What has a listing of its own."""

    INSTANCE = "instance"
    GROUP = "group"
    """With all its subgroups."""
    USER = "user"


@dataclass(frozen=True, slots=True)
class Place:
    """Something whose projects can be listed."""

    kind: PlaceKind
    path: str = ""
    """Full path; empty for the instance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One page of one place."""

    sightings: tuple[Sighting, ...] = ()
    skipped: int = 0
    hidden: tuple[str, ...] = ()
    """Ids of those that were skipped, as far as they were told."""
    failures: tuple[Failure, ...] = ()
    after: str | None = None
    """Where the next page of this place begins; None: this was the last."""
    total: int | None = None


class Api(StrEnum):
    """Which API an ``after`` belongs to; neither understands the other's."""

    GRAPHQL = "graphql"
    REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a listing has come: what a cursor says.

    It names owners by path and holds those that are done, so that it means the same whatever the
    order of the owners would be by now.
    """

    looked_up: int = 0
    """How many of the paths have been looked up as projects."""
    done: tuple[str, ...] = ()
    """Paths of the owners that were read to their ends."""
    owner: str | None = None
    """Path of the owner that is being read."""
    kind: PlaceKind | None = None
    """What that owner turned out to be."""
    api: Api | None = None
    after: str | None = None

    def text(self) -> str:
        """Write it down as a cursor."""
        told = {
            "looked_up": self.looked_up,
            "done": list(self.done),
            "owner": self.owner,
            "kind": self.kind,
            "api": self.api,
            "after": self.after,
        }
        return json.dumps({k: v for k, v in told.items() if v}, separators=(",", ":"))


def position(cursor: str | None) -> Position:
    """Read a cursor; None, and what is none, is the beginning: that costs requests, not data."""
    try:
        told = json.loads(cursor or "{}")
        return Position(
            looked_up=int(told.get("looked_up", 0)),
            done=tuple(str(path) for path in told.get("done", ())),
            owner=told.get("owner"),
            kind=PlaceKind(told["kind"]) if "kind" in told else None,
            api=Api(told["api"]) if "api" in told else None,
            after=told.get("after"),
        )
    except (ValueError, TypeError, AttributeError):
        return Position()


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """Leave out doubles, and what lies below another path and is read with it."""
    given: dict[str, str] = {}
    for path in paths:
        given.setdefault(path.strip("/").casefold(), path.strip("/"))
    return tuple(
        path
        for key, path in given.items()
        if not any(key.startswith(other + "/") for other in given)
    )


def in_turn(paths: Iterable[str], visited: Mapping[str, datetime]) -> tuple[str, ...]:
    """Put the least recently visited first; those never visited keep their order before them."""
    times = {path.casefold(): time for path, time in visited.items()}
    return tuple(sorted(paths, key=lambda path: times.get(path.casefold(), _NEVER)))
