# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Asks a wiki's API, ``action=query``: politely, and until an answer is whole.

https://www.mediawiki.org/wiki/API:Etiquette, …/Manual:Maxlag_parameter, …/API:Continue
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from connectors.transport import Chain
from connectors.transport.limits import guessed_wait, retry_after
from harvester.ports.errors import (
    BudgetExhaustedError,
    ForbiddenError,
    NotFoundError,
    ServerError,
    UnexpectedAnswerError,
)

MAXLAG = 5
"""Seconds that the wiki's databases may lag behind before it is left alone for a while."""
_BUSY = frozenset({"maxlag", "ratelimited"})
_DENIED = frozenset({"readapidenied", "permissiondenied", "blocked"})

Parameters = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Batch:
    """Pages that belong together, with everything that was asked about each."""

    pages: tuple[dict[str, Any], ...]
    names: Mapping[str, str]
    """Titles that were asked for, or pointed to, with what they stand for."""
    go_on: dict[str, str] | None
    """What to ask for the next batch with; None: this was the last."""


class Api:
    """The API of one wiki.

    Args:
        chain: anonymous.
        url: of ``api.php``.
        attempts: how often a request is made that the wiki is too busy for.
        max_wait: seconds that one request may wait for the wiki.
    """

    def __init__(self, chain: Chain, url: str, *, attempts: int, max_wait: float) -> None:
        self._chain = chain
        self._url = url
        self._attempts = attempts
        self._max_wait = max_wait

    async def batch(self, parameters: Parameters, go_on: Mapping[str, str] | None = None) -> Batch:
        """Ask until the answer about one batch of pages is whole.

        A wiki parts an answer that would be too large: pages come again, each time with more of
        what was asked about them.
        """
        pages: dict[object, dict[str, Any]] = {}
        names: dict[str, str] = {}
        following = dict(go_on or {})
        while True:
            answer = await self.query({**parameters, **following})
            told = _table(answer.get("query"))
            for name in (*_dicts(told.get("normalized")), *_dicts(told.get("redirects"))):
                names[str(name.get("from"))] = str(name.get("to"))
            for page in _dicts(told.get("pages")):
                key = page.get("pageid") or page.get("title")
                known = pages.setdefault(key, {})
                known.update(page)
            more = _table(answer.get("continue"))
            before, following = following, {name: str(value) for name, value in more.items()}
            if answer.get("batchcomplete") or not following:
                return Batch(tuple(pages.values()), names, following or None)
            if following == before:
                raise UnexpectedAnswerError(
                    f"source {self._chain.source}: {self._url} goes round in circles; is a page "
                    "larger than the largest answer that it gives ($wgAPIMaxResultSize)?"
                )

    async def query(self, parameters: Parameters) -> dict[str, Any]:
        """Ask once, and again where the wiki is too busy now.

        Raises:
            ForbiddenError: not everybody may read this wiki.
            NotFoundError: it has no such category or template.
            BudgetExhaustedError: it asks to be left alone for longer than ``max_wait``.
            ServerError: it stayed too busy, or failed.
            UnexpectedAnswerError: it answered with something else.
        """
        asked = {
            "action": "query",
            "format": "json",
            "formatversion": 2,
            "maxlag": MAXLAG,
            **parameters,
        }
        waited = 0.0
        for number in range(1, self._attempts + 1):
            response = await self._chain.get(self._url, params=asked)
            answer = self._chain.json(response)
            if not isinstance(answer, dict):
                raise UnexpectedAnswerError(
                    f"source {self._chain.source}: {self._url} answered with something else than "
                    "an object; is this the address of api.php?"
                )
            error = _table(answer.get("error"))
            if not error:
                return answer
            if error.get("code") not in _BUSY:
                raise self._refused(error)
            if number < self._attempts:
                waited += await self._wait(response, number, waited)
        raise ServerError(
            f"source {self._chain.source}: {self._url} was too busy {self._attempts} times "
            f"({error.get('code')}); the next crawl goes on"
        )

    async def _wait(self, response: httpx.Response, number: int, waited: float) -> float:
        now = self._chain.clock.now()
        until = retry_after(response.headers, now) or now + guessed_wait(number)
        seconds = max((until - now).total_seconds(), 0.0)
        if waited + seconds > self._max_wait:
            raise BudgetExhaustedError(
                f"source {self._chain.source}: {self._url} asks to be left alone for "
                f"{timedelta(seconds=round(seconds))}; the next crawl after that goes on where "
                "this one ended",
                until,
            )
        await self._chain.wait(seconds, f"{self._url} is too busy")
        return seconds

    def _refused(self, error: Mapping[str, Any]) -> Exception:
        code = str(error.get("code"))
        where = f"source {self._chain.source}: {self._url}: {code}: {str(error.get('info'))[:200]}"
        if code in _DENIED:
            return ForbiddenError(f"{where}; harvester reads what everybody may read, nothing else")
        if code.startswith("invalid"):
            return NotFoundError(f"{where}; correct category or template in the configuration")
        if code.startswith("internal_api_error"):
            return ServerError(f"{where}; the next crawl tries again")
        return UnexpectedAnswerError(f"{where}; is this wiki older than MediaWiki 1.31?")


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
