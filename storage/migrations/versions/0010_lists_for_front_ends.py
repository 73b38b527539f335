# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Indexes in the orders in which front-ends page through entries and publishers."""

from alembic import op

revision = "0010_lists_for_front_ends"
down_revision = "0009_losses_that_wait"


def upgrade() -> None:
    """Make the indexes."""
    op.drop_index(op.f("ix_software_state"), "software")
    for columns in (
        ("state", "first_seen_at", "id"),
        ("first_seen_at", "id"),
        ("updated_at", "id"),
        ("publisher_id", "state", "first_seen_at", "updated_at"),
    ):
        op.create_index(op.f(f"ix_software_{'_'.join(columns)}"), "software", list(columns))
