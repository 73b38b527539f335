# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Keyset pages: a cursor holds the sort keys of the last item, so that pages survive changes."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.forges.world import Repository

LARGEST = 100


@dataclass(frozen=True, slots=True)
class Order:
    """An order of repositories, with the values that a cursor keeps."""

    name: str
    keys: Callable[[Repository], tuple[Any, ...]]
    """Values that JSON can hold and that sort in Python; the last is the id."""
    descending: bool


ID_ASC = Order("id_asc", lambda r: (r.id,), descending=False)
ID_DESC = Order("id_desc", lambda r: (r.id,), descending=True)
ACTIVITY_DESC = Order(
    "latest_activity_desc", lambda r: (r.activity_at.isoformat(), r.id), descending=True
)
ORDERS = {order.name: order for order in (ID_ASC, ID_DESC, ACTIVITY_DESC)}


class BadCursorError(ValueError):
    """A cursor that was not given by this order."""


@dataclass(frozen=True, slots=True)
class Slice:
    """One page."""

    items: tuple[Repository, ...]
    total: int
    start: str | None
    end: str | None
    has_next: bool
    has_previous: bool


def cursor(order: Order, repository: Repository) -> str:
    """Make the cursor of an item."""
    return base64.b64encode(json.dumps([order.name, *order.keys(repository)]).encode()).decode()


def page(
    repositories: Sequence[Repository], order: Order, *, first: int | None, after: str | None
) -> Slice:
    """Cut a page of at most a hundred items.

    Raises:
        BadCursorError: the cursor belongs to another order, or is none.
    """
    ordered = sorted(repositories, key=order.keys, reverse=order.descending)
    size = min(LARGEST if first is None else first, LARGEST)
    rest = ordered
    if after:
        keys = _read(after, order)
        rest = [
            r
            for r in ordered
            if (order.keys(r) < keys if order.descending else order.keys(r) > keys)
        ]
    items = tuple(rest[:size])
    return Slice(
        items=items,
        total=len(ordered),
        start=cursor(order, items[0]) if items else None,
        end=cursor(order, items[-1]) if items else None,
        has_next=len(rest) > size,
        has_previous=len(rest) < len(ordered),
    )


def _read(text: str, order: Order) -> tuple[Any, ...]:
    try:
        name, *keys = json.loads(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise BadCursorError("Please provide a valid cursor") from error
    if name != order.name:
        raise BadCursorError("Please provide a valid cursor")
    return tuple(keys)
