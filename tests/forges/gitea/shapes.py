# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The JSON of Gitea's REST API, in the shape of recorded answers."""

import base64
import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from tests.forges.world import Owner, OwnerKind, Repository, Viewer, Visibility, blob_id, visible

Json = dict[str, Any]

_VISIBILITIES = {
    Visibility.PUBLIC: "public",
    Visibility.INTERNAL: "limited",
    Visibility.PRIVATE: "private",
}


def moment(at: datetime) -> str:
    """Write a time as Gitea does: whole seconds, in the server's zone."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def is_organization(owner: Owner) -> bool:
    """Say which of its two kinds of accounts Gitea has for an owner."""
    return owner.kind is not OwnerKind.USER


def user(owner: Owner, web: str) -> Json:
    """Give an account as it stands in a repository and at ``/users/:name``, whatever its kind."""
    return {
        "id": owner.id,
        "login": owner.slug,
        "login_name": "",
        "source_id": 0,
        "full_name": owner.name,
        "email": f"{owner.slug}@noreply.example.org",
        "avatar_url": f"{web}/avatars/{owner.id}",
        "html_url": f"{web}/{owner.slug}",
        "language": "",
        "is_admin": False,
        "last_login": "0001-01-01T00:00:00Z",
        "created": moment(owner.created_at),
        "restricted": False,
        "active": False,
        "prohibit_login": False,
        "location": "",
        "website": "",
        "description": owner.description or "",
        "visibility": _VISIBILITIES[owner.visibility],
        "followers_count": 0,
        "following_count": 0,
        "starred_repos_count": 0,
        "username": owner.slug,
    }


def organization(owner: Owner, web: str) -> Json:
    """Give an organisation as ``/orgs/:name`` does."""
    return {
        "id": owner.id,
        "name": owner.slug,
        "full_name": owner.name,
        "email": "",
        "avatar_url": f"{web}/avatars/{owner.id}",
        "description": owner.description or "",
        "website": "",
        "location": "",
        "visibility": _VISIBILITIES[owner.visibility],
        "repo_admin_change_team_access": False,
        "username": owner.slug,
    }


def repository(
    r: Repository, viewer: Viewer, web: str, *, lacks: Collection[str], nested: bool = False
) -> Json:
    """Give a repository as every address does; what an old forge lacks is left out."""
    private = r.visibility is not Visibility.PUBLIC
    parent = None
    if r.parent is not None and not nested and visible(viewer, r.parent):
        parent = repository(r.parent, viewer, web, lacks=lacks, nested=True)
    languages = sorted(r.languages, key=lambda pair: -pair[1])
    shown = {
        "id": r.id,
        "owner": user(r.owner, web),
        "name": r.slug,
        "full_name": r.path,
        "description": r.description or "",
        "empty": r.default_branch is None,
        "private": private,
        "fork": r.parent is not None,
        "template": False,
        "parent": parent,
        "mirror": r.mirror_of is not None,
        "size": sum(len(c) for c in r.files.values()) // 1024 + 20,
        "language": languages[0][0] if languages else "",
        "languages_url": f"{web}/api/v1/repos/{r.path}/languages",
        "html_url": f"{web}/{r.path}",
        "url": f"{web}/api/v1/repos/{r.path}",
        "link": "",
        "ssh_url": f"git@example.org:{r.path}.git",
        "clone_url": f"{web}/{r.path}.git",
        "original_url": r.mirror_of or "",
        "website": "",
        "stars_count": r.stars,
        "forks_count": r.forks,
        "watchers_count": 1,
        "open_issues_count": 0,
        "open_pr_counter": 0,
        "release_counter": 0,
        "default_branch": r.default_branch or "main",
        "archived": r.archived,
        "created_at": moment(r.created_at),
        "updated_at": moment(r.updated_at),
        "archived_at": moment(r.updated_at) if r.archived else "1970-01-01T00:00:00Z",
        "permissions": {"admin": False, "push": False, "pull": True},
        "has_code": r.code is Visibility.PUBLIC,
        "has_issues": True,
        "has_wiki": True,
        "has_pull_requests": True,
        "ignore_whitespace_conflicts": False,
        "avatar_url": "",
        "internal": not private and r.owner.visibility is Visibility.PRIVATE,
        "mirror_interval": "8h0m0s" if r.mirror_of else "",
        "object_format_name": "sha1",
        "mirror_updated": "0001-01-01T00:00:00Z",
        "repo_transfer": None,
        "topics": list(r.topics),
        "licenses": [r.license] if r.license else [],
    }
    return {name: value for name, value in shown.items() if name not in lacks}


def tree(r: Repository, files: Mapping[str, bytes], web: str, *, page: int, size: int) -> Json:
    """Give a page of the root's tree as ``/git/trees/:ref`` does."""
    address = f"{web}/api/v1/repos/{r.path}/git"
    entries = sorted({path.partition("/")[0] for path in files})
    shown = [
        {
            "path": name,
            "mode": "100644",
            "type": "blob",
            "size": len(files[name]),
            "sha": blob_id(files[name]),
            "url": f"{address}/blobs/{blob_id(files[name])}",
        }
        if name in files
        else {"path": name, "mode": "040000", "type": "tree", "size": 0, "sha": _tree_id(r, name)}
        for name in entries[(page - 1) * size : page * size]
    ]
    return {
        "sha": r.head,
        "url": f"{address}/trees/{r.head}",
        "tree": shown,
        "truncated": page * size < len(entries),
        "page": page,
        "total_count": len(entries),
    }


def contents(r: Repository, path: str, content: bytes, web: str) -> Json:
    """Give a file as ``/contents/:path`` does."""
    address, oid, branch = f"{web}/api/v1/repos/{r.path}", blob_id(content), r.default_branch
    this = f"{address}/contents/{path}?ref={branch}"
    page = f"{web}/{r.path}/src/branch/{branch}/{path}"
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": oid,
        "last_commit_sha": r.head,
        "type": "file",
        "size": len(content),
        "encoding": "base64",
        "content": base64.b64encode(content).decode(),
        "target": None,
        "url": this,
        "html_url": page,
        "git_url": f"{address}/git/blobs/{oid}",
        "download_url": f"{web}/{r.path}/raw/branch/{branch}/{path}",
        "submodule_git_url": None,
        "_links": {"self": this, "git": f"{address}/git/blobs/{oid}", "html": page},
    }


def _tree_id(r: Repository, name: str) -> str:
    seed = f"tree {r.id} {name}".encode()
    return hashlib.sha1(seed, usedforsecurity=False).hexdigest()
