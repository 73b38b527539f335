# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What somebody tells of software: entries without a crawl, beside crawls, and against them."""

import json
import random
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from harvester.crawl.blocks import Block, Blocks
from harvester.crawl.scribe import Scribe
from harvester.crawl.subject import FORGE
from harvester.model import software_id_of_url
from harvester.ports.errors import RefusedRowError
from harvester.ports.telling import ConflictError, Statement, UnknownSoftwareError
from harvester.ports.written import Catalog
from storage.catalogue import SqlCatalogue, open_catalogue
from storage.serving import SqlFeed
from storage.telling import SqlTellings
from storage.written import SqlDesk
from tests.crawl.build import BROKEN, GOOD, START, Scripted, broken, good, plan, sighting, url_of
from tests.crawl.conftest import House
from tests.crawl.test_entered import ENTRIES, page

API = plan(name="api", kind=FORGE.kind, forge=FORGE)
NORTH = Catalog(
    id="6f2a3c1e-0000-4000-8000-000000000001",
    name="Nord",
    alternative_id="nord",
    active=True,
    publishers_namespace=None,
    scopes=(),
    sources=(),
    created_at=START,
    updated_at=START,
    written_by="test",
)
A, B, C = (url_of(f"city/{name}") for name in "abc")


class Writer:
    """Somebody who may write into the catalogue of a house."""

    def __init__(self, house: House, **changes: Any) -> None:
        assert isinstance(house.catalogue, SqlCatalogue)
        self.house = house
        self.teller = Scribe(
            SqlTellings(house.catalogue.store), lambda: plan(**vars_of(API), **changes)
        )

    def post(self, url: str, text: str | None = None, *aliases: str, **said: Any) -> str:
        text = GOOD.format(name="Werkzeug", url=url) if text is None else text
        statement = Statement(url=url, aliases=aliases, text=text.encode(), **said)
        return self.teller.post(statement, self.house.clock.now()).id

    def patch(self, identity: str, **said: Any) -> str:
        now = self.house.clock.now()
        return self.teller.patch(identity, lambda _entry: Statement(**said), now).id

    def delete(self, identity: str) -> None:
        self.teller.delete(identity, self.house.clock.now())

    def entry(self, identity: str) -> dict[str, Any]:
        found = self.house.catalogue.entry(identity)
        assert found is not None
        whole: dict[str, Any] = json.loads(found.document)
        return whole

    def state(self, identity: str) -> tuple[str, str]:
        entry = self.entry(identity)
        return entry["state"], entry["state_reason"]


def vars_of(source: Any) -> dict[str, Any]:
    return {"name": source.name, "kind": source.kind, "forge": source.forge}


def bad(url: str) -> str:
    return BROKEN.format(name="Werkzeug", url=url)


def named(name: str, url: str) -> str:
    return GOOD.format(name=name, url=url)


@pytest.fixture
def writer(house: House) -> Writer:
    return Writer(house)


def test_what_is_told_is_an_entry(writer: Writer) -> None:
    identity = writer.post(A)
    entry = writer.entry(identity)
    assert identity == entry["id"] == software_id_of_url(A)
    assert (entry["url"], entry["name"], entry["origin"]) == (A, "Werkzeug", "api")
    assert (entry["state"], entry["repository"]) == ("listed", None)
    assert entry["publisher"]["name"] == "Stadt Beispiel"
    assert [(p["web_url"], p["kind"]) for p in entry["provenances"]] == [(A, "told")]
    assert writer.house.changes() == [("created", "valid")]


def test_telling_the_same_again_is_no_change(writer: Writer) -> None:
    identity = writer.post(A)
    before = writer.house.catalogue.entry(identity)
    writer.house.clock.advance(days=1)
    assert writer.post(A) == identity
    assert writer.patch(identity, url=A, text=named("Werkzeug", A).encode()) == identity
    assert writer.post(A.upper(), named("Werkzeug", A)) == identity
    assert writer.house.catalogue.entry(identity) == before
    assert len(writer.house.changes()) == 1


def test_a_broken_text_is_kept_with_its_findings_and_comes_alive_when_mended(
    writer: Writer,
) -> None:
    identity = writer.post(A, bad(A), active=False)
    entry = writer.entry(identity)
    assert (entry["state"], entry["state_reason"]) == ("invalid", "never-valid")
    assert entry["findings"]
    writer.patch(identity, url=A, text=named("Werkzeug", A).encode())  # says nothing of active
    assert writer.state(identity) == ("listed", "valid")
    assert writer.house.changes()[-1][0] == "updated"


@pytest.mark.parametrize("text", ["", "\x00", "{" * 5000, "a: &a [*a]", "- 1"])
def test_a_text_that_nothing_can_be_read_of_is_an_entry_that_says_why(
    writer: Writer, text: str
) -> None:
    identity = writer.post(A, text)
    assert writer.state(identity) == ("invalid", "never-valid")
    assert [f["code"] for f in writer.entry(identity)["findings"]]


def test_the_last_good_text_stays_for_a_while(writer: Writer) -> None:
    identity = writer.post(A)
    writer.post(A, bad(A))
    assert writer.state(identity) == ("listed", "last-good")
    assert writer.entry(identity)["name"] == "Werkzeug"
    writer.house.clock.advance(days=31)
    writer.house.crawl(full=True)  # whichever source it is, time has passed
    assert writer.state(identity) == ("invalid", "stale")
    writer.post(A)
    assert writer.state(identity) == ("listed", "valid")


def test_who_tells_of_something_inactive_hides_it_until_somebody_says_otherwise(
    writer: Writer,
) -> None:
    identity = writer.post(A, active=False)
    assert writer.state(identity) == ("withdrawn", "written-inactive")
    writer.patch(identity, text=named("Anders", A).encode())
    assert writer.state(identity) == ("withdrawn", "written-inactive")
    writer.post(A, active=True)
    assert writer.state(identity) == ("listed", "valid")
    assert writer.house.changes()[-1] == ("restored", "valid")


def test_what_an_amendment_hid_no_posting_shows(writer: Writer) -> None:
    identity = writer.post(A)
    writer.patch(identity, active=False)
    assert writer.state(identity) == ("withdrawn", "deactivated")
    assert writer.entry(identity)["publiccode"] is None
    writer.post(A, active=True)
    writer.patch(identity, text=named("Neu", A).encode())
    assert writer.state(identity) == ("withdrawn", "deactivated")
    writer.patch(identity, active=True)
    assert writer.state(identity) == ("listed", "valid")
    assert writer.entry(identity)["name"] == "Neu"
    assert [change for change, _ in writer.house.changes()] == ["created", "deleted", "restored"]


def test_what_the_repository_says_wins(writer: Writer) -> None:
    told = writer.post(A, named("Gesagt", A))
    writer.house.crawl(sighting(1, "city/a", good("city/a", "Gelesen")))
    identity = writer.entry(told)["id"]
    entry = writer.entry(identity)
    assert (entry["name"], entry["origin"]) == ("Gelesen", "crawl")
    assert [p["kind"] for p in entry["provenances"]] == ["canonical", "told"]
    assert writer.post(A, named("Anders gesagt", A)) == identity
    assert writer.entry(identity)["name"] == "Gelesen"
    writer.house.crawl(sighting(1, "city/a", broken("city/a")), full=True)
    assert writer.state(identity) == ("listed", "last-good")
    assert writer.entry(identity)["name"] == "Gelesen"


@pytest.mark.parametrize("order", [("told", "crawled"), ("crawled", "told")])
def test_in_either_order_it_is_the_same_entry(house: House, order: tuple[str, str]) -> None:
    writer = Writer(house)
    for step in order:
        if step == "told":
            writer.post(A, named("Gesagt", A))
        else:
            house.crawl(sighting(1, "city/a", good("city/a", "Gelesen")))
    (entry,) = house.entries()
    assert entry["name"] == "Gelesen"
    assert len(entry["provenances"]) == 2
    assert writer.post(A, named("Gesagt", A)) == entry["id"]


def test_a_crawled_entry_is_hidden_and_shown_by_a_word_alone(writer: Writer) -> None:
    writer.house.crawl(sighting(1, "city/a", good("city/a")))
    (entry,) = writer.house.entries()
    writer.patch(entry["id"], active=False)
    assert writer.state(entry["id"]) == ("withdrawn", "deactivated")
    writer.house.clock.advance(days=1)
    writer.house.crawl(sighting(1, "city/a", good("city/a", "Neu")), full=True)
    assert writer.state(entry["id"]) == ("withdrawn", "deactivated")
    writer.patch(entry["id"], active=True)
    assert writer.state(entry["id"]) == ("listed", "valid")
    assert len(writer.entry(entry["id"])["provenances"]) == 1
    writer.patch(entry["id"], active=False)
    assert writer.state(entry["id"]) == ("withdrawn", "deactivated")


def test_a_posting_does_not_hide_what_a_repository_shows(writer: Writer) -> None:
    writer.house.crawl(sighting(1, "city/a", good("city/a")))
    identity = writer.post(A, active=False)
    assert writer.state(identity) == ("listed", "valid")


def test_an_entry_moves_and_its_former_address_finds_it(writer: Writer) -> None:
    first = writer.post(A)
    moved = writer.patch(first, url=B, aliases=(A,), text=named("Werkzeug", B).encode())
    assert moved == software_id_of_url(B)
    entry = writer.entry(first)
    assert (entry["id"], entry["url"], entry["aliases"]) == (moved, B, [A])
    assert writer.post(A, named("Werkzeug", B)) == moved
    assert writer.post(B, named("Werkzeug", B), A) == moved
    assert sorted(writer.house.changes()[1:]) == [("created", "valid"), ("deleted", "merged")]
    again = writer.patch(moved, url=A)
    assert (writer.entry(again)["url"], writer.entry(again)["aliases"]) == (A, [B])
    assert writer.entry(again)["state"] == "listed"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_two_that_are_said_to_be_one_become_one(house: House, order: tuple[int, ...]) -> None:
    writer = Writer(house)
    text = named("Werkzeug", B)
    tell = (
        lambda: writer.post(A, text),
        lambda: writer.post(B, text),
        lambda: writer.post(B, text, A),
    )
    for step in order:
        tell[step]()
    (entry,) = house.entries()
    assert (entry["url"], entry["aliases"], entry["state"]) == (B, [A], "listed")


def test_what_is_taken_is_not_taken_over_silently(writer: Writer) -> None:
    first, second = writer.post(A), writer.post(B)
    with pytest.raises(ConflictError, match="was written with the address"):
        writer.patch(first, url=B)
    writer.house.crawl(sighting(3, "city/c", good("city/c")))
    crawled = writer.house.entry(C)["id"]
    with pytest.raises(ConflictError, match="that of its repository"):
        writer.patch(crawled, url=B)
    assert writer.patch(first, url=B, aliases=(B,)) != first
    assert writer.entry(second)["url"] == B


def test_what_is_deleted_leaves_a_tombstone_and_can_come_back(writer: Writer) -> None:
    identity = writer.post(A)
    writer.delete(identity)
    assert writer.state(identity) == ("gone", "retracted")
    assert writer.entry(identity)["publiccode"] is None
    for refused in (writer.delete, writer.patch):
        with pytest.raises(UnknownSoftwareError, match="POST it anew"):
            refused(identity)
    assert writer.post(A) == identity
    assert writer.state(identity) == ("listed", "valid")
    assert [change for change, _ in writer.house.changes()] == ["created", "deleted", "restored"]


def test_what_a_repository_has_is_not_deleted(writer: Writer) -> None:
    writer.post(A)
    writer.house.crawl(sighting(1, "city/a", good("city/a")))
    (entry,) = writer.house.entries()
    before = writer.house.changes()
    with pytest.raises(ConflictError, match="city/a tells of this software"):
        writer.delete(entry["id"])
    assert writer.house.changes() == before
    with pytest.raises(UnknownSoftwareError):
        writer.delete("00000000-0000-4000-8000-000000000000")


def test_an_api_entry_beats_another_catalogues(writer: Writer) -> None:
    writer.house.source = ENTRIES
    writer.house.crawl(page(7, "A", at=ENTRIES.forge, name="Gelistet", url=A), full=True)
    identity = writer.post(A, named("Gesagt", A))
    (entry,) = writer.house.entries()
    assert (entry["id"], entry["name"], entry["origin"]) == (identity, "Gesagt", "api")
    with pytest.raises(ConflictError):
        writer.delete(identity)


def test_a_repository_that_is_gone_stays_gone_whatever_is_told(writer: Writer) -> None:
    writer.house.crawl(sighting(1, "city/a", good("city/a")), sighting(2, "city/b"))
    identity = writer.post(A, named("Gesagt", A))
    for _ in range(3):
        writer.house.clock.advance(days=3)
        writer.house.crawl(sighting(2, "city/b"), full=True)
    assert writer.state(identity) == ("gone", "deleted")


def test_what_is_blocked_is_refused(house: House) -> None:
    writer = Writer(house, blocks=Blocks((Block(url_of("city"), "no towns"),)))
    with pytest.raises(ConflictError, match="no towns"):
        writer.post(A)
    with pytest.raises(ConflictError, match="no towns"):
        writer.post("https://elsewhere.example/x/y", None, A)
    assert house.entries() == []


def test_a_block_that_comes_later_takes_effect_with_any_crawl_and_is_taken_back(
    writer: Writer,
) -> None:
    identity = writer.post(A)
    writer.house.source = plan(blocks=Blocks((Block(A, "no towns"),)))
    writer.house.crawl()
    assert writer.state(identity) == ("blocked", "blocked")
    writer.house.source = plan()
    writer.house.crawl()
    assert writer.state(identity) == ("listed", "valid")


def test_a_text_may_ask_not_to_be_listed(writer: Writer) -> None:
    identity = writer.post(A, named("Werkzeug", A) + "x-publiccode-ignore: true\n")
    assert writer.state(identity) == ("withdrawn", "opt-out-key")
    writer.post(A)
    assert writer.state(identity) == ("listed", "valid")


def test_contacts_that_are_not_kept_are_not_kept(house: House) -> None:
    writer = Writer(house, contacts=False)
    identity = writer.post(A)
    assert "contacts" not in writer.entry(identity)["publiccode"]["maintenance"]
    moved = writer.patch(identity, url=B)
    assert writer.entry(moved)["name"] == "Werkzeug"
    with house.catalogue.store.reading() as connection:  # type: ignore[attr-defined]
        assert connection.exec_driver_sql("SELECT count(*) FROM blob").scalar() == 0


def test_a_row_that_no_database_holds_is_refused_whole(writer: Writer) -> None:
    with pytest.raises(RefusedRowError):
        writer.post(A, None, "https://forge.example/" + "\ud800")
    assert writer.house.entries() == []


def test_a_new_repository_at_a_told_former_address_is_no_reused_name(writer: Writer) -> None:
    writer.post(B, None, A)
    writer.house.crawl(sighting(1, "city/a", good("city/a")))
    assert [item.reason for item in writer.house.ears.items] == [None]
    assert {entry["url"] for entry in writer.house.entries()} == {A, B}


def told_by_turns(house: House, seed: int) -> list[dict[str, Any]]:
    """Let three writers and a crawl do what they do, each in their order, mixed by chance."""
    writer, chance = Writer(house), random.Random(seed)
    both = [sighting(n, f"city/{name}", good(f"city/{name}")) for n, name in ((1, "a"), (2, "b"))]
    ids: list[str] = []
    turns: list[list[Callable[[], Any]]] = [
        [lambda: writer.post(A, bad(A)), lambda: writer.post(A, named("Neu", A))],
        [lambda: ids.append(writer.post(B)), lambda: writer.patch(ids[0], active=False)],
        [lambda: writer.post(C, None, url_of("city/d")), lambda: writer.post(C, bad(C))],
        [lambda: house.crawl(*both)],
    ]
    while any(turns):
        chance.choice([turn for turn in turns if turn]).pop(0)()
    return house.entries()


def test_whoever_comes_first_the_catalogue_is_the_same() -> None:
    found = []
    for seed in range(4):
        with closing(open_catalogue("sqlite://")) as opened:
            found.append(told_by_turns(House(opened), seed))
    assert len(found[0]) == 3
    assert all(one == found[0] for one in found)


def test_a_crawl_goes_on_while_somebody_tells(catalogue: SqlCatalogue) -> None:
    """Each statement is a transaction between two of the crawl's; no change is told twice."""
    house = House(catalogue)
    writer = Writer(house)
    paths = [f"city/p{number}" for number in range(6)]
    told: list[str] = []

    def tell(number: int) -> None:
        told.append(writer.post(url_of(paths[number]), named("Gesagt", url_of(paths[number]))))
        told.append(writer.post(url_of(f"other/p{number}")))

    seen = [sighting(n, path, good(path, "Gelesen")) for n, path in enumerate(paths)]
    summary = house.crawl(connector=Scripted(seen, page_size=1, before_page=tell))
    assert summary.complete
    entries = {entry["url"]: entry for entry in house.entries()}
    assert len(entries) == 12
    for path in paths:
        assert entries[url_of(path)]["name"] == "Gelesen"
        assert len(entries[url_of(path)]["provenances"]) == 2
    rows = catalogue.changes(0, 1000)
    assert [row.seq for row in rows] == list(range(1, catalogue.head() + 1))
    shown = {writer.entry(identity)["id"] for identity in told}
    assert shown == {entry["id"] for entry in entries.values()}
    before = catalogue.head()
    tell(0)
    house.crawl(connector=Scripted(seen, page_size=1), full=True)
    assert catalogue.head() == before


def test_what_fails_on_the_way_leaves_nothing(catalogue: SqlCatalogue) -> None:
    writer = Writer(House(catalogue))
    identity = writer.post(A)
    head = catalogue.head()

    def fail(_entry: object) -> Statement:
        raise KeyError

    with pytest.raises(KeyError):
        writer.teller.patch(identity, fail, writer.house.clock.now())
    with pytest.raises(RefusedRowError):
        writer.patch(identity, text=named("Neu", A).encode(), aliases=(f"{B}\x00",))
    assert catalogue.head() == head
    assert writer.entry(identity)["name"] == "Werkzeug"
    with catalogue.store.reading() as connection:
        counts = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()  # noqa: S608
            for table in ("lease", "crawl", "repository_source", "software_rest", "file")
        ]
    assert counts == [0, 0, 0, 0, 1]


def test_a_merge_takes_the_catalog_along(catalogue: SqlCatalogue) -> None:
    writer = Writer(House(catalogue))
    desk = SqlDesk(catalogue.store)
    desk.create_catalog(NORTH)
    now = writer.house.clock.now()
    first, second = writer.post(A), writer.post(B)
    desk.software_catalog(first, NORTH.id, now)
    moved = writer.patch(first, url=C)
    assert SqlFeed(catalogue.store).catalog_of(moved) == NORTH.id
    desk.software_catalog(second, NORTH.id, now)
    assert writer.post(B, None, C) == second
    assert SqlFeed(catalogue.store).catalog_of(second) == NORTH.id
    assert {entry["url"] for entry in writer.house.entries()} == {B}
