# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Losses of listed entries that wait for an operator's approval."""

import sqlalchemy as sa
from alembic import op

revision = "0009_losses_that_wait"
down_revision = "0008_lists"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Compared by its bytes on both databases."""


def upgrade() -> None:
    """Make the table; nothing waits yet."""
    op.create_table(
        "wait",
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("software_id", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("since", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_wait_source_source")),
        sa.PrimaryKeyConstraint("source", "software_id", name=op.f("pk_wait")),
    )
