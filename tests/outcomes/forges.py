# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The forges of the matrix."""

import json
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from connectors.github import GitHubConnector
from connectors.gitlab import GitLabConnector
from harvester.model import Scope, ScopeKind
from tests.forges.faults import Answer, Change, Fault, Predicate, Request
from tests.forges.github import GitHubForge, RawForge
from tests.forges.gitlab import GitLabForge
from tests.forges.server import Forge
from tests.forges.world import insider
from tests.outcomes.places import OWNERS, ForgeUnderTest, Place, query_of

_TOKEN = "token-of-the-matrix"  # noqa: S105 - opens nothing


class GitLab(ForgeUnderTest):
    """GraphQL for all, REST where that is refused."""

    name = "GitLab"
    kind = "gitlab"
    url = "https://gitlab.example.org"
    connector = GitLabConnector

    def start(self, stack: ExitStack) -> Forge:
        return stack.enter_context(GitLabForge(self.world, public_url=self.url))

    def access(self, place: Place) -> dict[str, Any]:
        base = self.forge.url
        return {"api_url": f"{base}/api/v4", "graphql_url": f"{base}/api/graphql"}

    def strikes(self, place: Place, *, first: bool) -> Predicate:
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

    def rows(self, answer: Any, place: Place) -> list[list[Any]]:
        if isinstance(answer, list):
            return [answer]
        if not isinstance(answer, dict) or "data" not in answer:
            return []
        holder = answer["data"].get("group") or answer["data"]
        return [holder["projects"]["nodes"]]

    def nulls_with_errors(self, place: Place) -> Fault | None:
        def edit(told: Any) -> None:
            for projects, way, errors in self._nodes(told):
                for index in range(len(projects["nodes"])):
                    projects["nodes"][index] = None
                    errors.append(_error(*way, index))

        return self.edited(edit)

    def partial(self, place: Place) -> Fault | None:
        if place is Place.LOOK_UP:
            return None

        def edit(told: Any) -> None:
            for projects, way, errors in self._nodes(told):
                for index, node in enumerate(projects["nodes"]):
                    node["repository"]["blobs"] = None
                    errors.append(_error(*way, index, "repository", "blobs"))

        return self.edited(edit)

    def refusal_in_200(self, place: Place) -> Fault | None:
        return _json({"errors": [{"message": "Something is not right"}]})

    def stuck(self, place: Place) -> Fault | None:
        if place not in (Place.LISTING, Place.OWNER):
            return None

        def edit(told: Any) -> None:
            for projects, _, _ in self._nodes(told):
                projects["pageInfo"] = {"hasNextPage": True, "endCursor": None}

        return self.edited(edit)

    def other_bytes(self, place: Place) -> Fault | None:
        if place is not Place.TEXT:
            return None
        return Change(lambda answer: _with_other_text(answer, "rawTextBlob"))

    def _nodes(self, told: Any) -> Iterator[tuple[Any, list[Any], list[Any]]]:
        """Give the projects of an answer over GraphQL, where they stand, and its errors."""
        if not isinstance(told, dict) or "data" not in told:
            return
        way: list[Any] = ["projects", "nodes"]
        holder = told["data"]
        if holder.get("group"):
            way, holder = ["group", *way], holder["group"]
        yield holder["projects"], way, told.setdefault("errors", [])


class GitHub(ForgeUnderTest):
    """GraphQL with a token; for the owners one by one it is read without, over REST."""

    name = "GitHub"
    kind = "github"
    url = "https://github.com"
    connector = GitHubConnector

    def start(self, stack: ExitStack) -> Forge:
        self.raw = stack.enter_context(
            RawForge(self.world, public_url="https://raw.githubusercontent.com")
        )
        forge = stack.enter_context(GitHubForge(self.world, public_url=self.url))
        forge.tokens[_TOKEN] = insider()
        return forge

    def access(self, place: Place) -> dict[str, Any]:
        token = None if place is Place.OWNER else _TOKEN
        return {"api_url": self.forge.url, "raw_url": self.raw.url, "token": token}

    def scope(self, place: Place) -> Scope:
        return Scope(ScopeKind.OWNERS, OWNERS)

    def strikes(self, place: Place, *, first: bool) -> Predicate:
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

    def rows(self, answer: Any, place: Place) -> list[list[Any]]:
        if isinstance(answer, list):
            return [answer]
        return [nodes for _, nodes, _ in self._nodes(answer)]

    def nothing_there(self, place: Place) -> Fault | None:
        return None if place is Place.LOOK_UP else super().nothing_there(place)

    def nulls(self, place: Place) -> Fault | None:
        return None if place is Place.LOOK_UP else super().nulls(place)

    def nulls_with_errors(self, place: Place) -> Fault | None:
        if place in (Place.OWNER, Place.LOOK_UP):
            return None

        def edit(told: Any) -> None:
            for way, nodes, errors in self._nodes(told):
                for index in range(len(nodes)):
                    nodes[index] = None
                    errors.append(_error(*way, index))

        return self.edited(edit)

    def partial(self, place: Place) -> Fault | None:
        if place in (Place.OWNER, Place.LOOK_UP):
            return None

        def edit(told: Any) -> None:
            for way, nodes, errors in self._nodes(told):
                for index, node in enumerate(nodes):
                    node["yml"] = None
                    errors.append(_error(*way, index, "yml"))

        return self.edited(edit)

    def refusal_in_200(self, place: Place) -> Fault | None:
        if place in (Place.OWNER, Place.LOOK_UP):
            return None
        return _json({"errors": [{"message": "Something is not right"}]})

    def stuck(self, place: Place) -> Fault | None:
        if place is not Place.LISTING:
            return None

        def edit(told: Any) -> None:
            for owner in (told.get("data") or {}).values():
                if isinstance(owner, dict) and "repositories" in owner:
                    owner["repositories"]["pageInfo"] = {"hasNextPage": True, "endCursor": None}

        return self.edited(edit)

    def other_bytes(self, place: Place) -> Fault | None:
        if place is not Place.TEXT:
            return None
        return Change(lambda answer: _with_other_text(answer, "text"))

    def _nodes(self, told: Any) -> Iterator[tuple[list[Any], list[Any], Any]]:
        data = told.get("data") if isinstance(told, dict) else None
        if not data:
            return
        errors = told.setdefault("errors", [])
        if isinstance(data.get("nodes"), list):
            yield ["nodes"], data["nodes"], errors
        for alias, owner in data.items():
            if isinstance(owner, dict) and "nodes" in owner.get("repositories", {}):
                yield [alias, "repositories", "nodes"], owner["repositories"]["nodes"], errors


FORGES: tuple[type[ForgeUnderTest], ...] = (GitLab, GitHub)


def _error(*path: Any) -> dict[str, Any]:
    return {"message": "not today", "path": list(path)}


def _json(value: object) -> Answer:
    headers = {"content-type": "application/json"}
    return Answer(status=200, headers=headers, body=json.dumps(value).encode())


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
