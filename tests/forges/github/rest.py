# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The JSON of GitHub's REST API, as far as anybody here reads it, in the shape of its answers."""

import base64
from typing import Any

from tests.forges.github.ids import node_id
from tests.forges.github.nodes import moment
from tests.forges.world import Owner, OwnerKind, Repository, Visibility, World, blob_id

Json = dict[str, Any]

DOCUMENTATION = "https://docs.github.com/rest"


def problem(status: int, message: str) -> Json:
    """Give the body of an error."""
    return {"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}


def simple_owner(owner: Owner, api: str, web: str) -> Json:
    """Give the owner as it stands within a repository."""
    user = owner.kind is OwnerKind.USER
    return {
        "login": owner.slug,
        "id": owner.id,
        "node_id": node_id("U" if user else "O", owner.id),
        "avatar_url": f"{web}/avatars/{owner.id}",
        "gravatar_id": "",
        "url": f"{api}/users/{owner.slug}",
        "html_url": f"{web}/{owner.slug}",
        "repos_url": f"{api}/users/{owner.slug}/repos",
        "type": "User" if user else "Organization",
        "site_admin": False,
    }


def full_owner(owner: Owner, world: World, api: str, web: str) -> Json:
    """Give an account as ``/users/:login`` does."""
    public = [r for r in world.of(owner) if r.visibility is Visibility.PUBLIC]
    return {
        **simple_owner(owner, api, web),
        "name": owner.name,
        "company": None,
        "blog": "",
        "location": None,
        "email": None,
        "bio": owner.description,
        "description": owner.description,
        "public_repos": len(public),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": moment(owner.created_at),
        "updated_at": moment(owner.created_at),
    }


def minimal_repository(r: Repository, world: World, api: str, web: str) -> Json:
    """Give a repository as a list holds it."""
    address = f"{api}/repos/{r.path}"
    languages = sorted(r.languages, key=lambda pair: -pair[1])
    return {
        "id": r.id,
        "node_id": node_id("R", r.id),
        "name": r.slug,
        "full_name": r.path,
        "owner": simple_owner(r.owner, api, web),
        "private": r.visibility is not Visibility.PUBLIC,
        "html_url": f"{web}/{r.path}",
        "description": r.description,
        "fork": r.parent is not None,
        "url": address,
        "contents_url": f"{address}/contents/{{+path}}",
        "languages_url": f"{address}/languages",
        "clone_url": f"{web}/{r.path}.git",
        "mirror_url": r.mirror_of,
        "homepage": None,
        "language": languages[0][0] if languages else None,
        "forks_count": r.forks,
        "forks": r.forks,
        "stargazers_count": r.stars,
        "watchers_count": r.stars,
        "watchers": r.stars,
        "size": sum(len(c) for c in r.files.values()) // 1024,
        "default_branch": r.default_branch or "main",
        "open_issues_count": 0,
        "open_issues": 0,
        "is_template": False,
        "topics": list(r.topics),
        "has_issues": True,
        "archived": r.archived,
        "disabled": r.disabled,
        "visibility": r.visibility.value,
        "pushed_at": moment(r.pushed_at),
        "created_at": moment(r.created_at),
        "updated_at": moment(r.updated_at),
        "permissions": {"admin": False, "push": False, "pull": True},
        "license": (
            {
                "key": r.license.lower(),
                "name": r.license,
                "spdx_id": r.license,
                "url": f"{api}/licenses/{r.license.lower()}",
                "node_id": node_id("LI", 1),
            }
            if r.license
            else None
        ),
    }


def full_repository(r: Repository, world: World, api: str, web: str) -> Json:
    """Give a repository as ``/repos/:owner/:name`` does: with what it was forked from."""
    whole = minimal_repository(r, world, api, web)
    whole["network_count"] = whole["subscribers_count"] = 0
    if r.owner.kind is OwnerKind.ORGANIZATION:
        whole["organization"] = whole["owner"]
    if r.parent is not None:
        whole["parent"] = whole["source"] = minimal_repository(r.parent, world, api, web)
    return whole


def file_content(r: Repository, path: str, content: bytes, api: str, web: str) -> Json:
    """Give a file as ``/repos/:owner/:name/contents/:path`` does."""
    oid = blob_id(content)
    encoded = base64.encodebytes(content).decode()
    branch = r.default_branch
    address = f"{api}/repos/{r.path}/contents/{path}?ref={branch}"
    blob = f"{api}/repos/{r.path}/git/blobs/{oid}"
    page = f"{web}/{r.path}/blob/{branch}/{path}"
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": oid,
        "size": len(content),
        "url": address,
        "html_url": page,
        "git_url": blob,
        "download_url": f"{web}/{r.path}/raw/{branch}/{path}",
        "type": "file",
        "content": encoded,
        "encoding": "base64",
        "_links": {"self": address, "git": blob, "html": page},
    }
