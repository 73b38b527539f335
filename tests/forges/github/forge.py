# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The API of GitHub: ``api.github.com``, and below ``/api`` that of an Enterprise Server."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.forges.faults import Answer, Request
from tests.forges.github.apps import Apps, BadJwtError
from tests.forges.github.graphql import TIMEOUT, Refused, accept, execute
from tests.forges.github.nodes import Query, QueryTimeoutError, moment
from tests.forges.github.rest import (
    Json,
    file_content,
    full_owner,
    full_repository,
    minimal_repository,
    problem,
)
from tests.forges.limits import Limit, Standing
from tests.forges.server import Exchange, Forge
from tests.forges.world import (
    Owner,
    OwnerKind,
    Repository,
    Viewer,
    Visibility,
    World,
    insider,
    visible,
)

HOUR = timedelta(hours=1)
BAD_GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>Unicorn!</body></html>"
_SORTS: dict[str, Callable[[Repository], Any]] = {
    "created": lambda r: (r.created_at, r.id),
    "updated": lambda r: (r.updated_at, r.id),
    "pushed": lambda r: (r.pushed_at, r.id),
    "full_name": lambda r: r.path.casefold(),
}


def secondary_limit(retry_after: int | None = 60) -> Answer:
    """Plan GitHub's refusal of a client that is too fast."""
    headers = {"content-type": "application/json; charset=utf-8"}
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    message = (
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    )
    return Answer(status=403, headers=headers, body=json.dumps(problem(403, message)).encode())


def bad_gateway(status: int = 502) -> Answer:
    """Plan the page that GitHub's gateway shows when a query takes too long."""
    return Answer(status=status, headers={"content-type": "text/html"}, body=BAD_GATEWAY_PAGE)


def timeout_in_200() -> Answer:
    """Plan the other word for a time-out: an error in an answer that looks well."""
    body = {"data": None, "errors": [{"message": TIMEOUT}]}
    return Answer(
        status=200, headers={"content-type": "application/json"}, body=json.dumps(body).encode()
    )


class GitHubForge(Forge):
    """A stand-in for GitHub's API."""

    def __init__(self, world: World, *, public_url: str | None = None) -> None:
        super().__init__(world, public_url=public_url)
        self.apps = Apps()
        self.anonymous_limit = 60
        """REST requests an hour without a token."""
        self.token_limit = 5000
        self.search_limit = 10
        self.points_limit = 5000
        self.poisonous: set[int] = set()
        """Ids of repositories that no GraphQL query gets the files of in time."""
        self.leaks = False
        """Shows private repositories to a token though the query asks for public ones only."""
        self.slow_above: int | None = None
        """A query that looks more files up than this ends in 502."""
        self.most_objects: int | None = None
        """So many files of a query are looked up, then it meets RESOURCE_LIMITS_EXCEEDED."""

    # --- what the shared server asks --------------------------------------------------------

    def kind_of(self, path: str) -> str:
        """Tell GraphQL from REST."""
        return "graphql" if path in ("/graphql", "/api/graphql") else "rest"

    def viewer(self, request: Request) -> Viewer | None:
        """Say who asks; a token of an App ends after an hour."""
        if request.token in self.apps.issued:
            ended = self.apps.issued[request.token] <= self.clock.now()
            return None if ended else insider("installation")
        return super().viewer(request)

    def routes(self) -> Sequence[BaseRoute]:
        """Name the addresses; an Enterprise Server has the same ones below ``/api/v3``."""
        rest: dict[str, Callable[[Asked, Viewer], Response]] = {
            "/": self._root,
            "/users/{login}": self._owner,
            "/orgs/{login}": self._organization,
            "/users/{login}/repos": self._owner_repositories,
            "/orgs/{login}/repos": self._organization_repositories,
            "/repos/{owner}/{name}": self._repository,
            "/repos/{owner}/{name}/contents/{path:path}": self._contents,
            "/repositories/{id:int}": self._repository,
            "/repositories/{id:int}/contents/{path:path}": self._contents,
        }
        routes: list[BaseRoute] = []
        for prefix in ("", "/api/v3"):
            routes += [
                Route(f"{prefix}/rate_limit", self._rate_limit),
                Route(f"{prefix}/search/repositories", self._search),
                Route(
                    f"{prefix}/app/installations/{{id:int}}/access_tokens",
                    self._access_token,
                    methods=["POST"],
                ),
            ]
            routes += [Route(prefix + path, self._limited(tell)) for path, tell in rest.items()]
        routes += [
            Route(path, self._graphql, methods=["POST"]) for path in ("/graphql", "/api/graphql")
        ]
        return [*routes, Route("/{path:path}", self._limited(self._nothing))]

    # --- budgets ----------------------------------------------------------------------------

    def _limited(self, tell: Callable[[Asked, Viewer], Response]) -> Callable[[Asked], Any]:
        """Wrap a REST answer: who asks, conditional requests, the budget."""

        async def endpoint(asked: Asked) -> Response:
            viewer = self.viewer(_request(asked))
            if viewer is None:
                return self._headed(JSONResponse(problem(401, "Bad credentials"), 401))
            anonymous = _request(asked).token is None
            answer = tell(asked, viewer)
            same = answer.status_code == 200 and _etagged(answer, asked)
            free = same and not anonymous
            standing = self._core(viewer, anonymous=anonymous, cost=0 if free else 1)
            if standing.refused:
                who = "127.0.0.1" if anonymous else f"user ID {viewer.name}"
                body = problem(403, f"API rate limit exceeded for {who}.")
                return self._headed(JSONResponse(body, 403), standing, "core")
            if same:
                answer = Response(status_code=304, headers={"etag": answer.headers["etag"]})
            return self._headed(answer, standing, "core")

        return endpoint

    def _core(self, viewer: Viewer, *, anonymous: bool, cost: int) -> Standing:
        amount = self.anonymous_limit if anonymous else self.token_limit
        return self.meter.spend(viewer.name, "core", Limit(amount, HOUR, "core"), cost)

    def _points(self, viewer: Viewer, cost: int) -> Standing:
        limit = Limit(self.points_limit, HOUR, "graphql")
        return self.meter.spend(viewer.name, "graphql", limit, cost)

    def _headed(
        self, answer: Response, standing: Standing | None = None, resource: str = "core"
    ) -> Response:
        answer.headers["x-github-media-type"] = "github.v3; format=json"
        answer.headers["x-github-api-version-selected"] = "2022-11-28"
        answer.headers["x-github-request-id"] = f"5TAN:D1{len(self.log):04X}"
        if standing is not None:
            answer.headers["x-ratelimit-limit"] = str(standing.limit.amount)
            answer.headers["x-ratelimit-remaining"] = str(standing.remaining)
            answer.headers["x-ratelimit-used"] = str(standing.used)
            answer.headers["x-ratelimit-reset"] = str(int(standing.reset_at.timestamp()))
            answer.headers["x-ratelimit-resource"] = resource
        return answer

    async def _rate_limit(self, asked: Asked) -> Response:
        viewer = self.viewer(_request(asked))
        if viewer is None:
            return self._headed(JSONResponse(problem(401, "Bad credentials"), 401))
        anonymous = _request(asked).token is None
        core = self._core(viewer, anonymous=anonymous, cost=0)
        graphql = self._points(viewer, 0)
        body = {
            "resources": {"core": _shown_standing(core), "graphql": _shown_standing(graphql)},
            "rate": _shown_standing(core),
        }
        return self._headed(JSONResponse(body), core)

    async def _search(self, asked: Asked) -> Response:
        """Search by topics alone, on a budget of its own."""
        viewer = self.viewer(_request(asked))
        if viewer is None:
            return self._headed(JSONResponse(problem(401, "Bad credentials"), 401))
        limit = Limit(self.search_limit, timedelta(minutes=1), "search")
        standing = self.meter.spend(viewer.name, "search", limit, 1)
        if standing.refused:
            body = problem(403, "API rate limit exceeded for 127.0.0.1.")
            return self._headed(JSONResponse(body, 403), standing, "search")
        words = asked.query_params["q"].split()
        topics = {word.removeprefix("topic:") for word in words if word.startswith("topic:")}
        found = [
            r
            for r in self.world.repositories
            if r.visibility is Visibility.PUBLIC
            and topics <= set(r.topics)
            and (r.parent is None or "fork:true" in words)
        ]
        answer = self._listed(asked, found)
        items = json.loads(bytes(answer.body))
        body = {"total_count": len(found), "incomplete_results": False, "items": items}
        links = {"link": answer.headers["link"]} if "link" in answer.headers else None
        return self._headed(JSONResponse(body, headers=links), standing, "search")

    # --- GraphQL ----------------------------------------------------------------------------

    async def _graphql(self, asked: Asked) -> Response:
        request, exchange = _request(asked), _exchange(asked)
        viewer = self.viewer(request)
        if viewer is None or request.token is None:
            message = (
                "Bad credentials"
                if request.token
                else "This endpoint requires you to be authenticated."
            )
            return self._headed(JSONResponse(problem(401, message), 401))
        try:
            body = json.loads(request.body)
        except ValueError:
            return self._headed(JSONResponse(problem(400, "Problems parsing JSON"), 400))
        accepted = accept(body)
        if isinstance(accepted, Refused):
            return self._headed(JSONResponse(accepted.body), self._points(viewer, 0), "graphql")
        standing = self._points(viewer, accepted.cost.points)
        if standing.refused:
            error = {
                "type": "RATE_LIMITED",
                "message": f"API rate limit exceeded for user ID {viewer.name}.",
            }
            return self._headed(JSONResponse({"errors": [error]}), standing, "graphql")
        exchange.points = accepted.cost.points
        query = Query(
            world=self.world,
            web_url=self.public_url,
            viewer=viewer,
            cost=accepted.cost,
            standing=standing,
            poisonous=frozenset(self.poisonous),
            most_objects=self.most_objects,
            slow_above=self.slow_above,
            leaks=self.leaks,
        )
        try:
            answer = execute(accepted, query)
        except QueryTimeoutError:
            return self._headed(Response(BAD_GATEWAY_PAGE, 502, media_type="text/html"))
        exchange.text_bytes = query.text_bytes
        return self._headed(JSONResponse(answer), standing, "graphql")

    # --- REST -------------------------------------------------------------------------------

    def _api(self, asked: Asked) -> str:
        """Give the base under which this request came in, for the links of its answer."""
        return self.url + ("/api/v3" if asked.url.path.startswith("/api/v3") else "")

    def _root(self, asked: Asked, viewer: Viewer) -> Response:
        api = self._api(asked)
        return JSONResponse(
            {
                "current_user_url": f"{api}/user",
                "organization_repositories_url": f"{api}/orgs/{{org}}/repos{{?type,page}}",
                "rate_limit_url": f"{api}/rate_limit",
                "repository_url": f"{api}/repos/{{owner}}/{{repo}}",
            }
        )

    def _nothing(self, asked: Asked, viewer: Viewer) -> Response:
        return JSONResponse(problem(404, "Not Found"), 404)

    def _account(self, asked: Asked, *, organization: bool = False) -> Owner | None:
        owner = self.world.owner(asked.path_params["login"])
        user = owner is not None and owner.kind is OwnerKind.USER
        return None if user and organization else owner

    def _owner(self, asked: Asked, viewer: Viewer) -> Response:
        owner = self._account(asked)
        if owner is None:
            return self._nothing(asked, viewer)
        return JSONResponse(full_owner(owner, self.world, self._api(asked), self.public_url))

    def _organization(self, asked: Asked, viewer: Viewer) -> Response:
        owner = self._account(asked, organization=True)
        if owner is None:
            return self._nothing(asked, viewer)
        return JSONResponse(full_owner(owner, self.world, self._api(asked), self.public_url))

    def _owner_repositories(self, asked: Asked, viewer: Viewer) -> Response:
        """List an account's public repositories; the address is good for organisations too."""
        owner = self._account(asked)
        if owner is None:
            return self._nothing(asked, viewer)
        public = [r for r in self.world.of(owner) if r.visibility is Visibility.PUBLIC]
        return self._listed(asked, public)

    def _organization_repositories(self, asked: Asked, viewer: Viewer) -> Response:
        owner = self._account(asked, organization=True)
        if owner is None:
            return self._nothing(asked, viewer)
        return self._listed(asked, [r for r in self.world.of(owner) if visible(viewer, r)])

    def _listed(self, asked: Asked, repositories: list[Repository]) -> Response:
        sort = asked.query_params.get("sort", "full_name")
        up = asked.query_params.get("direction", "asc" if sort == "full_name" else "desc") == "asc"
        repositories.sort(key=_SORTS[sort], reverse=not up)
        size = max(1, min(100, _number(asked.query_params.get("per_page"), 30)))
        page = max(1, _number(asked.query_params.get("page"), 1))
        last = max(1, -(-len(repositories) // size))
        api, web = self._api(asked), self.public_url
        shown = repositories[(page - 1) * size : page * size]
        answer = JSONResponse([minimal_repository(r, self.world, api, web) for r in shown])
        links: dict[str, int] = {}
        if page > 1:
            links |= {"prev": page - 1, "first": 1}
        if page < last:
            links |= {"next": page + 1, "last": last}
        if links:
            answer.headers["link"] = ", ".join(
                f'<{_with_page(asked, self.url, n)}>; rel="{name}"' for name, n in links.items()
            )
        return answer

    def _found(self, asked: Asked, viewer: Viewer) -> Repository | Response:
        """Find the repository that the path names, by id or by name, or say where it went."""
        named = asked.path_params
        if "id" in named:
            found = self.world.by_id(named["id"])
        else:
            path = f"{named['owner']}/{named['name']}"
            found = self.world.find(path)
            moved = self.world.moved(path) if found is None else None
            if moved is not None and visible(viewer, moved):
                rest = f"/contents/{named['path']}" if "path" in named else ""
                location = f"{self._api(asked)}/repositories/{moved.id}{rest}"
                body = {**problem(301, "Moved Permanently"), "url": location}
                return JSONResponse(body, 301, headers={"location": location})
        if found is None or not visible(viewer, found):
            return self._nothing(asked, viewer)
        return found

    def _repository(self, asked: Asked, viewer: Viewer) -> Response:
        found = self._found(asked, viewer)
        if isinstance(found, Response):
            return found
        return JSONResponse(full_repository(found, self.world, self._api(asked), self.public_url))

    def _contents(self, asked: Asked, viewer: Viewer) -> Response:
        found = self._found(asked, viewer)
        if isinstance(found, Response):
            return found
        if found.disabled:
            return JSONResponse(problem(403, "Repository access blocked"), 403)
        path = asked.path_params["path"]
        tree = found.branch(asked.query_params.get("ref"))
        if tree is None or path not in tree:
            return self._nothing(asked, viewer)
        content = tree[path]
        _exchange(asked).text_bytes += len(content)
        if "raw" in asked.headers.get("accept", ""):
            kind = "application/vnd.github.raw; charset=utf-8"
            return Response(content, media_type=kind)
        shown = file_content(found, path, content, self._api(asked), self.public_url)
        return JSONResponse(shown)

    # --- Apps -------------------------------------------------------------------------------

    async def _access_token(self, asked: Asked) -> Response:
        request = _request(asked)
        try:
            token, ends = self.apps.issue(
                request.token or "", asked.path_params["id"], self.clock.now()
            )
        except BadJwtError as error:
            status = 404 if str(error) == "Not Found" else 401
            return self._headed(JSONResponse(problem(status, str(error)), status))
        body: Json = {
            "token": token,
            "expires_at": moment(ends),
            "permissions": {"contents": "read", "metadata": "read"},
            "repository_selection": "all",
        }
        return self._headed(JSONResponse(body, 201))


def _request(asked: Asked) -> Request:
    request: Request = asked.state.request
    return request


def _exchange(asked: Asked) -> Exchange:
    exchange: Exchange = asked.state.exchange
    return exchange


def _etagged(answer: Response, asked: Asked) -> bool:
    """Give the answer its ETag; say whether the client has this answer already."""
    digest = hashlib.sha256(bytes(answer.body)).hexdigest()
    etag = f'W/"{digest}"'
    answer.headers["etag"] = etag
    known = asked.headers.get("if-none-match", "")
    return digest in known


def _shown_standing(standing: Standing) -> Json:
    return {
        "limit": standing.limit.amount,
        "used": standing.used,
        "remaining": standing.remaining,
        "reset": int(standing.reset_at.timestamp()),
    }


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdigit() else otherwise


def _with_page(asked: Asked, base: str, page: int) -> str:
    query = {k: v[-1] for k, v in parse_qs(asked.url.query).items()} | {"page": str(page)}
    return f"{base}{asked.url.path}?{urlencode(query)}"
