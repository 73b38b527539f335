# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Where declared addresses lead, on both databases."""

from dataclasses import replace
from datetime import timedelta

from harvester.model import FileState, Outcome
from harvester.ports.crawls import Unclaimed
from harvester.ports.rows import ForwardingRow, RepositoryRow, Writes
from storage.catalogue import SqlCatalogue
from tests.storage import made

ONE, TWO, THREE, FOUR = (made.repository(number) for number in range(1, 5))
FORGE = made.FORGE.url


def declaring(of: RepositoryRow, url: str, state: FileState = FileState.VALID) -> Writes:
    """A repository whose file declares an address that nobody is known at."""
    waiting = made.software(of, repository_id=None, url=url)
    file = made.file(of, declared_url=url, outcome=Outcome.OTHER_PLACE, state=state)
    return replace(made.first_page(of), software=(waiting,), files=(file,))


def store(catalogue: SqlCatalogue, *pages: Writes) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    for number, page in enumerate(pages):
        made.store_page(catalogue, crawl, page, cursor=str(number))
    catalogue.end(crawl, made.end(), made.NOW)


def test_only_what_nobody_known_has_is_unclaimed(catalogue: SqlCatalogue) -> None:
    store(
        catalogue,
        made.first_page(ONE),
        declaring(TWO, f"{FORGE}/Alt/Werk_1"),
        declaring(THREE, "https://nirgends.example/x"),
        declaring(FOUR, f"{FORGE}/alt/weg", FileState.ABSENT),
    )
    assert catalogue.unclaimed(FORGE) == [Unclaimed(url=f"{FORGE}/Alt/Werk_1", forwarding=None)]
    assert catalogue.unclaimed(f"{FORGE}.example") == []
    assert len(catalogue.unclaimed("http://Nirgends.example")) == 1


def test_an_answer_holds_until_a_file_that_asks_for_it_changes(catalogue: SqlCatalogue) -> None:
    url = f"{FORGE}/alt/werk"
    store(catalogue, declaring(TWO, url))
    forwarding = ForwardingRow(url=url, forge_id=None, asked_at=made.NOW)
    store(catalogue, Writes(forwardings=(forwarding,)))
    assert catalogue.unclaimed(FORGE) == [Unclaimed(url=url, forwarding=forwarding)]
    known = replace(forwarding, forge_id="7", asked_at=made.NOW + timedelta(hours=1))
    store(catalogue, Writes(forwardings=(known,)))
    assert catalogue.unclaimed(FORGE) == [Unclaimed(url=url, forwarding=known)]
    later = declaring(THREE, url.upper().replace("HTTPS", "https"))
    (file,) = later.files
    changed = replace(file, changed_at=made.NOW + timedelta(hours=2))
    store(catalogue, replace(later, files=(changed,)))
    (asked,) = catalogue.unclaimed(FORGE)
    assert asked.forwarding is None
