# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Lets synchronous libraries send their requests through the chain.

python-gitlab and PyGithub run in a worker thread; each request of theirs is handed to the chain on
the event loop, where budgets, retries, limits and statistics hold for it as for any other.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextvars import ContextVar
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


class _Errand:
    """One piece of work in a thread, and the request that it waits for."""

    def __init__(self) -> None:
        self._given_up = False
        self._sending: Future[httpx.Response] | None = None

    def wait_for(self, sending: Future[httpx.Response]) -> httpx.Response:
        self._sending = sending
        if self._given_up:
            sending.cancel()
        return sending.result()

    def give_up(self) -> None:
        self._given_up = True
        if self._sending is not None:
            self._sending.cancel()


_ERRAND: ContextVar[_Errand | None] = ContextVar("harvester_errand", default=None)


class Bridge:
    """A synchronous façade of a chain; made on the event loop, used in its worker threads."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._loop = asyncio.get_running_loop()

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run what uses a synchronous library in a worker thread.

        Libraries fetch lazily: whatever is needed of their objects is read inside of ``work``.
        Where the caller is cancelled, the request under way is given up and the thread ends.
        """
        errand = _Errand()
        token = _ERRAND.set(errand)
        try:
            return await asyncio.to_thread(work)
        except asyncio.CancelledError:
            errand.give_up()
            raise
        finally:
            _ERRAND.reset(token)

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
            RuntimeError: called elsewhere than in :meth:`run`.
        """
        errand = _ERRAND.get()
        if errand is None:
            raise RuntimeError("a bridge is used in its worker thread: await bridge.run(…)")
        kept = {name: value for name, value in headers.items() if name.lower() not in _CHAINS_OWN}
        sending = self._chain.request(method, url, ask=ask, headers=kept, content=content)
        response = errand.wait_for(asyncio.run_coroutine_threadsafe(sending, self._loop))
        if response.status_code >= 400:  # noqa: PLR2004 - HTTP's border between good and bad
            self._chain.checked(response)
        if "html" in response.headers.get("content-type", ""):
            raise UnexpectedAnswerError(
                f"source {self._chain.source}: {shown(url)}: the answer is HTML (a sign-in page?)"
                " where JSON was expected; is this the address of the API?"
            )
        return response
