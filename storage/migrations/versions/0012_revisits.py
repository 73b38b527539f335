# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""When repositories that cost a request each were last looked at, and how long they rest."""

import sqlalchemy as sa
from alembic import op

revision = "0012_revisits"
down_revision = "0011_search_index"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Compared by its bytes on both databases."""


def upgrade() -> None:
    """Make the table; nothing was looked at yet, so that the next crawl asks for everything."""
    op.create_table(
        "revisit",
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("repository_id", _TEXT, nullable=False),
        sa.Column("looked_at", _TEXT, nullable=False),
        sa.Column("interval_seconds", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repository.id"], name=op.f("fk_revisit_repository_id_repository")
        ),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_revisit_source_source")),
        sa.PrimaryKeyConstraint("source", "repository_id", name=op.f("pk_revisit")),
    )
    op.create_index(op.f("ix_revisit_repository_id"), "revisit", ["repository_id"])
