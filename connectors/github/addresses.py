# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where a GitHub is asked, from the one address that people know it by."""

from dataclasses import dataclass

from harvester.ports.connector import ForgeAccess
from harvester.urls import host_of

_HOST = "github.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The addresses of one GitHub, without a slash at the end."""

    web: str
    api: str
    graphql: str
    raw: str
    """Files of public repositories are at ``<raw>/OWNER/NAME/HEAD/PATH``."""
    shown_raw: str
    """The same as everybody sees it; the relative addresses in publiccode files resolve to it."""


def addresses(access: ForgeAccess) -> Addresses:
    """Derive the addresses; what the operator wrote wins."""
    web = access.url.rstrip("/")
    if host_of(web) == _HOST:
        api, raw = "https://api.github.com", "https://raw.githubusercontent.com"
        graphql = "https://api.github.com/graphql"
    else:
        api, raw = f"{web}/api/v3", f"{web}/raw"
        graphql = f"{web}/api/graphql"
    return Addresses(
        web=web,
        api=(access.api_url or api).rstrip("/"),
        graphql=(access.graphql_url or _beside(access.api_url) or graphql).rstrip("/"),
        raw=(access.raw_url or raw).rstrip("/"),
        shown_raw=raw,
    )


def _beside(api_url: str | None) -> str | None:
    """Give the GraphQL address that belongs to a REST base that was overridden."""
    if api_url is None:
        return None
    base = api_url.rstrip("/")
    return f"{base.removesuffix('/v3')}/graphql"
