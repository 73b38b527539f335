# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The Bitbucket Cloud stand-in: version 2.0 of its REST API, as far as anybody here asks for it."""

import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.forges.faults import Request
from tests.forges.limits import Limit
from tests.forges.server import Forge
from tests.forges.world import OwnerKind, Repository, Viewer, Visibility, World, seen_by, visible

_CONDITION = re.compile(r"(\w+)\s*(>=|>|=)\s*(\S+)")
_DEFAULT_PAGE, _LARGEST_PAGE = 10, 100


def uuid_of(number: int) -> str:
    """Give the id that the forge tells for a number of the world."""
    return f"{{{uuid.UUID(int=number)}}}"


class BitbucketForge(Forge):
    """A Bitbucket Cloud on loopback.

    Args:
        world: what it holds; owners are workspaces.
        public_url: the address that it gives as its own.
        limit: requests that it answers in a window of time, to everybody.
    """

    def __init__(
        self, world: World, *, public_url: str | None = None, limit: Limit | None = None
    ) -> None:
        super().__init__(world, public_url=public_url)
        self.limit = limit

    def routes(self) -> Sequence[BaseRoute]:
        """One way in, taken apart here."""
        return [Route("/{path:path}", self._answer)]

    def kind_of(self, path: str) -> str:
        """Tell files and the rest apart."""
        return "raw" if "/src/" in path else "rest"

    async def _answer(self, asked: Asked) -> Response:
        request: Request = asked.state.request
        viewer = self.viewer(request)
        if viewer is None:
            return _problem(401, "Token is invalid, expired, or not supported for this endpoint.")
        if self.limit is not None:
            standing = self.meter.spend(request.token or "anonymous", "all", self.limit)
            if standing.refused:
                headers = {"retry-after": str(standing.retry_after)}
                return Response("Rate limit for this resource has been exceeded", 429, headers)
        return self._rest(asked, viewer)

    def _rest(self, asked: Asked, viewer: Viewer) -> Response:
        raw = asked.scope["raw_path"].decode("ascii").split("?", 1)[0]
        segments = [unquote(segment) for segment in raw.removeprefix("/2.0/").split("/")]
        match segments:
            case ["repositories"]:
                return JSONResponse({"pagelen": 1})
            case ["repositories", workspace]:
                return self._listed(viewer, workspace, dict(asked.query_params))
            case ["repositories", workspace, name, *rest]:
                found = self._find(workspace, name)
                if found is None or not visible(viewer, found):
                    return _problem(404, f"Repository {workspace}/{name} not found")
                return self._repository(found, rest, asked)
        return _problem(404, "Resource not found")

    def _listed(self, viewer: Viewer, workspace: str, query: dict[str, str]) -> Response:
        owner = self.world.owner(workspace)
        if owner is None:
            return _problem(404, f"No workspace with identifier '{workspace}'.")
        rows = [self._row(r) for r in seen_by(viewer, self.world.of(owner))]
        for name, sign, value in _CONDITION.findall(query.get("q", "")):
            rows = [row for row in rows if _holds(row[name], sign, value)]
        rows.sort(key=lambda row: str(row[query.get("sort", "updated_on")]))
        size = min(int(query.get("pagelen", _DEFAULT_PAGE)), _LARGEST_PAGE)
        page = int(query.get("page", 1))
        told: dict[str, Any] = {
            "pagelen": size,
            "size": len(rows),
            "page": page,
            "values": rows[(page - 1) * size : page * size],
        }
        if page * size < len(rows):
            following = urlencode({**query, "page": page + 1})
            told["next"] = f"{self.public_url}/2.0/repositories/{workspace}?{following}"
        return JSONResponse(told)

    def _repository(self, repository: Repository, rest: list[str], asked: Asked) -> Response:
        match rest:
            case []:
                return JSONResponse(self._row(repository))
            case ["src", ref, *path]:
                name = "/".join(path)
                content = (repository.branch(ref) or {}).get(name)
                if content is None:
                    return _problem(404, f"No such file or directory: {name}")
                asked.state.exchange.text_bytes += len(content)
                return Response(content, media_type="text/plain")
        return _problem(404, "Resource not found")

    def _find(self, workspace: str, name: str) -> Repository | None:
        if workspace == "{}":
            return self.world.by_id(uuid.UUID(name.strip("{}")).int)
        path = f"{workspace}/{name}"
        return self.world.find(path) or self.world.moved(path)

    def _row(self, r: Repository) -> dict[str, Any]:
        web = f"{self.public_url}/{r.path}"
        languages = sorted(r.languages, key=lambda pair: -pair[1])
        row: dict[str, Any] = {
            "type": "repository",
            "uuid": uuid_of(r.id),
            "full_name": r.path,
            "slug": r.slug,
            "name": r.name,
            "description": r.description or "",
            "is_private": r.visibility is not Visibility.PUBLIC,
            "fork_policy": "allow_forks",
            "scm": "git",
            "website": None,
            "language": languages[0][0].lower() if languages else "",
            "created_on": _moment(r.created_at, r.id),
            "updated_on": _moment(r.updated_at, 0),
            "size": sum(len(content) for content in r.files.values()),
            "mainbranch": (
                {"type": "branch", "name": r.default_branch} if r.default_branch else None
            ),
            "owner": {
                "type": "user" if r.owner.kind is OwnerKind.USER else "team",
                "display_name": r.owner.name,
                "uuid": uuid_of(r.owner.id),
            },
            "workspace": {"type": "workspace", "slug": r.owner.slug, "name": r.owner.name},
            "links": {"html": {"href": web}, "clone": [{"name": "https", "href": f"{web}.git"}]},
        }
        if r.parent is not None and r.parent.visibility is Visibility.PUBLIC:
            row["parent"] = {
                "type": "repository",
                "full_name": r.parent.path,
                "uuid": uuid_of(r.parent.id),
            }
        return row


def _moment(at: datetime, number: int) -> str:
    """Write a time as Bitbucket does; what the world makes at once differs in its microseconds."""
    return at.replace(microsecond=number % 1_000_000).isoformat(timespec="microseconds")


def _holds(told: object, sign: str, value: str) -> bool:
    if isinstance(told, bool):
        return told is (value == "true")
    mine, theirs = datetime.fromisoformat(str(told)), datetime.fromisoformat(value)
    return mine > theirs or (sign != ">" and mine == theirs)


def _problem(status: int, message: str) -> Response:
    return JSONResponse({"type": "error", "error": {"message": message}}, status)
