# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What goes wrong, and what is still read."""

import json
from datetime import timedelta
from typing import Any

import pytest

from harvester.model import Unknown
from harvester.ports.errors import (
    BudgetExhaustedError,
    ServerError,
    UnauthorisedError,
    UnexpectedAnswerError,
    UnreachableError,
)
from harvester.ports.listing import FailureCode, Found, Listing, Missing, Private, Scope
from tests.connectors.gitlab.support import (
    EVERYWHERE,
    URL,
    Make,
    Visit,
    failures,
    files_of,
    filled,
    owners,
    paths,
    repositories,
    sightings,
    winner,
)
from tests.forges.faults import Answer, Call, Cut, Drop, Hang, Predicate, html
from tests.forges.limits import Limit
from tests.forges.world import Visibility, World

pytestmark = pytest.mark.anyio


@pytest.fixture
def peopled(world: World) -> World:
    filled(world, "bund", 25, every=2)
    filled(world, "bund/amt", 5)
    filled(world, "mona", 3)
    return world


# --- owners and projects --------------------------------------------------------------------


async def test_an_unknown_owner_stops_nobody(peopled: World, visit: Visit) -> None:
    pages = await visit.pages(owners("nobody", "mona"))
    assert len(paths(pages)) == 3
    [failure] = failures(pages)
    assert (failure.subject, failure.code) == (f"{URL}/nobody", FailureCode.NOT_FOUND)
    assert "Check the spelling" in failure.message
    assert [page.owners_left for page in pages] == [1, 0]


async def test_a_private_group_is_not_found(peopled: World, visit: Visit) -> None:
    peopled.group("geheim", visibility=Visibility.PRIVATE)
    [failure] = failures(await visit.pages(owners("geheim")))
    assert failure.code is FailureCode.NOT_FOUND


async def test_an_unknown_project_stops_nobody(peopled: World, visit: Visit) -> None:
    pages = await visit.pages(repositories("mona/nothing", "mona/p0"))
    assert paths(pages) == ["mona/p0"]
    assert [failure.subject for failure in failures(pages)] == [f"{URL}/mona/nothing"]
    assert visit.forge.kinds == {"graphql": 1, "rest": 1}


@pytest.mark.parametrize("scope", [EVERYWHERE, owners("bund", "mona")])
async def test_a_project_that_breaks_its_page_is_passed_over(
    peopled: World, visit: Visit, scope: Scope
) -> None:
    bad = peopled.find("bund/p7")
    assert bad is not None
    visit.forge.break_project(bad)
    pages = await visit.pages(scope)
    assert set(paths(pages)) == {r.path for r in peopled.repositories} - {"bund/p7"}
    [failure] = failures(pages)
    assert (failure.subject, failure.forge_id) == (f"{URL}/bund/p7", str(bad.id))
    assert failure.code is FailureCode.UNREADABLE
    assert len(files_of(pages)) == 21


async def test_a_project_that_breaks_its_page_but_is_not_public(
    peopled: World, visit: Visit
) -> None:
    bad = peopled.find("bund/p7")
    assert bad is not None
    peopled.show_to(bad, Visibility.INTERNAL)
    visit.forge.break_project(bad)
    pages = await visit.pages(owners("bund"), token="good")
    assert failures(pages) == []
    assert sum(page.skipped for page in pages) == 1
    assert len(paths(pages)) == 29


async def test_projects_that_break_what_is_asked_by_path_or_id(
    peopled: World, visit: Visit
) -> None:
    bad = peopled.find("mona/p1")
    assert bad is not None
    probes = sightings(await visit.pages(owners("mona"), contents=False))
    visit.forge.break_project(bad)
    pages = await visit.pages(repositories("mona/p0", "mona/p1", "mona/p2"))
    assert sorted(paths(pages)) == ["mona/p0", "mona/p2"]
    assert [failure.subject for failure in failures(pages)] == [f"{URL}/mona/p1"]
    async with visit.open() as connector:
        read = await connector.read(probes)
        found = await connector.look_up([str(bad.id)])
    unread = [s.files[0].unread is not None for s in read if isinstance(s.files, tuple)]
    assert unread == [s.repository.path == "mona/p1" for s in read]
    assert isinstance(found[str(bad.id)], Unknown)


@pytest.mark.parametrize("cursor", [None, "again"])
@pytest.mark.parametrize("scope", [EVERYWHERE, owners("bund")])
async def test_a_listing_that_does_not_say_where_it_goes_on_is_not_whole(
    peopled: World, visit: Visit, cursor: str | None, scope: Scope
) -> None:
    page = {"pageInfo": {"hasNextPage": True, "endCursor": cursor}, "nodes": []}
    body = json.dumps({"data": {"projects": page, "group": {"projects": page}}})
    visit.forge.faults.plan(Answer(status=200, body=body.encode()), times=3)
    pages = await visit.pages(scope)
    assert [failure.code for failure in failures(pages)] == [FailureCode.UNREADABLE]
    assert pages[-1].cursor is None
    assert visit.forge.kinds["graphql"] <= 2


# --- pages that are too much ----------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        html(502, b"<html>Bad Gateway</html>"),
        html(504),
        Answer(status=200, body=b'{"errors":[{"message":"Request timed out"}]}'),
        Answer(status=200, body=b'{"errors":[{"message":"Internal server error"}]}'),
        Answer(
            status=200,
            body=b'{"data":{"projects":null},"errors":[{"message":"Timeout on Query.projects",'
            b'"path":["projects"]}]}',
        ),
    ],
)
async def test_a_page_that_is_too_much_is_halved(
    peopled: World, visit: Visit, fault: Answer
) -> None:
    visit.forge.faults.plan(fault, times=2)
    pages = await visit.pages()
    assert [len(page.sightings) for page in pages] == [25, 8]
    assert failures(pages) == []


@pytest.mark.parametrize(
    ("status", "message"),
    [(500, "Internal server error"), (503, "Request timed out. Please try a smaller set.")],
)
async def test_a_page_that_fails_inside_gitlab_is_halved(
    peopled: World, visit: Visit, status: int, message: str
) -> None:
    body = b'{"errors":[{"message":"%s"}]}' % message.encode()
    tries = 2 if status == 500 else 3
    visit.forge.faults.plan(Answer(status=status, body=body), times=tries)
    pages = await visit.pages(attempts=3)
    assert [len(page.sightings) for page in pages] == [33]
    assert failures(pages) == []
    assert not visit.forge.kinds.get("rest")


async def test_a_body_over_the_limit_is_halved(peopled: World, visit: Visit) -> None:
    pages = await visit.pages(max_body=9_000)
    assert len(paths(pages)) == 33
    assert len(pages) > 2


@pytest.mark.parametrize("complexity", [80, 70, 50])
async def test_a_lower_limit_of_complexity_takes_smaller_pages(
    peopled: World, make: Make, complexity: int
) -> None:
    visit = make(complexity=complexity)
    pages = await visit.pages()
    assert len(set(paths(pages))) == 33
    assert visit.forge.requests("rest") == 0
    assert max(len(page.sightings) for page in pages) < 100


async def test_a_limit_that_no_query_meets_leads_to_rest(peopled: World, make: Make) -> None:
    visit = make(complexity=20)
    pages = await visit.pages()
    assert len(set(paths(pages))) == 33
    assert visit.forge.requests("rest") == 2


async def test_releases_that_score_two_files_too_high(peopled: World, make: Make) -> None:
    peopled.create("mona/yaml", {"publiccode.yaml": "a: 1\n"})
    peopled.create("mona/none", {})
    visit = make(dear_blobs=True)
    pages = await visit.pages()
    found = {s.repository.path: s.files for s in sightings(pages)}
    assert len(found) == 35
    yaml = next(s for s in sightings(pages) if s.repository.path == "mona/yaml")
    assert (winner(yaml).path, winner(yaml).content) == ("publiccode.yaml", b"a: 1\n")
    assert found["mona/none"] == ()
    assert len(files_of(pages)) == 22
    assert visit.forge.kinds.keys() == {"graphql"}


async def test_what_vanishes_between_the_two_files_is_unknown(peopled: World, make: Make) -> None:
    gone = peopled.create("mona/none", {})
    visit = make(dear_blobs=True)
    visit.forge.faults.plan(
        Call(lambda: peopled.delete(gone)), when=lambda request: b"query Ids" in request.body
    )
    files = {s.repository.path: s.files for s in sightings(await visit.pages())}
    assert isinstance(files["mona/none"], Unknown)


# --- the forge as a whole -------------------------------------------------------------------


async def test_a_wrong_token_ends_the_crawl(peopled: World, visit: Visit) -> None:
    with pytest.raises(UnauthorisedError, match="refused the token"):
        await visit.pages(token="bad")
    assert visit.forge.requests() == 1


async def test_a_forge_that_is_down(peopled: World, visit: Visit) -> None:
    visit.forge.faults.plan(Answer(status=503), times=99)
    with pytest.raises(ServerError):
        await visit.pages()


@pytest.mark.parametrize("fault", [Drop(), Cut(5)])
async def test_a_connection_that_breaks_is_tried_again(
    peopled: World, visit: Visit, fault: Drop | Cut
) -> None:
    visit.forge.faults.on(1, fault)
    assert len(paths(await visit.pages())) == 33
    assert visit.forge.kinds == {"graphql": 2}


@pytest.mark.parametrize("fault", [Drop(), Cut(5)])
async def test_a_connection_that_stays_broken_is_no_reason_for_rest(
    peopled: World, visit: Visit, fault: Drop | Cut
) -> None:
    visit.forge.faults.plan(fault, times=99)
    with pytest.raises((UnreachableError, UnexpectedAnswerError)):
        await visit.pages(attempts=2)
    assert visit.forge.requests("rest") == 0


async def test_a_forge_that_hangs_is_asked_for_less(peopled: World, visit: Visit) -> None:
    visit.forge.faults.on(1, Hang())
    pages = await visit.pages(timeout=0.5)
    assert len(paths(pages)) == 33
    assert visit.forge.requests() == 2


async def test_a_limit_is_waited_for(peopled: World, make: Make) -> None:
    visit = make(limits={"graphql": Limit(1, timedelta(minutes=1))})
    pages = await visit.pages(owners("bund", "mona"))
    assert len(paths(pages)) == 33
    assert sum(visit.forge.clock.slept) >= 60


async def test_a_limit_that_is_too_long_ends_the_crawl(peopled: World, make: Make) -> None:
    visit = make(limits={"graphql": Limit(1, timedelta(hours=2))})
    with pytest.raises(BudgetExhaustedError) as caught:
        await visit.pages(owners("bund", "mona"))
    assert caught.value.not_before > peopled.clock.now() + timedelta(hours=1)


# --- look-ups -------------------------------------------------------------------------------


@pytest.mark.parametrize("graphql", [True, False])
@pytest.mark.parametrize("token", [None, "good"])
async def test_look_ups_as_an_anonymous_visitor(
    peopled: World, visit: Visit, graphql: bool, token: str | None
) -> None:
    if not graphql:
        visit.forge.refuse_graphql(html(404))
    there, moved, gone, hidden = (peopled.create(f"mona/{name}", {}) for name in "abcd")
    peopled.rename(moved, "neu")
    peopled.delete(gone)
    peopled.show_to(hidden, Visibility.PRIVATE)
    ids = [str(r.id) for r in (there, moved, gone, hidden)]
    async with visit.open(token=token) as connector:
        answers = await connector.look_up(ids)
    assert list(answers) == ids
    kinds = [type(answer) for answer in answers.values()]
    assert kinds == [Found, Found, Missing, Private if token else Missing]
    found = answers[ids[1]]
    assert isinstance(found, Found)
    assert found.sighting.repository.path == "mona/neu"


@pytest.mark.parametrize("graphql", [True, False])
@pytest.mark.parametrize("token", [None, "good"])
async def test_paths_are_resolved_also_old_ones(
    peopled: World, visit: Visit, graphql: bool, token: str | None
) -> None:
    if not graphql:
        visit.forge.refuse_graphql(html(404))
    there, renamed, taken, hidden = (peopled.create(f"mona/{name}", {}) for name in "abcd")
    peopled.rename(renamed, "neu")
    peopled.rename(taken, "weg")
    peopled.show_to(hidden, Visibility.PRIVATE)
    again = peopled.create("mona/C", {})
    paths = ["Mona/A", "mona/b", "mona/c", "mona/d", "mona/nie", "mona", "4711"]
    async with visit.open(token=token) as connector:
        answers = await connector.resolve(paths)
    found = [str(one.id) for one in (there, renamed, again)]
    assert answers == dict(zip(paths, [*found, None, None, None, None], strict=True))


async def test_paths_that_projects_have_cost_a_request_for_fifty(
    peopled: World, visit: Visit
) -> None:
    made = [peopled.create(f"mona/many{number}", {}) for number in range(60)]
    async with visit.open() as connector:
        answers = await connector.resolve([one.path for one in made])
    assert answers == {one.path: str(one.id) for one in made}
    assert visit.forge.kinds == {"graphql": 2}


@pytest.mark.parametrize("fault", [Answer(status=500), html(404), Answer(status=403)])
async def test_what_a_path_leads_to_is_unknown_while_the_forge_is_ill(
    peopled: World, visit: Visit, fault: Answer
) -> None:
    visit.forge.faults.plan(fault, times=99)
    async with visit.open() as connector:
        answers = await connector.resolve(["mona/a", "mona/b"])
    assert [type(answer) for answer in answers.values()] == [Unknown, Unknown]


async def test_look_ups_of_many(peopled: World, visit: Visit) -> None:
    ids = [str(r.id) for r in peopled.repositories] + [str(n) for n in range(9000, 9200)]
    async with visit.open() as connector:
        answers = await connector.look_up(ids)
    assert visit.forge.kinds == {"graphql": 3}
    assert sum(isinstance(answer, Found) for answer in answers.values()) == 33
    assert sum(isinstance(answer, Missing) for answer in answers.values()) == 200


@pytest.mark.parametrize(
    "fault",
    [
        Answer(status=500),
        Answer(
            status=200,
            body=b'{"data":{"projects":{"nodes":[null]}},'
            b'"errors":[{"message":"lost","path":["projects","nodes",0]}]}',
        ),
        Answer(
            status=200,
            body=b'{"data":{"projects":null},"errors":[{"message":"x","path":["projects"]}]}',
        ),
    ],
)
async def test_a_look_up_that_fails_is_unknown(peopled: World, visit: Visit, fault: Answer) -> None:
    visit.forge.faults.plan(fault, times=99)
    async with visit.open() as connector:
        answers = await connector.look_up(["104", "999999"])
    assert [type(answer) for answer in answers.values()] == [Unknown, Unknown]


async def test_a_nameless_error_is_a_failure_of_the_page(peopled: World, visit: Visit) -> None:
    body = (
        b'{"data":{"projects":{"pageInfo":{"hasNextPage":false,"endCursor":null},"nodes":[null]}},'
        b'"errors":[{"message":"lost","path":["projects","nodes",0]}]}'
    )
    visit.forge.faults.on(1, Answer(status=200, body=body))
    [failure] = failures(await visit.pages())
    assert failure.code is FailureCode.UNREADABLE
    assert "lost" in failure.message


async def test_a_group_that_cannot_be_listed_stops_nobody(peopled: World, visit: Visit) -> None:
    body = (
        b'{"data":{"group":{"projects":null}},'
        b'"errors":[{"message":"boom","path":["group","projects"]}]}'
    )
    visit.forge.faults.on(1, Answer(status=200, body=body))
    pages = await visit.pages(owners("bund", "mona"))
    assert len(paths(pages)) == 3
    [failure] = failures(pages)
    assert failure.code is FailureCode.UNREADABLE
    assert visit.forge.requests("rest") == 1  # which names the projects of a user


async def test_an_answer_that_does_not_even_know_what_was_listed_is_not_believed(
    peopled: World, visit: Visit
) -> None:
    gone = peopled.create("mona/weg", {})
    listing = Listing(scope=owners("mona"))
    nothing: dict[str, Any] = {"data": {"projects": {"nodes": []}}}
    empty = Answer(
        status=200,
        headers={"content-type": "application/json"},
        body=json.dumps(nothing).encode(),
    )
    async with visit.open() as connector:
        assert [page async for page in connector.pages(listing)]
        peopled.delete(gone)
        visit.forge.faults.plan(empty, when=lambda request: b"query Ids" in request.body)
        answers = await connector.look_up([str(gone.id)])
        told = answers[str(gone.id)]
        assert isinstance(told, Unknown)
        assert "the next sweep asks again" in told.reason
        assert await connector.look_up([str(gone.id)]) == {str(gone.id): Missing()}


async def test_three_owners_in_a_row_that_fail_are_the_forge_s_failure(
    peopled: World, visit: Visit
) -> None:
    names = [f"gruppe-{number}" for number in range(4)]
    for name in names:
        peopled.group(name)
        peopled.create(f"{name}/p", {})
    broken = Answer(status=500, body=b"{}")

    def about(owner: str) -> Predicate:
        return lambda request: owner.encode() in request.body

    visit.forge.faults.plan(broken, when=about("gruppe-1"), times=99)
    pages = await visit.pages(owners(*names))
    assert paths(pages) == ["gruppe-0/p", "gruppe-2/p", "gruppe-3/p"]
    assert [failure.subject for failure in failures(pages)] == [f"{URL}/gruppe-1"]
    visit.forge.faults.plan(broken, when=about("gruppe"), times=99)
    with pytest.raises(ServerError):
        await visit.pages(owners(*names))
