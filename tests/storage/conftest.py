# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The databases."""

from tests.databases import catalogue, database_url, postgres, postgres_url, sqlite_url

__all__ = ["catalogue", "database_url", "postgres", "postgres_url", "sqlite_url"]
