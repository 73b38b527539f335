# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""OpenCoDE is a GitLab; what differs are words, not requests."""

from collections.abc import Mapping
from typing import ClassVar

from connectors.gitlab import GitLabConnector
from harvester.ports.connector import ForgeAccess
from harvester.urls import host_of

_HOST = "gitlab.opencode.de"


class OpenCodeConnector(GitLabConnector):
    """Reads gitlab.opencode.de.

    The rules of its software directory (the exact file name, a ``url`` that names a project and no
    group) are the profile ``opencode`` of the checker, which tells publishers what is wrong; this
    connector brings both file names and says by which profile they are to be read.
    """

    kind: ClassVar[str] = "opencode"
    profile: ClassVar[str] = "opencode"
    host_aliases: ClassVar[Mapping[str, str]] = {"gitlab.o4oe.de": _HOST}

    @classmethod
    async def recognise(cls, access: ForgeAccess) -> bool:
        """Say whether this is OpenCoDE; asks nobody, for among all GitLabs it has a name."""
        return host_of(access.url) in (_HOST, *cls.host_aliases)
