# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What GraphQL shows of a world: a dictionary for each node, in which dear fields are functions.

graphql-core's default resolvers read both; ``__typename`` tells interfaces apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from tests.forges.github.cost import Cost
from tests.forges.github.ids import cursor_of, database_id, key_of, node_id
from tests.forges.limits import Standing
from tests.forges.world import (
    Owner,
    OwnerKind,
    Repository,
    Viewer,
    Visibility,
    World,
    blob_id,
    visible,
)

Node = dict[str, Any]

LONGEST_TEXT = 512_000
"""Bytes of a blob that GraphQL shows; what is longer is cut and says so."""


class QueryTimeoutError(Exception):
    """The query took too long: nothing of it is answered, and the gateway says 502."""


@dataclass(slots=True)
class Query:
    """One query being answered: who asks, what it costs, what it has used."""

    world: World
    web_url: str
    viewer: Viewer
    cost: Cost
    standing: Standing
    poisonous: frozenset[int]
    """Ids of repositories whose files cannot be read in time."""
    most_objects: int | None
    """So many files of a query are looked up; then its resources are used up."""
    slow_above: int | None
    """A query that looks more files up than this takes too long."""
    leaks: bool = False
    """True: ``privacy: PUBLIC`` is not respected."""
    objects: int = 0
    text_bytes: int = 0
    owners: dict[str, Owner] = field(default_factory=dict)
    repositories: dict[int, list[Repository]] = field(default_factory=dict)

    def index(self) -> None:
        """Order the world once, so that a query of a hundred aliases reads it once."""
        self.owners = {o.path.casefold(): o for o in self.world.owners}
        for repository in self.world.repositories:
            self.repositories.setdefault(repository.owner.id, []).append(repository)


def resolve_root(query: Query) -> Node:
    """Give the root of a query."""
    standing = query.standing
    return {
        "rateLimit": lambda _, **__: {
            "cost": query.cost.points,
            "limit": standing.limit.amount,
            "nodeCount": query.cost.nodes,
            "remaining": standing.remaining,
            "resetAt": moment(standing.reset_at),
            "used": standing.used,
        },
        "node": lambda _, id: _node(query, id),  # noqa: A006 - the argument's name in the schema
        "nodes": lambda _, ids: [_or_error(query, i) for i in ids],
        "repository": lambda _, **named: _named(query, **named),
        "repositoryOwner": lambda _, login: _owner_of(query, login),
    }


def moment(time: datetime) -> str:
    """Write a time as GitHub does, in whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def refusal(kind: str, message: str) -> GraphQLError:
    """Make an error with the ``type`` that GitHub writes beside the message."""
    return GraphQLError(message, extensions={"type": kind})


def _node(query: Query, text: str) -> Node:
    found = database_id("R", text)
    repository = query.world.by_id(found) if found is not None else None
    if repository is None or not visible(query.viewer, repository):
        raise refusal("NOT_FOUND", f"Could not resolve to a node with the global id of '{text}'.")
    return _repository(query, repository)


def _named(query: Query, *, owner: str, name: str, followRenames: bool = True) -> Node:  # noqa: N803
    path = f"{owner}/{name}"
    holder = query.owners.get(owner.casefold())
    below = query.repositories.get(holder.id, []) if holder else []
    found = next((r for r in below if r.slug.casefold() == name.casefold()), None)
    if found is None and followRenames:
        found = query.world.moved(path)
    if found is None or not visible(query.viewer, found):
        raise refusal("NOT_FOUND", f"Could not resolve to a Repository with the name '{path}'.")
    return _repository(query, found)


def _owner_of(query: Query, login: str) -> Node | None:
    found = query.owners.get(login.casefold())
    return None if found is None else _owner(query, found)


def _owner(query: Query, owner: Owner) -> Node:
    user = owner.kind is OwnerKind.USER
    return {
        "__typename": "User" if user else "Organization",
        "databaseId": owner.id,
        "id": node_id("U" if user else "O", owner.id),
        "login": owner.slug,
        "name": owner.name,
        "url": f"{query.web_url}/{owner.path}",
        "repositories": lambda info, **asked: _repositories(query, owner, info, **asked),
    }


_SORT_KEYS: dict[str, Callable[[Repository], str]] = {
    "CREATED_AT": lambda r: r.created_at.isoformat(),
    "NAME": lambda r: r.slug.casefold(),
    "PUSHED_AT": lambda r: r.pushed_at.isoformat(),
    "STARGAZERS": lambda r: f"{r.stars:012}",
    "UPDATED_AT": lambda r: r.updated_at.isoformat(),
}


def _repositories(
    query: Query,
    owner: Owner,
    info: GraphQLResolveInfo[object],
    *,
    first: int | None = None,
    after: str | None = None,
    orderBy: dict[str, str] | None = None,  # noqa: N803
    privacy: str | None = None,
    isFork: bool | None = None,  # noqa: N803
    isArchived: bool | None = None,  # noqa: N803
    **_: object,
) -> Node:
    order = orderBy or {"field": "CREATED_AT", "direction": "ASC"}
    sort_key = _SORT_KEYS[order["field"]]
    down = order["direction"] == "DESC"

    def key(repository: Repository) -> tuple[str, int]:
        return sort_key(repository), repository.id

    wanted = [
        r
        for r in query.repositories.get(owner.id, [])
        if visible(query.viewer, r)
        and (
            query.leaks
            or privacy is None
            or (privacy == "PUBLIC") == (r.visibility is Visibility.PUBLIC)
        )
        and (isFork is None or isFork == (r.parent is not None))
        and (isArchived is None or isArchived == r.archived)
    ]
    wanted.sort(key=key, reverse=down)
    rest = wanted
    if after is not None:
        try:
            edge = key_of(after)
        except ValueError:
            raise refusal(
                "INVALID_CURSOR_ARGUMENTS", f"`{after}` does not appear to be a valid cursor."
            ) from None
        rest = [r for r in wanted if (key(r) < edge if down else key(r) > edge)]
    page = rest[: first if first is not None else 0]
    return {
        "totalCount": len(wanted),
        "nodes": lambda _: [_repository(query, r) for r in page],
        "pageInfo": {
            "endCursor": cursor_of(key(page[-1])) if page else None,
            "hasNextPage": len(rest) > len(page),
        },
    }


def _repository(query: Query, r: Repository) -> Node:
    public = r.visibility is Visibility.PUBLIC
    languages = sorted(r.languages, key=lambda pair: -pair[1])
    return {
        "__typename": "Repository",
        "createdAt": moment(r.created_at),
        "databaseId": r.id,
        "defaultBranchRef": lambda _: (
            {
                "__typename": "Ref",
                "id": f"REF_{r.id}",
                "name": r.default_branch,
                "target": {
                    "__typename": "Commit",
                    "id": f"C_{r.head}",
                    "oid": r.head,
                    "history": lambda _, since=None, first=None, **__: _history(r, since, first),
                },
            }
            if r.default_branch
            else None
        ),
        "description": r.description,
        "forkCount": r.forks,
        "id": node_id("R", r.id),
        "isArchived": r.archived,
        "isDisabled": r.disabled,
        "isEmpty": r.default_branch is None,
        "isFork": r.parent is not None,
        "isMirror": r.mirror_of is not None,
        "isPrivate": not public,
        "languages": lambda _, first=None, **__: _some(
            [{"__typename": "Language", "id": f"L_{n}", "name": n} for n, _ in languages], first
        ),
        "licenseInfo": lambda _: (
            {
                "__typename": "License",
                "id": f"LI_{r.license}",
                "key": r.license.lower(),
                "name": r.license,
                "spdxId": r.license,
            }
            if r.license
            else None
        ),
        "mirrorUrl": r.mirror_of,
        "name": r.slug,
        "nameWithOwner": r.path,
        "object": lambda _, expression=None, **__: _object(query, r, expression),
        "owner": lambda _: _owner(query, r.owner),
        "parent": lambda _: (
            _repository(query, r.parent) if r.parent and visible(query.viewer, r.parent) else None
        ),
        "primaryLanguage": lambda _: (
            {"__typename": "Language", "id": f"L_{languages[0][0]}", "name": languages[0][0]}
            if languages
            else None
        ),
        "pushedAt": moment(r.pushed_at),
        "releases": lambda _, first=None, **__: _some(
            [
                {"__typename": "Release", "id": f"RE_{r.id}_{n}", "publishedAt": moment(at)}
                for n, at in enumerate(r.releases)
            ],
            first,
        ),
        "repositoryTopics": lambda _, first=None, **__: _some(
            [
                {"__typename": "RepositoryTopic", "id": f"RT_{t}", "topic": {"id": t, "name": t}}
                for t in r.topics
            ],
            first,
        ),
        "stargazerCount": r.stars,
        "updatedAt": moment(r.updated_at),
        "url": f"{query.web_url}/{r.path}",
        "visibility": r.visibility.value.upper(),
    }


def _history(r: Repository, since: str | None, first: int | None) -> Node:
    start = datetime.fromisoformat(since) if since else None
    commits = [(at, email) for at, email in r.history if start is None or at >= start]
    return _some(
        [
            {"__typename": "Commit", "id": f"C_{r.id}_{n}", "author": {"email": email}}
            for n, (_, email) in enumerate(commits)
        ],
        first,
    )


def _object(query: Query, r: Repository, expression: str | None) -> Node | None:
    query.objects += 1
    if r.id in query.poisonous:
        raise QueryTimeoutError
    if query.slow_above is not None and query.objects > query.slow_above:
        raise QueryTimeoutError
    if query.most_objects is not None and query.objects > query.most_objects:
        raise refusal("RESOURCE_LIMITS_EXCEEDED", "Resource limits for this query exceeded.")
    if r.disabled:
        raise refusal("FORBIDDEN", "Repository access blocked")
    ref, _, path = (expression or "").partition(":")
    tree = r.branch(ref)
    content = tree.get(path) if tree is not None else None
    if tree is not None and any(p.startswith(f"{path}/") for p in tree):
        oid = blob_id(f"tree {r.id} {path}".encode())
        return {"__typename": "Tree", "id": f"T_{oid}", "oid": oid}
    if content is None:
        return None
    text = shown_text(content)

    def tell(_: GraphQLResolveInfo[object]) -> str | None:
        query.text_bytes += len(text.encode()) if text is not None else 0
        return text

    return {
        "__typename": "Blob",
        "byteSize": len(content),
        "id": f"B_{blob_id(content)}",
        "isBinary": b"\0" in content,
        "isTruncated": len(content) > LONGEST_TEXT,
        "oid": blob_id(content),
        "text": tell,
    }


def shown_text(content: bytes) -> str | None:
    """Give what GraphQL shows of a blob: nothing of a binary one, guesses where it is not UTF-8."""
    if b"\0" in content:
        return None
    head = content[:LONGEST_TEXT]
    try:
        return head.decode()
    except UnicodeDecodeError:
        return head.decode("latin-1")


def _some(nodes: Sequence[Node], first: int | None) -> Node:
    page = list(nodes[: first or 0])
    return {
        "totalCount": len(nodes),
        "nodes": page,
        "pageInfo": {"endCursor": None, "hasNextPage": len(nodes) > len(page)},
    }


def _or_error(query: Query, text: str) -> Node | GraphQLError:
    """Keep one entry's error to this entry of the list."""
    try:
        return _node(query, text)
    except GraphQLError as error:
        return error
