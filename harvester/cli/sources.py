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
    from harvester.crawl.revisit import Revisits
    from harvester.ports.catalogue import Catalogue
    from harvester.ports.crawls import SourceState
    from harvester.ports.directory import KeptLeads
    from harvester.ports.rows import Item
    from harvester.settings import Configuration, Source

_ERRORS = 5
"""Items that could not be read: so many are shown of each source."""


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
    from harvester.cli import catalogues, compose, planning
    from harvester.cli.adapters import SystemClock
    from harvester.cli.parts import part_names
    from harvester.crawl.retire import taken_off_at
    from harvester.settings import MANUAL_SOURCE

    configuration = compose.configuration(invocation)
    now = SystemClock().now()
    with catalogues.catalogue_or_empty(configuration) as catalogue:
        states = catalogue.sources()
        failed = {
            source.name: catalogue.errored(source.name, _ERRORS)
            for source in configuration.settings.sources
        }
        kept = catalogues.lead_store(catalogue).kept()
        seldom = {
            name: found
            for source in configuration.settings.sources
            for name in (source.name, *(kept[source.name].sources if source.name in kept else ()))
            if (found := looks(catalogue, source, name)) is not None
        }
    configured = {source.name for source in configuration.settings.sources}
    configured |= set(part_names(configuration, kept))
    keep = planning.keep_of(configuration)
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
    rows = []
    for source in configuration.settings.sources:
        row = _row(configuration, source, states.get(source.name), failed[source.name], now)
        if source.name in seldom:
            row |= _looks(seldom[source.name], now)
        if source.directory is not None:
            row |= _leads(kept.get(source.name), states, seldom, now)
        rows.append(row)
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


def looks(catalogue: "Catalogue", source: "Source", name: str | None = None) -> "Revisits | None":
    """Give when a source looked at repositories that cost a request each; None if none does.

    Args:
        catalogue: is asked.
        source: a configured one.
        name: of a source that it was expanded to, if that is meant.
    """
    from harvester.crawl.revisit import remembered
    from harvester.schedule import usual_pause

    pause = usual_pause(source.schedule)
    if pause is None:
        return None
    found = remembered(catalogue, name or source.name, pause)
    return found if found.rows else None


def next_run(source: "Source", state: "SourceState | None", now: datetime) -> datetime | None:
    """Say when a source is due, never before its forge allows it; None without a schedule."""
    from harvester.due import due

    return due(source.schedule, source.name, state, since=now, now=now)


def _row(
    configuration: "Configuration",
    source: "Source",
    state: "SourceState | None",
    failed: "Sequence[Item]",
    now: datetime,
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
        "waiting": state.waiting if state else 0,
        "errored": state.errored if state else 0,
        "errors": [
            {"subject": item.subject, "reason": item.reason, "message": item.message}
            for item in failed
        ],
    }


def _looks(revisits: "Revisits", now: datetime) -> dict[str, Any]:
    """Tell how many of the repositories that cost a request each rest, and until when."""
    resting = sum(not revisits.rhythm.is_due(row, now) for row in revisits.rows.values())
    return {
        "revisits": {
            "known": len(revisits.rows),
            "resting": resting,
            "next_due_at": moment(revisits.next_due(now)),
        }
    }


def _leads(
    kept: "KeptLeads | None",
    states: "Mapping[str, SourceState]",
    seldom: "Mapping[str, Revisits]",
    now: datetime,
) -> dict[str, Any]:
    """Tell what a list named when it was last read well, and how its parts stand."""
    from collections import Counter

    reasons = Counter(one.reason.value for one in kept.leads.left_out) if kept else {}
    parts = [(name, states.get(name)) for name in (kept.sources if kept else ())]
    return {
        "leads": {
            "read_at": moment(kept.read_at) if kept else None,
            "named": len(kept.leads.leads) if kept else 0,
            "leaving": len(kept.leaving) if kept else 0,
            "left_out": dict(sorted(reasons.items())),
        },
        "parts": [
            {
                "name": name,
                "last_success_at": moment(state.last_success_at) if state else None,
                "last_status": state.last_status if state else None,
                "last_error": state.last_error if state else None,
                "repositories": state.repositories if state else 0,
                "listed": state.listed if state else 0,
                **(_looks(seldom[name], now) if name in seldom else {}),
            }
            for name, state in parts
        ],
    }


def _try_all(configuration: "Configuration") -> dict[str, tuple[bool, str]]:
    import asyncio

    from harvester.cli import compose, installed
    from harvester.cli.expanded import directory_access
    from harvester.ports.errors import HarvesterError

    async def one(source: "Source") -> tuple[bool, str]:
        try:
            access = compose.access_of(configuration, source)
            if source.directory is not None:
                reader = installed.directory_of(source.kind)
                async with reader(directory_access(source, access)) as directory:
                    return True, await directory.check()
            async with installed.connector_of(source.kind)(access) as connector:
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
        if "leads" in row:
            _show_leads(row)
        else:
            found = f"{row['repositories']} repositories, {row['listed']} listed"
            console.out(f"  catalogue     {found}")
        _show_looks(row)
        if row["errored"]:
            console.out(f"  errored       {row['errored']} items of the newest crawl, such as")
            for error in row["errors"]:
                told = error["message"] or error["reason"]
                console.out(console.printable(f"    {error['subject']}: {told}"))
        if row["waiting"]:
            console.out(
                f"  waiting       {row['waiting']} losses, for harvester approve {row['name']}"
            )
        if row["last_error"]:
            console.out(console.printable(f"  last error    {row['last_error']}"))
        if row["name"] in tried:
            good, said = tried[row["name"]]
            console.out(console.printable(f"  check         {'ok' if good else 'failed'}: {said}"))


def _show_looks(row: Mapping[str, Any]) -> None:
    told = row.get("revisits", {})
    if told.get("resting"):
        console.out(
            f"  at rest       {told['resting']} of {told['known']} that cost a request each, since"
            f" they change seldom; the first until {told['next_due_at']}"
        )


def _show_leads(row: Mapping[str, Any]) -> None:
    leads = row["leads"]
    text = f"{leads['named']} addresses" if leads["read_at"] else "never read"
    if leads["leaving"]:
        text += f", {leads['leaving']} more are about to leave"
    if leads["left_out"]:
        out = ", ".join(f"{amount} {reason}" for reason, amount in leads["left_out"].items())
        text += f"; no leads: {out}"
    console.out(f"  names         {text}")
    for part in row["parts"]:
        stand = part["last_success_at"] or "never"
        console.out(
            f"  {part['name']}: {part['repositories']} repositories, {part['listed']} listed; "
            f"last success {stand}"
        )
        _show_looks(part)
        if part["last_error"]:
            console.out(console.printable(f"    last error  {part['last_error']}"))
