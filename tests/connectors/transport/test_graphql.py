# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The GraphQL client against a server that is wrong in every documented way."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from connectors.transport.graphql import (
    Answer,
    Cost,
    Dialect,
    Document,
    ErrorKind,
    GraphQL,
    GraphQLError,
    ItemUnreadableError,
    TooComplexError,
)
from harvester.model import JsonObject
from harvester.ports.errors import (
    BudgetExhaustedError,
    ForbiddenError,
    ServerError,
    TooLargeError,
    UnauthorisedError,
    UnexpectedAnswerError,
    UnreachableError,
)
from tests.connectors.transport.support import (
    START,
    Got,
    Reply,
    Surroundings,
    answer,
    html,
    in_turn,
    packed,
    serving,
)

pytestmark = pytest.mark.anyio

ITEMS = Document("items.graphql", "query Items($first: Int!) {\n items(first: $first)\n}")
PLAIN = Document("plain.graphql", "query Plain { viewer }")
OLD = Document(
    "old.graphql",
    """query Old($group: ID!
  $archived: Boolean  # optional
) {
  projects(
    group: $group
    archived: $archived  # optional
  ) {
    id
    count  # optional
    languages { name }  # optional
  }
}""",
)
TIMEOUT = "Something went wrong while executing your query"
_FORGE_FAILED = (TIMEOUT, "Internal server error")


class PlainDialect:
    """A forge that says plainly what it means."""

    def kind_of(self, error: GraphQLError) -> ErrorKind:
        if "exceeds max complexity" in error.message:
            return ErrorKind.TOO_COMPLEX
        if error.type == "RESOURCE_LIMITS_EXCEEDED" or error.message in _FORGE_FAILED:
            return ErrorKind.TOO_MUCH
        return ErrorKind.PARTIAL if error.path else ErrorKind.REFUSED

    def cost_of(self, data: JsonObject) -> Cost | None:
        if "rateLimit" in data:
            told = data["rateLimit"]
            return Cost(
                points=told["cost"],
                limit=told["limit"],
                remaining=told["remaining"],
                reset_at=datetime.fromisoformat(told["resetAt"]),
            )
        if "queryComplexity" in data:
            told = data["queryComplexity"]
            return Cost(complexity=told["score"], complexity_limit=told["limit"])
        return None


DIALECT: Dialect = PlainDialect()


def error(message: str, **more: Any) -> Reply:
    return answer({"data": None, "errors": [{"message": message, **more}]})


def size_of(got: Got) -> int:
    size = got.json()["variables"]["first"]
    assert isinstance(size, int)
    return size


def bearing(most: int, otherwise: Callable[[Got], Reply]) -> Callable[[Got], Reply]:
    """A forge that can bear pages of at most so many items."""

    def handle(got: Got) -> Reply:
        size = size_of(got)
        return answer({"data": {"items": size}}) if size <= most else otherwise(got)

    return handle


TOO_MUCH: list[tuple[str, Callable[[Got], Reply]]] = [
    ("502", lambda _: html(502)),
    ("504", lambda _: html(504)),
    ("a time-out in a 200", lambda _: error(TIMEOUT)),
    (
        "resource limits, with partial data",
        lambda _: answer(
            {
                "data": {"items": None},
                "errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "path": ["items"], "message": "x"}],
            }
        ),
    ),
    (
        "complexity",
        lambda _: answer(
            {
                "errors": [
                    {"message": "Query has complexity of 301, which exceeds max complexity of 300"}
                ]
            }
        ),
    ),
    (
        "an internal error",
        lambda _: answer({"errors": [{"message": "Internal server error"}]}),
    ),
    ("over-size", lambda _: packed(b" " * 100_000)),
    ("slow", lambda _: Reply(body=b"{" * 1000, drip=0.02)),
]


@pytest.mark.parametrize("wrong", [t[1] for t in TOO_MUCH], ids=[t[0] for t in TOO_MUCH])
async def test_a_page_that_is_too_much_is_halved(
    around: Surroundings, wrong: Callable[[Got], Reply]
) -> None:
    async with (
        serving(bearing(30, wrong)) as server,
        around.chain(server.url, max_body=50_000, timeout=0.1) as chain,
    ):
        graphql = GraphQL(chain, server.url, DIALECT)
        page = await graphql.page(ITEMS, lambda n: {"first": n})
        again = await graphql.page(ITEMS, lambda n: {"first": n})
    assert page.size == again.size == page.data["items"] == 25
    assert [size_of(got) for got in server.got] == [100, 50, 25, 25], "once each, and remembered"


async def test_the_size_is_remembered_for_the_host_and_the_document(around: Surroundings) -> None:
    other = Document("other.graphql", ITEMS.text)
    async with serving(bearing(50, lambda _: html(502))) as server:
        async with around.chain(server.url) as chain:
            await GraphQL(chain, server.url, DIALECT).page(ITEMS, lambda n: {"first": n})
        async with around.chain(server.url) as chain:
            graphql = GraphQL(chain, server.url, DIALECT)
            assert graphql.page_size(ITEMS) == 50
            assert graphql.page_size(other) == 100


async def test_a_page_is_no_larger_than_asked_for(around: Surroundings) -> None:
    async with (
        serving(bearing(100, lambda _: html(502))) as server,
        around.chain(server.url) as chain,
    ):
        page = await GraphQL(chain, server.url, DIALECT).page(ITEMS, lambda n: {"first": n}, most=7)
    assert page.size == 7


async def test_the_one_item_that_breaks_its_page_is_named_unreadable(around: Surroundings) -> None:
    async with (
        serving(bearing(0, lambda _: html(502))) as server,
        around.chain(server.url, attempts=2) as chain,
    ):
        graphql = GraphQL(chain, server.url, DIALECT)
        with pytest.raises(ItemUnreadableError, match=r"items\.graphql"):
            await graphql.page(ITEMS, lambda n: {"first": n})
    assert [size_of(got) for got in server.got] == [100, 50, 25, 12, 6, 3, 1, 1]


async def test_after_an_item_was_passed_over_the_next_are_read(around: Surroundings) -> None:
    bad = True

    def handle(got: Got) -> Reply:
        return error(TIMEOUT) if bad else answer({"data": {"items": size_of(got)}})

    async with serving(handle) as server, around.chain(server.url) as chain:
        graphql = GraphQL(chain, server.url, DIALECT)
        for _ in range(4):
            bad = True
            with pytest.raises(ItemUnreadableError):
                await graphql.page(ITEMS, lambda n: {"first": n})
            bad = False
            assert (await graphql.page(ITEMS, lambda n: {"first": n})).size == 100


async def test_a_document_that_depends_on_the_size_is_made_for_each(around: Surroundings) -> None:
    def sized(size: int) -> Document:
        return Document("sized.graphql", f"query S($first: Int!) {{ n{size}(first: $first) }}")

    async with (
        serving(bearing(30, lambda _: html(502))) as server,
        around.chain(server.url) as chain,
    ):
        await GraphQL(chain, server.url, DIALECT).page(sized, lambda n: {"first": n})
    asked = [got.json()["query"].split()[-3] for got in server.got]
    assert asked == ["n100(first:", "n50(first:", "n25(first:"]


async def test_several_unreadable_items_in_a_row_are_a_broken_forge(around: Surroundings) -> None:
    async with serving(in_turn(error(TIMEOUT))) as server, around.chain(server.url) as chain:
        graphql = GraphQL(chain, server.url, DIALECT)
        for _ in range(2):
            with pytest.raises(ItemUnreadableError):
                await graphql.page(ITEMS, lambda n: {"first": n})
        with pytest.raises(ServerError, match="3 single items"):
            await graphql.page(ITEMS, lambda n: {"first": n})


async def test_a_forge_that_is_down_is_no_matter_of_size(around: Surroundings) -> None:
    async with serving(in_turn(answer({}))) as server:
        url = server.url
    async with around.chain(url, attempts=2) as chain:
        with pytest.raises(UnreachableError):
            await GraphQL(chain, url, DIALECT).page(ITEMS, lambda n: {"first": n})
    assert len(around.clock.slept) == 1


async def test_what_is_too_complex_at_any_size_is_told_apart(around: Surroundings) -> None:
    complex_ = error("Query has complexity of 346, which exceeds max complexity of 250")
    async with serving(in_turn(complex_)) as server, around.chain(server.url) as chain:
        graphql = GraphQL(chain, server.url, DIALECT)
        with pytest.raises(TooComplexError, match="346"):
            await graphql.page(ITEMS, lambda n: {"first": n})
        with pytest.raises(TooComplexError):
            await graphql.execute(PLAIN)
    assert around.clock.slept == [], "a smaller page of it is no burden to wait for"


# --- data and errors --------------------------------------------------------------------------


async def test_partial_data_is_kept_and_errors_know_their_place(around: Surroundings) -> None:
    partial = answer(
        {
            "data": {"a": {"id": 1}, "b": None, "c": {"file": None}},
            "errors": [
                {"type": "NOT_FOUND", "path": ["b"], "message": "Could not resolve"},
                {"path": ["c", "file"], "message": "Gitaly is away"},
            ],
        }
    )
    async with serving(in_turn(partial)) as server, around.chain(server.url) as chain:
        got = await GraphQL(chain, server.url, DIALECT).execute(PLAIN)
    assert got.data["a"] == {"id": 1}
    assert [e.type for e in got.errors_at("b")] == ["NOT_FOUND"]
    assert got.errors_at("b", "id"), "an error above"
    assert got.errors_at("c"), "an error below"
    assert got.errors_at("c", "file")
    assert got.errors_at("a") == ()
    assert got.errors_at("c", "name") == ()


async def test_variables_go_along_and_unused_ones_do_not(around: Surroundings) -> None:
    good = answer({"data": {}})
    async with serving(in_turn(good)) as server, around.chain(server.url, token="t") as chain:
        await GraphQL(chain, server.url, DIALECT).execute(ITEMS, {"first": 3, "else": 4})
        spent = chain.spent()
    (got,) = server.got
    assert got.json() == {"query": ITEMS.without(frozenset()), "variables": {"first": 3}}
    assert got.headers["content-type"] == "application/json"
    assert (spent.graphql, spent.rest) == (1, 0)


@pytest.mark.parametrize(
    ("reply", "expected", "words"),
    [
        (error("Parse error on line 1"), UnexpectedAnswerError, "Parse error"),
        (answer({"data": None}), UnexpectedAnswerError, "neither data nor"),
        (answer([]), UnexpectedAnswerError, "not GraphQL's"),
        (html(), UnexpectedAnswerError, "HTML"),
        (answer({"message": "Bad credentials"}, 401), UnauthorisedError, "Bad credentials"),
        (answer({"message": "no"}, 403), ForbiddenError, "403"),
        (answer({"data": None, "errors": [{"path": ["a"]}]}), UnexpectedAnswerError, "no reason"),
    ],
)
async def test_a_refusal_is_an_error(
    around: Surroundings, reply: Reply, expected: type[Exception], words: str
) -> None:
    async with serving(in_turn(reply)) as server, around.chain(server.url) as chain:
        graphql = GraphQL(chain, server.url, DIALECT)
        with pytest.raises(expected, match=words):
            await graphql.execute(PLAIN)
        with pytest.raises(expected):
            await graphql.page(ITEMS, lambda n: {"first": n})


async def test_a_query_without_pages_is_tried_again(around: Surroundings) -> None:
    replies = in_turn(error(TIMEOUT), answer({"data": {"viewer": 1}}))
    async with serving(replies) as server, around.chain(server.url) as chain:
        got = await GraphQL(chain, server.url, DIALECT).execute(PLAIN)
    assert got.data == {"viewer": 1}
    async with serving(in_turn(error(TIMEOUT))) as server, around.chain(server.url) as chain:
        with pytest.raises(ServerError, match="3 times"):
            await GraphQL(chain, server.url, DIALECT).execute(PLAIN)
    assert len(server.got) == 3


@pytest.mark.parametrize(
    ("reply", "expected", "sent"),
    [
        (html(502), ServerError, 4),
        (packed(b" " * 100_000), TooLargeError, 1),
        (Reply(body=b"{" * 1000, drip=0.02), UnreachableError, 4),
    ],
)
async def test_a_query_without_pages_is_sent_by_the_chain_as_often_as_ever(
    around: Surroundings, reply: Reply, expected: type[Exception], sent: int
) -> None:
    async with (
        serving(in_turn(reply)) as server,
        around.chain(server.url, max_body=50_000, timeout=0.1, attempts=4) as chain,
    ):
        with pytest.raises(expected):
            await GraphQL(chain, server.url, DIALECT).execute(PLAIN)
    assert len(server.got) == sent


# --- limits and costs -------------------------------------------------------------------------


def rate(**more: Any) -> Reply:
    reset = (START + timedelta(hours=1)).isoformat()
    limits = {"cost": 2, "limit": 5000, "remaining": 4998, "resetAt": reset, **more}
    return answer({"data": {"rateLimit": limits, "viewer": 1}})


async def test_points_are_counted_and_the_ledger_learns(around: Surroundings) -> None:
    async with serving(in_turn(rate())) as server, around.chain(server.url) as chain:
        graphql = GraphQL(chain, server.url, DIALECT)
        await graphql.execute(PLAIN)
        await graphql.execute(PLAIN)
        spent = chain.spent()
    assert (spent.points, spent.budget_left) == (4, 4998)
    (kept,) = around.budgets.kept.values()
    assert (kept.resource, kept.remaining) == ("graphql", 4998)


async def test_the_last_points_still_bring_good_data(around: Surroundings) -> None:
    async with serving(in_turn(rate(remaining=0))) as server, around.chain(server.url) as chain:
        graphql = GraphQL(chain, server.url, DIALECT)
        assert (await graphql.execute(PLAIN)).data["viewer"] == 1
        with pytest.raises(BudgetExhaustedError) as caught:
            await graphql.execute(PLAIN)
    assert caught.value.not_before == START + timedelta(hours=1)
    assert len(server.got) == 1


@pytest.mark.parametrize("off", [timedelta(days=-1), timedelta(days=1)])
async def test_a_reset_by_a_clock_that_is_a_day_off_is_moved_to_ours(
    around: Surroundings, off: timedelta
) -> None:
    theirs = START + off
    told = rate(remaining=0, resetAt=(theirs + timedelta(hours=1)).isoformat())
    date = {"date": format_datetime(theirs, usegmt=True)}
    reply = replace(told, headers={**told.headers, **date})
    async with serving(in_turn(reply)) as server, around.chain(server.url) as chain:
        graphql = GraphQL(chain, server.url, DIALECT)
        await graphql.execute(PLAIN)
        with pytest.raises(BudgetExhaustedError) as caught:
            await graphql.execute(PLAIN)
    assert caught.value.not_before == START + timedelta(hours=1)


async def test_a_limit_in_a_200_ends_the_crawl_and_is_kept(around: Surroundings) -> None:
    reset = str(int((START + timedelta(minutes=40)).timestamp()))
    limited = Reply(
        headers={
            "content-type": "application/json",
            "x-ratelimit-limit": "5000",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": reset,
            "x-ratelimit-resource": "graphql",
        },
        body=json.dumps({"errors": [{"type": "RATE_LIMITED", "message": "x"}]}).encode(),
    )
    async with serving(in_turn(limited)) as server, around.chain(server.url) as chain:
        with pytest.raises(BudgetExhaustedError):
            await GraphQL(chain, server.url, DIALECT).page(ITEMS, lambda n: {"first": n})
        assert GraphQL(chain, server.url, DIALECT).page_size(ITEMS) == 100
    (kept,) = around.budgets.kept.values()
    assert kept.not_before == START + timedelta(minutes=40)


async def test_complexity_is_recorded(around: Surroundings) -> None:
    def told(score: int) -> Reply:
        return answer({"data": {"queryComplexity": {"score": score, "limit": 250}}})

    async with serving(in_turn(told(139), told(62))) as server, around.chain(server.url) as chain:
        graphql = GraphQL(chain, server.url, DIALECT)
        await graphql.execute(PLAIN)
        await graphql.execute(PLAIN)
        assert graphql.complexity == (139, 250)
        assert chain.spent().points == 0


# --- old forges -------------------------------------------------------------------------------


def old_forge(got: Got) -> Reply:
    """Knows neither ``count`` nor the argument ``archived``; tells of one kind at a time."""
    query = got.json()["query"]
    lines = query.split("\n")
    if "count" in query:
        line = next(n for n, text in enumerate(lines, 1) if text == "count")
        return answer(
            {
                "errors": [
                    {
                        "message": "Field 'count' doesn't exist on type 'ProjectConnection'",
                        "locations": [{"line": line, "column": 5}],
                        "path": ["query Old", "projects", "count"],
                        "extensions": {
                            "code": "undefinedField",
                            "typeName": "ProjectConnection",
                            "fieldName": "count",
                        },
                    }
                ]
            }
        )
    if "archived" in query:
        return answer(
            {
                "errors": [
                    {
                        "message": "Field 'projects' doesn't accept argument 'archived'",
                        "path": ["query Old", "projects", "archived"],
                        "extensions": {
                            "code": "argumentNotAccepted",
                            "name": "projects",
                            "typeName": "Field",
                            "argumentName": "archived",
                        },
                    }
                ]
            }
        )
    return answer({"data": {"projects": {"id": 1}}})


async def test_an_old_forge_is_asked_for_less_and_that_is_remembered(around: Surroundings) -> None:
    variables = {"group": "g", "archived": True}
    async with serving(old_forge) as server:
        async with around.chain(server.url) as chain:
            got = await GraphQL(chain, server.url, DIALECT).execute(OLD, variables)
            assert got.data == {"projects": {"id": 1}}
            assert len(server.got) == 3
        async with around.chain(server.url) as chain:
            await GraphQL(chain, server.url, DIALECT).execute(OLD, variables)
            assert len(server.got) == 4
        last = server.got[-1].json()
    assert last["variables"] == {"group": "g"}
    assert "languages" in last["query"]


async def test_what_is_needed_and_unknown_is_an_error(around: Surroundings) -> None:
    refused = error(
        "Field 'id' doesn't exist on type 'Project'",
        extensions={"code": "undefinedField", "typeName": "Project", "fieldName": "id"},
    )
    async with serving(in_turn(refused)) as server, around.chain(server.url) as chain:
        with pytest.raises(UnexpectedAnswerError, match="Field 'id'"):
            await GraphQL(chain, server.url, DIALECT).execute(OLD, {"group": "g"})
    assert len(server.got) == 1


async def test_a_forge_that_never_has_enough_does_not_go_on_for_ever(around: Surroundings) -> None:
    refused = error(
        "?", extensions={"code": "undefinedField", "typeName": "P", "fieldName": "count"}
    )
    async with serving(in_turn(refused)) as server, around.chain(server.url) as chain:
        with pytest.raises(UnexpectedAnswerError):
            await GraphQL(chain, server.url, DIALECT).execute(OLD, {"group": "g"})
    assert len(server.got) == 2


def test_an_answer_without_errors_has_none_anywhere() -> None:
    assert Answer(data={}).errors_at("x") == ()
    at_all = GraphQLError(message="m", extensions={})
    assert Answer(data={}, errors=(at_all,)).errors_at("x") == (at_all,)
