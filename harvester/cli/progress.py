# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How a crawl gets on: bars on a terminal, plain lines in a pipe, events on request.

Nothing here guesses how long it will take: forges differ from page to page, and a bar that lies is
worse than none.
"""

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Any

from harvester.cli import console
from harvester.cli.output import count, moment
from harvester.cli.summary import source_as_json, spent_as_json
from harvester.crawl import SourceSummary
from harvester.crawl.reasons import ItemReason
from harvester.model import ItemStatus
from harvester.ports.listing import Spent
from harvester.ports.rows import Item

if TYPE_CHECKING:
    from rich.progress import TaskID


class Lines:
    """Plain lines on stderr: where it begins or goes on, each stored page, waits, errors."""

    reads_addresses = False
    """True while single addresses are read in place of a source's scope."""
    _total: int | None = None
    """Repositories of the source at hand; forges count them once, on the first page."""

    def shown(self) -> AbstractContextManager[object]:
        """Nothing to open."""
        return nullcontext()

    def started(self, source: str, *, sweep: bool, resumed_from: str | None) -> None:
        """Say that a crawl begins, or where it goes on."""
        self._total = None
        addresses = self.reads_addresses
        self.say(beginning(source, sweep=sweep, resumed_from=resumed_from, addresses=addresses))

    def page(
        self,
        source: str,
        repositories: int,
        total: int | None,
        owners_left: int | None,
        spent: Spent,
    ) -> None:
        """Say how far it is."""
        self._total = total if total is not None else self._total
        self.say(f"{source}: {standing(repositories, self._total, owners_left, spent)}")

    def item(self, source: str, item: Item) -> None:
        """Name what could not be read, and what a person had better look at."""
        if item.status is ItemStatus.ERRORED or item.reason == ItemReason.NAME_REUSED:
            self.say(f"{source}: {item.subject}: {item.message or item.reason or 'not readable'}")

    def waiting(self, source: str, until: datetime, why: str) -> None:
        """Say what it waits for."""
        self.say(f"{source}: waiting until {moment(until)}: {why}")

    def ended(self, summary: SourceSummary) -> None:
        """Nothing: the summary tells."""

    def say(self, text: str) -> None:
        """Write a line."""
        console.say(text)


class Bars(Lines):
    """A bar for the source at hand; what is said besides stands above it."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        self._progress: Progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[standing]}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        self._task: TaskID | None = None

    def shown(self) -> AbstractContextManager[object]:
        """Show the bar as long as the context lasts."""
        return self._progress

    def started(self, source: str, *, sweep: bool, resumed_from: str | None) -> None:
        """Begin a bar; of unknown length until the forge tells one."""
        super().started(source, sweep=sweep, resumed_from=resumed_from)
        self._task = self._progress.add_task(source, total=None, standing="")

    def page(
        self,
        source: str,  # noqa: ARG002 - the bar at hand is its
        repositories: int,
        total: int | None,
        owners_left: int | None,
        spent: Spent,
    ) -> None:
        """Move the bar."""
        self._total = total if total is not None else self._total
        if self._task is not None:
            self._progress.update(
                self._task,
                completed=repositories,
                total=self._total,
                refresh=True,
                standing=standing(repositories, self._total, owners_left, spent),
            )

    def ended(self, summary: SourceSummary) -> None:  # noqa: ARG002 - the bar at hand is its
        """Take the bar away."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None

    def say(self, text: str) -> None:
        """Write a line above the bar."""
        if not console.is_quiet():
            self._progress.console.print(
                console.printable(text), markup=False, highlight=False, soft_wrap=True
            )


class Quiet(Lines):
    """Says nothing but what went wrong with single items."""

    def say(self, text: str) -> None:
        """Say nothing."""


class Events(Lines):
    """One JSON object a line on stdout."""

    def __init__(self, catalogue: str) -> None:
        self._catalogue = catalogue

    def started(self, source: str, *, sweep: bool, resumed_from: str | None) -> None:
        """Tell that a crawl begins, or where it goes on."""
        _event("started", source=source, sweep=sweep, resumed_from=resumed_from)

    def page(
        self,
        source: str,
        repositories: int,
        total: int | None,
        owners_left: int | None,
        spent: Spent,
    ) -> None:
        """Tell a stored page."""
        _event(
            "page",
            source=source,
            repositories=repositories,
            total=total,
            owners_left=owners_left,
            **spent_as_json(spent),
        )

    def item(self, source: str, item: Item) -> None:
        """Tell what became of one repository."""
        _event(
            "item",
            source=source,
            subject=item.subject,
            status=item.status.value,
            reason=item.reason,
            message=item.message,
        )

    def waiting(self, source: str, until: datetime, why: str) -> None:
        """Tell a wait."""
        _event("waiting", source=source, until=moment(until), why=why)

    def ended(self, summary: SourceSummary) -> None:
        """Tell the source's summary."""
        _event("source", catalogue=self._catalogue, **source_as_json(summary))


def listener(catalogue: str, *, events: bool) -> Lines:
    """Choose how a crawl shows how it gets on."""
    if events:
        return Events(catalogue)
    if console.is_quiet():
        return Quiet()
    return Bars() if sys.stderr.isatty() else Lines()


def beginning(
    source: str, *, sweep: bool, resumed_from: str | None, addresses: bool = False
) -> str:
    """Say how a crawl begins."""
    if addresses:
        return f"{source}: reads the addresses that were given"
    if resumed_from is not None:
        return f"{source}: goes on where the last crawl ended ({resumed_from})"
    return f"{source}: reads {'the whole listing' if sweep else 'what moved since the last crawl'}"


def standing(repositories: int, total: int | None, owners_left: int | None, spent: Spent) -> str:
    """Say how far a crawl is and what it spent."""
    if total is None:
        parts = [count(repositories, "repository", "repositories")]
    else:
        parts = [f"{repositories} of {count(total, 'repository', 'repositories')}"]
    if owners_left is not None:
        parts.append(f"{count(owners_left, 'owner', 'owners')} to go")
    parts.append(count(spent.graphql + spent.rest + spent.raw, "request", "requests"))
    if spent.budget_left is not None:
        parts.append(f"{spent.budget_left} left")
    return ", ".join(parts)


def _event(kind: str, **fields: Any) -> None:
    sys.stdout.write(json.dumps({"event": kind, **fields}, ensure_ascii=False) + "\n")
    sys.stdout.flush()
