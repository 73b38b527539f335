# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What lists of places to crawl said, what runs on their hosts, and whom to believe first."""

import sqlalchemy as sa
from alembic import op

revision = "0008_lists"
down_revision = "0007_who_takes_leave"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Compared by its bytes on both databases."""


def upgrade() -> None:
    """Make the two tables; no list was read yet, and no place was believed before another."""
    op.add_column("forge", sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "lead_list",
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("read_at", _TEXT, nullable=False),
        sa.Column("leads", _TEXT, nullable=False),
        sa.Column("left_out", _TEXT, nullable=False),
        sa.Column("leaving", _TEXT, nullable=False),
        sa.Column("doubles", sa.Integer(), nullable=False),
        sa.Column("sources", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_lead_list")),
    )
    op.create_table(
        "host",
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=True),
        sa.Column("reason", _TEXT, nullable=True),
        sa.Column("asked_at", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_host")),
    )
