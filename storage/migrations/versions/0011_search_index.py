# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What the catalogue is searched by.

It is filled by `harvester database upgrade`, or by the first command that opens the catalogue:
what the documents of entries say is the core's knowledge. Until then the index has the rules 0.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011_search_index"
down_revision = "0010_lists_for_front_ends"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Compared by its bytes on both databases."""

_SQLITE = (
    # The words come ready: SQLite is only to cut them at blanks.
    """
    CREATE VIRTUAL TABLE search_text USING fts5(
        name, subject, summary, text,
        detail=column, columnsize=0, tokenize="ascii tokenchars '+#'"
    )
    """,
    "CREATE VIRTUAL TABLE search_gram USING fts5(word, tokenize='trigram')",
    """
    CREATE TRIGGER search_entry_gone AFTER DELETE ON search_entry BEGIN
        DELETE FROM search_text WHERE rowid = old.number;
    END
    """,
    """
    CREATE TRIGGER search_word_new AFTER INSERT ON search_word BEGIN
        INSERT INTO search_gram (word) VALUES (new.word);
    END
    """,
)
_POSTGRESQL = (
    """
    CREATE TABLE search_text (
        number integer PRIMARY KEY REFERENCES search_entry (number) ON DELETE CASCADE,
        words tsvector NOT NULL
    )
    """,
    "CREATE INDEX ix_search_text_words ON search_text USING gin (words)",
    # Makes parts of words quick to find. Without it the same statements read all words.
    """
    DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
            CREATE EXTENSION IF NOT EXISTS pg_trgm;
            CREATE INDEX ix_search_word_trigrams ON search_word USING gin (word gin_trgm_ops);
        END IF;
    EXCEPTION WHEN insufficient_privilege OR undefined_object THEN
        RAISE NOTICE 'harvester searches without pg_trgm: %', SQLERRM;
    END $$
    """,
)


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "search_entry",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("software_id", _TEXT, nullable=False),
        sa.Column("name_key", _TEXT, nullable=False),
        sa.Column("released_on", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["software_id"],
            ["software.id"],
            name=op.f("fk_search_entry_software_id_software"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_entry")),
    )
    op.create_index(
        op.f("ix_search_entry_software_id"), "search_entry", ["software_id"], unique=True
    )
    op.create_table(
        "search_value",
        sa.Column("field", _TEXT, nullable=False),
        sa.Column("value", _TEXT, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["number"],
            ["search_entry.number"],
            name=op.f("fk_search_value_number_search_entry"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("field", "value", "number", name=op.f("pk_search_value")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_search_value_number"), "search_value", ["number"])
    op.create_table(
        "search_word",
        sa.Column("word", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
    )
    rules = op.create_table(
        "search_rules",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_search_rules_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_rules")),
    )
    op.bulk_insert(rules, [{"id": 1, "version": 0}])
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE if sqlite else _POSTGRESQL:
        op.execute(statement)
