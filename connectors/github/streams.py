# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What is still to be read of the owners, and how it is packed into queries. Pure."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from connectors.github.cursor import Order, Position, Stream, key

MOST_OWNERS = 50
"""Owners that one query asks about at most; more of them time out."""
_FIRST_GUESS = 10
"""How many moved repositories an owner is asked for at first; then ever more."""
_MOST = 100


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of one stream, as one query asks for it."""

    stream: Stream
    first: int


def pack(streams: Sequence[Stream], size: int) -> list[Slot]:
    """Fill a query: stretches of one stream after the other, up to so many repositories."""
    slots, room = [], size
    for stream in streams[:MOST_OWNERS]:
        if room < 1:
            break
        first = min(stream.left, room, _MOST)
        slots.append(Slot(stream, first))
        room -= first
    return slots


class Agenda:
    """The owners that nobody has asked about yet, and the streams of those that have been."""

    def __init__(self, owners: Iterable[str], position: Position) -> None:
        self.position = position
        wanted = {key(owner) for owner in owners}
        position.open = [s for s in position.open if key(s.login) in wanted]
        begun = position.done | {key(s.login) for s in position.open}
        self._unasked = deque(owner for owner in owners if key(owner) not in begun)

    @property
    def streams(self) -> list[Stream]:
        """What is under way, in the order in which it is read."""
        return self.position.open

    def is_over(self) -> bool:
        """Say whether nothing is left."""
        return not self._unasked and not self.streams

    @property
    def owners_left(self) -> int:
        """How many owners were not read to their end."""
        return len(self._unasked) + len({key(s.login) for s in self.streams})

    @property
    def total(self) -> int | None:
        """Repositories of all owners, once each was asked about."""
        return None if self._unasked or self.position.since else self.position.total

    def hungry(self, size: int) -> bool:
        """Say whether the next query has room for owners that nobody has asked about yet."""
        expected = sum(s.left for s in self.streams)
        return bool(self._unasked) and expected < size and len(self.streams) < MOST_OWNERS

    def unasked(self) -> list[str]:
        """Give the owners to ask about next."""
        return list(self._unasked)[:MOST_OWNERS]

    def asked(self, owners: int) -> None:
        """Take note that the first so many were asked about."""
        for _ in range(owners):
            self._unasked.popleft()

    def begin(self, login: str, order: Order) -> None:
        """Plan to read an owner of whom no total is known."""
        self.streams.append(Stream(login, order, _MOST))

    def sweep(self, login: str, total: int) -> None:
        """Plan to read an owner in whole."""
        self.position.total += total
        self.streams.append(Stream(login, Order.CREATED, total))

    def follow(self, login: str, orders: Iterable[Order]) -> None:
        """Plan to read what is new of an owner."""
        self.streams.extend(Stream(login, order, _FIRST_GUESS) for order in orders)

    def is_open(self, stream: Stream) -> bool:
        """Say whether a stream is still to be read."""
        return any(s is stream for s in self.streams)

    def went_on(self, slot: Slot, after: str) -> None:
        """Take note that a stretch was read, and that more follows it."""
        stream = slot.stream
        stream.after = after
        if stream.order is Order.CREATED:
            stream.left -= slot.first
        if stream.order is not Order.CREATED or stream.left < 1:
            # nobody knows how many follow: of a sweep, because the owner has grown meanwhile
            stream.left = min(_MOST, slot.first * 4)

    def ended(self, stream: Stream) -> bool:
        """Take note that a stream was read to its end; says whether its owner was, too."""
        self.streams.remove(stream)
        if any(key(s.login) == key(stream.login) for s in self.streams):
            return False
        self.position.done.add(key(stream.login))
        return True

    def closed(self, login: str) -> None:
        """Give an owner up, or find that there is nothing to read."""
        self.position.open = [s for s in self.streams if key(s.login) != key(login)]
        self.position.done.add(key(login))
