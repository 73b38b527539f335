# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a webhook knows of public bodies, to tell what has become of them since.

No change row tells of a public body: it is there as long as entries name it, or because somebody
wrote it. So what a webhook was told of each is remembered, and compared whenever anything was
written. What changed and changed back in between is not told.
"""

import hashlib
from collections.abc import Iterator

from sqlalchemy import Connection, delete, select

from harvester.model import ChangeType, publisher_uuid
from harvester.ports.feed import PublisherQuestion, PublisherTitle
from harvester.ports.paging import Window
from storage import bodies
from storage.dialects import Dialect
from storage.tables import webhook_publisher
from storage.types import canonical_json

_ALL = Window(size=1_000_000)
ChangedPublisher = tuple[str, ChangeType]
"""The body's id, as the API gives it, and what became of it."""


def remember(connection: Connection, dialect: Dialect, webhook_id: str, only: str | None) -> None:
    """Take everything for told."""
    _keep(connection, dialect, webhook_id, _now(connection, dialect, only))


def compare(
    connection: Connection, dialect: Dialect, webhook_id: str, only: str | None
) -> Iterator[ChangedPublisher]:
    """Give what is not told yet, by id, and take it for told."""
    rows = connection.execute(
        select(webhook_publisher).where(webhook_publisher.c.webhook_id == webhook_id)
    )
    before = {row.publisher_id: row.told for row in rows}
    now = _now(connection, dialect, only)
    for key in sorted(before.keys() | now.keys()):
        if key not in before:
            yield key, ChangeType.CREATED
        elif key not in now:
            yield key, ChangeType.DELETED
        elif before[key] != now[key]:
            yield key, ChangeType.UPDATED
    gone = sorted(before.keys() - now.keys())
    of_webhook = webhook_publisher.c.webhook_id == webhook_id
    among = dialect.among(webhook_publisher.c.publisher_id, gone)
    connection.execute(delete(webhook_publisher).where(of_webhook, among))
    changed = {key: told for key, told in now.items() if before.get(key) != told}
    _keep(connection, dialect, webhook_id, changed)


def _now(connection: Connection, dialect: Dialect, only: str | None) -> dict[str, str]:
    found = bodies.publishers(connection, dialect, PublisherQuestion(), _ALL)
    told = {publisher_uuid(title.key): _digest(title) for title in found.rows}
    return told if only is None else {key: one for key, one in told.items() if key == only}


def _digest(title: PublisherTitle) -> str:
    """Sum up what is told of a body, but for times, which move with each of its entries."""
    body = title.publisher
    places = [[one.url, one.group] for one in title.hosting]
    told = [body.name, body.uri, body.level, places, title.active, title.email, title.catalog_id]
    return hashlib.sha256(canonical_json(told).encode()).hexdigest()


def _keep(connection: Connection, dialect: Dialect, webhook_id: str, told: dict[str, str]) -> None:
    rows = [
        {"webhook_id": webhook_id, "publisher_id": key, "told": digest}
        for key, digest in told.items()
    ]
    dialect.insert(connection, webhook_publisher, rows, replace=True)
