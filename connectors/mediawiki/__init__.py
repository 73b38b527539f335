# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads the pages of a wiki that tell of software."""

from connectors.mediawiki.connector import MediaWikiConnector

__all__ = ["MediaWikiConnector"]
