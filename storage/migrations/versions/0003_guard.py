# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which daemon keeps the catalogue."""

import sqlalchemy as sa
from alembic import op

revision = "0003_guard"
down_revision = "0002_origin_of_a_forge"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table of the daemon that keeps the catalogue."""
    op.create_table(
        "guard",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", _TEXT, nullable=True),
        sa.Column("beat_at", _TEXT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_guard_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard")),
    )
