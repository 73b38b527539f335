# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""How a crawl's summary is written, and the exit code that it means. Pure."""

from collections.abc import Sequence
from typing import Any

from harvester.cli.estimates import as_json as estimate_as_json
from harvester.cli.estimates import hit_or_missed
from harvester.cli.exits import ExitCode
from harvester.cli.options import Language
from harvester.cli.output import count, moment, size
from harvester.cli.words import LEFT_OUT, word
from harvester.crawl import LeadCounts, SourceSummary
from harvester.model import ItemStatus, Outcome
from harvester.ports.listing import Spent


def as_json(catalogue: str, summaries: Sequence[SourceSummary]) -> dict[str, Any]:
    """Give the summary as ``crawl --json`` promises it."""
    return {"catalogue": catalogue, "sources": [source_as_json(one) for one in summaries]}


def source_as_json(summary: SourceSummary) -> dict[str, Any]:
    """Give one source's part of it."""
    return {
        "name": summary.name,
        "complete": summary.complete,
        "resumed_from": summary.resumed_from,
        "items": {status.value: summary.items.get(status, 0) for status in ItemStatus},
        "files": {
            outcome.value.replace("-", "_"): summary.files.get(outcome, 0) for outcome in Outcome
        },
        "left_out": dict(summary.left_out),
        **spent_as_json(summary.spent),
        "seconds": round(summary.seconds, 3),
        "cursor": summary.cursor,
        "error": summary.error,
        "waiting": summary.waiting,
        "resting": summary.resting,
        "limited": summary.limited,
        "busy": summary.busy,
        "stopped": summary.stopped,
        "not_before": moment(summary.not_before),
        "predicted": estimate_as_json(summary.predicted) if summary.predicted else None,
        "leads": _leads_as_json(summary.leads),
    }


def _leads_as_json(leads: LeadCounts | None) -> dict[str, Any] | None:
    if leads is None:
        return None
    return {
        "named": leads.named,
        "sources": list(leads.sources),
        "covered": dict(leads.covered),
        "left_out": dict(leads.left_out),
    }


def spent_as_json(spent: Spent) -> dict[str, Any]:
    """Give what was spent, as the summary and the events of pages have it."""
    return {
        "requests": {"graphql": spent.graphql, "rest": spent.rest, "raw": spent.raw},
        "points": spent.points,
        "budget_left": spent.budget_left,
        "text_bytes": spent.text_bytes,
        "bytes": spent.bytes,
        "retries": spent.retries,
        "waited_seconds": round(spent.waited_seconds, 3),
        "not_modified": spent.not_modified,
    }


def as_text(catalogue: str, summaries: Sequence[SourceSummary]) -> str:
    """Write the summary for people."""
    blocks = [_block(summary) for summary in summaries]
    return "\n\n".join([*blocks, f"Catalogue: {catalogue}"])


def is_well(summary: SourceSummary) -> bool:
    """Say whether nothing of a source stayed undone that was asked for."""
    if summary.complete:
        return not summary.waiting
    unhindered = not (summary.busy or summary.stopped or summary.error)
    return unhindered and summary.items.get(ItemStatus.ERRORED, 0) == 0


def exit_code(summaries: Sequence[SourceSummary]) -> ExitCode:
    """Give the code that the sources mean together; signals are apart from it."""
    if summaries and not any(summary.answered for summary in summaries):
        return ExitCode.UNUSABLE
    return ExitCode.OK if all(is_well(summary) for summary in summaries) else ExitCode.FAILED


def verdict(summary: SourceSummary) -> str:
    """Say in a few words how a source's crawl ended."""
    if summary.busy:
        return "busy"
    if summary.complete:
        return "complete, but losses wait" if summary.waiting else "complete"
    if summary.stopped:
        return "stopped"
    if summary.limited:
        return "ended by --limit"
    if is_well(summary):
        return "done"
    return "failed" if not summary.answered else "incomplete"


def _block(summary: SourceSummary) -> str:
    lines = [f"{summary.name}: {verdict(summary)}, {summary.seconds:.1f} s"]
    if summary.leads is not None:
        lines += _leads(summary.leads)
    elif summary.answered and not summary.busy:
        lines += _counts(summary)
    if summary.error:
        lines.append(f"  error         {summary.error}")
    if summary.not_before:
        lines.append(f"  not before    {moment(summary.not_before)}")
    if summary.cursor is not None and not summary.limited:
        lines.append(f"  goes on with  harvester crawl {summary.name}")
    return "\n".join(lines)


def _leads(leads: LeadCounts) -> list[str]:
    """Write what became of the addresses that a list names."""
    on = count(len(leads.sources), "forge", "forges")
    lines = [f"  names         {count(leads.named, 'address', 'addresses')}; crawled on {on}"]
    if leads.covered:
        covered = ", ".join(f"{amount} by {name}" for name, amount in leads.covered.items())
        lines.append(f"  read anyway   {covered}")
    if leads.left_out:
        out = ", ".join(
            f"{amount} {word(LEFT_OUT, reason, Language.EN)}"
            for reason, amount in leads.left_out.items()
        )
        lines.append(f"  left out      {out}")
    return lines


def _resting(amount: int) -> str:
    who = count(amount, "repository", "repositories")
    return f"  at rest       {who}, not asked for: changes seldom (--full asks for all)"


def _counts(summary: SourceSummary) -> list[str]:
    """Write what was found and spent. Where nothing was asked, zeros would tell lies."""
    spent = summary.spent
    items = ", ".join(f"{summary.items.get(status, 0)} {status.value}" for status in ItemStatus)
    files = ", ".join(f"{summary.files.get(outcome, 0)} {outcome.value}" for outcome in Outcome)
    requests = f"{spent.graphql} GraphQL, {spent.rest} REST, {spent.raw} raw"
    unchanged = f", of them {spent.not_modified} not modified" if spent.not_modified else ""
    points = f"; {count(spent.points, 'point', 'points')}" if spent.points else ""
    left = "" if spent.budget_left is None else f"; budget left {spent.budget_left}"
    reasons = ", ".join(f"{number} {reason}" for reason, number in summary.left_out.items())
    lines = [
        f"  repositories  {items}",
        *([f"  left out      {reasons}"] if reasons else []),
        *([_resting(summary.resting)] if summary.resting else []),
        f"  files         {files}",
        f"  requests      {requests}{unchanged}{points}{left}",
    ]
    if summary.predicted and summary.complete and summary.resumed_from is None:
        # of a part of a crawl, the figures of a whole one say nothing
        lines.append(f"  predicted     {hit_or_missed(summary.predicted, spent)}")
    if spent.retries or spent.waited_seconds:
        lines.append(
            f"  trouble       {spent.retries} retries, {spent.waited_seconds:.0f} s waited"
        )
    lines.append(
        f"  received      {size(spent.bytes)}, of it {size(spent.text_bytes)} publiccode files"
    )
    return lines
