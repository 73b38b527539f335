# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How GitLab shows a world over GraphQL: nodes of dictionaries, dear fields as functions."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from graphql import GraphQLError

from tests.forges.gitlab.paging import (
    ACTIVITY_DESC,
    ID_DESC,
    BadCursorError,
    Order,
    cursor,
    page,
)
from tests.forges.world import (
    Owner,
    OwnerKind,
    Repository,
    Viewer,
    World,
    blob_id,
    reads_code,
    seen_by,
)

TextFilter = Callable[[bytes], str | None]
"""Makes of a file's bytes what the forge gives as its text."""
MOST_BLOB_BYTES = 20 * 1024 * 1024


class BrokenRepositoryError(BaseException):
    """The server falls over a repository; no resolver may turn this into an error of a field."""


def text_of(content: bytes) -> str | None:
    """Give the text as GitLab does: none of binary files, other encodings turned into UTF-8."""
    if b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def moment(time: datetime) -> str:
    """Write a time as GitLab does."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


class Shapes:
    """Makes nodes for one viewer.

    Args:
        world: what is shown.
        viewer: to whom.
        base: the address that the forge gives as its own.
        text: how bytes become text.
        sent: told how many bytes of files go out.
        broken: ids of projects whose files bring the whole answer down.
    """

    def __init__(
        self,
        world: World,
        viewer: Viewer,
        base: str,
        *,
        text: TextFilter,
        sent: Callable[[int], None],
        broken: Collection[int] = (),
    ) -> None:
        self.world = world
        self.viewer = viewer
        self._base = base
        self._text = text
        self._sent = sent
        self._broken = broken

    def group(self, owner: Owner) -> dict[str, Any]:
        """Show a group."""

        def projects(_: Any, **arguments: Any) -> dict[str, Any]:
            nested = bool(arguments.get("includeSubgroups"))
            found = seen_by(self.viewer, self.world.of(owner, nested=nested))
            if not arguments.get("includeArchived", True):
                found = [r for r in found if not r.archived]
            order = ACTIVITY_DESC if arguments.get("sort") == "ACTIVITY_DESC" else ID_DESC
            return self.connection(found, order, arguments)

        kind = "Group" if owner.kind is OwnerKind.GROUP else "Namespaces::UserNamespace"
        return {
            "id": f"gid://gitlab/{kind}/{owner.id}",
            "name": owner.name,
            "path": owner.slug,
            "fullPath": owner.path,
            "description": owner.description,
            "webUrl": self._group_url(owner),
            "visibility": owner.visibility.value,
            "projects": projects,
        }

    def project(self, repository: Repository) -> dict[str, Any]:
        """Show a project."""
        owner = repository.owner
        is_group = owner.kind is OwnerKind.GROUP
        total = sum(size for _, size in repository.languages) or 1
        return {
            "id": f"gid://gitlab/Project/{repository.id}",
            "name": repository.name,
            "nameWithNamespace": name_with_namespace(repository),
            "path": repository.slug,
            "fullPath": repository.path,
            "description": repository.description,
            "webUrl": f"{self._base}/{repository.path}",
            "visibility": repository.visibility.value,
            "archived": repository.archived,
            "createdAt": moment(repository.created_at),
            "updatedAt": moment(repository.updated_at),
            "lastActivityAt": moment(repository.activity_at),
            "topics": list(repository.topics),
            "starCount": repository.stars,
            "forksCount": repository.forks,
            "isForked": repository.parent is not None,
            "markedForDeletion": repository.marked_for_deletion,
            "group": self.group(owner) if is_group else None,
            "namespace": self.group(owner),
            "languages": [
                {"name": name, "share": round(100 * size / total, 2)}
                for name, size in sorted(repository.languages, key=lambda pair: -pair[1])
            ],
            "releases": lambda _, first=None, **__: {
                "count": len(repository.releases),
                "nodes": [{"releasedAt": moment(at)} for at in repository.releases[:first]],
            },
            "repository": self.repository(repository)
            if reads_code(self.viewer, repository)
            else None,
        }

    def repository(self, repository: Repository) -> dict[str, Any]:
        """Show the git repository of a project."""

        def blobs(_: Any, **arguments: Any) -> dict[str, Any]:
            if repository.id in self._broken:
                raise BrokenRepositoryError
            if repository.disabled:
                raise GraphQLError("2:rpc error: no such repository on disk")
            tree = repository.branch(arguments.get("ref")) or {}
            paths = arguments["paths"]
            found = [(path, tree[path]) for path in paths if path in tree]
            if len(found) > 1 and sum(len(content) for _, content in found) > MOST_BLOB_BYTES:
                raise GraphQLError("Max blobs size limit exceeded")
            nodes = [self.blob(path, content) for path, content in found]
            size = arguments.get("first") or 100
            info = {"hasNextPage": len(nodes) > size, "hasPreviousPage": False}
            return {"nodes": nodes[:size], "pageInfo": info}

        return {
            "rootRef": repository.default_branch,
            "empty": repository.default_branch is None,
            "exists": repository.default_branch is not None,
            "tree": {"lastCommit": {"sha": repository.head}} if repository.head else None,
            "blobs": blobs,
        }

    def blob(self, path: str, content: bytes) -> dict[str, Any]:
        """Show a file."""

        def text(_: Any) -> str | None:
            shown = self._text(content)
            self._sent(len((shown or "").encode(errors="surrogatepass")))
            return shown

        return {
            "oid": blob_id(content),
            "path": path,
            "name": path.rsplit("/", 1)[-1],
            "size": str(len(content)),
            "rawBlob": text,
            "rawTextBlob": text,
        }

    def connection(
        self, found: Sequence[Repository], order: Order, arguments: dict[str, Any]
    ) -> dict[str, Any]:
        """Show a page of projects."""
        try:
            cut = page(found, order, first=arguments.get("first"), after=arguments.get("after"))
        except BadCursorError as error:
            raise GraphQLError(str(error)) from error
        return {
            "count": lambda _, limit=None: min(cut.total, limit + 1) if limit else cut.total,
            "nodes": lambda _: [self.project(r) for r in cut.items],
            "edges": lambda _: [
                {"cursor": cursor(order, r), "node": self.project(r)} for r in cut.items
            ],
            "pageInfo": {
                "startCursor": cut.start,
                "endCursor": cut.end,
                "hasNextPage": cut.has_next,
                "hasPreviousPage": cut.has_previous,
            },
        }

    def _group_url(self, owner: Owner) -> str:
        prefix = "groups/" if owner.kind is OwnerKind.GROUP else ""
        return f"{self._base}/{prefix}{owner.path}"


def name_with_namespace(repository: Repository) -> str:
    """Give the display names from the top group to the project."""
    names = [owner.name for owner in repository.owner.line][::-1]
    return " / ".join([*names, repository.name])
