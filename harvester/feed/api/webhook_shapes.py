# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Webhooks and deliveries as the API writes them, and what it reads of webhooks."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field

from harvester.feed.api import shapes
from harvester.feed.api.bodies import JSON, Body
from harvester.feed.webhooks.message import event_of, identity
from harvester.ports.webhooks import Delivery, DeliveryState, Webhook


def _address(text: str) -> str:
    parts = urlsplit(text)
    try:
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        fits = False
    if not fits or not text.isprintable() or " " in text:
        raise ValueError("write a web address, http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address with a user or password in it is refused; use a secret")
    return text


_ADDRESSES = {"format": "uri", "pattern": r"^https?://[^\s/?#@]+([/?#]\S*)?$"}
Address = Annotated[
    str, Field(max_length=255, json_schema_extra=_ADDRESSES), AfterValidator(_address)
]
Secret = Annotated[str, Field(min_length=16, max_length=256)]


class WebhookBody(Body):
    """What is written of a webhook."""

    url: Address = Field(description="What is posted to: http or https, on the public Internet.")
    secret: Secret | None = Field(default=None, description="Signs what is posted; never shown.")
    active: bool = True


class WebhookPatch(Body):
    """What is to be another way of a webhook; what is not there stays."""

    url: Address | None = None
    secret: Secret | None = Field(default=None, description="Null takes it away.")
    active: bool | None = Field(default=None, description="True goes on where it ended.")


class WebhookShape(BaseModel):
    """An address that is posted what changes."""

    id: shapes.Id
    url: str
    active: bool = Field(description="False: it was stopped, or its receiver answered 410.")
    createdAt: datetime  # noqa: N815 - the API's names
    updatedAt: datetime  # noqa: N815


class WebhookList(BaseModel):
    """A page of webhooks."""

    data: list[WebhookShape]
    links: shapes.Links


class DeliveryShape(BaseModel):
    """An event that a webhook was, is or will be told."""

    id: shapes.Id = Field(description="As in the header X-Harvester-Delivery.")
    event: str
    subject: str
    seq: int = Field(description="Of an entry: number of the change.")
    state: DeliveryState
    tries: int
    said: str | None = Field(description="What came of the last try.")
    createdAt: datetime  # noqa: N815
    triedAt: datetime | None  # noqa: N815
    nextTryAt: datetime | None  # noqa: N815


class DeliveryList(BaseModel):
    """What a webhook was told last, the newest change first."""

    data: list[DeliveryShape]


def webhook(kept: Webhook) -> dict[str, Any]:
    """Give a webhook's shape; nothing of its secret."""
    return {
        "id": kept.id,
        "url": kept.url,
        "active": kept.ended is None,
        "createdAt": shapes.timestamp(kept.created_at),
        "updatedAt": shapes.timestamp(kept.updated_at),
    }


def delivery(told: Delivery) -> dict[str, Any]:
    """Give a delivery's shape."""
    tried, again = told.tried_at, told.next_try_at
    return {
        "id": identity(told),
        "event": event_of(told.change),
        "subject": told.subject,
        "seq": told.seq,
        "state": told.state,
        "tries": told.tries,
        "said": told.said,
        "createdAt": shapes.timestamp(told.taken_at),
        "triedAt": None if tried is None else shapes.timestamp(tried),
        "nextTryAt": None if again is None else shapes.timestamp(again),
    }


_EVENT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["event", "subject"],
    "properties": {
        "event": {"enum": ["create", "update", "delete"]},
        "subject": {"type": "string", "description": "`/software/ID` or `/publishers/ID`"},
    },
}
CALLBACKS = {
    "callbacks": {
        "event": {
            "{$request.body#/url}": {
                "post": {
                    "description": "What the address is posted when something changes.",
                    "requestBody": {"required": True, "content": {JSON: {"schema": _EVENT}}},
                    "responses": {"2XX": {"description": "Taken."}},
                }
            }
        }
    }
}
