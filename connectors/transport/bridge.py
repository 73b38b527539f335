# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Lets synchronous libraries send their requests through the chain.

python-gitlab and PyGithub run in a worker thread; each request of theirs is handed to the chain on
the event loop, where budgets, retries, limits and statistics hold for it as for any other.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeVar

import httpx

from connectors.transport.ask import Ask
from connectors.transport.chain import Chain
from connectors.transport.origins import shown
from harvester.ports.errors import UnexpectedAnswerError

Result = TypeVar("Result")

_CHAINS_OWN = frozenset(
    {"accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"}
)
"""Headers that the chain sets itself."""


class Bridge:
    """A synchronous façade of a chain; made on the event loop, used in its worker threads."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._loop = asyncio.get_running_loop()

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run what uses a synchronous library, in a worker thread."""
        return await asyncio.to_thread(work)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        ask: Ask | None = None,
    ) -> httpx.Response:
        """Send a request and wait for its answer; the library sees good answers only.

        Raises:
            SourceError: as :meth:`.chain.Chain.request` and :meth:`.chain.Chain.checked` raise it;
                a page of HTML is an ``UnexpectedAnswerError``.
            RuntimeError: called on the event loop, which would wait for itself for ever.
        """
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is not None:
            raise RuntimeError("a bridge is used in a worker thread: await bridge.run(…)")
        kept = {name: value for name, value in headers.items() if name.lower() not in _CHAINS_OWN}
        sending = self._chain.request(method, url, ask=ask, headers=kept, content=content)
        response = asyncio.run_coroutine_threadsafe(sending, self._loop).result()
        if response.status_code >= 400:  # noqa: PLR2004 - HTTP's border between good and bad
            self._chain.checked(response)
        if "html" in response.headers.get("content-type", ""):
            raise UnexpectedAnswerError(
                f"source {self._chain.source}: {shown(url)}: the answer is HTML (a sign-in page?)"
                " where JSON was expected; is this the address of the API?"
            )
        return response
