# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester export``: the catalogue as a file."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from harvester.cli.exits import ExitCode, UsageError
from harvester.cli.invocation import Invocation
from harvester.cli.output import write_parts

STATES = ("listed", "invalid", "gone", "withdrawn", "blocked")
"""The members of :class:`harvester.model.State`, which help need not import."""
ALL = "all"


class Kind(StrEnum):
    """Forms of an export."""

    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"


def export(
    invocation: Invocation,
    *,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help=f"One of {', '.join(Kind)}.", show_default=False)
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="PATH", help="File; written whole or not at all."),
    ] = None,
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state",
            metavar="STATE",
            help=f"Which entries: {', '.join(STATES)} or {ALL}; may be given more than once. "
            f"Default: {STATES[0]}.",
        ),
    ] = None,
    activity: Annotated[
        bool, typer.Option("--activity", help="With stars, forks and the last push.")
    ] = False,
) -> int:
    """Write the catalogue's entries.

    Sorted by id, and the same bytes as long as nothing changes.
    """
    if kind not in tuple(Kind):
        raise UsageError(
            f'export: there is no form "{kind}" in this version; there are {", ".join(Kind)}'
        )
    wanted = _checked(state or [STATES[0]])

    from harvester.cli import compose
    from harvester.feed import lines
    from harvester.model import State

    states = None if ALL in wanted else frozenset(State(name) for name in wanted)

    configuration = compose.configuration(invocation)
    with compose.existing_catalogue(configuration) as catalogue:
        entries = catalogue.entries(states, activity=activity)
        match Kind(kind):
            case Kind.JSONL:
                parts = lines.json_lines(entries)
            case Kind.JSON:
                parts = lines.json_document(entries)
            case Kind.CSV:
                parts = lines.csv_lines(entries, activity=activity)
        write_parts(parts, output)
    return ExitCode.OK


def _checked(names: list[str]) -> list[str]:
    for name in names:
        if name not in (*STATES, ALL):
            raise UsageError(
                f'export: there is no state "{name}"; there are {", ".join(STATES)} and {ALL}'
            )
    return names
