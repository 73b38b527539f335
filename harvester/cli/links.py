# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Follows links politely: one request a host at a time, each address once."""

import asyncio
import socket
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from harvester.cli import compose
from harvester.cli.invocation import Invocation
from harvester.ports.errors import RefusedAddressError, UnexpectedAnswerError, UnreachableError
from harvester.ports.http import Fetcher
from harvester.publiccode.links_check import Answer, Hindrance

TIMEOUT = 10.0
"""Seconds for one link; who takes longer is told of as silent."""
_HOSTS_AT_ONCE = 8
_TOO_MANY_REQUESTS = 429
_LAST_WORDS: Mapping[Answer, Answer] = {
    Hindrance.NO_HOST: Hindrance.NO_HOST,
    Hindrance.NO_CONNECTION: Hindrance.SPARED,
    Hindrance.NO_TIME: Hindrance.SPARED,
    _TOO_MANY_REQUESTS: Hindrance.SPARED,
}
"""Answers after which a server is asked no more, and what its other addresses are then told."""


async def follow(invocation: Invocation, urls: Iterable[str]) -> dict[str, Answer]:
    """Ask each address once; gives an answer for each.

    Raises:
        SettingsError: the settings that ``--config`` names are refused.
    """
    configuration = compose.configuration(invocation) if invocation.config else None
    http = compose.http_options(configuration)
    async with compose.fetcher(replace(http, timeout=min(TIMEOUT, http.timeout))) as fetcher:
        return await ask_all(fetcher, urls)


async def ask_all(fetcher: Fetcher, urls: Iterable[str]) -> dict[str, Answer]:
    """Ask each address once; gives an answer for each."""
    hosts: dict[str, list[str]] = {}
    for url in dict.fromkeys(urls):
        hosts.setdefault(_host(url), []).append(url)
    slots = asyncio.Semaphore(_HOSTS_AT_ONCE)

    async def of_host(addresses: list[str]) -> dict[str, Answer]:
        async with slots:
            return await _in_turn(fetcher, addresses)

    found = await asyncio.gather(*(of_host(addresses) for addresses in hosts.values()))
    return {url: answer for answers in found for url, answer in answers.items()}


async def _in_turn(fetcher: Fetcher, urls: list[str]) -> dict[str, Answer]:
    """Ask one host; who is dead, or wants no more, is not asked again."""
    answers: dict[str, Answer] = {}
    closed: dict[str, Answer] = {}
    for url in urls:
        server = _server(url)
        answers[url] = answer = closed.get(server) or await _ask(fetcher, url)
        if answer in _LAST_WORDS:
            closed.setdefault(server, _LAST_WORDS[answer])
    return answers


async def _ask(fetcher: Fetcher, url: str) -> Answer:
    try:
        return await fetcher.status(url)
    except RefusedAddressError:
        return Hindrance.NOT_PUBLIC
    except UnexpectedAnswerError:
        return Hindrance.NO_SENSE
    except UnreachableError as error:
        return _hindrance(error.__cause__)


def _hindrance(cause: BaseException | None) -> Hindrance:
    match cause:
        case socket.gaierror(errno=socket.EAI_AGAIN):  # nobody could be asked for the name
            return Hindrance.NO_CONNECTION
        case socket.gaierror() | UnicodeError():
            return Hindrance.NO_HOST
        case TimeoutError():
            return Hindrance.NO_TIME
        case _:
            return Hindrance.NO_CONNECTION


def _host(url: str) -> str:
    """Give the host that is asked one address at a time."""
    return (urlsplit(url).hostname or "").lower()


def _server(url: str) -> str:
    """Give scheme, host and port: what of a host answers or does not."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"
