# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester check``: publiccode.yml files, without database and, unless asked, settings."""

import glob
import os
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harvester.cli.exits import ExitCode, UsageError
from harvester.cli.invocation import Invocation
from harvester.cli.options import JsonOption, Language, LanguageOption

if TYPE_CHECKING:
    from harvester.ports.connector import HttpOptions

STDIN = "-"
NAMES = ("publiccode.yml", "publiccode.yaml")
_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", ".venv", "node_modules"})


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


def check(
    invocation: Invocation,
    *,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH|URL",
            help="Files, folders (searched for publiccode.yml), patterns, addresses of raw files, "
            "or - for standard input.",
            show_default=False,
        ),
    ],
    form: Annotated[ReportForm, typer.Option("--format", help="Form of the report.")] = (
        ReportForm.TEXT
    ),
    json: JsonOption = False,
    lang: LanguageOption = Language.EN,
    profile: Annotated[Profile, typer.Option("--profile", help="Whose rules are asked.")] = (
        Profile.STANDARD
    ),
    strict: Annotated[
        bool, typer.Option("--strict", help="The reference parser's verdict.")
    ] = False,
) -> int:
    """Check publiccode.yml files.

    Says everything that is to be said about them at once, each with its line. Needs no database
    and no settings.
    """
    from harvester.publiccode import FileContext, read
    from harvester.publiccode.report import Result, render

    results = []
    for name, content in _contents(invocation, paths):
        context = FileContext(
            path=NAMES[0] if name == STDIN else name, profile=profile.value, strict=strict
        )
        results.append(Result(path=name, reading=read(content, context), profile=profile.value))
    sys.stdout.write(render("json" if json else form.value, results, lang.value))
    valid = all(result.reading.valid for result in results)
    return ExitCode.OK if valid else ExitCode.FAILED


def _contents(invocation: Invocation, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Give each file's name and bytes, each file once.

    Raises:
        UsageError: there is nothing at one of the paths, or it cannot be read.
    """
    from harvester.publiccode.decoding import MAX_BYTES

    seen: set[str] = set()
    for given in paths:
        for name in _files(given):
            if name in seen:
                continue
            seen.add(name)
            if name == STDIN:
                yield name, sys.stdin.buffer.read(MAX_BYTES + 1)
            elif "://" in name:
                yield name, _fetched(_http(invocation), name, MAX_BYTES + 1)
            else:
                yield name, _file(Path(name), MAX_BYTES + 1)


def _files(given: str) -> list[str]:
    if given == STDIN or "://" in given:
        return [given]
    if Path(given).is_dir():
        found = sorted(_below(given))
        if not found:
            raise UsageError(f"{given}: there is no {NAMES[0]} in this folder or below it")
        return found
    if Path(given).exists() or not glob.has_magic(given):
        return [given]
    matching = sorted(name for name in glob.glob(given, recursive=True) if Path(name).is_file())  # noqa: PTH207 - keeps the pattern's own spelling
    if not matching:
        raise UsageError(f"{given}: no file matches this pattern")
    return matching


def _below(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _SKIPPED_FOLDERS]
        for name in NAMES:
            if name in names:
                yield str(Path(parent) / name)


def _file(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limit)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None


def _http(invocation: Invocation) -> "HttpOptions":
    from harvester.cli import compose

    if invocation.config is None:
        return compose.http_options(None)
    return compose.http_options(compose.configuration(invocation))


def _fetched(http: "HttpOptions", url: str, limit: int) -> bytes:
    import asyncio

    from harvester.cli import compose
    from harvester.ports.errors import NotFoundError, UnexpectedAnswerError

    async def get() -> bytes:
        async with compose.fetcher(http) as fetcher:
            answer = await fetcher.get(url, limit=limit)
        if answer.status != 200:  # noqa: PLR2004 - HTTP's own word for "here it is"
            raise NotFoundError(
                f"{url}: answered with status {answer.status}; give the address of the raw file"
            )
        if "html" in answer.headers.get("content-type", ""):
            raise UnexpectedAnswerError(
                f"{url}: is a web page, not a file; give the address of the raw file"
            )
        return answer.body

    return asyncio.run(get())
