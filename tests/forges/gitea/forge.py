# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The Gitea stand-in as a whole: REST, web pages, credentials, limits, a closed front door."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlencode

from starlette.requests import Request as Asked
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tests.forges.faults import Request
from tests.forges.gitea import shapes
from tests.forges.limits import Limit
from tests.forges.server import Exchange, Forge
from tests.forges.world import (
    ANONYMOUS,
    Owner,
    Repository,
    Viewer,
    Visibility,
    World,
    seen_by,
    sees_owner,
    visible,
)

Entry = TypeVar("Entry")

DEFAULT_PAGE = 30
DEFAULT_TREE_PAGE = 1000
_BASE = "/api/v1"
_SORTS: dict[str, Callable[[Repository], Any]] = {
    "alpha": lambda r: r.path.casefold(),
    "created": lambda r: (r.created_at, r.id),
    "updated": lambda r: (r.updated_at, r.id),
    "id": lambda r: r.id,
}


class GiteaForge(Forge):
    """A Gitea, or a Forgejo, on loopback.

    Args:
        world: what it holds; groups are organisations.
        public_url: the address that it gives as its own.
        version: what it says that it is; a Forgejo says ``11.0.3+gitea-1.22.0``.
        largest_page: its ``MAX_RESPONSE_ITEMS``.
        lacks: fields of a repository that it is too old to tell, and ``settings``.
        closed: it lets only those ask who sign in.
        limits: by kind of request (``rest``, ``raw``), as a proxy before it keeps them.
    """

    def __init__(
        self,
        world: World,
        *,
        public_url: str | None = None,
        version: str = "1.24.2",
        largest_page: int = 50,
        lacks: Collection[str] = (),
        closed: bool = False,
        limits: Mapping[str, Limit] | None = None,
    ) -> None:
        super().__init__(world, public_url=public_url)
        self.limits = dict(limits or {})
        self.closed = closed
        self._version = version
        self._largest_page = largest_page
        self._lacks = frozenset(lacks)

    def routes(self) -> Sequence[BaseRoute]:
        """One way in, taken apart here."""
        return [Route("/{path:path}", self._answer, methods=["GET", "HEAD"])]

    def kind_of(self, path: str) -> str:
        """Tell REST, files and pages apart."""
        if path.startswith(f"{_BASE}/"):
            return "rest"
        return "raw" if "/raw/" in path else "web"

    def token_of(self, headers: dict[str, str], query: str) -> str | None:
        """Gitea takes a token in a header and, in old releases, as a parameter."""
        parameter = parse_qs(query).get("token", [None])[0]
        return super().token_of(headers, query) or parameter

    async def _answer(self, asked: Asked) -> Response:
        request: Request = asked.state.request
        viewer = self.viewer(request)
        if viewer is None:
            return self._problem(401, "invalid username, password or token")
        limited = self._limited(request)
        if limited is not None:
            return limited
        if request.kind != "rest":
            return self._web(request, asked.state.exchange, viewer)
        if self.closed and viewer is ANONYMOUS:
            message = "Only signed in user is allowed to call APIs."
            return JSONResponse({"message": message}, 403)
        path = asked.scope["raw_path"].decode("ascii").split("?", 1)[0].removeprefix(_BASE)
        segments = [unquote(segment) for segment in path.strip("/").split("/")]
        return self._rest(segments, dict(asked.query_params), viewer, asked.state.exchange)

    def _limited(self, request: Request) -> Response | None:
        limit = self.limits.get(request.kind)
        if limit is None:
            return None
        standing = self.meter.spend(request.token or "anonymous", request.kind, limit)
        if not standing.refused:
            return None
        headers = {"Retry-After": str(standing.retry_after)}
        return Response("Too Many Requests\n", 429, headers, "text/plain")

    def _rest(
        self, segments: list[str], query: Mapping[str, str], viewer: Viewer, exchange: Exchange
    ) -> Response:
        match segments:
            case ["repos" | "repositories", *rest]:
                return self._repositories(viewer, rest, query, exchange)
            case ["orgs"]:
                return self._organizations(viewer, query)
            case ["orgs" | "users" as kind, name]:
                return self._account(viewer, kind, name)
            case ["version"]:
                return JSONResponse({"version": self._version})
            case ["settings", "api"] if "settings" not in self._lacks:
                return self._settings()
        return self._missing()

    def _settings(self) -> Response:
        return JSONResponse(
            {
                "max_response_items": self._largest_page,
                "default_paging_num": DEFAULT_PAGE,
                "default_git_trees_per_page": DEFAULT_TREE_PAGE,
                "default_max_blob_size": 10485760,
            }
        )

    # --- repositories -----------------------------------------------------------------------

    def _repositories(
        self, viewer: Viewer, rest: list[str], query: Mapping[str, str], exchange: Exchange
    ) -> Response:
        match rest:
            case ["search"]:
                return self._search(viewer, query)
            case [number] if number.isdecimal():
                return self._shown(viewer, self.world.by_id(int(number)))
            case [owner, name, *below]:
                return self._repository(viewer, f"{owner}/{name}", below, query, exchange)
        return self._missing()

    def _search(self, viewer: Viewer, query: Mapping[str, str]) -> Response:
        found = seen_by(viewer, self.world.repositories)
        if query.get("private", "true") == "false":
            found = [r for r in found if r.visibility is Visibility.PUBLIC]
        if "uid" in query:
            found = [r for r in found if r.owner.id == int(query["uid"])]
        sort = _SORTS.get(query.get("sort", "alpha"))
        if sort is None:
            return self._problem(422, f'Invalid sort mode: "{query["sort"]}"')
        ordered = sorted(found, key=sort, reverse=query.get("order", "asc") == "desc")
        page, headers = self._page(ordered, query, "/repos/search")
        rows = [self._row(viewer, r) for r in page]
        return JSONResponse({"ok": True, "data": rows}, headers=headers)

    def _repository(
        self,
        viewer: Viewer,
        path: str,
        rest: list[str],
        query: Mapping[str, str],
        exchange: Exchange,
    ) -> Response:
        repository = self.world.find(path)
        if repository is None and (moved := self.world.moved(path)):
            where = "/".join([f"{_BASE}/repos/{moved.path}", *rest])
            where += f"?{urlencode(query)}" if query else ""
            return RedirectResponse(where, 301)
        if repository is None or not rest or not visible(viewer, repository):
            return self._shown(viewer, repository)
        if rest == ["topics"]:
            return JSONResponse({"topics": list(repository.topics)})
        if repository.code is not Visibility.PUBLIC:
            return self._missing()
        if repository.disabled:
            return self._problem(500, "")
        return self._code(repository, rest, query, exchange)

    def _code(
        self, repository: Repository, rest: list[str], query: Mapping[str, str], exchange: Exchange
    ) -> Response:
        match rest:
            case ["languages"]:
                return JSONResponse(dict(repository.languages))
            case ["git", "trees", "HEAD"]:
                return self._tree(repository, query)
            case ["contents", *segments]:
                name = "/".join(segments)
                content = repository.files.get(name)
                if content is not None:
                    exchange.text_bytes += len(content)
                    return JSONResponse(shapes.contents(repository, name, content, self.public_url))
        return self._missing()

    def _tree(self, repository: Repository, query: Mapping[str, str]) -> Response:
        if repository.default_branch is None:
            return self._problem(400, "object does not exist [id: HEAD, rel_path: ]")
        told = shapes.tree(
            repository,
            repository.files,
            self.public_url,
            page=max(1, int(query.get("page", 1))),
            size=min(int(query.get("per_page", DEFAULT_TREE_PAGE)), DEFAULT_TREE_PAGE),
        )
        return JSONResponse(told, headers={"X-Total-Count": str(told["total_count"])})

    def _shown(self, viewer: Viewer, repository: Repository | None) -> Response:
        if repository is None or not visible(viewer, repository):
            return self._missing()
        return JSONResponse(self._row(viewer, repository))

    def _row(self, viewer: Viewer, repository: Repository) -> shapes.Json:
        return shapes.repository(repository, viewer, self.public_url, lacks=self._lacks)

    # --- accounts ---------------------------------------------------------------------------

    def _organizations(self, viewer: Viewer, query: Mapping[str, str]) -> Response:
        found = [o for o in self.world.owners if shapes.is_organization(o)]
        seen = sorted((o for o in found if sees_owner(viewer, o)), key=lambda o: o.slug)
        page, headers = self._page(seen, query, "/orgs")
        rows = [shapes.organization(o, self.public_url) for o in page]
        return JSONResponse(rows, headers=headers)

    def _account(self, viewer: Viewer, kind: str, name: str) -> Response:
        owner: Owner | None = self.world.owner(name)
        if owner is None or not sees_owner(viewer, owner):
            return self._problem(404, f"user redirect does not exist [name: {name}]")
        if kind == "users":
            return JSONResponse(shapes.user(owner, self.public_url))
        if not shapes.is_organization(owner):
            return self._missing()
        return JSONResponse(shapes.organization(owner, self.public_url))

    # --- what all answers share -------------------------------------------------------------

    def _page(
        self, found: Sequence[Entry], query: Mapping[str, str], path: str
    ) -> tuple[Sequence[Entry], dict[str, str]]:
        number = max(1, int(query.get("page", 1)))
        asked = int(query.get("limit", 0))
        size = min(asked, self._largest_page) if asked > 0 else DEFAULT_PAGE
        last = max(1, -(-len(found) // size))
        links = {}
        if number < last:
            links = {"next": number + 1, "last": last}
        if number > 1:
            links |= {"first": 1, "prev": number - 1}
        base = f"{self.public_url}{_BASE}{path}"
        headers = {"X-Total-Count": str(len(found))}
        if links:
            headers["Link"] = ",".join(
                f'<{base}?{urlencode({**query, "page": str(n)})}>; rel="{rel}"'
                for rel, n in links.items()
            )
        return found[(number - 1) * size : number * size], headers

    def _missing(self) -> Response:
        return self._problem(404, "The target couldn't be found.")

    def _problem(self, status: int, message: str) -> Response:
        told = {"errors": None, "message": message, "url": f"{self.public_url}/api/swagger"}
        return JSONResponse(told, status)

    # --- what browsers see ------------------------------------------------------------------

    def _web(self, request: Request, exchange: Exchange, viewer: Viewer) -> Response:
        if self.closed and viewer is ANONYMOUS:
            return RedirectResponse("/user/login", 303)
        segments = request.path.strip("/").split("/")
        path, below = "/".join(segments[:2]), segments[2:]
        repository = self.world.find(path)
        if repository is None and (moved := self.world.moved(path)) and visible(viewer, moved):
            return RedirectResponse("/".join([f"/{moved.path}", *below]), 303)
        if repository is None or not visible(viewer, repository):
            return HTMLResponse("<!DOCTYPE html><title>Page Not Found</title>", 404)
        if below[:2] != ["raw", "branch"]:
            return HTMLResponse(f"<!DOCTYPE html><title>{repository.name}</title>")
        name, _, file = "/".join(below[2:]).partition("/")
        content = (repository.branch(name) or {}).get(file)
        if content is None:
            return HTMLResponse("<!DOCTYPE html><title>Page Not Found</title>", 404)
        exchange.text_bytes += len(content)
        return Response(content, media_type="text/plain")
