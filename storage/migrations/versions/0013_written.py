# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Bearer tokens, and what their bearers write: bodies, catalogs, logs, analyses."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013_written"
down_revision = "0012_revisits"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Compared by its bytes on both databases."""


def upgrade() -> None:
    """Make the tables, empty: nothing was written yet."""
    op.add_column(
        "feed_head", sa.Column("written", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("feed_head", sa.Column("written_at", _TEXT))
    _tokens()
    _catalogs()
    _publishers()
    _remarks()


def _tokens() -> None:
    op.create_table(
        "token",
        _words("id"),
        *(_words(name) for name in ("name", "digest", "scopes", "created_at")),
        *(sa.Column(name, _TEXT) for name in ("expires_at", "revoked_at", "last_used_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
    )
    _index("token", "name")


def _catalogs() -> None:
    op.create_table(
        "catalog",
        _words("id"),
        _words("name"),
        sa.Column("alternative_id", _TEXT),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("publishers_namespace", _TEXT),
        *(_words(name) for name in ("scopes", "sources")),
        *(_words(name) for name in ("created_at", "updated_at", "written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog")),
    )
    _index("catalog", "alternative_id", unique=True)
    _index("catalog", "created_at", "id")
    op.create_table(
        "software_catalog",
        _words("software_id"),
        _words("catalog_id"),
        _refers("software_catalog", "software_id", "software", ondelete="CASCADE"),
        _refers("software_catalog", "catalog_id", "catalog"),
        sa.PrimaryKeyConstraint("software_id", name=op.f("pk_software_catalog")),
    )
    _index("software_catalog", "catalog_id")


def _publishers() -> None:
    op.create_table(
        "written_publisher",
        _words("id"),
        sa.Column("catalog_id", _TEXT),
        _words("name"),
        sa.Column("email", _TEXT),
        sa.Column("alternative_id", _TEXT),
        sa.Column("active", sa.Boolean(), nullable=False),
        *(_words(name) for name in ("created_at", "updated_at", "written_by")),
        _refers("written_publisher", "catalog_id", "catalog"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_written_publisher")),
    )
    _index("written_publisher", "catalog_id")
    _index("written_publisher", "name")
    _index("written_publisher", "alternative_id", unique=True)
    _index("written_publisher", "created_at", "id")
    op.create_table(
        "code_hosting",
        _words("publisher_id"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        *(_words(name) for name in ("url", "url_key")),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        *(_words(name) for name in ("created_at", "updated_at")),
        _refers("code_hosting", "publisher_id", "written_publisher", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("publisher_id", "number", name=op.f("pk_code_hosting")),
    )
    _index("code_hosting", "url_key", unique=True)


def _remarks() -> None:
    op.create_table(
        "written_log",
        _words("id"),
        sa.Column("entity", _TEXT),
        *(_words(name) for name in ("message", "created_at", "written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_written_log")),
    )
    _index("written_log", "created_at", "id")
    _index("written_log", "entity", "created_at", "id")
    op.create_table(
        "analysis",
        *(_words(name) for name in ("entity", "namespace")),
        *(_words(name) for name in ("document", "written_at", "written_by")),
        sa.PrimaryKeyConstraint("entity", "namespace", name=op.f("pk_analysis")),
    )


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, _TEXT, nullable=False)


def _refers(table: str, column: str, other: str, **how: Any) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), **how
    )


def _index(table: str, *columns: str, unique: bool = False) -> None:
    name = op.f(f"ix_{table}_{'_'.join(columns)}")
    op.create_index(name, table, list(columns), unique=unique)
