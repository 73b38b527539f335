# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Software that somebody writes: the calls of the crawler that writes most, and what is refused."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from harvester.cli import catalogues, installed
from harvester.ports.tokens import Scope
from harvester.settings import load
from storage.serving import SqlFeed
from tests.crawl.build import BROKEN, GOOD
from tests.feed.api.author import MERGE, STEPS, Author
from tests.feed.api.shelf import asked, bearer, counted

OLD, NEW = "https://github.com/comune/vecchio", "https://github.com/comune/nuovo"


def good(url: str, name: str = "Sportello") -> str:
    return GOOD.format(name=name, url=url)


def bad(url: str) -> str:
    return BROKEN.format(name="Sportello", url=url)


class Crawler:
    """A night of the Italian crawler, as far as it speaks to the API.

    It looks for the address as it is, not percent-encoded; POSTs what it does not find, with
    ``active`` as its parser judges; and PATCHes what it finds, without a word on ``active``.
    """

    def __init__(self, writing: Author) -> None:
        self.writing = writing

    def found(self, url: str) -> dict[str, Any] | None:
        data: list[dict[str, Any]] = self.writing.json(f"/v1/software?url={url}")["data"]
        return data[0] if data else None

    def visit(
        self, url: str, text: str, aliases: list[str] | None = None, *, valid: bool = True
    ) -> dict[str, Any]:
        known = next(filter(None, map(self.found, [url, *(aliases or [])])), None)
        body = {"publiccodeYml": text, "url": url, "aliases": aliases}
        if known is None:
            answer = self.writing.post(url, text, aliases=aliases, active=valid)
        else:
            answer = self.writing.patch(known["id"], body)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture
def writing(feed: SqlFeed) -> Author:
    return Author(feed)


def test_nights_of_the_crawler(writing: Author) -> None:
    crawler = Crawler(writing)
    url = f"{OLD}.git"  # it says the address by which it clones
    first = crawler.visit(url, bad(OLD), valid=False)
    assert (first["active"], first["url"]) == (False, OLD)
    assert first["createdAt"] == first["updatedAt"]
    (log,) = writing.json("/v1/logs")["data"]
    assert log["message"].startswith("[comune/vecchio] BAD publiccode.yml: ")
    assert log["entity"] == f"/software/{first['id']}"

    writing.clock.advance(days=1)
    assert crawler.visit(url, bad(OLD), valid=False) == first

    writing.clock.advance(days=1)
    mended = crawler.visit(url, good(OLD))
    assert (mended["id"], mended["active"], mended["name"]) == (first["id"], True, "Sportello")
    assert mended["updatedAt"] > first["updatedAt"]

    for _ in range(3):
        writing.clock.advance(days=1)
        assert crawler.visit(url, good(OLD)) == mended
    assert writing.changes() == [("created", "never-valid"), ("updated", writing.changes()[1][1])]

    writing.clock.advance(days=1)
    moved = crawler.visit(NEW, good(NEW), [OLD])
    assert (moved["url"], moved["aliases"], moved["active"]) == (NEW, [OLD], True)
    assert writing.json(f"/v1/software/{first['id']}")["id"] == moved["id"]
    assert crawler.visit(NEW, good(NEW), [OLD]) == moved
    assert len(writing.changes()) == 4  # what it became, and that the former id is no more


def test_what_is_hidden_for_the_crawler_stays_so_until_it_says_otherwise(writing: Author) -> None:
    crawler = Crawler(writing)
    told = crawler.visit(OLD, good(OLD), valid=False)  # its rules are others
    assert (told["active"], told["stateReason"]) == (False, "written-inactive")
    told = crawler.visit(OLD, good(OLD))
    assert told["active"] is True
    hidden = writing.patch(told["id"], {"active": False}).json()
    assert (hidden["active"], hidden["stateReason"]) == (False, "deactivated")
    assert crawler.visit(OLD, good(OLD))["stateReason"] == "deactivated"
    assert writing.patch(told["id"], {"active": True}).json()["active"] is True


def test_an_unchanged_night_writes_nothing(writing: Author, feed: SqlFeed) -> None:
    identity = writing.post(OLD, good(OLD)).json()["id"]
    body = {"publiccodeYml": good(OLD), "url": OLD, "aliases": None}
    with counted(feed) as sent:
        writing.patch(identity, body)
    writes = [text for text in sent if text.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE")]
    assert [text for text in writes if "token" not in text] == []


def test_what_is_told_is_what_is_read(writing: Author) -> None:
    told = writing.post(OLD, aliases=["https://www.github.com/Comune/Prima.git"]).json()
    assert told["aliases"] == ["https://github.com/Comune/Prima"]
    assert told == writing.json(f"/v1/software/{told['id']}")
    assert [told] == writing.json(f"/v1/software?url={quote(told['aliases'][0])}")["data"]
    again = writing.post(OLD, aliases=["https://github.com/comune/prima"])
    assert again.json() == told


def test_vitality_is_kept_beside_and_no_change(writing: Author) -> None:
    told = writing.post(OLD, vitality="90,100").json()
    assert writing.patch(told["id"], {"vitality": "1,2"}).json() == told
    steps = [{"op": "replace", "path": "/vitality", "value": "94,12"}]
    assert writing.patch(told["id"], steps, STEPS).json() == told
    kept = writing.json(f"/v1/software/{told['id']}/analysis")["vitality"]
    assert (kept["v"], kept["text"]) == (1, "94,12")
    assert len(writing.changes()) == 1


def test_software_belongs_to_a_catalog(writing: Author, feed: SqlFeed) -> None:
    curator = bearer(feed, Scope.CATALOGS, name="curator")
    north, south = (
        writing.write(
            "POST",
            "/v1/catalogs",
            {"name": name, "alternativeId": name, "sources": [{"url": f"https://{name}.example"}]},
            curator,
        ).json()["id"]
        for name in ("nord", "sued")
    )
    told = writing.post(OLD, to="/v1/catalogs/nord/software").json()
    assert told["catalogId"] == north
    writing.post(NEW)
    assert writing.json(f"/v1/catalogs/{north}/software")["data"] == [told]
    implicit = writing.json("/v1/catalogs/%E2%88%85/software")["data"]
    assert [row["url"] for row in implicit] == [NEW]
    assert writing.json("/v1/catalogs/sued/software")["data"] == []
    assert writing.get("/v1/catalogs/west/software").status_code == 404
    assert writing.post(OLD, to="/v1/catalogs/nord/software").json() == told

    taken = writing.post(OLD, to="/v1/catalogs/sued/software")
    assert (taken.status_code, north in taken.json()["detail"]) == (409, True)
    inside = f"/v1/catalogs/nord/software/{told['id']}"
    for path, status in ((inside, 200), (inside.replace("nord", south), 404)):
        body = {"publiccodeYml": good(OLD, "Altro")}
        assert writing.write("PATCH", path, body, writing.token, MERGE).status_code == status
    tag = writing.get("/v1/catalogs/nord/software").headers["etag"]
    assert writing.get("/v1/catalogs/nord/software", if_none_match=tag).status_code == 304

    moved = writing.patch(told["id"], {"url": f"{OLD}-2"}).json()
    (there,) = writing.json("/v1/catalogs/nord/software")["data"]
    assert (there["id"], there["name"], there["catalogId"]) == (moved["id"], "Altro", north)


def test_a_json_patch_changes_what_it_names(writing: Author) -> None:
    told = writing.post(OLD).json()
    steps: list[dict[str, Any]] = [
        {"op": "test", "path": "/url", "value": OLD},
        {"op": "replace", "path": "/publiccodeYml", "value": good(OLD, "Altro")},
        {"op": "add", "path": "/aliases/-", "value": NEW},
    ]
    changed = writing.patch(told["id"], steps, STEPS).json()
    assert (changed["name"], changed["aliases"], changed["active"]) == ("Altro", [NEW], True)
    steps[1:] = [{"op": "replace", "path": "/active", "value": False}]
    assert writing.patch(told["id"], steps, STEPS).json()["stateReason"] == "deactivated"
    steps[0]["value"] = NEW
    refused = writing.patch(told["id"], steps, STEPS)
    assert refused.status_code == 422
    assert refused.json()["detail"] == "test failed (test:0)"


WRONG: list[tuple[Any, str, int, str]] = [
    ({"publiccodeYml": None}, MERGE, 422, "publiccodeYml"),
    ({"url": "ftp://x.example/y"}, MERGE, 422, "url"),
    ({"aliases": ["no address"]}, MERGE, 422, "aliases.0"),
    ({"active": "yes"}, MERGE, 422, "active"),
    ({"publicode": "x"}, MERGE, 422, "publicode"),
    ([], MERGE, 422, "a merge patch is an object"),
    ({}, STEPS, 422, ""),
    ([], STEPS, 422, ""),
    ([{"op": "move", "path": "/url", "from": "/aliases/0"}], STEPS, 422, "op"),
    ([{"op": "replace", "path": "url", "value": OLD}], STEPS, 422, "^/"),
    ([{"op": "add", "path": "", "value": {}}], STEPS, 422, "^/"),
    ([{"op": "add", "path": "/url"}], STEPS, 422, "a value is wanted"),
    ([{"op": "remove", "path": "/aliases/0"}], STEPS, 422, "remove:0"),
    ([{"op": "replace", "path": "/aliases/01", "value": OLD}], STEPS, 422, "replace:0"),
    ([{"op": "replace", "path": "/url/0", "value": 1}], STEPS, 422, "replace:0"),
    ([{"op": "test", "path": "/active", "value": False}], STEPS, 422, "test:0"),
    ([{"op": "add", "path": "/analysis", "value": {}}], STEPS, 422, "analysis"),
    ([{"op": "remove", "path": "/active"}] * 101, STEPS, 422, "100"),
    ([{"op": "add", "path": "/0", "value": 1}, {"op": "remove", "path": "/#0"}], STEPS, 422, "#0"),
    ({"active": True}, "text/yaml", 415, "Content-Type"),
]


def test_what_is_wrong_is_named(writing: Author) -> None:
    identity = writing.post(OLD).json()["id"]
    for body, media, status, said in WRONG:
        refused = writing.patch(identity, body, media)
        assert (refused.status_code, said in refused.text) == (status, True), refused.text
    assert len(writing.changes()) == 1


def test_what_cannot_be_deleted_or_found(writing: Author) -> None:
    identity = writing.post(OLD).json()["id"]
    nobody = identity[:-4] + "0000"
    assert writing.patch(nobody, {"active": False}).status_code == 404
    assert writing.delete(nobody).status_code == 404
    assert writing.delete(identity).status_code == 204
    gone = writing.json(f"/v1/software/{identity}")
    assert (gone["active"], gone["stateReason"]) == (False, "retracted")
    assert gone["publiccodeYml"] == "{}\n"
    assert writing.delete(identity).status_code == 404
    assert writing.patch(identity, {"active": True}).status_code == 404
    assert writing.post(OLD).json()["active"] is True
    other = writing.post(NEW).json()["id"]
    taken = writing.patch(other, {"url": OLD})
    assert taken.status_code == 409
    assert "delete one of the two" in taken.json()["detail"]


def test_ids_that_nothing_can_have_are_not_found(writing: Author) -> None:
    for identity in ("x", "%00", "%0A", "a" * 3000, "%F0%9F%8F%9B", "%ff"):
        assert writing.patch(identity, {"active": False}).status_code == 404, identity
        assert writing.delete(identity).status_code == 404, identity
        inside = f"/v1/catalogs/%E2%88%85/software/{identity}"
        assert writing.write("PATCH", inside, {}, writing.token, MERGE).status_code == 404, identity


def test_nothing_is_written_without_the_right_token(writing: Author, feed: SqlFeed) -> None:
    identity = writing.post(OLD).json()["id"]
    for token, status in ((None, 401), (bearer(feed, Scope.LOGS, name="other"), 403)):
        for method, path in (
            ("POST", "/v1/software"),
            ("PATCH", f"/v1/software/{identity}"),
            ("DELETE", f"/v1/software/{identity}"),
        ):
            assert writing.write(method, path, {}, token).status_code == status
    assert len(writing.changes()) == 1


def test_many_writers_at_once_lose_nothing_and_a_follower_sees_each_change_once(
    writing: Author, feed: SqlFeed
) -> None:
    urls = [f"https://github.com/comune/p{number}" for number in range(4)]

    def write(number: int) -> int:
        mine = Author.__new__(Author)
        mine.clock, mine.token, mine.app = writing.clock, writing.token, writing.app
        url = urls[number % len(urls)]
        return mine.post(url, good(url, f"Nome {number // 8}")).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(write, range(16))) == {200}
    told = writing.json("/v1/changes?limit=1000")
    assert [change["seq"] for change in told["data"]] == list(range(1, told["head"] + 1))
    created = [change["id"] for change in told["data"] if change["type"] == "created"]
    assert len(created) == len(set(created)) == len(urls)
    assert {row["url"] for row in writing.json("/v1/software")["data"]} == set(urls)
    followed = {change["id"]: change["software"] for change in told["data"]}
    dump = [json.loads(line) for line in writing.get("/v1/dump.jsonl").text.splitlines()]
    assert followed == {entry["id"]: entry for entry in dump}


def test_a_list_that_went_away_lets_nothing_be_written(tmp_path: Path) -> None:
    """It is told as what passes, and in the log why; reading goes on."""
    bodies = tmp_path / "bodies.toml"
    bodies.write_text("", encoding="utf-8")
    settings = tmp_path / "harvester.toml"
    settings.write_text(
        f'database_url = "sqlite:///{tmp_path}/catalogue.db"\n[[sources]]\nname = "github"\n'
        f'kind = "github"\nurl = "https://github.com"\npublishers = "{bodies}"\n',
        encoding="utf-8",
    )
    configuration = load(settings, {}, installed.options())
    with catalogues.front_end(configuration) as shown:
        bodies.unlink()
        headers = {"authorization": f"Bearer {bearer(shown.feed, Scope.SOFTWARE)}"}
        body = json.dumps({"url": OLD, "publiccodeYml": good(OLD)}).encode()
        named = headers | {"content-type": "application/json"}
        assert asked(shown.app, "POST", "/v1/software", body, named).status_code == 503
        assert asked(shown.app, "GET", "/v1/software", None, {}).status_code == 200
