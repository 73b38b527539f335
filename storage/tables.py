# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The tables, as the newest migration leaves them. ``docs/storage.md`` draws them.

Keys are derived by the core from what they name, so rows can be written in any order of pages and
make the same catalogue. Addresses are looked up by a key column (:func:`storage.rows.lookup_key`).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
)

from storage.types import Json, Moment, Words, key_text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- what forges say ------------------------------------------------------------------------

forge = Table(
    "forge",
    metadata,
    Column("url", key_text(), primary_key=True),
    Column("kind", Words(), nullable=False),
    Column("origin", Words(), nullable=False, server_default="crawl"),
    Column("priority", Integer, nullable=False, server_default="0"),
)

owner = Table(
    "owner",
    metadata,
    Column("forge_url", key_text(), ForeignKey("forge.url"), primary_key=True),
    Column("path", key_text(), primary_key=True),
    Column("name", Words()),
    Column("kind", Words(), nullable=False),
)

repository = Table(
    "repository",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("forge_url", key_text(), ForeignKey("forge.url"), nullable=False),
    Column("forge_id", Words(), nullable=False),
    Column("path", Words(), nullable=False),
    Column("web_url", Words(), nullable=False),
    Column("web_url_key", key_text(), nullable=False, index=True),
    Column("name", Words(), nullable=False),
    Column("description", Words()),
    Column("owner_path", Words(), nullable=False),
    Column("owner_name", Words()),
    Column("owner_kind", Words(), nullable=False),
    Column("default_branch", Words()),
    Column("archived", Boolean, nullable=False),
    Column("fork", Boolean, nullable=False),
    Column("mirror", Boolean, nullable=False),
    Column("parent_url", Words()),
    Column("license", Words()),
    Column("created_at", Moment()),
    Column("raw_base", Words()),
    Column("topics", Json()),
    Column("languages", Json()),
    Column("stars", BigInteger),
    Column("forks", BigInteger),
    Column("open_issues", BigInteger),
    Column("pushed_at", Moment()),
    Column("revision", Words(), nullable=False),
    Column("first_seen_at", Moment(), nullable=False),
    Column("updated_at", Moment(), nullable=False),
    Column("missing_since", Moment()),
    Column("missing_sweeps", Integer, nullable=False),
    Column("gone_reason", Words()),
    Column("opt_outs", Json(), nullable=False),
    Column("ignored_since", Moment()),
)

vitality = Table(
    "vitality",
    metadata,
    Column("repository_id", key_text(), ForeignKey("repository.id"), primary_key=True),
    Column("read_at", Moment(), nullable=False),
    Column("commits_90d", BigInteger),
    Column("commits_365d", BigInteger),
    Column("authors_365d", BigInteger),
    Column("counts_are_least", Boolean, nullable=False),
    Column("releases", BigInteger),
    Column("last_release_at", Moment()),
    Column("badges", Json(), nullable=False),
)

alias = Table(
    "alias",
    metadata,
    Column("repository_id", key_text(), ForeignKey("repository.id"), primary_key=True),
    Column("url", key_text(), primary_key=True),
    Column("url_key", key_text(), nullable=False, index=True),
    Column("since", Moment(), nullable=False),
)

forwarding = Table(
    "forwarding",
    metadata,
    Column("url_key", key_text(), primary_key=True),
    Column("url", Words(), nullable=False),
    Column("forge_id", Words()),
    Column("asked_at", Moment(), nullable=False),
)

# --- publiccode files -----------------------------------------------------------------------

blob = Table(
    "blob",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

file = Table(
    "file",
    metadata,
    Column("repository_id", key_text(), ForeignKey("repository.id"), primary_key=True),
    Column("path", key_text(), primary_key=True),
    Column("blob_id", Words(), nullable=False),
    Column("state", Words(), nullable=False),
    Column("outcome", Words(), nullable=False),
    Column("reason", Words(), nullable=False),
    Column("software_id", key_text(), ForeignKey("software.id"), index=True),
    Column("version", Words()),
    Column("declared_url", Words()),
    Column("declared_url_key", key_text(), index=True),
    Column("normaliser", BigInteger, nullable=False),
    Column("context", Words(), nullable=False),
    Column("first_seen_at", Moment(), nullable=False),
    Column("changed_at", Moment(), nullable=False),
    Column("bad_since", Moment()),
    Column("absent_sweeps", Integer, nullable=False),
)

record = Table(
    "record",
    metadata,
    Column("repository_id", key_text(), primary_key=True),
    Column("path", key_text(), primary_key=True),
    Column("blob_id", Words(), nullable=False),
    Column("version", Words()),
    Column("document", Words(), nullable=False),
    Column("normaliser", BigInteger, nullable=False),
    Column("good", Boolean, nullable=False),
    ForeignKeyConstraint(["repository_id", "path"], ["file.repository_id", "file.path"]),
)

finding = Table(
    "finding",
    metadata,
    Column("repository_id", key_text(), primary_key=True),
    Column("path", key_text(), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("code", Words(), nullable=False),
    Column("severity", Words(), nullable=False),
    Column("key", Words(), nullable=False),
    Column("line", Integer, nullable=False),
    Column("column", Integer, nullable=False),
    Column("arguments", Json(), nullable=False),
    Column("suggestion", Words()),
    ForeignKeyConstraint(["repository_id", "path"], ["file.repository_id", "file.path"]),
)

# --- the catalogue's entries ----------------------------------------------------------------

publisher = Table(
    "publisher",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("name", Words(), nullable=False),
    Column("uri", Words()),
    Column("level", Words(), nullable=False),
)

software = Table(
    "software",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("url", Words(), nullable=False),
    Column("url_key", key_text(), nullable=False, index=True),
    Column("name", Words()),
    Column("state", Words(), nullable=False),
    Column("state_reason", Words(), nullable=False),
    Column("file_state", Words(), nullable=False),
    Column("stale_since", Moment()),
    Column("origin", Words(), nullable=False),
    Column("repository_id", key_text(), ForeignKey("repository.id"), index=True),
    Column("file_repository_id", Words()),
    Column("file_path", Words()),
    Column("publisher_id", key_text(), ForeignKey("publisher.id")),
    Column("document", Words(), nullable=False),
    Column("first_seen_at", Moment(), nullable=False),
    Column("updated_at", Moment(), nullable=False),
    # The orders of front-ends' lists: of what is listed, and of all.
    Index(None, "state", "first_seen_at", "id"),
    Index(None, "first_seen_at", "id"),
    Index(None, "updated_at", "id"),
    # All that the list of publishers asks of entries.
    Index(None, "publisher_id", "state", "first_seen_at", "updated_at"),
)

software_alias = Table(
    "software_alias",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("software_id", key_text(), ForeignKey("software.id"), nullable=False, index=True),
)

software_rest = Table(
    "software_rest",
    metadata,
    Column("software_id", key_text(), primary_key=True),
    Column("crawl_id", BigInteger, ForeignKey("crawl.id"), nullable=False, index=True),
    Column("repository_id", key_text(), index=True),
    Column("url_key", key_text(), index=True),
    Column("was", Json()),
)

wait = Table(
    "wait",
    metadata,
    Column("source", key_text(), ForeignKey("source.name"), primary_key=True),
    Column("software_id", key_text(), primary_key=True),
    Column("reason", Words(), nullable=False),
    Column("since", Moment(), nullable=False),
)

feed_head = Table(
    "feed_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    # How often rows were written by hand that are no entries, and when last: see Mark.
    Column("written", BigInteger, nullable=False, server_default="0"),
    Column("written_at", Moment()),
    CheckConstraint("id = 1", name="one_row"),
)

change = Table(
    "change",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("type", Words(), nullable=False),
    Column("software_id", Words(), nullable=False),
    Column("reason", Words(), nullable=False),
    Column("at", Moment(), nullable=False),
)

# --- the search index -------------------------------------------------------------------------
# The tables of words differ from database to database: see storage/search/words.py.

search_entry = Table(
    "search_entry",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column(
        "software_id",
        key_text(),
        ForeignKey("software.id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
        index=True,
    ),
    Column("name_key", Words(), nullable=False),
    Column("released_on", Words(), nullable=False),
)

search_value = Table(
    "search_value",
    metadata,
    Column("field", key_text(), primary_key=True),
    Column("value", key_text(), primary_key=True),
    Column(
        "number",
        Integer,
        ForeignKey("search_entry.number", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    sqlite_with_rowid=False,
)

search_word = Table(
    "search_word",
    metadata,
    Column("word", key_text(), primary_key=True),
)

search_rules = Table(
    "search_rules",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

# --- what is written over the API -----------------------------------------------------------

token = Table(
    "token",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("name", key_text(), nullable=False, index=True),
    Column("digest", Words(), nullable=False),
    Column("scopes", Json(), nullable=False),
    Column("created_at", Moment(), nullable=False),
    Column("expires_at", Moment()),
    Column("revoked_at", Moment()),
    Column("last_used_at", Moment()),
)

catalog = Table(
    "catalog",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("name", Words(), nullable=False),
    Column("alternative_id", key_text(), index=True, unique=True),
    Column("active", Boolean, nullable=False),
    Column("publishers_namespace", Words()),
    Column("scopes", Json(), nullable=False),
    Column("sources", Json(), nullable=False),
    Column("created_at", Moment(), nullable=False),
    Column("updated_at", Moment(), nullable=False),
    Column("written_by", Words(), nullable=False),
    Index(None, "created_at", "id"),
)

software_catalog = Table(
    "software_catalog",
    metadata,
    Column(
        "software_id", key_text(), ForeignKey("software.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("catalog_id", key_text(), ForeignKey("catalog.id"), nullable=False, index=True),
)

written_publisher = Table(
    "written_publisher",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("catalog_id", key_text(), ForeignKey("catalog.id"), index=True),
    Column("name", key_text(), nullable=False, index=True),
    Column("email", Words()),
    Column("alternative_id", key_text(), index=True, unique=True),
    Column("active", Boolean, nullable=False),
    Column("created_at", Moment(), nullable=False),
    Column("updated_at", Moment(), nullable=False),
    Column("written_by", Words(), nullable=False),
    Index(None, "created_at", "id"),
)

code_hosting = Table(
    "code_hosting",
    metadata,
    Column(
        "publisher_id",
        key_text(),
        ForeignKey("written_publisher.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("url", Words(), nullable=False),
    Column("url_key", key_text(), nullable=False, index=True, unique=True),
    Column("is_group", Boolean, nullable=False),
    Column("created_at", Moment(), nullable=False),
    Column("updated_at", Moment(), nullable=False),
)

written_log = Table(
    "written_log",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("entity", key_text()),
    Column("message", Words(), nullable=False),
    Column("created_at", Moment(), nullable=False),
    Column("written_by", Words(), nullable=False),
    Index(None, "created_at", "id"),
    Index(None, "entity", "created_at", "id"),
)

analysis = Table(
    "analysis",
    metadata,
    Column("entity", key_text(), primary_key=True),
    Column("namespace", key_text(), primary_key=True),
    Column("document", Json(), nullable=False),
    Column("written_at", Moment(), nullable=False),
    Column("written_by", Words(), nullable=False),
)

wish = Table(
    "wish",
    metadata,
    Column("source", key_text(), primary_key=True),
    Column("path_key", key_text(), primary_key=True),
    Column("path", Words(), nullable=False),
    Column("left_at", Moment(), nullable=False),
)

# --- sources and their crawls ---------------------------------------------------------------

source = Table(
    "source",
    metadata,
    Column("name", key_text(), primary_key=True),
    Column("kind", Words(), nullable=False),
    Column("forge_url", key_text(), ForeignKey("forge.url"), nullable=False),
    Column("scope", Words(), nullable=False),
    Column("retired_at", Moment()),
)

repository_source = Table(
    "repository_source",
    metadata,
    Column("source", key_text(), ForeignKey("source.name"), primary_key=True),
    Column("repository_id", key_text(), ForeignKey("repository.id"), primary_key=True),
    Column("since", Moment(), nullable=False),
    Column("missed_at", Moment()),
    Index(None, "repository_id"),
)

revisit = Table(
    "revisit",
    metadata,
    Column("source", key_text(), ForeignKey("source.name"), primary_key=True),
    Column("repository_id", key_text(), ForeignKey("repository.id"), primary_key=True),
    Column("looked_at", Moment(), nullable=False),
    Column("interval_seconds", BigInteger, nullable=False),
    Index(None, "repository_id"),
)

owner_visit = Table(
    "owner_visit",
    metadata,
    Column("source", key_text(), ForeignKey("source.name"), primary_key=True),
    Column("path", key_text(), primary_key=True),
    Column("visited_at", Moment(), nullable=False),
)

crawl = Table(
    "crawl",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("source", key_text(), ForeignKey("source.name"), nullable=False, index=True),
    Column("fingerprint", Words(), nullable=False),
    Column("sweep", Boolean, nullable=False),
    Column("partial", Boolean, nullable=False),
    Column("status", Words(), nullable=False),
    Column("cursor", Words()),
    Column("listed", Boolean, nullable=False),
    Column("clean", Boolean, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("item_counts", Json(), nullable=False),
    Column("started_at", Moment(), nullable=False),
    Column("progress_at", Moment(), nullable=False),
    Column("ended_at", Moment()),
    Column("error", Words()),
    Column("not_before", Moment()),
    Column("spent", Json(), nullable=False),
)

crawl_item = Table(
    "crawl_item",
    metadata,
    Column("crawl_id", BigInteger, ForeignKey("crawl.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Moment(), nullable=False),
    Column("subject", Words(), nullable=False),
    Column("status", Words(), nullable=False),
    Column("reason", Words()),
    Column("message", Words()),
    Column("repository_id", key_text(), index=True),
)

seen = Table(
    "seen",
    metadata,
    Column("crawl_id", BigInteger, ForeignKey("crawl.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Moment(), nullable=False),
    Column("ids", Json(), nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("source", key_text(), ForeignKey("source.name"), primary_key=True),
    Column("fence", BigInteger, nullable=False),
    Column("holder", Words()),
    Column("progress_at", Moment(), nullable=False),
)

guard = Table(
    "guard",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", Words()),
    Column("beat_at", Moment(), nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

# --- what lists of places to crawl said ------------------------------------------------------

lead_list = Table(
    "lead_list",
    metadata,
    Column("source", key_text(), primary_key=True),
    Column("read_at", Moment(), nullable=False),
    Column("leads", Json(), nullable=False),
    Column("left_out", Json(), nullable=False),
    Column("leaving", Json(), nullable=False),
    Column("doubles", Integer, nullable=False),
    Column("sources", Json(), nullable=False),
)

host = Table(
    "host",
    metadata,
    Column("url", key_text(), primary_key=True),
    Column("kind", Words()),
    Column("reason", Words()),
    Column("asked_at", Moment(), nullable=False),
)

# --- what the HTTP chain keeps --------------------------------------------------------------

validator = Table(
    "validator",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("url", Words(), nullable=False),
    Column("token", Words(), nullable=False),
    Column("etag", Words()),
    Column("last_modified", Words()),
    Column("headers", Json(), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("stored_at", Moment(), nullable=False),
)

budget = Table(
    "budget",
    metadata,
    Column("origin", key_text(), primary_key=True),
    Column("token", key_text(), primary_key=True),
    Column("resource", key_text(), primary_key=True),
    Column("limit", BigInteger),
    Column("remaining", BigInteger),
    Column("reset_at", Moment()),
    Column("not_before", Moment()),
)

# --- who is told ----------------------------------------------------------------------------

webhook = Table(
    "webhook",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("topic", Words(), nullable=False),
    Column("only_id", key_text()),
    Column("url", Words(), nullable=False),
    Column("secret", Words()),
    Column("position", BigInteger, nullable=False),
    Column("missed", BigInteger, nullable=False),
    Column("ended", Words()),
    Column("created_at", Moment(), nullable=False),
    Column("updated_at", Moment(), nullable=False),
    Index("ix_webhook_created_at_id", "created_at", "id"),
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("webhook_id", key_text(), ForeignKey("webhook.id"), primary_key=True),
    Column("subject", key_text(), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("change", Words(), nullable=False),
    Column("state", Words(), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("taken_at", Moment(), nullable=False),
    Column("next_try_at", Moment()),
    Column("tried_at", Moment()),
    Column("settled_at", Moment()),
    Column("said", Words()),
    Index("ix_webhook_delivery_state_webhook_id_seq", "state", "webhook_id", "seq"),
)

webhook_publisher = Table(
    "webhook_publisher",
    metadata,
    Column("webhook_id", key_text(), ForeignKey("webhook.id"), primary_key=True),
    Column("publisher_id", key_text(), primary_key=True),
    Column("told", Words(), nullable=False),
)

webhook_lease = Table(
    "webhook_lease",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", Words()),
    Column("beat_at", Moment(), nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
