# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Counts commits, their authors and releases of GitLab projects, as an anonymous visitor.

GraphQL tells releases, of many projects at once. Commits since a day are told by REST alone: one
request for each project, its newest hundred. The addresses in it tell authors apart; they are
counted and forgotten.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

import httpx

from connectors.gitlab import facts
from connectors.transport import Chain, GraphQL, ItemUnreadableError, load
from harvester.model import JsonObject, Repository, Vitality
from harvester.ports.errors import (
    ForbiddenError,
    NotFoundError,
    ServerError,
    UnexpectedAnswerError,
)

logger = logging.getLogger(__name__)

_RELEASES = load("connectors.gitlab.queries", "vitality.graphql")
_PAGE = 100
_FAILED_IN_A_ROW = 3
"""So many projects that fail in a row are not bad repositories but a bad forge."""
_REFUSALS = (ForbiddenError, NotFoundError, UnexpectedAnswerError)


@dataclass(frozen=True, slots=True)
class _Releases:
    count: int | None = None
    last: datetime | None = None


class Pulse:
    """Reads what tells whether projects are worked on.

    Args:
        chain: without a token, so that nothing is counted that the public cannot see.
        graphql: on that chain.
        api_url: base of the REST API.
    """

    def __init__(self, chain: Chain, graphql: GraphQL, api_url: str) -> None:
        self._chain = chain
        self._graphql = graphql
        self._api_url = api_url
        self._refused = False
        self._failed = 0

    async def read(
        self, repositories: Sequence[Repository], now: datetime
    ) -> Mapping[str, Vitality]:
        """Read some projects; one whose commits are not for everybody is left out.

        Raises:
            SourceError: the forge fails, or a limit is reached.
        """
        releases = await self._releases([one.forge_id for one in repositories])
        found = {}
        for repository in repositories:
            told = await self._commits(repository, now)
            if told is not None:
                known = releases.get(repository.forge_id, _Releases())
                found[repository.forge_id] = _vitality(*told, known, now)
        return found

    async def _releases(self, forge_ids: Sequence[str]) -> dict[str, _Releases]:
        found: dict[str, _Releases] = {}
        rest = [facts.global_id(forge_id) for forge_id in forge_ids]
        while rest and not self._refused:
            try:
                answer = await self._graphql.page(
                    _RELEASES,
                    lambda n: {"ids": rest[:n], "first": n},  # noqa: B023 - called at once
                    most=min(_PAGE, len(rest)),
                )
            except ItemUnreadableError:
                rest = rest[1:]
                continue
            except _REFUSALS as error:
                logger.info("%s: releases are not told: %s", self._chain.source, error)
                self._refused = True
                break
            for node in (answer.data.get("projects") or {}).get("nodes") or ():
                if node and node.get("visibility") == facts.PUBLIC and node.get("releases"):
                    found[facts.forge_id(node)] = _released(node["releases"])
            rest = rest[answer.size or len(rest) :]
        return found

    async def _commits(
        self, repository: Repository, now: datetime
    ) -> tuple[list[JsonObject], bool] | None:
        """Give the newest commits of a year, and whether there are more."""
        since = (now - timedelta(days=365)).isoformat(timespec="seconds")
        response = await self._chain.get(
            f"{self._api_url}/projects/{repository.forge_id}/repository/commits",
            params={"since": since, "per_page": _PAGE},
        )
        if repository.default_branch is None and response.status_code == HTTPStatus.NOT_FOUND:
            return [], False
        try:
            rows = self._chain.json(response)
        except ServerError:
            self._failed += 1
            if self._failed == _FAILED_IN_A_ROW:
                raise
            return None
        except _REFUSALS:
            return None
        self._failed = 0
        if not isinstance(rows, list):
            return None
        return rows, _goes_on(response, len(rows))


def _goes_on(response: httpx.Response, rows: int) -> bool:
    return rows >= _PAGE and response.headers.get("x-next-page", "?") != ""


def _released(told: JsonObject) -> _Releases:
    newest: JsonObject = next((release for release in told.get("nodes") or () if release), {})
    return _Releases(count=told.get("count"), last=facts.moment(newest.get("releasedAt")))


def _vitality(
    commits: Sequence[JsonObject], goes_on: bool, releases: _Releases, now: datetime
) -> Vitality:
    quarter = now - timedelta(days=90)
    times = [facts.moment(commit.get("committed_date")) for commit in commits]
    authors = {str(commit.get("author_email") or "").lower() for commit in commits}
    return Vitality(
        read_at=now,
        commits_90d=sum(1 for time in times if time is not None and time >= quarter),
        commits_365d=len(commits),
        authors_365d=len(authors - {""}),
        counts_are_least=goes_on,
        releases=releases.count,
        last_release_at=releases.last,
    )
