# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What Bitbucket says about a repository, in the words of the model. Pure."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from harvester.model import Activity, JsonObject, Owner, Repository

_YOUNG = timedelta(minutes=5)
"""Clocks differ: what was updated more recently may be updated again at the same time of theirs."""


def is_public(row: JsonObject) -> bool:
    """Say whether everybody may see a repository."""
    return row["is_private"] is False


def repository(row: JsonObject, forge_url: str, now: datetime) -> Repository:
    """Read a repository as a listing or an address of its own gives it."""
    path, owner = str(row["full_name"]), row.get("owner") or {}
    web_url = f"{forge_url}/{path}"
    branch = (row.get("mainbranch") or {}).get("name")
    parent = row.get("parent") or {}
    updated = moment(row["updated_on"])
    young = updated is None or now - updated < _YOUNG
    return Repository(
        forge_id=str(row["uuid"]).strip("{}"),
        path=path,
        web_url=web_url,
        name=str(row["name"]),
        description=row.get("description") or None,
        owner=Owner(
            path=path.partition("/")[0],
            name=owner.get("display_name"),
            kind="user" if owner.get("type") == "user" else "organization",
        ),
        default_branch=branch,
        archived=False,
        fork=bool(parent),
        mirror=False,
        # a private parent is not told to strangers, and this is asked for as one
        parent_url=f"{forge_url}/{parent['full_name']}" if parent.get("full_name") else None,
        created_at=moment(row.get("created_on")),
        raw_base=None if branch is None else f"{web_url}/raw/{quote(branch)}/",
        activity=Activity(pushed_at=updated),
        revision=f"{row['updated_on']} {branch}" + (f" seen {now.isoformat()}" if young else ""),
    )


def moment(told: object) -> datetime | None:
    """Read a time."""
    return datetime.fromisoformat(told).astimezone(UTC) if isinstance(told, str) else None
