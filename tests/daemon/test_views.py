# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What stands beside the API, at the same address."""

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from harvester.daemon.views import front
from tests.feed.api.shelf import asked


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
    answer = asked(front(api, unready=lambda: "locked"), "GET", path, None, {})
    assert answer.text == said
