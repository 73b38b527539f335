# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

"""``harvester draft``: a first publiccode.yml, from what a repository tells."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urljoin

import typer

from harvester.cli import console
from harvester.cli.exits import ExitCode, UsageError
from harvester.cli.invocation import Invocation
from harvester.cli.options import KindOption, Language, LanguageOption

if TYPE_CHECKING:
    from harvester.model import Repository, Sighting
    from harvester.ports.http import Fetcher
    from harvester.publiccode.draft import RepositoryFacts

_LIMIT = 256 * 1024
"""Bytes of a file that are fetched."""
_OK = 200


def draft(
    invocation: Invocation,
    *,
    repository: Annotated[
        str,
        typer.Argument(
            metavar="PATH|URL",
            help="Folder of a clone, or address of a repository.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="PATH", help="File to write instead of stdout."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    lang: LanguageOption = Language.EN,
    kind: KindOption = None,
) -> int:
    """Write a first publiccode.yml from what a repository tells.

    Every guess is marked; what could not be guessed is left empty, with a word on what belongs
    there. Needs no database and no settings.
    """
    from harvester.cli.output import write_parts
    from harvester.publiccode import FileContext, read
    from harvester.publiccode import draft as drafts

    if output is not None and output.exists() and not force:
        raise UsageError(f"{output}: is there already; --force overwrites it")
    if "://" in repository:
        facts = asyncio.run(_of_address(invocation, repository, kind))
    else:
        facts = _of_folder(Path(repository))
    text = drafts.draft(facts, lang.value)
    write_parts([text], output)
    left = sorted({found.key for found in read(text.encode(), FileContext()).findings})
    if left:
        console.say(f"{output or 'the draft'}: left for you to fill in: {', '.join(left)}")
    return ExitCode.OK


def _of_folder(folder: Path) -> "RepositoryFacts":
    from harvester.cli.clone import facts_of
    from harvester.cli.documents import NAMES

    if not folder.is_dir():
        raise UsageError(f"{folder}: is no folder; give the root of a clone, or an address")
    for name in NAMES:
        if (folder / name).exists():
            _warn_of_file(f"{folder / name}")
    return facts_of(folder)


async def _of_address(invocation: Invocation, address: str, kind: str | None) -> "RepositoryFacts":
    from harvester.cli import compose
    from harvester.cli.repository import see

    sighting = (await see(invocation, address, kind)).sighting
    if isinstance(sighting.files, tuple) and sighting.files:
        _warn_of_file(f"{sighting.repository.web_url}: {sighting.files[0].path}")
    configuration = compose.configuration(invocation) if invocation.config else None
    async with compose.fetcher(compose.http_options(configuration)) as fetcher:
        return await _facts(sighting, fetcher)


async def _facts(sighting: "Sighting", fetcher: "Fetcher") -> "RepositoryFacts":
    """Put together what the forge says and what two or three files in the root say."""
    from harvester.publiccode import project_files as usual
    from harvester.publiccode.draft import RepositoryFacts, Source, Told

    def told(text: str | None, source: Source) -> Told | None:
        return Told(text, source) if text else None

    repository = sighting.repository
    details = repository.details
    readme = await _text(fetcher, repository, usual.READMES[0]) or ""
    main = details.languages[0] if details and details.languages else ""
    file = usual.project_file_of(main)
    content = await _text(fetcher, repository, file) if file else None
    about = usual.project({file: content}) if file and content else None
    title = usual.heading(readme)
    name = Told(title, Source.README) if title else Told(repository.name, Source.NAME)
    return RepositoryFacts(
        name=name,
        url=Told(repository.web_url, Source.ADDRESS),
        description=told(repository.description, Source.DESCRIPTION)
        or told(about.description if about else None, Source.PROJECT_FILE),
        license=told(repository.license, Source.DETECTED_LICENSE)
        or told(about.license if about else None, Source.PROJECT_FILE),
        homepage=told(about.homepage if about else None, Source.PROJECT_FILE),
        topics=details.topics if details else (),
        # a person's account is nobody's public body
        organisation=None
        if repository.owner.kind == "user"
        else told(repository.owner.name, Source.OWNER),
        archived=repository.archived,
        version=told(about.version if about else None, Source.PROJECT_FILE),
        prose=usual.prose(readme),
        logo=await _logo(fetcher, repository, usual.LOGOS[:2]),
    )


async def _text(fetcher: "Fetcher", repository: "Repository", path: str) -> str | None:
    """Fetch a file of the root; a draft does without what cannot be had."""
    from harvester.ports.errors import SourceError

    if repository.raw_base is None:
        return None
    try:
        answer = await fetcher.get(urljoin(repository.raw_base, path), limit=_LIMIT)
    except SourceError:
        return None
    is_page = "html" in answer.headers.get("content-type", "")
    return answer.body.decode(errors="replace") if answer.status == _OK and not is_page else None


async def _logo(fetcher: "Fetcher", repository: "Repository", paths: tuple[str, ...]) -> str | None:
    from harvester.ports.errors import SourceError

    for path in paths if repository.raw_base else ():
        try:
            if await fetcher.status(urljoin(repository.raw_base or "", path)) == _OK:
                return path
        except SourceError:
            return None
    return None


def _warn_of_file(file: str) -> None:
    console.warn(f"{file} is there already; `harvester check` says what is to be mended in it")
