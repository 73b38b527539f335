# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Reads repositories on hosts that speak nothing but git."""

from connectors.git.connector import GitConnector

__all__ = ["GitConnector"]
