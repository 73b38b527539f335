# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester export``: the catalogue as a file."""

from pathlib import Path
from typing import Annotated

import typer

from harvester.cli.exits import ExitCode, UsageError
from harvester.cli.invocation import Invocation
from harvester.cli.output import write_parts

STATES = ("listed", "invalid", "gone", "withdrawn", "blocked")
"""The members of :class:`harvester.model.State`, which help need not import."""
ALL = "all"


KINDS = (
    "jsonl",
    "json",
    "csv",
    "table-schema",
    "codemeta",
    "codejson",
    "dcat",
    "dcat-turtle",
    "atom",
    "publiccode",
    "awesome",
    "urls",
)
"""The names in :data:`harvester.feed.forms.FORMS`, which help need not import."""


def export(
    invocation: Invocation,
    *,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help=f"One of {', '.join(KINDS)}.", show_default=False)
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
        bool,
        typer.Option(
            "--activity", help="With stars, forks and the last push; in jsonl, json and csv."
        ),
    ] = False,
) -> int:
    """Write the catalogue's entries.

    Sorted by id, and the same bytes as long as nothing changes.
    """
    if kind not in KINDS:
        raise UsageError(
            f'export: there is no form "{kind}" in this version; there are {", ".join(KINDS)}'
        )
    wanted = _checked(state or [STATES[0]])

    from harvester.cli import catalogues, compose
    from harvester.feed.forms import FORMS
    from harvester.feed.heading import Setting
    from harvester.model import State

    form = FORMS[kind]
    if activity and not form.activity:
        able = ", ".join(name for name, one in FORMS.items() if one.activity)
        raise UsageError(f"export: {kind} has no room for --activity; {able} have")
    states = None if ALL in wanted else frozenset(State(name) for name in wanted)

    configuration = compose.configuration(invocation)
    with catalogues.existing_catalogue(configuration) as catalogue:
        setting = Setting(heading=compose.heading(configuration), activity=activity)
        write_parts(form.write(catalogue.entries(states, activity=activity), setting), output)
    return ExitCode.OK


def _checked(names: list[str]) -> list[str]:
    for name in names:
        if name not in (*STATES, ALL):
            raise UsageError(
                f'export: there is no state "{name}"; there are {", ".join(STATES)} and {ALL}'
            )
    return names
