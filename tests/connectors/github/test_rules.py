# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The pure rules: cursors, scopes, packing, errors, times, licences."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.github.blobs import blob_id
from connectors.github.cursor import Order, Position, Stream, position, unique
from connectors.github.dialect import GitHubDialect
from connectors.github.nodes import failure, spdx
from connectors.github.scope import by_visit, named
from connectors.github.streams import MOST_OWNERS, Agenda, pack
from connectors.github.times import moment
from connectors.transport.graphql import ErrorKind, GraphQLError
from harvester.ports.listing import FailureCode, Scope, ScopeKind

SINCE = datetime(2026, 3, 1, tzinfo=UTC)


def streams(*left: int) -> list[Stream]:
    return [Stream(f"o{n}", Order.CREATED, size) for n, size in enumerate(left)]


@given(st.lists(st.integers(1, 400), max_size=120), st.integers(1, 100))
def test_a_query_is_filled_and_never_over_full(sizes: list[int], room: int) -> None:
    slots = pack(streams(*sizes), room)
    total = sum(slot.first for slot in slots)
    assert all(1 <= slot.first <= 100 for slot in slots)
    assert len(slots) <= MOST_OWNERS
    if len(slots) < MOST_OWNERS:
        assert total == min(room, sum(sizes))
    assert [slot.stream.login for slot in slots] == [f"o{n}" for n in range(len(slots))]


def test_a_position_survives_its_text() -> None:
    place = Position(
        since=SINCE,
        named="a/b",
        done={"x", "y"},
        open=[Stream("Z", Order.PUSHED, 7, "after")],
        total=5,
    )
    assert position(place.text(), SINCE, anonymous=False) == place


@pytest.mark.parametrize(
    ("text", "since", "anonymous"),
    [
        (None, SINCE, False),
        ("", SINCE, False),
        ("[]", SINCE, False),
        ('{"version":2}', SINCE, False),
        (Position(since=SINCE).text(), None, False),
        (Position().text(), SINCE, False),
        (Position(since=SINCE).text(), SINCE, True),
        (Position(since=SINCE, open=[]).text().replace('"open":[]', '"open":[[1]]'), SINCE, False),
    ],
)
def test_a_text_that_means_nothing_here_is_the_beginning(
    text: str | None, since: datetime | None, anonymous: bool
) -> None:
    assert position(text, since, anonymous=anonymous) == Position(since=since, anonymous=anonymous)


def test_a_resumed_listing_looks_as_far_back_as_it_was_begun() -> None:
    later = SINCE.replace(day=9)
    assert position(Position(since=SINCE).text(), later, anonymous=False).since == SINCE


def test_an_agenda_drops_what_is_no_longer_in_its_scope() -> None:
    place = Position(done={"a"}, open=[Stream("B", Order.CREATED, 1, "x"), *streams(1)])
    agenda = Agenda(["A", "b", "c"], place)
    assert [s.login for s in agenda.streams] == ["B"]
    assert agenda.unasked() == ["c"]
    assert (agenda.owners_left, agenda.is_over(), agenda.total) == (2, False, None)


def test_an_owner_that_has_grown_is_not_read_one_by_one() -> None:
    agenda = Agenda(["a"], Position(open=[Stream("a", Order.CREATED, 150)]))
    asked = []
    for _ in range(5):
        (slot,) = pack(agenda.streams, 100)
        asked.append(slot.first)
        agenda.went_on(slot, f"after {sum(asked)}")
    assert asked == [100, 50, 100, 100, 100]


def test_scopes_are_sorted_out() -> None:
    found = named(Scope(ScopeKind.ADDRESSES, ("b/x/", "A", "a", "B/y/tree", "b/X")), "s")
    assert found.owners == ("A",)
    assert found.repositories == ("b/x", "B/y")
    assert unique(["A", "b", "a"]) == ["A", "b"]


def test_the_unvisited_come_first_then_the_longest_ago() -> None:
    recent = {"A": SINCE, "b": SINCE.replace(year=2020)}
    assert by_visit(("a", "b", "c", "d"), recent) == ["c", "d", "b", "a"]


@pytest.mark.parametrize(
    ("kind", "message", "path", "meaning"),
    [
        ("NOT_FOUND", "Could not resolve", ("r0",), ErrorKind.PARTIAL),
        ("FORBIDDEN", "SAML", ("r0",), ErrorKind.PARTIAL),
        ("RESOURCE_LIMITS_EXCEEDED", "Resource limits", ("r0",), ErrorKind.TOO_MUCH),
        ("MAX_NODE_LIMIT_EXCEEDED", "too many", (), ErrorKind.TOO_MUCH),
        (None, "Something went wrong while executing your query.", (), ErrorKind.TOO_MUCH),
        ("TIMEOUT", "The field took too long", ("owner_3", "repositories"), ErrorKind.TOO_MUCH),
        ("TIMEOUT", "The query took too long", (), ErrorKind.TOO_MUCH),
        (None, "Parse error", (), ErrorKind.REFUSED),
    ],
)
def test_what_errors_mean(
    kind: str | None, message: str, path: tuple[str, ...], meaning: ErrorKind
) -> None:
    error = GraphQLError(message=message, type=kind, path=path, extensions={})
    assert GitHubDialect().kind_of(error) is meaning


def test_costs() -> None:
    told = {"cost": 2, "limit": 5000, "remaining": 7, "resetAt": "2026-03-01T00:00:00Z"}
    cost = GitHubDialect().cost_of({"rateLimit": told})
    assert cost is not None
    assert (cost.points, cost.remaining, cost.reset_at) == (2, 7, SINCE)
    assert GitHubDialect().cost_of({"rateLimit": None}) is None


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("NOT_FOUND", FailureCode.NOT_FOUND),
        ("FORBIDDEN", FailureCode.FORBIDDEN),
        ("SERVICE_UNAVAILABLE", FailureCode.UNREADABLE),
    ],
)
def test_failures(kind: str, code: FailureCode) -> None:
    error = GraphQLError(message="why", type=kind, extensions={})
    made = failure("https://github.com/a", [error], "7")
    assert (made.code, made.forge_id) == (code, "7")
    assert "why" in made.message
    assert failure("x", []).code is FailureCode.UNREADABLE


def test_small_readers() -> None:
    assert moment("2026-03-01T01:00:00+01:00") == SINCE
    assert moment("yesterday") is None
    assert moment(None) is None
    assert [spdx(t) for t in ("EUPL-1.2", "NOASSERTION", None, 7)] == ["EUPL-1.2", None, None, None]
    assert blob_id(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
