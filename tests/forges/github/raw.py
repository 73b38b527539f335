# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The host of raw files, ``raw.githubusercontent.com``: an origin of its own, with its own limit.

Its limits are not published; the stand-in's are made up, and told by 429 and ``Retry-After`` alone.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from starlette.requests import Request as Asked
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from tests.forges.limits import Limit
from tests.forges.server import Forge
from tests.forges.world import ANONYMOUS, World, visible


class RawForge(Forge):
    """Serves files of public repositories, whatever token it is shown."""

    def __init__(self, world: World, *, public_url: str | None = None) -> None:
        super().__init__(world, public_url=public_url)
        self.limit = Limit(5000, timedelta(hours=1), "raw")

    def kind_of(self, path: str) -> str:
        """There is only one kind."""
        return "raw"

    def routes(self) -> Sequence[BaseRoute]:
        """Name the only address."""
        return [Route("/{owner}/{name}/{ref}/{path:path}", self._file)]

    async def _file(self, asked: Asked) -> Response:
        standing = self.meter.spend("127.0.0.1", "raw", self.limit)
        if standing.refused:
            headers = {"retry-after": str(standing.retry_after)}
            return PlainTextResponse("429: Too Many Requests", 429, headers=headers)
        named = asked.path_params
        path = f"{named['owner']}/{named['name']}"
        repository = self.world.find(path) or self.world.moved(path)
        if repository is None or repository.disabled or not visible(ANONYMOUS, repository):
            return PlainTextResponse("404: Not Found", 404)
        tree = repository.branch(named["ref"])
        content = tree.get(named["path"]) if tree is not None else None
        if content is None:
            return PlainTextResponse("404: Not Found", 404)
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        if etag in asked.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={"etag": etag})
        asked.state.exchange.text_bytes += len(content)
        return PlainTextResponse(content, headers={"etag": etag})
