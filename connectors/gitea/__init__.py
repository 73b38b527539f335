# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Gitea and Forgejo."""

from connectors.gitea.connector import GiteaConnector, GiteaOptions

__all__ = ["GiteaConnector", "GiteaOptions"]
