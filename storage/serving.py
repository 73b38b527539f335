# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The catalogue as front-ends read it: fulfils :class:`harvester.ports.feed.Feed`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import TimeoutError as NoConnectionError

from harvester.model import JsonObject, State
from harvester.ports.errors import CatalogueError
from harvester.ports.feed import (
    Dump,
    Mark,
    Part,
    PublisherQuestion,
    PublisherTitle,
    SoftwareQuestion,
    Tidings,
    Title,
)
from harvester.ports.paging import Slice, Window
from harvester.ports.rows import Entry
from harvester.ports.search import Found, Inquiry, Relation
from harvester.ports.written import Catalog, CatalogQuestion, LogQuestion, WrittenLog
from storage import bodies, feed, listing, schema, shown
from storage.engine import PATIENCE, Store
from storage.search import asking, related
from storage.search import words as search_words
from storage.types import KEY_LIMIT, is_holdable
from storage.written import catalogs, remarks


def open_feed(database_url: str, *, patience: float = PATIENCE) -> "SqlFeed":
    """Open a catalogue for reading by several threads at once.

    Takes and raises what :func:`storage.schema.opened` does.
    """
    return SqlFeed(schema.opened(database_url, patience=patience))


class SqlFeed:
    """What front-ends ask, in an open database with the newest schema."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @property
    def name(self) -> str:
        """The absolute path of the file, or host and database; never a password."""
        return self.store.name

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()

    def mark(self, *, written: bool = False) -> Mark:
        """Say how far the catalogue has come."""
        with self._reading() as connection:
            return feed.mark(connection, written=written)

    def software(
        self, question: SoftwareQuestion, window: Window, *, documents: bool
    ) -> Slice[Title]:
        """Give entries by ``created_at`` and id."""
        with self._reading() as connection:
            return listing.titles(connection, question, window, documents=documents)

    def latest(self, question: SoftwareQuestion, window: Window) -> Slice[Title]:
        """Give entries with documents by ``updated_at`` and id, the newest first."""
        with self._reading() as connection:
            return listing.latest(connection, question, window)

    def amount(self, question: SoftwareQuestion) -> int:
        """Count entries."""
        with self._reading() as connection:
            return listing.amount(connection, question)

    def titles(self, software_ids: Sequence[str], *, documents: bool) -> Mapping[str, Title]:
        """Give the entries that have one of the ids now, by id."""
        with self._reading() as connection:
            return listing.titles_of(
                connection, self.store.dialect, software_ids, documents=documents
            )

    def title(self, software_id: str) -> Title | None:
        """Give one entry with its document, by its id or an id that it had before."""
        with self._reading() as connection:
            return listing.title(connection, software_id)

    def entry(self, software_id: str) -> Entry | None:
        """Give one entry with its volatile facts, by its id or an id that it had before."""
        if not is_holdable(software_id, KEY_LIMIT):
            return None
        with self._reading() as connection:
            return shown.entry(connection, software_id)

    def catalog_of(self, software_id: str) -> str | None:
        """Give the id of the catalog that an entry is in; None for the implicit one."""
        with self._reading() as connection:
            return listing.catalog_of(connection, software_id)

    def publishers(self, question: PublisherQuestion, window: Window) -> Slice[PublisherTitle]:
        """Give public bodies by ``created_at`` and key."""
        with self._reading() as connection:
            return bodies.publishers(connection, self.store.dialect, question, window)

    def publisher_amount(self, question: PublisherQuestion) -> int:
        """Count public bodies."""
        with self._reading() as connection:
            return bodies.amount(connection, question)

    def publisher(
        self, prefix: str | None = None, uri: str | None = None
    ) -> tuple[PublisherTitle, ...]:
        """Give the public bodies whose key begins so, or with this URI; written ones first."""
        with self._reading() as connection:
            return bodies.publisher_of(connection, self.store.dialect, prefix=prefix, uri=uri)

    def catalogs(self, question: CatalogQuestion, window: Window) -> Slice[Catalog]:
        """Give catalogs by ``created_at`` and id."""
        with self._reading() as connection:
            return catalogs.listed(connection, question, window)

    def catalog_amount(self, question: CatalogQuestion) -> int:
        """Count catalogs."""
        with self._reading() as connection:
            return catalogs.amount(connection, question)

    def catalog(self, name: str) -> Catalog | None:
        """Give one by its id or its alternative id; an id goes before."""
        with self._reading() as connection:
            return catalogs.named(connection, name)

    def written_logs(self, question: LogQuestion, window: Window) -> Slice[WrittenLog]:
        """Give logs by ``created_at`` and id, the newest first."""
        with self._reading() as connection:
            return remarks.logs(connection, question, window)

    def written_log_amount(self, question: LogQuestion) -> int:
        """Count logs."""
        with self._reading() as connection:
            return remarks.log_amount(connection, question)

    def former_ids(self, software_id: str) -> Sequence[str]:
        """Give the ids that an entry had before."""
        with self._reading() as connection:
            return listing.former_ids(connection, software_id)

    def analyses(self, entities: Sequence[str]) -> Mapping[str, JsonObject]:
        """Give what was found out about an entity, under its addresses, by namespace."""
        with self._reading() as connection:
            return remarks.analyses(connection, entities)

    def tidings(self, after: int, limit: int) -> Tidings:
        """Give changes with a number greater than ``after``, in order."""
        with self._snapshot() as connection:
            rows = tuple(feed.after(connection, after, limit))
            ids = sorted({row.change.software_id for row in rows})
            return Tidings(
                rows=rows,
                entries=shown.entries_of(connection, self.store.dialect, ids),
                head=feed.head(connection),
                oldest=feed.oldest(connection),
            )

    def containing(self, parts: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Give the words that the catalogue has with each part in them, the shortest first."""
        with self._reading() as connection:
            return search_words.containing(connection, self.store.dialect, parts)

    def alike(self, words: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Give the words that share the most runs of three letters with each word."""
        with self._reading() as connection:
            return search_words.alike(connection, self.store.dialect, words)

    def find(self, inquiry: Inquiry) -> Found:
        """Answer a question, as of one moment."""
        with self._snapshot() as connection:
            return asking.find(connection, self.store.dialect, inquiry)

    def related(self, software_id: str, limit: int) -> Mapping[Relation, tuple[Entry, ...]]:
        """Give listed entries that are related to an entry."""
        with self._reading() as connection:
            return related.related(connection, software_id, limit)

    @contextmanager
    def dump(self, states: frozenset[State] | None, part: Part | None = None) -> Iterator[Dump]:
        """Open all entries of this moment, or a part of them; all states if None."""
        with self._snapshot() as connection:
            yield Dump(
                mark=feed.mark(connection),
                entries=shown.entries(connection, states, activity=False, part=part),
                total=None
                if part is None
                else listing.amount(connection, SoftwareQuestion(states=states)),
                last=None if part is None else listing.last_of(connection, states, part),
            )

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _patient(), self.store.reading() as connection:
            yield connection

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        """Read one state of the database, however many statements it takes."""
        with self._reading() as connection:
            self.store.dialect.freeze(connection)
            yield connection


@contextmanager
def _patient() -> Iterator[None]:
    try:
        yield
    except NoConnectionError as error:
        raise CatalogueError(
            "too many front-ends ask at once; try again later, or put a cache before the API"
        ) from error
