# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What Gitea and Forgejo say about a repository, in the words of the model. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from harvester.model import Activity, JsonObject, Owner, Repository

ORGANIZATION, USER = "organization", "user"
_PUBLIC = "public"
_EPOCH = 1970
"""Times of this year and before stand for none."""
_YOUNG = timedelta(minutes=5)
"""Pushes are told to the second, and clocks differ: a younger time may cover two of them."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user or an organisation that everybody may see."""

    id: int
    login: str
    kind: str


def is_public(row: JsonObject) -> bool:
    """Say whether everybody may see a repository.

    ``private`` is the repository's own word; ``internal`` and the owner's ``visibility`` tell of
    owners that only some may see, with all that they have.
    """
    owner = row["owner"]
    seen_by = owner.get("visibility") or _PUBLIC
    return row["private"] is False and not row.get("internal") and seen_by == _PUBLIC


def repository(row: JsonObject, kind: str, forge_url: str, now: datetime) -> Repository:
    """Read a repository as a listing or an address of its own gives it.

    Args:
        row: the data.
        kind: ``organization`` or ``user``, which the data does not tell.
        forge_url: canonical web address of the forge.
        now: the time of the reading.
    """
    path, owner = str(row["full_name"]), row["owner"]
    web_url = f"{forge_url}/{path}"
    # Without the unit "code" there is nothing to clone, whatever branch is told.
    bare = row.get("empty") or row.get("has_code") is False
    branch = None if bare else row.get("default_branch") or None
    parent = row.get("parent")
    licenses: Sequence[object] = row.get("licenses") or ()
    updated = moment(row.get("updated_at"))
    return Repository(
        forge_id=str(int(row["id"])),
        path=path,
        web_url=web_url,
        name=str(row["name"]),
        description=row.get("description") or None,
        owner=Owner(path=str(owner["login"]), name=owner.get("full_name") or None, kind=kind),
        default_branch=branch,
        archived=bool(row.get("archived")),
        fork=bool(row.get("fork")),
        mirror=bool(row.get("mirror")),
        parent_url=f"{forge_url}/{parent['full_name']}" if parent and is_public(parent) else None,
        license=str(licenses[0]) if len(licenses) == 1 else None,
        created_at=moment(row.get("created_at")),
        raw_base=None if branch is None else f"{web_url}/raw/branch/{quote(branch)}/",
        activity=Activity(
            stars=row.get("stars_count"),
            forks=row.get("forks_count"),
            open_issues=row.get("open_issues_count"),
            pushed_at=updated,
        ),
        revision=_revision(row, branch, updated, now),
    )


def topics(row: JsonObject) -> tuple[str, ...] | None:
    """Give the topics; None where the forge is too old to tell them with the repository."""
    told = row.get("topics")
    return tuple(str(topic) for topic in told) if isinstance(told, list) else None


def language(row: JsonObject) -> tuple[str, ...]:
    """Give the language with the largest share, if one is told."""
    told = row.get("language")
    return (str(told),) if told else ()


def moment(told: object) -> datetime | None:
    """Read a time, in whatever zone the server is; None for one that stands for none."""
    if not isinstance(told, str) or not told:
        return None
    read = datetime.fromisoformat(told)
    return read.astimezone(UTC) if read.year > _EPOCH else None


def _revision(row: JsonObject, branch: str | None, updated: datetime | None, now: datetime) -> str:
    """Give a text that is the same as long as files and details cannot have changed.

    ``updated_at`` moves with pushes and with settings. Of a mirror it is the time of the newest
    commit, which an older one may join unnoticed: so the size counts as well. A young time is
    never taken for the same; what it belongs to is read again until it has come of age.
    """
    parts = [str(row.get("updated_at")), str(row.get("size")), branch or ""]
    if updated is None or now - updated < _YOUNG:
        parts.append(f"seen {now.isoformat()}")
    return " ".join(parts)
