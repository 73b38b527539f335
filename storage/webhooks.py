# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Webhooks as they are registered: fulfils :class:`harvester.ports.webhooks.WebhookStore`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from harvester.model import ChangeType
from harvester.ports.paging import Slice, Window
from harvester.ports.webhooks import Delivery, DeliveryState, Topic, Webhook
from storage import feed, told_publishers
from storage.engine import Store
from storage.listing import window_of
from storage.tables import webhook, webhook_delivery, webhook_publisher
from storage.types import KEY_LIMIT, is_holdable


class StoredWebhooks:
    """The webhooks of a database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, new: Webhook) -> Webhook:
        """Keep a new webhook; it is told what changes from now on."""
        with self._store.writing() as connection:
            mark = feed.mark(connection, written=True)
            position = mark.seq if new.topic is Topic.SOFTWARE else mark.seq + mark.written
            connection.execute(
                insert(webhook),
                {
                    "id": new.id,
                    "topic": new.topic.value,
                    "only_id": new.only,
                    "url": new.url,
                    "secret": new.secret,
                    "position": position,
                    "missed": 0,
                    "ended": new.ended,
                    "created_at": new.created_at,
                    "updated_at": new.updated_at,
                },
            )
            if new.topic is Topic.PUBLISHERS:
                told_publishers.remember(connection, self._store.dialect, new.id, new.only)
            return webhook_of(_row(connection, new.id))

    def webhooks(
        self,
        topic: Topic | None,
        only: str | None,
        window: Window,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
    ) -> Slice[Webhook]:
        """Give webhooks by ``created_at`` and id."""
        statement = _asked(select(webhook), topic, only, created_from, created_to)
        with self._store.reading() as connection:
            rows, more = window_of(
                connection, statement, window, webhook.c.created_at, webhook.c.id, newest=False
            )
        return Slice(rows=tuple(webhook_of(row) for row in rows), more=more)

    def amount(
        self,
        topic: Topic | None = None,
        only: str | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
    ) -> int:
        """Count webhooks."""
        statement = select(func.count()).select_from(webhook)
        with self._store.reading() as connection:
            counted: int = connection.execute(
                _asked(statement, topic, only, created_from, created_to)
            ).scalar_one()
        return counted

    def webhook(self, webhook_id: str) -> Webhook | None:
        """Give one webhook."""
        if not is_holdable(webhook_id, KEY_LIMIT):
            return None
        with self._store.reading() as connection:
            row = _row(connection, webhook_id)
        return None if row is None else webhook_of(row)

    def change(self, changed: Webhook) -> Webhook | None:
        """Give a webhook another address and secret, end it or let it go on; None if it is gone."""
        with self._store.writing() as connection:
            connection.execute(
                update(webhook)
                .where(webhook.c.id == changed.id)
                .values(
                    url=changed.url,
                    secret=changed.secret,
                    ended=changed.ended,
                    updated_at=changed.updated_at,
                )
            )
            row = _row(connection, changed.id)
        return None if row is None else webhook_of(row)

    def remove(self, webhook_id: str) -> bool:
        """Forget a webhook and what it was told; False if there is none."""
        if not is_holdable(webhook_id, KEY_LIMIT):
            return False
        with self._store.writing() as connection:
            for table in (webhook_delivery, webhook_publisher):
                connection.execute(delete(table).where(table.c.webhook_id == webhook_id))
            gone = connection.execute(delete(webhook).where(webhook.c.id == webhook_id))
        return gone.rowcount > 0

    def deliveries(
        self, webhook_id: str, states: Collection[DeliveryState], limit: int
    ) -> Sequence[Delivery]:
        """Give what a webhook was, is or will be told, the newest change first."""
        of_webhook = webhook_delivery.c.webhook_id == webhook_id
        of_states = webhook_delivery.c.state.in_([one.value for one in states])
        with self._store.reading() as connection:
            rows = connection.execute(
                select(webhook_delivery)
                .where(of_webhook, of_states)
                .order_by(webhook_delivery.c.seq.desc(), webhook_delivery.c.subject)
                .limit(limit)
            ).all()
        return tuple(delivery_of(row) for row in rows)

    def tallies(self) -> Mapping[str, Mapping[DeliveryState, int]]:
        """Count deliveries of each webhook by state."""
        column = webhook_delivery.c
        with self._store.reading() as connection:
            rows = connection.execute(
                select(column.webhook_id, column.state, func.count().label("amount")).group_by(
                    column.webhook_id, column.state
                )
            ).all()
        found: dict[str, dict[DeliveryState, int]] = {}
        for row in rows:
            found.setdefault(row.webhook_id, {})[DeliveryState(row.state)] = row.amount
        return found

    def again(self, webhook_id: str, after: int | None, now: datetime) -> int:
        """Tell a webhook what was given up, and start it if it had ended."""
        column = webhook_delivery.c
        with self._store.writing() as connection:
            changed: dict[str, Any] = {"ended": None, "updated_at": now}
            row = _row(connection, webhook_id)
            if row is not None and row.topic == Topic.SOFTWARE.value and after is not None:
                # What is told once more is taken up once more: under the same ids.
                connection.execute(
                    delete(webhook_delivery).where(
                        column.webhook_id == webhook_id, column.seq > after
                    )
                )
                changed["position"] = min(after, feed.head(connection))
            connection.execute(update(webhook).where(webhook.c.id == webhook_id).values(changed))
            waiting = connection.execute(
                update(webhook_delivery)
                .where(
                    column.webhook_id == webhook_id,
                    column.state == DeliveryState.GIVEN_UP.value,
                )
                .values(
                    state=DeliveryState.WAITING.value,
                    tries=0,
                    taken_at=now,
                    next_try_at=now,
                    settled_at=None,
                )
            )
        return waiting.rowcount


def _asked(
    statement: Select[Any],
    topic: Topic | None,
    only: str | None,
    created_from: datetime | None,
    created_to: datetime | None,
) -> Select[Any]:
    column = webhook.c
    if topic is not None:
        statement = statement.where(
            column.topic == topic.value,
            column.only_id.is_(None) if only is None else column.only_id == only,
        )
    if created_from is not None:
        statement = statement.where(column.created_at >= created_from)
    if created_to is not None:
        statement = statement.where(column.created_at <= created_to)
    return statement


def _row(connection: Connection, webhook_id: str) -> Any:
    return connection.execute(select(webhook).where(webhook.c.id == webhook_id)).one_or_none()


def webhook_of(row: Row[Any]) -> Webhook:
    """Read a row."""
    return Webhook(
        id=row.id,
        topic=Topic(row.topic),
        only=row.only_id,
        url=row.url,
        secret=row.secret,
        position=row.position,
        missed=row.missed,
        ended=row.ended,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def delivery_of(row: Row[Any]) -> Delivery:
    """Read a row."""
    return Delivery(
        webhook_id=row.webhook_id,
        seq=row.seq,
        subject=row.subject,
        change=ChangeType(row.change),
        taken_at=row.taken_at,
        state=DeliveryState(row.state),
        tries=row.tries,
        next_try_at=row.next_try_at,
        tried_at=row.tried_at,
        settled_at=row.settled_at,
        said=row.said,
    )
