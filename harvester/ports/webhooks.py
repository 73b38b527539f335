# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who asked to be told what changes, and what is still to be told.

The change feed is the outbox: its rows are committed with what they tell, and have numbers without
gaps. Of each webhook it is remembered up to which number its events were *taken up*; what was taken
up is a delivery until it is settled.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from harvester.model import ChangeType
from harvester.ports.paging import Slice, Window


class Topic(StrEnum):
    """What a webhook is told of."""

    SOFTWARE = "software"
    PUBLISHERS = "publishers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that is posted what changes."""

    id: str
    """A UUID v4."""
    topic: Topic
    only: str | None
    """The one entry or public body that it is told of, by its id; None: all of them."""
    url: str
    secret: str | None
    """Signs what is posted; kept as it is, because nothing can be signed with a hash of it."""
    position: int
    """Events up to this number of the change feed were taken up; of public bodies, which it does
    not tell of, a number that grows with whatever is written."""
    missed: int = 0
    """Changes that the feed forgot before they could be taken up."""
    ended: str | None = None
    """Why nothing is posted there any more; None: it is."""
    created_at: datetime
    updated_at: datetime


class DeliveryState(StrEnum):
    """What became of an event."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


class Outcome(StrEnum):
    """What became of a try."""

    DELIVERED = "delivered"
    FAILED = "failed"
    UNWANTED = "unwanted"
    """The receiver wants nothing any more (410)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event that a webhook is, was or will be told."""

    webhook_id: str
    seq: int
    """Number of the change; of public bodies, of the moment when they were looked at."""
    subject: str
    """``/software/ID`` or ``/publishers/ID``."""
    change: ChangeType
    taken_at: datetime
    """Since when it waits, or waited."""
    state: DeliveryState = DeliveryState.WAITING
    tries: int = 0
    next_try_at: datetime | None
    """Until when it rests; None once it is settled."""
    tried_at: datetime | None = None
    """When it was last tried."""
    settled_at: datetime | None = None
    """When it was delivered, or given up."""
    said: str | None = None
    """What came of the last try, in a few words; nothing of the answer's body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A webhook, and whether there is something to do for it."""

    webhook: Webhook
    behind: bool
    """Whether there are changes that were not taken up."""
    next_try_at: datetime | None
    """When the first of what was taken up has rested, and waits for no other event of its subject;
    None if nothing waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A try, and what follows from it."""

    delivery: Delivery
    outcome: Outcome
    at: datetime
    said: str
    next_try_at: datetime | None
    """None: the event is settled, or given up."""


class WebhookStore(Protocol):
    """Webhooks as they are registered and looked after. Methods may run in any thread.

    Every method can raise ``CatalogueError``: the database cannot be used.
    """

    def add(self, webhook: Webhook) -> Webhook:
        """Keep a new webhook; it is told what changes from now on. Gives it with its position."""
        ...

    def webhooks(
        self,
        topic: Topic | None,
        only: str | None,
        window: Window,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
    ) -> Slice[Webhook]:
        """Give webhooks by ``created_at`` and id; all of them, where no topic is asked for."""
        ...

    def amount(
        self,
        topic: Topic | None = None,
        only: str | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
    ) -> int:
        """Count webhooks."""
        ...

    def webhook(self, webhook_id: str) -> Webhook | None:
        """Give one webhook."""
        ...

    def change(self, changed: Webhook) -> Webhook | None:
        """Give a webhook another address and secret, end it or let it go on; None if it is gone.

        It goes on where it ended.
        """
        ...

    def remove(self, webhook_id: str) -> bool:
        """Forget a webhook and what it was told; False if there is none."""
        ...

    def deliveries(
        self, webhook_id: str, states: Collection[DeliveryState], limit: int
    ) -> Sequence[Delivery]:
        """Give what a webhook was, is or will be told, the newest change first."""
        ...

    def tallies(self) -> Mapping[str, Mapping[DeliveryState, int]]:
        """Count deliveries of each webhook by state; changes not taken up are no deliveries yet."""
        ...

    def again(self, webhook_id: str, after: int | None, now: datetime) -> int:
        """Tell a webhook what was given up, and start it if it had ended.

        Args:
            webhook_id: which.
            after: a number of the change feed: all changes of entries after it are told once more.
            now: the time.

        Returns:
            How many events that were given up wait again.
        """
        ...


class Outbox(Protocol):
    """What is to be delivered. Used by one thread at a time."""

    def receivers(self) -> Sequence[Standing]:
        """Give the webhooks that have not ended, and how each stands: cheap reads."""
        ...

    def hold(self, holder: str, silence: timedelta, now: datetime) -> str | None:
        """Say that this process delivers; None if it is the one that does, else who is."""
        ...

    def let_go(self, holder: str) -> None:
        """Let another process deliver at once, if this one does."""
        ...

    def due(
        self, holder: str, webhook_ids: Sequence[str], now: datetime, limit: int, *, early: bool
    ) -> Sequence[Delivery] | None:
        """Take up what changed, and give what can be posted now.

        Of each subject at most its first event that waits. Writes in any case, so that nothing is
        posted again and again whose delivery could not be noted.

        Args:
            holder: this process; it says that it delivers.
            webhook_ids: whose events.
            now: the time.
            limit: how many at most.
            early: also what still rests; what was tried least comes first.

        Returns:
            The events in the order of their numbers; None if another process delivers by now.
        """
        ...

    def settle(
        self,
        holder: str,
        tried: Sequence[Tried],
        now: datetime,
        lost: Mapping[str, datetime] | None = None,
    ) -> int | None:
        """Note what came of tries, in one transaction.

        Args:
            holder: this process; if another one delivers by now, nothing is noted.
            tried: at most one try of each subject of a webhook.
            now: the time.
            lost: by their ids, webhooks whose receiver takes nothing: what waits since this time,
                or longer, and for no other event of its subject, is given up, tried or not.

        Returns:
            How many events were given up; None if another process delivers by now.
        """
        ...
