# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The search index: written with the entries, asked on both databases alike."""

import contextlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select, text

from harvester.activity import judge
from harvester.model import Activity, Level, State, Vitality
from harvester.ports.crawls import Retention
from harvester.ports.projection import Facet
from harvester.ports.rows import Merge, RepositoryRow, SoftwareRow, Writes
from harvester.ports.search import Count, Filters, Found, Question, Relation, Sort
from harvester.search.asking import ask
from harvester.search.projection import VERSION, project
from storage import purge
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.rows import lookup_key
from storage.tables import search_entry, search_rules, search_value, search_word
from tests.storage import made

NOW = made.NOW


def entry(of: RepositoryRow, publiccode: dict[str, Any] | None = None, **line: Any) -> SoftwareRow:
    """Make the entry of a repository as the core would: with a document that tells all."""
    row = made.software(of)
    name = (publiccode or {}).get("name", of.facts.name)
    document = {
        "id": row.id,
        "url": row.url,
        "aliases": [],
        "name": name,
        "file_state": "valid",
        "repository": {
            "forge": of.forge.url,
            "archived": of.facts.archived,
            "fork_kind": None,
            "topics": [],
            "languages": [],
        },
        "publisher": {"name": "Das Amt", "uri": "urn:x-amt", "level": "municipal"},
        "publiccode": publiccode or {},
        "based_on": [],
        **line,
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return replace(row, name=name, document=text, projection=project(text))


def described(number: int, name: str, short: str = "", *, language: str = "de", **keys: Any) -> Any:
    """Make a repository and its entry."""
    of = made.repository(number)
    description = {"shortDescription": short, **keys.pop("description", {})}
    return of, entry(of, {"name": name, "description": {language: description}, **keys})


def fill(catalogue: SqlCatalogue, *pairs: tuple[RepositoryRow, SoftwareRow]) -> None:
    rows = [row for row, _ in pairs]
    writes = replace(made.first_page(*rows), software=tuple(it for _, it in pairs))
    made.swept(catalogue, *rows, writes=writes)


def names(found: Found) -> list[str]:
    return [json.loads(it.document)["name"] for it in found.entries]


def find(catalogue: SqlCatalogue, text: str = "", **question: Any) -> list[str]:
    return names(ask(catalogue, Question(text=text, **question), NOW))


@contextmanager
def statements(catalogue: SqlCatalogue) -> Iterator[list[str]]:
    """Write down what a database is told."""
    told: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_others: object) -> None:
        told.append(statement)

    event.listen(catalogue.store.engine, "before_cursor_execute", note)
    yield told
    event.remove(catalogue.store.engine, "before_cursor_execute", note)


SOFTWARE = (
    described(
        1,
        "openDesk",
        "Der souveräne Arbeitsplatz für die öffentliche Verwaltung",
        description={"features": ["Textverarbeitung", "Videokonferenzen"]},
        categories=["office"],
    ),
    described(2, "Bürgerbüro Online", "Anträge stellen, ohne aufs Amt zu gehen"),
    described(3, "DVS", "Dokumentenverwaltungssystem mit E-Akte"),
    described(4, "FormCycle", "Build web forms without coding", language="en"),
    described(5, "Straßenschadenmelder", "Melden Sie Schäden an Straßen"),
    described(
        6,
        "C++ Toolbox",
        "Helpers",
        language="en",
        description={"longDescription": "Libraries for citizens. See https://opendesk.example"},
    ),
)


ANSWERS = {
    "openDesk": ["openDesk"],
    "opendsek": ["openDesk"],
    "arbeitsplätze": ["openDesk"],
    "Arbeitsplaetze der Verwaltung": ["openDesk"],
    "verwaltung": ["openDesk", "DVS"],
    "dokumentenverwaltung": ["DVS"],
    "eakte": ["DVS"],
    "E-Akte": ["DVS"],
    "antrag": ["Bürgerbüro Online"],
    "Buergerbuero": ["Bürgerbüro Online"],
    "burgerburo": ["Bürgerbüro Online"],
    "BÜRGERBÜROS": ["Bürgerbüro Online"],
    "bürgerbero": ["Bürgerbüro Online"],
    "strasse": ["Straßenschadenmelder"],
    "form builds": ["FormCycle"],
    "building": ["FormCycle"],
    "c++": ["C++ Toolbox"],
    "citizen": ["C++ Toolbox"],
    "desk example": [],
    "öffentliche formulare": [],
    "???": [],
    '" OR name:* --': [],
}


@pytest.fixture
def searched(catalogue: SqlCatalogue) -> SqlCatalogue:
    """A catalogue with :data:`SOFTWARE`."""
    fill(catalogue, *SOFTWARE)
    return catalogue


def test_words_are_found_however_they_are_written(searched: SqlCatalogue) -> None:
    assert {asked: find(searched, asked) for asked in ANSWERS} == ANSWERS


def test_it_says_what_it_looked_for_instead(searched: SqlCatalogue) -> None:
    found = ask(searched, Question(text="opendsek arbeitsplatz"), NOW)
    assert (names(found), dict(found.corrected)) == (["openDesk"], {"opendsek": ("opendesk",)})
    assert ask(searched, Question(text="opendesk"), NOW).corrected == {}


def test_the_best_comes_first(catalogue: SqlCatalogue) -> None:
    fill(
        catalogue,
        described(1, "Sonstiges", "x", description={"longDescription": "mit Wahl am Ende"}),
        described(2, "Wahlhelfer", "Helfer"),
        described(3, "Urnen", "Für jede Wahl"),
        described(4, "Wahl", "Alles dazu"),
        described(5, "Auswahl", "x"),
        described(6, "Die Wahl 2", "x"),
    )
    assert find(catalogue, "wahl") == [
        "Wahl",
        "Die Wahl 2",
        "Wahlhelfer",
        "Auswahl",
        "Urnen",
        "Sonstiges",
    ]


def test_names_are_sorted_as_people_file_them(catalogue: SqlCatalogue) -> None:
    spelt = ["zeta", "Äpfel", "apfelmus", "Apfel", "„Apfel“", "Öl", "Ofen", "10 Gebote"]
    fill(catalogue, *(described(number, name) for number, name in enumerate(spelt, 1)))
    listed = find(catalogue, sort=Sort.NAME)
    assert listed[0] == "10 Gebote"
    assert sorted(listed[1:4]) == ["Apfel", "Äpfel", "„Apfel“"]
    assert listed[4:] == ["apfelmus", "Ofen", "Öl", "zeta"]


def test_every_order_gives_each_entry_once_whatever_comes_and_goes(
    catalogue: SqlCatalogue,
) -> None:
    """Pages of two; between them an entry is added, before or behind."""
    pairs = []
    for number in range(1, 10):
        of = made.repository(number, activity=Activity(pushed_at=_days_ago(number % 3)))
        date = {"releaseDate": f"2026-01-{number % 4 + 1:02}"} if number % 4 else {}
        row = entry(of, {"name": f"Wahl {number % 3}", **date})
        row = replace(row, first_seen_at=_days_ago(number % 4), updated_at=_days_ago(number % 5))
        pairs.append((of, row))
    fill(catalogue, *pairs)
    before = {row.id for _, row in pairs}
    extra = 100
    for sort in Sort:
        whole = ask(catalogue, Question(text="wahl", sort=sort, limit=100), NOW)
        assert (whole.total, whole.next) == (len(whole.entries), None)
        seen: list[str] = []
        position = None
        while True:
            page = ask(catalogue, Question(text="wahl", sort=sort, limit=2, after=position), NOW)
            seen += [it.id for it in page.entries]
            if page.next is None:
                break
            position = page.next
            if len(seen) <= 4:
                extra += 1
                of = made.repository(extra)
                fill(catalogue, (of, entry(of, {"name": f"Wahl {extra % 3}"})))
        assert len(seen) == len(set(seen)), sort
        assert before <= set(seen), sort
        kept = [it.id for it in whole.entries]
        assert [it for it in seen if it in kept] == kept, sort


def _days_ago(days: int) -> Any:
    return NOW - timedelta(days=days)


def test_who_is_not_listed_is_not_found_unless_asked_for(catalogue: SqlCatalogue) -> None:
    of, row = described(1, "Wahl")
    fill(catalogue, (of, replace(row, state=State.INVALID)))
    assert find(catalogue, "wahl") == []
    every = ask(catalogue, Question(filters=Filters(states=None)), NOW)
    assert (names(every), every.total) == (["Wahl"], 1)


def test_filters_of_time(catalogue: SqlCatalogue) -> None:
    old = made.repository(1, activity=Activity(pushed_at=_days_ago(9)))
    new = made.repository(2, activity=Activity(pushed_at=_days_ago(1)))
    fill(
        catalogue,
        (old, replace(entry(old, {"name": "old"}), updated_at=_days_ago(9))),
        (new, entry(new, {"name": "new"})),
    )
    since = _days_ago(5)
    assert find(catalogue, filters=Filters(updated_since=since)) == ["new"]
    found = ask(catalogue, Question(filters=Filters(active_since=since), activity=True), NOW)
    assert (names(found), found.total) == (["new"], 1)
    assert found.entries[0].activity == new.facts.activity


# --- facets ---------------------------------------------------------------------------------


def test_facets_of_what_a_record_says(catalogue: SqlCatalogue) -> None:
    of = made.repository(1)
    fill(
        catalogue,
        (
            of,
            entry(
                of,
                {
                    "name": "Wahl",
                    "categories": ["elections", "elections", "crm"],
                    "developmentStatus": "stable",
                    "softwareType": "standalone/web",
                    "platforms": ["Web", "linux"],
                    "legal": {
                        "license": "(EUPL-1.2 OR GPL-3.0-only WITH GCC-exception-3.1) AND MIT"
                    },
                    "localisation": {"availableLanguages": ["de", "en"]},
                    "intendedAudience": {"countries": ["de"], "scope": ["local-authorities"]},
                    "maintenance": {"type": "community", "contacts": [{"name": "Erika Muster"}]},
                    "usedBy": ["Stadt Jena"],
                    "de": {"leika": [{"leika-id": "99123", "ozg-id": "10234"}]},
                },
            ),
        ),
    )
    found = ask(catalogue, Question(facets=frozenset(Facet)), NOW)
    told = {facet.value: [it.value for it in its] for facet, its in found.counts.items()}
    assert told == {
        "category": ["crm", "elections"],
        "development_status": ["stable"],
        "software_type": ["standalone/web"],
        "license": ["EUPL-1.2", "GPL-3.0-only", "MIT"],
        "platform": ["linux", "web"],
        "language": ["de", "en"],
        "publisher": ["Das Amt"],
        "level": ["municipal"],
        "country": ["DE"],
        "scope": ["local-authorities"],
        "maintenance": ["community"],
        "forge": [made.FORGE.url],
        "source": ["amt"],
        "archived": ["false"],
        "fork_kind": ["none"],
        "activity": ["unknown"],
        "last_activity": ["30d", "365d", "90d"],
        "used_by": ["Stadt Jena"],
        "ozg": ["10234"],
        "leika": ["99123"],
        "validity": ["valid"],
    }
    assert find(catalogue, "Erika") == [], "people are not searched for"


def test_a_facet_is_counted_without_its_own_filter(catalogue: SqlCatalogue) -> None:
    def made_as(number: int, status: str, category: str) -> Any:
        return described(number, "Wahl", developmentStatus=status, categories=[category])

    fill(
        catalogue,
        made_as(1, "stable", "crm"),
        made_as(2, "stable", "office"),
        made_as(3, "beta", "crm"),
        made_as(4, "beta", "crm"),
    )
    chosen = Filters(
        values={
            Facet.DEVELOPMENT_STATUS: frozenset({"beta", "concept"}),
            Facet.CATEGORY: frozenset({"crm"}),
        }
    )
    facets = frozenset({Facet.DEVELOPMENT_STATUS, Facet.CATEGORY, Facet.FORGE})
    found = ask(catalogue, Question(text="wahl", filters=chosen, facets=facets, limit=0), NOW)
    assert (found.total, found.entries, found.next) == (2, (), None)
    assert found.counts == {
        Facet.DEVELOPMENT_STATUS: (Count("beta", 2), Count("stable", 1)),
        Facet.CATEGORY: (Count("crm", 2),),
        Facet.FORGE: (Count(made.FORGE.url, 2),),
    }


YEAR = timedelta(days=365)
VITALITIES = (
    None,
    Vitality(read_at=NOW),
    Vitality(read_at=NOW, commits_90d=3),
    Vitality(read_at=NOW, commits_90d=2, commits_365d=2),
    Vitality(read_at=NOW, commits_90d=0, commits_365d=0),
    Vitality(read_at=NOW, commits_365d=0, last_release_at=NOW - YEAR),
    Vitality(read_at=NOW, commits_365d=0, last_release_at=NOW - YEAR - timedelta(seconds=1)),
    Vitality(read_at=NOW, last_release_at=NOW - timedelta(days=1)),
    Vitality(read_at=NOW, releases=0),
)


def test_labels_are_those_that_the_core_judges(catalogue: SqlCatalogue) -> None:
    pairs, expected = [], {}
    for number, (vitality, archived) in enumerate(
        ((vitality, archived) for vitality in VITALITIES for archived in (False, True)), 1
    ):
        of = made.repository(number, archived=archived)
        pairs.append((of, entry(of, {"name": str(number)})))
        expected[str(number)] = judge(vitality, archived=archived).label.value
    fill(catalogue, *pairs)
    catalogue.keep_vitality(
        {
            of.id: vitality
            for (of, _), vitality in zip(
                pairs, (it for it in VITALITIES for _ in range(2)), strict=True
            )
            if vitality is not None
        }
    )
    labelled = {
        name: label
        for label in set(expected.values())
        for name in find(
            catalogue, filters=Filters(values={Facet.ACTIVITY: frozenset({label})}), limit=100
        )
    }
    assert labelled == expected
    assert len(set(expected.values())) == 5


# --- related entries ------------------------------------------------------------------------


def test_related_entries(catalogue: SqlCatalogue) -> None:
    one, two, three, four, five = (made.repository(number) for number in range(1, 6))
    other = {"publisher": {"name": "Andere", "uri": None, "level": "unknown"}}
    needs = {"dependsOn": {"open": [{"name": "Haupt-Buch"}]}}
    fill(
        catalogue,
        (one, entry(one, {"name": "Hauptbuch"}, **other)),
        (two, entry(two, {"name": "Nachbau"}, based_on=[one.facts.web_url])),
        (three, entry(three, {"name": "Anbau"}, based_on=[one.facts.web_url.upper()])),
        (four, entry(four, {"name": "Kasse", "dependsOn": {"open": [{"name": "hauptbuch"}]}})),
        (five, replace(entry(five, {"name": "Fort", **needs}), state=State.GONE)),
    )

    def related(of: RepositoryRow, limit: int = 10) -> dict[str, list[str]]:
        found = catalogue.related(made.software(of).id, limit)
        return {
            kind.value: [json.loads(it.document)["name"] for it in its]
            for kind, its in found.items()
            if its
        }

    assert related(one) == {"variant": ["Anbau", "Nachbau"], "dependent": ["Kasse"]}
    assert related(two)["variant"] == ["Anbau", "Hauptbuch"]
    assert related(four) == {
        "dependency": ["Hauptbuch"],
        "same-publisher": ["Anbau", "Nachbau"],
    }
    assert related(one, limit=1)["variant"] == ["Anbau"]
    assert catalogue.related("unknown", 10) == dict.fromkeys(Relation, ())


# --- the index and the catalogue --------------------------------------------------------------


def index_of(catalogue: SqlCatalogue) -> dict[str, int]:
    with catalogue.store.reading() as connection:
        counted = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (search_entry, search_value, search_word)
        }
        texts = connection.execute(text("SELECT count(*) FROM search_text")).scalar_one()
    return {**counted, "search_text": texts}


def test_the_index_goes_with_the_entries(searched: SqlCatalogue) -> None:
    """What is changed, merged and erased is so in the index with the same transaction."""
    (of, row), (gone, _), (merged, _) = SOFTWARE[0], SOFTWARE[1], SOFTWARE[2]
    crawl = searched.begin(made.request(), made.ME, NOW)
    renamed = entry(of, {"name": "closedDesk"})
    ids = {it.id: made.software(it).id for it in (gone, merged)}
    writes = Writes(
        software=(renamed,),
        files=(replace(made.file(gone), software_id=None),),
        merges=(Merge(id=ids[merged.id], into=row.id),),
        erased=(ids[gone.id],),
    )
    made.store_page(searched, crawl, writes, cursor="1")
    assert find(searched, "openDesk") == []
    assert find(searched, "closedDesk") == ["closedDesk"]
    assert find(searched, "dvs") == find(searched, "antrag") == []
    left = index_of(searched)
    assert (left["search_entry"], left["search_text"]) == (4, 4)
    searched.tidy(Retention(crawls=YEAR, changes=YEAR), NOW)
    with searched.store.reading() as connection:
        words = set(connection.execute(select(search_word.c.word)).scalars())
    assert "closeddesk" in words
    assert not words & {"opendesk", "antrag", "dvs"}
    assert searched.alike(["opendsek"]) == {"opendsek": ("closeddesk",)} or not searched.alike(
        ["opendsek"]
    )


def test_what_is_purged_leaves_no_word_behind(sqlite_url: str) -> None:
    with contextlib.closing(open_catalogue(sqlite_url)) as catalogue:
        (gone, _), _ = pairs = (described(1, "Quastenflosser"), described(2, "Eiderente"))
        fill(catalogue, *pairs)
        catalogue.store.dialect.rewrite(catalogue.store.engine)
        path = catalogue.store.path
        assert path is not None
        before = path.read_bytes()
        assert b"quastenfloss" in before
        meant = ({made.software(gone).id}, {gone.id}, {lookup_key(gone.facts.web_url)})
        purge.whole(catalogue.store, *meant, NOW, dry_run=False)
        assert find(catalogue, "eiderente") == ["Eiderente"]
        after = path.read_bytes()
    assert b"eiderent" in after
    assert b"quastenf" not in after.lower()


def test_a_row_that_was_only_loaded_is_not_written(searched: SqlCatalogue) -> None:
    of, row = SOFTWARE[0]
    loaded = searched.around(of.facts.web_url).software[row.id]
    crawl = searched.begin(made.request(), made.ME, NOW)
    with pytest.raises(TypeError, match="no projection"):
        made.store_page(searched, crawl, Writes(software=(loaded,)))


def test_an_unchanged_crawl_writes_nothing_to_the_index(searched: SqlCatalogue) -> None:
    with statements(searched) as told:
        made.swept(searched, *(of for of, _ in SOFTWARE), writes=Writes())
    assert told
    assert not [it for it in told if "search_" in it]


def test_a_page_costs_the_same_whatever_its_size(searched: SqlCatalogue) -> None:
    costs = set()
    for limit in (1, 3, 100):
        question = Question(
            text="verwaltung amt",
            limit=limit,
            activity=True,
            facets=frozenset(Facet),
            filters=Filters(values={Facet.LEVEL: frozenset({Level.MUNICIPAL.value})}),
        )
        with statements(searched) as told:
            ask(searched, question, NOW)
        costs.add(len([it for it in told if it.lstrip().startswith(("SELECT", "WITH"))]))
    assert costs == {4}


def test_an_older_catalogue_is_indexed_when_asked(searched: SqlCatalogue) -> None:
    before = index_of(searched)
    assert searched.reindex(VERSION, project) == len(SOFTWARE), "it was made without saying by what"
    assert searched.reindex(VERSION, project) == 0
    with searched.store.writing() as connection:
        connection.execute(search_entry.delete())
        connection.execute(search_rules.update().values(version=0))
    assert find(searched, "openDesk") == []
    assert searched.reindex(VERSION, project) == len(SOFTWARE)
    assert index_of(searched) == before
    assert find(searched, "opendsek") == ["openDesk"]
