# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a forge has: repositories, or places that only tell of software."""

import sqlalchemy as sa
from alembic import op

revision = "0002_origin_of_a_forge"
down_revision = "0001_first_tables"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column; all that is known so far was crawled."""
    op.add_column("forge", sa.Column("origin", _TEXT, nullable=False, server_default="crawl"))
