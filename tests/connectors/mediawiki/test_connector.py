# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Which requests the connector makes of a wiki, and what it concludes from the answers."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.kit import object_id
from connectors.mediawiki import MediaWikiConnector
from connectors.mediawiki.options import MediaWikiOptions
from connectors.mediawiki.pages import title_of
from harvester.model import Origin, Unknown, Unread
from harvester.ports.errors import (
    BudgetExhaustedError,
    ForbiddenError,
    NotFoundError,
    ServerError,
    SourceError,
    UnexpectedAnswerError,
)
from harvester.ports.listing import FailureCode, Found, Listing, Missing, Scope, ScopeKind, Size
from tests.connectors.mediawiki.conftest import INSTANCE, TEXT, Away
from tests.forges.faults import Answer, html

pytestmark = pytest.mark.anyio
FIRST = Listing(scope=INSTANCE, contents=True)
AGAIN = Listing(scope=INSTANCE)


def named(*titles: str) -> Listing:
    return Listing(scope=Scope(ScopeKind.REPOSITORIES, titles), contents=True)


async def test_a_first_crawl_reads_fifty_pages_with_their_texts_a_request(away: Away) -> None:
    away.fill(120)
    pages = await away.pages(FIRST)
    assert [len(page.sightings) for page in pages] == [50, 50, 20]
    assert pages[-1].cursor is None
    assert away.forge.requests() == 3
    seen = pages[0].sightings[0]
    assert isinstance(seen.files, tuple)
    (file,) = seen.files
    assert file.content is not None
    assert file.blob_id == object_id(file.content)
    assert json.loads(file.content)["url"] == "https://forge.example/stadt/programm-1"
    assert seen.repository.web_url == f"{away.forge.url}/index.php/Programm_1"
    assert (seen.repository.forge_id, seen.repository.path) == ("1", "Programm_1")
    assert seen.repository.owner.kind == "wiki"


async def test_an_unchanged_sweep_costs_a_request_for_five_hundred_pages(away: Away) -> None:
    away.fill(501)
    first = [seen.repository.revision for seen in await away.seen(FIRST)]
    away.forge.forget()
    again = await away.seen(AGAIN)
    assert away.forge.requests() == 2
    assert all(isinstance(seen.files, Unread) for seen in again)
    assert [seen.repository.revision for seen in again] == first


async def test_what_was_edited_is_read_fifty_a_request(away: Away) -> None:
    away.fill(60)
    seen = await away.seen(AGAIN)
    away.forge.forget()
    async with away.opened() as connector:
        read = await connector.read(seen)
        assert connector.spent().rest == 2
        assert connector.spent().text_bytes > 0
    assert [s.repository.forge_id for s in read] == [s.repository.forge_id for s in seen]
    assert all(isinstance(s.files, tuple) and s.files for s in read)


async def test_other_settings_make_other_revisions(away: Away) -> None:
    away.fill(1)
    (before,) = await away.seen(AGAIN)
    away.options = MediaWikiOptions(category="Software", fields={"Name": "legal.license"})
    (after,) = await away.seen(AGAIN)
    assert after.repository.revision != before.repository.revision


async def test_a_crawl_that_was_broken_off_goes_on_behind_its_page(away: Away) -> None:
    away.fill(120)
    pages = await away.pages(FIRST)
    rest = await away.pages(replace(FIRST, cursor=pages[0].cursor))
    assert [len(page.sightings) for page in rest] == [50, 20]
    assert rest[0].sightings == pages[1].sightings
    assert len(await away.pages(replace(FIRST, cursor="not ours"))) == 3


async def test_edits_and_moves_between_two_pages_lose_nothing(away: Away) -> None:
    away.fill(120)
    ids: list[str] = []
    async with away.opened() as connector:
        async for page in connector.pages(FIRST):
            ids += [seen.repository.forge_id for seen in page.sightings]
            away.wiki.move(f"Programm {120 - len(ids) // 50}", f"A {len(ids)}")
            away.wiki.edit("Programm 60", TEXT.format(name="Neu", url="") + str(len(ids)))
            away.wiki.edit(f"Neu {len(ids)}", "[[Kategorie:Software]]")
    assert len(ids) == len(set(ids))
    assert {str(n) for n in range(1, 121)} <= set(ids)


async def test_an_answer_that_comes_in_parts_is_put_together(away: Away) -> None:
    away.fill(10)
    away.forge.answer_limit = 250
    seen = await away.seen(FIRST)
    assert all(isinstance(s.files, tuple) and s.files for s in seen)
    assert len(seen) == 10
    assert away.forge.requests() > 2


async def test_a_quiet_wiki_costs_an_incremental_crawl_one_request(away: Away) -> None:
    away.fill(120)
    since = away.wiki.clock.advance(minutes=5)
    (page,) = await away.pages(replace(AGAIN, since=since))
    assert page.sightings == ()
    assert page.cursor is None
    assert away.forge.requests() == 1


async def test_an_incremental_crawl_reads_what_was_made_edited_moved_or_restored(
    away: Away,
) -> None:
    away.fill(120)
    deleted = away.wiki.delete("Programm 9")
    since = away.wiki.clock.advance(minutes=5)
    away.wiki.edit("Programm 3", TEXT.format(name="Anders", url=""))
    away.wiki.move("Programm 4", "Umbenannt")
    away.wiki.edit("Ganz neu", "[[Kategorie:Software]]")
    away.wiki.edit("Etwas anderes", "kein Programm")
    away.wiki.delete("Programm 5")
    away.wiki.restore(deleted)
    away.forge.forget()
    seen = await away.seen(replace(AGAIN, since=since))
    assert away.forge.requests() == 2
    titles = {s.repository.path for s in seen}
    assert titles == {"Programm_3", "Umbenannt", "Ganz_neu", "Programm_9"}
    assert all(isinstance(s.files, tuple) and s.files for s in seen)


async def test_a_busy_incremental_crawl_goes_on_where_it_was_broken_off(away: Away) -> None:
    since = away.wiki.clock.advance(minutes=5)
    away.fill(501)
    pages = await away.pages(replace(AGAIN, since=since))
    assert [len(page.sightings) for page in pages] == [50] * 10 + [1]
    assert away.forge.requests() == 2 + 11
    away.forge.forget()
    rest = await away.pages(replace(AGAIN, since=since, cursor=pages[8].cursor))
    assert [len(page.sightings) for page in rest] == [50, 1]
    assert away.forge.requests() == 2


async def test_what_a_wiki_has_forgotten_is_listed_whole(away: Away) -> None:
    away.fill(3)
    long_ago = away.wiki.clock.now() - timedelta(days=40)
    assert len(await away.seen(replace(AGAIN, since=long_ago))) == 3
    assert "generator" in away.forge.asked()[0]


async def test_all_pages_with_a_template_need_no_category(away: Away) -> None:
    away.options = MediaWikiOptions(template="Software")
    away.fill(51)
    away.wiki.edit("Ohne", "kein Programm")
    assert len(await away.seen(FIRST)) == 51
    assert away.forge.requests() == 2
    since = away.wiki.clock.now()
    away.wiki.edit("Auch ohne", "kein Programm")
    away.wiki.edit("Mit", "{{Software}}")
    assert [s.repository.path for s in await away.seen(replace(AGAIN, since=since))] == ["Mit"]


async def test_a_page_of_the_category_without_the_template_has_no_file(away: Away) -> None:
    away.options = MediaWikiOptions(category="Software", template="Software")
    away.wiki.edit("Übersicht", "alle Programme [[Kategorie:Software]]")
    (seen,) = await away.seen(FIRST)
    assert seen.files == ()


async def test_pointers_are_no_entries_and_hidden_texts_are_unknown(away: Away) -> None:
    away.fill(2)
    away.wiki.edit("Alt", "#WEITERLEITUNG [[Programm 1]] [[Kategorie:Software]]")
    page = away.wiki.at("Programm 2")
    assert page is not None
    page.hidden = True
    seen = {s.repository.path: s.files for s in await away.seen(FIRST)}
    assert list(seen) == ["Programm_1", "Programm_2"]
    assert isinstance(seen["Programm_2"], Unknown)


@pytest.mark.parametrize("options", [{"category": "Sotfware"}, {"template": "Sotfware"}])
async def test_a_listing_of_nothing_at_all_is_an_error(away: Away, options: dict[str, str]) -> None:
    away.fill(2)
    away.options = MediaWikiOptions(**options)  # type: ignore[arg-type]
    with pytest.raises(NotFoundError, match="Sotfware; correct it"):
        await away.pages(FIRST)


async def test_single_pages_by_title_address_or_old_title(away: Away) -> None:
    away.fill(3)
    away.wiki.move("Programm 2", "Zweites")
    (page,) = await away.pages(named("index.php/Programm_1", "Programm 2", "Gibt es nicht", "{x"))
    assert [s.repository.path for s in page.sightings] == ["Programm_1", "Zweites"]
    assert [(f.code, f.subject) for f in page.failures] == [
        (FailureCode.NOT_FOUND, f"{away.forge.url}: Gibt es nicht"),
        (FailureCode.NOT_FOUND, f"{away.forge.url}: {{x"),
    ]
    assert away.forge.requests() == 1


async def test_many_titles_are_asked_for_ten_at_once(away: Away) -> None:
    away.fill(25)
    titles = [f"Programm {n}" for n in range(1, 26)]
    pages = await away.pages(named(*titles))
    assert [len(page.sightings) for page in pages] == [10, 10, 5]
    rest = await away.pages(replace(named(*titles), cursor=pages[1].cursor))
    assert [len(page.sightings) for page in rest] == [5]


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("wiki/Parkplatz_App", "Parkplatz App"),
        ("index.php/M%C3%BCll", "Müll"),
        ("Projekt:A/B", "Projekt:A/B"),
    ],
)
def test_a_path_names_a_title(path: str, title: str) -> None:
    assert title_of(path) == title


async def test_look_ups_tell_the_moved_from_the_gone(away: Away) -> None:
    away.fill(60)
    away.wiki.move("Programm 1", "Umbenannt")
    away.wiki.delete("Programm 2")
    away.wiki.edit("Programm 3", "nicht mehr in der Kategorie")
    away.wiki.edit("Programm 4", "#WEITERLEITUNG [[Umbenannt]] [[Kategorie:Software]]")
    away.forge.forget()
    async with away.opened() as connector:
        answers = await connector.look_up([str(n) for n in range(1, 61)])
    assert away.forge.requests() == 2
    moved = answers["1"]
    assert isinstance(moved, Found)
    assert moved.sighting.repository.path == "Umbenannt"
    assert isinstance(moved.sighting.files, tuple)
    assert [number for number, answer in answers.items() if isinstance(answer, Missing)] == [
        "2", "3", "4",
    ]  # fmt: skip
    away.options = MediaWikiOptions(template="Software")
    async with away.opened() as connector:
        answers = await connector.look_up(["1", "3"])
    assert [type(answers[key]) for key in ("1", "3")] == [Found, Missing]


async def test_a_path_leads_to_a_page_also_behind_what_a_move_left(away: Away) -> None:
    away.fill(12)
    away.wiki.move("Programm 1", "Umbenannt")
    away.wiki.edit("Anderes", "nicht in der Kategorie")
    away.forge.forget()
    paths = ["index.php/Programm_1", "umbenannt", "Programm_2", "Gibt_es_nicht", "Anderes"]
    async with away.opened() as connector:
        answers = await connector.resolve(paths)
        assert list(answers.values()) == ["1", "1", "2", None, None]
        assert away.forge.requests() == 1
        many = await connector.resolve([f"Programm_{n}" for n in range(2, 13)])
        assert list(many.values()) == [str(n) for n in range(2, 13)]
        assert away.forge.requests() == 3
        away.forge.denied = True
        assert isinstance((await connector.resolve(["x"]))["x"], Unknown)
        assert isinstance((await connector.look_up(["1"]))["1"], Unknown)


async def test_a_page_that_goes_away_while_it_is_read_is_unknown(away: Away) -> None:
    away.fill(2)
    seen = await away.seen(AGAIN)
    away.wiki.delete("Programm 2")
    async with away.opened() as connector:
        first, second = await connector.read(seen)
    assert isinstance(first.files, tuple)
    assert isinstance(second.files, Unknown)


async def test_a_wiki_whose_databases_lag_is_waited_for(away: Away) -> None:
    away.fill(1)
    away.forge.lag = [9, 7]
    async with away.opened() as connector:
        pages = [page async for page in connector.pages(FIRST)]
        assert connector.spent().waited_seconds == 10
    assert len(pages[0].sightings) == 1
    assert away.wiki.clock.slept == [5, 5]
    assert all(asked["maxlag"] == "5" for asked in away.forge.asked())


async def test_a_wiki_that_stays_too_busy_ends_the_crawl(away: Away) -> None:
    away.fill(1)
    away.forge.lag = [9] * 3
    with pytest.raises(ServerError, match=r"too busy 3 times \(maxlag\)"):
        await away.pages(FIRST)
    away.forge.lag = [9] * 3
    with pytest.raises(BudgetExhaustedError, match="left alone"):
        await away.pages(FIRST, max_wait=4)
    assert away.wiki.clock.slept == [5, 5]


async def test_retry_after_is_obeyed(away: Away) -> None:
    away.fill(1)
    away.forge.faults.plan(Answer(status=429, headers={"retry-after": "30"}))
    assert len(await away.seen(FIRST)) == 1
    assert away.wiki.clock.slept == [30]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (html(), UnexpectedAnswerError),
        (Answer(status=404), NotFoundError),
        (Answer(status=200, body=b"[]"), UnexpectedAnswerError),
        (Answer(status=200, body=b'{"error": {"code": "invalidcategory"}}'), NotFoundError),
        (Answer(status=200, body=b'{"error": {"code": "internal_api_error_X"}}'), ServerError),
        (Answer(status=200, body=b'{"error": {"code": "unknown_x"}}'), UnexpectedAnswerError),
        (
            Answer(status=200, body=b'{"continue": {"rvcontinue": "1|1", "continue": "||"}}'),
            UnexpectedAnswerError,
        ),
    ],
)
async def test_other_answers_end_the_listing(
    away: Away, answer: Answer, error: type[SourceError]
) -> None:
    away.fill(1)
    away.forge.faults.plan(answer, times=2)
    with pytest.raises(error, match="source wiki"):
        await away.pages(FIRST)


async def test_a_wiki_that_is_not_for_everybody_is_refused_and_no_token_is_shown(
    away: Away,
) -> None:
    away.fill(1)
    away.token = "secret"
    away.forge.denied = True
    with pytest.raises(ForbiddenError, match="what everybody may read"):
        await away.pages(FIRST)
    assert away.forge.tokens_seen == set()


@pytest.mark.parametrize(
    ("listing", "options", "said"),
    [
        (FIRST, {}, "category or template"),
        (Listing(scope=Scope(ScopeKind.OWNERS, ("a",))), {"category": "Software"}, "no owners"),
    ],
)
async def test_settings_that_name_no_pages_are_refused(
    away: Away, listing: Listing, options: dict[str, str], said: str
) -> None:
    away.options = MediaWikiOptions(**options)  # type: ignore[arg-type]
    with pytest.raises(SourceError, match=said):
        await away.pages(listing)
    assert away.forge.requests() == 0


async def test_what_it_is_and_what_it_costs(away: Away) -> None:
    away.fill(3)
    connector = MediaWikiConnector(away.access())
    assert (connector.kind, connector.profile, connector.origin) == (
        "mediawiki",
        "hand",
        Origin.HAND,
    )
    first = connector.estimate(INSTANCE, Size(repositories=0, files=0, owners=0, first=True))
    again = connector.estimate(INSTANCE, Size(repositories=1200, files=0, owners=1, first=False))
    some = connector.estimate(
        Scope(ScopeKind.REPOSITORIES, ("a",) * 11),
        Size(repositories=0, files=0, owners=0, first=True),
    )
    assert [(e.rest, e.exact) for e in (first, again, some)] == [(1, False), (3, True), (2, True)]
    with pytest.raises(RuntimeError, match="not open"):
        connector.spent()
    async with away.opened() as opened:
        said = await opened.check()
    assert said == "MediaWiki 1.39.17, “Smart Floss”: 3 pages in the category Software"
    assert await MediaWikiConnector.recognise(away.access())
    assert away.forge.requests() == 2
    away.forge.faults.plan(html())
    assert not await MediaWikiConnector.recognise(away.access())
