# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Bitbucket Cloud."""

from connectors.bitbucket.connector import BitbucketConnector, BitbucketOptions

__all__ = ["BitbucketConnector", "BitbucketOptions"]
