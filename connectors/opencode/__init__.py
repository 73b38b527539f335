# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""OpenCoDE: the GitLab of the German public administration, with rules of its own."""

from connectors.opencode.connector import OpenCodeConnector

__all__ = ["OpenCodeConnector"]
