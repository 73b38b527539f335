# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A stand-in for another catalogue: a Software Catalog API, and documents at addresses.

As the real API: the oldest entries first, pages by a cursor, ``links.next`` a query string with its
keys sorted, the page size clamped at a hundred, entries that are not active hidden, no ETag.
Documents have one.
"""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.forges.server import Forge
from tests.forges.world import World

MOST = 100
USUAL = 25


class CatalogueForge(Forge):
    """Serves entries, publishers and documents, as a test puts them there."""

    def __init__(self, world: World, *, public_url: str | None = None) -> None:
        super().__init__(world, public_url=public_url)
        self.software: list[dict[str, Any]] = []
        self.publishers: list[dict[str, Any]] = []
        self.documents: dict[str, tuple[bytes, str]] = {}
        """Bytes and content type, by path."""

    def put(self, path: str, text: str | bytes, kind: str = "text/plain") -> str:
        """Put a document somewhere; gives its address."""
        content = text.encode() if isinstance(text, str) else text
        self.documents[path.strip("/")] = (content, kind)
        return f"{self.url}/{path.strip('/')}"

    def add(self, identity: str, url: str, publiccode: str = "", **more: Any) -> None:
        """Add an entry."""
        now = "2026-01-01T00:00:00Z"
        entry = {"id": identity, "url": url, "aliases": [], "publiccodeYml": publiccode}
        self.software.append(entry | {"active": True, "createdAt": now, "updatedAt": now, **more})

    def kind_of(self, path: str) -> str:
        return "rest" if path.startswith("/v1/") else "web"

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/v1/software", self._software),
            Route("/v1/software/{id}", self._one),
            Route("/v1/catalogs/{catalog}/software", self._software),
            Route("/v1/publishers", self._publishers),
            Route("/{path:path}", self._document),
        ]

    async def _software(self, asked: Asked) -> Response:
        rows = [row for row in self.software if row.get("active", True)]
        catalog = asked.path_params.get("catalog")
        if catalog is not None:
            rows = [row for row in rows if row.get("catalogId") == catalog]
        return self._page(asked, rows)

    async def _publishers(self, asked: Asked) -> Response:
        return self._page(asked, self.publishers)

    async def _one(self, asked: Asked) -> Response:
        for row in self.software:
            if row["id"] == asked.path_params["id"]:
                return JSONResponse(row)
        told = {"title": "can't get Software", "detail": "Software was not found", "status": 404}
        return JSONResponse(told, 404, media_type="application/problem+json")

    def _page(self, asked: Asked, rows: Sequence[dict[str, Any]]) -> Response:
        query = asked.query_params
        size = min(int(query.get("page[size]", USUAL)), MOST)
        start = int(base64.b64decode(query.get("page[after]", "MA==")))
        ahead = base64.b64encode(str(start + size).encode()).decode()
        following = None
        if start + size < len(rows):
            following = f"?page[after]={quote(ahead, safe='')}&page[size]={size}"
        return JSONResponse(
            {"data": rows[start : start + size], "links": {"prev": None, "next": following}}
        )

    async def _document(self, asked: Asked) -> Response:
        found = self.documents.get(asked.path_params["path"])
        if found is None:
            return Response("no such page", 404, media_type="text/plain")
        content, kind = found
        etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        if etag == asked.headers.get("if-none-match"):
            return Response(status_code=304, headers={"etag": etag})
        return Response(content, media_type=kind, headers={"etag": etag})
