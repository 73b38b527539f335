# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What a crawl does with the clock and with answers: nothing special, keep them, or replay them."""

import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from harvester import __version__
from harvester.cli import console
from harvester.cli.adapters import SystemClock
from harvester.cli.exits import UsageError
from harvester.ports.catalogue import Catalogue
from harvester.ports.connector import AccessToken, ForgeAccess
from harvester.ports.http import Clock
from harvester.settings import Source, Tokens

if TYPE_CHECKING:
    from connectors.transport.archive import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of a command's arguments decides what is asked of forges."""

    arguments: tuple[str, ...]
    full: bool
    limit: int | None
    kind: str | None

    def options(self) -> dict[str, Any]:
        """Give the options, for an archive."""
        return {"full": self.full, "limit": self.limit, "kind": self.kind}


class Tape(Protocol):
    """Chooses clocks and ways to forges for one run of ``crawl``."""

    chain_clock: Clock
    """For what is asked of forges."""

    def clock(self, source: str) -> Clock:
        """Give the clock for the crawl of a source."""
        ...

    def tokens(self, source: Source) -> Tokens | None:
        """Give what is used instead of a source's tokens; None: the tokens."""
        ...

    def begin(self, catalogue: Catalogue, asked: Asked, tokens: dict[str, int]) -> None:
        """Begin, before anything is asked of a forge; raises HarvesterError."""
        ...

    def through(self, access: ForgeAccess) -> ForgeAccess:
        """Lead the way to a forge through the archive."""
        ...

    async def reach(self, url: str) -> None:
        """Say nothing where an address from data may be asked.

        Raises:
            RefusedAddressError: it leads to a private network.
            UnreachableError: there is no such host.
        """
        ...

    def close(self) -> None:
        """End."""
        ...


class NoTape:
    """The machine's clock, unless another is given, and the network."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.chain_clock: Clock = clock or SystemClock()

    def clock(self, source: str) -> Clock:  # noqa: ARG002 - the protocol's
        """Give the machine's clock."""
        return self.chain_clock

    def tokens(self, source: Source) -> Tokens | None:  # noqa: ARG002
        """Give none: the source's own are used."""
        return None

    def begin(self, catalogue: Catalogue, asked: Asked, tokens: dict[str, int]) -> None:
        """Do nothing."""

    def through(self, access: ForgeAccess) -> ForgeAccess:
        """Give the way as it is."""
        return access

    async def reach(self, url: str) -> None:
        """Ask for the addresses of the host."""
        from connectors.transport.reach import check_public

        await check_public(url)

    def close(self) -> None:
        """Do nothing."""


class RecordingTape(NoTape):
    """Keeps every answer in a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._opened: Recording | None = None

    def clock(self, source: str) -> Clock:
        """Give the machine's clock, whose readings are kept."""
        return self._recording.clock(source)

    def begin(self, catalogue: Catalogue, asked: Asked, tokens: dict[str, int]) -> None:
        """Make the folder.

        Raises:
            ArchiveError: it cannot be used.
        """
        from connectors.transport.archive import Head, Recording, text_of

        head = Head(
            harvester=__version__,
            began_at=text_of(self.chain_clock.now()),
            seed=random.SystemRandom().getrandbits(63),
            changes=catalogue.head(),
            arguments=asked.arguments,
            options=asked.options(),
            tokens=tokens,
        )
        self._opened = Recording(self._folder, head, clock=self.chain_clock, warn=console.warn)

    def through(self, access: ForgeAccess) -> ForgeAccess:
        """Have every answer kept."""
        return replace(access, archive=self._recording)

    def close(self) -> None:
        """Say in the archive that it is whole."""
        if self._opened is not None:
            self._opened.close()

    @property
    def _recording(self) -> "Recording":
        if self._opened is None:
            raise RuntimeError("a recording begins before it is used")
        return self._opened


class ReplayTape:
    """Answers from a folder; the network is not reached."""

    def __init__(self, folder: Path, *, dry_run: bool) -> None:
        """Open the archive.

        Raises:
            ArchiveError: there is none that can be read.
        """
        from connectors.transport.archive import Replay, read

        self._folder = folder
        self._dry_run = dry_run
        self._replay: Replay = Replay(read(folder))
        self.chain_clock: Clock = self._replay.clock

    @property
    def asked(self) -> Asked:
        """What the recorded crawl was asked."""
        head = self._replay.head
        return Asked(arguments=head.arguments, **head.options)

    def clock(self, source: str) -> Clock:
        """Give the clock of then."""
        return self._replay.clock_of(source)

    def tokens(self, source: Source) -> Tokens | None:
        """Give as many tokens as the source had, with what stands for one in the archive."""
        from connectors.transport.archive import BLANK

        had = self._replay.head.tokens.get(source.name, 0)
        shown = (BLANK, *(f"{BLANK}-{number}" for number in range(2, had + 1)))[:had]
        return Tokens(tuple(AccessToken(value=one, name="the archive") for one in shown))

    def begin(self, catalogue: Catalogue, asked: Asked, tokens: dict[str, int]) -> None:  # noqa: ARG002
        """Refuse a catalogue that has gone on since: its time would run backwards.

        Raises:
            UsageError: it is not the one that the recorded crawl began with.
        """
        head = self._replay.head
        if head.ended_at is None:
            console.warn(
                f"--replay {self._folder}: this archive was broken off; the replay will miss what"
                " came after its end"
            )
        if catalogue.head() != head.changes and not self._dry_run:
            raise UsageError(
                f"--replay {self._folder}: the recorded crawl began with a catalogue at change"
                f" {head.changes}, {catalogue.name} is at {catalogue.head()}; name"
                f" {'an empty one' if head.changes == 0 else 'a copy of that one'}"
                " (HARVESTER_DATABASE_URL=sqlite:///replay.db), or add --dry-run"
            )

    def through(self, access: ForgeAccess) -> ForgeAccess:
        """Have every answer come from the archive."""
        return replace(access, archive=self._replay)

    async def reach(self, url: str) -> None:
        """Say nothing: no host is asked for, and whatever was refused has no answer there."""

    def close(self) -> None:
        """Do nothing."""
