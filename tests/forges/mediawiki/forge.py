# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Answers ``api.php`` as MediaWiki 1.39 does; what is like in it was tried against the real one.

It knows the parameters that the connector uses, and refuses others, so that no request is
answered that a real wiki would understand in another way.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.requests import Request as WebRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from tests.forges.mediawiki.wiki import Wiki, WikiPage
from tests.forges.server import Forge
from tests.forges.world import World

_KNOWN = {
    *("action", "format", "formatversion", "maxlag", "continue", "meta", "siprop"),
    *("prop", "inprop", "rvprop", "rvslots", "rvcontinue", "pageids", "titles", "redirects"),
    *("clcategories", "cllimit", "tltemplates", "tllimit"),
    *("generator", "gcmtitle", "gcmnamespace", "gcmtype", "gcmsort", "gcmdir", "gcmlimit"),
    *("gcmcontinue", "geititle", "geinamespace", "geifilterredir", "geilimit", "geicontinue"),
    *("list", "rcprop", "rctype", "rcnamespace", "rclimit", "rcend", "rccontinue"),
}
_MOST_IDS = 50
_MOST = 500


class MediaWikiForge(Forge):
    """A wiki on loopback.

    Attributes:
        wiki: what it holds.
        answer_limit: bytes of texts that one answer holds; the others come with the next.
        lag: seconds that its databases lag behind, for so many requests.
        denied: it is not for everybody to read.
    """

    def __init__(self, *, public_url: str | None = None) -> None:
        world = World()
        super().__init__(world, public_url=public_url)
        self.wiki = Wiki(world.clock)
        self.answer_limit = 8 * 1024 * 1024
        self.lag: list[int] = []
        self.denied = False

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/api.php", self._api, methods=["GET", "POST"])]

    def kind_of(self, path: str) -> str:
        return "rest" if path == "/api.php" else "web"

    def asked(self) -> list[dict[str, str]]:
        """Give the parameters of all requests."""
        return [dict(parse_qsl(exchange.request.query)) for exchange in self.log]

    # --- answering --------------------------------------------------------------------------

    async def _api(self, request: WebRequest) -> Response:
        asked = dict(request.query_params)
        unknown = asked.keys() - _KNOWN
        if unknown or asked.get("action") != "query" or asked.get("formatversion") != "2":
            raise AssertionError(f"this stand-in does not know {sorted(unknown)} of {asked}")
        if self.lag:
            return _error(
                "maxlag",
                f"Waiting for a database server: {self.lag[0]} seconds lagged.",
                {"retry-after": str(max(int(asked["maxlag"]), 5)), "x-database-lag": "9"},
                lag=self.lag.pop(0),
            )
        if self.denied:
            return _error("readapidenied", "You need read permission to use this module.")
        for name, most in (("gcmlimit", _MOST), ("geilimit", _MOST), ("rclimit", _MOST)):
            if int(asked.get(name, 1)) > most:
                raise AssertionError(f"{name} is over {most}")
        if asked.get("list") == "recentchanges":
            return JSONResponse(self._recent(asked))
        return JSONResponse(self._query(asked))

    def _recent(self, asked: Mapping[str, str]) -> dict[str, Any]:
        end = datetime.fromisoformat(asked["rcend"])
        before = int(asked.get("rccontinue", "0|999999999").rpartition("|")[2])
        newest = [
            change
            for change in reversed(self.wiki.changes)
            if change.at >= end
            and change.number <= before
            and change.type in asked["rctype"].split("|")
        ]
        limit = int(asked["rclimit"])
        answer: dict[str, Any] = {
            "query": {
                "recentchanges": [
                    {"type": change.type, "pageid": change.page_id, "rcid": change.number}
                    for change in newest[:limit]
                ]
            }
        }
        if len(newest) > limit:
            following = newest[limit]
            answer["continue"] = {
                "rccontinue": f"{following.at:%Y%m%d%H%M%S}|{following.number}",
                "continue": "-||",
            }
        return answer | {"batchcomplete": True}

    def _query(self, asked: Mapping[str, str]) -> dict[str, Any]:
        query: dict[str, Any] = {}
        pages, absent, more = self._meant(asked)
        query |= more.pop("query", {})
        if asked.get("meta") == "siteinfo":
            query["general"] = {"generator": "MediaWiki 1.39.17", "sitename": "Smart Floss"}
        told, part = self._told(pages, asked)
        if told or absent:
            query["pages"] = absent + told
        answer: dict[str, Any] = {"query": query} if query else {}
        if part is not None:
            return answer | {"continue": {"rvcontinue": part, "continue": "||info"}}
        return answer | more | {"batchcomplete": True}

    def _meant(
        self, asked: Mapping[str, str]
    ) -> tuple[list[WikiPage], list[dict[str, Any]], dict[str, Any]]:
        """Give the pages that are asked about, those that are not there, and what else is told."""
        if "generator" in asked:
            pages, go_on = self._generated(asked)
            return pages, [], {"continue": go_on} if go_on else {}
        if "titles" in asked:
            pages, absent, names = self._titled(asked)
            return pages, absent, {"query": names} if names else {}
        ids = [int(one) for one in asked.get("pageids", "").split("|") if one]
        if len(ids) > _MOST_IDS:
            raise AssertionError(f"over {_MOST_IDS} page ids at once")
        gone = [{"pageid": one, "missing": True} for one in ids if one not in self.wiki.pages]
        return [self.wiki.pages[one] for one in ids if one in self.wiki.pages], gone, {}

    def _generated(self, asked: Mapping[str, str]) -> tuple[list[WikiPage], dict[str, str]]:
        written = asked.get("gcmnamespace") or asked["geinamespace"]
        namespaces = [int(one) for one in written.split("|")]
        if asked["generator"] == "categorymembers":
            name = asked["gcmtitle"].removeprefix("Category:")
            key, limit = "gcmcontinue", int(asked["gcmlimit"])
            rows = sorted(
                [
                    (f"{page.since[name]:%Y%m%d%H%M%S}|{page.id:09}", page)
                    for page in self.wiki.pages.values()
                    if name in page.since
                ],
                key=lambda row: row[0],
            )
        else:
            name = asked["geititle"].removeprefix("Template:")
            key, limit = "geicontinue", int(asked["geilimit"])
            rows = sorted(
                [
                    (f"{page.namespace}|{page.id:09}", page)
                    for page in self.wiki.pages.values()
                    if name in page.templates
                ],
                key=lambda row: row[0],
            )
        rows = [
            row for row in rows if row[1].namespace in namespaces and row[0] >= asked.get(key, "")
        ]
        going_on = {key: rows[limit][0], "continue": f"{key}||"} if len(rows) > limit else {}
        return [page for _, page in rows[:limit]], going_on

    def _titled(
        self, asked: Mapping[str, str]
    ) -> tuple[list[WikiPage], list[dict[str, Any]], dict[str, list[dict[str, str]]]]:
        pages: list[WikiPage] = []
        absent: list[dict[str, Any]] = []
        redirects: list[dict[str, str]] = []
        normalized: list[dict[str, str]] = []
        for written in asked["titles"].split("|"):
            title = written[:1].upper() + written[1:]
            if title != written:
                normalized.append({"from": written, "to": title})
            page = self.wiki.at(title)
            if page is not None and page.redirect and "redirects" in asked:
                redirects.append({"from": title, "to": page.redirect})
                title = page.redirect
                page = self.wiki.at(title)
            if page is not None:
                pages.append(page)
            elif asked.get("prop") == "categoryinfo":
                name = title.removeprefix("Category:")
                size = sum(name in one.since for one in self.wiki.pages.values())
                absent.append({"title": title, "categoryinfo": {"pages": size}})
            elif set(title) & set("{}[]<>#"):
                absent.append({"title": title, "invalidreason": "…", "invalid": True})
            else:
                absent.append({"ns": 0, "title": title, "missing": True})
        names = {"normalized": normalized, "redirects": redirects}
        return pages, absent, {key: value for key, value in names.items() if value}

    def _told(
        self, pages: Sequence[WikiPage], asked: Mapping[str, str]
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Tell what was asked about pages, and where the texts go on that are too many."""
        wanted = asked.get("prop", "").split("|")
        start = int(asked.get("rvcontinue", "0|0").partition("|")[0])
        told: list[dict[str, Any]] = []
        room, part = self.answer_limit, None
        for page in pages:
            row: dict[str, Any] = {"pageid": page.id, "ns": page.namespace, "title": page.title}
            if "info" in wanted and not start:
                address = f"{self.public_url}/index.php/{quote(page.title.replace(' ', '_'))}"
                row |= {"lastrevid": page.revision, "canonicalurl": address}
                if page.redirect:
                    row["redirect"] = True
            if "revisions" in wanted and part is None and page.id >= start:
                size = len(page.text.encode())
                if size > room:
                    part, row["revisions"] = f"{page.id}|{page.revision}", []
                else:
                    room -= size
                    row["revisions"] = [_revision(page)]
            if "categories" in wanted:
                name = asked["clcategories"].removeprefix("Category:")
                row |= {"categories": [{"title": name}]} if name in page.since else {}
            if "templates" in wanted:
                name = asked["tltemplates"].removeprefix("Template:")
                row |= {"templates": [{"title": name}]} if name in page.templates else {}
            told.append(row)
        return told, part


def _revision(page: WikiPage) -> dict[str, Any]:
    slot: dict[str, Any] = {"contentmodel": "wikitext"}
    slot |= {"texthidden": True} if page.hidden else {"content": page.text}
    return {
        "revid": page.revision,
        "timestamp": f"{page.edited_at:%Y-%m-%dT%H:%M:%SZ}",
        "slots": {"main": slot},
    }


def _error(
    code: str, info: str, headers: Mapping[str, str] | None = None, **more: object
) -> Response:
    """Errors come with status 200, and a header that names them."""
    return JSONResponse(
        {"error": {"code": code, "info": info, **more}},
        headers={"mediawiki-api-error": code, **(headers or {})},
    )
