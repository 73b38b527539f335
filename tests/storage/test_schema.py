# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The schema: made, upgraded, compared, and refused where it is another one's."""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from harvester.crawl.rest import rest_of
from harvester.model import Vitality
from harvester.ports.errors import CatalogueError, SchemaAheadError, SchemaBehindError
from harvester.ports.feed import Mark, SoftwareQuestion
from harvester.ports.paging import Window
from harvester.ports.rows import Writes
from harvester.ports.search import Question
from harvester.ports.webhooks import Topic, Webhook
from harvester.ports.written import Catalog
from harvester.search.asking import ask
from harvester.search.projection import VERSION, project
from storage import listing, schema
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.engine import Store
from storage.outbox import StoredOutbox
from storage.search import OWN_TABLES
from storage.serving import SqlFeed
from storage.tables import metadata
from storage.webhooks import StoredWebhooks
from storage.written import SqlDesk
from tests.databases import PostgresServer
from tests.storage import made


@contextlib.contextmanager
def opened(url: str) -> Iterator[Store]:
    with contextlib.closing(Store(url)) as store:
        yield store


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    yield server.create("empty")
    server.drop("empty")


def test_the_code_knows_every_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    assert [it.revision for it in script.walk_revisions()] == list(reversed(schema.REVISIONS))
    assert script.get_current_head() == schema.NEWEST


def test_migrated_schema_equals_the_tables(empty_url: str) -> None:
    with opened(empty_url) as store:
        schema.upgrade(store)
        with store.reading() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "include_name": is_of_both}
            )
            assert compare_metadata(context, metadata) == []


def is_of_both(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what one of the databases has in its own way for the words of entries."""
    return kind != "table" or not str(name).startswith(OWN_TABLES)


def test_text_is_compared_by_bytes_on_postgresql(postgres_url: str) -> None:
    query = text(
        "SELECT count(*) FILTER (WHERE collation_name = 'C'), count(*) "
        "FROM information_schema.columns "
        "WHERE table_schema = 'public' AND data_type = 'text'"
    )
    with opened(postgres_url) as store, store.reading() as connection:
        bytewise, texts = connection.execute(query).one()
    assert texts > 100
    assert bytewise == texts


def test_upgrade_twice_keeps_the_data(empty_url: str) -> None:
    with opened(empty_url) as store:
        assert schema.current(store).current is None
        assert schema.upgrade(store).current is None
        row = made.repository(1)
        catalogue = SqlCatalogue(store)
        made.swept(catalogue, row)
        before = (list(catalogue.entries(None, activity=True)), catalogue.around(row.facts.web_url))

        assert schema.upgrade(store).current == schema.NEWEST

        assert schema.current(store).current == schema.NEWEST
        after = (list(catalogue.entries(None, activity=True)), catalogue.around(row.facts.web_url))
        assert after == before
        assert before[1].files == (made.file(row),)
        assert catalogue.head() == 1


def upgrade_to(store: Store, revision: str) -> None:
    """Bring an empty database to an older schema."""
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("path_separator", "os")
    with store.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_forges_that_were_known_before_they_had_an_origin_were_crawled(empty_url: str) -> None:
    with opened(empty_url) as store:
        upgrade_to(store, "0001_first_tables")
        with store.writing() as connection:
            connection.execute(
                text("INSERT INTO forge (url, kind) VALUES ('https://old.example', 'gitlab')")
            )
        schema.upgrade(store)
        with store.reading() as connection:
            rows = connection.execute(text("SELECT url, kind, origin FROM forge")).all()
    assert [tuple(row) for row in rows] == [("https://old.example", "gitlab", "crawl")]


def test_repositories_that_were_known_before_their_vitality_are_kept(empty_url: str) -> None:
    with opened(empty_url) as store:
        upgrade_to(store, "0003_guard")
        with store.writing() as connection:
            connection.execute(
                text(
                    "INSERT INTO forge (url, kind, origin) "
                    "VALUES ('https://old.example', 'gitlab', 'crawl')"
                )
            )
            connection.execute(
                text(
                    "INSERT INTO repository (id, forge_url, forge_id, path, web_url, web_url_key, "
                    "name, owner_path, owner_kind, archived, fork, mirror, revision, "
                    "first_seen_at, updated_at, missing_sweeps) VALUES ('r', "
                    "'https://old.example', '1', 'a/b', 'https://old.example/a/b', 'x', 'b', 'a', "
                    "'group', false, false, false, '', '2026-03-01T12:00:00.250000Z', "
                    "'2026-03-01T12:00:00.250000Z', 0)"
                )
            )
        schema.upgrade(store)
        read = Vitality(read_at=made.NOW, commits_365d=3)
        catalogue = SqlCatalogue(store)
        assert catalogue.vitality(["r"]) == {}
        catalogue.keep_vitality({"r": read})
        assert catalogue.vitality(["r"]) == {"r": read}


def test_entries_come_to_rest_in_a_catalogue_of_before(empty_url: str) -> None:
    """What was stored before stays as it was, and the next crawl remembers it."""
    with opened(empty_url) as store:
        upgrade_to(store, "0003_guard")
        with store.writing() as connection:
            for statement in (
                (
                    "INSERT INTO forge (url, kind, origin)"
                    " VALUES ('https://a.example', 'gitlab', 'crawl')"
                ),
                (
                    "INSERT INTO source (name, kind, forge_url, scope)"
                    " VALUES ('a', 'gitlab', 'https://a.example', 'instance')"
                ),
                (
                    "INSERT INTO software (id, url, url_key, state, state_reason, file_state,"
                    " origin, document, first_seen_at, updated_at) VALUES ('s', 'https://a.example/x',"
                    " 'a.example/x', 'listed', 'valid', 'valid', 'crawl', '{}',"
                    " '2026-01-31T12:00:00.000000Z', '2026-01-31T12:00:00.000000Z')"
                ),
            ):
                connection.execute(text(statement))
        schema.upgrade(store)
        catalogue = SqlCatalogue(store)
        stored = catalogue.around("https://a.example/x")
        assert list(stored.software) == ["s"]
        assert stored.rests == {}
        crawl = catalogue.begin(made.request("a"), made.ME, made.NOW)
        rest = rest_of(stored.software["s"])
        made.store_page(catalogue, crawl, Writes(rests=(("s", rest),)), cursor="1")
        assert catalogue.around("https://a.example/x").rests == {"s": rest}


def test_a_missing_sqlite_file_is_made(sqlite_url: str) -> None:
    with opened(sqlite_url) as store:
        assert schema.current(store).current is None
        assert store.path is not None
        assert not store.path.exists(), "asking for the version must not make the file"
    open_catalogue(sqlite_url).close()
    with opened(sqlite_url) as store:
        assert schema.current(store).current == schema.NEWEST


def test_an_sqlite_file_whose_making_was_killed_is_made(tmp_path: Path) -> None:
    path = tmp_path / "half.db"
    path.touch()
    with contextlib.closing(open_catalogue(f"sqlite:///{path}")) as catalogue:
        assert catalogue.head() == 0


def test_an_empty_server_database_wants_an_upgrade(postgres: PostgresServer) -> None:
    url = postgres.create("unprepared")
    try:
        with pytest.raises(SchemaBehindError, match="run `harvester database upgrade`"):
            open_catalogue(url)
        with opened(url) as store:
            schema.upgrade(store)
        open_catalogue(url).close()
    finally:
        postgres.drop("unprepared")


def set_version(store: Store, version: str) -> None:
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})


def test_a_database_of_an_older_schema_wants_an_upgrade(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_catalogue(database_url).close()
    before, newer = schema.NEWEST, "9999_something_newer"
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, newer))
    monkeypatch.setattr(schema, "NEWEST", newer)
    with pytest.raises(SchemaBehindError, match=rf"{before}.*9999.*database upgrade"):
        open_catalogue(database_url)


def test_a_database_of_a_newer_harvester_is_left_alone(database_url: str) -> None:
    open_catalogue(database_url).close()
    with opened(database_url) as store:
        set_version(store, "9999_something_newer")
        with pytest.raises(SchemaAheadError, match="newer harvester"):
            schema.upgrade(store)
    with pytest.raises(SchemaAheadError, match=r"newer harvester.*9999"):
        open_catalogue(database_url)


def test_a_database_of_something_else_is_left_alone(empty_url: str) -> None:
    with opened(empty_url) as store:
        with store.writing() as connection:
            connection.execute(text("CREATE TABLE invoice (id INTEGER)"))
        with pytest.raises(CatalogueError, match=r"something else \(table invoice\)"):
            schema.upgrade(store)
    with pytest.raises(CatalogueError, match=r"something else \(table invoice\)"):
        open_catalogue(empty_url)


def test_nobody_had_opted_out_in_a_catalogue_of_before(empty_url: str) -> None:
    with opened(empty_url) as store:
        (mine,) = [n for n, it in enumerate(schema.REVISIONS) if it.endswith("who_takes_leave")]
        upgrade_to(store, schema.REVISIONS[mine - 1])
        with store.writing() as connection:
            for statement in (
                "INSERT INTO forge (url, kind) VALUES ('https://a.example', 'gitlab')",
                (
                    "INSERT INTO source (name, kind, forge_url, scope)"
                    " VALUES ('a', 'gitlab', 'https://a.example', 'instance')"
                ),
                (
                    "INSERT INTO repository (id, forge_url, forge_id, path, web_url, web_url_key,"
                    " name, owner_path, owner_kind, archived, fork, mirror, revision,"
                    " first_seen_at, updated_at, missing_sweeps)"
                    " VALUES ('r', 'https://a.example', '1', 'x/y', 'https://a.example/x/y',"
                    " 'a.example/x/y', 'y', 'x', 'group', false, false, false, '',"
                    " '2026-01-31T12:00:00.000000Z', '2026-01-31T12:00:00.000000Z', 0)"
                ),
            ):
                connection.execute(text(statement))
        schema.upgrade(store)
        catalogue = SqlCatalogue(store)
        row = catalogue.around("https://a.example/x/y").repositories["r"]
        assert (row.opt_outs, row.ignored_since) == ((), None)
        assert catalogue.sources()["a"].retired_at is None


def test_front_ends_list_what_a_catalogue_of_before_has(empty_url: str) -> None:
    with opened(empty_url) as store:
        (mine,) = [n for n, it in enumerate(schema.REVISIONS) if it.endswith("for_front_ends")]
        upgrade_to(store, schema.REVISIONS[mine - 1])
        with store.writing() as connection:
            for number, name in enumerate("ba"):
                connection.execute(
                    text(
                        "INSERT INTO software (id, url, url_key, state, state_reason, file_state,"
                        " origin, document, first_seen_at, updated_at) VALUES (:name, :name, :name,"
                        " 'listed', 'valid', 'valid', 'crawl', '{}', :at, :at)"
                    ),
                    {"name": name, "at": f"2026-01-31T12:00:0{number}.000000Z"},
                )
        schema.upgrade(store)
        with store.reading() as connection:
            found = listing.titles(connection, SoftwareQuestion(), Window(size=1), documents=False)
    assert ([row.id for row in found.rows], found.more) == (["b"], True)


def test_entries_of_before_are_searched_after_an_upgrade(empty_url: str) -> None:
    with opened(empty_url) as store:
        (mine,) = [n for n, it in enumerate(schema.REVISIONS) if it.endswith("search_index")]
        upgrade_to(store, schema.REVISIONS[mine - 1])
        document = '{"id":"s","url":"https://a.example/x/y","name":"Bürgerbüro"}'
        with store.writing() as connection:
            connection.execute(
                text(
                    "INSERT INTO software (id, url, url_key, name, state, state_reason,"
                    " file_state, origin, document, first_seen_at, updated_at) VALUES ('s',"
                    " 'https://a.example/x/y', 'a.example/x/y', 'Bürgerbüro', 'listed', 'valid',"
                    " 'valid', 'crawl', :document, '2026-01-31T12:00:00.000000Z',"
                    " '2026-01-31T12:00:00.000000Z')"
                ),
                {"document": document},
            )
        schema.upgrade(store)
        catalogue = SqlCatalogue(store)
        assert ask(catalogue, Question(text="buergerbuero"), made.NOW).total == 0
        assert catalogue.reindex(VERSION, project) == 1
        found = ask(catalogue, Question(text="buergerbuero"), made.NOW)
        assert [it.document for it in found.entries] == [document]


def test_nothing_was_looked_at_in_a_catalogue_of_before(empty_url: str) -> None:
    with opened(empty_url) as store:
        (mine,) = [n for n, it in enumerate(schema.REVISIONS) if it.endswith("_revisits")]
        upgrade_to(store, schema.REVISIONS[mine - 1])
        with store.writing() as connection:
            for statement in (
                "INSERT INTO forge (url, kind) VALUES ('https://a.example', 'git')",
                (
                    "INSERT INTO source (name, kind, forge_url, scope)"
                    " VALUES ('a', 'git', 'https://a.example', 'repositories')"
                ),
            ):
                connection.execute(text(statement))
        schema.upgrade(store)
        catalogue = SqlCatalogue(store)
        assert catalogue.sources()["a"].repositories == 0
        assert catalogue.revisits("a") == []


def test_who_asks_in_a_catalogue_of_before_is_told_what_changes_from_now_on(empty_url: str) -> None:
    with opened(empty_url) as store:
        (mine,) = [n for n, it in enumerate(schema.REVISIONS) if it.endswith("_webhooks")]
        upgrade_to(store, schema.REVISIONS[mine - 1])
        with store.writing() as connection:
            connection.execute(
                text(
                    "INSERT INTO change (seq, type, software_id, reason, at)"
                    " VALUES (1, 'created', 's', 'added', '2026-01-31T12:00:00.000000Z')"
                )
            )
            connection.execute(text("UPDATE feed_head SET seq = 1"))
        schema.upgrade(store)
        outbox = StoredOutbox(store)
        assert outbox.receivers() == ()
        asked = StoredWebhooks(store).add(
            Webhook(
                id="w",
                topic=Topic.SOFTWARE,
                only=None,
                url="https://hooks.example/",
                secret=None,
                position=0,
                created_at=made.NOW,
                updated_at=made.NOW,
            )
        )
        assert asked.position == 1
        assert [it.behind for it in outbox.receivers()] == [False]


def test_nothing_was_written_in_a_catalogue_of_before(empty_url: str) -> None:
    """Its change feed goes on, and what is written from then on refers to its entries."""
    with opened(empty_url) as store:
        (mine,) = [n for n, it in enumerate(schema.REVISIONS) if it.endswith("_written")]
        upgrade_to(store, schema.REVISIONS[mine - 1])
        at = "2026-01-31T12:00:00.000000Z"
        with store.writing() as connection:
            connection.execute(
                text(
                    "INSERT INTO software (id, url, url_key, state, state_reason, file_state,"
                    " origin, document, first_seen_at, updated_at) VALUES ('s', 'u', 'u',"
                    " 'listed', 'valid', 'valid', 'crawl', '{}', :at, :at)"
                ),
                {"at": at},
            )
            connection.execute(text("UPDATE feed_head SET seq = 7"))
            connection.execute(
                text(
                    "INSERT INTO change (seq, type, software_id, reason, at)"
                    " VALUES (7, 'created', 's', 'valid', :at)"
                ),
                {"at": at},
            )
        schema.upgrade(store)
        feed, desk = SqlFeed(store), SqlDesk(store)
        mark = feed.mark(written=True)
        assert (mark.seq, mark.written, mark.at) == (7, 0, datetime.fromisoformat(at))
        desk.create_catalog(
            Catalog(
                id="c",
                name="C",
                alternative_id=None,
                active=True,
                publishers_namespace=None,
                scopes=(),
                sources=(),
                created_at=made.NOW,
                updated_at=made.NOW,
                written_by="bot",
            )
        )
        desk.software_catalog("s", "c", made.NOW)
        mark = feed.mark(written=True)
        assert (mark.seq, mark.written, mark.at) == (7, 2, made.NOW)
        assert feed.mark() == Mark(seq=7, at=datetime.fromisoformat(at))
        with store.writing() as connection:
            connection.execute(text("DELETE FROM software"))
        assert desk.delete_catalog("c", made.NOW), "its member went with the entry"


def test_nobody_had_left_a_wish_in_a_catalogue_of_before(empty_url: str) -> None:
    with opened(empty_url) as store:
        (mine,) = [n for n, it in enumerate(schema.REVISIONS) if it.endswith("_wishes")]
        upgrade_to(store, schema.REVISIONS[mine - 1])
        with store.writing() as connection:
            connection.execute(
                text("INSERT INTO forge (url, kind) VALUES ('https://a.example', 'git')")
            )
        schema.upgrade(store)
        with store.reading() as connection:
            assert connection.execute(text("SELECT url FROM forge")).scalar_one()
        assert SqlCatalogue(store).wishes(made.NOW) == ()
