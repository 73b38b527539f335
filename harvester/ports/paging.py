# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Parts of lists, by place and not by number: what comes and goes meanwhile moves nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an order by time: behind (or before) the row with this time and id.

    The row itself need not be there any more.
    """

    at: datetime
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which part of a list is asked for. With ``after`` and ``before``, ``after`` counts."""

    size: int
    """At least 1."""
    after: Place | None = None
    before: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice(Generic[T]):
    """A part of a list, in the list's order."""

    rows: tuple[T, ...]
    more: bool
    """Whether, in the direction that was asked for, there are rows beyond these."""
