# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Webhooks for tests: who asks, what happens, and a receiver on loopback."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from harvester.model import Change, ChangeType
from harvester.ports.webhooks import Topic, Webhook
from storage import feed
from storage.engine import Store
from tests.forges.server import Forge
from tests.forges.world import World
from tests.storage import made


def hook(number: int = 1, **changes: Any) -> Webhook:
    base = Webhook(
        id=str(uuid.UUID(int=number, version=4)),
        topic=Topic.SOFTWARE,
        only=None,
        url=f"https://hooks.example/{number}",
        secret=None,
        position=0,
        created_at=made.NOW + timedelta(seconds=number),
        updated_at=made.NOW,
    )
    return replace(base, **changes)


def happen(store: Store, *names: str, change: ChangeType = ChangeType.UPDATED) -> None:
    """Let entries change: rows of the feed, of one transaction."""
    rows = [Change(type=change, software_id=name, reason="publiccode") for name in names]
    with store.writing() as connection:
        feed.append(connection, rows, made.NOW)


@dataclass(frozen=True)
class Taken:
    """A request that a receiver took."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["x-harvester-delivery"]


class Receiver(Forge):
    """Takes events at any path; its ``faults`` say where it does not."""

    def __init__(self) -> None:
        super().__init__(World())
        self.taken: list[Taken] = []

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/{path:path}", self._take, methods=["POST"])]

    def kind_of(self, path: str) -> str:
        return "web"

    async def took(self, amount: int) -> None:
        """Wait until it has taken so many."""
        while len(self.taken) < amount:  # noqa: ASYNC110 - it fills in another thread
            await asyncio.sleep(0.005)

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        self.taken.append(Taken(request.url.path, dict(request.headers), body))
        return Response(status_code=204)
