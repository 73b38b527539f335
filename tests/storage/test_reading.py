# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What commands ask: entries, files, addresses, counts."""

import tracemalloc
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from harvester.model import Activity, FileState, Outcome, State
from harvester.ports.rows import AliasRow, Writes
from storage.catalogue import SqlCatalogue, open_catalogue
from tests.storage import made

ROWS = [made.repository(number) for number in range(1, 6)]
ONE, TWO, THREE, FOUR, FIVE = ROWS


def stored(catalogue: SqlCatalogue, writes: Writes) -> None:
    crawl = catalogue.begin(made.request(), made.ME, made.NOW)
    made.store_page(catalogue, crawl, writes)
    catalogue.end(crawl, made.end(), made.NOW)


def test_entries_are_sorted_by_id_and_by_bytes(catalogue: SqlCatalogue) -> None:
    names = ["a", "B", "ä", "z-", "z", "Z", "1", "_", "-1"]
    entries = tuple(made.software(ONE, id=name, repository_id=None, file=None) for name in names)
    stored(catalogue, Writes(software=entries))
    found = [it.id for it in catalogue.entries(None, activity=False)]
    assert found == sorted(names)


def test_entries_by_state_with_and_without_activity(catalogue: SqlCatalogue) -> None:
    entries = (
        made.software(ONE, document='{"n":1}'),
        made.software(TWO, state=State.INVALID),
        made.software(THREE, state=State.GONE, repository_id=None),
    )
    stored(catalogue, Writes(repositories=(ONE, TWO), software=entries))
    listed, *rest = catalogue.entries(frozenset({State.LISTED}), activity=True)
    assert rest == []
    assert (listed.id, listed.state, listed.document, listed.updated_at) == (
        entries[0].id,
        State.LISTED,
        '{"n":1}',
        made.NOW,
    )
    assert listed.activity == Activity(stars=1, forks=0, open_issues=None, pushed_at=made.NOW)
    both = frozenset({State.LISTED, State.GONE})
    found = {it.state: it.activity for it in catalogue.entries(both, activity=True)}
    assert found == {State.LISTED: ONE.facts.activity, State.GONE: None}
    assert {it.activity for it in catalogue.entries(None, activity=False)} == {None}
    assert len(list(catalogue.entries(None, activity=False))) == 3
    assert list(catalogue.entries(frozenset(), activity=False)) == []
    assert catalogue.totals() == {State.LISTED: 1, State.INVALID: 1, State.GONE: 1}


def test_entries_are_streamed_and_writing_goes_on_meanwhile(catalogue: SqlCatalogue) -> None:
    many = [made.repository(number) for number in range(1200)]
    entries = tuple(made.software(row, document="x" * 20_000) for row in many)
    stored(catalogue, Writes(repositories=tuple(many), software=entries))
    tracemalloc.start()
    try:
        stream = catalogue.entries(None, activity=True)
        first = next(stream)
        stored(catalogue, Writes(software=(made.software(ONE, id="new", document="{}"),)))
        ids = [first.id, *(it.id for it in stream)]
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert ids == sorted(made.software(row).id for row in many), "one state, without the new one"
    assert most < 18_000_000, "of 24 MB of documents"


def test_a_stream_that_is_left_early_holds_nothing(catalogue: SqlCatalogue) -> None:
    stored(catalogue, made.first_page(*ROWS))
    for _ in range(20):
        stream = catalogue.entries(None, activity=True)
        next(stream)
        stream.close()  # type: ignore[attr-defined]
    stored(catalogue, Writes())


def test_in_memory_writing_goes_on_while_reading() -> None:
    with closing(open_catalogue("sqlite://")) as catalogue:
        stored(catalogue, made.first_page(*ROWS))
        for stream in (catalogue.entries(None, activity=True), catalogue.files()):
            next(stream)
            stored(catalogue, Writes())
            assert len(list(stream)) == len(ROWS) - 1


def test_files_are_sorted_by_forge_repository_and_path(catalogue: SqlCatalogue) -> None:
    other = replace(made.FORGE, url="https://a.example.org")
    rows = (
        made.repository(1, path="b/b"),
        made.repository(2, path="a/a"),
        replace(made.repository(3, path="z/z"), forge=other),
    )
    files = (
        made.file(rows[0], path="publiccode.yml"),
        made.file(rows[0], path="publiccode.yaml", findings=(), outcome=Outcome.SUPERSEDED),
        made.file(rows[1], record=None, outcome=Outcome.INVALID),
        made.file(rows[2], software_id=None, outcome=Outcome.OTHER_PLACE),
    )
    entries = tuple(made.software(row) for row in rows)
    stored(catalogue, Writes(repositories=rows, files=files, software=entries))
    assert list(catalogue.files()) == [
        (files[3], rows[2]),
        (files[2], rows[1]),
        (files[1], rows[0]),
        (files[0], rows[0]),
    ]


def test_files_are_streamed_in_parts_with_all_findings(catalogue: SqlCatalogue) -> None:
    many = [made.repository(number) for number in range(1100)]
    stored(catalogue, made.first_page(*many))
    found = list(catalogue.files())
    assert {row.repository_id: row for row, _ in found} == {row.id: made.file(row) for row in many}
    assert {of.id: of for _, of in found} == {row.id: row for row in many}


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.example.org/amt/projekt-1",
        "http://gitlab.example.org/AMT/Projekt-1",
        "https://gitlab.example.org/alt/name",
        "https://declared.example.org/elsewhere",
    ],
)
def test_around_an_address(catalogue: SqlCatalogue, url: str) -> None:
    declared = "https://declared.example.org/Elsewhere"
    file = made.file(ONE, declared_url=declared)
    alias = AliasRow(
        url="https://gitlab.example.org/alt/name", repository_id=ONE.id, since=made.NOW
    )
    stored(
        catalogue,
        replace(made.first_page(ONE, TWO), files=(file, made.file(TWO)), aliases=(alias,)),
    )
    found = catalogue.around(url)
    assert found.repositories == {ONE.id: ONE}
    assert found.files == (file,)
    assert found.software == {made.software(ONE).id: made.software(ONE)}
    assert found.aliases == (alias,)


def test_around_nothing(catalogue: SqlCatalogue) -> None:
    stored(catalogue, made.first_page(*ROWS))
    found = catalogue.around("https://gitlab.example.org/amt")
    assert (found.repositories, found.files, found.software, found.aliases) == ({}, (), {}, ())


def test_outcomes_of_a_source(catalogue: SqlCatalogue) -> None:
    files = (
        made.file(ONE),
        made.file(TWO),
        made.file(THREE, outcome=Outcome.INVALID),
        made.file(THREE, path="publiccode.yaml", outcome=Outcome.SUPERSEDED),
    )
    stored(catalogue, replace(made.first_page(*ROWS), files=files))
    assert catalogue.outcomes("amt") == {
        Outcome.LISTED: 2,
        Outcome.INVALID: 1,
        Outcome.SUPERSEDED: 1,
    }
    assert catalogue.outcomes("never") == {}


def test_a_source_of_that_name_again_with_another_kind(catalogue: SqlCatalogue) -> None:
    stored(catalogue, made.first_page(ONE))
    forge = replace(made.FORGE, kind="opencode")
    crawl = catalogue.begin(made.request(kind="opencode", forge=forge), made.ME, made.NOW)
    assert crawl.forge == forge
    ((_, row),) = catalogue.files()
    assert row.forge == forge, "the newest word on what runs there counts"


def test_every_address_that_is_or_was(catalogue: SqlCatalogue) -> None:
    alias = AliasRow(url="https://alt.example/x", repository_id=ONE.id, since=made.NOW)
    entry = made.software(TWO, id="s", url="https://nowhere.example/y", repository_id=None)
    stored(catalogue, Writes(repositories=(ONE,), aliases=(alias,), software=(entry,)))
    assert sorted(catalogue.addresses()) == sorted([ONE.facts.web_url, alias.url, entry.url])


def test_opt_outs_are_kept(catalogue: SqlCatalogue) -> None:
    row = replace(ONE, opt_outs=("opt-out-topic", "opt-out-file"), ignored_since=made.NOW)
    stored(catalogue, Writes(repositories=(row,)))
    assert catalogue.around(row.facts.web_url).repositories == {row.id: row}


def test_since_when_a_source_is_not_configured(catalogue: SqlCatalogue) -> None:
    stored(catalogue, Writes(repositories=(ONE,)))
    name = made.request().source
    later = made.NOW + timedelta(days=1)
    catalogue.retire(["another"], made.NOW)
    catalogue.retire([], later)
    assert catalogue.sources()[name].retired_at == made.NOW
    assert catalogue.sources()[name].forge == made.FORGE
    catalogue.retire([name, "another"], later)
    assert catalogue.sources()[name].retired_at is None


def test_who_opts_out_and_who_is_named(catalogue: SqlCatalogue) -> None:
    out = made.repository(1, opt_outs=("opt-out-file",), ignored_since=made.NOW)
    gone = made.repository(2, opt_outs=("opt-out-topic",), gone_reason="deleted")
    named, other = made.repository(3), made.repository(4)
    made.swept(catalogue, out, gone, named, other)
    ids = {gone.id, named.id, "0" * 32}
    expected = sorted([out, named], key=lambda row: row.id)
    assert list(catalogue.opted_out("amt", ids)) == expected
    assert list(catalogue.opted_out("amt", ())) == [out]
    assert list(catalogue.opted_out("another", ids)) == []


def test_whose_files_older_rules_read(catalogue: SqlCatalogue) -> None:
    missed = made.repository(3, missing_since=made.NOW, missing_sweeps=1)
    gone = made.repository(4, gone_reason="deleted")
    broken, bytesless = made.repository(5), made.repository(6)
    made.swept(catalogue, ONE, TWO, missed, gone, broken, bytesless)
    opened = catalogue.begin(made.request(), made.ME, made.NOW)
    files = (
        made.file(TWO, normaliser=2),
        made.file(broken, state=FileState.INVALID),
        made.file(bytesless, blob_id="0" * 40),
    )
    made.store_page(catalogue, opened, Writes(files=files))
    expected = sorted([ONE.id, broken.id])
    assert list(catalogue.outdated("amt", 2, "", 10)) == expected
    assert list(catalogue.outdated("amt", 2, "", 1)) == expected[:1]
    assert list(catalogue.outdated("amt", 2, expected[0], 10)) == expected[1:]
    assert list(catalogue.outdated("amt", 1, "", 10)) == []
    assert list(catalogue.outdated("another", 2, "", 10)) == []
