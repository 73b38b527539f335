# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""GitLab's REST API, as far as anybody here asks for it."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response

from tests.forges.gitlab.shapes import moment, name_with_namespace
from tests.forges.world import (
    Owner,
    OwnerKind,
    Repository,
    Viewer,
    Visibility,
    World,
    blob_id,
    is_member,
    reads_code,
    seen_by,
    sees_owner,
    visible,
)

LARGEST_PAGE = 100
DEFAULT_PAGE = 20
LAST_OFFSET = 50_000
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Rest:
    """Answers one request."""

    world: World
    viewer: Viewer
    public_url: str
    """What the forge gives as its own address."""
    url: str
    """Where it was asked, without the path; links lead there."""
    method: str
    query: Mapping[str, str]
    sent: Callable[[int], None]
    """Told how many bytes of files go out."""

    def answer(self, segments: Sequence[str]) -> Response:
        """Answer a path below ``/api/v4``, its segments decoded."""
        match list(segments):
            case ["version" | "metadata"]:
                return self._version()
            case ["projects"]:
                return self._projects()
            case ["projects", key, *rest]:
                return self._project(key, rest)
            case ["groups", key, *rest]:
                return self._group(key, rest)
            case ["users", *rest]:
                return self._user_projects(rest[0]) if rest[1:] == ["projects"] else self._users()
        return self.missing("404 Not Found")

    @staticmethod
    def missing(message: str) -> Response:
        """Say that there is no such thing."""
        return JSONResponse({"message": message}, 404)

    def _version(self) -> Response:
        if self._is_anonymous:
            return JSONResponse({"message": "401 Unauthorized"}, 401)
        return JSONResponse({"version": "18.6.1-ee", "revision": "0123456789a"})

    # --- projects ---------------------------------------------------------------------------

    def _projects(self) -> Response:
        return self._list(list(self.world.repositories), "/projects", keyset=True)

    def _project(self, key: str, rest: list[str]) -> Response:
        repository = self._find(key)
        if repository is None:
            moved = self.world.moved(key)
            if moved is not None and visible(self.viewer, moved) and self.method == "GET":
                where = "/".join([f"{self.url}/api/v4/projects/{moved.id}", *rest])
                return RedirectResponse(where, 301)
            return self.missing("404 Project Not Found")
        match rest:
            case []:
                return JSONResponse(self._shown(repository, single=True))
            case ["languages"]:
                total = sum(size for _, size in repository.languages) or 1
                shares = {n: round(100 * s / total, 2) for n, s in repository.languages}
                return JSONResponse(shares)
            case ["repository", *below] if reads_code(self.viewer, repository):
                commits = below == ["commits"]
                return self._commits(repository) if commits else self._repository(repository, below)
        return self.missing("404 Not Found")

    def _find(self, key: str) -> Repository | None:
        found = self.world.by_id(int(key)) if key.isdigit() else self.world.find(key)
        return found if found and visible(self.viewer, found) else None

    def _shown(self, repository: Repository, *, single: bool = False) -> dict[str, Any]:
        owner, branch = repository.owner, repository.default_branch
        shown: dict[str, Any] = {
            "id": repository.id,
            "description": repository.description,
            "name": repository.name,
            "name_with_namespace": name_with_namespace(repository),
            "path": repository.slug,
            "path_with_namespace": repository.path,
            "created_at": moment(repository.created_at),
            "tag_list": list(repository.topics),
            "topics": list(repository.topics),
            "http_url_to_repo": f"{self.public_url}/{repository.path}.git",
            "web_url": f"{self.public_url}/{repository.path}",
            "readme_url": None,
            "forks_count": repository.forks,
            "star_count": repository.stars,
            "last_activity_at": moment(repository.activity_at),
            "namespace": {
                "id": owner.id,
                "name": owner.name,
                "path": owner.slug,
                "kind": "group" if owner.kind is OwnerKind.GROUP else "user",
                "full_path": owner.path,
                "parent_id": owner.parent.id if owner.parent else None,
            },
        }
        if reads_code(self.viewer, repository):
            shown["default_branch"] = branch or "main"
        if self._is_anonymous or self._says("simple"):
            return shown
        shown |= {
            "visibility": repository.visibility.value,
            "archived": repository.archived,
            "empty_repo": branch is None,
            "repository_access_level": _access_level(repository.code),
            "mirror": repository.mirror_of is not None,
            "updated_at": moment(repository.updated_at),
        }
        if repository.parent and visible(self.viewer, repository.parent):
            shown["forked_from_project"] = {
                "id": repository.parent.id,
                "path_with_namespace": repository.parent.path,
                "visibility": repository.parent.visibility.value,
                "web_url": f"{self.public_url}/{repository.parent.path}",
            }
        if single and self._says("license"):
            key = (repository.license or "").lower()
            shown["license"] = {"key": key, "name": repository.license} if key else None
        return shown

    # --- files ------------------------------------------------------------------------------

    def _repository(self, repository: Repository, below: list[str]) -> Response:
        if repository.disabled:
            return JSONResponse({"message": "500 Internal Server Error"}, 500)
        match below:
            case ["files", path]:
                return self._file(repository, path, raw=False)
            case ["files", path, "raw"]:
                return self._file(repository, path, raw=True)
            case ["blobs", sha, "raw"]:
                trees = repository.branches.values()
                contents = [c for tree in trees for c in tree.values() if blob_id(c) == sha]
                if contents:
                    self.sent(len(contents[0]))
                    return Response(contents[0], media_type="application/octet-stream")
                return self.missing("404 Blob Not Found")
        return self.missing("404 Not Found")

    def _commits(self, repository: Repository) -> Response:
        if repository.disabled:
            return JSONResponse({"message": "500 Internal Server Error"}, 500)
        if repository.default_branch is None:
            return self.missing("404 Repository Not Found")
        since = datetime.fromisoformat(self.query["since"])
        size = int(self.query.get("per_page", DEFAULT_PAGE))
        found = [(at, email) for at, email in repository.history if at >= since]
        shown = [
            {"committed_date": moment(at), "author_name": "Nobody", "author_email": email}
            for at, email in found[:size]
        ]
        return JSONResponse(shown, headers={"X-Next-Page": "2" if len(found) > size else ""})

    def _file(self, repository: Repository, path: str, *, raw: bool) -> Response:
        tree = repository.branch(self.query.get("ref") or "HEAD")
        if tree is None:
            return self.missing("404 Commit Not Found")
        if path not in tree:
            return self.missing("404 File Not Found")
        content = tree[path]
        headers = {
            "X-Gitlab-Blob-Id": blob_id(content),
            "X-Gitlab-Content-Sha256": hashlib.sha256(content).hexdigest(),
            "X-Gitlab-File-Path": path,
            "X-Gitlab-Last-Commit-Id": repository.head or "",
            "X-Gitlab-Ref": self.query.get("ref") or "HEAD",
            "X-Gitlab-Size": str(len(content)),
        }
        if self.method == "HEAD":
            return Response(headers=headers)
        self.sent(len(content))
        if raw:
            return Response(content, headers=headers, media_type="text/plain")
        shown = {
            "file_name": path.rsplit("/", 1)[-1],
            "file_path": path,
            "size": len(content),
            "encoding": "base64",
            "content": base64.b64encode(content).decode(),
            "ref": headers["X-Gitlab-Ref"],
            "blob_id": headers["X-Gitlab-Blob-Id"],
            "last_commit_id": headers["X-Gitlab-Last-Commit-Id"],
        }
        return JSONResponse(shown, headers=headers)

    # --- owners -----------------------------------------------------------------------------

    def _group(self, key: str, rest: list[str]) -> Response:
        owner = self.world.owner_by_id(int(key)) if key.isdigit() else self.world.owner(key)
        if owner is None or owner.kind is not OwnerKind.GROUP:
            return self.missing("404 Group Not Found")
        if not sees_owner(self.viewer, owner):
            return self.missing("404 Group Not Found")
        match rest:
            case []:
                return JSONResponse(self._owner(owner))
            case ["projects"]:
                nested = self._says("include_subgroups")
                below = list(self.world.of(owner, nested=nested))
                return self._list(below, f"/groups/{owner.id}/projects", keyset=False)
        return self.missing("404 Not Found")

    def _owner(self, owner: Owner) -> dict[str, Any]:
        return {
            "id": owner.id,
            "name": owner.name,
            "path": owner.slug,
            "full_path": owner.path,
            "full_name": " / ".join([o.name for o in owner.line][::-1]),
            "description": owner.description or "",
            "visibility": owner.visibility.value,
            "parent_id": owner.parent.id if owner.parent else None,
            "web_url": f"{self.public_url}/groups/{owner.path}",
        }

    def _users(self) -> Response:
        owner = self.world.owner(self.query.get("username", ""))
        if owner is None or owner.kind is not OwnerKind.USER:
            return JSONResponse([])
        shown = {
            "id": owner.id,
            "username": owner.slug,
            "name": owner.name,
            "state": "active",
            "web_url": f"{self.public_url}/{owner.slug}",
        }
        return JSONResponse([shown])

    def _user_projects(self, key: str) -> Response:
        owner = self.world.owner_by_id(int(key)) if key.isdigit() else self.world.owner(key)
        if owner is None or owner.kind is not OwnerKind.USER:
            return self.missing("404 User Not Found")
        return self._list(list(self.world.of(owner)), f"/users/{owner.id}/projects", keyset=False)

    # --- lists ------------------------------------------------------------------------------

    def _list(self, found: list[Repository], path: str, *, keyset: bool) -> Response:
        found = self._filtered(seen_by(self.viewer, found))
        order = self.query.get("order_by", "created_at")
        descending = self.query.get("sort", "desc") == "desc"
        found.sort(key=lambda r: _sort_key(r, order), reverse=descending)
        size = min(int(self.query.get("per_page", DEFAULT_PAGE)), LARGEST_PAGE)
        if keyset and self.query.get("pagination") == "keyset":
            return self._keyset(found, path, size, order, descending=descending)
        return self._offset(found, path, size)

    def _filtered(self, found: list[Repository]) -> list[Repository]:
        query = self.query
        if "visibility" in query:
            found = [r for r in found if r.visibility.value == query["visibility"]]
        if self._says("membership"):
            found = [r for r in found if is_member(self.viewer, r)]
        if "topic" in query:  # by its case, as it was first written
            found = [r for r in found if set(query["topic"].split(",")) <= set(r.topics)]
        if "archived" in query:
            found = [r for r in found if r.archived is self._says("archived")]
        if "id_after" in query:
            found = [r for r in found if r.id > int(query["id_after"])]
        if "id_before" in query:
            found = [r for r in found if r.id < int(query["id_before"])]
        if "last_activity_after" in query:
            since = datetime.fromisoformat(query["last_activity_after"])
            found = [r for r in found if r.activity_at > since]
        return found

    def _keyset(
        self, found: list[Repository], path: str, size: int, order: str, *, descending: bool
    ) -> Response:
        if order != "id":
            message = "Keyset pagination is not yet available for this type of request"
            return JSONResponse({"error": message}, 405)
        headers = {}
        if len(found) > size:
            last = found[size - 1].id
            query = {**self.query, ("id_before" if descending else "id_after"): str(last)}
            headers["Link"] = f'<{self._link(path, query)}>; rel="next"'
        return JSONResponse([self._shown(r) for r in found[:size]], headers=headers)

    def _offset(self, found: list[Repository], path: str, size: int) -> Response:
        number = int(self.query.get("page", 1))
        if number * size > LAST_OFFSET:
            message = (
                f"Offset pagination has a maximum allowed offset of {LAST_OFFSET} for requests "
                "that return objects of type Project. Remaining records can be retrieved using "
                "keyset pagination."
            )
            return JSONResponse({"error": message}, 405)
        pages = max(1, -(-len(found) // size))
        headers = {
            "X-Page": str(number),
            "X-Per-Page": str(size),
            "X-Next-Page": str(number + 1) if number < pages else "",
            "X-Prev-Page": str(number - 1) if number > 1 else "",
        }
        if len(found) <= MOST_COUNTED:
            headers |= {"X-Total": str(len(found)), "X-Total-Pages": str(pages)}
        links = {"first": 1, "last": pages}
        if number < pages:
            links["next"] = number + 1
        headers["Link"] = ", ".join(
            f"<{self._link(path, {**self.query, 'page': str(n), 'per_page': str(size)})}>;"
            f' rel="{rel}"'
            for rel, n in links.items()
        )
        start = (number - 1) * size
        return JSONResponse([self._shown(r) for r in found[start : start + size]], headers=headers)

    def _link(self, path: str, query: Mapping[str, str]) -> str:
        return f"{self.url}/api/v4{path}?{urlencode(query)}"

    def _says(self, name: str) -> bool:
        """Read a flag, in any of the forms that are taken for one."""
        return self.query.get(name, "").lower() in ("true", "t", "1", "yes", "on")

    @property
    def _is_anonymous(self) -> bool:
        return self.viewer.name == "anonymous"


def _access_level(code: Visibility) -> str:
    return "enabled" if code is Visibility.PUBLIC else "private"


def _sort_key(repository: Repository, order: str) -> tuple[Any, ...]:
    keys = {
        "id": repository.id,
        "name": repository.name,
        "path": repository.slug,
        "created_at": repository.created_at,
        "updated_at": repository.updated_at,
        "last_activity_at": repository.activity_at,
    }
    return keys[order], repository.id
