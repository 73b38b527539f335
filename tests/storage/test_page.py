# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""A page is a transaction: all of it or nothing, and nothing that did not change."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from harvester.model import (
    Activity,
    Change,
    ChangeType,
    ItemStatus,
    Level,
    Owner,
    Publisher,
    software_id_of_url,
)
from harvester.ports.crawls import PageMark
from harvester.ports.errors import LeaseLostError, RefusedRowError
from harvester.ports.rows import Keys, Merge, Writes
from storage import tables
from storage.catalogue import SqlCatalogue, open_catalogue
from tests.storage import made

ONE, TWO, THREE = (made.repository(number) for number in (1, 2, 3))
NOTHING = frozenset[str]()


class StumbleError(Exception):
    """Something went wrong in the middle of a page."""


def keys(*rows: Any) -> Keys:
    return Keys(repository_ids=frozenset(row.id for row in rows), urls=NOTHING)


@contextmanager
def statements(catalogue: SqlCatalogue) -> Iterator[list[str]]:
    """Note each statement that is sent, and to how many rows it goes."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(catalogue.store.engine, "before_cursor_execute", note)
    yield sent
    event.remove(catalogue.store.engine, "before_cursor_execute", note)


def test_nothing_of_a_failed_page_stays(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    made.store_page(catalogue, crawl, made.first_page(ONE), seen=(ONE,), cursor="1")

    def fail() -> None:
        with catalogue.page(crawl, made.NOW) as page:
            page.write(made.first_page(TWO), made.NOW)
            page.mark(PageMark(seen=(TWO.id,), cursor="2", owners_read=("amt",), clean=False))
            raise StumbleError

    with pytest.raises(StumbleError):
        fail()
    assert [row.change.software_id for row in catalogue.changes(0, 10)] == [made.software(ONE).id]
    assert [row.repository_id for row, _ in catalogue.files()] == [ONE.id]
    later = made.NOW + timedelta(hours=1)
    resumed = catalogue.begin(made.request(), made.ELSEWHERE, later)
    assert (resumed.id, resumed.cursor, resumed.clean) == (crawl.id, "1", True)
    assert resumed.items == {ItemStatus.ADDED: 1}
    assert resumed.recent_owners == {}


def test_a_page_moves_the_crawl_on(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    with catalogue.page(crawl, made.NOW) as page:
        page.write(made.first_page(ONE), made.NOW)
        page.write(Writes(items=(made.item(TWO, ItemStatus.UNCHANGED),)), made.NOW)
        page.mark(
            PageMark(
                seen=(ONE.id, TWO.id),
                cursor="1",
                owners_read=("amt", "bad"),
                skipped=3,
                clean=False,
            )
        )
    made.store_page(catalogue, crawl, Writes(), cursor=None, now=made.NOW + timedelta(seconds=1))
    catalogue.end(crawl, made.end("stopped"), made.NOW)
    resumed = catalogue.begin(made.request(), made.ME, made.NOW)
    assert resumed == replace(
        crawl,
        fence=crawl.fence + 1,
        resumed=True,
        cursor=None,
        listed=True,
        clean=False,
        items={ItemStatus.ADDED: 1, ItemStatus.UNCHANGED: 1, ItemStatus.SKIPPED: 3},
        recent_owners={"amt": made.NOW, "bad": made.NOW},
    )


def test_reads_within_a_page_see_what_it_wrote(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    with catalogue.page(crawl, made.NOW) as page:
        page.write(made.first_page(ONE), made.NOW)
        assert catalogue.entry(made.software(ONE).id) is not None
        assert page.load(keys(ONE)).files == (made.file(ONE),)
        with pytest.raises(RuntimeError, match="open already"), catalogue.page(crawl, made.NOW):
            pass


def test_an_end_within_a_page_is_part_of_it(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)

    def fail() -> None:
        with catalogue.page(crawl, made.NOW):
            catalogue.end(crawl, made.end(), made.NOW)
            raise StumbleError

    with pytest.raises(StumbleError):
        fail()
    assert catalogue.sources()["amt"].last_status == "running"
    with catalogue.page(crawl, made.NOW) as page:
        page.mark(PageMark(seen=(), cursor=None))
        catalogue.end(crawl, made.end(), made.NOW)
    assert catalogue.sources()["amt"].last_status == "complete"
    with pytest.raises(LeaseLostError, match="ended"), catalogue.page(crawl, made.NOW):
        pass


def test_writing_again_replaces_by_key(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    made.store_page(catalogue, crawl, made.first_page(ONE, TWO), cursor="1")
    renamed = made.repository(1, path="amt/neu", web_url=f"{made.FORGE.url}/amt/neu", details=None)
    broken = made.file(ONE, findings=made.file(ONE).findings[1:], record=None, software_id=None)
    entry = made.software(
        ONE, publisher=Publisher(name="Das neue Amt", uri=None, level=Level.STATE), file=None
    )
    made.store_page(
        catalogue,
        crawl,
        Writes(repositories=(renamed,), files=(broken,), software=(entry,)),
        cursor="2",
    )
    with catalogue.page(crawl, made.NOW) as page:
        stored = page.load(keys(ONE, TWO))
    assert stored.repositories == {ONE.id: renamed, TWO.id: TWO}
    assert set(stored.files) == {broken, made.file(TWO)}
    assert stored.software == {it.id: it for it in (entry, made.software(TWO))}


def test_one_row_twice_in_a_page_is_written_once(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    again = replace(ONE, missing_sweeps=7)
    made.store_page(catalogue, crawl, Writes(repositories=(ONE, again)), cursor="1")
    with catalogue.page(crawl, made.NOW) as page:
        assert page.load(keys(ONE)).repositories == {ONE.id: again}


def test_activity_touches_nothing_else(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    made.store_page(catalogue, crawl, made.first_page(ONE, TWO), cursor="1")
    busy = Activity(stars=None, forks=2**40, open_issues=3, pushed_at=None)
    made.store_page(
        catalogue, crawl, Writes(activities=((TWO.id, busy), (ONE.id, ONE.facts.activity)))
    )
    with catalogue.page(crawl, made.NOW) as page:
        stored = page.load(keys(ONE, TWO))
    assert stored.repositories == {
        ONE.id: ONE,
        TWO.id: replace(TWO, facts=replace(TWO.facts, activity=busy)),
    }
    entries = {it.id: it.activity for it in catalogue.entries(None, activity=True)}
    assert entries[made.software(TWO).id] == busy


def test_merged_entries(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    made.store_page(catalogue, crawl, made.first_page(ONE, TWO, THREE), cursor="1")
    one, two, three = (made.software(row).id for row in (ONE, TWO, THREE))
    made.store_page(catalogue, crawl, Writes(merges=(Merge(id=two, into=one),)), cursor="2")
    made.store_page(catalogue, crawl, Writes(merges=(Merge(id=one, into=three),)), cursor="3")
    for former in (one, two, three):
        entry = catalogue.entry(former)
        assert entry is not None
        assert entry.id == three
    assert catalogue.entry("never") is None
    assert [it.id for it in catalogue.entries(None, activity=False)] == [three]
    assert {row.software_id for row, _ in catalogue.files()} == {three}


def test_links(catalogue: SqlCatalogue) -> None:
    made.swept(catalogue, ONE, TWO)
    assert catalogue.size("amt").repositories == 2
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    made.store_page(catalogue, crawl, Writes(linked=(ONE.id,), unlinked=(TWO.id,)))
    assert catalogue.size("amt").repositories == 1


# --- what the database will not take --------------------------------------------------------

REFUSED = {
    "nul": made.first_page(made.repository(1, description="a\x00b")),
    "surrogate": made.first_page(made.repository(1, name="a\ud800b")),
    "nul in a list": made.first_page(
        made.repository(1, details=replace(ONE.facts.details or 1, topics=("a\x00",)))  # type: ignore[type-var]
    ),
    "number": made.first_page(made.repository(1, activity=Activity(stars=2**63))),
    "key": Writes(owners=((made.FORGE.url, Owner(path="p" * 2001, name=None, kind="group")),)),
    "naive time": made.first_page(replace(ONE, updated_at=made.NOW.replace(tzinfo=None))),
    "publisher": replace(
        made.first_page(ONE),
        software=(
            made.software(ONE, publisher=Publisher(name="\x00", uri=None, level=Level.STATE)),
        ),
    ),
    "no such repository": Writes(files=(made.file(ONE, software_id=None),)),
    "item": Writes(items=(made.item(ONE, message="\udfff"),)),
    "merge into nothing": replace(
        made.first_page(ONE), merges=(Merge(id=made.software(ONE).id, into="none"),)
    ),
    "activity": replace(
        made.first_page(ONE), activities=((ONE.id, Activity(open_issues=-(2**70))),)
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_row_leaves_nothing_and_the_page_goes_on(
    catalogue: SqlCatalogue, case: str
) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    with catalogue.page(crawl, made.NOW) as page:
        page.write(made.first_page(TWO), made.NOW)
        with pytest.raises(RefusedRowError, match="cannot be stored"):
            page.write(REFUSED[case], made.NOW)
        page.write(Writes(items=(made.item(ONE, ItemStatus.ERRORED, message=case),)), made.NOW)
        page.mark(PageMark(seen=(TWO.id,), cursor=None, clean=False))
    assert [row.id for _, row in catalogue.files()] == [TWO.id]
    assert catalogue.head() == 1
    assert [it.status for _, _, it in catalogue.last_items(ONE.id)] == [ItemStatus.ERRORED]


def test_a_refused_row_is_named(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    bad = made.repository(1, description="\x00")
    with (
        catalogue.page(crawl, made.NOW) as page,
        pytest.raises(RefusedRowError, match=f"table repository with id '{ONE.id}'.*NUL"),
    ):
        page.write(Writes(repositories=(bad,)), made.NOW)


def test_a_text_that_spells_an_escape_is_no_nul(catalogue: SqlCatalogue) -> None:
    assert ONE.facts.details is not None
    row = made.repository(1, details=replace(ONE.facts.details, topics=("\\u0000",)))
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    made.store_page(catalogue, crawl, Writes(repositories=(row,)))
    with catalogue.page(crawl, made.NOW) as page:
        assert page.load(keys(ONE)).repositories == {ONE.id: row}


def test_a_page_can_be_replayed_item_by_item(catalogue: SqlCatalogue) -> None:
    bad = made.repository(2, description="\x00")
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    with catalogue.page(crawl, made.NOW) as page:
        with pytest.raises(RefusedRowError), page.savepoint():
            page.write(made.first_page(ONE, bad, THREE), made.NOW)
        for row in (ONE, bad, THREE):
            try:
                with page.savepoint():
                    page.write(made.first_page(row), made.NOW)
            except RefusedRowError as error:
                errored = made.item(row, ItemStatus.ERRORED, message=str(error))
                page.write(Writes(items=(errored,)), made.NOW)
        page.mark(PageMark(seen=(ONE.id, TWO.id, THREE.id), cursor=None, clean=False))
    assert {row.id for _, row in catalogue.files()} == {ONE.id, THREE.id}
    assert [row.seq for row in catalogue.changes(0, 10)] == [1, 2]
    catalogue.end(crawl, made.end("stopped"), made.NOW)
    resumed = catalogue.begin(made.request(), made.ME, made.NOW)
    assert resumed.items == {ItemStatus.ADDED: 2, ItemStatus.ERRORED: 1}


def test_a_savepoint_takes_changes_and_items_back(catalogue: SqlCatalogue) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    with catalogue.page(crawl, made.NOW) as page:

        def fail() -> None:
            with page.savepoint():
                page.write(made.first_page(ONE), made.NOW)
                page.mark(PageMark(seen=(ONE.id,), cursor="wrong"))
                raise StumbleError

        with pytest.raises(StumbleError):
            fail()
        page.mark(PageMark(seen=(), cursor="right"))
    assert (catalogue.head(), catalogue.totals()) == (0, {})
    catalogue.end(crawl, made.end("stopped"), made.NOW)
    resumed = catalogue.begin(made.request(), made.ME, made.NOW)
    assert (resumed.items, resumed.cursor) == ({}, "right")


# --- what it costs --------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 100])
def test_loading_takes_the_same_few_statements_for_any_page(
    catalogue: SqlCatalogue, size: int
) -> None:
    rows = [made.repository(number) for number in range(size)]
    made.swept(catalogue, *rows)
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    touched = Keys(
        repository_ids=frozenset(row.id for row in rows),
        urls=frozenset(row.facts.web_url for row in rows),
    )
    with catalogue.page(crawl, made.NOW) as page, statements(catalogue) as sent:
        stored = page.load(touched)
    assert len(stored.files) == len(stored.software) == size
    loading = [it for it in sent if it.lstrip().startswith("SELECT")]
    assert len(loading) == 9


def test_an_unchanged_page_writes_what_was_seen_and_the_cursor(catalogue: SqlCatalogue) -> None:
    rows = [made.repository(number) for number in range(100)]
    made.swept(catalogue, *rows)
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    ids = tuple(row.id for row in rows)
    with statements(catalogue) as sent, catalogue.page(crawl, made.NOW) as page:
        page.load(Keys(repository_ids=frozenset(ids), urls=NOTHING))
        page.write(
            Writes(items=tuple(made.item(row, ItemStatus.UNCHANGED) for row in rows)), made.NOW
        )
        page.mark(PageMark(seen=ids, cursor="1"))
    writing = [it.split()[1:3] for it in sent if it.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert sorted(writing) == sorted(
        [["INTO", "seen"], ["repository_source", "SET"], ["crawl", "SET"], ["lease", "SET"]]
    )
    with catalogue.store.reading() as connection:
        kept = connection.execute(select(func.count()).select_from(tables.crawl_item)).scalar()
        pages = connection.execute(
            select(func.count()).where(tables.seen.c.crawl_id == crawl.id)
        ).scalar()
    assert (kept, pages) == (100, 1)


def test_a_first_crawl_lets_the_server_count_its_rows(postgres_url: str) -> None:
    with closing(open_catalogue(postgres_url)) as catalogue:
        crawl = catalogue.begin(made.request(), made.ME, made.NOW)
        with statements(catalogue) as sent:
            for number in range(6):
                made.store_page(catalogue, crawl, Writes(), cursor=str(number))
    assert sum(it.startswith("ANALYZE") for it in sent) == 1


def test_any_number_of_keys_at_once(catalogue: SqlCatalogue) -> None:
    many = [f"{number:032x}" for number in range(40_000)]
    known = catalogue.known(many, many)
    assert (known.revisions, known.files, known.blobs) == ({}, {}, frozenset())


@pytest.mark.parametrize("bad", ["a\0b", "a\ud800b"])
def test_what_no_database_holds_is_in_none(catalogue: SqlCatalogue, bad: str) -> None:
    made.swept(catalogue, ONE)
    assert set(catalogue.known([ONE.id, bad], [bad]).revisions) == {ONE.id}
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    with catalogue.page(crawl, made.NOW) as page:
        stored = page.load(Keys(repository_ids=frozenset({ONE.id, bad}), urls=frozenset({bad})))
    assert set(stored.repositories) == {ONE.id}


# --- what is known --------------------------------------------------------------------------


def test_known_and_contents(catalogue: SqlCatalogue) -> None:
    plain = made.repository(2, details=None)
    made.swept(catalogue, ONE, plain)
    here, there = made.file(ONE), made.file(TWO)
    known = catalogue.known([ONE.id, TWO.id, THREE.id], [here.blob_id, "0" * 40])
    assert known.revisions == {ONE.id: "r1"}
    assert known.files == {
        (ONE.id, "publiccode.yml"): (here.blob_id, 1, "c1"),
        (TWO.id, "publiccode.yml"): (there.blob_id, 1, "c1"),
    }
    assert known.blobs == {here.blob_id}
    assert catalogue.contents(iter([here.blob_id, "0" * 40])) == {
        here.blob_id: f"url: {ONE.facts.web_url}\n".encode()
    }


def test_an_entry_without_a_repository(catalogue: SqlCatalogue) -> None:
    address = "https://elsewhere.example/a/b"
    entry = made.software(
        ONE, id=software_id_of_url(address), url=address, repository_id=None, file=None
    )
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    made.store_page(catalogue, crawl, Writes(software=(entry,)))
    with catalogue.page(crawl, made.NOW) as page:
        stored = page.load(
            Keys(repository_ids=NOTHING, urls=frozenset({address.upper().replace("HTTPS", "http")}))
        )
    assert stored.software == {entry.id: entry}
    assert stored.repositories == {}
    found = catalogue.entry(entry.id)
    assert found is not None
    assert found.activity is None


def test_a_change_for_each_kind(database_url: str) -> None:
    with closing(open_catalogue(database_url)) as catalogue:
        crawl = catalogue.begin(made.request(), made.ME, made.NOW)
        changes = tuple(
            Change(type=kind, software_id=f"id-{kind}", reason=f"why {kind}") for kind in ChangeType
        )
        made.store_page(catalogue, crawl, Writes(changes=changes))
        assert [(row.seq, row.change, row.at) for row in catalogue.changes(0, 10)] == [
            (number, change, made.NOW) for number, change in enumerate(changes, 1)
        ]
        assert [row.seq for row in catalogue.changes(1, 2)] == [2, 3]
        assert catalogue.head() == len(changes)
