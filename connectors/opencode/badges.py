# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads the badges that openCode gives to projects, from its badge API.

https://badges.opencode.de/en/api-docs/v1/sarif-per-repo-endpoint: one SARIF document for each
project, whose badges stand in the properties of its runs. They are openCode's and shown as such;
nothing here computes one.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from connectors.transport import Chain
from harvester.model import Badge, Repository
from harvester.ports.errors import NotFoundError, SourceError

logger = logging.getLogger(__name__)

GIVER = "openCode"
_FAILED_IN_A_ROW = 3
"""So many failures in a row are the API's, not the projects'."""
_MOST = 20
"""Badges of a project that are kept."""
_LONGEST = 200


class Badges:
    """Asks one badge API.

    Args:
        chain: without a token.
        url: base of the API's host.
    """

    def __init__(self, chain: Chain, url: str) -> None:
        self._chain = chain
        self._url = url.rstrip("/")
        self._failed = 0

    async def of(self, repositories: Sequence[Repository]) -> Mapping[str, tuple[Badge, ...]]:
        """Give the badges of projects, by forge id; nothing of those that could not be asked."""
        found = {}
        for repository in repositories:
            if self._failed == _FAILED_IN_A_ROW:
                break
            address = quote(repository.web_url, safe="")
            try:
                response = await self._chain.get(
                    f"{self._url}/api/v1/repositories/{address}/sarif", conditional=True
                )
                told = self._chain.json(response)
            except NotFoundError:
                self._failed = 0
                continue
            except SourceError as error:
                self._failed += 1
                logger.info("badges of %s are not told: %s", repository.web_url, error)
                continue
            self._failed = 0
            found[repository.forge_id] = read(told)
        return found


def read(told: object) -> tuple[Badge, ...]:
    """Read the badges that were granted out of a SARIF document, the highest level of each."""
    highest: dict[str, Badge] = {}
    for row in _rows(told):
        if not isinstance(row, dict) or row.get("badgeGranted") is not True:
            continue
        name = _text(row.get("badgeId"))
        if name is None or (name in highest and row.get("isHighestGrantedBadge") is not True):
            continue
        highest[name] = Badge(
            by=GIVER,
            id=name,
            level=_text(row.get("badgeLevel")),
            url=_web(row.get("badgeUrl")),
        )
    return tuple(highest[name] for name in sorted(highest))[:_MOST]


def _rows(told: object) -> list[Any]:
    runs = told.get("runs") if isinstance(told, dict) else None
    rows: list[Any] = []
    for run in runs if isinstance(runs, list) else ():
        properties = run.get("properties") if isinstance(run, dict) else None
        badges = properties.get("badges") if isinstance(properties, dict) else None
        rows += badges if isinstance(badges, list) else []
    return rows


def _text(value: object) -> str | None:
    return value[:_LONGEST] if isinstance(value, str) and value else None


def _web(value: object) -> str | None:
    text = _text(value)
    return text if text is not None and text.startswith("https://") else None
