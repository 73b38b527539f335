# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""What an operator is told without having asked: once when it begins, not at every tick. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from harvester.ports.crawls import SourceState

UNUSABLE_AFTER = timedelta(minutes=10)
"""A database that cannot be used for so long wants a person."""


class NoticeKind(StrEnum):
    """What a notice is about."""

    LOSSES_WAIT = "losses-wait"
    """The gate holds losses of a source back, or more of them than before."""
    SOURCE_FAILING = "source-failing"
    """A source was not read to its end for long."""
    CRAWL_STALLED = "crawl-stalled"
    """A crawl made no progress and was ended."""
    CATALOGUE_UNUSABLE = "catalogue-unusable"
    """The database cannot be used, so that nothing is crawled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell."""

    kind: NoticeKind
    source: str | None
    since: datetime
    message: str


class Watch:
    """Remembers what was told, as long as the daemon lives; a new one tells what still is."""

    def __init__(self) -> None:
        self._waiting: dict[str, int] = {}
        self._failing: dict[str, datetime] = {}
        self._unusable: datetime | None = None
        self._told_unusable = False

    def sources(
        self, states: Mapping[str, SourceState], now: datetime, failing_after: timedelta
    ) -> list[Notice]:
        """Give what is new about sources.

        Args:
            states: of the sources that are to be watched.
            now: the time.
            failing_after: a source that fails for so long is told.
        """
        notices = []
        for name, state in sorted(states.items()):
            if state.waiting > self._waiting.get(name, 0):
                notices.append(_losses(state, now))
            since = state.failing_since
            long = since is not None and now - since >= failing_after
            if since is not None and long and self._failing.get(name) != since:
                self._failing[name] = since
                notices.append(_failing(state, since))
        self._waiting = {name: state.waiting for name, state in states.items()}
        return notices

    def database(self, trouble: str | None, now: datetime) -> list[Notice]:
        """Give what is new about the database; None: it can be used."""
        if trouble is None:
            self._unusable, self._told_unusable = None, False
            return []
        since = self._unusable = self._unusable or now
        if self._told_unusable or now - since < UNUSABLE_AFTER:
            return []
        self._told_unusable = True
        return [
            Notice(kind=NoticeKind.CATALOGUE_UNUSABLE, source=None, since=since, message=trouble)
        ]


def _losses(state: SourceState, now: datetime) -> Notice:
    return Notice(
        kind=NoticeKind.LOSSES_WAIT,
        source=state.name,
        since=state.last_crawl_at or now,
        message=(
            f"{state.waiting} listed entries of {state.name} would be lost; they stay listed until "
            f"somebody says: harvester approve {state.name} (--dry-run shows them)"
        ),
    )


def _failing(state: SourceState, since: datetime) -> Notice:
    why = f": {state.last_error}" if state.last_error else ""
    return Notice(
        kind=NoticeKind.SOURCE_FAILING,
        source=state.name,
        since=since,
        message=f"{state.name} was not read to its end since {since:%Y-%m-%d %H:%M} UTC{why}",
    )


def stalled(source: str, since: datetime) -> Notice:
    """Tell of a crawl that was ended, since it made no progress."""
    return Notice(
        kind=NoticeKind.CRAWL_STALLED,
        source=source,
        since=since,
        message=f"the crawl of {source} made no progress since {since:%Y-%m-%d %H:%M} UTC and was "
        "ended; it is tried again",
    )
