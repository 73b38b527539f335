# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who takes leave: repositories that opt out, and sources that are no longer configured."""

import sqlalchemy as sa
from alembic import op

revision = "0002_who_takes_leave"
down_revision = "0001_first_tables"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Compared by its bytes on both databases."""


def upgrade() -> None:
    """Add the columns; nobody has opted out yet, as far as the catalogue knows."""
    with op.batch_alter_table("repository") as table:
        table.add_column(sa.Column("opt_outs", _TEXT, nullable=False, server_default="[]"))
        table.add_column(sa.Column("ignored_since", _TEXT, nullable=True))
    with op.batch_alter_table("repository") as table:
        table.alter_column("opt_outs", server_default=None)
    with op.batch_alter_table("source") as table:
        table.add_column(sa.Column("retired_at", _TEXT, nullable=True))
