# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""OpenCoDE is a GitLab; what differs are words, not requests."""

from collections.abc import Mapping
from typing import ClassVar

from connectors.gitlab import GitLabConnector


class OpenCodeConnector(GitLabConnector):
    """Reads gitlab.opencode.de.

    The rules of its software directory (the exact file name, a ``url`` that names a project and no
    group) are the profile ``opencode`` of the checker, which tells publishers what is wrong; this
    connector brings both file names and says by which profile they are to be read.
    """

    kind: ClassVar[str] = "opencode"
    profile: ClassVar[str] = "opencode"
    host_aliases: ClassVar[Mapping[str, str]] = {"gitlab.o4oe.de": "gitlab.opencode.de"}
