# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Who asked to be told what changes, what is still to be told, and who tells it."""

import sqlalchemy as sa
from alembic import op

revision = "0015_webhooks"
down_revision = "0014_wishes"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Compared by its bytes on both databases."""


def upgrade() -> None:
    """Make the tables; nobody has asked yet."""
    op.create_table(
        "webhook",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("topic", _TEXT, nullable=False),
        sa.Column("only_id", _TEXT),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("secret", _TEXT),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("missed", sa.BigInteger(), nullable=False),
        sa.Column("ended", _TEXT),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("updated_at", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index(op.f("ix_webhook_created_at_id"), "webhook", ["created_at", "id"])
    op.create_table(
        "webhook_delivery",
        sa.Column("webhook_id", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("change", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("taken_at", _TEXT, nullable=False),
        sa.Column("next_try_at", _TEXT),
        sa.Column("tried_at", _TEXT),
        sa.Column("settled_at", _TEXT),
        sa.Column("said", _TEXT),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id_webhook")
        ),
        sa.PrimaryKeyConstraint("webhook_id", "subject", "seq", name=op.f("pk_webhook_delivery")),
    )
    op.create_index(
        op.f("ix_webhook_delivery_state_webhook_id_seq"),
        "webhook_delivery",
        ["state", "webhook_id", "seq"],
    )
    op.create_table(
        "webhook_publisher",
        sa.Column("webhook_id", _TEXT, nullable=False),
        sa.Column("publisher_id", _TEXT, nullable=False),
        sa.Column("told", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_publisher_webhook_id_webhook")
        ),
        sa.PrimaryKeyConstraint("webhook_id", "publisher_id", name=op.f("pk_webhook_publisher")),
    )
    op.create_table(
        "webhook_lease",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("holder", _TEXT),
        sa.Column("beat_at", _TEXT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_webhook_lease_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_lease")),
    )
