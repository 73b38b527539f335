# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Pages: every entry exactly once, whatever comes and goes; cursors that people tampered with."""

import base64
import json
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvester.model import ChangeType
from harvester.ports.rows import SoftwareRow
from storage.catalogue import SqlCatalogue
from storage.serving import SqlFeed
from tests.feed.api.shelf import Client, entry, spread, store
from tests.storage import made

MOMENTS = st.integers(0, 4).map(lambda seconds: made.NOW + timedelta(seconds=seconds))


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    stays=st.lists(MOMENTS, max_size=9),
    comings=st.lists(st.lists(MOMENTS, max_size=2), max_size=4),
    size=st.integers(1, 4),
    newest=st.booleans(),
)
def test_every_entry_that_stays_is_given_once(
    catalogue: SqlCatalogue,
    client: Client,
    *,
    stays: list[object],
    comings: list[list[object]],
    size: int,
    newest: bool,
) -> None:
    """While a client pages, entries are inserted and those of the turn before deleted."""
    column = "updated_at" if newest else "first_seen_at"

    def seen(number: int, at: object) -> SoftwareRow:
        times: dict[str, Any] = {column: at}
        return entry(number, **times)

    rows = [seen(n, at) for n, at in enumerate(stays, 1)]
    numbers = iter(range(100, 200))
    left: list[SoftwareRow] = [entry(next(numbers)) for _ in range(3)]
    store(catalogue, [*rows, *left])
    waiting = iter(comings)

    def turn() -> None:
        nonlocal left
        fresh = [seen(next(numbers), at) for at in next(waiting, [])]
        store(catalogue, fresh, erased=tuple(row.id for row in left))
        left = fresh

    path, key = ("/v1/logs", "entity") if newest else ("/v1/software", "id")
    found = [
        one[key].removeprefix("/software/")
        for one in client.walk(f"{path}?page[size]={size}", turn)
    ]
    assert len(found) == len(set(found))
    assert {row.id for row in rows} <= set(found)
    staying = {row.id: getattr(row, column) for row in rows}
    order = sorted(staying, key=lambda one: (staying[one], one), reverse=newest)
    assert [one for one in found if one in staying] == order
    with catalogue.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM software")


def test_links_keep_the_filters_and_lead_back(catalogue: SqlCatalogue, client: Client) -> None:
    rows = spread(7)
    store(catalogue, rows)
    whole = [one["id"] for one in client.json("/v1/software")["data"]]
    first = client.json("/v1/software?page[size]=3&all=true&from=2020-01-01T00:00:00Z&nonsense=1")
    assert first["links"]["prev"] is None
    keys = [pair.split("=")[0] for pair in first["links"]["next"].lstrip("?").split("&")]
    assert keys == ["all", "from", "page[after]", "page[size]"]
    answer = client.get("/v1/software" + first["links"]["next"])
    second = answer.json()
    assert [one["id"] for one in second["data"]] == whole[3:6]
    assert client.json("/v1/software" + second["links"]["prev"])["data"] == first["data"]
    assert 'rel="prev"' in answer.headers["link"]
    assert "page%5Bafter%5D" in answer.headers["link"]
    assert answer.headers["x-total-count"] == "7"
    last = client.json("/v1/software" + second["links"]["next"])
    back = client.walk("/v1/software" + last["links"]["prev"], link="prev")
    assert sorted(one["id"] for one in back) == sorted(whole[:6])
    assert client.json("/v1/software" + last["links"]["prev"])["links"]["next"] is not None


def test_sizes_are_brought_within_bounds(catalogue: SqlCatalogue, feed: SqlFeed) -> None:
    store(catalogue, spread(8))
    client = Client(feed, max_page_size=5, page_size=2)
    for size, given_back in ((-1, 1), (0, 1), (3, 3), (10**9, 5)):
        assert len(client.json(f"/v1/software?page[size]={size}")["data"]) == given_back
    assert len(client.json("/v1/software")["data"]) == 2


def cursor(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


TAMPERED = [
    "x",
    "%00",
    "%FF%FE",
    "ä",
    "a" * 5000,
    cursor(1),
    cursor([1, 2]),
    cursor(["2026-03-01T12:00:00+00:00"]),
    cursor(["2026-03-01T12:00:00+00:00", "x" * 99]),
    cursor(["2026-03-01T12:00:00+00:00", 4]),
    cursor(["0001-01-01T00:00:00+14:00", "x"]),
    cursor(["nonsense", "x"]),
    cursor("[" * 3000),
]


def test_tampered_cursors_are_refused(client: Client) -> None:
    for tampered in TAMPERED:
        for name in ("page[after]", "page[before]"):
            answer = client.get(f"/v1/software?{name}={tampered}")
            assert answer.status_code == 422, tampered
            assert answer.json()["validationErrors"][0]["field"] == name


def test_a_made_up_place_is_a_place(catalogue: SqlCatalogue, client: Client) -> None:
    """Whoever makes up a good cursor gets what lies behind it, even where nothing does."""
    store(catalogue, spread(3))
    for made_up, amount in (
        (cursor(["1999-01-01T00:00:00+00:00", ""]), 3),
        (cursor(["1999-01-01T00:00:00+00:00", "\x00\ud800"]), 3),
        (cursor(["9999-12-31T00:00:00+00:00", "z"]), 0),
    ):
        page = client.json(f"/v1/software?page[after]={made_up}")
        assert len(page["data"]) == amount
    assert page["links"] == {"prev": None, "next": None}


def test_an_emptied_catalogue_ends_a_walk(catalogue: SqlCatalogue, client: Client) -> None:
    rows = spread(4)
    store(catalogue, rows)
    link = client.json("/v1/software?page[size]=2")["links"]["next"]
    store(catalogue, [], erased=tuple(row.id for row in rows), change=ChangeType.DELETED)
    assert client.json("/v1/software" + link) == {
        "data": [],
        "links": {"prev": None, "next": None},
    }
