# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a connector is: the code for one kind of forge."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from pydantic import BaseModel

from harvester.model import (
    Estimate,
    Listing,
    LookUp,
    Origin,
    Page,
    Resolution,
    Scope,
    Sighting,
    Size,
    Spent,
)
from harvester.ports.http import Budgets, Clock, Validators


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
    options: BaseModel | None = None
    """The connector's own options, an instance of its ``Options``."""
    http: HttpOptions
    clock: Clock
    budgets: Budgets
    validators: Validators


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
        item that cannot be read is a :class:`~harvester.model.Failure` of its page. A failure of
        the source as a whole ends the listing with a :class:`~harvester.ports.errors.SourceError`.
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
        """
        ...

    async def resolve(self, paths: Sequence[str]) -> Mapping[str, Resolution]:
        """Say which repository has a path today, or had it before it was renamed or moved.

        As an anonymous visitor would find it. Asked in as few requests as the forge allows; every
        path has an answer, and what could not be found out, for whatever reason, is ``Unknown``.
        """
        ...

    def estimate(self, scope: Scope, size: Size) -> Estimate:
        """Predict what a sweep will cost; asks nobody."""
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
