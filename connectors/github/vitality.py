# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Counts commits, their authors and releases over GraphQL, twenty repositories a query."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from connectors.github.aliases import document
from connectors.github.times import moment
from connectors.transport import GraphQL, ItemUnreadableError
from harvester.model import JsonObject, Repository, Vitality

BATCH = 20
"""Repositories a query: each makes GitHub walk through a year of commits."""


async def vitality(
    graphql: GraphQL, repositories: Sequence[Repository], now: datetime
) -> Mapping[str, Vitality]:
    """Read what tells whether repositories are worked on, by forge id.

    One whose history cannot be read, for whatever reason, is left out.

    Raises:
        SourceError: as :meth:`.GraphQL.page` raises it.
    """
    since = {
        "year": (now - timedelta(days=365)).isoformat(timespec="seconds"),
        "quarter": (now - timedelta(days=90)).isoformat(timespec="seconds"),
    }
    ids = [repository.revision.partition(" ")[0] for repository in repositories]
    query, found, start = document("vitality.graphql"), dict[str, Vitality](), 0
    while start < len(ids):
        rest = ids[start:]
        try:
            answer = await graphql.page(
                query,
                lambda n: {"ids": rest[:n], **since},  # noqa: B023 - called at once
                most=min(BATCH, len(rest)),
            )
        except ItemUnreadableError:
            start += 1
            continue
        size = answer.size or 1
        for index, node in enumerate((answer.data.get("nodes") or [])[:size]):
            if node and node.get("isPrivate") is False and not answer.errors_at("nodes", index):
                found[str(node["databaseId"])] = _read(node, now)
        start += size
    return found


def _read(node: JsonObject, now: datetime) -> Vitality:
    target = (node.get("defaultBranchRef") or {}).get("target") or {}
    year = target.get("year") or {"totalCount": 0, "nodes": []}
    commits = [commit for commit in year["nodes"] or () if commit]
    authors = {((commit.get("author") or {}).get("email") or "").lower() for commit in commits}
    releases = node.get("releases") or {}
    newest: JsonObject = next((release for release in releases.get("nodes") or () if release), {})
    return Vitality(
        read_at=now,
        commits_90d=(target.get("quarter") or {"totalCount": 0})["totalCount"],
        commits_365d=year["totalCount"],
        authors_365d=len(authors - {""}),
        counts_are_least=year["totalCount"] > len(commits),
        releases=releases.get("totalCount"),
        last_release_at=moment(newest.get("publishedAt")),
    )
