# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester sources``: what is configured, how it went, when it goes on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harvester.cli import console
from harvester.cli.exits import ExitCode
from harvester.cli.invocation import Invocation
from harvester.cli.options import Form, FormOption, JsonOption
from harvester.cli.output import moment, span, write_json

if TYPE_CHECKING:
    from harvester.ports.catalogue import SourceState
    from harvester.settings import Configuration, Source


def sources(
    invocation: Invocation,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Try each forge with one cheap request.")
    ] = False,
    form: FormOption = Form.TEXT,
    json: JsonOption = False,
) -> int:
    """Show the configured sources.

    Each with its scope, last success and error, and its next run.
    """
    from harvester.cli import compose
    from harvester.cli.adapters import SystemClock
    from harvester.crawl.retire import taken_off_at
    from harvester.settings import MANUAL_SOURCE

    configuration = compose.configuration(invocation)
    now = SystemClock().now()
    with compose.catalogue_or_empty(configuration) as catalogue:
        states = catalogue.sources()
    configured = {source.name for source in configuration.settings.sources}
    keep = compose.keep_of(configuration)
    retired = [
        {
            "name": state.name,
            "kind": state.forge.kind,
            "url": state.forge.url,
            "repositories": state.repositories,
            "retired_at": moment(state.retired_at),
            "leaves_at": moment(taken_off_at(state, keep)),
        }
        for state in states.values()
        if state.name not in configured and state.name != MANUAL_SOURCE and state.repositories
    ]
    rows = [
        _row(configuration, source, states.get(source.name), now)
        for source in configuration.settings.sources
    ]
    tried = _try_all(configuration) if check else {}
    if json or form is Form.JSON:
        write_json(
            {
                "sources": [
                    row | ({"check": _check_json(tried[row["name"]])} if check else {})
                    for row in rows
                ],
                "retired": retired,
            }
        )
    else:
        _show(rows, tried, now)
        for row in retired:
            until = row["leaves_at"] or "the next harvester crawl and a grace time"
            console.out(f"{row['name']}: no longer configured ({row['kind']}, {row['url']})")
            console.out(f"  catalogue     {row['repositories']} repositories, kept until {until}")
    return ExitCode.FAILED if any(not good for good, _ in tried.values()) else ExitCode.OK


def next_run(source: "Source", state: "SourceState | None", now: datetime) -> datetime | None:
    """Say when a source is due, never before its forge allows it; None without a schedule."""
    from harvester.due import due

    return due(source.schedule, source.name, state, since=now, now=now)


def _row(
    configuration: "Configuration", source: "Source", state: "SourceState | None", now: datetime
) -> dict[str, Any]:
    scope = configuration.scope(source)
    return {
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        "scope": scope.kind.value,
        "paths": len(scope.paths),
        "last_success_at": moment(state.last_success_at) if state else None,
        "age_seconds": int((now - state.last_success_at).total_seconds())
        if state and state.last_success_at
        else None,
        "last_crawl_at": moment(state.last_crawl_at) if state else None,
        "last_status": state.last_status if state else None,
        "last_error": state.last_error if state else None,
        "not_before": moment(state.not_before) if state else None,
        "next_run_at": moment(next_run(source, state, now)),
        "repositories": state.repositories if state else 0,
        "listed": state.listed if state else 0,
    }


def _try_all(configuration: "Configuration") -> dict[str, tuple[bool, str]]:
    import asyncio

    from harvester.cli import compose
    from harvester.ports.errors import HarvesterError

    async def one(source: "Source") -> tuple[bool, str]:
        try:
            access = compose.access_of(configuration, source)
            async with compose.connector_of(source.kind)(access) as connector:
                return True, await connector.check()
        except HarvesterError as error:
            return False, str(error)

    async def all_of(wanted: Sequence["Source"]) -> dict[str, tuple[bool, str]]:
        return {source.name: await one(source) for source in wanted}

    return asyncio.run(all_of(configuration.settings.sources))


def _check_json(result: tuple[bool, str]) -> dict[str, Any]:
    good, said = result
    return {"ok": good, "message": said}


def _show(
    rows: Sequence[dict[str, Any]], tried: Mapping[str, tuple[bool, str]], now: datetime
) -> None:
    if not rows:
        console.out("No source is configured; add a [[sources]] table to the settings.")
    for row in rows:
        paths = f" of {row['paths']} paths" if row["paths"] else ""
        console.out(f"{row['name']}: {row['kind']}, {row['url']}, scope {row['scope']}{paths}")
        if row["last_success_at"]:
            age = span(now - datetime.fromisoformat(row["last_success_at"]))
            console.out(f"  last success  {row['last_success_at']} ({age} ago)")
        else:
            console.out("  last success  never")
        console.out(f"  next run      {row['next_run_at'] or 'by hand only'}")
        console.out(f"  catalogue     {row['repositories']} repositories, {row['listed']} listed")
        if row["last_error"]:
            console.out(console.printable(f"  last error    {row['last_error']}"))
        if row["name"] in tried:
            good, said = tried[row["name"]]
            console.out(console.printable(f"  check         {'ok' if good else 'failed'}: {said}"))
