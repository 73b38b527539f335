# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where addresses lead that files declare and no known repository has."""

import sqlalchemy as sa
from alembic import op

revision = "0006_forwardings"
down_revision = "0005_software_at_rest"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Compared by its bytes on both databases."""


def upgrade() -> None:
    """Make the table; the next crawl asks for what was never asked."""
    op.create_table(
        "forwarding",
        sa.Column("url_key", _TEXT, nullable=False),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("forge_id", _TEXT, nullable=True),
        sa.Column("asked_at", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("url_key", name=op.f("pk_forwarding")),
    )
