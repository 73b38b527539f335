# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""GitLab."""

from connectors.gitlab.connector import GitLabConnector, GitLabOptions

__all__ = ["GitLabConnector", "GitLabOptions"]
