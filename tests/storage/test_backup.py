# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A copy of a catalogue that is in use."""

from contextlib import closing
from pathlib import Path

import pytest

from harvester.ports.errors import CatalogueError
from storage.backup import backup
from storage.catalogue import open_catalogue
from storage.engine import Store
from tests.storage import made

ONE, TWO, THREE = (made.repository(number) for number in (1, 2, 3))


def test_a_copy_holds_what_was_committed_and_the_crawl_goes_on(
    sqlite_url: str, tmp_path: Path
) -> None:
    target = tmp_path / "copy.db"
    with closing(open_catalogue(sqlite_url)) as catalogue:
        crawl = catalogue.begin(made.request(), made.ME, made.NOW)
        made.store_page(catalogue, crawl, made.first_page(ONE), seen=(ONE,), cursor="1")
        with catalogue.page(crawl, made.NOW) as page, closing(Store(sqlite_url)) as store:
            page.write(made.first_page(TWO), made.NOW)
            assert backup(store, target) == target
        made.store_page(catalogue, crawl, made.first_page(THREE), cursor="3")
        assert catalogue.head() == 3
    with closing(open_catalogue(f"sqlite:///{target}")) as copy:
        assert [row.id for _, row in copy.files()] == [ONE.id]
        assert copy.begin(made.request(), made.ELSEWHERE, made.NOW.replace(hour=13)).cursor == "1"
    assert not list(tmp_path.glob("*.part"))


def test_a_copy_is_read_by_nobody_else_than_the_catalogue(sqlite_url: str, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    with closing(open_catalogue(sqlite_url)) as catalogue:
        path = catalogue.store.path
        assert path is not None
        path.chmod(0o640)
        backup(catalogue.store, target)
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_copy_replaces_nothing(sqlite_url: str, tmp_path: Path) -> None:
    open_catalogue(sqlite_url).close()
    target = tmp_path / "copy.db"
    target.write_text("dear to somebody")
    with closing(Store(sqlite_url)) as store, pytest.raises(CatalogueError, match="there already"):
        backup(store, target)
    assert target.read_text() == "dear to somebody"


def test_a_copy_into_no_folder(sqlite_url: str, tmp_path: Path) -> None:
    open_catalogue(sqlite_url).close()
    with (
        closing(Store(sqlite_url)) as store,
        pytest.raises(CatalogueError, match=r"could not be copied to .*check that its folder"),
    ):
        backup(store, tmp_path / "none" / "copy.db")


def test_a_copy_of_nothing(sqlite_url: str, tmp_path: Path) -> None:
    with closing(Store(sqlite_url)) as store:
        with pytest.raises(CatalogueError, match=r"there is no catalogue .* to copy"):
            backup(store, tmp_path / "copy.db")
        assert store.path is not None
        assert not store.path.exists()


def test_a_server_is_copied_with_its_own_tool(postgres_url: str, tmp_path: Path) -> None:
    with closing(Store(postgres_url)) as store, pytest.raises(CatalogueError, match="pg_dump"):
        backup(store, tmp_path / "copy.db")
