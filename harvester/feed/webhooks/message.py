# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a receiver is posted: the Software Catalog API's two words, and headers beside them. Pure.

The body has nothing but those two, because the API's description promises so; what more there is
to tell stands in headers, which no receiver refuses.
"""

import hashlib
import json
import uuid
from datetime import datetime

from harvester.feed.webhooks import signing
from harvester.model import ChangeType
from harvester.ports.webhooks import Delivery

DELIVERY = "x-harvester-delivery"
"""Header with the event's id at this receiver, the same at every try."""
SEQUENCE = "x-change-sequence"
"""Header with the number of an entry's change, as in ``/v1/changes``."""
_EVENTS = {
    ChangeType.CREATED: "create",
    ChangeType.UPDATED: "update",
    ChangeType.DELETED: "delete",
    ChangeType.RESTORED: "create",
}


def event_of(change: ChangeType) -> str:
    """Name an event as the Software Catalog API does: what is back is created."""
    return _EVENTS[change]


def identity(delivery: Delivery) -> str:
    """Derive the id that an event has at a receiver, whoever delivers it and how often."""
    said = f"harvester:delivery:{delivery.webhook_id}:{delivery.seq}:{delivery.subject}"
    return str(uuid.UUID(bytes=hashlib.sha256(said.encode()).digest()[:16], version=4))


def body(delivery: Delivery) -> bytes:
    """Write the body."""
    told = {"event": event_of(delivery.change), "subject": delivery.subject}
    return json.dumps(told, separators=(",", ":")).encode()


def headers(delivery: Delivery, body: bytes, secret: str | None, now: datetime) -> dict[str, str]:
    """Give the headers; signatures where there is a secret."""
    said = {
        "content-type": "application/json",
        DELIVERY: identity(delivery),
    }
    if delivery.subject.startswith("/software/"):
        said[SEQUENCE] = str(delivery.seq)
    if secret is not None:
        said |= {
            signing.PLAIN: signing.plain(body, secret),
            signing.TIMED: signing.timed(body, secret, now),
        }
    return said
