# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""GitHub and GitHub Enterprise Server."""

from connectors.github.connector import GitHubConnector

__all__ = ["GitHubConnector"]
