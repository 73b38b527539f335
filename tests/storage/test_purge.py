# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Purging on both databases: in portions, also of what an unfinished crawl remembers."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import select

from harvester.model import ChangeType, repository_id, software_id
from harvester.ports.feed import PublisherQuestion
from harvester.ports.paging import Window
from harvester.ports.rows import Rest, Writes
from harvester.ports.written import LogQuestion
from storage import purge, tables
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.rows import lookup_key
from storage.serving import SqlFeed
from storage.written import SqlDesk
from tests.storage import made

SECRET = "Erika"
REWRITING = purge.Rewriting(
    record=lambda text: text.replace(SECRET, ""),
    finding=lambda finding: replace(finding, arguments=()),
    document=lambda text, _findings: text.replace(SECRET, ""),
)


@pytest.fixture
def catalogue(database_url: str) -> Iterator[SqlCatalogue]:
    with closing(open_catalogue(database_url)) as opened:
        yield opened


def filled(catalogue: SqlCatalogue, number: int) -> None:
    """Sweep repositories whose documents name somebody."""
    rows = [made.repository(one) for one in range(1, number + 1)]
    whole = made.first_page(*rows)
    named = tuple(replace(one, document=f'{{"x":"{SECRET}"}}') for one in whole.software)
    made.swept(catalogue, *rows, writes=replace(whole, software=named))


def test_it_goes_in_portions_and_tells_each_entry_once(
    catalogue: SqlCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "AT_ONCE", 2)
    filled(catalogue, 5)
    head = catalogue.head()
    purged = purge.contacts(catalogue.store, REWRITING, made.NOW, dry_run=False)
    assert (purged.entries, purged.findings, purged.files) == (5, 5, 5)
    changes = catalogue.changes(head, 100)
    assert [row.seq for row in changes] == list(range(head + 1, head + 6))
    assert len({row.change.software_id for row in changes}) == 5
    assert {row.change.type for row in changes} == {ChangeType.UPDATED}
    again = purge.contacts(catalogue.store, REWRITING, made.NOW, dry_run=False)
    assert again == purge.Purged()
    assert catalogue.head() == head + 5


def test_what_an_unfinished_crawl_remembers_of_entries_is_rewritten(
    catalogue: SqlCatalogue,
) -> None:
    filled(catalogue, 1)
    (entry,) = catalogue.around(made.repository(1).facts.web_url).software.values()
    rest = Rest(
        id=entry.id,
        url=entry.url,
        state=entry.state,
        state_reason=entry.state_reason,
        file_state=entry.file_state,
        stale_since=None,
        origin=entry.origin,
        repository_id=entry.repository_id,
        document=f'{{"x":"{SECRET}"}}',
        first_seen_at=entry.first_seen_at,
    )
    opened = catalogue.begin(made.request(), made.ME, made.NOW)
    with catalogue.page(opened, made.NOW) as page:
        page.write(Writes(rests=((entry.id, rest), ("new", None))), made.NOW)
    purge.contacts(catalogue.store, REWRITING, made.NOW, dry_run=False)
    with catalogue.store.reading() as connection:
        kept = connection.execute(select(tables.software_rest.c.was)).scalars().all()
    assert {None if was is None else was["document"] for was in kept} == {None, '{"x":""}'}


def test_only_what_is_meant_is_deleted_and_a_dry_run_deletes_nothing(
    catalogue: SqlCatalogue,
) -> None:
    filled(catalogue, 2)
    mine, other = made.repository(1), made.repository(2)
    entry = software_id(made.FORGE.url, "1")
    meant = ({entry}, {repository_id(made.FORGE.url, "1")}, {lookup_key(mine.facts.web_url)})
    head = catalogue.head()
    shown = purge.whole(catalogue.store, *meant, made.NOW, dry_run=True)
    assert catalogue.entry(entry) is not None
    assert catalogue.head() == head
    done = purge.whole(catalogue.store, *meant, made.NOW, dry_run=False)
    assert (done, done.entries, done.repositories, done.records) == (shown, 1, 1, 1)
    assert catalogue.entry(entry) is None
    assert not catalogue.around(mine.facts.web_url).repositories
    assert set(catalogue.contents([made.file(mine).blob_id, made.file(other).blob_id])) == {
        made.file(other).blob_id
    }
    kept = catalogue.around(other.facts.web_url)
    assert [row.id for row in kept.repositories.values()] == [other.id]
    (change,) = catalogue.changes(head, 10)
    assert (change.change.software_id, change.change.reason) == (entry, "purged")
    with catalogue.store.reading() as connection:
        owners = connection.execute(select(tables.owner.c.path)).scalars().all()
    assert owners == ["amt"], "the other's owner is still known"


def test_what_was_written_of_it_goes_with_it(catalogue: SqlCatalogue) -> None:
    filled(catalogue, 2)
    desk, feed = SqlDesk(catalogue.store), SqlFeed(catalogue.store)
    mine, other = (software_id(made.FORGE.url, key) for key in "12")
    for key in (mine, other):
        desk.write_log(made.log(f"/software/{key}"))
        desk.change_analyses([f"/software/{key}"], lambda _: {"scan": {"v": 1}}, made.NOW, "bot")
    mark = feed.mark(written=True)
    purge.whole(catalogue.store, {mine}, set(), set(), made.NOW, dry_run=False)
    assert feed.mark(written=True).written == mark.written + 1
    everything = Window(size=9)
    (kept,) = feed.written_logs(LogQuestion(), everything).rows
    assert kept.entity == f"/software/{other}"
    assert feed.analyses([f"/software/{mine}"]) == {}
    assert feed.analyses([f"/software/{other}"])


def test_addresses_of_publishers_go_with_the_contacts(catalogue: SqlCatalogue) -> None:
    desk, feed = SqlDesk(catalogue.store), SqlFeed(catalogue.store)
    for number in (1, 2):
        desk.create_publisher(made.publisher(number, email=SECRET if number == 1 else None))
    mark = feed.mark(written=True)
    told = purge.contacts(catalogue.store, REWRITING, made.NOW, dry_run=True)
    assert (told.bodies, feed.mark(written=True)) == (1, mark)
    assert purge.contacts(catalogue.store, REWRITING, made.NOW, dry_run=False) == told
    assert feed.mark(written=True).written == mark.written + 1
    assert purge.contacts(catalogue.store, REWRITING, made.NOW, dry_run=False).bodies == 0
    bodies = feed.publishers(PublisherQuestion(), Window(size=9)).rows
    assert [body.email for body in bodies] == [None, None]
