# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What GitLab says about a project, in the words of the model. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from harvester.model import (
    IGNORE_FILE,
    Activity,
    Details,
    Files,
    FileVersion,
    JsonObject,
    Owner,
    Repository,
    Unknown,
)

PATHS = ("publiccode.yml", "publiccode.yaml")
"""The files that are read, the one that wins first."""
ASKED = (*PATHS, IGNORE_FILE)
"""What a listing asks for in one go, where the forge bears it."""
PUBLIC = "public"
_GLOBAL_ID = "gid://gitlab/Project/"


def global_id(forge_id: str) -> str:
    """Give the id of a project in GraphQL."""
    return _GLOBAL_ID + forge_id


def forge_id(node: JsonObject) -> str:
    """Give the number of a project from its GraphQL node."""
    return str(node["id"]).rsplit("/", 1)[-1]


def repository(node: JsonObject, forge_url: str) -> Repository:
    """Read a project's GraphQL node.

    The licence and the parent of a fork are not told over GraphQL, nor is a mirror.
    """
    path = str(node["fullPath"])
    web_url = f"{forge_url}/{path}"
    branch = (node.get("repository") or {}).get("rootRef") or None
    return Repository(
        forge_id=forge_id(node),
        path=path,
        web_url=web_url,
        name=str(node["name"]),
        description=node.get("description") or None,
        owner=_owner(node, path),
        default_branch=branch,
        archived=bool(node.get("archived")),
        fork=bool(node.get("isForked")),
        mirror=False,
        created_at=moment(node.get("createdAt")),
        raw_base=raw_base(web_url, branch),
        details=Details(
            topics=tuple(node.get("topics") or ()),
            languages=_languages(node.get("languages")),
        ),
        activity=Activity(
            stars=node.get("starCount"),
            forks=node.get("forksCount"),
            pushed_at=moment(node.get("lastActivityAt")),
        ),
        revision=revision(moment(node.get("lastActivityAt")), node.get("topics") or ()),
    )


def files(node: JsonObject, errors: Sequence[str]) -> Files:
    """Read which publiccode files a project's GraphQL node tells.

    Args:
        node: with a ``repository``.
        errors: what the answer says went wrong below that node.
    """
    git = node.get("repository") or {}
    nodes = (git.get("blobs") or {}).get("nodes")
    if errors or nodes is None or None in nodes:
        reason = "; ".join(errors) or "no list of files was given"
        return Unknown(
            reason=f"GitLab would not tell the files: {reason}; the next crawl asks again"
        )
    found = {blob["path"]: blob for blob in nodes}
    return tuple(
        FileVersion(path=path, blob_id=str(blob["oid"]).lower(), size=_size(blob.get("size")))
        for path, blob in ((path, found[path]) for path in PATHS if path in found)
    )


def has_ignore_file(node: JsonObject, errors: Sequence[str]) -> bool | None:
    """Say whether the file lies there by which a project opts out; None where nothing was told."""
    nodes = ((node.get("repository") or {}).get("blobs") or {}).get("nodes")
    if errors or nodes is None or None in nodes:
        return None
    return any(blob["path"] == IGNORE_FILE for blob in nodes)


def text(node: JsonObject, path: str) -> str | None:
    """Give the text of a file, where the node brings it."""
    for blob in node["repository"]["blobs"]["nodes"]:
        if blob["path"] == path:
            told: str | None = blob.get("rawTextBlob")
            return told
    return None


def moment(told: object) -> datetime | None:
    """Read a time as GitLab writes it: in the time zone that its server is set to."""
    return datetime.fromisoformat(told).astimezone(UTC) if isinstance(told, str) else None


def revision(active: datetime | None, topics: Sequence[str]) -> str:
    """Give the text that is the same as long as nothing moved; a new topic is no activity."""
    return " ".join(["" if active is None else active.isoformat(), *sorted(topics)])


def raw_base(web_url: str, branch: str | None) -> str | None:
    """Give the address below which the files of a branch lie."""
    return None if branch is None else f"{web_url}/-/raw/{quote(branch)}/"


def _owner(node: JsonObject, path: str) -> Owner:
    namespace = node.get("namespace") or {}
    return Owner(
        path=str(namespace.get("fullPath") or path.rpartition("/")[0]),
        name=namespace.get("name"),
        kind="group" if node.get("group") else "user",
    )


def _languages(told: Any) -> tuple[str, ...]:
    shares = sorted(told or (), key=lambda language: -(language.get("share") or 0.0))
    return tuple(language["name"] for language in shares)


def _size(told: object) -> int | None:
    return int(told) if isinstance(told, int | str) else None
