# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester daemon``: crawls by the schedule until it is told to stop."""

from dataclasses import replace
from typing import Annotated

import typer

from harvester.cli.invocation import Invocation


def daemon(
    invocation: Invocation,
    *,
    api: Annotated[
        bool, typer.Option("--api", help="Serve the catalogue to front-ends too: /v1/…")
    ] = False,
) -> int:
    """Crawl every source when it is due, until SIGTERM.

    SIGHUP reads the settings anew. Serves /metrics, /livez and /readyz.
    """
    from harvester.cli.invocation import LogFormat, LogLevel
    from harvester.daemon.service import serve

    replace(
        invocation,
        log_level=invocation.log_level or (LogLevel.WARNING if invocation.quiet else LogLevel.INFO),
        log_format=invocation.log_format or LogFormat.TEXT,
    ).prepare()
    return serve(invocation, api=api)
