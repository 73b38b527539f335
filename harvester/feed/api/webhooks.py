# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``/v1/…/webhooks``: who is posted what changes.

All of it wants a token, reading too: its address may be all that protects a receiver.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from harvester.feed.api import bodies, publishers, shapes, software, webhook_shapes
from harvester.feed.api.access import REFUSED, Caller, writer
from harvester.feed.api.bodies import JSON, MERGE_PATCH
from harvester.feed.api.conditional import answered_by_content
from harvester.feed.api.context import Context
from harvester.feed.api.paging import Paging, paged, to_json
from harvester.feed.api.parameters import Time
from harvester.feed.api.problems import Refusal, described, wrong
from harvester.feed.api.webhook_shapes import (
    CALLBACKS,
    DeliveryList,
    WebhookBody,
    WebhookList,
    WebhookPatch,
    WebhookShape,
)
from harvester.ports.errors import RefusedAddressError, SourceError
from harvester.ports.paging import Place
from harvester.ports.tokens import Scope
from harvester.ports.webhooks import DeliveryState, Topic, Webhook

MOST = 1000
"""Webhooks of a catalogue."""
STOPPED = "stopped over the API"
_WRITING = REFUSED | bodies.REFUSED
_OF_ONE = described(HTTPStatus.NOT_FOUND)
_SHOWN = 100
"""Deliveries that are shown, where a request does not say."""

From = Annotated[
    Time | None, Query(alias="from", description="Only those registered at or after this")
]
To = Annotated[
    Time | None, Query(alias="to", description="Only those registered at or before this")
]


def router(context: Context) -> APIRouter:
    """Give the routes; before those of ``/software/{id}`` and ``/publishers/{id}``."""
    made = APIRouter(tags=["webhooks"])
    as_writer = writer(context, Scope.WEBHOOKS)
    of_software = _Told(
        Topic.SOFTWARE, "softwareId", "software_id", lambda one: software.known(context, one).id
    )
    of_publishers = _Told(
        Topic.PUBLISHERS,
        "publisherId",
        "publisher_id",
        lambda one: shapes.publisher_uuid(publishers.known(context, one).key),
    )
    for told in (of_software, of_publishers):
        _add_topic(made, context, as_writer, told)

    @made.get(
        "/webhooks/{webhook_id}",
        operation_id="show-webhook-webhookId",
        response_model=WebhookShape,
        responses=REFUSED | _OF_ONE,
        dependencies=[as_writer],
    )
    def show_webhook(request: Request, webhook_id: str) -> Response:
        """Show a webhook."""
        shown = webhook_shapes.webhook(_known(context, webhook_id))
        return _shown(request, context, to_json(shown))

    @made.patch(
        "/webhooks/{webhook_id}",
        operation_id="update-webhooks-webhookId",
        response_model=WebhookShape,
        responses=_WRITING | _OF_ONE,
        openapi_extra=bodies.described(WebhookPatch, MERGE_PATCH, JSON),
    )
    def update_webhook(
        webhook_id: str,
        caller: Annotated[Caller, as_writer],
        patch: Annotated[WebhookPatch, bodies.body(WebhookPatch, MERGE_PATCH, JSON)],
    ) -> Response:
        """Change a webhook; one that had ended goes on where it ended, unless it is to stay so."""
        wanted = _patched(_known(context, webhook_id), patch, context.now())
        if patch.url is not None:
            _admit(context, wanted.url)
        changed = context.webhooks.change(wanted)
        if changed is None:
            raise _unknown()
        caller.wrote("updated", f"/webhooks/{changed.id}")
        return bodies.answer(webhook_shapes.webhook(changed))

    @made.delete(
        "/webhooks/{webhook_id}",
        operation_id="remove-webhooks-webhookId",
        status_code=HTTPStatus.NO_CONTENT,
        responses=REFUSED | _OF_ONE,
    )
    def remove_webhook(webhook_id: str, caller: Annotated[Caller, as_writer]) -> Response:
        """Forget a webhook, and what it was told."""
        if not context.webhooks.remove(webhook_id.lower()):
            raise _unknown()
        caller.wrote("deleted", f"/webhooks/{webhook_id.lower()}")
        return bodies.nothing()

    @made.get(
        "/webhooks/{webhook_id}/deliveries",
        operation_id="list-deliveries",
        response_model=DeliveryList,
        responses=REFUSED | _OF_ONE,
        dependencies=[as_writer],
    )
    def list_deliveries(
        request: Request,
        webhook_id: str,
        state: Annotated[
            list[DeliveryState] | None, Query(description="Only these; more than once for more")
        ] = None,
        size: Annotated[int, Query(alias="page[size]", description="How many at most")] = _SHOWN,
    ) -> Response:
        """List what a webhook was told last, is being told, and what was given up."""
        there = _known(context, webhook_id)
        most = max(1, min(size, context.options.max_page_size))
        found = context.webhooks.deliveries(there.id, state or tuple(DeliveryState), most)
        shown = {"data": [webhook_shapes.delivery(one) for one in found]}
        return _shown(request, context, to_json(shown))

    return made


@dataclass(frozen=True, slots=True)
class _Told:
    """A kind of things that webhooks are told of."""

    topic: Topic
    word: str
    """For one of them, in the names of operations."""
    parameter: str
    """For one of them, in addresses."""
    resolve: Callable[[str], str]
    """Gives the id of today of the one that is named; refuses if there is none."""


def _add_topic(made: APIRouter, context: Context, as_writer: Any, told: _Told) -> None:
    """Add the routes of a topic: of all that it has, and of one."""
    topic, path, resolve = told.topic, told.topic.value, told.resolve
    one_of_them = Annotated[str, Path(alias=told.parameter)]

    def listed(
        request: Request,
        page: Paging,
        only: str | None,
        since: datetime | None,
        to: datetime | None,
    ) -> Response:
        window = page.window(context)
        found = paged(
            request,
            window,
            context.webhooks.webhooks(topic, only, window, since, to),
            place=lambda webhook: Place(webhook.created_at, webhook.id),
            shape=webhook_shapes.webhook,
            total=context.webhooks.amount(topic, only, since, to),
        )
        return _shown(request, context, found.body(), found.headers)

    def created(caller: Caller, body: WebhookBody, only: str | None) -> Response:
        _admit(context, body.url)
        if context.webhooks.amount() >= MOST:
            raise Refusal(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"there are {MOST} webhooks already; delete one that nobody needs any more",
            )
        now = context.now()
        kept = context.webhooks.add(
            Webhook(
                id=str(uuid.uuid4()),
                topic=topic,
                only=only,
                url=body.url,
                secret=body.secret,
                position=0,
                ended=None if body.active else STOPPED,
                created_at=now,
                updated_at=now,
            )
        )
        caller.wrote("created", f"/webhooks/{kept.id}")
        return bodies.answer(webhook_shapes.webhook(kept))

    @made.get(
        f"/{path}/webhooks",
        operation_id=f"list-{path}-webhooks",
        response_model=WebhookList,
        responses=REFUSED,
        dependencies=[as_writer],
    )
    def list_all(request: Request, page: Paging, since: From = None, to: To = None) -> Response:
        """List the webhooks that are told of all."""
        return listed(request, page, None, since, to)

    @made.post(
        f"/{path}/webhooks",
        operation_id=f"create-{path}-webhooks",
        response_model=WebhookShape,
        responses=_WRITING,
        openapi_extra=bodies.described(WebhookBody, JSON) | CALLBACKS,
    )
    def create_for_all(
        caller: Annotated[Caller, as_writer],
        body: Annotated[WebhookBody, bodies.body(WebhookBody, JSON)],
    ) -> Response:
        """Have an address told of all that changes from now on."""
        return created(caller, body, None)

    @made.get(
        f"/{path}/{{{told.parameter}}}/webhooks",
        operation_id=f"list-{path}-{told.word}-webhooks",
        response_model=WebhookList,
        responses=REFUSED | _OF_ONE,
        dependencies=[as_writer],
    )
    def list_of_one(
        request: Request, one: one_of_them, page: Paging, since: From = None, to: To = None
    ) -> Response:
        """List the webhooks that are told of this one."""
        return listed(request, page, resolve(one), since, to)

    @made.post(
        f"/{path}/{{{told.parameter}}}/webhooks",
        operation_id=f"create-{path}-{told.word}-webhooks",
        response_model=WebhookShape,
        responses=_WRITING | _OF_ONE,
        openapi_extra=bodies.described(WebhookBody, JSON) | CALLBACKS,
    )
    def create_for_one(
        one: one_of_them,
        caller: Annotated[Caller, as_writer],
        body: Annotated[WebhookBody, bodies.body(WebhookBody, JSON)],
    ) -> Response:
        """Have an address told of what changes of this one from now on."""
        return created(caller, body, resolve(one))


def _patched(there: Webhook, patch: WebhookPatch, now: datetime) -> Webhook:
    given = patch.model_fields_set
    for name in ("url", "active"):
        if name in given and getattr(patch, name) is None:
            raise wrong(name, "required", "null", f"{name} cannot be taken away")
    return replace(
        there,
        url=patch.url or there.url,
        secret=patch.secret if "secret" in given else there.secret,
        ended=STOPPED if patch.active is False else None,
        updated_at=now,
    )


def _admit(context: Context, url: str) -> None:
    """Refuse an address that could not be posted to."""
    try:
        context.admit(url)
    except RefusedAddressError:
        raise wrong(
            "url",
            "public",
            url,
            "url leads to an address that is not on the public Internet; who keeps the catalogue "
            "can allow a network (allow_private in [webhooks])",
        ) from None
    except SourceError:
        raise wrong("url", "host", url, "url leads nowhere: there is no such host") from None


def _known(context: Context, webhook_id: str) -> Webhook:
    found = context.webhooks.webhook(webhook_id.lower())
    if found is None:
        raise _unknown()
    return found


def _unknown() -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, "there is no webhook with this id")


def _shown(
    request: Request, context: Context, body: bytes, headers: dict[str, str] | None = None
) -> Response:
    """Answer what only the bearer of a token may see, and nobody else may keep."""
    answer = answered_by_content(request, context, body)
    answer.headers.update(headers or {})
    answer.headers["cache-control"] = "private, no-cache"
    answer.headers["vary"] = "Authorization"
    return answer
