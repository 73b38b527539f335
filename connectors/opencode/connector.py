# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""OpenCoDE is a GitLab; what differs are words, not requests, and the badges beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from connectors.gitlab import GitLabConnector
from connectors.opencode.badges import Badges
from harvester.model import Repository, Vitality
from harvester.ports.connector import ForgeAccess
from harvester.ports.listing import Estimate, Scope, Size
from harvester.urls import host_of

_HOST = "gitlab.opencode.de"


class OpenCodeOptions(BaseModel):
    """What openCode has beside its GitLab."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    badges_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/?#@]+/?$",
        description="Host of the badge API, https://badges.opencode.de; without it, no badges are"
        " read.",
    )


class OpenCodeConnector(GitLabConnector):
    """Reads gitlab.opencode.de.

    The rules of its software directory (the exact file name, a ``url`` that names a project and no
    group) are the profile ``opencode`` of the checker, which tells publishers what is wrong; this
    connector brings both file names and says by which profile they are to be read.
    """

    kind: ClassVar[str] = "opencode"
    profile: ClassVar[str] = "opencode"
    host_aliases: ClassVar[Mapping[str, str]] = {"gitlab.o4oe.de": _HOST}
    Options: ClassVar[type[BaseModel]] = OpenCodeOptions

    def __init__(self, access: ForgeAccess) -> None:
        super().__init__(access)
        options = access.options
        self._badges_url = options.badges_url if isinstance(options, OpenCodeOptions) else None
        self._badges: Badges | None = None

    @classmethod
    async def recognise(cls, access: ForgeAccess) -> bool:
        """Say whether this is OpenCoDE; asks nobody, for among all GitLabs it has a name."""
        return host_of(access.url) in (_HOST, *cls.host_aliases)

    def estimate(self, scope: Scope, size: Size) -> Estimate:
        """Predict the cost of the next crawl, badges included."""
        predicted = super().estimate(scope, size)
        badges = size.vitality_due if self._badges_url is not None else 0
        return replace(predicted, rest=predicted.rest + badges)

    async def vitality(
        self, repositories: Sequence[Repository], now: datetime
    ) -> Mapping[str, Vitality]:
        """Count as on any GitLab, and add the badges that openCode gave."""
        read = await super().vitality(repositories, now)
        if self._badges_url is None:
            return read
        if self._badges is None:
            self._badges = Badges(self.anonymous, self._badges_url)
        asked = [one for one in repositories if one.forge_id in read]
        given = await self._badges.of(asked)
        return {key: replace(one, badges=given.get(key, ())) for key, one in read.items()}
