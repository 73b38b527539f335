# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""Keeps a crawl as it happens, with clock and seed; a full disk ends that, not the crawl."""

import logging
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from connectors.transport.archive.redaction import Redaction
from connectors.transport.archive.tape import Head, Writer
from harvester.ports.archive import Call, Outcome, Send
from harvester.ports.http import Clock

logger = logging.getLogger(__name__)


class Recording:
    """Fulfils :class:`harvester.ports.archive.Archive` by sending and keeping.

    Args:
        folder: empty, or not there yet.
        head: what the archive is of.
        clock: the real one.
        warn: is told once, where the archive cannot be gone on with.

    Raises:
        ArchiveError: the folder cannot be used.
    """

    def __init__(
        self, folder: Path, head: Head, *, clock: Clock, warn: Callable[[str], None]
    ) -> None:
        self._writer: Writer | None = Writer(folder, head)
        self._folder = folder
        self._seed = head.seed
        self._clock = clock
        self._warn = warn
        self._redaction = Redaction()

    async def exchange(self, call: Call, send: Send) -> Outcome:
        """Send a call and keep what came of it, redacted; what is cancelled is not kept."""
        began = self._clock.now()
        outcome = await send()
        ended = self._clock.now()
        redacted = self._redaction.call(call)
        kept = self._redaction.outcome(outcome)
        self._try(lambda writer: writer.exchange(redacted, kept, began, ended))
        return outcome

    def chance(self, source: str) -> random.Random:
        """Give a source of chance, seeded as the head says."""
        return seeded(self._seed, source)

    def clock(self, source: str) -> Clock:
        """Give the clock for the crawl of a source: what it says is kept."""
        return _RecordedClock(self, source, self._clock)

    def moment(self, source: str, moment: datetime) -> None:
        """Keep what a clock said."""
        self._try(lambda writer: writer.moment(source, moment))

    def close(self) -> None:
        """End the archive."""
        self._try(lambda writer: writer.close(self._clock.now()))
        self._writer = None

    def _try(self, write: Callable[[Writer], None]) -> None:
        if self._writer is None:
            return
        try:
            write(self._writer)
        except OSError as error:
            writer, self._writer = self._writer, None
            self._warn(
                f"--archive {self._folder}: cannot be written any more ({error.strerror or error});"
                " the crawl goes on without it, and the archive ends here: make room and crawl"
                " again into another folder"
            )
            try:
                writer.close(None)
            except OSError:
                logger.debug("the archive's file could not be closed either", exc_info=True)


class _RecordedClock:
    """A clock, each reading of which is kept."""

    def __init__(self, recording: Recording, source: str, clock: Clock) -> None:
        self._recording = recording
        self._source = source
        self._clock = clock

    def now(self) -> datetime:
        """Give the time, aware, in UTC."""
        moment = self._clock.now()
        self._recording.moment(self._source, moment)
        return moment

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._clock.sleep(seconds)


def seeded(seed: int, source: str) -> random.Random:
    """Give the chance of one source; each has its own, so that their order does not matter."""
    return random.Random(f"{seed}:{source}")  # noqa: S311 - jitter, not a secret
