# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001_first_tables"
down_revision = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Compared by its bytes on both databases."""


def upgrade() -> None:
    """Make every table, and the one row that change numbers come from."""
    op.create_table(
        "blob",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blob")),
    )
    op.create_table(
        "budget",
        sa.Column("origin", _TEXT, nullable=False),
        sa.Column("token", _TEXT, nullable=False),
        sa.Column("resource", _TEXT, nullable=False),
        sa.Column("limit", sa.BigInteger(), nullable=True),
        sa.Column("remaining", sa.BigInteger(), nullable=True),
        sa.Column("reset_at", _TEXT, nullable=True),
        sa.Column("not_before", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("origin", "token", "resource", name=op.f("pk_budget")),
    )
    op.create_table(
        "change",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", _TEXT, nullable=False),
        sa.Column("software_id", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("at", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change")),
    )
    op.create_table(
        "feed_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_feed_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_head")),
    )
    op.create_table(
        "forge",
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_forge")),
    )
    op.create_table(
        "publisher",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("uri", _TEXT, nullable=True),
        sa.Column("level", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publisher")),
    )
    op.create_table(
        "validator",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("token", _TEXT, nullable=False),
        sa.Column("etag", _TEXT, nullable=True),
        sa.Column("last_modified", _TEXT, nullable=True),
        sa.Column("headers", _TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_validator")),
    )
    op.create_table(
        "owner",
        sa.Column("forge_url", _TEXT, nullable=False),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=True),
        sa.Column("kind", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["forge_url"], ["forge.url"], name=op.f("fk_owner_forge_url")),
        sa.PrimaryKeyConstraint("forge_url", "path", name=op.f("pk_owner")),
    )
    op.create_table(
        "repository",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("forge_url", _TEXT, nullable=False),
        sa.Column("forge_id", _TEXT, nullable=False),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("web_url", _TEXT, nullable=False),
        sa.Column("web_url_key", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("description", _TEXT, nullable=True),
        sa.Column("owner_path", _TEXT, nullable=False),
        sa.Column("owner_name", _TEXT, nullable=True),
        sa.Column("owner_kind", _TEXT, nullable=False),
        sa.Column("default_branch", _TEXT, nullable=True),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("fork", sa.Boolean(), nullable=False),
        sa.Column("mirror", sa.Boolean(), nullable=False),
        sa.Column("parent_url", _TEXT, nullable=True),
        sa.Column("license", _TEXT, nullable=True),
        sa.Column("created_at", _TEXT, nullable=True),
        sa.Column("raw_base", _TEXT, nullable=True),
        sa.Column("topics", _TEXT, nullable=True),
        sa.Column("languages", _TEXT, nullable=True),
        sa.Column("stars", sa.BigInteger(), nullable=True),
        sa.Column("forks", sa.BigInteger(), nullable=True),
        sa.Column("open_issues", sa.BigInteger(), nullable=True),
        sa.Column("pushed_at", _TEXT, nullable=True),
        sa.Column("revision", _TEXT, nullable=False),
        sa.Column("first_seen_at", _TEXT, nullable=False),
        sa.Column("updated_at", _TEXT, nullable=False),
        sa.Column("missing_since", _TEXT, nullable=True),
        sa.Column("missing_sweeps", sa.Integer(), nullable=False),
        sa.Column("gone_reason", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["forge_url"], ["forge.url"], name=op.f("fk_repository_forge_url")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repository")),
    )
    op.create_index(op.f("ix_repository_web_url_key"), "repository", ["web_url_key"], unique=False)
    op.create_table(
        "source",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("forge_url", _TEXT, nullable=False),
        sa.Column("scope", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["forge_url"], ["forge.url"], name=op.f("fk_source_forge_url")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_source")),
    )
    op.create_table(
        "alias",
        sa.Column("repository_id", _TEXT, nullable=False),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("url_key", _TEXT, nullable=False),
        sa.Column("since", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repository.id"], name=op.f("fk_alias_repository_id")
        ),
        sa.PrimaryKeyConstraint("repository_id", "url", name=op.f("pk_alias")),
    )
    op.create_index(op.f("ix_alias_url_key"), "alias", ["url_key"], unique=False)
    op.create_table(
        "crawl",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("fingerprint", _TEXT, nullable=False),
        sa.Column("sweep", sa.Boolean(), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("cursor", _TEXT, nullable=True),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("clean", sa.Boolean(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("item_counts", _TEXT, nullable=False),
        sa.Column("started_at", _TEXT, nullable=False),
        sa.Column("progress_at", _TEXT, nullable=False),
        sa.Column("ended_at", _TEXT, nullable=True),
        sa.Column("error", _TEXT, nullable=True),
        sa.Column("not_before", _TEXT, nullable=True),
        sa.Column("spent", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_crawl_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crawl")),
    )
    op.create_index(op.f("ix_crawl_source"), "crawl", ["source"], unique=False)
    op.create_table(
        "lease",
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("holder", _TEXT, nullable=True),
        sa.Column("progress_at", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_lease_source")),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_lease")),
    )
    op.create_table(
        "owner_visit",
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("visited_at", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_owner_visit_source")),
        sa.PrimaryKeyConstraint("source", "path", name=op.f("pk_owner_visit")),
    )
    op.create_table(
        "repository_source",
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("repository_id", _TEXT, nullable=False),
        sa.Column("since", _TEXT, nullable=False),
        sa.Column("missed_at", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repository.id"], name=op.f("fk_repository_source_repository_id")
        ),
        sa.ForeignKeyConstraint(
            ["source"], ["source.name"], name=op.f("fk_repository_source_source")
        ),
        sa.PrimaryKeyConstraint("source", "repository_id", name=op.f("pk_repository_source")),
    )
    op.create_index(
        op.f("ix_repository_source_repository_id"),
        "repository_source",
        ["repository_id"],
        unique=False,
    )
    op.create_table(
        "software",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("url_key", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=True),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("state_reason", _TEXT, nullable=False),
        sa.Column("file_state", _TEXT, nullable=False),
        sa.Column("stale_since", _TEXT, nullable=True),
        sa.Column("origin", _TEXT, nullable=False),
        sa.Column("repository_id", _TEXT, nullable=True),
        sa.Column("file_repository_id", _TEXT, nullable=True),
        sa.Column("file_path", _TEXT, nullable=True),
        sa.Column("publisher_id", _TEXT, nullable=True),
        sa.Column("document", _TEXT, nullable=False),
        sa.Column("first_seen_at", _TEXT, nullable=False),
        sa.Column("updated_at", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["publisher.id"], name=op.f("fk_software_publisher_id")
        ),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repository.id"], name=op.f("fk_software_repository_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_software")),
    )
    op.create_index(op.f("ix_software_repository_id"), "software", ["repository_id"], unique=False)
    op.create_index(op.f("ix_software_state"), "software", ["state"], unique=False)
    op.create_index(op.f("ix_software_url_key"), "software", ["url_key"], unique=False)
    op.create_table(
        "crawl_item",
        sa.Column("crawl_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=True),
        sa.Column("message", _TEXT, nullable=True),
        sa.Column("repository_id", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["crawl_id"], ["crawl.id"], name=op.f("fk_crawl_item_crawl_id")),
        sa.PrimaryKeyConstraint("crawl_id", "number", name=op.f("pk_crawl_item")),
    )
    op.create_index(
        op.f("ix_crawl_item_repository_id"), "crawl_item", ["repository_id"], unique=False
    )
    op.create_table(
        "file",
        sa.Column("repository_id", _TEXT, nullable=False),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("blob_id", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("software_id", _TEXT, nullable=True),
        sa.Column("version", _TEXT, nullable=True),
        sa.Column("declared_url", _TEXT, nullable=True),
        sa.Column("declared_url_key", _TEXT, nullable=True),
        sa.Column("normaliser", sa.BigInteger(), nullable=False),
        sa.Column("context", _TEXT, nullable=False),
        sa.Column("first_seen_at", _TEXT, nullable=False),
        sa.Column("changed_at", _TEXT, nullable=False),
        sa.Column("bad_since", _TEXT, nullable=True),
        sa.Column("absent_sweeps", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repository.id"], name=op.f("fk_file_repository_id")
        ),
        sa.ForeignKeyConstraint(["software_id"], ["software.id"], name=op.f("fk_file_software_id")),
        sa.PrimaryKeyConstraint("repository_id", "path", name=op.f("pk_file")),
    )
    op.create_index(op.f("ix_file_declared_url_key"), "file", ["declared_url_key"], unique=False)
    op.create_index(op.f("ix_file_software_id"), "file", ["software_id"], unique=False)
    op.create_table(
        "seen",
        sa.Column("crawl_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", _TEXT, nullable=False),
        sa.Column("ids", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["crawl_id"], ["crawl.id"], name=op.f("fk_seen_crawl_id")),
        sa.PrimaryKeyConstraint("crawl_id", "number", name=op.f("pk_seen")),
    )
    op.create_table(
        "software_alias",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("software_id", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["software_id"], ["software.id"], name=op.f("fk_software_alias_software_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_software_alias")),
    )
    op.create_index(
        op.f("ix_software_alias_software_id"), "software_alias", ["software_id"], unique=False
    )
    op.create_table(
        "finding",
        sa.Column("repository_id", _TEXT, nullable=False),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", _TEXT, nullable=False),
        sa.Column("severity", _TEXT, nullable=False),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.Integer(), nullable=False),
        sa.Column("arguments", _TEXT, nullable=False),
        sa.Column("suggestion", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["repository_id", "path"],
            ["file.repository_id", "file.path"],
            name=op.f("fk_finding_repository_id_path"),
        ),
        sa.PrimaryKeyConstraint("repository_id", "path", "number", name=op.f("pk_finding")),
    )
    op.create_table(
        "record",
        sa.Column("repository_id", _TEXT, nullable=False),
        sa.Column("path", _TEXT, nullable=False),
        sa.Column("blob_id", _TEXT, nullable=False),
        sa.Column("version", _TEXT, nullable=True),
        sa.Column("document", _TEXT, nullable=False),
        sa.Column("normaliser", sa.BigInteger(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["repository_id", "path"],
            ["file.repository_id", "file.path"],
            name=op.f("fk_record_repository_id_path"),
        ),
        sa.PrimaryKeyConstraint("repository_id", "path", name=op.f("pk_record")),
    )
    op.execute("INSERT INTO feed_head (id, seq) VALUES (1, 0)")
