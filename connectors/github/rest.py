# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the REST API answers: from a repository's JSON to a sighting. Pure."""

import httpx

from connectors.github.addresses import Addresses
from connectors.github.nodes import BLOCKED, NotPublic, raw_base, spdx
from connectors.github.times import moment
from harvester.model import Activity, Details, JsonObject, Owner, Repository, Sighting, Unread
from harvester.urls import canonical_url


def sighting_of_json(told: JsonObject, where: Addresses, *, lasting: bool) -> Sighting | NotPublic:
    """Read a repository as a list or an address of its own gives it; its files are ``Unread``.

    They are ``Unknown`` where GitHub has blocked the repository.

    Args:
        told: the data.
        where: for addresses that the API does not tell.
        lasting: make the revision of a crawl without a token, which moves when the files may have
            changed. Else that of GraphQL, which moves with any fact.
    """
    if told["private"] is not False or told.get("visibility", "public") != "public":
        return NotPublic(str(told["id"]))
    owner, parent = told["owner"], told.get("parent") or {}
    branch, language = told.get("default_branch"), told.get("language")
    moved = branch if lasting else told["updated_at"]
    repository = Repository(
        forge_id=str(told["id"]),
        path=told["full_name"],
        web_url=canonical_url(told["html_url"]),
        name=told["name"],
        description=told.get("description"),
        owner=Owner(
            path=owner["login"],
            name=None,
            kind="user" if owner["type"] == "User" else "organization",
        ),
        default_branch=branch,
        archived=told["archived"],
        fork=told["fork"],
        mirror=told.get("mirror_url") is not None,
        parent_url=canonical_url(parent["html_url"]) if parent.get("private") is False else None,
        license=spdx((told.get("license") or {}).get("spdx_id")),
        created_at=moment(told.get("created_at")),
        raw_base=raw_base(where, told["full_name"], branch),
        details=Details(
            topics=tuple(told.get("topics") or ()),
            languages=(language,) if language else (),
        ),
        activity=Activity(
            stars=told["stargazers_count"],
            forks=told["forks_count"],
            open_issues=told.get("open_issues_count"),
            pushed_at=moment(told.get("pushed_at")),
        ),
        revision=f"{told['node_id']} {told.get('pushed_at')} {moved}",
    )
    return Sighting(repository=repository, files=BLOCKED if told.get("disabled") else Unread())


def is_json(response: httpx.Response) -> bool:
    """Say whether an answer is the API's; a 404 of a proxy is a page."""
    return "json" in response.headers.get("content-type", "")
