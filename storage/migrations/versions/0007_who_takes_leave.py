# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who takes leave: repositories that opt out, and sources that are no longer configured."""

import sqlalchemy as sa
from alembic import op

revision = "0007_who_takes_leave"
down_revision = "0006_forwardings"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Compared by its bytes on both databases."""


def upgrade() -> None:
    """Add the columns; nobody has opted out yet, as far as the catalogue knows."""
    opt_outs = sa.Column("opt_outs", _TEXT, nullable=False, server_default="[]")
    op.add_column("repository", opt_outs)
    op.add_column("repository", sa.Column("ignored_since", _TEXT, nullable=True))
    op.add_column("source", sa.Column("retired_at", _TEXT, nullable=True))
