# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a directory is: something that names places to crawl, and is no forge itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field

from harvester.leads import Lead, Leads
from harvester.ports.connector import ForgeAccess
from harvester.ports.listing import Estimate, Spent


class DirectoryOptions(BaseModel):
    """The keys that every directory adds to its ``[[sources]]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    max_shrink: float = Field(default=0.5, ge=0, le=1)
    """Share of the addresses that may leave the list at once. When more do, or all, the list as it
    was last read stands, and the crawl is incomplete; 1 accepts whatever it says."""
    priority: int = Field(default=0, ge=-1000, le=1000)
    """Of catalogues that describe the same software, the one with the greatest is shown."""

    @property
    def carries_entries(self) -> bool:
        """True: it has publiccode of its own, which the connector of the same kind reads."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryAccess:
    """How a directory is reached."""

    address: str
    """As the operator wrote it, query and all, or the absolute path of a file."""
    is_file: bool
    forge: ForgeAccess
    """Of the source: name, token, HTTP, budgets. Its own host is trusted, for an operator wrote
    it; what the list names is not."""
    read_yaml: Callable[[bytes], Any]
    """Reads YAML as plain data, within bounds; raises ValueError with a plain sentence. Handed in,
    for connectors read no YAML of their own."""


class Directory(Protocol):
    """An open connection to one list or catalogue; an asynchronous context manager."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def leads(self) -> Leads:
        """Read the whole list.

        Raises:
            SourceError: it cannot be read to its end; half a list is none.
        """
        ...

    def estimate(self, leads: int) -> Estimate:
        """Predict what reading it costs; asks nobody.

        Args:
            leads: how many it had when it was last read; 0 if it never was.
        """
        ...

    async def check(self) -> str:
        """Try it with one cheap request and say in a sentence what was found.

        Raises:
            SourceError: it cannot be used; the message says what to do.
        """
        ...

    def spent(self) -> Spent:
        """Say what has been spent since it was opened."""
        ...


class DirectoryType(Protocol):
    """A class found through the entry-point group ``harvester.directories``."""

    kind: str
    """The word for ``kind`` in the configuration."""
    Options: type[DirectoryOptions]
    """Its own keys of a ``[[sources]]`` table."""

    def __call__(self, access: DirectoryAccess) -> Directory:
        """Make a directory; opens nothing yet."""
        ...


# --- what is remembered ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLeads:
    """What a list said when it was last read well."""

    source: str
    read_at: datetime
    leads: Leads
    leaving: tuple[tuple[Lead, datetime], ...] = ()
    """Leads that it no longer names, each with the time when that was first seen; they are crawled
    on until their grace is over, for a line of a list is soon lost by mistake."""
    sources: tuple[str, ...] = ()
    """Names of the sources that were made of it last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAnswer:
    """What was found out about a host that a list names."""

    url: str
    kind: str | None
    """Of the connector that reads it; None where none does."""
    reason: str | None
    """Why none does: a :class:`~harvester.leads.LeadReason`."""
    asked_at: datetime


class LeadStore(Protocol):
    """Remembers what lists said and what runs on hosts. Synchronous, as the catalogue is."""

    def kept(self) -> Mapping[str, KeptLeads]:
        """Give what every list said, by source."""
        ...

    def keep(self, kept: KeptLeads) -> None:
        """Replace what a list said."""
        ...

    def hosts(self) -> Mapping[str, HostAnswer]:
        """Give what is known of hosts, by address."""
        ...

    def answer(self, answer: HostAnswer) -> None:
        """Replace what is known of a host."""
        ...
