# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What entries were before the crawls that are under way."""

import sqlalchemy as sa
from alembic import op

revision = "0005_software_at_rest"
down_revision = "0004_vitality"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Compared by its bytes on both databases."""


def upgrade() -> None:
    """Make the table; a crawl that is under way remembers from here on."""
    op.create_table(
        "software_rest",
        sa.Column("software_id", _TEXT, nullable=False),
        sa.Column("crawl_id", sa.BigInteger(), nullable=False),
        sa.Column("repository_id", _TEXT, nullable=True),
        sa.Column("url_key", _TEXT, nullable=True),
        sa.Column("was", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["crawl_id"], ["crawl.id"], name=op.f("fk_software_rest_crawl_id")),
        sa.PrimaryKeyConstraint("software_id", name=op.f("pk_software_rest")),
    )
    for column in ("crawl_id", "repository_id", "url_key"):
        op.create_index(op.f(f"ix_software_rest_{column}"), "software_rest", [column])
