# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What entries were before the crawls that are under way, on both databases."""

from datetime import timedelta

import pytest

from harvester.crawl.rest import rest_of
from harvester.model import Origin, State
from harvester.ports.crawls import OpenCrawl
from harvester.ports.rows import Keys, Merge, Rest, Stored, Writes
from storage.catalogue import SqlCatalogue
from tests.storage import made

ONE, TWO = made.repository(1), made.repository(2)
ENTRY = made.software(ONE, stale_since=made.NOW, state=State.INVALID, origin=Origin.HAND)
REST = rest_of(ENTRY)
NOWHERE = rest_of(made.software(TWO, repository_id=None, url="https://Nirgends.example/x"))


def kept(catalogue: SqlCatalogue, crawl: OpenCrawl, *rests: tuple[str, Rest | None]) -> None:
    made.store_page(catalogue, crawl, Writes(rests=rests), cursor="1")


def loaded(catalogue: SqlCatalogue, crawl: OpenCrawl, keys: Keys) -> Stored:
    with catalogue.page(crawl, made.NOW) as page:
        return page.load(keys)


def of(*ids: str, urls: tuple[str, ...] = ()) -> Keys:
    return Keys(repository_ids=frozenset(ids), urls=frozenset(urls))


def test_it_comes_back_as_it_was(catalogue: SqlCatalogue) -> None:
    made.swept(catalogue, ONE, TWO)
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    new = made.software(TWO).id
    kept(catalogue, crawl, (ENTRY.id, REST), (new, None))
    assert loaded(catalogue, crawl, of(ONE.id, TWO.id)).rests == {ENTRY.id: REST, new: None}
    assert loaded(catalogue, crawl, of("0" * 32)).rests == {}


def test_it_is_found_though_the_entry_is_no_more(catalogue: SqlCatalogue) -> None:
    made.swept(catalogue, ONE)
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    kept(catalogue, crawl, (ENTRY.id, REST), (NOWHERE.id, NOWHERE))
    made.store_page(
        catalogue,
        crawl,
        Writes(files=(made.file(ONE, software_id=None),), erased=(ENTRY.id,)),
        cursor="2",
    )
    stored = loaded(catalogue, crawl, of(ONE.id, urls=("http://nirgends.example/X",)))
    assert stored.software == {}
    assert stored.rests == {ENTRY.id: REST, NOWHERE.id: NOWHERE}


def test_an_erased_entry_takes_its_former_ids_with_it(catalogue: SqlCatalogue) -> None:
    made.swept(catalogue, ONE, TWO)
    old, new = made.software(ONE), made.software(TWO)
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    made.store_page(catalogue, crawl, Writes(merges=(Merge(id=old.id, into=new.id),)), cursor="1")
    assert catalogue.entry(old.id) is not None
    nobodys = tuple(made.file(row, software_id=None) for row in (ONE, TWO))
    made.store_page(catalogue, crawl, Writes(files=nobodys, erased=(new.id,)), cursor="2")
    assert catalogue.entry(old.id) is catalogue.entry(new.id) is None


@pytest.mark.parametrize(
    ("status", "rests"),
    [("complete", 0), ("flawed", 0), ("incomplete", 1), ("failed", 1), ("stopped", 1)],
)
def test_it_is_kept_until_the_crawl_has_come_to_its_end(
    catalogue: SqlCatalogue, status: str, rests: int
) -> None:
    made.swept(catalogue, ONE)
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    kept(catalogue, crawl, (ENTRY.id, REST))
    catalogue.end(crawl, made.end(status), made.NOW)
    assert len(catalogue.around(ONE.facts.web_url).rests) == rests
    again = catalogue.begin(made.request(), made.ME, made.NOW)
    assert again.resumed == bool(rests)
    catalogue.end(again, made.end("complete"), made.NOW)
    assert catalogue.around(ONE.facts.web_url).rests == {}


def test_a_crawl_that_nobody_goes_on_with_leaves_nothing_for_good(
    catalogue: SqlCatalogue,
) -> None:
    made.swept(catalogue, ONE)
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    kept(catalogue, crawl, (ENTRY.id, REST))
    catalogue.end(crawl, made.end("stopped"), made.NOW)
    made.swept(catalogue, TWO, source="other", now=made.NOW + timedelta(days=6))
    assert catalogue.around(ONE.facts.web_url).rests == {ENTRY.id: REST}
    made.swept(catalogue, TWO, source="other", now=made.NOW + timedelta(days=7))
    assert catalogue.around(ONE.facts.web_url).rests == {}


def test_a_single_address_is_at_rest_when_it_has_been_read(catalogue: SqlCatalogue) -> None:
    made.swept(catalogue, ONE)
    crawl = catalogue.begin(made.request(partial=True), made.ME, made.NOW)
    kept(catalogue, crawl, (ENTRY.id, REST))
    catalogue.end(crawl, made.end("failed"), made.NOW)
    assert catalogue.around(ONE.facts.web_url).rests == {}
