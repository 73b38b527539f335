# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The search index: written with the entries, and asked."""

OWN_TABLES = ("search_text", "search_gram")
"""Names, or beginnings of names, of tables that one of the databases has in its own way: SQLite's
virtual tables with what they keep behind them, and PostgreSQL's table of word vectors."""
