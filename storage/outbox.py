# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What webhooks are still to be told: fulfils :class:`harvester.ports.webhooks.Outbox`.

The change feed is the outbox. A webhook has a position in it; what lies behind it is taken up a
window at a time, as rows of ``webhook_delivery``, in the transaction that moves the position. So
nothing is written while nobody listens, a receiver that is down holds a window of rows and not a
catalogue of them, and what was committed with a change cannot get lost on the way.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from harvester.model import ChangeType
from harvester.ports.feed import Mark
from harvester.ports.webhooks import (
    Delivery,
    DeliveryState,
    Outcome,
    Standing,
    Topic,
    Tried,
)
from storage import feed, told_publishers
from storage.engine import Store
from storage.lease import may_take, readable
from storage.tables import change, webhook, webhook_delivery, webhook_lease
from storage.webhooks import delivery_of, webhook_of

WINDOW = 256
"""Events of a webhook that wait and were never tried: so many are taken up at most."""
KEPT_DELIVERED = 100
"""Of a webhook: so many of its newest deliveries are remembered."""
KEPT_GIVEN_UP = timedelta(days=30)
"""How long it is remembered what was given up."""

_WAITING = DeliveryState.WAITING.value
_DELIVERED = DeliveryState.DELIVERED.value
_GIVEN_UP = DeliveryState.GIVEN_UP.value
_row = webhook_delivery.c


class StoredOutbox:
    """The events of a database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # who delivers

    def hold(self, holder: str, silence: timedelta, now: datetime) -> str | None:
        """Say that this process delivers; None if it is the one that does, else who is."""
        with self._store.writing() as connection:
            row = connection.execute(select(webhook_lease)).one_or_none()
            mine = {"holder": holder, "beat_at": now}
            if row is None:
                connection.execute(insert(webhook_lease), {"id": 1, **mine})
                return None
            if row.holder != holder and not may_take(row.holder, row.beat_at, now, silence):
                return readable(row.holder)
            connection.execute(update(webhook_lease).values(mine))
        return None

    def let_go(self, holder: str) -> None:
        """Let another process deliver at once, if this one does."""
        with self._store.writing() as connection:
            connection.execute(
                update(webhook_lease).where(webhook_lease.c.holder == holder).values(holder=None)
            )

    # what there is to do

    def receivers(self) -> Sequence[Standing]:
        """Give the webhooks that have not ended, and how each stands."""
        with self._store.reading() as connection:
            hooks = connection.execute(
                select(webhook).where(webhook.c.ended.is_(None)).order_by(webhook.c.id)
            ).all()
            if not hooks:
                return ()
            reached = feed.mark(connection, written=True)
            earliest = func.min(_row.next_try_at, type_=_row.next_try_at.type)
            rows = connection.execute(
                select(_row.webhook_id, earliest.label("at"))
                .where(_row.state == _WAITING, _is_first())
                .group_by(_row.webhook_id)
            ).all()
        first = {row.webhook_id: row.at for row in rows}
        return tuple(
            Standing(
                webhook=webhook_of(row),
                behind=row.position < _end_of(Topic(row.topic), reached),
                next_try_at=first.get(row.id),
            )
            for row in hooks
        )

    def due(
        self, holder: str, webhook_ids: Sequence[str], now: datetime, limit: int, *, early: bool
    ) -> Sequence[Delivery] | None:
        """Take up what changed, and give what can be posted now."""
        mine = and_(webhook.c.id.in_(webhook_ids), webhook.c.ended.is_(None))
        rested: ColumnElement[bool] = _row.next_try_at <= now
        order = (_row.tries, _row.seq) if early else (_row.seq,)
        with self._store.writing() as connection:
            if not _holds(connection, holder):
                return None
            connection.execute(update(webhook_lease).values(beat_at=now))
            for hook in connection.execute(select(webhook).where(mine)).all():
                self._take_up(connection, hook, now)
            rows = connection.execute(
                select(webhook_delivery)
                .join_from(webhook_delivery, webhook)
                .where(mine, _row.state == _WAITING, _is_first(), *(() if early else (rested,)))
                .order_by(*order, _row.webhook_id, _row.subject)
                .limit(limit)
            ).all()
        return tuple(delivery_of(row) for row in rows)

    def _take_up(self, connection: Connection, hook: Row[Any], now: datetime) -> None:
        """Make deliveries of the changes behind a webhook's position, and move it."""
        head = _end_of(Topic(hook.topic), feed.mark(connection, written=True))
        room = WINDOW - _fresh(connection, hook.id)
        if hook.position >= head or room <= 0:
            return
        oldest = feed.oldest(connection)
        forgotten = (head + 1 if oldest is None else oldest) - hook.position - 1
        if Topic(hook.topic) is Topic.PUBLISHERS:
            compared = told_publishers.compare(
                connection, self._store.dialect, hook.id, hook.only_id
            )
            events = [(head, f"/publishers/{key}", kind) for key, kind in compared]
            reached, forgotten = head, 0
        else:
            found = list(_changes(connection, hook, room))
            events = [
                (row.seq, f"/software/{row.software_id}", ChangeType(row.type)) for row in found
            ]
            reached = events[-1][0] if len(events) == room else head
        if events:
            connection.execute(
                insert(webhook_delivery),
                [
                    {
                        "webhook_id": hook.id,
                        "subject": subject,
                        "seq": seq,
                        "change": kind.value,
                        "state": _WAITING,
                        "tries": 0,
                        "taken_at": now,
                        "next_try_at": now,
                    }
                    for seq, subject, kind in events
                ],
            )
        connection.execute(
            update(webhook)
            .where(webhook.c.id == hook.id)
            .values(position=reached, missed=webhook.c.missed + max(0, forgotten))
        )

    # what came of it

    def settle(
        self,
        holder: str,
        tried: Sequence[Tried],
        now: datetime,
        lost: Mapping[str, datetime] | None = None,
    ) -> int | None:
        """Note what came of tries, in one transaction, if this process still delivers."""
        with self._store.writing() as connection:
            if not _holds(connection, holder):
                return None
            too_old = [
                key
                for webhook_id, since in sorted((lost or {}).items())
                for key in _first_since(connection, webhook_id, since)
            ]
            for one in tried:
                _note(connection, one)
            given_up = sum(
                one.outcome is Outcome.FAILED and one.next_try_at is None for one in tried
            )
            noted = {_key(one.delivery) for one in tried}
            given_up += _give_up(connection, [key for key in too_old if key not in noted], now)
            for one in tried:
                if one.outcome is Outcome.UNWANTED:
                    given_up += 1 + _end(connection, one, now)
            for key in sorted({one.delivery.webhook_id for one in tried}):
                _forget(connection, key, now)
        return given_up


def _is_first() -> ColumnElement[bool]:
    """Say that no earlier event of the same subject waits."""
    before = webhook_delivery.alias("before")
    return ~exists().where(
        before.c.webhook_id == _row.webhook_id,
        before.c.subject == _row.subject,
        before.c.seq < _row.seq,
        before.c.state == _WAITING,
    )


def _holds(connection: Connection, holder: str) -> bool:
    current = connection.execute(select(webhook_lease.c.holder)).scalar_one_or_none()
    return current is not None and bool(current == holder)


def _end_of(topic: Topic, mark: Mark) -> int:
    """Give the greatest number that there is.

    Public bodies are told of by no numbered row: anything that is written may have changed one.
    """
    return mark.seq if topic is Topic.SOFTWARE else mark.seq + mark.written


def _fresh(connection: Connection, webhook_id: str) -> int:
    """Count the events that were taken up and never tried."""
    amount: int = connection.execute(
        select(func.count())
        .select_from(webhook_delivery)
        .where(_row.webhook_id == webhook_id, _row.state == _WAITING, _row.tries == 0)
    ).scalar_one()
    return amount


def _changes(connection: Connection, hook: Row[Any], limit: int) -> Iterator[Row[Any]]:
    statement = select(change).where(change.c.seq > hook.position)
    if hook.only_id is not None:
        statement = statement.where(change.c.software_id == hook.only_id)
    return iter(connection.execute(statement.order_by(change.c.seq).limit(limit)))


def _note(connection: Connection, one: Tried) -> None:
    """Note a try."""
    settled = one.next_try_at is None
    state = _WAITING
    if settled:
        state = _DELIVERED if one.outcome is Outcome.DELIVERED else _GIVEN_UP
    connection.execute(
        update(webhook_delivery)
        .where(_is(_key(one.delivery)))
        .values(
            state=state,
            tries=_row.tries + 1,
            next_try_at=one.next_try_at,
            tried_at=one.at,
            settled_at=one.at if settled else None,
            said=one.said,
        )
    )


_Key = tuple[str, str, int]


def _key(delivery: Delivery) -> _Key:
    return delivery.webhook_id, delivery.subject, delivery.seq


def _is(key: _Key) -> ColumnElement[bool]:
    return and_(_row.webhook_id == key[0], _row.subject == key[1], _row.seq == key[2])


def _first_since(connection: Connection, webhook_id: str, since: datetime) -> list[_Key]:
    """Give a webhook's events that wait since a time, or longer, and for none of their subject.

    What waits behind them has its turn when they are given up.
    """
    found = connection.execute(
        select(_row.subject, _row.seq).where(
            _row.webhook_id == webhook_id,
            _row.state == _WAITING,
            _row.taken_at <= since,
            _is_first(),
        )
    )
    return [(webhook_id, row.subject, row.seq) for row in found]


def _give_up(connection: Connection, keys: Sequence[_Key], now: datetime) -> int:
    for key in keys:
        connection.execute(
            update(webhook_delivery)
            .where(_is(key))
            .values(state=_GIVEN_UP, next_try_at=None, settled_at=now)
        )
    return len(keys)


def _end(connection: Connection, one: Tried, now: datetime) -> int:
    """End a webhook that is not wanted any more; gives how many events it is not told."""
    key = one.delivery.webhook_id
    connection.execute(
        update(webhook).where(webhook.c.id == key).values(ended=one.said, updated_at=now)
    )
    given_up = connection.execute(
        update(webhook_delivery)
        .where(_row.webhook_id == key, _row.state == _WAITING)
        .values(state=_GIVEN_UP, next_try_at=None, settled_at=now)
    )
    return given_up.rowcount


def _forget(connection: Connection, webhook_id: str, now: datetime) -> None:
    """Delete what is not remembered any longer of a webhook's deliveries."""
    of_webhook = _row.webhook_id == webhook_id
    oldest = connection.execute(
        select(_row.seq)
        .where(of_webhook, _row.state == _DELIVERED)
        .order_by(_row.seq.desc())
        .offset(KEPT_DELIVERED)
        .limit(1)
    ).scalar()
    if oldest is not None:
        connection.execute(
            delete(webhook_delivery).where(of_webhook, _row.state == _DELIVERED, _row.seq <= oldest)
        )
    connection.execute(
        delete(webhook_delivery).where(
            of_webhook, _row.state == _GIVEN_UP, _row.settled_at < now - KEPT_GIVEN_UP
        )
    )
