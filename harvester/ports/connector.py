# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a connector is: the code for one kind of forge."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from pydantic import BaseModel

from harvester.model import Origin, Repository, Sighting, Vitality
from harvester.ports.archive import Archive
from harvester.ports.http import Budgets, Clock, Validators
from harvester.ports.listing import (
    Estimate,
    Listing,
    LookUp,
    Page,
    Resolution,
    Scope,
    Size,
    Spent,
    Tagged,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """The ``[http]`` table of the settings."""

    user_agent: str
    """With version and, where configured, the operator's contact."""
    timeout: float = 30.0
    """Seconds for one request, from its first byte to the answer's last."""
    max_wait: float = 900.0
    """Seconds; a longer wait that a forge demands ends the crawl instead of being slept."""
    max_body: int = 32 * 1024 * 1024
    """Bytes; a larger answer is refused."""
    ca_file: str | None = None
    """Certificates of a private authority, beside the system's."""
    attempts: int = 5
    """How often one request is tried before it counts as failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A secret that a forge knows its bearer by."""

    value: str = field(repr=False)
    name: str
    """What the operator calls it: the variable or the file that it comes from."""


ToldWaiting = Callable[[datetime, str], None]
"""Hears until when a request waits, and why. Called on the event loop; must return at once."""


def _nobody_hears(_until: datetime, _why: str) -> None:
    """Drop what nobody asked to hear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What one request cost, and whose budget it was taken from."""

    origin: str
    """Scheme, host and port."""
    token: str
    """A fingerprint of the token, as ledgers have it; ``anonymous`` without one."""
    resource: str
    """``core``, ``graphql``, ``raw``, … as ledgers have it."""
    requests: int = 0
    points: int = 0


ToldCharge = Callable[[Charge], None]
"""Hears what was spent, as it is spent. Called on the event loop; must return at once."""


def _nobody_counts(_charge: Charge) -> None:
    """Drop what nobody asked to hear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeAccess:
    """How a connector reaches a forge."""

    source: str
    """The configured name, for messages."""
    url: str
    """Canonical web address of the forge; identity is made of it."""
    api_url: str | None = None
    """REST base, where it is not the derived one."""
    graphql_url: str | None = None
    raw_url: str | None = None
    token: str | None = field(default=None, repr=False)
    """Sent to the origins of the API addresses and to nowhere else."""
    token_name: str | None = None
    """What the operator calls ``token``, where it has a name."""
    spare_tokens: tuple[AccessToken, ...] = ()
    """Used in this order where ``token`` has nothing left."""
    reserve: float = 0.0
    """What of each token's limits is left to its other users: below 1 a share, else a number."""
    options: BaseModel | None = None
    """The connector's own options, an instance of its ``Options``."""
    guarded: bool = False
    """True: the address comes from harvested data, such as a list that somebody else keeps. Then
    nothing is asked but hosts of the public Internet, by whatever way a request gets there."""
    http: HttpOptions
    clock: Clock
    budgets: Budgets
    validators: Validators
    waiting: ToldWaiting = _nobody_hears
    charged: ToldCharge = _nobody_counts
    archive: Archive | None = None
    """Keeps what the forge answers, or answers in its place; None: neither."""

    @property
    def tokens(self) -> tuple[AccessToken, ...]:
        """All tokens, the one that is used first at the head; none for an anonymous visitor."""
        if not self.token:
            return self.spare_tokens
        first = AccessToken(value=self.token, name=self.token_name or "its token")
        return (first, *self.spare_tokens)


class Connector(Protocol):
    """An open connection to one forge for one source; an asynchronous context manager."""

    read_batch: int
    """How many wanted sightings make one call of :meth:`read` worth while."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """List repositories page by page.

        Asks for public repositories only and drops what is not public all the same. An owner or
        item that cannot be read is a :class:`~harvester.ports.listing.Failure` of its page. A
        failure of the source as a whole ends the listing with a
        :class:`~harvester.ports.errors.SourceError`.
        The last page has no cursor.
        """
        ...

    async def read(self, wanted: Sequence[Sighting]) -> Sequence[Sighting]:
        """Bring what a page left out: the bytes of the files and the details.

        Gives the sightings in the same order, each with ``content`` and ``details`` filled, or with
        ``unread`` set to the reason. A file that changed meanwhile comes with its new blob id.
        ``Unread`` files come as what they are: versions with content, none, or ``Unknown``.
        """
        ...

    async def look_up(self, forge_ids: Sequence[str]) -> Mapping[str, LookUp]:
        """Look repositories up by id, whatever they are called now, as an anonymous visitor would.

        Every id has an answer; what could not be found out is ``Unknown``.

        Raises:
            SourceError: it is about the way to the forge, or who asks: a limit, a refused token, no
                answer at all. The next run asks again.
        """
        ...

    async def resolve(self, paths: Sequence[str]) -> Mapping[str, Resolution]:
        """Say which repository has a path today, or had it before it was renamed or moved.

        As an anonymous visitor would find it. Asked in as few requests as the forge allows; every
        path has an answer, and what could not be found out, for whatever reason, is ``Unknown``.
        """
        ...

    def estimate(self, scope: Scope, size: Size) -> Estimate:
        """Predict what the next crawl will cost, a sweep if ``size.moved`` is None; asks nobody."""
        ...

    async def check(self) -> str:
        """Try the forge with one cheap request and say in a sentence what was found.

        Raises:
            SourceError: it cannot be used; the message says what to do.
        """
        ...

    def spent(self) -> Spent:
        """Say what has been spent since this connector was opened."""
        ...


@runtime_checkable
class AsksForEach(Protocol):
    """A connector that may have to ask for each repository by itself, whether it moved or not.

    For such a scope it leaves out the paths that are
    :attr:`~harvester.ports.listing.Listing.resting`.
    """

    def asks_for_each(self, scope: Scope) -> bool:
        """Say whether it is so for a scope."""
        ...


@runtime_checkable
class ReadsVitality(Protocol):
    """A connector that can also say whether repositories are worked on; one need not."""

    async def vitality(
        self, repositories: Sequence[Repository], now: datetime
    ) -> Mapping[str, Vitality]:
        """Count commits, their authors and releases, as an anonymous visitor could.

        Args:
            repositories: a few dozen, public when they were last seen.
            now: the end of the time that is looked at.

        Returns:
            By forge id; what could not be read is left out. Neither names nor addresses of people.

        Raises:
            SourceError: nothing more is to be had for the moment.
        """
        ...


@runtime_checkable
class FindsTopics(Protocol):
    """A connector of a forge on which a new topic is no activity; the others need not find them."""

    async def with_topics(self, topics: Sequence[str]) -> Tagged | None:
        """Give the forge's public repositories that have one of these topics.

        One request for each topic, as long as few have it; of very many, not all are given, which
        is told. What comes is only a hint of what to look up, so that it may name what a token
        alone sees.

        Returns:
            None: as it is reached now, its listings of what moved show new topics.

        Raises:
            SourceError: the forge could not be asked, or does not tell.
        """
        ...


class ConnectorType(Protocol):
    """A class found through the entry-point group ``harvester.connectors``."""

    kind: str
    """The word for ``kind`` in the configuration."""
    profile: str
    """What this forge's publiccode files are checked with: ``standard``, ``opencode`` or, what
    people entered into a form, ``hand``."""
    origin: Origin
    """``crawl`` where it reads repositories; else how the places that it reads came about."""
    host_aliases: Mapping[str, str]
    """Old host names of the forge, each with the one that replaced it."""
    Options: type[BaseModel]
    """The connector's own keys of a ``[[sources]]`` table."""

    def __call__(self, access: ForgeAccess) -> Connector:
        """Make a connector; opens nothing yet."""
        ...

    async def recognise(self, access: ForgeAccess) -> bool:
        """Say, with one anonymous request, whether the forge at ``access.url`` is of this kind."""
        ...
