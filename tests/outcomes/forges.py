# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The forges of the matrix."""

import base64
import json
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, ClassVar

from connectors.gitea import GiteaConnector
from connectors.github import GitHubConnector
from connectors.gitlab import GitLabConnector
from harvester.ports.connector import ConnectorType
from harvester.ports.listing import Scope, ScopeKind
from tests.forges.faults import Answer, Change, Fault, Predicate, Request
from tests.forges.gitea import GiteaForge
from tests.forges.github import GitHubForge, RawForge
from tests.forges.gitlab import GitLabForge
from tests.forges.server import Forge
from tests.forges.world import insider
from tests.outcomes.places import (
    OWNERS,
    ForgeUnderTest,
    Phase,
    Place,
    Strike,
    json_answer,
    misshape,
    query_of,
)

_TOKEN = "token-of-the-matrix"
_REFUSAL = {"errors": [{"message": "Something is not right"}]}
_LISTINGS = (Place.LISTING, Place.OWNER)


class GitLab(ForgeUnderTest):
    """GraphQL for all, REST where that is refused."""

    name = "GitLab"
    kind = "gitlab"
    url = "https://gitlab.example.org"
    connector: ClassVar[ConnectorType] = GitLabConnector

    def start(self, stack: ExitStack) -> Forge:
        return stack.enter_context(GitLabForge(self.world, public_url=self.url))

    def access(self, place: Place) -> dict[str, Any]:
        base = self.forge.url
        return {"api_url": f"{base}/api/v4", "graphql_url": f"{base}/api/graphql"}

    def strikes(self, place: Place) -> Predicate:
        def listing(request: Request) -> bool:
            return query_of(request) == "Instance" or request.path == "/api/v4/projects"

        def owner(request: Request) -> bool:
            if query_of(request) == "Group":
                return b'"path": "land"' in request.body
            return request.path.startswith(("/api/v4/groups/land", "/api/v4/users/land"))

        def text(request: Request) -> bool:
            if query_of(request) == "Ids":
                return b'"texts": true' in request.body
            return "/repository/" in request.path

        def look_up(request: Request) -> bool:
            if query_of(request) == "Ids":
                return b'"texts": false' in request.body
            return request.path.startswith("/api/v4/projects/")

        return {
            Place.LISTING: listing,
            Place.OWNER: owner,
            Place.TEXT: text,
            Place.LOOK_UP: look_up,
        }[place]

    @staticmethod
    def rows(answer: Any) -> list[list[Any]]:
        if isinstance(answer, list):
            return [answer]
        return [projects["nodes"] for projects, _, _ in _projects(answer)]

    @classmethod
    def nothing_there(cls, strike: Strike) -> Fault | None:
        if strike.place not in _LISTINGS:
            return super().nothing_there(strike)

        def edit(told: Any) -> None:
            for projects, _, _ in _projects(told):
                projects["nodes"] = []
                projects["pageInfo"] = {"hasNextPage": False, "endCursor": None}
                if "count" in projects:
                    projects["count"] = 0

        return cls.edited(edit)

    @classmethod
    def nulls(cls, strike: Strike) -> Fault | None:
        return None if _is_raw(strike) else super().nulls(strike)

    @classmethod
    def misshapen(cls, strike: Strike) -> Fault | None:
        return None if _is_raw(strike) else cls.edited(lambda told: misshape(cls.rows(told)))

    @classmethod
    def nulls_with_errors(cls, strike: Strike) -> Fault | None:
        def edit(told: Any) -> None:
            for projects, way, errors in _projects(told):
                for index in range(len(projects["nodes"])):
                    projects["nodes"][index] = None
                    errors.append(_error(*way, index))

        return None if _is_raw(strike) else cls.edited(edit)

    @classmethod
    def partial(cls, strike: Strike) -> Fault | None:
        def edit(told: Any) -> None:
            for projects, way, errors in _projects(told):
                for index, node in enumerate(projects["nodes"]):
                    node["repository"]["blobs"] = None
                    errors.append(_error(*way, index, "repository", "blobs"))

        if strike.place is Place.LOOK_UP or _is_raw(strike):
            return None
        return cls.edited(edit)

    @classmethod
    def refusal_in_200(cls, strike: Strike) -> Fault | None:
        return None if _is_raw(strike) else json_answer(_REFUSAL)

    @classmethod
    def stuck(cls, strike: Strike) -> Fault | None:
        def edit(told: Any) -> None:
            for projects, _, _ in _projects(told):
                projects["pageInfo"] = {"hasNextPage": True, "endCursor": None}

        return cls.edited(edit) if strike.place in _LISTINGS else None

    @classmethod
    def other_bytes(cls, strike: Strike) -> Fault | None:
        if strike.place is not Place.TEXT:
            return None
        return Change(lambda answer: _with_other_text(answer, "rawTextBlob"))


class GitHub(ForgeUnderTest):
    """GraphQL with a token; for the owners one by one it is read without, over REST."""

    name = "GitHub"
    kind = "github"
    url = "https://github.com"
    connector: ClassVar[ConnectorType] = GitHubConnector

    def start(self, stack: ExitStack) -> Forge:
        self.raw = stack.enter_context(
            RawForge(self.world, public_url="https://raw.githubusercontent.com")
        )
        forge = GitHubForge(self.world, public_url=self.url)
        forge.tokens[_TOKEN] = insider()
        return stack.enter_context(forge)

    def access(self, place: Place) -> dict[str, Any]:
        token = None if place is Place.OWNER else _TOKEN
        return {"api_url": self.forge.url, "raw_url": self.raw.url, "token": token}

    def scope(self, place: Place) -> Scope:
        return Scope(ScopeKind.OWNERS, OWNERS)

    def strikes(self, place: Place) -> Predicate:
        def listing(request: Request) -> bool:
            return query_of(request) in ("Listed", "Passed", "Totals", "News")

        def owner(request: Request) -> bool:
            return request.path == "/users/land/repos"

        def text(request: Request) -> bool:
            return query_of(request) == "Details" or "/contents/" in request.path

        def look_up(request: Request) -> bool:
            return request.path.startswith("/repositories/") and "/contents" not in request.path

        return {
            Place.LISTING: listing,
            Place.OWNER: owner,
            Place.TEXT: text,
            Place.LOOK_UP: look_up,
        }[place]

    @staticmethod
    def rows(answer: Any) -> list[list[Any]]:
        if isinstance(answer, list):
            return [answer]
        return [nodes for _, nodes, _ in _repositories(answer)]

    @classmethod
    def nothing_there(cls, strike: Strike) -> Fault | None:
        def edit(told: Any) -> None:
            for owner in _owners(told):
                for listed in owner.values():
                    listed |= {"totalCount": 0, "nodes": []}
                    listed["pageInfo"] = {"hasNextPage": False, "endCursor": None}

        if strike.place is Place.OWNER:
            return super().nothing_there(strike)
        return cls.edited(edit) if strike.place is Place.LISTING else None

    @classmethod
    def nulls(cls, strike: Strike) -> Fault | None:
        return json_answer(None) if strike.place is Place.LOOK_UP else super().nulls(strike)

    @classmethod
    def misshapen(cls, strike: Strike) -> Fault | None:
        if strike.place is Place.LOOK_UP:
            return json_answer({"colour": "blue"})
        return cls.edited(lambda told: misshape(cls.rows(told)))

    @classmethod
    def nulls_with_errors(cls, strike: Strike) -> Fault | None:
        def edit(told: Any) -> None:
            for way, nodes, errors in _repositories(told):
                for index in range(len(nodes)):
                    nodes[index] = None
                    errors.append(_error(*way, index))

        return None if strike.place in (Place.OWNER, Place.LOOK_UP) else cls.edited(edit)

    @classmethod
    def partial(cls, strike: Strike) -> Fault | None:
        def edit(told: Any) -> None:
            for way, nodes, errors in _repositories(told):
                for index, node in enumerate(nodes):
                    node["yml"] = None
                    errors.append(_error(*way, index, "yml"))

        return None if strike.place in (Place.OWNER, Place.LOOK_UP) else cls.edited(edit)

    @classmethod
    def refusal_in_200(cls, strike: Strike) -> Fault | None:
        return None if strike.place in (Place.OWNER, Place.LOOK_UP) else json_answer(_REFUSAL)

    @classmethod
    def stuck(cls, strike: Strike) -> Fault | None:
        def edit(told: Any) -> None:
            for owner in _owners(told):
                for listed in owner.values():
                    if "pageInfo" in listed:
                        listed["pageInfo"] = {"hasNextPage": True, "endCursor": None}

        return cls.edited(edit) if strike.place is Place.LISTING else None

    @classmethod
    def other_bytes(cls, strike: Strike) -> Fault | None:
        if strike.place is not Place.TEXT:
            return None
        return Change(lambda answer: _with_other_text(answer, "text"))


class Gitea(ForgeUnderTest):
    """REST for all; a listing tells no files."""

    name = "Gitea"
    kind = "gitea"
    url = "https://gitea.example.org"
    connector: ClassVar[ConnectorType] = GiteaConnector

    def start(self, stack: ExitStack) -> Forge:
        return stack.enter_context(GiteaForge(self.world, public_url=self.url, largest_page=4))

    def access(self, place: Place) -> dict[str, Any]:
        return {"api_url": f"{self.forge.url}/api/v1"}

    def strikes(self, place: Place) -> Predicate:
        land = self.world.owner("land")
        assert land is not None

        def listing(request: Request) -> bool:
            return request.path == "/api/v1/repos/search"

        def owner(request: Request) -> bool:
            asked = ("/api/v1/orgs/land", "/api/v1/users/land")
            return request.path in asked or f"uid={land.id}&" in request.query

        def text(request: Request) -> bool:
            return any(what in request.path for what in ("/git/trees/", "/contents/", "/languages"))

        def look_up(request: Request) -> bool:
            return request.path.startswith("/api/v1/repositories/")

        return {
            Place.LISTING: listing,
            Place.OWNER: owner,
            Place.TEXT: text,
            Place.LOOK_UP: look_up,
        }[place]

    @staticmethod
    def rows(answer: Any) -> list[list[Any]]:
        if isinstance(answer, list):
            return [answer]
        return [answer["data"]] if isinstance(answer, dict) and "data" in answer else []

    @classmethod
    def nothing_there(cls, strike: Strike) -> Fault | None:
        headers = {"content-type": "application/json", "x-total-count": "0"}
        nothing = Answer(status=200, headers=headers, body=b'{"ok": true, "data": []}')
        return {
            Place.LISTING: nothing,
            Place.OWNER: super().nothing_there(strike),
        }.get(strike.place)

    @classmethod
    def nulls(cls, strike: Strike) -> Fault | None:
        if strike.place in (Place.TEXT, Place.LOOK_UP):
            return json_answer(None)
        return super().nulls(strike)

    @classmethod
    def misshapen(cls, strike: Strike) -> Fault | None:
        if strike.place in (Place.TEXT, Place.LOOK_UP):
            return json_answer({"colour": "blue"})
        return cls.edited(lambda told: misshape(cls.rows(told)))

    @classmethod
    def nulls_with_errors(cls, strike: Strike) -> Fault | None:  # noqa: ARG003 - REST has none
        return None

    @classmethod
    def partial(cls, strike: Strike) -> Fault | None:  # noqa: ARG003 - as above
        return None

    @classmethod
    def refusal_in_200(cls, strike: Strike) -> Fault | None:  # noqa: ARG003 - as above
        return None

    @classmethod
    def stuck(cls, strike: Strike) -> Fault | None:
        pages: list[Answer] = []

        def again(answer: Answer) -> Answer:
            if b'"data"' in answer.body:
                pages.append(answer)
                link = f'<{cls.url}/api/v1/repos/search?page=2>; rel="next"'
                return replace(pages[0], headers={**pages[0].headers, "link": link})
            return answer

        return Change(again) if strike.place in _LISTINGS else None

    @classmethod
    def other_bytes(cls, strike: Strike) -> Fault | None:
        def edit(told: Any) -> None:
            if isinstance(told, dict) and "content" in told:
                told["content"] = base64.b64encode(b"other: bytes\n").decode()

        return cls.edited(edit) if strike.place is Place.TEXT else None


FORGES: tuple[type[ForgeUnderTest], ...] = (GitLab, GitHub, Gitea)


def _projects(told: Any) -> Iterator[tuple[dict[str, Any], list[Any], list[Any]]]:
    """Give the projects of a GitLab's GraphQL answer, where they stand, and its errors."""
    if not isinstance(told, dict) or "data" not in told:
        return
    way: list[Any] = ["projects", "nodes"]
    holder = told["data"]
    if holder.get("group"):
        way, holder = ["group", *way], holder["group"]
    yield holder["projects"], way, told.setdefault("errors", [])


def _owners(told: Any) -> Iterator[dict[str, Any]]:
    """Give the owners of a GitHub's GraphQL answer."""
    data = told.get("data") if isinstance(told, dict) else None
    for name, value in (data or {}).items():
        if name.startswith("owner") and value is not None:
            yield value


def _repositories(told: Any) -> Iterator[tuple[list[Any], list[Any], list[Any]]]:
    """Give where repositories stand in a GitHub's GraphQL answer, they themselves, and errors."""
    data = told.get("data") if isinstance(told, dict) else None
    if not data:
        return
    errors = told.setdefault("errors", [])
    if isinstance(data.get("nodes"), list):
        yield ["nodes"], data["nodes"], errors
    for alias, owner in data.items():
        if alias.startswith("owner") and "nodes" in owner.get("repositories", {}):
            yield [alias, "repositories", "nodes"], owner["repositories"]["nodes"], errors


def _is_raw(strike: Strike) -> bool:
    """A GitLab's first listing brings the texts; only what is not UTF-8 is asked for, raw."""
    return strike.place is Place.TEXT and strike.phase is Phase.FIRST


def _error(*path: Any) -> dict[str, Any]:
    return {"message": "not today", "path": list(path)}


def _with_other_text(answer: Answer, *fields: str) -> Answer:
    """Change the texts of files, in fields of JSON or as they are."""
    if answer.status != 200:
        return answer
    try:
        told = json.loads(answer.body)
    except ValueError:
        return replace(answer, body=answer.body + b"# changed\n")
    _spoil(told, fields)
    return replace(answer, body=json.dumps(told).encode())


def _spoil(told: Any, fields: Collection[str]) -> None:
    if isinstance(told, list):
        for one in told:
            _spoil(one, fields)
    elif isinstance(told, dict):
        for name, value in told.items():
            if name in fields and isinstance(value, str):
                told[name] = f"{value}# changed\n"
            else:
                _spoil(value, fields)
