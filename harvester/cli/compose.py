# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Puts together what commands work with: the settings, and the way to forges."""

import os
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import partial
from pathlib import Path

from harvester import __version__
from harvester.cli import console, installed, logs
from harvester.cli.adapters import MemoryBudgets, NoValidators, SystemClock
from harvester.cli.invocation import Invocation
from harvester.cli.output import moment
from harvester.feed.heading import Heading
from harvester.ports.connector import ForgeAccess, HttpOptions, ToldWaiting
from harvester.ports.http import Budgets, Clock, Fetcher, Validators
from harvester.settings import MANUAL_SOURCE, Configuration, Source, Tokens, find_file, load

# --- configuration --------------------------------------------------------------------------


def configuration(invocation: Invocation) -> Configuration:
    """Read the settings that a command was called with.

    Raises:
        SettingsError: they are refused.
    """
    file = find_file(invocation.config, os.environ, Path.cwd())
    loaded = load(file, os.environ, installed.options())
    if loaded.packaged:
        console.say(f"no harvester.toml here: using the packaged settings, {loaded.path}")
    return loaded


def heading(configuration: Configuration) -> Heading:
    """Give the catalogue's title page."""
    page = configuration.settings.catalogue
    return Heading(
        title=page.title,
        description=page.description,
        language=page.language,
        publisher=page.publisher,
        publisher_url=page.publisher_url,
        url=page.url.rstrip("/") if page.url else None,
    )


# --- access to forges -----------------------------------------------------------------------


def http_options(configuration: Configuration | None) -> HttpOptions:
    """Give the ``[http]`` table; the defaults without a configuration.

    Raises:
        SettingsError: ``ca_file`` cannot be read.
    """
    if configuration is None:
        return HttpOptions(user_agent=user_agent(None))
    http = configuration.settings.http
    return HttpOptions(
        user_agent=user_agent(http.contact),
        timeout=http.timeout,
        max_wait=http.max_wait.total_seconds(),
        max_body=http.max_body,
        ca_file=configuration.ca_file(),
        attempts=http.attempts,
    )


def user_agent(contact: str | None) -> str:
    """Name harvester and whom to ask about it."""
    return f"harvester/{__version__}" + (f" (+{contact})" if contact else "")


def access_of(
    configuration: Configuration,
    source: Source,
    *,
    clock: Clock | None = None,
    budgets: Budgets | None = None,
    validators: Validators | None = None,
    waiting: ToldWaiting | None = None,
    tokens: Tokens | None = None,
) -> ForgeAccess:
    """Resolve how a configured source is reached; only now are its secrets read.

    What it waits for is told to ``waiting``; without one, as a line. Where ``tokens`` are given,
    they are used instead of the configured ones, which are not read then.

    Raises:
        SettingsError: a secret cannot be had.
    """
    tokens = configuration.tokens(source) if tokens is None else tokens
    for token in tokens.found:
        logs.hide(token.value)
    _warn_of_missing_tokens(source.name, tokens)
    first = tokens.found[0] if tokens.found else None
    return ForgeAccess(
        source=source.name,
        url=source.url,
        api_url=source.api_url,
        graphql_url=source.graphql_url,
        raw_url=source.raw_url,
        token=first.value if first else None,
        token_name=first.name if first else None,
        spare_tokens=tokens.found[1:],
        reserve=source.reserve,
        options=configuration.options(source),
        http=http_options(configuration),
        clock=clock or SystemClock(),
        budgets=budgets or MemoryBudgets(),
        validators=validators or NoValidators(),
        waiting=waiting or partial(say_waiting, source.name),
    )


def _warn_of_missing_tokens(name: str, tokens: Tokens) -> None:
    """Say what it costs that variables are not set."""
    if not tokens.missing:
        return
    several = len(tokens.missing) > 1
    unset = (
        f"{name}: the environment variable{'s' if several else ''} {', '.join(tokens.missing)} "
        f"{'are' if several else 'is'} not set; "
    )
    if tokens.found:
        with_ = ", ".join(token.name for token in tokens.found)
        console.warn(f"{unset}reading with {with_} alone")
    else:
        console.warn(
            f"{unset}reading anonymously; forges allow fewer requests then, so that a crawl may "
            "take several runs"
        )


def say_waiting(name: str, until: datetime, why: str) -> None:
    """Tell a wait as a line."""
    console.say(f"{name}: waiting until {moment(until)}: {why}")


def anonymous_access(
    configuration: Configuration | None,
    url: str,
    *,
    clock: Clock | None = None,
    budgets: Budgets | None = None,
    validators: Validators | None = None,
    waiting: ToldWaiting | None = None,
) -> ForgeAccess:
    """Say how a forge is reached that no source is configured for."""
    return ForgeAccess(
        source=MANUAL_SOURCE,
        url=url,
        http=http_options(configuration),
        clock=clock or SystemClock(),
        budgets=budgets or MemoryBudgets(),
        validators=validators or NoValidators(),
        waiting=waiting or partial(say_waiting, url),
    )


def warn_of_missing_contact(configuration: Configuration) -> None:
    """Say that forges cannot tell whom to ask about the requests."""
    if not configuration.settings.http.contact:
        console.warn(
            "no contact in the User-Agent: set contact in [http], or HARVESTER_HTTP__CONTACT, so "
            "that operators of forges can reach you"
        )


def fetcher(http: HttpOptions) -> AbstractAsyncContextManager[Fetcher]:
    """Open what fetches addresses that are not a source's own; it reaches public hosts only."""
    from connectors.transport.fetcher import GuardedFetcher

    return GuardedFetcher(http)
