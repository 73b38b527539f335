# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Lets harvester read Shelf, a forge that does not exist."""

from harvester_shelf.connector import ShelfConnector, ShelfOptions

__all__ = ["ShelfConnector", "ShelfOptions"]
