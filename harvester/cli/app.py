# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""The application: its commands, and the options that may stand before them."""

from typing import Annotated

import typer

from harvester import __version__
from harvester.cli import (
    approve,
    check,
    crawl,
    daemon,
    database,
    draft,
    export,
    plan,
    serve,
    sources,
    status,
    token,
    webhook,
)
from harvester.cli.invocation import (
    ConfigOption,
    Invocation,
    LogFormatOption,
    LogLevelOption,
    QuietOption,
    command,
)

app = typer.Typer(
    name="harvester",
    help="Keeps catalogues of public-sector software alive: crawls code forges for publiccode.yml.",
    pretty_exceptions_enable=False,
    # Plain help: the rich form alone takes longer to import than all else.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"harvester {__version__}")
        raise typer.Exit


@app.callback()
def common(
    ctx: typer.Context,
    *,
    config: ConfigOption = None,
    log_level: LogLevelOption = None,
    log_format: LogFormatOption = None,
    quiet: QuietOption = False,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Hold what stands before the command until the command runs."""
    ctx.obj = Invocation(config=config, log_level=log_level, log_format=log_format, quiet=quiet)


command(app, "crawl")(crawl.crawl)
command(app, "daemon")(daemon.daemon)
command(app, "serve")(serve.serve)
command(app, "approve")(approve.approve)
command(app, "plan")(plan.plan)
command(app, "check")(check.check)
command(app, "draft")(draft.draft)
command(app, "sources")(sources.sources)
command(app, "status")(status.status)
command(app, "export")(export.export)
app.add_typer(database.app, name="database")
app.add_typer(token.app, name="token")
app.add_typer(webhook.app, name="webhook")
