# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Wishes to have single repositories looked at, which one process leaves for another."""

import sqlalchemy as sa
from alembic import op

revision = "0014_wishes"
down_revision = "0013_written"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Compared by its bytes on both databases."""


def upgrade() -> None:
    """Make the table, empty: nobody could leave a wish before."""
    op.create_table(
        "wish",
        *(
            sa.Column(name, _TEXT, nullable=False)
            for name in ("source", "path_key", "path", "left_at")
        ),
        sa.PrimaryKeyConstraint("source", "path_key", name=op.f("pk_wish")),
    )
