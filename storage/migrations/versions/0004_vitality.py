# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Whether repositories are worked on: commits, authors and releases as numbers, others' badges."""

import sqlalchemy as sa
from alembic import op

revision = "0004_vitality"
down_revision = "0003_guard"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table; it fills with the next sweeps."""
    op.create_table(
        "vitality",
        sa.Column("repository_id", _TEXT, nullable=False),
        sa.Column("read_at", _TEXT, nullable=False),
        sa.Column("commits_90d", sa.BigInteger(), nullable=True),
        sa.Column("commits_365d", sa.BigInteger(), nullable=True),
        sa.Column("authors_365d", sa.BigInteger(), nullable=True),
        sa.Column("counts_are_least", sa.Boolean(), nullable=False),
        sa.Column("releases", sa.BigInteger(), nullable=True),
        sa.Column("last_release_at", _TEXT, nullable=True),
        sa.Column("badges", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repository.id"], name=op.f("fk_vitality_repository_id")
        ),
        sa.PrimaryKeyConstraint("repository_id", name=op.f("pk_vitality")),
    )
