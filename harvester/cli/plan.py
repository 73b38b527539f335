# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester plan``: what a crawl would cost, before any of it."""

from typing import Annotated

import typer

from harvester.cli import console
from harvester.cli.exits import ExitCode
from harvester.cli.invocation import Invocation
from harvester.cli.options import Form, FormOption, JsonOption
from harvester.cli.output import write_json


def plan(
    invocation: Invocation,
    *,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE", help="Configured sources (default: all).", show_default=False
        ),
    ] = None,
    form: FormOption = Form.TEXT,
    json: JsonOption = False,
) -> int:
    """Say what the next crawl is expected to cost.

    Requests and points of each source, of the whole listing or of what moved, as a crawl would
    choose now; no forge is asked.
    """
    from harvester.cli import catalogues, compose, installed, planning
    from harvester.cli.adapters import SystemClock
    from harvester.cli.estimates import as_json, expected
    from harvester.crawl import foresee
    from harvester.ports.errors import ConnectorError

    configuration = compose.configuration(invocation)
    plans, code, now = [], ExitCode.OK, SystemClock().now()
    with catalogues.catalogue_or_empty(configuration) as catalogue:
        for source in configuration.sources(names or []):
            if source.directory is not None:
                from harvester.cli.parts import foreseen

                plans += foreseen(configuration, source, catalogue)
                continue
            try:
                made = installed.connector_of(source.kind)
            except ConnectorError as error:
                console.error(f"{source.name}: {error}")
                code = ExitCode.FAILED
                continue
            connector = made(compose.access_of(configuration, source))
            plan = planning.plan_of(configuration, source)
            size = foresee(catalogue, plan, full=False, now=now, connector=connector)
            plans.append((source.name, connector.estimate(plan.scope, size), size))
    if json or form is Form.JSON:
        write_json(
            {
                "sources": [
                    {
                        "name": name,
                        **as_json(estimate),
                        "remark": estimate.remark,
                        "known_repositories": size.repositories,
                        "sweep": size.moved is None,
                        "resting": size.resting,
                    }
                    for name, estimate, size in plans
                ]
            }
        )
        return code
    for name, estimate, size in plans:
        known = "never crawled" if size.first else f"{size.repositories} repositories known"
        reads = "" if size.moved is None else "; reads what moved since the last crawl"
        if size.resting:
            reads = f"; {size.resting} of them rest, since they change seldom"
        console.out(f"{name} ({known}): {expected(estimate)}{reads}")
    return code
