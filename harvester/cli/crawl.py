# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester crawl``."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from harvester.cli.exits import UsageError
from harvester.cli.invocation import Invocation
from harvester.cli.options import JsonOption, KindOption


class CrawlForm(StrEnum):
    """How a crawl's result is written."""

    SUMMARY = "summary"
    JSON = "json"
    NDJSON = "ndjson"


def crawl(
    invocation: Invocation,
    *,
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE|URL",
            help="Configured sources (default: all), or addresses of repositories, groups, owners.",
            show_default=False,
        ),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Read the whole listing, not only what moved.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Keep nothing; needs no database.")
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="End after N repositories of a source."),
    ] = None,
    kind: KindOption = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait for a source that is being crawled already.")
    ] = False,
    archive: Annotated[
        Path | None,
        typer.Option(
            "--archive",
            metavar="DIR",
            help="Keep every answer there, without secrets, for a replay.",
        ),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option("--replay", metavar="DIR", help="Run an archived crawl again, offline."),
    ] = None,
    form: Annotated[
        CrawlForm, typer.Option("--format", help="Form of the result.")
    ] = CrawlForm.SUMMARY,
    json: JsonOption = False,
) -> int:
    """Crawl once and say what was found.

    An unfinished crawl goes on where it ended. What is stored stays, whatever happens.
    """
    from harvester.cli.run import Run, Wishes

    if replay is not None and (targets or full or limit or kind or wait or archive):
        raise UsageError(
            "crawl: --replay runs the recorded crawl, with its sources and options; beside it only"
            " --dry-run and the form of the result can be chosen"
        )
    wishes = Wishes(
        full=full,
        dry_run=dry_run,
        limit=limit,
        kind=kind,
        wait=wait,
        archive=archive,
        replay=replay,
    )
    if dry_run and wait:
        raise UsageError("crawl: --dry-run holds no source, so that there is nothing to --wait for")
    return Run(invocation, wishes, CrawlForm.JSON if json else form).crawl(targets or [])
