# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Somebody who writes software over the API, by a clock that moves."""

from dataclasses import replace
from typing import Any

import httpx

from harvester.feed.api import application
from harvester.ports.tokens import Scope
from storage.catalogue import SqlCatalogue
from storage.serving import SqlFeed
from tests.crawl.build import GOOD, Clock, good, sighting, url_of
from tests.crawl.conftest import House
from tests.feed.api.shelf import Client, bearer, context, openapi

MERGE = "application/merge-patch+json"
STEPS = "application/json-patch+json"


class Author(Client):
    """A client with a token."""

    def __init__(self, feed: SqlFeed) -> None:
        self.clock = Clock()
        self.token = bearer(feed, Scope.SOFTWARE)
        self.app = application(replace(context(feed), now=self.clock.now))
        self.app.openapi_schema = openapi()

    def post(
        self, url: str, text: str | None = None, to: str = "/v1/software", **said: Any
    ) -> httpx.Response:
        """Tell of software; without a text, with a good one."""
        text = GOOD.format(name="Werkzeug", url=url) if text is None else text
        return self.write("POST", to, {"url": url, "publiccodeYml": text, **said}, self.token)

    def patch(self, identity: str, said: Any, media: str = MERGE) -> httpx.Response:
        return self.write("PATCH", f"/v1/software/{identity}", said, self.token, media)

    def delete(self, identity: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}"}
        return self.send("DELETE", f"/v1/software/{identity}", None, **headers)

    def changes(self) -> list[tuple[str, str]]:
        """Give what the feed tells, as types and reasons."""
        told = self.json("/v1/changes?limit=1000")["data"]
        return [(change["type"], change["reason"]) for change in told]

    def crawled(self, catalogue: SqlCatalogue) -> Any:
        """Crawl a repository with a good file, and give its entry."""
        House(catalogue, clock=self.clock).crawl(sighting(1, "city/a", good("city/a", "Gelesen")))
        (entry,) = self.json(f"/v1/software?url={url_of('city/a')}")["data"]
        return entry
