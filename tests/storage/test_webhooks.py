# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Webhooks and their events, on both databases."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from harvester.model import ChangeType, publisher_uuid
from harvester.ports.feed import PublisherQuestion
from harvester.ports.paging import Place, Window
from harvester.ports.rows import SoftwareRow, Writes
from harvester.ports.webhooks import (
    Delivery,
    DeliveryState,
    Outcome,
    Topic,
    Tried,
    Webhook,
)
from harvester.ports.written import Hosting, WrittenPublisher
from storage import outbox as outbox_module
from storage.catalogue import SqlCatalogue
from storage.outbox import StoredOutbox
from storage.serving import SqlFeed
from storage.webhooks import StoredWebhooks
from storage.written import SqlDesk
from tests.storage import made
from tests.webhooks import hook

SILENCE = timedelta(minutes=1)
MINUTE = timedelta(minutes=1)


def entry(number: int) -> SoftwareRow:
    return made.software(made.repository(number))


def happen(catalogue: SqlCatalogue, *numbers: int, change: ChangeType = ChangeType.UPDATED) -> None:
    """Let entries change, each with a row of the feed."""
    rows = [entry(number) for number in numbers]
    writes = Writes(
        repositories=tuple(made.repository(number) for number in dict.fromkeys(numbers)),
        software=tuple(rows),
        changes=tuple(replace(made.created(row), type=change) for row in rows),
    )
    crawl = catalogue.begin(made.request("amt"), made.ME, made.NOW)
    made.store_page(catalogue, crawl, writes, now=made.NOW)
    catalogue.end(crawl, made.end(), made.NOW)


def subject(number: int) -> str:
    return f"/software/{entry(number).id}"


@pytest.fixture
def webhooks(catalogue: SqlCatalogue) -> StoredWebhooks:
    return StoredWebhooks(catalogue.store)


@pytest.fixture
def outbox(catalogue: SqlCatalogue) -> StoredOutbox:
    opened = StoredOutbox(catalogue.store)
    assert opened.hold(made.ME, SILENCE, made.NOW) is None
    return opened


def due(
    outbox: StoredOutbox, *hooks: Webhook, now: datetime = made.NOW, early: bool = False
) -> list[tuple[int, str]]:
    return [(one.seq, one.subject) for one in taken(outbox, *hooks, now=now, early=early)]


def taken(
    outbox: StoredOutbox, *hooks: Webhook, now: datetime = made.NOW, early: bool = False
) -> Sequence[Delivery]:
    found = outbox.due(made.ME, [one.id for one in hooks], now, 1000, early=early)
    assert found is not None
    return found


def tried(
    delivery: Delivery,
    outcome: Outcome = Outcome.DELIVERED,
    *,
    again: datetime | None = None,
    at: datetime = made.NOW,
) -> Tried:
    return Tried(delivery=delivery, outcome=outcome, at=at, said="said", next_try_at=again)


def test_a_webhook_is_kept_as_it_is_and_told_what_changes_from_then_on(
    catalogue: SqlCatalogue, webhooks: StoredWebhooks, outbox: StoredOutbox
) -> None:
    happen(catalogue, 1)
    kept = webhooks.add(hook(secret="geheim\r\n"))
    assert kept == hook(secret="geheim\r\n", position=1)
    assert webhooks.webhook(kept.id) == kept
    assert due(outbox, kept) == []
    happen(catalogue, 2, 1)
    assert due(outbox, kept) == [(2, subject(2)), (3, subject(1))]
    (standing,) = outbox.receivers()
    assert (standing.behind, standing.next_try_at) == (False, made.NOW)


def test_of_a_subject_only_the_first_event_that_waits_is_due(
    catalogue: SqlCatalogue, webhooks: StoredWebhooks, outbox: StoredOutbox
) -> None:
    kept = webhooks.add(hook())
    happen(catalogue, 1)
    happen(catalogue, 2)
    happen(catalogue, 1)
    first, second = taken(outbox, kept)
    assert (first.seq, second.seq) == (1, 2)
    later = made.NOW + MINUTE
    assert outbox.settle(made.ME, [tried(first, Outcome.FAILED, again=later)], made.NOW) == 0
    assert due(outbox, kept) == [(2, subject(2))]
    assert due(outbox, kept, early=True) == [(2, subject(2)), (1, subject(1))]
    assert outbox.settle(made.ME, [tried(second)], made.NOW) == 0
    assert outbox.receivers()[0].next_try_at == later, "what waits behind it is not due"
    (first,) = taken(outbox, kept, now=later)
    assert first.tries == 1
    assert outbox.settle(made.ME, [tried(first, at=later)], later) == 0
    assert due(outbox, kept) == [(3, subject(1))]


def test_who_asks_for_one_entry_is_told_of_no_other(
    catalogue: SqlCatalogue, webhooks: StoredWebhooks, outbox: StoredOutbox
) -> None:
    kept = webhooks.add(hook(only=entry(2).id))
    happen(catalogue, 1, 2, 3)
    assert due(outbox, kept) == [(2, subject(2))]
    (standing,) = outbox.receivers()
    assert standing.webhook.position == 3


def test_no_more_is_taken_up_than_a_window(
    catalogue: SqlCatalogue,
    webhooks: StoredWebhooks,
    outbox: StoredOutbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox_module, "WINDOW", 2)
    kept = webhooks.add(hook())
    happen(catalogue, 1, 2, 3, 4)
    assert due(outbox, kept) == [(1, subject(1)), (2, subject(2))]
    assert outbox.receivers()[0].behind
    first, second = taken(outbox, kept)
    later = made.NOW + MINUTE
    outbox.settle(made.ME, [tried(first), tried(second, Outcome.FAILED, again=later)], made.NOW)
    assert due(outbox, kept) == [(3, subject(3)), (4, subject(4))]
    assert not outbox.receivers()[0].behind


def test_what_the_feed_forgot_is_counted(
    catalogue: SqlCatalogue, webhooks: StoredWebhooks, outbox: StoredOutbox
) -> None:
    kept = webhooks.add(hook())
    happen(catalogue, 1, 2, 3)
    with catalogue.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM change WHERE seq < 3")
    assert due(outbox, kept) == [(3, subject(3))]
    assert outbox.receivers()[0].webhook.missed == 2
    with catalogue.store.writing() as connection:
        connection.exec_driver_sql("UPDATE feed_head SET seq = 9")
        connection.exec_driver_sql("DELETE FROM change")
    assert due(outbox, kept) == [(3, subject(3))]
    now_kept = outbox.receivers()[0].webhook
    assert (now_kept.missed, now_kept.position) == (8, 9)


def test_who_wants_no_more_gets_no_more_until_it_is_asked_again(
    catalogue: SqlCatalogue, webhooks: StoredWebhooks, outbox: StoredOutbox
) -> None:
    kept, other = webhooks.add(hook(1)), webhooks.add(hook(2))
    happen(catalogue, 1, 2)
    first = taken(outbox, kept)[0]
    assert outbox.settle(made.ME, [tried(first, Outcome.UNWANTED)], made.NOW) == 2
    assert due(outbox, kept, early=True) == []
    assert [one.webhook.id for one in outbox.receivers()] == [other.id]
    ended = webhooks.webhook(kept.id)
    assert ended is not None
    assert ended.ended == "said"
    happen(catalogue, 3)
    assert webhooks.tallies() == {kept.id: {DeliveryState.GIVEN_UP: 2}}

    assert webhooks.again(kept.id, None, made.NOW) == 2
    assert due(outbox, kept) == [(1, subject(1)), (2, subject(2)), (3, subject(3))]
    assert webhooks.again(kept.id, 0, made.NOW) == 0
    assert due(outbox, kept) == [(1, subject(1)), (2, subject(2)), (3, subject(3))]


def test_what_waits_too_long_for_a_dead_receiver_is_given_up(
    catalogue: SqlCatalogue, webhooks: StoredWebhooks, outbox: StoredOutbox
) -> None:
    kept = webhooks.add(hook())
    happen(catalogue, 1, 2, 1)
    first = taken(outbox, kept)[0]
    later = made.NOW + MINUTE
    happen(catalogue, 3)
    taken(outbox, kept, now=later)
    failed = tried(first, Outcome.FAILED, at=later)
    assert outbox.settle(made.ME, [failed], later, {kept.id: made.NOW}) == 2
    given_up = webhooks.deliveries(kept.id, [DeliveryState.GIVEN_UP], 10)
    shown = [(one.seq, one.tries, one.settled_at) for one in given_up]
    assert shown == [(2, 0, later), (1, 1, later)]
    assert due(outbox, kept) == [(3, subject(1))], "what waited behind it has its turn"
    assert due(outbox, kept, now=later) == [(3, subject(1)), (4, subject(3))]


def test_only_the_newest_deliveries_are_remembered(
    catalogue: SqlCatalogue,
    webhooks: StoredWebhooks,
    outbox: StoredOutbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox_module, "KEPT_DELIVERED", 3)
    kept = webhooks.add(hook())
    happen(catalogue, *range(1, 8))
    first, *others = taken(outbox, kept)
    outbox.settle(made.ME, [tried(one) for one in others], made.NOW)
    outbox.settle(made.ME, [tried(first, Outcome.FAILED)], made.NOW)
    remembered = webhooks.deliveries(kept.id, [DeliveryState.DELIVERED], 9)
    assert [one.seq for one in remembered] == [7, 6, 5]
    assert webhooks.tallies()[kept.id][DeliveryState.GIVEN_UP] == 1
    happen(catalogue, 1)
    (last,) = taken(outbox, kept)
    outbox.settle(made.ME, [tried(last)], made.NOW + timedelta(days=31))
    assert webhooks.tallies() == {kept.id: {DeliveryState.DELIVERED: 3}}


def test_one_process_delivers_and_another_notes_nothing(
    catalogue: SqlCatalogue, webhooks: StoredWebhooks, outbox: StoredOutbox
) -> None:
    kept = webhooks.add(hook())
    happen(catalogue, 1)
    (waiting,) = taken(outbox, kept)
    assert outbox.hold(made.ELSEWHERE, SILENCE, made.NOW + SILENCE / 2) is not None
    late = made.NOW + 2 * SILENCE
    assert outbox.hold(made.ELSEWHERE, SILENCE, late) is None
    assert outbox.due(made.ME, [kept.id], late, 10, early=False) is None
    assert outbox.settle(made.ME, [tried(waiting)], late) is None
    assert webhooks.tallies() == {kept.id: {DeliveryState.WAITING: 1}}
    outbox.let_go(made.ME)
    assert outbox.hold(made.ME, SILENCE, late) is not None
    outbox.let_go(made.ELSEWHERE)
    assert outbox.hold(made.ME, SILENCE, late) is None


def test_webhooks_are_listed_changed_and_removed(
    catalogue: SqlCatalogue, webhooks: StoredWebhooks, outbox: StoredOutbox
) -> None:
    kept = [
        webhooks.add(hook(1)),
        webhooks.add(hook(2, only="x")),
        webhooks.add(hook(3)),
        webhooks.add(hook(4, topic=Topic.PUBLISHERS)),
    ]
    first = webhooks.webhooks(Topic.SOFTWARE, None, Window(size=1))
    assert (first.rows, first.more) == ((kept[0],), True)
    after = Place(kept[0].created_at, kept[0].id)
    assert webhooks.webhooks(Topic.SOFTWARE, None, Window(size=9, after=after)).rows == (kept[2],)
    assert webhooks.webhooks(Topic.SOFTWARE, "x", Window(size=9)).rows == (kept[1],)
    assert webhooks.webhooks(None, None, Window(size=9)).rows == tuple(kept)
    late = kept[2].created_at
    assert webhooks.amount() == 4
    assert webhooks.amount(Topic.SOFTWARE, None, created_from=late, created_to=late) == 1

    wanted = replace(
        kept[0],
        url="https://b.example/",
        secret="s" * 16,
        ended="stopped",
        updated_at=made.NOW + MINUTE,
    )
    assert webhooks.change(wanted) == wanted
    assert kept[0].id not in {one.webhook.id for one in outbox.receivers()}
    assert webhooks.change(replace(wanted, ended=None)) == replace(wanted, ended=None)
    assert webhooks.change(hook(9)) is None
    happen(catalogue, 1)
    taken(outbox, *kept)
    assert webhooks.remove(kept[0].id)
    assert not webhooks.remove(kept[0].id)
    assert webhooks.webhook(kept[0].id) is None
    assert webhooks.webhook("\x00") is None
    assert kept[0].id not in webhooks.tallies()


def test_public_bodies_that_come_change_and_go_are_told(
    catalogue: SqlCatalogue, webhooks: StoredWebhooks, outbox: StoredOutbox
) -> None:
    happen(catalogue, 1)
    feed = SqlFeed(catalogue.store)
    (known,) = feed.publishers(PublisherQuestion(), Window(size=9)).rows
    kept = webhooks.add(hook(1, topic=Topic.PUBLISHERS))
    other = webhooks.add(hook(2, topic=Topic.PUBLISHERS, only=str(uuid.UUID(int=0))))
    mine = f"/publishers/{publisher_uuid(known.key)}"

    happen(catalogue, 1)
    assert due(outbox, kept, other) == [], "that an entry changed changes no public body"
    with catalogue.store.writing() as connection:
        connection.exec_driver_sql("UPDATE software SET publisher_id = NULL")
        connection.exec_driver_sql("UPDATE feed_head SET seq = seq + 1")
    (gone,) = taken(outbox, kept, other)
    assert (gone.subject, gone.change, gone.webhook_id) == (mine, ChangeType.DELETED, kept.id)
    outbox.settle(made.ME, [tried(gone)], made.NOW)
    happen(catalogue, 1)
    (back,) = taken(outbox, kept, other)
    assert (back.subject, back.change) == (mine, ChangeType.CREATED)
    outbox.settle(made.ME, [tried(back)], made.NOW)
    with catalogue.store.writing() as connection:
        connection.exec_driver_sql("UPDATE software SET state = 'gone'")
        connection.exec_driver_sql("UPDATE feed_head SET seq = seq + 1")
    (changed,) = taken(outbox, kept, other)
    assert (changed.subject, changed.change) == (mine, ChangeType.UPDATED)


def test_a_public_body_that_is_written_is_told(
    catalogue: SqlCatalogue, webhooks: StoredWebhooks, outbox: StoredOutbox
) -> None:
    kept = webhooks.add(hook(topic=Topic.PUBLISHERS))
    SqlDesk(catalogue.store).create_publisher(
        WrittenPublisher(
            key=uuid.UUID(int=7, version=4).hex,
            catalog_id=None,
            name="Stadt",
            email=None,
            alternative_id=None,
            active=True,
            hosting=(
                Hosting(
                    url="https://a.example/stadt",
                    group=True,
                    created_at=made.NOW,
                    updated_at=made.NOW,
                ),
            ),
            created_at=made.NOW,
            updated_at=made.NOW,
            written_by="bot",
        )
    )
    assert outbox.receivers()[0].behind
    (told,) = taken(outbox, kept)
    subject = f"/publishers/{uuid.UUID(int=7, version=4)}"
    assert (told.subject, told.change) == (subject, ChangeType.CREATED)
    assert not outbox.receivers()[0].behind
