# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester check``: publiccode.yml files, without database and, unless asked, settings."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harvester.cli.exits import ExitCode
from harvester.cli.invocation import Invocation
from harvester.cli.options import JsonOption, KindOption, Language, LanguageOption

if TYPE_CHECKING:
    from harvester.cli.documents import Document
    from harvester.publiccode import FileContext
    from harvester.publiccode.report import Result


class ReportForm(StrEnum):
    """Forms of the report."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    CODEQUALITY = "codequality"
    JUNIT = "junit"
    GITHUB = "github"


class Profile(StrEnum):
    """Whose rules are asked."""

    STANDARD = "standard"
    OPENCODE = "opencode"
    V1 = "v1"
    HAND = "hand"


def check(
    invocation: Invocation,
    *,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH|URL",
            help="Files, folders (searched for publiccode.yml), patterns, addresses of "
            "repositories or raw files, or - for standard input.",
            show_default=False,
        ),
    ],
    form: Annotated[ReportForm, typer.Option("--format", help="Form of the report.")] = (
        ReportForm.TEXT
    ),
    json: JsonOption = False,
    lang: LanguageOption = Language.EN,
    profile: Annotated[
        Profile | None,
        typer.Option(
            "--profile",
            help="Whose rules are asked; without it those of a repository's forge, else the "
            "standard's.",
            show_default=False,
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="The reference parser's verdict.")
    ] = False,
    network: Annotated[
        bool,
        typer.Option("--network", help="Follow the links too; what comes of it is no error."),
    ] = False,
    kind: KindOption = None,
    badge: Annotated[
        Path | None,
        typer.Option(
            "--badge",
            metavar="PATH",
            help="Also write a badge (SVG) there; of several files it tells the worst.",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Check publiccode.yml files.

    Says everything that is to be said about them at once, each with its line. Needs no database
    and no settings.
    """
    from harvester.cli.documents import documents
    from harvester.publiccode import read, too_large
    from harvester.publiccode.reference import LocalFiles
    from harvester.publiccode.report import Result, render

    found = list(documents(invocation, paths, kind))
    contexts = [_context(document, profile, strict=strict) for document in found]
    results = []
    for document, context in zip(found, contexts, strict=True):
        if document.content is None:
            reading = too_large(document.size)
        else:
            beside = LocalFiles(document.folder) if strict and document.folder else None
            reading = read(document.content, context, beside)
        results.append(Result(path=document.name, reading=reading, profile=context.profile))
    if network:
        results = _with_links(invocation, found, contexts, results)
    if badge is not None:
        _write_badge(badge, results, lang)
    sys.stdout.write(render("json" if json else form.value, results, lang.value))
    valid = all(result.reading.valid for result in results)
    return ExitCode.OK if valid else ExitCode.FAILED


def _write_badge(path: Path, results: Sequence["Result"], language: Language) -> None:
    from harvester.cli.output import write_parts
    from harvester.publiccode.badge import BadgeState, badge_state, render_badge

    states = {badge_state(result.reading) for result in results}
    worst = max(states, key=list(BadgeState).index, default=BadgeState.MISSING)
    write_parts([render_badge(worst, language.value)], path)


def _context(document: "Document", profile: Profile | None, *, strict: bool) -> "FileContext":
    from harvester.publiccode import FileContext

    return FileContext(
        path=document.path,
        profile=profile.value if profile else document.profile,
        repository_url=document.repository_url,
        raw_base=document.raw_base,
        host_aliases=document.host_aliases,
        strict=strict,
    )


def _with_links(
    invocation: Invocation,
    documents: Sequence["Document"],
    contexts: Sequence["FileContext"],
    results: Sequence["Result"],
) -> list["Result"]:
    """Follow the links of all files, each once, and add what came of it."""
    from harvester.cli.links import follow
    from harvester.publiccode import addresses
    from harvester.publiccode.links_check import followed, judged, page_of

    links = [
        followed(addresses(document.content or b"", context))
        for document, context in zip(documents, contexts, strict=True)
    ]
    urls = [page_of(address) for of_file in links for address in of_file]
    answers = asyncio.run(follow(invocation, urls))
    return [
        replace(result, links=judged(of_file, answers))
        for result, of_file in zip(results, links, strict=True)
    ]
