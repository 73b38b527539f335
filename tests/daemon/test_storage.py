# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The daemon's database: copied while it works, restarted under it, out of room."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from storage.catalogue import open_catalogue
from tests.daemon.test_daemon import Kept, Run, forge, kept, logs, run_script  # noqa: F401 - fixtures
from tests.daemon.test_process import PATH, change, daemon
from tests.databases import PostgresServer, postgres, postgres_url  # noqa: F401 - fixtures
from tests.forges.gitlab.forge import GitLabForge
from tests.staging import Stage, gitlab_source


def test_a_copy_of_a_catalogue_that_is_crawled_goes_on(
    tmp_path: Path,
    forge: GitLabForge,  # noqa: F811
) -> None:
    settings = {"tick": "1s", "lease": "2s", "listen": "127.0.0.1:0"}
    source = gitlab_source(forge, every="1s")
    stage = Stage(tmp_path / "stage", [source], daemon=settings)
    copy = tmp_path / "copy.db"
    with daemon(stage) as one:
        one.heard("crawl complete")
        began = len(one.events("crawl began"))
        stage.good("database", "backup", str(copy))
        one.heard("crawl complete", began + 1)

    with closing(open_catalogue(f"sqlite:///{copy}")) as catalogue:
        head = catalogue.head()
        copied = list(catalogue.entries(None, activity=True))
    assert head > 0
    change(forge)
    restored = Stage(
        tmp_path / "restored", [source], database_url=f"sqlite:///{copy}", daemon=settings
    )
    with daemon(restored) as other:
        other.heard("repository updated")
        other.heard("crawl complete")
    with closing(open_catalogue(f"sqlite:///{copy}")) as catalogue:
        assert [one.seq for one in catalogue.changes(0, 10_000)] == list(range(1, head + 2))
        entries = {entry.id: entry.document for entry in catalogue.entries(None, activity=True)}
        assert {entry.id for entry in copied} == set(entries)
        (fresh,) = [text for text in entries.values() if "Gästekarte neu" in text]
        assert PATH in fresh


def test_a_server_that_is_restarted_is_waited_for(
    tmp_path: Path,
    forge: GitLabForge,  # noqa: F811
    postgres: PostgresServer,  # noqa: F811
    postgres_url: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HARVESTER_DATABASE_URL", postgres_url)
    stage = Stage(tmp_path / "stage", [gitlab_source(forge, every="6h")])

    async def script(it: Kept) -> None:
        await it.tick()
        first = it.crawls()
        postgres.stop()
        try:
            await it.tick(hours=7)
            trouble = it.daemon.unready()
            assert trouble is not None
            assert f"127.0.0.1:{postgres.port}" in trouble
            assert it.daemon.dead() is None
        finally:
            postgres.start()
        assert it.crawls() == first
        await it.tick(minutes=1)
        assert it.daemon.unready() is None
        assert it.crawls() == first + 1
        assert it.catalogue.sources()["opencode"].last_status == "complete"

    asyncio.run(run_script(script, stage, forge))


class Disk:
    """Lets SQLite files of this process grow, or not."""

    pages = 1 << 30

    def fill(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {self.pages}")


@pytest.fixture
def disk() -> Iterator[Disk]:
    made = Disk()
    event.listen(Engine, "begin", made.fill, insert=True)
    yield made
    event.remove(Engine, "begin", made.fill)


def test_a_full_disk_is_told_and_the_crawl_goes_on_when_there_is_room(
    kept: Run,  # noqa: F811
    disk: Disk,
) -> None:
    async def script(it: Kept) -> None:
        disk.pages = 1  # not one more than it has
        await it.tick()
        before = it.crawls()
        await it.tick(minutes=10)
        trouble = it.daemon.unready()
        assert trouble is not None
        assert "the disk is full" in trouble
        assert it.daemon.dead() is None
        assert not it.catalogue.totals()
        assert b"harvester_database_errors_total 0.0" not in it.daemon.metrics.text()
        disk.pages = 1 << 30
        # The crawl could not give its source back; this process knows, and does not wait for the
        # lease to grow old.
        await it.tick(minutes=2)
        assert it.crawls() > before
        await it.tick(seconds=10)
        assert it.daemon.unready() is None
        assert it.catalogue.sources()["opencode"].last_status == "complete"

    kept(script)
