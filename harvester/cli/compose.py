# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The composition root: the one place that names adapters and puts them together."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from harvester import __version__
from harvester.cli import console, installed, logs
from harvester.cli.adapters import MemoryBudgets, MemoryLeads, NoValidators, SystemClock
from harvester.cli.invocation import Invocation
from harvester.cli.output import moment
from harvester.crawl import KeepPolicy, Publishers, SourcePlan
from harvester.crawl.blocks import Block, Blocks
from harvester.feed.heading import Heading
from harvester.model import Forge, Origin
from harvester.ports.catalogue import Catalogue, SourceState
from harvester.ports.connector import ForgeAccess, HttpOptions, ToldWaiting
from harvester.ports.directory import LeadStore
from harvester.ports.errors import CatalogueError
from harvester.ports.http import Budgets, Clock, Fetcher, Validators
from harvester.ports.listing import Scope, ScopeKind
from harvester.schedule import usual_pause
from harvester.settings import MANUAL_SOURCE, Configuration, Source, Tokens, find_file, load
from harvester.worker import Worker

if TYPE_CHECKING:
    from fastapi import FastAPI

    from storage.catalogue import SqlCatalogue
    from storage.engine import Store
    from storage.serving import SqlFeed

IN_MEMORY = "sqlite://"


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


# --- the catalogue --------------------------------------------------------------------------


@contextmanager
def catalogue(configuration: Configuration) -> Iterator[Catalogue]:
    """Open the catalogue to write it; an SQLite file that is missing is made.

    What it is searched by is made anew if this harvester reads entries by other rules.

    Raises:
        CatalogueError: it cannot be used.
    """
    from harvester.search.projection import VERSION, project

    with _opened(configuration.database_url()) as opened:
        opened.reindex(VERSION, project)
        yield opened


@contextmanager
def existing_catalogue(configuration: Configuration) -> Iterator[Catalogue]:
    """Open the catalogue to read it; a file that is missing is not made.

    Raises:
        CatalogueError: it cannot be used, or is not there.
    """
    url = configuration.database_url()
    file = _missing_file(url)
    if file is not None:
        raise CatalogueError(
            f"there is no catalogue at {file} yet; fill it with `harvester crawl`, or name another "
            "one in database_url"
        )
    with _opened(url) as opened:
        yield opened


@contextmanager
def catalogue_or_empty(configuration: Configuration) -> Iterator[Catalogue]:
    """Open the catalogue to read it; where there is none yet, an empty one in memory."""
    url = configuration.database_url()
    with _opened(IN_MEMORY if _missing_file(url) else url) as opened:
        yield opened


@contextmanager
def passing_catalogue() -> Iterator[Catalogue]:
    """Open an empty catalogue in memory, for a dry run."""
    with _opened(IN_MEMORY) as opened:
        yield opened


@dataclass(frozen=True)
class FrontEnd:
    """What front-ends are answered by."""

    app: "FastAPI"
    feed: "SqlFeed"

    def trouble(self) -> str | None:
        """Say why the catalogue cannot be read now; None if it can."""
        try:
            self.feed.mark()
        except CatalogueError as error:
            return str(error)
        return None


@contextmanager
def front_end(
    configuration: Configuration, current: Callable[[], Configuration] | None = None
) -> Iterator[FrontEnd]:
    """Open the catalogue for front-ends; an SQLite file that is missing is made.

    Args:
        configuration: the settings.
        current: gives those of the moment, where they may be read anew.

    Raises:
        CatalogueError: it cannot be used.
    """
    from harvester.cli.address import Address
    from harvester.feed.api import Options, application
    from harvester.search.projection import VERSION, project
    from storage.catalogue import SqlCatalogue
    from storage.serving import open_feed

    table = configuration.settings.api
    options = Options(
        heading=heading(configuration),
        page_size=table.page_size,
        max_page_size=table.max_page_size,
        cors_origins=table.cors_origins,
        cache_for=table.cache_for,
    )
    feed = open_feed(configuration.database_url())
    known = SqlCatalogue(
        feed.store
    )  # asked for reads only, once it is served: threads share its store

    def look(url: str) -> Mapping[str, object]:
        return Address(current() if current else configuration, known, url).as_json()

    try:
        known.reindex(VERSION, project)
        yield FrontEnd(application(feed, look, options, SystemClock().now), feed)
    finally:
        feed.close()


@contextmanager
def _opened(url: str) -> Iterator["SqlCatalogue"]:
    from storage.catalogue import open_catalogue

    opened = open_catalogue(url)
    try:
        yield opened
    finally:
        opened.close()


def _missing_file(url: str) -> Path | None:
    prefix = "sqlite:///"
    path = Path(url.removeprefix(prefix).partition("?")[0])
    return (
        path if url.startswith(prefix) and path.name != ":memory:" and not path.exists() else None
    )


def stores(catalogue: Catalogue, worker: Worker) -> tuple[Budgets, Validators]:
    """Give what of the HTTP chain outlives a run: kept in the catalogue, by the worker's thread."""
    from storage.catalogue import SqlCatalogue
    from storage.ledgers import StoredBudgets, StoredValidators

    if not isinstance(catalogue, SqlCatalogue):
        return MemoryBudgets(), NoValidators()
    return (
        StoredBudgets(catalogue.store, worker.executor),
        StoredValidators(catalogue.store, worker.executor),
    )


def store_of(catalogue: Catalogue) -> "Store":
    """Give the database that a catalogue lies in."""
    from storage.catalogue import SqlCatalogue

    if not isinstance(catalogue, SqlCatalogue):
        raise TypeError(f"{type(catalogue).__name__} lies in no database")
    return catalogue.store


def lead_store(catalogue: Catalogue) -> LeadStore:
    """Give what remembers what lists said: the catalogue's database."""
    from storage.catalogue import SqlCatalogue
    from storage.lead_lists import StoredLeads

    return StoredLeads(catalogue.store) if isinstance(catalogue, SqlCatalogue) else MemoryLeads()


def holder() -> str:
    """Name this process, for leases."""
    from storage.lease import holder as name_process

    return name_process()


# --- sources --------------------------------------------------------------------------------


def plan_of(
    configuration: Configuration, source: Source, publishers: Publishers | None = None
) -> SourcePlan:
    """Make a configured source ready to be crawled.

    Args:
        configuration: the settings.
        source: one of theirs, a forge.
        publishers: who stands behind addresses, where more is known than the settings say.

    Raises:
        SettingsError: a list of public bodies cannot be used.
        ConnectorError: its connector cannot be loaded.
    """
    return make_plan(
        configuration,
        name=source.name,
        kind=source.kind,
        url=source.url,
        scope=configuration.scope(source),
        source=source,
        publishers=publishers,
    )


def manual_plan(configuration: Configuration, *, kind: str, url: str, scope: Scope) -> SourcePlan:
    """Make a plan for addresses of a forge that no source is configured for.

    Raises:
        SettingsError: a list of public bodies cannot be used.
        ConnectorError: the connector of this kind cannot be loaded.
    """
    return make_plan(
        configuration,
        name=MANUAL_SOURCE,
        kind=kind,
        url=url,
        scope=scope,
        source=None,
    )


def make_plan(
    configuration: Configuration,
    *,
    name: str,
    kind: str,
    url: str,
    scope: Scope,
    source: Source | None,
    publishers: Publishers | None = None,
) -> SourcePlan:
    """Make a plan; include, exclude and the sweeps are those of ``source``, if there is one.

    Raises:
        SettingsError: a list of public bodies cannot be used.
        ConnectorError: its connector cannot be loaded.
    """
    connector = installed.connector_of(kind)
    own = source.directory if source else None
    include = source.include if source else ("*",)
    exclude = source.exclude if source else ()
    return SourcePlan(
        name=name,
        kind=kind,
        forge=Forge(
            url=url,
            kind=kind,
            origin=connector.origin,
            priority=own.priority
            if own is not None and connector.origin is not Origin.CRAWL
            else 0,
        ),
        scope=scope,
        include=include,
        exclude=exclude,
        opt_out_topics=configuration.settings.opt_out.topics,
        blocks=blocks_of(configuration),
        contacts=configuration.settings.privacy.contacts,
        profile=connector.profile,
        host_aliases=connector.host_aliases,
        # Every source knows the lists of all: an entry may hang together with repositories of
        # several sources, and if each named its publisher by a list of its own, they would rename
        # it by turns, a change each time.
        publishers=publishers or configuration.directory,
        keep=keep_of(configuration),
        sweep_every=source.sweep_every if source else timedelta(days=7),
        revisit_every=usual_pause(source.schedule) if source else None,
        fingerprint=fingerprint(kind, url, scope, include, exclude),
    )


def retired_plan(configuration: Configuration, state: SourceState) -> SourcePlan:
    """Make the plan of a source that is no longer configured: it wants nothing any more.

    Raises:
        SettingsError: a list of public bodies cannot be used.
    """
    return SourcePlan(
        name=state.name,
        kind=state.forge.kind,
        forge=state.forge,
        scope=Scope(ScopeKind.REPOSITORIES),
        blocks=blocks_of(configuration),
        publishers=configuration.directory,
        keep=replace(keep_of(configuration), max_vanish=1.0, gate=1.0),
        fingerprint="retired",
    )


def keep_of(configuration: Configuration) -> KeepPolicy:
    """Give the ``[keep]`` table."""
    keep = configuration.settings.keep
    return KeepPolicy(
        gone_after=keep.gone_after,
        invalid_after=keep.invalid_after,
        max_vanish=keep.max_vanish,
        gate=keep.gate,
    )


def blocks_of(configuration: Configuration) -> Blocks:
    """Give the operator's block list."""
    return Blocks(tuple(Block(row.url, row.reason) for row in configuration.settings.blocks))


def fingerprint(
    kind: str, url: str, scope: Scope, include: tuple[str, ...], exclude: tuple[str, ...]
) -> str:
    """Digest what decides what a source lists; the order of paths and patterns does not."""
    decisive = [kind, url, scope.kind, sorted(scope.paths), sorted(include), sorted(exclude)]
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:32]


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
