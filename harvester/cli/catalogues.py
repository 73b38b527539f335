# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Opens catalogues: for a command, for a dry run, for front-ends."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harvester.cli.adapters import MemoryBudgets, MemoryLeads, NoValidators, SystemClock
from harvester.cli.compose import heading
from harvester.ports.catalogue import Catalogue
from harvester.ports.directory import LeadStore
from harvester.ports.errors import CatalogueError
from harvester.ports.http import Budgets, Validators
from harvester.ports.tokens import Tokens
from harvester.ports.webhooks import Outbox, WebhookStore
from harvester.ports.wishes import WishBox
from harvester.settings import Configuration, SettingsError
from harvester.worker import Worker

if TYPE_CHECKING:
    from fastapi import FastAPI

    from harvester.crawl import SourcePlan
    from storage.catalogue import SqlCatalogue
    from storage.engine import Store
    from storage.serving import SqlFeed

IN_MEMORY = "sqlite://"


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


@contextmanager
def token_store(configuration: Configuration) -> Iterator[Tokens]:
    """Open what keeps the API's tokens: the catalogue's database, made if it is not there yet.

    Raises:
        CatalogueError: it cannot be used.
    """
    from storage.tokens import StoredTokens

    with _opened(configuration.database_url()) as opened:
        yield StoredTokens(opened.store)


@contextmanager
def webhook_store(configuration: Configuration) -> Iterator[WebhookStore]:
    """Open what keeps webhooks: the catalogue's database, made if it is not there yet.

    Raises:
        CatalogueError: it cannot be used.
    """
    from storage.webhooks import StoredWebhooks

    with _opened(configuration.database_url()) as opened:
        yield StoredWebhooks(opened.store)


@contextmanager
def outbox(configuration: Configuration) -> Iterator[tuple[Outbox, WebhookStore]]:
    """Open what is to be delivered, with the webhooks that it is for.

    Raises:
        CatalogueError: it cannot be used.
    """
    from storage.outbox import StoredOutbox
    from storage.webhooks import StoredWebhooks

    with _opened(configuration.database_url()) as opened:
        yield StoredOutbox(opened.store), StoredWebhooks(opened.store)


@dataclass(frozen=True)
class FrontEnd:
    """What front-ends are answered by."""

    app: "FastAPI"
    feed: "SqlFeed"
    wishes: WishBox

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
    from harvester.cli import delivering
    from harvester.cli.address import Address
    from harvester.cli.planning import told_plan
    from harvester.crawl.scribe import Scribe
    from harvester.feed.api import Context, Options, application
    from harvester.search.projection import VERSION, project
    from storage.catalogue import SqlCatalogue
    from storage.serving import open_feed
    from storage.telling import SqlTellings
    from storage.tokens import StoredTokens
    from storage.webhooks import StoredWebhooks
    from storage.wishes import StoredWishes
    from storage.written import SqlDesk

    table = configuration.settings.api
    options = Options(
        heading=heading(configuration),
        page_size=table.page_size,
        max_page_size=table.max_page_size,
        cors_origins=table.cors_origins,
        contacts=configuration.settings.privacy.contacts,
        cache_for=table.cache_for,
        rate_limit=None if table.rate_limit == "off" else table.rate_limit,
    )
    feed = open_feed(configuration.database_url())
    # Asked for reads only, once it is served: threads share its store.
    known = SqlCatalogue(feed.store)

    def look(url: str) -> Mapping[str, object]:
        return Address(current() if current else configuration, known, url).as_json()

    def plan() -> "SourcePlan":
        try:
            return told_plan(current() if current else configuration)
        except SettingsError as error:
            # A list of public bodies went away: nothing is written as of nobody meanwhile.
            raise CatalogueError(f"nothing can be written: {error}") from error

    try:
        known.reindex(VERSION, project)
        context = Context(
            feed=feed,
            tokens=StoredTokens(feed.store),
            webhooks=StoredWebhooks(feed.store),
            admit=delivering.admit(current or (lambda: configuration)),
            desk=SqlDesk(feed.store),
            teller=Scribe(SqlTellings(feed.store), plan),
            look=look,
            options=options,
            now=SystemClock().now,
        )
        yield FrontEnd(application(context), feed, StoredWishes(feed.store))
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
