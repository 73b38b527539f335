# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A Shelf on loopback. Write yours from recorded answers of the real forge."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tests.forges.faults import Request
from tests.forges.server import Forge
from tests.forges.world import OwnerKind, Repository, Viewer, Visibility, blob_id, visible

_PAGE = 50


class ShelfForge(Forge):
    """Serves a world as Shelf does."""

    def kind_of(self, path: str) -> str:
        """Tell files and the rest apart."""
        return "raw" if "/blobs/" in path else "rest"

    def routes(self) -> Sequence[BaseRoute]:
        """Name the addresses."""
        return [
            Route("/api/about", self._about),
            Route("/api/repositories", self._all),
            Route("/api/owners/{owner}", self._owner),
            Route("/api/repositories/{id:int}", self._one),
            Route("/api/named/{path:path}", self._named),
            Route("/api/repositories/{id:int}/blobs/{blob}", self._blob),
        ]

    async def _about(self, asked: Asked) -> Response:
        return JSONResponse({"software": "shelf", "version": "3"})

    async def _all(self, asked: Asked) -> Response:
        return self._listed(asked, self.world.repositories)

    async def _owner(self, asked: Asked) -> Response:
        owner = self.world.owner(asked.path_params["owner"])
        return self._listed(asked, self.world.of(owner)) if owner else _missing("owner")

    async def _one(self, asked: Asked) -> Response:
        return self._shown(asked, self.world.by_id(asked.path_params["id"]))

    async def _named(self, asked: Asked) -> Response:
        path = asked.path_params["path"]
        moved = self.world.moved(path)
        if moved is not None:
            return RedirectResponse(f"/api/named/{moved.path}", 301)
        return self._shown(asked, self.world.find(path))

    async def _blob(self, asked: Asked) -> Response:
        repository = self.world.by_id(asked.path_params["id"])
        for content in repository.files.values() if repository else ():
            if blob_id(content) == asked.path_params["blob"]:
                asked.state.exchange.text_bytes += len(content)
                return Response(content, media_type="application/octet-stream")
        return _missing("blob")

    def _listed(self, asked: Asked, repositories: Sequence[Repository]) -> Response:
        query = asked.query_params
        found = [r for r in repositories if r.id > int(query["after"]) and self._shows(asked, r)]
        if "since" in query:
            since = datetime.fromisoformat(query["since"])
            found = [r for r in found if r.updated_at >= since]
        rows = [self._row(r) for r in found[:_PAGE]]
        return JSONResponse({"repositories": rows, "more": len(found) > _PAGE})

    def _shown(self, asked: Asked, repository: Repository | None) -> Response:
        if repository is None or not self._shows(asked, repository):
            return _missing("repository")
        return JSONResponse(self._row(repository))

    def _shows(self, asked: Asked, repository: Repository) -> bool:
        request: Request = asked.state.request
        viewer: Viewer | None = self.viewer(request)
        return viewer is not None and visible(viewer, repository)

    def _row(self, r: Repository) -> dict[str, Any]:
        return {
            "id": r.id,
            "full_name": r.path,
            "title": r.name,
            "summary": r.description,
            "owned_by": "user" if r.owner.kind is OwnerKind.USER else "organization",
            "public": r.visibility is Visibility.PUBLIC,
            "branch": r.default_branch,
            "archived": r.archived,
            "copied_from": r.parent.id if r.parent else None,
            "created": r.created_at.isoformat(),
            "updated": r.updated_at.isoformat(),
            "topics": list(r.topics),
            "languages": [name for name, _ in r.languages],
            "files": [
                {"path": path, "blob": blob_id(content), "size": len(content)}
                for path, content in r.files.items()
            ],
        }


def _missing(what: str) -> Response:
    return JSONResponse({"error": f"no such {what}"}, 404)
