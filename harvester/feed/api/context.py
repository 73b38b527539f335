# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What every handler has at hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from harvester.feed.api.modified import Modified
from harvester.feed.heading import Heading
from harvester.ports.feed import Feed
from harvester.ports.telling import Teller
from harvester.ports.tokens import Tokens
from harvester.ports.webhooks import WebhookStore
from harvester.ports.written import Desk
from harvester.rates import Rate

Look = Callable[[str], Mapping[str, Any]]
"""Tells what is known of a canonical address, as `harvester status URL --json`; in any thread."""

Admit = Callable[[str], None]
"""Says nothing where an address may be posted to; raises ``SourceError`` where it may not, or leads
nowhere. It may ask the network for the address of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What operators decide about the API."""

    heading: Heading
    """The catalogue's title page, for the forms that have one."""
    page_size: int = 25
    """Of a list, where the request names none."""
    max_page_size: int = 10_000
    """A request for more gets so many."""
    cors_origins: tuple[str, ...] = ("*",)
    """Origins of web pages whose scripts may read the API."""
    contacts: bool = True
    """Whether e-mail addresses of public bodies are kept and shown."""
    cache_for: timedelta = timedelta(seconds=10)
    """How long an answer may be shown again without asking."""
    rate_limit: Rate | None = None
    """What an address may ask; None: as much as it likes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What every handler has at hand."""

    feed: Feed
    """What is read."""
    tokens: Tokens
    """Who may write."""
    webhooks: WebhookStore
    """Who asked to be told."""
    admit: Admit
    """Whether an address may be posted to."""
    desk: Desk
    """Takes what is written."""
    teller: Teller
    """Takes what is told of software."""
    look: Look
    """Tells what is known of an address."""
    now: Callable[[], datetime]
    """Gives the time."""
    options: Options
    modified: Modified = field(default_factory=Modified)
    """Knows since when the catalogue is as it is."""
