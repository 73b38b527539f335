# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""From a GraphQL node to a sighting. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from connectors.github.addresses import Addresses
from connectors.github.blobs import PATHS, blob_id
from connectors.github.times import moment
from connectors.kit.shapes import misshapen
from connectors.transport.graphql import GraphQLError
from harvester.model import (
    Activity,
    Details,
    Files,
    FileVersion,
    JsonObject,
    Owner,
    Repository,
    Sighting,
    Unknown,
)
from harvester.ports.listing import Failure, FailureCode
from harvester.urls import canonical_url

_FIELDS = ("yml", "yaml")
"""Where the probe tells the blob ids of :data:`.blobs.PATHS`."""
BLOCKED = Unknown(reason="GitHub has blocked the access to this repository")
"""Its files may be there; nobody is told, not always by an error."""
_NO_LICENSE = frozenset({"NOASSERTION", "NONE", ""})


@dataclass(frozen=True, slots=True)
class NotPublic:
    """A repository that an anonymous visitor cannot see; nothing of it is kept."""

    forge_id: str


def sighting_of(
    node: JsonObject, errors: Iterable[GraphQLError], where: Addresses
) -> Sighting | NotPublic:
    """Read a node of the fragment ``Seen``.

    Args:
        node: the data.
        errors: those at this node or below, their paths beginning there.
        where: for addresses that the API does not tell.
    """
    errors = tuple(errors)
    if not is_public(node):
        return NotPublic(str(node["databaseId"]))
    owner = node["owner"]
    parent = node.get("parent") or {}
    branch = (node.get("defaultBranchRef") or {}).get("name")
    repository = Repository(
        forge_id=str(node["databaseId"]),
        path=node["nameWithOwner"],
        web_url=canonical_url(node["url"]),
        name=node["name"],
        description=node.get("description"),
        owner=Owner(
            path=owner["login"],
            name=owner.get("name"),
            kind="user" if owner["__typename"] == "User" else "organization",
        ),
        default_branch=branch,
        archived=node["isArchived"],
        fork=node["isFork"],
        mirror=node["isMirror"],
        parent_url=canonical_url(parent["url"]) if parent.get("isPrivate") is False else None,
        license=spdx((node.get("licenseInfo") or {}).get("spdxId")),
        created_at=moment(node.get("createdAt")),
        raw_base=raw_base(where, node["nameWithOwner"], branch),
        activity=Activity(
            stars=node["stargazerCount"],
            forks=node["forkCount"],
            pushed_at=moment(node.get("pushedAt")),
        ),
        revision=f"{node['id']} {node.get('pushedAt')} {node['updatedAt']}",
    )
    return Sighting(
        repository=repository,
        files=_files(node, errors),
        ignore_file=_ignore_file(node, errors),
    )


def with_details(sighting: Sighting, node: JsonObject, broken: frozenset[str]) -> Sighting:
    """Add what only the query ``Details`` brings: topics, languages and the texts.

    A text that is not the blob's bytes (cut, binary, of another encoding) is left out.

    Args:
        sighting: made of the same node.
        node: the data.
        broken: fields of the node that came with an error.
    """
    repository, files = sighting.repository, sighting.files
    details = None
    if not broken & {"languages", "repositoryTopics"}:
        languages = (node.get("languages") or {}).get("nodes") or ()
        topics = (node.get("repositoryTopics") or {}).get("nodes") or ()
        details = Details(
            topics=tuple(t["topic"]["name"] for t in topics if t),
            languages=tuple(n["name"] for n in languages if n),
        )
    if isinstance(files, tuple):
        files = tuple(_with_text(file, node) for file in files)
    return replace(sighting, repository=replace(repository, details=details), files=files)


def node_id(sighting: Sighting) -> str:
    """Give GitHub's global id of the repository, which its revision begins with."""
    return sighting.repository.revision.partition(" ")[0]


def is_public(node: JsonObject) -> bool:
    """Check on the answer what the query asked for; old Enterprise Servers tell no visibility."""
    return node["isPrivate"] is False and node.get("visibility", "PUBLIC") == "PUBLIC"


def spdx(text: object) -> str | None:
    """Read a licence's SPDX id; GitHub has a word for *could not tell*."""
    return text if isinstance(text, str) and text not in _NO_LICENSE else None


def raw_base(where: Addresses, path: str, branch: str | None) -> str | None:
    """Give the address of the root of the default branch, as everybody sees it."""
    return f"{where.shown_raw}/{path}/HEAD/" if branch else None


def misshapen_failure(source: str, subject: str, error: Exception) -> Failure:
    """Say that the forge's description of something could not be understood."""
    told = str(misshapen(source, subject, error))
    return Failure(subject=subject, code=FailureCode.UNREADABLE, message=told)


def failure(subject: str, errors: Iterable[GraphQLError], forge_id: str | None = None) -> Failure:
    """Say that something could not be read, in the forge's words."""
    first = next(iter(errors), None)
    code = FailureCode.UNREADABLE
    if first is not None and first.type == "NOT_FOUND":
        code = FailureCode.NOT_FOUND
    elif first is not None and first.type == "FORBIDDEN":
        code = FailureCode.FORBIDDEN
    said = first.message if first is not None else "no data came, and no reason"
    return Failure(
        subject=subject,
        code=code,
        message=f"{subject} could not be read: {said}; the next crawl tries again",
        forge_id=forge_id,
    )


def _files(node: JsonObject, errors: tuple[GraphQLError, ...]) -> Files:
    if node["isDisabled"]:
        return BLOCKED
    broken = [e for e in errors if e.path and e.path[0] in _FIELDS]
    if broken:
        return Unknown(
            reason=f"GitHub did not tell the file: {broken[0].message}; the next crawl asks again"
        )
    found = []
    for path, name in zip(PATHS, _FIELDS, strict=True):
        blob = node.get(name)
        if blob and blob["__typename"] == "Blob":
            found.append(FileVersion(path=path, blob_id=blob["oid"], size=blob["byteSize"]))
    return tuple(found)


def _ignore_file(node: JsonObject, errors: tuple[GraphQLError, ...]) -> bool | None:
    """Say whether the file lies there by which a repository opts out; None where nobody knows."""
    if node["isDisabled"] or any(e.path and e.path[0] == "ignore" for e in errors):
        return None
    return (node.get("ignore") or {}).get("__typename") == "Blob"


def _with_text(file: FileVersion, node: JsonObject) -> FileVersion:
    shown = node.get(f"{_FIELDS[PATHS.index(file.path)]}Text") or {}
    text = shown.get("text")
    if text is None or shown.get("isBinary") or shown.get("isTruncated"):
        return file
    content = text.encode("utf-8", "surrogatepass")
    return replace(file, content=content) if blob_id(content) == file.blob_id else file
