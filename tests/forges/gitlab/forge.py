# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The GitLab stand-in as a whole: GraphQL, REST, web pages, credentials and limits."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, unquote

from starlette.requests import Request as Asked
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tests.forges.faults import SIGN_IN, Answer, Request
from tests.forges.gitlab.graphql import Endpoint
from tests.forges.gitlab.rest import Rest
from tests.forges.gitlab.shapes import BrokenRepositoryError, Shapes, TextFilter, text_of
from tests.forges.limits import Limit, Standing
from tests.forges.server import Exchange, Forge
from tests.forges.world import Repository, Viewer, World, reads_code, visible

ANONYMOUS_COMPLEXITY = 200
TOKEN_COMPLEXITY = 250
_ALWAYS = 1_000_000


class GitLabForge(Forge):
    """A GitLab, or an OpenCoDE, on loopback.

    Args:
        world: what it holds.
        public_url: the address that it gives as its own.
        lacks: what its GraphQL is too old to know (``Project.languages``, ``Query.projects.ids``).
        complexity: its limit, where it is not 200 without and 250 with a token.
        dear_blobs: it scores files as the releases of autumn 2025 did.
        limits: by kind of request (``graphql``, ``rest``, ``raw``).
        text: what it makes of a file's bytes in GraphQL.
    """

    def __init__(
        self,
        world: World,
        *,
        public_url: str | None = None,
        lacks: Sequence[str] = (),
        complexity: int | None = None,
        dear_blobs: bool = False,
        limits: Mapping[str, Limit] | None = None,
        text: TextFilter = text_of,
    ) -> None:
        super().__init__(world, public_url=public_url)
        self.limits = dict(limits or {})
        self.text = text
        self._complexity = complexity
        self._broken: set[int] = set()
        self._endpoint = Endpoint(lacks=lacks, dear_blobs=dear_blobs)

    def refuse_graphql(self, answer: Answer) -> None:
        """Answer every GraphQL request with this from now on."""
        self.faults.plan(answer, when=lambda request: request.kind == "graphql", times=_ALWAYS)

    def break_project(self, repository: Repository) -> None:
        """Fail, as GitLab does over a damaged repository, on every page that reads its files."""
        self._broken.add(repository.id)

    def routes(self) -> Sequence[BaseRoute]:
        """One way in; paths hold encoded slashes, so that they are taken apart here."""
        return [Route("/{path:path}", self._answer, methods=["GET", "HEAD", "POST"])]

    def kind_of(self, path: str) -> str:
        """Tell GraphQL, REST, files and pages apart."""
        if path == "/api/graphql":
            return "graphql"
        if path.startswith("/api/v4/"):
            return "raw" if path.endswith("/raw") else "rest"
        return "raw" if "/-/raw/" in path else "web"

    def token_of(self, headers: dict[str, str], query: str) -> str | None:
        """GitLab takes a token in two headers and as a parameter."""
        parameter = parse_qs(query).get("private_token", [None])[0]
        return headers.get("private-token") or super().token_of(headers, query) or parameter

    async def _answer(self, asked: Asked) -> Response:
        request: Request = asked.state.request
        viewer = self.viewer(request)
        if viewer is None:
            return self._unauthorised(request)
        standing = self._spend(request)
        if standing and standing.refused:
            headers = _rate_headers(standing) | {"Retry-After": str(standing.retry_after)}
            return Response("Retry later\n", 429, headers, "text/plain")
        if request.kind == "graphql":
            response = self._graphql(request, asked.state.exchange, viewer)
        elif request.path.startswith("/api/v4/"):
            response = self._rest(asked, request, asked.state.exchange, viewer)
        else:
            response = self._web(request, asked.state.exchange, viewer)
        response.headers.update(_rate_headers(standing) if standing else {})
        return response

    def _graphql(self, request: Request, exchange: Exchange, viewer: Viewer) -> Response:
        try:
            body = json.loads(request.body)
        except ValueError:
            return JSONResponse({"errors": [{"message": "Unexpected end of document"}]}, 422)
        shapes = Shapes(
            self.world,
            viewer,
            self.public_url,
            text=self.text,
            sent=lambda size: _count(exchange, size),
            broken=self._broken,
        )
        standard = TOKEN_COMPLEXITY if request.token else ANONYMOUS_COMPLEXITY
        limit = standard if self._complexity is None else self._complexity
        try:
            answer, exchange.points = self._endpoint.run(body, shapes, limit)
        except BrokenRepositoryError:
            return JSONResponse({"errors": [{"message": "Internal server error"}]}, 500)
        return JSONResponse(answer)

    def _rest(self, asked: Asked, request: Request, exchange: Exchange, viewer: Viewer) -> Response:
        path = asked.scope["raw_path"].decode("ascii").split("?", 1)[0]
        segments = [unquote(segment) for segment in path.split("/")[3:]]
        rest = Rest(
            world=self.world,
            viewer=viewer,
            public_url=self.public_url,
            url=self.url,
            method=request.method,
            query=dict(asked.query_params),
            sent=lambda size: _count(exchange, size),
        )
        return rest.answer(segments)

    def _web(self, request: Request, exchange: Exchange, viewer: Viewer) -> Response:
        path, _, below = request.path.strip("/").partition("/-/")
        if path == "users/sign_in":
            return HTMLResponse(SIGN_IN)
        repository = self.world.find(path)
        if repository is None and (moved := self.world.moved(path)) and visible(viewer, moved):
            rest = f"/-/{below}" if below else ""
            return RedirectResponse(f"{self.url}/{moved.path}{rest}", 302)
        if repository is None or not visible(viewer, repository):
            return RedirectResponse(f"{self.url}/users/sign_in", 302)
        if not below.startswith("raw/"):
            return HTMLResponse(f"<!DOCTYPE html><title>{repository.name}</title>")
        branch, _, file = below.removeprefix("raw/").partition("/")
        content = (repository.branch(branch) or {}).get(file)
        if content is None or not reads_code(viewer, repository):
            return HTMLResponse("<!DOCTYPE html><title>Not Found</title>", 404)
        _count(exchange, len(content))
        return Response(content, media_type="text/plain")

    def _unauthorised(self, request: Request) -> Response:
        if request.kind == "graphql":
            return JSONResponse({"errors": [{"message": "Invalid token"}]}, 401)
        return JSONResponse({"message": "401 Unauthorized"}, 401)

    def _spend(self, request: Request) -> Standing | None:
        limit = self.limits.get(request.kind)
        if limit is None:
            return None
        return self.meter.spend(request.token or "anonymous", request.kind, limit)


def _count(exchange: Exchange, size: int) -> None:
    exchange.text_bytes += size


def _rate_headers(standing: Standing) -> dict[str, str]:
    observed = standing.used + standing.refused
    return {
        "RateLimit-Limit": str(standing.limit.amount),
        "RateLimit-Name": standing.limit.name,
        "RateLimit-Observed": str(observed),
        "RateLimit-Remaining": str(standing.remaining),
        "RateLimit-Reset": str(int(standing.reset_at.timestamp())),
    }
