# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What stands beside the API, at the same address."""

import json

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from harvester.daemon.views import front
from harvester.ports.errors import CatalogueError
from harvester.ports.wishes import Answer
from tests.feed.api.shelf import asked


class Desk:
    """Takes every wish about one host, as it is told to."""

    def __init__(self, answer: Answer | None = Answer.TAKEN) -> None:
        self.answer = answer

    def covering(self, url: str) -> tuple[str, str] | None:
        return ("city", "a/b") if url == "https://forge.example/a/b" else None

    async def wish(self, source: str, path: str) -> Answer:
        if self.answer is None:
            raise CatalogueError("the catalogue is locked")
        return self.answer


async def api(scope: Scope, receive: Receive, send: Send) -> None:
    """Say what was asked for."""
    path = Request(scope).scope["path"]
    await PlainTextResponse(f"the API: {path!r}")(scope, receive, send)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/livez", "ok\n"),
        ("/readyz", "locked\n"),
        ("/", "the API: '/'"),
        ("/livez/", "the API: '/livez/'"),
        ("/v1/catalogs/a%0A", "the API: '/v1/catalogs/a\\n'"),
        ("/v1/catalogs/a%0Ab/analysis", "the API: '/v1/catalogs/a\\nb/analysis'"),
    ],
)
def test_all_other_addresses_are_the_apis(path: str, said: str) -> None:
    answer = asked(front(api, Desk(), unready=lambda: "locked"), "GET", path, None, {})
    assert answer.text == said


@pytest.mark.parametrize(
    ("answer", "url", "status"),
    [
        (Answer.TAKEN, "https://forge.example/a/b.git", 202),
        (Answer.WAITING, "https://www.forge.example/a/b/", 202),
        (Answer.FULL, "https://forge.example/a/b", 429),
        (None, "https://forge.example/a/b", 503),
        (Answer.TAKEN, "https://other.example/a/b", 404),
        (Answer.TAKEN, "nonsense", 422),
    ],
)
def test_a_wish_is_taken_where_only_the_api_is_served(
    answer: Answer | None, url: str, status: int
) -> None:
    site = front(api, Desk(answer), unready=lambda: None)
    body = json.dumps({"url": url}).encode()
    said = asked(site, "POST", "/v1/repositories/refresh", body, {})
    assert said.status_code == status
    assert ("retry-after" in said.headers) == (status in (429, 503))
    if status == 202:
        assert answer is not None
        assert said.json() == {"status": answer.value}
